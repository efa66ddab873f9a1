"""The notebooks that are really released, handed back in several states."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from autograder.catalogue import chapters, course_folder
from autograder.submissions.discovery import Submission
from autograder.submissions.extract import extract

ALICE = Submission("alice", None, Path("alice.ipynb"))


@pytest.fixture(params=chapters(), ids=lambda chapter: chapter.assignment)
def chapter(request):
    return request.param


@pytest.fixture
def released(chapter):
    path = course_folder() / "release" / chapter.assignment / chapter.notebook
    return json.loads(path.read_text(encoding="utf-8"))


def handed_in(notebook):
    return extract(json.dumps(notebook).encode(), ALICE)


def states(script):
    return [exercise.state for exercise in script.exercises.values()]


def answered(notebook, chapter):
    """Every stub gets one more line."""
    ids = {exercise.id for exercise in chapter.exercises}
    for cell in notebook["cells"]:
        if cell["metadata"].get("nbgrader", {}).get("grade_id") in ids:
            cell["source"] = "".join(cell["source"]) + "\nanswered = True\n"
    return notebook


def test_an_untouched_notebook_runs_setup_and_stubs_and_no_demo(released, chapter):
    extracted = handed_in(released)
    assert extracted.chapter == chapter
    assert extracted.script.remarks == []
    assert states(extracted.script) == ["unchanged"] * len(chapter.exercises)
    assert [cell.role for cell in extracted.script.cells] == ["setup"] + ["solution"] * len(chapter.exercises)


def test_answered_stubs_are_changed(released, chapter):
    script = handed_in(answered(released, chapter)).script
    assert states(script) == ["changed"] * len(chapter.exercises)
    assert [cell.exercise for cell in script.cells[1:]] == [exercise.id for exercise in chapter.exercises]


def test_answers_are_found_without_ids_and_metadata(released, chapter):
    whole = handed_in(answered(released, chapter)).script
    for cell in released["cells"]:
        cell["metadata"] = {}
        del cell["id"]
    released["metadata"] = {}
    stripped = handed_in(released)
    assert stripped.chapter == chapter
    assert stripped.script.cells == whole.cells
    assert stripped.script.exercises == whole.exercises
