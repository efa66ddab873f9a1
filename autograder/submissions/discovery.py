"""Which submissions lie behind the paths on the command line."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from autograder.catalogue import ASSIGNMENTS
from autograder.submissions.errors import UsageError
from autograder.submissions.naming import printable

NOTEBOOKS = {f"{module}.ipynb": assignment for assignment, module in ASSIGNMENTS.items()}


@dataclass(frozen=True)
class Submission:
    """One student's notebook for one assignment; `assignment` is None where the path does not tell it."""

    student: str
    assignment: str | None
    path: Path


def find_submissions(paths: Sequence[Path]) -> list[Submission]:
    """Every submission behind notebooks, folders of notebooks and nbgrader `submitted/` trees, sorted.

    A student folder without the chapter's notebook is still a submission, and so is a notebook that is a
    link or a folder: reading it says what is wrong. Raises UsageError for a path that holds no notebook
    and for two submissions of one student to one assignment.
    """
    found: dict[Path, Submission] = {}
    for path in paths:
        here = list(_behind(Path(os.path.abspath(path)), path))
        if not here:
            raise UsageError(f"{printable(str(path))} holds no notebooks.")
        found.update((submission.path, submission) for submission in here)
    submissions = sorted(found.values(), key=lambda one: (one.student, one.assignment or "", str(one.path)))
    for one, other in pairwise(submissions):
        if one.student == other.student and (one.assignment or other.assignment) == other.assignment:
            raise UsageError(
                f"There are two submissions of {one.student!r}"
                f"{f' to {one.assignment}' if one.assignment else ''}:"
                f" {printable(str(one.path))} and {printable(str(other.path))}."
            )
    return submissions


def _behind(path: Path, given: Path) -> Iterator[Submission]:
    if not os.path.lexists(path):
        raise UsageError(f"{printable(str(given))} does not exist.")
    if _is_notebook_name(path.name):
        yield _single(path)
    elif not os.path.isdir(path):
        raise UsageError(f"{printable(str(given))} is neither a notebook (.ipynb) nor a folder.")
    elif path.name in ASSIGNMENTS and os.path.lexists(path / f"{ASSIGNMENTS[path.name]}.ipynb"):
        yield _of_assignment(path, path.parent.name)
    elif any(entry.name in ASSIGNMENTS for entry in _folders(path)):
        yield from _of_student(path)
    else:
        for notebook in _notebooks(path):
            yield Submission(printable(notebook.stem), None, notebook)
        for student in _folders(path):
            yield from _of_student(student)


def _single(path: Path) -> Submission:
    if path.parent.name in ASSIGNMENTS:
        return Submission(printable(path.parent.parent.name), path.parent.name, path)
    return Submission(printable(path.stem), None, path)


def _of_student(folder: Path) -> Iterator[Submission]:
    """What one student's folder of a tree holds, the notebooks beside its assignment folders included."""
    student = printable(folder.name)
    if folder.is_symlink():
        yield Submission(student, None, folder)
        return
    assignments = _folders(folder)
    for entry in assignments:
        if entry.name in ASSIGNMENTS:
            yield _of_assignment(entry, folder.name)
        elif not entry.is_symlink():
            # A folder that is no assignment of this course can only be reported, and once is enough.
            yield from [Submission(student, printable(entry.name), path) for path in _notebooks(entry)[:1]]
    submitted = {entry.name for entry in assignments}
    for notebook in _notebooks(folder):
        assignment = NOTEBOOKS.get(notebook.name)
        if assignment is not None and assignment not in submitted:
            yield Submission(student, assignment, notebook)


def _of_assignment(folder: Path, student: str) -> Submission:
    linked = folder.is_symlink()
    path = folder if linked else folder / f"{ASSIGNMENTS[folder.name]}.ipynb"
    return Submission(printable(student), folder.name, path)


def _is_notebook_name(name: str) -> bool:
    return name.lower().endswith(".ipynb") and not name.startswith(".")


def _entries(folder: Path) -> list[Path]:
    try:
        return sorted(entry for entry in folder.iterdir() if not entry.name.startswith("."))
    except OSError as error:
        raise UsageError(f"{printable(str(folder))} can't be read: {error.strerror}.") from None


def _notebooks(folder: Path) -> list[Path]:
    return [entry for entry in _entries(folder) if _is_notebook_name(entry.name)]


def _folders(folder: Path) -> list[Path]:
    """Folders and links to folders; a link is listed by its callers, never entered."""
    return [entry for entry in _entries(folder) if not _is_notebook_name(entry.name) and os.path.isdir(entry)]
