"""The path of Formgrader's autograde button: nbgrader's API, one student at a time, in one process."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest
from nbgrader.apps import NbGraderAPI
from traitlets.config.loader import PyFileConfigLoader

from autograder.frontends import nbgrader_class
from autograder.grading import runner
from autograder.grading.journal import locked, read_records
from autograder.sandbox import levels
from autograder.sandbox.isolation import Level
from tests.nbgrader_course import (
    BLOCKS,
    autograded,
    cell,
    copied_course,
    nbgrader,
    place_of,
    scores,
    solved,
    submit,
)

FULL = {exercise.id: (float(exercise.points), False) for exercise in BLOCKS.exercises}
WAITING = {exercise.id: (None, True) for exercise in BLOCKS.exercises}
NO_MODULE = "autograder.no_such_module"


@pytest.fixture(scope="module")
def generated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A course with two students whose assignment is in the gradebook."""
    course = copied_course(tmp_path_factory.mktemp("course"))
    for student in ("ada", "bert"):
        submit(course, student, solved())
    nbgrader(course, "generate_assignment", BLOCKS.assignment, "--force")
    return course


@pytest.fixture
def formgrader(generated: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> NbGraderAPI:
    """nbgrader's API in a copy of that course."""
    # The configuration puts the environment's scripts on it.
    monkeypatch.setenv("PATH", os.environ["PATH"])
    course = shutil.copytree(generated, tmp_path / "course")
    config = PyFileConfigLoader("nbgrader_config.py", path=str(course)).load_config()
    config.CourseDirectory.root = str(course)
    return NbGraderAPI(config=config)


def folder(api: NbGraderAPI) -> Path:
    return Path(api.coursedir.root)


def test_the_first_press_grades_the_class_and_the_next_ones_look_up(
    formgrader: NbGraderAPI, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert formgrader.autograde(BLOCKS.assignment, "bert")["success"]
    kept = read_records(folder(formgrader) / "grades" / "grades.jsonl")
    assert [record.student for record in kept] == ["ada", "bert"]
    # A worker that was started now would not get far.
    monkeypatch.setattr(runner, "WORKER", NO_MODULE)
    for student in ("ada", "bert"):
        assert formgrader.autograde(BLOCKS.assignment, student)["success"]
        assert scores(folder(formgrader), student) == FULL
    monkeypatch.undo()
    submit(folder(formgrader), "ada", solved(MLP="MLP = None"))
    assert formgrader.autograde(BLOCKS.assignment, "ada")["success"]
    assert scores(folder(formgrader), "ada") == FULL | {"MLP": (0.0, False)}


def test_trouble_of_the_grader_is_no_score_at_all(
    formgrader: NbGraderAPI, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(runner, "WORKER", NO_MODULE)
    result = formgrader.autograde(BLOCKS.assignment, "ada")
    assert result["success"]
    assert "NOT GRADED" in result["log"]
    assert NO_MODULE in result["log"]
    assert scores(folder(formgrader), "ada") == WAITING
    shown = cell(autograded(folder(formgrader), "ada"), "MLP-check").outputs
    assert [output.output_type for output in shown] == ["display_data"]
    assert "Not graded yet" in shown[0].data["text/html"]
    assert NO_MODULE not in str(shown)
    monkeypatch.undo()
    assert formgrader.autograde(BLOCKS.assignment, "ada")["success"]
    assert scores(folder(formgrader), "ada") == FULL


def test_nobody_is_graded_without_walls_unless_the_course_says_so(
    formgrader: NbGraderAPI, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(levels, "best_level", lambda: Level.NONE)
    if "isolation" in formgrader.config.GradeInSandbox:
        del formgrader.config.GradeInSandbox["isolation"]
    result = formgrader.autograde(BLOCKS.assignment, "ada")
    assert not result["success"]
    assert "No isolation works on this machine" in result["log"]
    assert "nbgrader_config.py" in result["log"]
    assert scores(folder(formgrader), "ada") == WAITING
    assert not place_of(folder(formgrader), "ada", "autograded").exists()
    asked: list[Level] = []
    monkeypatch.setattr(
        nbgrader_class, "grade_class", lambda _, __, level, *___, **____: asked.append(level) or []
    )
    formgrader.config.GradeInSandbox.isolation = "none"
    formgrader.autograde(BLOCKS.assignment, "ada")
    assert asked == [Level.NONE]


def test_another_grader_at_work_is_said_and_loses_nothing(formgrader: NbGraderAPI) -> None:
    grades = folder(formgrader) / "grades"
    grades.mkdir()
    with locked(grades):
        result = formgrader.autograde(BLOCKS.assignment, "ada")
    assert not result["success"]
    assert "another grader is writing to" in result["log"]
    assert scores(folder(formgrader), "ada") == WAITING


@pytest.mark.slow
def test_an_endless_cell_costs_its_exercise_alone(formgrader: NbGraderAPI) -> None:
    submit(folder(formgrader), "ada", solved(MLP="while True:\n    pass"))
    assert formgrader.autograde(BLOCKS.assignment, "ada")["success"]
    assert scores(folder(formgrader), "ada") == FULL | {"MLP": (0.0, False)}
