"""What a child may use up, as rlimits."""

from __future__ import annotations

import os
import resource
import sys
from pathlib import Path

from autograder.sandbox.messages import Spawn


def lower(kind: int, value: int) -> None:
    """Set both limits to the value, or to the hard limit that already holds if that is lower."""
    hard = resource.getrlimit(kind)[1]
    if hard != resource.RLIM_INFINITY:
        value = min(value, hard)
    resource.setrlimit(kind, (value, value))


def address_space() -> int:
    """Bytes of address space that this process already takes."""
    return int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()


def threads_of_this_user() -> int:
    """Threads that this process's user runs, as far as /proc shows."""
    count = 0
    for process in Path("/proc").glob("[0-9]*"):
        try:
            if process.stat().st_uid == os.getuid():
                count += len(list(Path(process, "task").iterdir()))
        except OSError:
            # It ended meanwhile.
            continue
    return count


def restrict(limits: Spawn, own_user: bool) -> None:
    """Set the limits. `own_user`: threads are counted for this child alone, not for all of the user's."""
    # The hard CPU limit kills; a soft one only signals, and a namespace's first process ignores that.
    lower(resource.RLIMIT_CPU, limits.cpu_seconds)
    lower(resource.RLIMIT_CORE, 0)
    lower(resource.RLIMIT_FSIZE, limits.file_size)
    lower(resource.RLIMIT_NOFILE, limits.open_files)
    if sys.platform != "linux":
        return
    # One process that can't fork: so address space, beyond what the zygote already maps, bounds its memory.
    lower(resource.RLIMIT_AS, address_space() + limits.memory)
    lower(resource.RLIMIT_MEMLOCK, 0)
    lower(resource.RLIMIT_MSGQUEUE, 0)
    lower(resource.RLIMIT_SIGPENDING, 256)
    lower(resource.RLIMIT_NPROC, limits.threads + (0 if own_user else threads_of_this_user()))
