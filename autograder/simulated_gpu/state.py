"""What the parts of the simulated GPU share: which device is on, and which call is under way in which thread."""

from __future__ import annotations

import threading
from typing import Any, NamedTuple

import torch

CPU = torch.device("cpu")


class Origin(NamedTuple):
    """A line of code outside PyTorch and this package; `what` is "made" or "moved"."""

    file: str
    line: int
    function: str
    what: str


class Stray(NamedTuple):
    """The tensor on the wrong device: which operand of which operation, its shape, and where it was made."""

    operation: str
    operand: str
    shape: tuple[int, ...]
    device: str
    origin: Origin | None


class Remark(NamedTuple):
    """Something legal that is worth a word: `what` is a call such as ".item()", or a device written as text."""

    kind: str
    what: str
    file: str
    line: int


class Device:
    """One simulated GPU that is switched on, and what it noticed.

    `not_imitated` lists reasons for which a verdict would be a guess. `remarks` lists what forces a round
    trip or names one certain GPU.
    """

    def __init__(self, index: int) -> None:
        self.device = torch.device("cuda", index)
        self.count = index + 1
        self.current = 0
        self.remarks: list[Remark] = []
        self.not_imitated: list[str] = []

    def __repr__(self) -> str:
        return f"<simulated GPU {self.device}>"


class Call(NamedTuple):
    """A call of a torch function that Python code made.

    `explicit` is the device that the call names; `inputs` the device of its tensors (the first on a GPU, else
    the CPU), None where it has none: then whatever it makes was asked for by the caller, and is on the CPU
    unless the call names another device.
    """

    function: Any
    explicit: torch.device | None
    inputs: torch.device | None


class _Thread(threading.local):
    def __init__(self) -> None:
        self.calls: list[Call] = []


active: list[Device] = []
"""From the outermost `with simulated_gpu()` to the innermost."""

here = _Thread()


class NotImitatedError(Exception):
    """Student code used something whose behaviour on a GPU this package does not know.

    A placement that ran into it is not judged. The reason is also noted on the device, so that code
    that swallows the exception changes nothing.
    """

    def __init__(self, reason: str) -> None:
        super().__init__(f"the simulated GPU does not imitate {reason}")
        self.reason = reason
        if active and reason not in active[-1].not_imitated:
            active[-1].not_imitated.append(reason)


def current() -> Device | None:
    """The device that is on, the innermost where several are."""
    return active[-1] if active else None
