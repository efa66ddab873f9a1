"""Records: verdicts as plain values, the way they are journaled, reported and shown to students."""

from __future__ import annotations

from typing import Literal

import msgspec

Status = Literal[
    "passed", "failed", "error", "timeout", "crashed", "out_of_memory", "not_reached", "not_checked"
]


class CheckRecord(msgspec.Struct, frozen=True):
    """One check. `message` has up to three lines: what came out, what is required, the likely cause.

    `device` is what the verdict was found on, "simulated" or "cuda", where the check asked for a GPU.
    """

    id: str
    status: Status
    points: float
    max_points: float
    finding: str | None = None
    message: str | None = None
    device: str | msgspec.UnsetType = msgspec.UNSET

    @property
    def title(self) -> str:
        """The check's name in words; a verdict of the simulated GPU says so."""
        name = self.id.partition(".")[2].replace("_", " ")
        return f"{name} (simulated GPU)" if self.device == "simulated" else name


class ExerciseRecord(msgspec.Struct, frozen=True):
    """One exercise and its checks, in the order of the check file."""

    id: str
    score: float
    max_score: float
    checks: list[CheckRecord]

    @property
    def passed(self) -> bool:
        """Whether every check holds."""
        return all(check.status == "passed" for check in self.checks)
