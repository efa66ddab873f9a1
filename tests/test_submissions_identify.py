"""Which chapter a submission turns out to belong to."""

from __future__ import annotations

from pathlib import Path

import pytest

from autograder.catalogue import ASSIGNMENTS, Chapter
from autograder.submissions.discovery import Submission
from autograder.submissions.errors import Unreadable
from autograder.submissions.identify import identify, told_by_file_name
from autograder.submissions.notebook import Notebook, NotebookCell
from tests.submissions_notebooks import CHAPTER, MLP, exercise

OTHER = "02-custom-layers"


@pytest.fixture(autouse=True)
def two_chapters(monkeypatch):
    """A course of two small chapters; the others have no text yet."""
    other = Chapter(OTHER, "custom_layers", (exercise("Linear"), exercise("sharpen")))
    monkeypatch.setattr("autograder.submissions.identify.chapters", lambda: [CHAPTER, other])


def notebook(*grade_ids, told=None, source=""):
    return Notebook(tuple(NotebookCell("code", source, None, one) for one in grade_ids or (None,)), told)


def assignment(notebook, placed=None, name="alice"):
    return identify(notebook, Submission("alice", placed, Path(f"{name}.ipynb"))).assignment


def test_the_metadata_tells():
    assert assignment(notebook(told="01-blocks")) == "01-blocks"


def test_the_path_tells_where_the_metadata_does_not():
    assert assignment(notebook(), placed="01-blocks", name="custom_layers") == "01-blocks"


@pytest.mark.parametrize("name", ["blocks", "Copy of blocks", "blocks (1)", "alice_Blocks", "01-blocks-v2"])
def test_the_file_name_tells_where_the_path_does_not(name):
    assert assignment(notebook(), name=name) == "01-blocks"


def test_the_grade_ids_tell_where_no_name_does():
    assert assignment(notebook("Linear", "sharpen", "MLP")) == OTHER


def test_the_names_that_the_cells_define_tell_at_last():
    assert assignment(notebook(source=MLP)) == "01-blocks"


def why(*arguments, **options):
    with pytest.raises(Unreadable) as caught:
        assignment(*arguments, **options)
    return caught.value.reason


def test_metadata_and_path_that_disagree_are_a_wrong_assignment():
    expected = "wrong assignment: the notebook belongs to '02-custom-layers', but lies in '01-blocks'"
    assert why(notebook(told=OTHER), placed="01-blocks") == expected


@pytest.mark.parametrize("told", ["99-nothing", "05-rnn", "../../etc"])
def test_a_chapter_that_does_not_exist_is_a_wrong_assignment(told):
    assert why(notebook(told=told)) == f"wrong assignment: the course has no chapter '{told}'"


def test_a_made_up_chapter_name_is_quoted_and_cut_short():
    reason = why(notebook(told="<b>\n\u202e" + "x" * 10_000))
    assert len(reason) < 200
    assert reason.isprintable()


def test_another_chapters_exercises_are_a_wrong_assignment():
    expected = "wrong assignment: the exercises in it are those of 02-custom-layers, not of 01-blocks"
    assert why(notebook("Linear"), placed="01-blocks") == expected


@pytest.mark.parametrize("source", ["", "x = 1", "class ("])
def test_a_notebook_that_nothing_tells_about_is_a_wrong_assignment(source):
    assert why(notebook(source=source)) == (
        "wrong assignment: nothing in the notebook or its name tells which chapter it is"
    )


def test_every_module_name_is_told_from_a_file_name():
    found = {told_by_file_name(module) for module in ASSIGNMENTS.values()}
    assert found == set(ASSIGNMENTS)
