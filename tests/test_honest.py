"""Ordinary things that students do: through the whole grader, they cost no point at any level."""

from __future__ import annotations

from pathlib import Path

import pytest

from autograder.authoring.answers import solved_cells
from autograder.catalogue import chapter
from autograder.grading.classroom import grade_class
from autograder.grading.records import SubmissionRecord
from autograder.sandbox.levels import Level
from autograder.submissions.discovery import find_submissions
from tests.honest_cells import Honest, honest_cells, write_honest_class
from tests.warm_sandboxes import WALLED

BLOCKS = chapter("01-blocks")
CELLS = honest_cells()
SIGNS_OF_TROUBLE = ("Traceback (most recent call last)", "SyntaxError", "UsageError")
LEVELS = [
    pytest.param(level, marks=[pytest.mark.slow] if level is not WALLED[0] else [], id=level.value)
    for level in WALLED
]

Graded = dict[str, tuple[SubmissionRecord, str]]


@pytest.fixture(scope="module", params=LEVELS)
def level(request: pytest.FixtureRequest) -> Level:
    return request.param


@pytest.fixture(scope="module")
def graded(level: Level, tmp_path_factory: pytest.TempPathFactory) -> Graded:
    """By title, the record of everybody's solved notebook with one such cell, and what the code printed."""
    folder = tmp_path_factory.mktemp(level.value)
    students = write_honest_class(folder / "submitted", BLOCKS, solved_cells(BLOCKS), CELLS)
    records = grade_class(find_submissions([folder / "submitted"]), folder / "grades", level, jobs=2)
    logs = folder / "grades" / "logs"
    return {
        students[record.student].title: (
            record,
            Path(logs, record.student, f"{BLOCKS.assignment}.log").read_text(encoding="utf-8"),
        )
        for record in records
    }


def ends_well(cell: Honest, level: Level) -> bool:
    """Whether the cell runs to its end at the level: `landlock` has no writable folder, only `full` a /proc."""
    denied = (cell.writes and level is Level.LANDLOCK) or (cell.sees_itself and level is not Level.FULL)
    return not cell.raises and not denied


@pytest.mark.parametrize("cell", CELLS, ids=[cell.title for cell in CELLS])
def test_what_students_do_costs_no_point(cell: Honest, level: Level, graded: Graded) -> None:
    record, printed = graded[cell.title]
    lost = [
        (check.id, check.finding, check.message)
        for exercise in record.exercises
        for check in exercise.checks
        if check.status not in ("passed", "not_checked")
    ]
    assert (record.status, record.isolation) == ("graded", level.value)
    assert (record.score, lost) == (BLOCKS.points, []), printed
    assert any(sign in printed for sign in SIGNS_OF_TROUBLE) != ends_well(cell, level), printed


def test_the_cells_are_many_and_told_apart() -> None:
    assert len(CELLS) >= 40
    assert len({cell.title for cell in CELLS}) == len(CELLS)
    assert {cell.place for cell in CELLS} >= {"before", "after", "MLP"}
