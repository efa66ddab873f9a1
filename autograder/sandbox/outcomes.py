"""What can come of running untrusted code."""

from __future__ import annotations

from dataclasses import dataclass, field

from autograder.sandbox.messages import Raised

LONGEST_MESSAGE = 2000


class SandboxError(Exception):
    """Our own trouble, never the student's: a sandbox could not start, or has broken down."""


class ChildLost(Exception):
    """The child is gone, and a new one must be started for what comes next.

    `reason` is "timeout", "crashed", "out_of_memory", "output_flood", "bad_reply" or "exited".
    """

    def __init__(self, reason: str, detail: str = "") -> None:
        super().__init__(f"{reason}: {detail}" if detail else reason)
        self.reason = reason


class CallFailed(Exception):
    """A function called inside raised `exception` (a class name), or its value could not cross.

    `bases` are the built-in classes that the exception derives from, `message` its text.
    """

    def __init__(self, raised: Raised) -> None:
        super().__init__(f"{raised.exception}: {raised.message}")
        self.exception = raised.exception
        self.bases = raised.bases
        self.message = raised.message


@dataclass(frozen=True)
class CellOutcome:
    """How a cell ended: `ok`, or with an exception whose class, built-in bases, message and line it tells."""

    ok: bool
    exception: str | None = None
    bases: list[str] = field(default_factory=list)
    message: str | None = None
    line: int | None = None
