"""The records behind one run of nbgrader: its whole class is graded at once, at the first notebook.

nbgrader goes through a class one notebook at a time; the grader is fast because it does not. What was graded
before is known from the journal, so a record is looked up far more often than it is made.
"""

from __future__ import annotations

import os
import re
from glob import glob
from pathlib import Path
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

from nbgrader.apps import NbGraderAPI
from nbgrader.converters import Autograde

from autograder.catalogue import ASSIGNMENTS
from autograder.frontends.cli import demanded_level
from autograder.grading.classroom import digest, grade_class
from autograder.grading.fingerprint import checks_sha256
from autograder.grading.records import SubmissionRecord
from autograder.submissions.discovery import Submission
from autograder.submissions.errors import UsageError
from autograder.submissions.naming import printable

if TYPE_CHECKING:
    from autograder.frontends.nbgrader_preprocessors import GradeInSandbox

Records = dict[Submission, SubmissionRecord]

# nbgrader makes preprocessors anew for every notebook; what lasts exactly as long as a run is its converter.
RUNS: WeakKeyDictionary[Any, dict[str, Records]] = WeakKeyDictionary()


class NotOursError(Exception):
    """A notebook in the course that the kit has no checks for."""


class NoIsolationError(Exception):
    """The configured isolation can't be had on this machine."""


def record_of(preprocessor: GradeInSandbox, student: str, assignment: str, notebook: str) -> SubmissionRecord:
    """The record of the file that was submitted, as its bytes are now; grades it if nobody has.

    Raises NotOursError, NoIsolationError, and BusyError if another grader writes to the same grades.
    """
    if ASSIGNMENTS.get(assignment) != notebook:
        raise NotOursError(f"this course has no checks for {notebook}.ipynb of {assignment}")
    converter: Autograde = preprocessor.parent.parent
    wanted = submission(converter, student, assignment)
    run = RUNS.setdefault(converter, {})
    if assignment not in run:
        # A server that runs for weeks must notice that checks were edited.
        checks_sha256.cache_clear()
        run[assignment] = graded(preprocessor, {wanted, *to_be_graded(converter, assignment)})
    elif not is_current(run[assignment].get(wanted), wanted):
        run[assignment] |= graded(preprocessor, {wanted})
    return run[assignment][wanted]


def is_current(record: SubmissionRecord | None, submission: Submission) -> bool:
    """Whether a record speaks of the file as it is now. What failed for our own reasons is not tried again."""
    if record is None:
        return False
    return record.status == "not_graded" or record.submission_sha256 == digest(submission)


def graded(preprocessor: GradeInSandbox, submissions: set[Submission]) -> Records:
    """Grades what is new or changed and returns the records of all."""
    try:
        level = demanded_level(None if preprocessor.isolation == "best" else preprocessor.isolation)
    except UsageError as error:
        raise NoIsolationError(f"{error} (GradeInSandbox.isolation in nbgrader_config.py decides.)") from None
    records = grade_class(
        sorted(submissions, key=lambda one: one.student),
        Path(preprocessor.parent.parent.coursedir.root) / preprocessor.grades,
        level,
        min(preprocessor.jobs, len(submissions)),
        begin=lambda known, waiting: preprocessor.log.info(
            "Grading %d submissions at isolation %s; %d are known already", waiting, level.value, known
        ),
    )
    by_name = {(record.student, record.assignment): record for record in records}
    return {one: by_name[one.student, one.assignment] for one in submissions}


def to_be_graded(converter: Autograde, assignment: str) -> list[Submission]:
    """The submissions that this run of nbgrader will come to, as far as can be told beforehand.

    Formgrader's button runs nbgrader for one student at a time, so there it is the class: whoever presses it
    once presses it again.
    """
    course = converter.coursedir
    asked = set(converter.assignments)
    folders = set(asked)
    if isinstance(converter.parent, NbGraderAPI):
        folders.update(glob(course.format_path(course.submitted_directory, "*", assignment)))
    pattern = course.format_path(
        course.submitted_directory, "(?P<student>.*)", re.escape(assignment), escape=True
    )
    excluded = course.student_id_exclude.split(",")
    found = []
    for folder in folders:
        match = re.fullmatch(pattern, folder)
        if match is None or match["student"] in excluded:
            continue
        done = course.format_path(course.autograded_directory, match["student"], assignment)
        one = submission(converter, match["student"], assignment)
        if (converter.force and folder in asked) or is_newer(one.path, Path(done) / one.path.name):
            found.append(one)
    return found


def is_newer(submitted: Path, done: Path) -> bool:
    """Whether a submission is there and came after its autograded copy, or has none.

    Files are asked for their age, not for their timestamp.txt: what students hand in is not opened here.
    """
    try:
        came = os.lstat(submitted).st_ctime
    except OSError:
        return False
    return not done.exists() or came > done.stat().st_mtime


def submission(converter: Autograde, student: str, assignment: str) -> Submission:
    """A student's submission, named as everywhere in the kit; a linked folder is not entered."""
    course = converter.coursedir
    folder = Path(course.format_path(course.submitted_directory, student, assignment))
    path = folder if folder.is_symlink() else folder / f"{ASSIGNMENTS[assignment]}.ipynb"
    return Submission(printable(student), assignment, path)


def available_cores() -> int:
    """The cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
