"""The marks of answers in tests/mistakes and tests/alternatives, and what their answers are tried on."""

from __future__ import annotations

import importlib
import inspect
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

from autograder.authoring.answers import Answer, read_answers

T = TypeVar("T")
HERE = Path(__file__).parent


def mistake(exercise: str, finding: str) -> Callable[[T], T]:
    """Marks a wrong answer and the finding that it must produce, alone."""
    return lambda answer: answer


def slip(exercise: str, finding: str, *, old: str, new: str, name: str = "", times: int = 1) -> None:
    """A wrong answer that is the reference's definition of `name` with `new` where it says `old`.

    `name` is the exercise itself unless the exercise asks for several. `old` is the text as it stands in
    the solution, line breaks and indentation included, and stands there `times` times, no more and no less.
    """


def alternative(exercise: str) -> Callable[[T], T]:
    """Marks a right answer that must get full points."""
    return lambda answer: answer


def answers(kind: str, module: str) -> list[Answer]:
    """The answers in tests/<kind>/<module>.py, in order."""
    return read_answers(HERE / kind / f"{module}.py")


def namespace(module: str, answer: Answer | None = None) -> dict[str, Any]:
    """What a notebook holds after its cells have run: the reference, and one answer over it."""
    reference = inspect.getsource(importlib.import_module(f"solutions.{module}"))
    names: dict[str, Any] = {"__name__": "__main__"}
    exec(compile(reference, "<reference>", "exec"), names)
    if answer is not None:
        exec(compile(answer.source, "<answer>", "exec"), names)
    return names
