"""check(): the public checks of an exercise, on the notebook's own classes, in the student's kernel."""

from __future__ import annotations

import contextlib
import io
import random
import re
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy
import torch
from IPython.core.getipython import get_ipython
from IPython.display import display

from autograder.checks import public
from autograder.checks.recording import record
from autograder.checks.records import ExerciseRecord
from autograder.checks.replay import Job, replay
from autograder.checks.subjects import LocalSubject
from autograder.reports.card import as_html, as_text, headline
from autograder.torchvision_on_cpu import make_torchvision_importable

make_torchvision_importable()


class CheckFailed(AssertionError):
    """A public check does not hold. The card above the error says which and why."""

    def _render_traceback_(self) -> list[str]:
        return [f"CheckFailed: {self}"]


def check(*answers: Any) -> None:
    """Runs the public checks of exercises and shows what holds and what does not.

    Args:
        answers: the class or function of each exercise, or its name: check(MLP), check("MLP").

    Raises:
        CheckFailed: if a property does not hold, so that a plain run of the notebook sees it as well.
        ValueError: for a name that no exercise has.
    """
    if not answers:
        raise ValueError("name the exercise: check(MLP)")
    shell = get_ipython()
    names = shell.user_ns if shell is not None else sys._getframe(1).f_globals
    records = [run_public_checks(exercise_name(answer), names) for answer in answers]
    for result in records:
        show(result)
    failed = [result for result in records if not result.passed]
    if failed:
        raise CheckFailed("; ".join(f"{result.id}: {headline(result)}" for result in failed))


def exercise_name(answer: Any) -> str:
    """The name to look an exercise up by."""
    return answer if isinstance(answer, str) else getattr(answer, "__name__", type(answer).__name__)


def run_public_checks(exercise: str, names: Mapping[str, Any]) -> ExerciseRecord:
    """The record of one exercise, judged on the names of a notebook; one point a check."""
    done: list[Job[str]] = []
    job = Job(exercise, LocalSubject(names), frozenset([exercise]))
    with random_state_kept(), contextlib.redirect_stdout(io.StringIO()):
        replay([public_file(exercise)], [job], done.append)
    if job.trouble is not None:
        raise job.trouble
    return record(exercise, len(job.endings), job.endings)


def public_file(exercise: str) -> Path:
    """The file whose checks belong to an exercise; raises ValueError if there is none."""
    declaration = re.compile(rf'^\w+ = exercise\("{re.escape(exercise)}"', re.MULTILINE)
    for path in sorted(Path(str(public.__file__)).parent.glob("test_*.py")):
        if declaration.search(path.read_text(encoding="utf-8")):
            return path
    raise ValueError(f"no exercise is called {exercise!r}")


@contextlib.contextmanager
def random_state_kept() -> Iterator[None]:
    """Checks seed python, numpy and torch; the notebook goes on as if they had not."""
    states = random.getstate(), numpy.random.get_state(), torch.random.get_rng_state()
    try:
        yield
    finally:
        random.setstate(states[0])
        numpy.random.set_state(states[1])
        torch.random.set_rng_state(states[2])


def show(result: ExerciseRecord) -> None:
    """Displays a card: HTML where the notebook can show it, text elsewhere."""
    if get_ipython() is None:
        print(as_text(result))
    else:
        display({"text/html": as_html(result), "text/plain": as_text(result)}, raw=True)  # type: ignore[no-untyped-call]
