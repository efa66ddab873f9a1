"""The record of one graded submission: a line of grades.jsonl."""

from __future__ import annotations

from typing import Literal

import msgspec

from autograder.checks.records import ExerciseRecord

Device = Literal["simulated", "cuda", "none"]
"""What placement is judged on: the simulated GPU, the machine's own, or nothing, and then it is not judged."""


class SubmissionRecord(msgspec.Struct, frozen=True):
    """What is known about one submission after grading.

    `status` is "graded"; "unreadable" (not a notebook, wrong assignment: `error` says why, score 0, a human
    has to look); or "not_graded" (our own trouble, named in `error`: never a student's zero). `remarks` say
    what had to be mended. `seconds` is the only field that two runs may disagree on.
    """

    student: str
    assignment: str | None
    status: Literal["graded", "unreadable", "not_graded"]
    score: float
    max_score: float
    isolation: str
    device: str
    submission_sha256: str
    checks_sha256: str
    seconds: float
    error: str | None = None
    remarks: list[str] = []
    exercises: list[ExerciseRecord] = []


class Order(msgspec.Struct, frozen=True):
    """What a grading worker is asked: one submission. `path` is bytes, for names that are not valid text."""

    student: str
    assignment: str | None
    path: bytes


class Result(msgspec.Struct, frozen=True):
    """What a grading worker answers: the record, and what the student's code printed (for the instructor)."""

    record: SubmissionRecord
    output: str = ""
