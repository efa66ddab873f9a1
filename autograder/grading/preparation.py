"""From an order to a job for the replay, and from a finished job to a result."""

from __future__ import annotations

import importlib
import os
import time
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from autograder.catalogue import Chapter, Exercise, course_folder, known_chapter
from autograder.checks.findings import Finding
from autograder.checks.recording import record
from autograder.checks.replay import Job
from autograder.checks.subjects import ReferenceSubject, Subject
from autograder.grading.fingerprint import checks_sha256
from autograder.grading.records import Device, Order, Result, SubmissionRecord
from autograder.grading.subject import SandboxedSubject
from autograder.sandbox.client import Sandbox
from autograder.submissions.discovery import Submission
from autograder.submissions.errors import Unreadable
from autograder.submissions.extract import extract
from autograder.submissions.files import read_bytes, sha256
from autograder.submissions.script import Script


class ReferenceFailsError(Exception):
    """The reference solution itself does not pass: the machine or the course is broken, not the students."""


@dataclass
class Grading:
    """A submission on its way through the checks."""

    order: Order
    sha256: str
    chapter: Chapter
    script: Script
    student: SandboxedSubject
    is_proof: bool = False


def prepare(order: Order, sandbox: Sandbox, device: Device = "simulated") -> Job[Grading] | Result:
    """A job for the replay, or at once the result of a submission that can't be read."""
    started = time.monotonic()
    submission = Submission(order.student, order.assignment, Path(os.fsdecode(order.path)))
    digest = ""
    try:
        data = read_bytes(submission.path)
        digest = sha256(data)
        extracted = extract(data, submission)
    except Unreadable as error:
        return Result(unreadable(order, digest, sandbox, device, error.reason, time.monotonic() - started))
    chapter, script = extracted.chapter, extracted.script
    student = SandboxedSubject(sandbox, script, chapter, device)
    grading = Grading(order, digest, chapter, script, student)
    return Job(
        grading,
        student,
        exercises=frozenset(exercise.id for exercise in chapter.exercises),
        reference=reference(chapter.module),
        settled={e.id: Finding("starter.unchanged") for e in chapter.exercises if is_starter(e, script)},
    )


def proof(chapter: Chapter, sandbox: Sandbox, device: Device) -> Job[Grading]:
    """The chapter's own solution, as a submission: what it does not earn here, no student can be blamed for."""
    path = course_folder() / "source" / chapter.assignment / chapter.notebook
    job = prepare(Order("the reference solution", chapter.assignment, os.fsencode(path)), sandbox, device)
    if isinstance(job, Result):
        raise ReferenceFailsError(f"{path.name} of the course is {job.record.error}")
    job.tag.is_proof = True
    return job


def demand_full_points(job: Job[Grading]) -> None:
    """Raises ReferenceFailsError unless every check of a proof that could look has passed."""
    result = finish(job).record
    checks = [check for exercise in result.exercises for check in exercise.checks]
    failed = [check for check in checks if check.status not in ("passed", "not_checked")]
    if failed or result.error:
        why = result.error or f"{failed[0].id}: {(failed[0].message or failed[0].status).splitlines()[0]}"
        raise ReferenceFailsError(
            f"the reference solution of {result.assignment} fails on this machine: {why}"
        )


def unreadable(
    order: Order, digest: str, sandbox: Sandbox, device: Device, reason: str, seconds: float
) -> SubmissionRecord:
    """The record of a submission that nobody can grade as it is."""
    placed = known_chapter(order.assignment)
    return SubmissionRecord(
        student=order.student,
        assignment=order.assignment,
        status="unreadable",
        score=0.0,
        max_score=float(placed.points) if placed else 0.0,
        isolation=sandbox.level.value,
        device=device,
        submission_sha256=digest,
        checks_sha256=checks_sha256(order.assignment),
        seconds=round(seconds, 3),
        error=reason,
    )


def is_starter(exercise: Exercise, script: Script) -> bool:
    """Whether the code that a fix-the-bug exercise hands out came back as it was."""
    return exercise.kind == "fix" and script.exercises[exercise.id].state == "unchanged"


@cache
def reference(module: str) -> Subject:
    """The reference solutions of a chapter, which remember what they answered."""
    return ReferenceSubject(vars(importlib.import_module(f"solutions.{module}")))


def finish(job: Job[Grading]) -> Result:
    """The result of a job whose checks have run, or were stopped by trouble of our own."""
    grading, chapter = job.tag, job.tag.chapter
    grading.student.close()
    unchecked = [exercise.id for exercise in chapter.exercises if not job.of(exercise.id)]
    trouble = None
    if job.trouble is not None:
        trouble = f"{type(job.trouble).__name__}: {job.trouble}"
    elif unchecked:
        trouble = f"no check belongs to {', '.join(unchecked)}"
    exercises = [] if trouble else [record(e.id, e.points, job.of(e.id)) for e in chapter.exercises]
    result = SubmissionRecord(
        student=grading.order.student,
        assignment=chapter.assignment,
        status="not_graded" if trouble else "graded",
        score=round(sum(exercise.score for exercise in exercises), 4),
        max_score=float(chapter.points),
        isolation=grading.student.sandbox.level.value,
        device=grading.student.device,
        submission_sha256=grading.sha256,
        checks_sha256=checks_sha256(chapter.assignment),
        seconds=round(time.monotonic() - grading.student.account.started, 3),
        error=trouble,
        remarks=grading.script.remarks,
        exercises=exercises,
    )
    return Result(result, grading.student.output)
