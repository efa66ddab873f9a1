"""The pytest plugin that collects a file of checks once and replays it for one answer after another.

Starting a pytest session and collecting costs a hundred times what running a check does, so a grading
worker keeps one session and its `pytest_runtestloop` hands the collected items each submission in turn.
"""

from __future__ import annotations

import inspect
import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Generic, TypeVar
from unittest.mock import patch

import pytest
from _pytest.runner import runtestprotocol
from msgspec.structs import replace

from autograder.checks.exercises import Check, Rng, check_of
from autograder.checks.findings import Finding, NotChecked, NotReached
from autograder.checks.probing import seed_everything
from autograder.checks.subjects import LostError, Moment, StudentRaisedError, Subject
from autograder.checks.verdicts import Ending, ending_of_lost, ending_of_raised

MAXIMUM_LOSSES = 2
"""Lost processes (hangs, crashes) in one exercise after which its other checks are not tried."""

UNUSED = [
    "terminal",
    "cacheprovider",
    "faulthandler",
    "logging",
    "warnings",
    "unraisableexception",
    "threadexception",
    "doctest",
]
"""pytest's own plugins that checks don't need; two of them run the garbage collector for 100 ms."""

Tag = TypeVar("Tag")


class ChecksBrokenError(Exception):
    """A check file that can't be collected, or a check that fails by itself: never the student's fault."""


@dataclass
class Job(Generic[Tag]):
    """One answer to be checked.

    Args:
        tag: whatever the caller needs to recognise the job.
        student: the answer.
        exercises: the exercises whose checks are wanted; None for all.
        reference: the solutions to the same exercises; public checks do without.
        settled: exercises of which it is known without a look what is wrong.

    `endings` fills up while checks run. `trouble` is set when a check itself broke, or the sandbox did:
    the job was left there, and none of it is the student's fault.
    """

    tag: Tag
    student: Subject
    exercises: frozenset[str] | None = None
    reference: Subject | None = None
    settled: Mapping[str, Finding] = field(default_factory=dict)
    endings: list[Ending] = field(default_factory=list)
    trouble: Exception | None = None

    def wants(self, check: Check) -> bool:
        """Whether a check belongs to this job."""
        return self.exercises is None or check.exercise in self.exercises

    def of(self, exercise: str) -> list[Ending]:
        """The endings of one exercise so far."""
        return [ending for ending in self.endings if ending.check.exercise == exercise]


class Replay(Generic[Tag]):
    """Hands every job to every collected check. Fixtures: `student`, `reference`, `rng`."""

    def __init__(self, jobs: Iterable[Job[Tag]], deliver: Callable[[Job[Tag]], None]) -> None:
        self.jobs = jobs
        self.deliver = deliver
        self.trouble = ""
        self.error: BaseException | None = None
        self.job: Job[Tag] | None = None
        self.random = Rng(0)

    @pytest.fixture(name="student")
    def student(self) -> Subject:
        """The answer to be judged."""
        assert self.job is not None
        return self.job.student

    @pytest.fixture(name="reference")
    def reference(self) -> Subject:
        """The reference solutions; public checks have none."""
        assert self.job is not None
        if self.job.reference is None:
            pytest.fail("this check asks for the reference, which students do not have", pytrace=False)
        return self.job.reference

    @pytest.fixture(name="rng")
    def rng(self) -> Rng:
        """Random inputs, seeded anew for every round of a check."""
        return self.random

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        """Keeps the reason why a file could not be collected."""
        if report.failed:
            self.trouble += report.longreprtext

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        """Replays the collected items for one job after another."""
        items = [item for item in session.items if isinstance(item, pytest.Function)]
        for item in items:
            if check_of(item.function) is None:
                self.trouble += f"{item.nodeid} is not marked with .check() or .guard() of an exercise\n"
        try:
            for job in () if self.trouble else self.jobs:
                self.job = job
                self._run(items, job)
                self.deliver(job)
        except BaseException as error:
            self.error = error
        return True

    def _run(self, items: Sequence[pytest.Function], job: Job[Tag]) -> None:
        wanted = [item for item in items if job.wants(mark_of(item))]
        for item, following in zip(wanted, [*wanted[1:], None], strict=True):
            for report in runtestprotocol(item, log=False, nextitem=following):
                if report.failed:
                    job.trouble = ChecksBrokenError(f"{item.nodeid}: {report.longreprtext}")
            if job.trouble:
                break

    @pytest.hookimpl(tryfirst=True)
    def pytest_pyfunc_call(self, pyfuncitem: pytest.Function) -> bool:
        """Runs one check through its seeds and notes how it ended; only a broken check raises."""
        assert self.job is not None
        check = mark_of(pyfuncitem)
        arguments = {name: pyfuncitem.funcargs[name] for name in inspect.signature(pyfuncitem.obj).parameters}
        lost = [e for e in self.job.of(check.exercise) if e.status in ("timeout", "crashed", "out_of_memory")]
        if check.exercise in self.job.settled:
            self._note(Ending(check, "failed", self.job.settled[check.exercise]))
        elif len(lost) >= MAXIMUM_LOSSES:
            self._note(not_reached(check, lost[0].check))
        else:
            student = self.job.student
            student.asked_on_gpu = False
            ending = self._ending(check, lambda: pyfuncitem.obj(**arguments), self.job)
            self._note(replace(ending, device=student.device) if student.asked_on_gpu else ending)
        return True

    def _ending(self, check: Check, call: Callable[[], None], job: Job[Tag]) -> Ending:
        student, reference = job.student, job.reference
        try:
            for round in range(check.seeds):
                self.random.generator.manual_seed(check.input_seed(round))
                seed_everything(check.input_seed(round))
                moment = Moment(check.build, check.probe_seed(round))
                for subject in filter(None, (student, reference)):
                    subject.moment = moment
                call()
        except Finding as finding:
            return Ending(check, "failed", student.presentable(finding))
        except NotReached:
            return Ending(check, "not_reached")
        except NotChecked as error:
            return Ending(check, "not_checked", error.finding)
        except StudentRaisedError as error:
            return ending_of_raised(check, error.raised, student)
        except LostError as error:
            return ending_of_lost(check, error)
        except Exception as error:
            job.trouble = error
            return Ending(check, "not_checked")
        return Ending(check, "passed")

    def _note(self, ending: Ending) -> None:
        """Adds an ending: one per mistake, and one per check though it may have several parameter sets."""
        assert self.job is not None
        for other in self.job.of(ending.check.exercise):
            if reason(ending) and reason(other) == reason(ending) and other.check != ending.check:
                ending = not_reached(ending.check, other.check)
        same = [other for other in self.job.endings if other.check == ending.check]
        if not same:
            self.job.endings.append(ending)
        elif same[0].status == "passed":
            self.job.endings[self.job.endings.index(same[0])] = ending


def mark_of(item: pytest.Function) -> Check:
    """The mark of a collected check."""
    check = check_of(item.function)
    assert check is not None
    return check


def reason(ending: Ending) -> str:
    """What makes two endings the same mistake; '' for those that are reported every time."""
    if ending.finding is None or ending.status not in ("failed", "error"):
        return ""
    where = ending.finding.values if ending.finding.id == "raised" else ""
    return f"{ending.finding.id} {where}"


def not_reached(check: Check, first: Check) -> Ending:
    """The ending of a check that stops at what another check has reported already."""
    return Ending(check, "not_reached", Finding("not_reached", first=first.title))


def replay(
    files: Sequence[Path],
    jobs: Iterable[Job[Tag]],
    deliver: Callable[[Job[Tag]], None],
) -> None:
    """Collects the check files and replays them for every job; calls `deliver` after each.

    Raises ChecksBrokenError if a file can't be collected, and whatever `jobs` and `deliver` raise.
    """
    plugin = Replay(jobs, deliver)
    options = [option for name in UNUSED for option in ("-p", f"no:{name}")]
    arguments = ["--noconftest", "--import-mode=importlib", "-c", os.devnull, *options, *map(str, files)]
    with patch.dict(os.environ, PYTEST_DISABLE_PLUGIN_AUTOLOAD="1", PYTEST_ADDOPTS=""):
        code = pytest.main(arguments, plugins=[plugin])
    if plugin.error is not None:
        raise plugin.error
    if plugin.trouble or code not in (pytest.ExitCode.OK, pytest.ExitCode.NO_TESTS_COLLECTED):
        raise ChecksBrokenError(plugin.trouble or f"pytest ended with {code!r}")
