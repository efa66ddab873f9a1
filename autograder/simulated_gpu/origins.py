"""Which line of the student's code is at work: the nearest frame outside PyTorch, Python and this kit."""

from __future__ import annotations

import os
import sys
import sysconfig
from functools import cache
from types import FrameType

import torch

from autograder.simulated_gpu.state import Origin

HERE = os.path.dirname(os.path.abspath(__file__))
LIBRARIES = (
    os.path.dirname(os.path.abspath(torch.__file__)),
    os.path.dirname(HERE),
    *(sysconfig.get_path(name) for name in ("stdlib", "platstdlib", "purelib", "platlib")),
)
OWN_EXAMPLES = os.path.join(HERE, "variants")


@cache
def is_library(file: str) -> bool:
    """Whether a file is part of Python, an installed package or the kit; the variants stand for students' code."""
    if file.startswith("<"):
        # "<cell 3>" is a student's; "<frozen importlib>" and "<__array_function__ internals>" are not.
        return file.startswith(("<frozen", "<__array"))
    return file.startswith(LIBRARIES) and not file.startswith(OWN_EXAMPLES)


def student_frame() -> FrameType | None:
    """The nearest frame of code that a student wrote."""
    frame: FrameType | None = sys._getframe(1)
    while frame is not None and is_library(frame.f_code.co_filename):
        frame = frame.f_back
    return frame


def origin(what: str) -> Origin | None:
    """Where the student's code stands."""
    frame = student_frame()
    return Origin(frame.f_code.co_filename, frame.f_lineno, frame.f_code.co_name, what) if frame else None


def calling_frame() -> FrameType | None:
    """The frame that called into this package; None if that is a library's."""
    frame: FrameType | None = sys._getframe(1)
    while frame is not None and frame.f_code.co_filename.startswith(HERE + os.sep):
        if frame.f_code.co_filename.startswith(OWN_EXAMPLES):
            break
        frame = frame.f_back
    return None if frame is None or is_library(frame.f_code.co_filename) else frame


MODE_FILES = (os.path.join(HERE, "dispatch.py"), os.path.join("torch", "utils", "_python_dispatch.py"))


def asked_from_inside() -> bool:
    """Whether the operation in a dispatch mode was called by a student's function that PyTorch is running.

    PyTorch leaves the mode `Calls` while it runs a Python function of its own, such as a loss that takes a distance
    function; what the student's function calls then comes straight from the student's frame.
    """
    frame: FrameType | None = sys._getframe(1)
    while frame is not None and frame.f_code.co_filename.endswith(MODE_FILES):
        frame = frame.f_back
    return frame is not None and not is_library(frame.f_code.co_filename)
