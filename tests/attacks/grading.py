"""Grades one attack and an honest submission side by side, in one sandbox, as a grading worker does."""

from __future__ import annotations

import csv
import io
import os
import shutil
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import NoReturn
from unittest.mock import patch

import msgspec
import nbformat

from autograder.authoring.answers import handed_in, solved_cells
from autograder.catalogue import Chapter
from autograder.checks.replay import Job, replay
from autograder.grading.preparation import Grading, finish, prepare
from autograder.grading.records import Order, Result, SubmissionRecord
from autograder.grading.worker import hidden_files
from autograder.limits import Limits
from autograder.reports.card import as_html, as_text
from autograder.reports.class_report import as_page
from autograder.reports.gradebook_csv import as_csv
from autograder.sandbox.channel import Channel
from autograder.sandbox.client import Child, Sandbox
from autograder.sandbox.outcomes import SandboxError
from tests.attacks.canaries import SIBLING, Canaries
from tests.attacks.corpus import OVER, Attack
from tests.attacks.tools import BROKEN, GOT_THROUGH, HIDDEN_INPUT
from tests.test_sandbox_lifetime import descendants, those_left

# Everything that is printed is looked at, not only what is kept for the log.
LIMITS = Limits(cell_seconds=20, check_seconds=10, submission_seconds=60, output_kept=8 << 20)
# What the grader itself may need beyond the limits of a submission on a busy machine.
PATIENCE = 60.0
FORMULA = ("=", "+", "-", "@", "\t", "\r")


@dataclass
class Watch:
    """What came from the attacking children; the sibling's channel is left out."""

    sibling: Channel | None = None
    sent: bytearray = field(default_factory=bytearray)
    output: bytearray = field(default_factory=bytearray)
    largest: int = 0
    printed: int = 0
    losses: list[str] = field(default_factory=list)


@dataclass
class Outcome:
    """All that is known about one attack after grading: what it won, and what it did to others."""

    attack: Attack
    result: Result | None = None
    sibling: SubmissionRecord | None = None
    watch: Watch = field(default_factory=Watch)
    trouble: str = ""
    zygote_lives: bool = True
    processes_left: set[int] = field(default_factory=set)
    descriptors_left: int = 0
    seconds: float = 0.0

    @property
    def record(self) -> SubmissionRecord | None:
        """What was found about the attacking submission."""
        return self.result.record if self.result else None

    @property
    def last_words(self) -> str:
        """The end of what the attack printed, for whoever has to find out."""
        return self.result.output[-1500:] if self.result else ""


def written(attack: Attack, chapter: Chapter, canaries: Canaries) -> Path:
    """The attack's notebook in the class."""
    path = canaries.folder / "submitted" / attack.name / chapter.assignment / chapter.notebook
    # It may lie there from another level.
    shutil.rmtree(path.parent, ignore_errors=True)
    path.parent.mkdir(parents=True)
    if attack.place is not None:
        attack.place(path, canaries.places | {"sibling": str(canaries.sibling)})
    else:
        solved = solved_cells(chapter)[attack.exercise]
        cell = attack.cell(canaries.places)
        code = {attack.exercise: f"{cell}\n\n{solved}" if attack.honest else cell}
        path.write_text(nbformat.writes(handed_in(chapter, code)), encoding="utf-8")
    return path


def run(attack: Attack, chapter: Chapter, sandbox: Sandbox, canaries: Canaries) -> Outcome:
    """Grades the attack while the honest submission's child lives in the same zygote."""
    order = Order(attack.student, chapter.assignment, os.fsencode(written(attack, chapter, canaries)))
    honest = Order(SIBLING, chapter.assignment, os.fsencode(canaries.sibling))
    outcome = Outcome(attack)
    before, descriptors = descendants(os.getpid()), len(os.listdir("/proc/self/fd"))
    started = time.monotonic()
    with watching(outcome.watch):
        for _ in range(attack.rounds):
            grade(attack, order, honest, sandbox, outcome)
    outcome.seconds = time.monotonic() - started
    outcome.zygote_lives = sandbox.zygote.process is not None and sandbox.zygote.process.poll() is None
    outcome.processes_left = those_left(descendants(os.getpid()) - before, 5)
    outcome.descriptors_left = len(os.listdir("/proc/self/fd")) - descriptors
    return outcome


def grade(attack: Attack, order: Order, honest: Order, sandbox: Sandbox, outcome: Outcome) -> None:
    """One round; trouble of the sandbox is noted and not raised."""

    def jobs() -> Iterator[Job[Grading]]:
        beside = prepare(honest, sandbox)
        assert not isinstance(beside, Result)
        outcome.watch.sibling = beside.tag.student.process.running().channel
        job = prepare(order, sandbox)
        if isinstance(job, Result):
            outcome.result = job
        else:
            limits = replace(LIMITS, **attack.limits)
            job.tag.student.account.limits = limits
            job.tag.student.account.restart_clock()
            yield job
        yield beside

    def deliver(job: Job[Grading]) -> None:
        if job.trouble is not None and job.tag.order is order:
            outcome.trouble = f"{type(job.trouble).__name__}: {job.trouble}"
        result = finish(job)
        if job.tag.order is honest:
            outcome.sibling = result.record
        else:
            outcome.result = result

    try:
        replay(hidden_files(), jobs(), deliver)
    except SandboxError as error:
        outcome.trouble = f"the sandbox broke: {error}"


@contextmanager
def watching(watch: Watch) -> Iterator[None]:
    """Keeps every byte that children send or print, and every reason why one was lost."""
    receive, read_output, lose = Channel.receive, Channel.read_output, Child.lose

    def watched_receive(self: Channel, size: int, deadline: float) -> bytearray:
        if self is watch.sibling:
            return receive(self, size, deadline)
        watch.largest = max(watch.largest, size)
        received = receive(self, size, deadline)
        watch.sent += received[: 1 << 20]
        return received

    def watched_read(self: Channel) -> bool:
        if self is watch.sibling:
            return read_output(self)
        before = len(self.printed)
        more = read_output(self)
        watch.output += self.printed[before:]
        watch.printed = max(watch.printed, self.printed_bytes)
        return more

    def watched_lose(self: Child, reason: str, detail: str) -> NoReturn:
        watch.losses.append(reason)
        lose(self, reason, detail)

    with (
        patch.multiple(Channel, receive=watched_receive, read_output=watched_read),
        patch.object(Child, "lose", watched_lose),
    ):
        yield


def reports(record: SubmissionRecord, log: str) -> Mapping[str, str]:
    """Everything that the record reaches, by name."""
    return {
        "grades.jsonl": msgspec.json.encode(record).decode(),
        "log": log,
        "grades.csv": as_csv([record]),
        "class report": as_page([record]),
        "card": "\n".join(map(as_html, record.exercises)),
        "card in the terminal": "\n".join(map(as_text, record.exercises)),
    }


def faults(outcome: Outcome, canaries: Canaries) -> list[str]:
    """Everything that must not be, in words; empty for an attack that was contained."""
    attack, record, watch = outcome.attack, outcome.record, outcome.watch
    if record is None:
        return [f"there is no record: {outcome.trouble}"]
    found = [*won(attack, record), *harmed(outcome, canaries.full_points)]
    found += [f"sent: {secret}" for secret in canaries.found_in(bytes(watch.sent + watch.output))]
    assert outcome.result is not None
    shown = reports(record, outcome.result.output)
    found += [f"{name} shows {secret}" for name, text in shown.items() for secret in canaries.found_in(text)]
    found += dangerous(shown)
    printed = watch.output.decode("latin-1").splitlines()
    found += [line[:300] for line in printed if line.startswith((GOT_THROUGH, BROKEN))]
    if attack.ends:
        found += [] if attack.ends in watch.losses else [f"{attack.ends} expected, not {watch.losses}"]
    elif not attack.place:
        found += [] if OVER in printed else ["the attack did not come to its end"]
        found += [f"the child was lost: {reason}" for reason in watch.losses]
    return found


def won(attack: Attack, record: SubmissionRecord) -> list[str]:
    """What the attack gained for its own record."""
    passed = {
        check.id for exercise in record.exercises for check in exercise.checks if check.status == "passed"
    }
    if record.status != attack.status:
        return [f"the submission is {record.status}: {record.error}"]
    if attack.honest:
        own = next(exercise for exercise in record.exercises if exercise.id == attack.exercise)
        return [] if own.score == own.max_score else [f"the honest answer lost points: {own}"]
    if attack.denied:
        everything = {check.id for exercise in record.exercises for check in exercise.checks}
        unknown = set(attack.denied) - everything
        return [f"there is no check {name}" for name in unknown] + [
            f"passed: {name}" for name in attack.denied if name in passed
        ]
    return [f"earned {record.score}: {sorted(passed)}"] if record.score else []


def harmed(outcome: Outcome, full_points: float) -> list[str]:
    """What the attack did to the grader and to others."""
    found = []
    sibling, watch = outcome.sibling, outcome.watch
    limits = replace(LIMITS, **outcome.attack.limits)
    if outcome.trouble:
        found.append(outcome.trouble)
    if sibling is None or (sibling.status, sibling.score) != ("graded", full_points):
        found.append(f"the sibling was harmed: {sibling}")
    if not outcome.zygote_lives:
        found.append("the zygote died")
    if outcome.processes_left:
        found.append(f"processes left: {outcome.processes_left}")
    if outcome.descriptors_left:
        found.append(f"descriptors left: {outcome.descriptors_left}")
    if watch.largest > limits.reply:
        found.append(f"a reply of {watch.largest} bytes was taken")
    if watch.printed > limits.output_killed + (1 << 20):
        found.append(f"{watch.printed} bytes of output were taken")
    if outcome.seconds > outcome.attack.rounds * limits.submission_seconds + PATIENCE:
        found.append(f"it took {outcome.seconds:.0f} seconds")
    return found


def dangerous(shown: Mapping[str, str]) -> list[str]:
    """Markup, control characters and formulas of a student's in what others open."""
    pages = ("class report", "card")
    found = [f"{name} holds markup" for name in pages if "<script" in shown[name] or "<img" in shown[name]]
    for name in set(shown) - {"log"}:
        if "\x1b" in shown[name] or "\u202e" in shown[name]:
            found.append(f"{name} holds control characters")
        if HIDDEN_INPUT in shown[name]:
            found.append(f"{name} holds a hidden input")
    # Spreadsheets of other countries, and those that guess, split at other characters.
    for separator in (",", ";", "\t"):
        for row in csv.reader(io.StringIO(shown["grades.csv"]), delimiter=separator):
            found += [f"a formula in grades.csv: {cell}" for cell in row if cell.startswith(FORMULA)]
    return found
