"""The warm process inside the outer wall: imports once, forks a child per request, reports how it ended."""

from __future__ import annotations

import os
import signal
import socket
import sys
import traceback
from contextlib import suppress
from dataclasses import dataclass, field
from select import POLLIN, poll

import msgspec

from autograder.sandbox import agent, landlock, syscalls
from autograder.sandbox.answers_in_reach import answers_in_reach
from autograder.sandbox.confinement import (
    MACHINE_FACTS,
    PLAIN_DEVICES,
    SOCKET,
    STATUS,
    Surroundings,
    confine,
    scratch_folder,
)
from autograder.sandbox.isolation import Level
from autograder.sandbox.messages import Exited, Failed, FromZygote, Kill, Ready, Setup, Spawn, ToZygote, Up
from autograder.sandbox.removal import remove_tree
from autograder.sandbox.shell import StudentShell
from autograder.sandbox.warmth import NotReadyError, warm_up

READ_SIZE = 1 << 16
DESCRIPTORS_PER_CHILD = 2


class Control:
    """The socket to the trusted side: JSON lines, and descriptors beside them."""

    def __init__(self, descriptor: int) -> None:
        self.socket = socket.socket(fileno=descriptor)
        self.received = bytearray()
        self.descriptors: list[int] = []

    def lines(self) -> list[bytes]:
        """The whole lines that have come, at least one part of one; ends the process at the end of input."""
        data, descriptors, _, _ = socket.recv_fds(self.socket, READ_SIZE, 64)
        if not data:
            os._exit(0)
        self.received += data
        self.descriptors += descriptors
        *whole, rest = bytes(self.received).split(b"\n")
        self.received = bytearray(rest)
        return whole

    def first_line(self) -> bytes:
        """The first line of all."""
        while True:
            if lines := self.lines():
                return lines[0]

    def send(self, message: FromZygote) -> None:
        """One line."""
        self.socket.sendall(msgspec.json.encode(message) + b"\n")


@dataclass
class Zygote:
    """Forks children and reaps them; its only thread."""

    control: Control
    around: Surroundings
    shell: StudentShell
    numbers: dict[int, int] = field(default_factory=dict)

    def spawn(self, request: Spawn, channel: int, output: int) -> None:
        """Fork, wait until the child has confined itself, report."""
        sys.stdout.flush()
        reader, status = os.pipe()
        process = os.fork()
        if process == 0:
            self.be_child(request, channel, output, status)
        for descriptor in (channel, output, status):
            os.close(descriptor)
        with os.fdopen(reader, "rb") as report:
            first, _, error = report.read().partition(b"\n")
        if self.around.level is Level.FULL:
            # The child proper is the forked process's own child, and outlives it.
            os.waitpid(process, 0)
        if not first.isdigit():
            self.control.send(Failed(request.child, (first + error).decode(errors="replace")))
            return
        self.numbers[int(first)] = request.child
        if error:
            self.control.send(Failed(request.child, error.decode(errors="replace")))
        else:
            self.control.send(Up(request.child, int(first)))

    def become_child(self) -> None:
        """Without a fork: this process is the child that the first request asks for. Never returns."""
        while len(self.control.descriptors) < DESCRIPTORS_PER_CHILD:
            for line in self.control.lines():
                request = msgspec.json.decode(line, type=Spawn)
        channel, output = self.control.descriptors
        self.control.send(Up(request.child, os.getpid()))
        # If confinement fails from here on, the trusted side sees the process end.
        self.control.socket.close()
        self.be_child(request, channel, output, os.open(os.devnull, os.O_WRONLY))

    def be_child(self, request: Spawn, channel: int, output: int, status: int) -> None:
        """What the fork does; never returns."""
        try:
            confine(self.around, request, channel, output, status)
        except BaseException:
            text = traceback.format_exc().encode(errors="replace")
            # Where the report goes depends on how far confinement came.
            for descriptor in (status, STATUS):
                with suppress(OSError):
                    os.write(descriptor, text)
                    break
            os._exit(1)
        try:
            os.close(STATUS)
            agent.serve(self.shell, SOCKET, request.reply)
        except BaseException:
            # Into the log: the student's code has broken the agent's tools or used up its descriptors.
            traceback.print_exc()
        finally:
            os._exit(1)

    def kill(self, child: int) -> None:
        """End a child and whatever it started."""
        for process, number in self.numbers.items():
            if number == child:
                kill_group(process)

    def reap(self) -> None:
        """Report and clean up after every child that has ended."""
        while True:
            try:
                process, status, usage = os.wait4(-1, os.WNOHANG)
            except ChildProcessError:
                return
            if process == 0:
                return
            child = self.numbers.pop(process, None)
            if child is None:
                continue
            if self.around.level is Level.NONE:
                # Only there could it leave processes behind.
                kill_group(process)
            peak = usage.ru_maxrss * (1024 if sys.platform == "linux" else 1)
            self.control.send(Exited(child, status, usage.ru_utime + usage.ru_stime, peak))
            if self.around.level in (Level.SHARED, Level.NONE):
                # After the report: who waits for it must not wait for the removal of a million files.
                remove_tree(scratch_folder(self.around.level, child))

    def run(self) -> None:
        """Serve until the trusted side closes."""
        wakeup, signalled = socket.socketpair()
        for end in (wakeup, signalled):
            end.setblocking(False)
        signal.set_wakeup_fd(signalled.fileno())
        signal.signal(signal.SIGCHLD, lambda number, frame: None)
        waiting = poll()
        waiting.register(self.control.socket, POLLIN)
        waiting.register(wakeup, POLLIN)
        while True:
            ready = {descriptor for descriptor, _ in waiting.poll()}
            if wakeup.fileno() in ready:
                wakeup.recv(READ_SIZE)
                self.reap()
            if self.control.socket.fileno() in ready:
                for line in self.control.lines():
                    self.handle(msgspec.json.decode(line, type=ToZygote))

    def handle(self, request: ToZygote) -> None:
        """One request of the trusted side."""
        if isinstance(request, Kill):
            self.kill(request.child)
        else:
            channel, output = self.control.descriptors[:DESCRIPTORS_PER_CHILD]
            del self.control.descriptors[:DESCRIPTORS_PER_CHILD]
            self.spawn(request, channel, output)


def kill_group(process: int) -> None:
    """SIGKILL to a child of ours that is not reaped yet, and to its process group."""
    for kill in (os.killpg, os.kill):
        with suppress(ProcessLookupError, PermissionError):
            kill(process, signal.SIGKILL)


def prepare(setup: Setup) -> tuple[Surroundings, StudentShell]:
    """Warm up and make sure that no answer is in reach; raises NotReadyError otherwise."""
    level = Level(setup.level)
    if not level.uses_bubblewrap and sys.platform == "linux":
        syscalls.die_with_parent(signal.SIGKILL)
    shell = warm_up(setup.preload)
    if level is Level.LANDLOCK:
        landlock.restrict(
            [*setup.readable, *MACHINE_FACTS, "/proc"], setup.listable, [*PLAIN_DEVICES, "/proc"]
        )
    if level is not Level.NONE and (found := answers_in_reach(setup.forbidden)):
        raise NotReadyError(f"student code could read {found}")
    # A masked package is still an empty folder that imports; and at `none` the real one lies there.
    sys.modules["solutions"] = None  # type: ignore[assignment]
    return Surroundings(level, setup.readable, setup.listable, setup.forks), shell


def main(descriptor: int) -> None:
    """Run a zygote on the control socket with this descriptor."""
    control = Control(descriptor)
    try:
        around, shell = prepare(msgspec.json.decode(control.first_line(), type=Setup))
    except BaseException:
        control.send(Failed(None, traceback.format_exc()))
        return
    for stream in (sys.stdout, sys.stderr):
        # Every line goes out at once: a crash then costs none of the output.
        stream.reconfigure(errors="backslashreplace", line_buffering=True)  # type: ignore[union-attr]
    control.send(Ready())
    zygote = Zygote(control, around, shell)
    if around.forks:
        zygote.run()
    else:
        zygote.become_child()
