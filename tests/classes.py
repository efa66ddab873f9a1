"""Classes of submissions for tests: written into a folder, graded by the real grader."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import nbformat

from autograder.authoring.answers import handed_in
from autograder.catalogue import Chapter
from autograder.grading.classroom import grade_class
from autograder.grading.records import SubmissionRecord
from autograder.sandbox.levels import best_level
from autograder.submissions.discovery import find_submissions

JOBS = 2


def write_class(folder: Path, chapter: Chapter, students: Mapping[str, Mapping[str, str]]) -> Path:
    """Writes a submitted/ tree: for each student the code of the exercises handed in."""
    for student, code in students.items():
        path = folder / student / chapter.assignment / chapter.notebook
        path.parent.mkdir(parents=True)
        path.write_text(nbformat.writes(handed_in(chapter, code)), encoding="utf-8")
    return folder


def graded(submitted: Path, grades: Path, jobs: int = JOBS) -> dict[str, SubmissionRecord]:
    """The records of a class by student, graded at the best level that works here."""
    records = grade_class(find_submissions([submitted]), grades, best_level(), jobs)
    return {record.student: record for record in records}


def findings(record: SubmissionRecord) -> dict[str, set[str | None]]:
    """For each exercise what was found wrong; checks that were not reached say nothing."""
    quiet = ("passed", "not_reached", "not_checked")
    return {
        exercise.id: {check.finding for check in exercise.checks if check.status not in quiet}
        for exercise in record.exercises
    }
