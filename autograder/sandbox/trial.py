"""Builds a level's walls around a throw-away process and runs against each: does the level hold here?"""

from __future__ import annotations

import os
import signal
import socket
import sys
from collections.abc import Callable
from pathlib import Path

import msgspec

from autograder.sandbox import landlock
from autograder.sandbox.answers_in_reach import answers_in_reach
from autograder.sandbox.confinement import STATUS, Surroundings, confine
from autograder.sandbox.isolation import Level
from autograder.sandbox.messages import Setup, Spawn

LIMITS = Spawn(
    child=0,
    cpu_seconds=5,
    memory=1 << 30,
    scratch=1 << 20,
    scratch_files=100,
    file_size=1 << 20,
    open_files=256,
    threads=16,
    reply=1 << 20,
)
HOLDS = b"holds"


def main(descriptor: int) -> None:
    """Read a Setup from the socket, confine a fork accordingly, and answer `holds` or what went wrong."""
    with socket.socket(fileno=descriptor) as control:
        received = bytearray()
        while not received.endswith(b"\n"):
            received += control.recv(1 << 16)
        setup = msgspec.json.decode(received, type=Setup)
        control.sendall(try_level(setup))


def try_level(setup: Setup) -> bytes:
    """`holds`, or what a confined process still could do, or why it could not be confined."""
    reader, status = os.pipe()
    _ours, theirs = socket.socketpair()
    output = os.open(os.devnull, os.O_WRONLY)
    around = Surroundings(Level(setup.level), setup.readable, setup.listable)
    if os.fork() == 0:
        report = status
        try:
            confine(around, LIMITS, theirs.fileno(), output, status)
            report = STATUS
            answer = weakness(around.level, setup.forbidden) or HOLDS.decode()
        except BaseException as error:
            answer = f"{type(error).__name__}: {error}"
        os.write(report, answer.encode(errors="replace"))
        os._exit(0)
    os.close(status)
    with os.fdopen(reader, "rb") as report_file:
        first, _, rest = report_file.read().partition(b"\n")
    return rest or first or b"the confined process ended without a word"


def weakness(level: Level, forbidden: list[str]) -> str | None:
    """What a process can still do that the level promises it can't; None if nothing."""
    if level is Level.NONE:
        return None
    attempts: dict[str, Callable[[], object]] = {
        "fork": os.fork,
        "start programs": lambda: os.execv(sys.executable, [sys.executable, "-c", ""]),
        "use the network": lambda: socket.socket(socket.AF_INET, socket.SOCK_STREAM),
        "read /etc/passwd": lambda: Path("/etc/passwd").read_bytes(),
        "write to the system": lambda: Path("/usr/lib/sandbox-trial").write_bytes(b""),
    }
    for name, attempt in attempts.items():
        try:
            attempt()
        except OSError:
            continue
        return f"it can {name}"
    if (parent := os.getppid()) and can_signal(parent):
        return "it can signal its parent"
    if level is Level.LANDLOCK and landlock.abi() < landlock.LEAST_ABI:
        return "Landlock is too old"
    found = answers_in_reach(forbidden)
    return f"it can read {found}" if found else None


def can_signal(process: int) -> bool:
    """Whether a signal would reach the process."""
    try:
        os.kill(process, signal.SIG_DFL)
    except OSError:
        return False
    return True
