"""A process of its own for each child that uses the machine's GPU: what CUDA holds does not survive a fork.

No wall of ours lets a GPU's driver through: it opens devices of its own and maps more address space than any
limit allows. So such children live at the level `none`, without a bound on memory, and cost a start of Python
and torch each.
"""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace

from autograder.limits import Limits
from autograder.sandbox.client import Child
from autograder.sandbox.isolation import Level
from autograder.sandbox.messages import Exited
from autograder.sandbox.zygote_process import ZygoteProcess

UNBOUNDED = 1 << 46
"""Bytes of address space, more than a GPU's driver maps."""
DRIVER_THREADS = 256
DRIVER_FILES = 4096


class GpuSandbox:
    """Starts children that see the GPU. For one child at a time."""

    def __init__(self, preload: Sequence[str] = ()) -> None:
        """`preload`: modules that a child imports before its first line."""
        self.level = Level.NONE
        self.preload = preload

    def child(self, limits: Limits) -> Child:
        """A new process; raises SandboxError."""
        limits = replace(
            limits,
            memory=UNBOUNDED,
            threads=limits.threads + DRIVER_THREADS,
            open_files=limits.open_files + DRIVER_FILES,
        )
        process = UnforkedProcess(self.preload)
        try:
            return UnforkedChild(process, 1, limits)
        except BaseException:
            process.close()
            raise

    def close(self) -> None:
        """Nothing to do: every child ends its own process."""


class UnforkedProcess(ZygoteProcess):
    """What would be a zygote, and becomes the child itself when one is asked for."""

    def __init__(self, preload: Sequence[str]) -> None:
        super().__init__(Level.NONE, preload, with_gpu=True)

    def kill(self, child: int) -> None:
        """End it and whatever it started."""
        assert self.process is not None
        for kill in (os.killpg, os.kill):
            # Once it is reaped, its number may belong to somebody else.
            if self.process.poll() is None:
                with suppress(ProcessLookupError, PermissionError):
                    kill(self.process.pid, signal.SIGKILL)

    def wait_for_exit(self, child: int, seconds: float) -> Exited | None:
        """How it ended; None if it still runs after these seconds. What it used up is not known."""
        assert self.process is not None
        try:
            code = self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            return None
        status = -code if code < 0 else code << 8
        self.exits[child] = Exited(child, status, time.monotonic() - self.began, 0)
        return self.exits[child]


class UnforkedChild(Child):
    """The one child of a process."""

    def close(self) -> None:
        """End it and its process, however it goes; raises nothing."""
        if not self.closed:
            super().close()
            self.zygote.close()
