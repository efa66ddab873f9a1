"""Running the hidden checks on mutants: each in a forked child of a process that has imported PyTorch.

A mutant may loop, eat memory, or end the process; its child has limits, and a child that does not report is
a dead mutant. Limits are on CPU time, so that a busy machine does not kill a mutant that should live.
"""

from __future__ import annotations

import faulthandler
import multiprocessing
import os
import resource
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from importlib import import_module
from multiprocessing import connection
from pathlib import Path
from typing import Any, Generic, TypeVar

import torch

from autograder.checks import hidden
from autograder.checks.replay import Job, replay
from autograder.checks.subjects import LocalSubject, ReferenceSubject
from autograder.limits import USUAL
from autograder.sandbox.resource_limits import address_space, lower

LIVES, DIES, BREAKS = "lives", "dies", "breaks a check"
OF_NO_HARM = ("passed", "not_checked")

FORK = multiprocessing.get_context("fork")
CPU_SECONDS = 5
"""What a mutant may use beside five times what the solution needs."""

T = TypeVar("T")
Judge = Callable[[str, str], "Fate"]


@dataclass(frozen=True)
class Fate:
    """What became of a mutant, what killed it."""

    kind: str
    reason: str = ""


def judge_by_hidden_checks(module: str) -> Judge:
    """A judge of answers to a chapter: given an exercise and a source, it runs the exercise's hidden checks."""
    reference = ReferenceSubject(vars(import_module(f"solutions.{module}")))
    file = Path(hidden.__path__[0]) / f"test_{module}.py"

    def judge(exercise: str, source: str) -> Fate:
        names: dict[str, Any] = {"__name__": "__main__"}
        try:
            exec(compile(source, "<mutant>", "exec"), names)
        except BaseException as error:
            return Fate(DIES, f"{type(error).__name__} while it is defined")
        job = Job("", LocalSubject(names), frozenset([exercise]), reference)
        replay([file], [job], lambda _: None)
        return fate(job)

    return judge


def fate(job: Job[str]) -> Fate:
    """The fate that the checks' endings decide."""
    if job.trouble:
        return Fate(BREAKS, f"{type(job.trouble).__name__}: {job.trouble}")
    assert job.endings, "the exercise has no hidden checks"
    for ending in job.endings:
        if ending.status not in OF_NO_HARM:
            return Fate(DIES, f"{ending.check.id}: {ending.finding.id if ending.finding else ending.status}")
    return Fate(LIVES)


def single_threaded() -> None:
    """Lets PyTorch start no threads: they would be missing in children, which would wait for them."""
    torch.set_num_threads(1)


def fates(
    answers: Iterable[tuple[T, str, str]], judge: Judge, cpu_seconds: Mapping[str, float], workers: int
) -> Iterator[tuple[T, Fate]]:
    """The fate of every answer (a tag, its exercise, its source), as they are known: not in order."""
    single_threaded()
    running: dict[connection.Connection, Child[T]] = {}
    waiting = iter(answers)
    with tempfile.TemporaryDirectory(prefix="nn-course-kit-") as folder:
        try:
            while True:
                while len(running) < workers and (answer := next(waiting, None)) is not None:
                    tag, exercise, source = answer
                    child = Child(tag, judge, exercise, source, cpu_seconds[exercise], folder)
                    running[child.pipe] = child
                if not running:
                    return
                ready = connection.wait(list(running), timeout=1.0)
                for pipe, child in list(running.items()):
                    if pipe in ready or child.late():
                        del running[pipe]
                        yield child.tag, child.end()
        finally:
            for child in running.values():
                child.end()


class Child(Generic[T]):
    """One mutant's process."""

    def __init__(
        self, tag: T, judge: Judge, exercise: str, source: str, cpu_seconds: float, folder: str
    ) -> None:
        self.tag = tag
        self.pipe, theirs = FORK.Pipe(duplex=False)
        arguments = (theirs, judge, exercise, source, cpu_seconds, folder)
        self.process = FORK.Process(target=report_fate, args=arguments, daemon=True)
        self.process.start()
        theirs.close()
        # A child that sleeps uses no CPU time; one that has to share the machine takes its time.
        self.deadline = time.monotonic() + 60 + 10 * cpu_seconds

    def late(self) -> bool:
        """Whether its time on the wall clock is over."""
        return time.monotonic() > self.deadline

    def end(self) -> Fate:
        """What it reported before it ended, or that it did not."""
        reported = Fate(DIES, "the process was lost, or ran into a limit")
        if self.pipe.poll():
            with suppress(EOFError):
                reported = self.pipe.recv()
        self.process.kill()
        self.process.join()
        self.pipe.close()
        return reported


def report_fate(
    pipe: connection.Connection, judge: Judge, exercise: str, source: str, cpu_seconds: float, folder: str
) -> None:
    """What a child does: silent, within its limits, in a folder of its own."""
    faulthandler.disable()
    os.chdir(tempfile.mkdtemp(dir=folder))
    silence = os.open(os.devnull, os.O_RDWR)
    for stream in (0, 1, 2):
        os.dup2(silence, stream)
    lower(resource.RLIMIT_CORE, 0)
    lower(resource.RLIMIT_CPU, max(1, round(cpu_seconds)))
    lower(resource.RLIMIT_FSIZE, USUAL.file_size)
    if sys.platform == "linux":
        lower(resource.RLIMIT_AS, address_space() + USUAL.memory)
    try:
        found = judge(exercise, source)
    except Exception as error:
        found = Fate(BREAKS, f"{type(error).__name__}: {error}")
    pipe.send(found)
    os._exit(0)
