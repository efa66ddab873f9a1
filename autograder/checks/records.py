"""Records: verdicts as plain values, the way they are journaled, reported and shown to students."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from autograder.checks.findings import explain
from autograder.checks.verdicts import Ending, Status, score


class CheckRecord(msgspec.Struct, frozen=True, omit_defaults=False):
    """One check. `message` has up to three lines: what came out, what is required, the likely cause."""

    id: str
    status: Status
    points: float
    max_points: float
    finding: str | None = None
    message: str | None = None

    @property
    def title(self) -> str:
        """The check's name in words."""
        return self.id.partition(".")[2].replace("_", " ")


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


def record(exercise: str, points: float, endings: Sequence[Ending], language: str = "en") -> ExerciseRecord:
    """The record of an exercise worth `points`."""
    earned, shares = score(points, endings)
    _, maxima = score(points, [Ending(ending.check, "passed") for ending in endings])
    checks = [
        CheckRecord(
            id=ending.check.id,
            status=ending.status,
            points=share,
            max_points=maximum,
            finding=ending.finding.id if ending.finding else None,
            message=str(explain(ending.finding, language)) if ending.finding else None,
        )
        for ending, share, maximum in zip(endings, shares, maxima, strict=True)
    ]
    return ExerciseRecord(exercise, earned, float(points), checks)
