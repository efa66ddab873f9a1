"""What stands under a grade cell, case by case."""

from __future__ import annotations

import nbformat
import pytest
from nbformat import NotebookNode
from nbgrader.utils import determine_grade

from autograder.checks.records import CheckRecord, ExerciseRecord
from autograder.frontends.nbgrader_outputs import outputs
from autograder.frontends.nbgrader_preprocessors import has_score
from autograder.grading.records import SubmissionRecord


def grade_cell(points: float, grade_id: str = "MLP-check") -> NotebookNode:
    marks = {"grade": True, "solution": False, "locked": True, "grade_id": grade_id, "points": points}
    return nbformat.v4.new_code_cell("check(MLP)", metadata={"nbgrader": marks})


def a_record(score: float, status: str = "graded", error: str | None = None) -> SubmissionRecord:
    check = CheckRecord("MLP.values", "failed", score, 2.0, "values.differ", "<b>saw</b>")
    exercises = [ExerciseRecord("MLP", score, 2.0, [check])] if status == "graded" else []
    return SubmissionRecord(
        "ada", "01-blocks", status, score, 2.0, "full", "none", "a", "b", 0.1, error, [], exercises
    )


@pytest.mark.parametrize(
    ("score", "points", "expected"),
    [(0.0, 2, 0.0), (1.25, 2, 1.25), (2.0, 2, 2.0), (2.0000000001, 2, 2.0), (-1.0, 2, 0.0), (1.0, 6, 3.0)],
)
def test_nbgrader_reads_the_score_within_the_cells_points(score: float, points: int, expected: float) -> None:
    cell = grade_cell(points)
    cell.outputs = outputs(cell, a_record(score))
    assert determine_grade(cell) == (expected, points)


def test_an_unreadable_submission_has_no_points_and_an_escaped_reason() -> None:
    cell = grade_cell(2)
    cell.outputs = outputs(cell, a_record(0.0, "unreadable", "wrong assignment: '<b>'"))
    assert determine_grade(cell) == (0.0, 2)
    assert "wrong assignment: &#x27;&lt;b&gt;&#x27;" in cell.outputs[0].data["text/html"]


@pytest.mark.parametrize("status", ["not_graded", "graded"])
def test_where_nobody_can_score_there_is_no_score(status: str) -> None:
    cell = grade_cell(2, "MLP-check" if status == "not_graded" else "essay-check")
    cell.outputs = outputs(cell, a_record(0.0, status, "/secret/path is full"))
    assert not has_score(cell)
    assert "secret" not in str(cell.outputs)
