"""Which chapter a submission belongs to."""

from __future__ import annotations

import re
from collections.abc import Mapping

from autograder.catalogue import ASSIGNMENTS, Chapter, chapters
from autograder.submissions.code import read_cells
from autograder.submissions.discovery import Submission
from autograder.submissions.errors import Unreadable
from autograder.submissions.notebook import Notebook


def identify(notebook: Notebook, submission: Submission) -> Chapter:
    """The chapter named by the notebook's metadata, else by its path, its file name or its cells.

    Raises Unreadable("wrong assignment: ...") where metadata and path disagree, where the course has no such
    chapter, where the exercises are another chapter's, and where nothing tells. A chapter text that is broken
    raises CatalogueError: that is the course's fault.
    """
    told, placed = notebook.assignment, submission.assignment
    if told is not None and placed is not None and told != placed:
        raise _wrong(f"the notebook belongs to {_quoted(told)}, but lies in {_quoted(placed)}")
    by_cells = _by_grade_ids(notebook)
    assignment = told or placed or told_by_file_name(submission.path.stem) or by_cells or _by_names(notebook)
    if assignment is None:
        raise _wrong("nothing in the notebook or its name tells which chapter it is")
    found = {one.assignment: one for one in chapters()}.get(assignment)
    if found is None:
        raise _wrong(f"the course has no chapter {_quoted(assignment)}")
    if by_cells is not None and by_cells != assignment and not _grade_ids(notebook) & _ids(found):
        raise _wrong(f"the exercises in it are those of {by_cells}, not of {assignment}")
    return found


def _wrong(why: str) -> Unreadable:
    return Unreadable(f"wrong assignment: {why}")


def _quoted(name: str) -> str:
    return ascii(name if len(name) <= 60 else f"{name[:60]}...")


def told_by_file_name(stem: str) -> str | None:
    """The one chapter whose module's name stands in the file's name, as in "Copy of blocks (1)"."""
    named = {
        assignment: module
        for assignment, module in ASSIGNMENTS.items()
        if re.search(rf"(?<![a-z]){module}(?![a-z])", stem.lower())
    }
    return next(iter(named)) if len(named) == 1 else None


def _by_grade_ids(notebook: Notebook) -> str | None:
    ids = _grade_ids(notebook)
    return _only_best({one.assignment: len(ids & _ids(one)) for one in chapters()})


def _by_names(notebook: Notebook) -> str | None:
    """The chapter that asks for most of what the cells define: some editors strip every mark of ours."""
    codes = read_cells(cell.source for cell in notebook.cells if cell.kind == "code")
    defined = frozenset[str]().union(*(code.defines for code in codes))
    asked = {
        one.assignment: {name for exercise in one.exercises for name in exercise.asks} for one in chapters()
    }
    return _only_best({assignment: len(defined & names) for assignment, names in asked.items()})


def _grade_ids(notebook: Notebook) -> set[str]:
    return {cell.grade_id for cell in notebook.cells if cell.grade_id is not None}


def _ids(of: Chapter) -> set[str]:
    return {exercise.id for exercise in of.exercises}


def _only_best(scores: Mapping[str, int]) -> str | None:
    best = max(scores.values(), default=0)
    winners = [name for name, score in scores.items() if score == best]
    return winners[0] if best and len(winners) == 1 else None
