"""The subject of grading: a student's code in the sandbox, started again whenever it was lost."""

from __future__ import annotations

import time
from typing import Any

from autograder.catalogue import Chapter, Limits
from autograder.checks import probing
from autograder.checks.findings import Finding
from autograder.checks.subjects import LostError, Subject
from autograder.sandbox.client import Child, Sandbox
from autograder.sandbox.outcomes import CallFailed, CellOutcome, ChildLost
from autograder.submissions.script import Cell, Script

MAXIMUM_RESTARTS = 12
"""How many processes one submission may use up; a hang costs its limit each time."""

REASONS = {
    "timeout": "it did not end in time",
    "out_of_memory": "it asked for too much memory",
    "output_flood": "it printed too much",
}


class SandboxedSubject(Subject):
    """Runs the cells of a script in a child of the sandbox and serves probes there.

    A cell that ends its process is left out when the next process runs the script again.
    """

    quotes_errors = False

    def __init__(self, sandbox: Sandbox, script: Script, chapter: Chapter) -> None:
        super().__init__()
        self.sandbox = sandbox
        self.script = script
        self.chapter = chapter
        self.stopped: dict[str, str] = {}
        self.outcomes: dict[str, CellOutcome] = {}
        self.output = ""
        self.starts = 0
        self.started = time.monotonic()
        self._child: Child | None = None

    @property
    def limits(self) -> Limits:
        """What the chapter allows."""
        return self.chapter.limits

    def ask(self, probe: str, build: str, arguments: list[Any], options: dict[str, Any], seed: int) -> Any:
        """Runs a probe beside the student's code. Raises LostError if the process does not survive it."""
        try:
            child = self.running()
            function = f"{probing.__name__}:{probing.observe.__name__}"
            seconds = self.seconds(self.limits.check_seconds)
            return child.call(function, probe, build, arguments, options, seed, seconds=seconds)
        except CallFailed as failed:
            raise LostError("out_of_memory" if "MemoryError" in failed.bases else "bad_reply") from None
        except ChildLost as lost:
            self.close()
            raise LostError(lost.reason) from None

    def running(self) -> Child:
        """A child in which every cell has run that can run. Raises ChildLost when restarts or time are used up."""
        while self._child is None:
            self.starts += 1
            if self.starts > MAXIMUM_RESTARTS:
                raise ChildLost("timeout")
            self._child = self.sandbox.child(self.limits)
            for cell in self.script.cells:
                if cell.name not in self.stopped and not self._runs(self._child, cell):
                    self.close()
                    break
        return self._child

    def _runs(self, child: Child, cell: Cell) -> bool:
        try:
            seconds = self.seconds(self.limits.cell_seconds)
            self.outcomes[cell.name] = child.run_cell(cell.source, f"<{cell.name}>", seconds)
        except ChildLost as lost:
            self.stopped[cell.name] = lost.reason
            return False
        return True

    def seconds(self, limit: float) -> float:
        """The limit, or what is left of the submission's time. Raises ChildLost when nothing is."""
        left = self.started + self.limits.submission_seconds - time.monotonic()
        if left <= 0:
            raise ChildLost("timeout")
        return min(limit, left)

    def restart_clock(self) -> None:
        """Starts the submission's time anew: it had to wait for something that is not its own."""
        self.started = time.monotonic()

    def why_missing(self, name: str) -> Finding:
        """The cell that should define the name may have raised, or may have been stopped."""
        asked = [exercise.id for exercise in self.chapter.exercises if name in exercise.asks]
        cells = [self.script.exercises[id].cell for id in asked if id in self.script.exercises]
        for cell in filter(None, cells):
            if cell in self.stopped:
                reason = REASONS.get(self.stopped[cell], "it ended its process")
                return Finding("cell.stopped", name=name, reason=reason)
            outcome = self.outcomes.get(cell)
            if outcome is not None and not outcome.ok:
                error = f"{outcome.exception}: {outcome.message}"
                return Finding("cell.raised", name=name, error=error, line=outcome.line or "?")
        return Finding("not_defined", name=name)

    def close(self) -> None:
        """Ends the child and keeps what it printed."""
        if self._child is not None:
            self.output = (self.output + self._child.output)[: self.limits.output_kept]
            self._child.close()
            self._child = None
