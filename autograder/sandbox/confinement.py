"""What a freshly forked child does to itself, level by level, before it sees a student's first line."""

from __future__ import annotations

import os
import signal
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from autograder.sandbox import landlock, namespaces, resource_limits, seccomp, syscalls
from autograder.sandbox.isolation import Level
from autograder.sandbox.messages import Spawn

NULL = "/dev/null"
PLAIN_DEVICES = [NULL, "/dev/zero", "/dev/full", "/dev/random", "/dev/urandom"]
# What may be seen of the machine beside code: CPU features and sizes that libraries ask for.
MACHINE_FACTS = ["/proc/cpuinfo", "/proc/meminfo", "/sys/devices/system/cpu"]
OWN_PROC = "/proc"

SOCKET = 3
STATUS = 4


@dataclass(frozen=True)
class Surroundings:
    """Where children live: the level, the paths that may be read or only listed, and whether a child is a fork."""

    level: Level
    readable: list[str]
    listable: list[str]
    forks: bool = True


def scratch_folder(level: Level, child: int) -> str:
    """Where a child of this zygote starts out and may write; at `landlock` it can write nowhere."""
    if level is Level.LANDLOCK:
        return "/"
    home = os.environ["HOME"]
    return home if level is Level.FULL else f"{home}/{child}"


def confine(around: Surroundings, limits: Spawn, channel: int, output: int, status: int) -> None:
    """Turn this fork of the zygote into a child that can only compute, print and answer.

    Descriptors: `channel` becomes 3, `output` becomes 1 and 2, `status` becomes 4; all others are closed, but
    for a child that is no fork, whose libraries may have opened a GPU's devices by now. A line with the child's process id, as the zygote sees it, goes to `status`. Raises OSError where a wall
    can't be built.
    """
    level = around.level
    enter_process(level, status)
    signal.set_wakeup_fd(-1)
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    if sys.platform == "linux":
        # The kernel's first choice when the machine runs out of memory.
        Path("/proc/self/oom_score_adj").write_text("1000")
    if level is Level.FULL:
        namespaces.mount_scratch(limits.scratch, limits.scratch_files)
    keep_descriptors(channel, output, status)
    if around.forks:
        close_descriptors_from(STATUS + 1)
    os.umask(0o077)
    home = scratch_folder(level, limits.child)
    os.environ["HOME"] = os.environ["TMPDIR"] = tempfile.tempdir = home
    os.makedirs(home, mode=0o700, exist_ok=True)
    os.chdir(home)
    resource_limits.restrict(limits, own_user=level is Level.FULL)
    if level is not Level.NONE:
        syscalls.drop_capabilities()
        restrict_files(around, home)
        seccomp.restrict(
            own_namespaces=level is Level.FULL, foreign_files=level is Level.LANDLOCK, pid=os.getpid()
        )


def enter_process(level: Level, status: int) -> None:
    """Become the process that will run the student's code, and report its id."""
    if level is Level.FULL:
        namespaces.enter()
        inner = os.fork()
        if inner:
            os.write(status, b"%d\n" % inner)
            os._exit(0)
    else:
        if not level.uses_bubblewrap and sys.platform == "linux":
            syscalls.die_with_parent(signal.SIGKILL)
        os.write(status, b"%d\n" % os.getpid())
    if os.getsid(0) != os.getpid():
        # A process that did not fork leads a session already.
        os.setsid()


def keep_descriptors(channel: int, output: int, status: int) -> None:
    """Input from nowhere, output and the three descriptors where they belong."""
    wanted = [os.open(NULL, os.O_RDONLY), output, output, channel, status]
    # First out of the way: a source may have the number of another's target.
    aside = [os.dup2(descriptor, 100 + target) for target, descriptor in enumerate(wanted)]
    for target, descriptor in enumerate(aside):
        os.dup2(descriptor, target, inheritable=target < SOCKET)
        os.close(descriptor)


def close_descriptors_from(first: int) -> None:
    """All from this one on."""
    if sys.platform == "linux":
        syscalls.close_from(first)
    else:
        os.closerange(first, os.sysconf("SC_OPEN_MAX"))


def restrict_files(around: Surroundings, home: str) -> None:
    """Landlock: code may be read, the scratch folder written, and nothing else opened."""
    writable = list(PLAIN_DEVICES)
    readable = [*around.readable, *MACHINE_FACTS]
    if around.level.uses_bubblewrap:
        writable.append(home)
    if around.level is Level.FULL:
        writable.append(namespaces.SHARED_MEMORY)
        readable.append(OWN_PROC)
    landlock.restrict(readable, around.listable, writable)
