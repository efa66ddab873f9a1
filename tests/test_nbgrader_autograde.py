"""nbgrader's own commands, on a class with all that can happen in one."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from html import unescape
from pathlib import Path
from subprocess import CompletedProcess

import nbformat
import pytest

from autograder.authoring.answers import handed_in
from autograder.grading.journal import read_records
from autograder.grading.records import SubmissionRecord
from tests.classes import graded
from tests.nbgrader_course import (
    BLOCKS,
    COURSE,
    SOLVED,
    autograded,
    cell,
    copied_course,
    gradebook,
    nbgrader,
    place_of,
    scores,
    solved,
    submit,
)

HOW_TO = COURSE.parent / "docs" / "nbgrader.md"
COMMANDS = re.findall(r"^    nbgrader (.+)$", HOW_TO.read_text(encoding="utf-8"), re.MULTILINE)
EXERCISES = [exercise.id for exercise in BLOCKS.exercises]
FULL = {exercise.id: (float(exercise.points), False) for exercise in BLOCKS.exercises}
MARKUP = "<script>alert(1)</script>"
WITHOUT_RELU = """class MLP(nn.Module):
    def __init__(self):
        super().__init__()
        self.hidden = nn.Linear(20, 256)
        self.out = nn.Linear(256, 10)

    def forward(self, X):
        return self.out(self.hidden(X))
"""
DAMAGED = ("hana", "ines", "jose", "kim", "lena")


@dataclass(frozen=True)
class Graded:
    """A course through which all commands of the how-to have gone, and what they printed."""

    folder: Path
    runs: dict[str, CompletedProcess[str]]
    records: dict[str, SubmissionRecord]


@pytest.fixture(scope="module")
def course(tmp_path_factory: pytest.TempPathFactory) -> Graded:
    folder = copied_course(tmp_path_factory.mktemp("course"))
    submit_class(folder)
    runs = {command: nbgrader(folder, *command.split()) for command in COMMANDS}
    return Graded(folder, runs, graded(folder / "submitted", tmp_path_factory.mktemp("grades")))


def submit_class(folder: Path) -> None:
    submit(folder, "ada", solved())
    submit(folder, "bert", handed_in(BLOCKS, {}))
    submit(folder, "cleo", solved(MLP=WITHOUT_RELU))
    submit(folder, "dora", solved(MLP=f"import os\nos._exit(0)\n{SOLVED['MLP']}"))
    submit(folder, "emil", hostile())
    wrong = solved()
    wrong.metadata.autograder.assignment = f"02-{MARKUP}"
    submit(folder, "frey", wrong)
    submit(folder, "gwen", '{"cells": [')
    submit_damaged(folder)


def hostile() -> nbformat.NotebookNode:
    """Markup wherever code can put it, and outputs and points that the student wrote himself."""
    code = f"print({MARKUP!r})\nraise ValueError({MARKUP!r})"
    notebook = solved(MLP=code)
    forged = nbformat.v4.new_output("execute_result", {"text/plain": "100.0", "text/html": MARKUP})
    for one in notebook.cells:
        if one.cell_type == "code":
            one.outputs = [forged]
    cell(notebook, "MLP-check").metadata.nbgrader.points = 100
    return notebook


def submit_damaged(folder: Path) -> None:
    """Right solutions in notebooks whose marks were stripped, outdated, forged, copied and deleted."""
    stripped, outdated, forged, copied, deleted = (solved() for _ in DAMAGED)
    for one in stripped.cells:
        one.metadata = {}
    cell(outdated, "MLP").metadata.nbgrader.schema_version = 1
    cell(forged, "MLP").metadata.nbgrader.update(grade=True, points=100)
    cell(forged, "MLP-check").metadata.nbgrader.update(solution=True, locked=False)
    forged.cells[0].metadata.nbgrader = {"grade": True, "grade_id": "bonus", "points": 100}
    forged.cells[1].metadata.nbgrader = "none of your business"
    copied.cells += [cell(copied, "Scale"), cell(copied, "Scale-check")]
    gone = [cell(deleted, "MLP"), cell(deleted, "MLP-check")]
    deleted.cells = [one for one in deleted.cells if one not in gone]
    for student, notebook in zip(DAMAGED, (stripped, outdated, forged, copied, deleted), strict=True):
        submit(folder, student, json.dumps(notebook))


def test_every_command_of_the_how_to_does_its_work(course: Graded) -> None:
    assert len(COMMANDS) >= 6
    for command, run in course.runs.items():
        # Only gwen's file, which is no notebook, makes a command fail.
        expected = 1 if command == "autograde 01-blocks" else 0
        assert run.returncode == expected, f"nbgrader {command}: {run.stdout}"
    assert (
        course.folder / "exchange" / "nn-course-kit" / "outbound" / "01-blocks" / "blocks.ipynb"
    ).is_file()
    assert "ada" in (course.folder / "grades.csv").read_text()


def test_making_the_release_again_changes_nothing(course: Graded) -> None:
    path = Path("release") / BLOCKS.assignment / BLOCKS.notebook
    assert (course.folder / path).read_bytes() == (COURSE / path).read_bytes()


@pytest.mark.parametrize("student", ["ada", "bert", "cleo", "dora", "emil", *DAMAGED])
def test_the_gradebook_has_the_scores_of_the_grader(course: Graded, student: str) -> None:
    record = course.records[student]
    assert record.status == "graded"
    assert scores(course.folder, student) == {e.id: (e.score, False) for e in record.exercises}
    with gradebook(course.folder) as book:
        assert book.find_submission(BLOCKS.assignment, student).score == pytest.approx(record.score)


def test_the_class_holds_every_kind_of_score(course: Graded) -> None:
    assert scores(course.folder, "ada") == FULL
    assert scores(course.folder, "bert") == dict.fromkeys(EXERCISES, (0.0, False))
    assert scores(course.folder, "dora") == FULL | {"MLP": (0.0, False)}
    score, _ = scores(course.folder, "cleo")["MLP"]
    assert score is not None
    assert 0 < score < BLOCKS.exercise("MLP").points


@pytest.mark.parametrize("student", DAMAGED[:-1])
def test_damaged_marks_cost_nothing(course: Graded, student: str) -> None:
    assert scores(course.folder, student) == FULL


def test_a_deleted_exercise_costs_that_exercise(course: Graded) -> None:
    assert scores(course.folder, "lena") == FULL | {"MLP": (0.0, False)}
    assert cell(autograded(course.folder, "lena"), "MLP-check").outputs


def test_a_grade_cell_holds_a_card_and_a_number_and_nothing_else_has_outputs(course: Graded) -> None:
    for student in ("ada", "cleo", "emil", "frey"):
        for one in autograded(course.folder, student).cells:
            kinds = [output.output_type for output in one.get("outputs", [])]
            is_check = one.metadata.get("nbgrader", {}).get("grade", False)
            assert kinds == (["display_data", "execute_result"] if is_check else [])


def test_feedback_gives_the_reasons(course: Graded) -> None:
    mlp = next(e for e in course.records["cleo"].exercises if e.id == "MLP")
    message = next(check.message for check in mlp.checks if check.status == "failed")
    assert message is not None
    page = text_of(course.folder, "cleo")
    for line in message.splitlines():
        assert line.replace("`", "") in page
    assert f"all {len(mlp.checks)} properties hold" in text_of(course.folder, "ada")


def test_markup_of_a_student_reaches_no_page(course: Graded) -> None:
    for student in ("emil", "frey"):
        page = place_of(course.folder, student, "feedback", ".html").read_text(encoding="utf-8")
        assert "alert(1)" in page
        assert MARKUP not in page
        cells = autograded(course.folder, student).cells
        shown = [output.data for one in cells for output in one.get("outputs", [])]
        assert not any(MARKUP in data.get("text/html", "") for data in shown)


def test_a_notebook_of_another_assignment_waits_for_a_human_and_says_why(course: Graded) -> None:
    record = course.records["frey"]
    assert record.status == "unreadable"
    assert scores(course.folder, "frey") == dict.fromkeys(EXERCISES, (0.0, True))
    assert "wrong assignment" in text_of(course.folder, "frey")


def test_what_nbgrader_cannot_open_is_named_and_stops_nobody_else(course: Graded) -> None:
    run = course.runs["autograde 01-blocks"]
    assert "error processing assignment '01-blocks' for student 'gwen'" in run.stdout
    assert not place_of(course.folder, "gwen", "autograded").exists()
    assert scores(course.folder, "gwen") == dict.fromkeys(EXERCISES, (None, True))
    kept = {record.student: record for record in read_records(course.folder / "grades" / "grades.jsonl")}
    assert kept["gwen"].status == "unreadable"
    assert set(scores(course.folder, "lena")) == set(EXERCISES)


def test_the_class_is_graded_once_and_then_looked_up(course: Graded) -> None:
    assert course.runs["autograde 01-blocks"].stdout.count("submissions at isolation") == 1
    again = course.runs["autograde 01-blocks --student ada --force"].stdout
    assert "Grading 0 submissions" in again
    assert "1 are known already" in again
    kept = list(read_records(course.folder / "grades" / "grades.jsonl"))
    assert sorted(record.student for record in kept) == sorted(course.records)


def test_what_students_print_reaches_the_log_alone(course: Graded) -> None:
    assert MARKUP in (course.folder / "grades" / "logs" / "emil" / "01-blocks.log").read_text()


def text_of(folder: Path, student: str) -> str:
    """What stands on a feedback page, without tags."""
    page = place_of(folder, student, "feedback", ".html").read_text(encoding="utf-8")
    return unescape(re.sub(r"<[^>]+>", "", page))
