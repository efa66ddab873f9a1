"""The loop in the child: runs cells and calls probes. Not to be trusted once a student's line has run."""

from __future__ import annotations

import contextlib
import gc
import importlib
import io
import os
import random
import sys
from typing import Any

import numpy
import torch

from autograder.sandbox.frames import PREFIX, pack_reply, remaining_size, unpack
from autograder.sandbox.messages import Raised, Reply, Request
from autograder.sandbox.shell import StudentShell, line_in_cell, run_cell

LONGEST_MESSAGE = 2000
# What a request may weigh: it comes from the trusted side.
LARGEST_REQUEST = (1 << 32) - 1


def reseed() -> None:
    """Fresh randomness: a fork would repeat its siblings' numbers."""
    seed = int.from_bytes(os.urandom(8), "little")
    random.seed(seed)
    numpy.random.seed(seed % 2**32)
    torch.manual_seed(seed % 2**63)


def make_check_inert() -> None:
    """`from autograder import check` works in a submission, and says that this is not the place."""
    autograder = importlib.import_module("autograder")

    def check(*names: Any, **options: Any) -> None:
        """Takes whatever a notebook gives it."""
        print("check() is not run while grading")

    vars(autograder)["check"] = check


def receive(channel: int, size: int) -> bytearray:
    """Exactly `size` bytes; ends the process when the trusted side has closed."""
    received = bytearray(size)
    view = memoryview(received)
    while view:
        count = os.readv(channel, [view])
        if not count:
            os._exit(0)
        view = view[count:]
    return received


def send(channel: int, frame: bytes) -> None:
    """All bytes of a frame."""
    view = memoryview(frame)
    while view:
        view = view[os.write(channel, view) :]


def describe(error: BaseException, cell_name: str | None) -> Raised:
    """An exception as text, whatever its class thinks of being printed."""
    kind = type(error)
    try:
        message = str(error)[:LONGEST_MESSAGE]
    except BaseException:
        message = ""
    bases = [base.__name__ for base in kind.__mro__ if base.__module__ == "builtins" and base is not object]
    line = line_in_cell(error, cell_name) if cell_name is not None else None
    return Raised(kind.__name__, bases, message.encode("utf-8", "replace").decode(), line)


def call(shell: StudentShell, function: str, arguments: list[Any]) -> Any:
    """The result of `package.module:function` on the student's namespace."""
    module, _, name = function.partition(":")
    return getattr(importlib.import_module(module), name)(shell.user_ns, *arguments)


def answer(shell: StudentShell, request: Request, largest: int) -> bytes:
    """The reply's frame."""
    cell_name = request.value[1] if request.operation == "cell" else None
    try:
        if request.operation == "cell":
            value, error = None, run_cell(shell, *request.value)
            raised = describe(error, cell_name) if error is not None else None
            del error
        else:
            value, raised = call(shell, *request.value), None
        reply = pack_reply(request.id, value, raised, largest)
    except BaseException as error:
        raised = describe(error, cell_name)
        reply = pack_reply(request.id, None, raised, largest)
    if raised is not None:
        # Frames of a failed call hold on to its data in circles: after a MemoryError they must go now.
        gc.collect()
    return reply


def rehearse(shell: StudentShell) -> None:
    """Answer once: children then import nothing to answer, not even those with no descriptor left."""
    with contextlib.redirect_stdout(io.StringIO()):
        answer(shell, Request("", "cell", ["1 / 0", "<rehearsal>"], []), LARGEST_REQUEST)
    frame = pack_reply("", torch.ones(1), None, LARGEST_REQUEST)
    unpack(frame[: PREFIX.size], bytearray(frame[PREFIX.size :]), Reply)


def flush() -> None:
    """Let what was printed go out before the answer, whatever the student made of the streams."""
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except BaseException:
            continue


def serve(shell: StudentShell, channel: int, largest: int) -> None:
    """Answer requests until the trusted side closes; replies have at most `largest` bytes."""
    reseed()
    make_check_inert()
    # Modules that a notebook writes can be imported, as in a notebook; last, so that they hide nothing.
    sys.path.append("")
    while True:
        prefix = receive(channel, PREFIX.size)
        rest = receive(channel, remaining_size(prefix, LARGEST_REQUEST))
        # A cell may have left inference mode on; tensors made there can never have gradients.
        with torch.inference_mode(False):
            request = unpack(prefix, rest, Request)
        reply = answer(shell, request, largest)
        flush()
        send(channel, reply)
