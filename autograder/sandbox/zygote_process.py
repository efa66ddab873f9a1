"""The trusted side of one zygote: starts it, tells it what to do, hears how its children end."""

from __future__ import annotations

import os
import socket
import subprocess
import tempfile
import time
from collections.abc import Sequence
from dataclasses import asdict

import msgspec

from autograder.limits import Limits
from autograder.sandbox import launch
from autograder.sandbox.isolation import Level
from autograder.sandbox.messages import Exited, Failed, FromZygote, Kill, Ready, Setup, Spawn, ToZygote
from autograder.sandbox.outcomes import SandboxError
from autograder.sandbox.stage import Stage

ENTRANCE = "from autograder.sandbox.zygote import main; main({})"
START_SECONDS = 120.0
ANSWER_SECONDS = 30.0
STOP_SECONDS = 5.0
READ_SIZE = 1 << 16
LOG_SHOWN = 2000


class ZygoteProcess:
    """A running zygote. Every method raises SandboxError when it has died or does not answer in time."""

    def __init__(self, level: Level, preload: Sequence[str], with_gpu: bool = False) -> None:
        """`with_gpu`: it sees the machine's GPU, and does not fork. No wall lets a GPU through."""
        self.level = level
        self.preload = preload
        self.began = time.monotonic()
        self.received = bytearray()
        self.exits: dict[int, Exited] = {}
        self.stage = Stage()
        self.log = tempfile.TemporaryFile()  # noqa: SIM115
        self.control, theirs = socket.socketpair()
        self.process: subprocess.Popen[bytes] | None = None
        try:
            with theirs:
                entrance = ENTRANCE.format(theirs.fileno())
                self.process = launch.start(level, self.stage, entrance, theirs.fileno(), self.log, with_gpu)
            self.send(launch.setup_for(level, self.stage, list(preload), forks=not with_gpu))
            message = self.answer(time.monotonic() + START_SECONDS)
            if not isinstance(message, Ready):
                raise SandboxError(f"the sandbox could not start: {getattr(message, 'error', message)}")
        except BaseException as error:
            self.close()
            if isinstance(error, OSError):
                raise SandboxError(f"the sandbox could not start: {error}") from error
            raise

    def send(self, message: Setup | ToZygote, descriptors: Sequence[int] = ()) -> None:
        """One message, with descriptors beside it."""
        line = msgspec.json.encode(message) + b"\n"
        try:
            self.control.settimeout(ANSWER_SECONDS)
            if descriptors:
                line = line[socket.send_fds(self.control, [line], list(descriptors)) :]
            if line:
                # Sending nothing would still fail where a child that is no fork has closed its end by now.
                self.control.sendall(line)
        except OSError as error:
            raise SandboxError(f"the sandbox has died: {error}\n{self.last_words()}") from error

    def receive(self, deadline: float) -> FromZygote:
        """The next message; raises TimeoutError if none comes in time."""
        while b"\n" not in self.received:
            remaining = deadline - time.monotonic()
            try:
                self.control.settimeout(max(remaining, 1e-3))
                part = self.control.recv(READ_SIZE)
            except TimeoutError:
                raise
            except OSError as error:
                raise SandboxError(f"the sandbox has died: {error}\n{self.last_words()}") from error
            if not part:
                raise SandboxError(f"the sandbox has died\n{self.last_words()}")
            self.received += part
        line, _, rest = bytes(self.received).partition(b"\n")
        self.received = bytearray(rest)
        message: FromZygote = msgspec.json.decode(line, type=FromZygote)
        return message

    def answer(self, deadline: float) -> FromZygote:
        """The next message, where one is due."""
        try:
            return self.receive(deadline)
        except TimeoutError:
            raise SandboxError(f"the sandbox does not answer\n{self.last_words()}") from None

    def spawn(self, child: int, limits: Limits, channel: int, output: int) -> int:
        """Fork a child with these descriptors; returns its process id, as the zygote sees it."""
        request = msgspec.convert({"type": "Spawn", "child": child, **asdict(limits)}, Spawn)
        self.send(request, [channel, output])
        deadline = time.monotonic() + ANSWER_SECONDS
        while True:
            message = self.answer(deadline)
            if isinstance(message, Exited):
                self.exits[message.child] = message
            elif isinstance(message, Failed):
                raise SandboxError(f"a child could not be confined: {message.error}")
            elif not isinstance(message, Ready) and message.child == child:
                return message.pid

    def kill(self, child: int) -> None:
        """Have a child killed."""
        self.send(Kill(child))

    def wait_for_exit(self, child: int, seconds: float) -> Exited | None:
        """How a child ended; None if it still runs after these seconds."""
        deadline = time.monotonic() + seconds
        while child not in self.exits:
            try:
                message = self.receive(deadline)
            except TimeoutError:
                return None
            if isinstance(message, Exited):
                self.exits[message.child] = message
        return self.exits[child]

    def last_words(self) -> str:
        """The end of what it printed; its descriptor's position is the process's own, so it is not moved."""
        if self.log.closed:
            return ""
        size = os.fstat(self.log.fileno()).st_size
        return os.pread(self.log.fileno(), LOG_SHOWN, max(0, size - LOG_SHOWN)).decode(errors="replace")

    def close(self) -> None:
        """End it and all its children, and remove its temporary files."""
        self.control.close()
        if self.process is not None:
            try:
                self.process.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        self.log.close()
        self.stage.close()
