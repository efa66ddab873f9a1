"""Grades a class: what is new or changed is graded, the rest is known from the journal."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Sequence
from pathlib import Path

from autograder.grading.fingerprint import checks_sha256
from autograder.grading.journal import Journal, locked, write_atomically
from autograder.grading.records import Device, Order, Result, SubmissionRecord
from autograder.grading.runner import run
from autograder.sandbox.isolation import Level
from autograder.submissions.discovery import Submission
from autograder.submissions.errors import Unreadable, UsageError
from autograder.submissions.files import read_bytes, sha256

UNSAFE = re.compile(r"[^\w@.+-]|^\.", re.ASCII)


def grade_class(
    submissions: Sequence[Submission],
    folder: Path,
    level: Level,
    jobs: int,
    fresh: bool = False,
    device: Device = "simulated",
    begin: Callable[[int, int], None] = lambda known, waiting: None,
    progress: Callable[[SubmissionRecord], None] = lambda record: None,
) -> list[SubmissionRecord]:
    """Grades submissions into a GRADES folder.

    Args:
        submissions: what to grade.
        folder: gets grades.jsonl and logs/; made if it does not exist.
        level: the isolation to grade at.
        jobs: how many submissions at a time.
        fresh: grade everything, known or not.
        device: what placement is judged on.
        begin: called once with how many submissions are known already and how many will be graded.
        progress: called with every new record.

    Returns:
        All records of the folder, sorted by student and assignment, earlier ones included.
        Raises BusyError if another grader is at work there, UsageError if the folder can't be made.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UsageError(f"{folder} can't be made: {error.strerror}.") from None
    with locked(folder):
        journal = Journal(folder)
        waiting = [s for s in submissions if fresh or not is_known(s, journal, level, device)]
        begin(len(submissions) - len(waiting), len(waiting))
        orders = [Order(s.student, s.assignment, os.fsencode(s.path)) for s in waiting]
        for result in run(orders, level, jobs, device):
            write_log(folder, result)
            journal.add(result.record)
            progress(result.record)
        return journal.close()


def is_known(submission: Submission, journal: Journal, level: Level, device: Device) -> bool:
    """Whether this very notebook has been graded by these very checks at this level and device."""
    graded = {
        record.submission_sha256
        for record in journal.of[submission.student].values()
        if submission.assignment in (None, record.assignment)
        and record.status != "not_graded"
        and (record.isolation, record.device) == (level.value, device)
        and record.checks_sha256 == checks_sha256(record.assignment)
    }
    # A file that nothing is known about is not read here: its worker will.
    return bool(graded) and digest(submission) in graded


def digest(submission: Submission) -> str:
    """The hash of the file as it is now; '' if it can't be read."""
    try:
        return sha256(read_bytes(submission.path))
    except Unreadable:
        return ""


def write_log(folder: Path, result: Result) -> None:
    """Keeps what the student's code printed, for the instructor alone."""
    record = result.record
    path = folder / "logs" / file_name(record.student) / f"{file_name(record.assignment or 'unknown')}.log"
    path.parent.mkdir(parents=True, exist_ok=True)
    write_atomically(path, result.output.encode("utf-8", "replace"))


def file_name(text: str) -> str:
    """A name that is safe as a file name and still tells names apart: other characters as %XX."""
    return UNSAFE.sub(lambda match: "".join(f"%{byte:02X}" for byte in match[0].encode()), text) or "%"
