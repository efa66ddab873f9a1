"""A script's process in the sandbox: its cells have run there, and it is started again whenever it was lost."""

from __future__ import annotations

import time
from collections import Counter
from typing import Any

from autograder.limits import Limits
from autograder.sandbox.client import Child, Sandbox
from autograder.sandbox.gpu_process import GpuSandbox
from autograder.sandbox.outcomes import CallFailed, CellOutcome, ChildLost, SandboxError
from autograder.submissions.script import Cell, Script

MAXIMUM_STARTS = 12
"""How many processes one submission may use up; a hang costs its limit each time."""

PRELUDE_SECONDS = 60.0
"""For our own code before the first cell; a real GPU takes its time to start."""


class Account:
    """What one submission has used, over all of its processes: time, starts, and cells that ended a process."""

    def __init__(self, limits: Limits) -> None:
        self.limits = limits
        self.started = time.monotonic()
        self.starts: Counter[str] = Counter()
        self.stopped: dict[str, str] = {}

    def restart_clock(self) -> None:
        """Starts the submission's time anew: it had to wait for something that is not its own."""
        self.started = time.monotonic()

    def seconds(self, limit: float) -> float:
        """The limit, or what is left of the submission's time. Raises ChildLost when nothing is."""
        left = self.started + self.limits.submission_seconds - time.monotonic()
        if left <= 0:
            raise ChildLost("timeout")
        return min(limit, left)


class ScriptProcess:
    """Runs the cells of a script in a child of the sandbox, and functions beside them.

    A cell that ended a process is left out when the next one runs the script.

    Args:
        sandbox: where children come from.
        script: the cells.
        account: shared by all processes of the submission.
        prelude: a function, as "package.module:name", that runs before the first cell; "" for none.
    """

    def __init__(
        self, sandbox: Sandbox | GpuSandbox, script: Script, account: Account, prelude: str = ""
    ) -> None:
        self.sandbox = sandbox
        self.script = script
        self.account = account
        self.prelude = prelude
        self.outcomes: dict[str, CellOutcome] = {}
        self.output = ""
        self._child: Child | None = None

    def call(self, function: str, *arguments: Any) -> Any:
        """Calls "package.module:name" beside the student's code. Raises ChildLost and CallFailed."""
        try:
            child = self.running()
            seconds = self.account.seconds(self.account.limits.check_seconds)
            return child.call(function, *arguments, seconds=seconds)
        except ChildLost:
            self.close()
            raise

    def running(self) -> Child:
        """A child in which every cell has run that can run. Raises ChildLost when starts or time are used up."""
        while self._child is None:
            self.account.starts[self.prelude] += 1
            if self.account.starts[self.prelude] > MAXIMUM_STARTS:
                raise ChildLost("timeout")
            self._child = self.sandbox.child(self.account.limits)
            self._prepare(self._child)
            for cell in self.script.cells:
                if cell.name not in self.account.stopped and not self._runs(self._child, cell):
                    self.close()
                    break
        return self._child

    def _prepare(self, child: Child) -> None:
        """Runs the prelude. Raises SandboxError if it fails: no line of the student's has run yet."""
        if not self.prelude:
            return
        try:
            child.call(self.prelude, seconds=PRELUDE_SECONDS)
        except (CallFailed, ChildLost) as error:
            self.close()
            raise SandboxError(f"{self.prelude} failed: {error}") from error

    def _runs(self, child: Child, cell: Cell) -> bool:
        try:
            seconds = self.account.seconds(self.account.limits.cell_seconds)
            self.outcomes[cell.name] = child.run_cell(cell.source, f"<{cell.name}>", seconds)
        except ChildLost as lost:
            self.account.stopped[cell.name] = lost.reason
            return False
        return True

    def close(self) -> None:
        """Ends the child and keeps what it printed."""
        if self._child is not None:
            self.output = (self.output + self._child.output)[: self.account.limits.output_kept]
            self._child.close()
            self._child = None
