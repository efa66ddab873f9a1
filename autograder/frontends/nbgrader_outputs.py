"""What stands under a grade cell once it is graded: a card to read, and a number for nbgrader."""

from __future__ import annotations

from html import escape

from nbformat import NotebookNode
from nbformat.v4 import new_output

from autograder.checks.records import ExerciseRecord
from autograder.grading.records import SubmissionRecord
from autograder.reports.card import as_html, as_text

CHECK = "-check"
NOT_GRADED = (
    "Not graded yet: the grader had trouble of its own. This costs you nothing, and your instructor knows."
)
UNKNOWN = "Not graded automatically: no check belongs to this cell. Your instructor will look at it."


def outputs(cell: NotebookNode, record: SubmissionRecord) -> list[NotebookNode]:
    """The outputs of a grade cell; without a score among them where nobody but a human can give one."""
    if record.status == "unreadable":
        reason = record.error or "it could not be read"
        return [
            note(f"This submission could not be graded: {reason}. Your instructor will look."),
            score(0.0),
        ]
    if record.status == "not_graded":
        return [note(NOT_GRADED)]
    exercise = exercise_of(cell.metadata.nbgrader.grade_id, record)
    if exercise is None:
        return [note(UNKNOWN)]
    return [card(exercise), score(points_for(exercise, float(cell.metadata.nbgrader.points)))]


def exercise_of(grade_id: str, record: SubmissionRecord) -> ExerciseRecord | None:
    """The exercise that a grade cell `<exercise>-check` asks about."""
    return next((one for one in record.exercises if f"{one.id}{CHECK}" == grade_id), None)


def points_for(exercise: ExerciseRecord, points: float) -> float:
    """The exercise's score in a cell worth `points`: the same share, should the course give other points."""
    if points == exercise.max_score:
        return min(max(exercise.score, 0.0), points)
    return min(max(exercise.score / exercise.max_score, 0.0), 1.0) * points


def card(exercise: ExerciseRecord) -> NotebookNode:
    """The exercise's verdicts, to be read in the notebook and in the feedback."""
    return display(as_html(exercise), as_text(exercise))


def note(text: str) -> NotebookNode:
    """One sentence in the card's place; what a student wrote may stand in it."""
    return display(f"<p>{escape(text)}</p>", text)


def display(html: str, text: str) -> NotebookNode:
    """An output to look at."""
    shown: NotebookNode = new_output("display_data", {"text/html": html, "text/plain": text})  # type: ignore[no-untyped-call]
    return shown


def score(value: float) -> NotebookNode:
    """The number that nbgrader reads as partial credit."""
    result: NotebookNode = new_output("execute_result", {"text/plain": repr(value)})  # type: ignore[no-untyped-call]
    return result
