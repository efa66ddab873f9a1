"""The trusted side's door: a warm sandbox, and children in which untrusted code runs."""

from __future__ import annotations

import os
import secrets
import signal
import socket
import sys
import time
from collections.abc import Sequence
from contextlib import suppress
from types import TracebackType
from typing import Any, NoReturn

from autograder.limits import Limits
from autograder.sandbox.buffers import BadValue
from autograder.sandbox.channel import Channel, ChannelClosed, OutputFlood
from autograder.sandbox.frames import pack_request, unpack
from autograder.sandbox.isolation import Level
from autograder.sandbox.messages import Exited, Raised, Reply
from autograder.sandbox.outcomes import LONGEST_MESSAGE, CallFailed, CellOutcome, ChildLost, SandboxError
from autograder.sandbox.zygote_process import ZygoteProcess

__all__ = ["CallFailed", "CellOutcome", "Child", "ChildLost", "Level", "Limits", "Sandbox", "SandboxError"]

# A child that has closed its socket is ending; one that pretends to is killed.
EXIT_SECONDS = 1.0
KILL_SECONDS = 10.0
LARGEST_REQUEST = (1 << 32) - 1
# A killed child that used this share of its computing time or memory was killed for that: what the kernel
# counts for a limit and what it reports afterwards differ a little.
NEARLY_ALL = 0.8


class Sandbox:
    """One warm zygote at a level of isolation, from which children are forked. For one thread at a time."""

    def __init__(self, level: Level, preload: Sequence[str] = ()) -> None:
        """`preload`: modules that children find imported. Raises SandboxError if the level can't be had."""
        if sys.platform == "win32":
            raise SandboxError("student code can't be run on Windows: it has no fork; use Linux, or WSL")
        self.level = level
        self.children = 0
        self.zygote = ZygoteProcess(level, preload)

    def child(self, limits: Limits) -> Child:
        """A new child, confined and empty; raises SandboxError."""
        self.children += 1
        return Child(self.zygote, self.children, limits)

    def close(self) -> None:
        """End the zygote and all children."""
        self.zygote.close()

    def __enter__(self) -> Sandbox:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


class Child:
    """A process that runs one submission's code and answers for it, until it is lost or closed."""

    def __init__(self, zygote: ZygoteProcess, number: int, limits: Limits) -> None:
        self.zygote = zygote
        self.number = number
        self.limits = limits
        self.lost: ChildLost | None = None
        self.closed = False
        connection, theirs = socket.socketpair()
        output, their_output = os.pipe()
        self.channel = Channel(connection, output, limits.output_kept, limits.output_killed)
        try:
            self.process = zygote.spawn(number, limits, theirs.fileno(), their_output)
        except BaseException:
            self.channel.close()
            raise
        finally:
            theirs.close()
            os.close(their_output)

    def run_cell(self, source: str, name: str, seconds: float) -> CellOutcome:
        """Run a notebook cell; `name` is its file name in tracebacks. Raises ChildLost and SandboxError."""
        reply = self.request("cell", [source, name], seconds)
        if reply.raised is None:
            return CellOutcome(ok=True)
        raised = reply.raised
        return CellOutcome(False, raised.exception, raised.bases, raised.message, raised.line)

    def call(self, function: str, *arguments: Any, seconds: float) -> Any:
        """The value of `package.module:function`, called inside with the student's names and the arguments.

        Raises CallFailed when it raises or its value can't cross, ChildLost, SandboxError; TypeError or
        ValueError for arguments that can't cross.
        """
        reply = self.request("call", [function, list(arguments)], seconds)
        if reply.raised is not None:
            raise CallFailed(reply.raised)
        return reply.value

    @property
    def output(self) -> str:
        """What was printed so far, standard output and error together, as much of it as is kept."""
        return self.channel.printed.decode(errors="replace")

    def request(self, operation: str, value: Any, seconds: float) -> Reply:
        """The child's answer, checked in form; a child that gives none, or a wrong one, is killed."""
        if self.lost is not None:
            raise ChildLost(self.lost.reason, "already lost")
        if self.closed:
            raise SandboxError("the child is closed")
        identity = secrets.token_hex(8)
        frame = pack_request(identity, operation, value, LARGEST_REQUEST)
        try:
            prefix, rest = self.channel.exchange(frame, self.limits.reply, time.monotonic() + seconds)
            reply = unpack(prefix, rest, Reply)
            if not secrets.compare_digest(reply.id.encode(), identity.encode()):
                raise BadValue("an answer to another request")
        except ChannelClosed:
            self.lose(*self.how_it_ended())
        except TimeoutError:
            self.lose("timeout", f"no answer within {seconds:g} seconds")
        except OutputFlood:
            self.lose("output_flood", f"more than {self.limits.output_killed} bytes printed")
        except BadValue as error:
            self.lose("bad_reply", str(error))
        reply.raised = shortened(reply.raised)
        return reply

    def lose(self, reason: str, detail: str) -> NoReturn:
        """Kill the child, remember why, and raise ChildLost."""
        self.lost = ChildLost(reason, detail)
        self.end()
        raise self.lost from None

    def how_it_ended(self) -> tuple[str, str]:
        """The reason and a detail for a child that has closed its socket."""
        ended = self.zygote.wait_for_exit(self.number, EXIT_SECONDS)
        if ended is None:
            return "bad_reply", "the channel was closed"
        return reason_of(ended, self.limits, bytes(self.channel.printed[-4096:]))

    def end(self) -> None:
        """Kill and reap the child, and take what it printed last; raises SandboxError if that fails."""
        self.zygote.kill(self.number)
        if self.zygote.wait_for_exit(self.number, KILL_SECONDS) is None:
            raise SandboxError(f"child {self.number} can't be killed")
        del self.zygote.exits[self.number]
        try:
            self.channel.drain()
        except OutputFlood:
            return

    def close(self) -> None:
        """End the child, however it goes; raises nothing."""
        if self.closed:
            return
        self.closed = True
        if self.lost is None:
            # A zygote that has died took its children along; the next thing asked of it says so.
            with suppress(SandboxError):
                self.end()
        self.channel.close()

    def __enter__(self) -> Child:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def reason_of(ended: Exited, limits: Limits, last_output: bytes) -> tuple[str, str]:
    """Why a child ended that was not killed by us."""
    if os.WIFEXITED(ended.status):
        return "exited", f"exit code {os.WEXITSTATUS(ended.status)}"
    number = os.WTERMSIG(ended.status)
    name = signal.Signals(number).name if number in set(signal.Signals) else f"signal {number}"
    killed = number == signal.SIGKILL
    if number == signal.SIGXCPU or (killed and ended.cpu_seconds >= NEARLY_ALL * limits.cpu_seconds):
        return "timeout", f"more than {limits.cpu_seconds} seconds of computing"
    # C++ ends a program that can't have memory by aborting it; the kernel, when the machine has none left.
    if b"std::bad_alloc" in last_output or (killed and ended.peak_memory >= NEARLY_ALL * limits.memory):
        return "out_of_memory", name
    return "crashed", name


def shortened(raised: Raised | None) -> Raised | None:
    """The exception with no more text than it may have."""
    if raised is None:
        return None
    bases = [base[:100] for base in raised.bases[:50]]
    return Raised(raised.exception[:200], bases, raised.message[:LONGEST_MESSAGE], raised.line)
