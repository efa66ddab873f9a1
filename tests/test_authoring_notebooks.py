"""What stands in the notebooks: roles and locks, no solution in a release, and everything runs."""

from __future__ import annotations

import ast
from typing import Any

import nbformat
import pytest
from nbformat import NotebookNode

import autograder
from autograder.catalogue import Chapter, chapters, course_folder
from tests.answer_lines import solution_lines, stripped, telling

CHAPTERS = [pytest.param(chapter, id=chapter.assignment) for chapter in chapters()]
FOLDERS = ("source", "release")
NOTEBOOKS = [
    pytest.param(folder, chapter, id=f"{folder}-{chapter.module}")
    for chapter in chapters()
    for folder in FOLDERS
]


def notebook(folder: str, chapter: Chapter) -> NotebookNode:
    return nbformat.read(course_folder() / folder / chapter.assignment / chapter.notebook, as_version=4)


@pytest.mark.parametrize("chapter", CHAPTERS)
def test_no_line_of_a_solution_is_in_a_release_notebook(chapter: Chapter) -> None:
    lines = solution_lines(chapter)
    assert len(lines) > len(chapter.exercises)
    cells = notebook("release", chapter).cells
    code = stripped("\n".join(cell.source for cell in cells if cell.cell_type == "code"))
    assert telling(lines) & code == set()
    everything = "\n".join(cell.source for cell in cells)
    assert [line for line in telling(lines) if line in everything] == []
    assert "SOLUTION" not in everything


@pytest.mark.parametrize(("folder", "chapter"), NOTEBOOKS)
def test_every_exercise_has_its_three_cells_in_a_row(folder: str, chapter: Chapter) -> None:
    cells = notebook(folder, chapter).cells
    ids = [cell.id for cell in cells]
    assert len(set(ids)) == len(ids)
    for exercise in chapter.exercises:
        at = ids.index(exercise.id)
        text, solution, check = cells[at - 1 : at + 2]
        assert (text.cell_type, solution.cell_type, check.cell_type) == ("markdown", "code", "code")
        assert exercise.title in text.source
        assert text.source.count("<details>") == 3
        contract = {
            "grade": False,
            "grade_id": exercise.id,
            "locked": False,
            "solution": True,
            "schema_version": 3,
        }
        assert contract.items() <= solution.metadata.nbgrader.items()
        assert check.source == f"check({exercise.id})"
        contract = {"grade": True, "grade_id": f"{exercise.id}-check", "locked": True, "solution": False}
        assert contract.items() <= check.metadata.nbgrader.items()
        assert check.metadata.nbgrader.points == exercise.points
        defined = {getattr(node, "name", None) for node in ast.parse(solution.source).body}
        assert defined == set(exercise.asks)


@pytest.mark.parametrize(("folder", "chapter"), NOTEBOOKS)
def test_set_up_is_locked_and_comes_first_and_demos_have_their_role(folder: str, chapter: Chapter) -> None:
    nb = notebook(folder, chapter)
    assert nb.metadata.autograder == {"assignment": chapter.assignment, "version": 1}
    assert {"kernelspec", "language_info"} < set(nb.metadata)
    first, *others = [cell for cell in nb.cells if cell.cell_type == "code"]
    assert (first.id, first.metadata.nbgrader.grade_id, first.metadata.nbgrader.locked) == (
        "setup",
        "setup",
        True,
    )
    assert first.metadata.autograder == {"role": "setup"}
    ungraded = [cell for cell in others if "nbgrader" not in cell.metadata]
    assert ungraded
    assert all(cell.metadata.get("autograder") == {"role": "demo"} for cell in ungraded)


@pytest.mark.parametrize(("folder", "chapter"), NOTEBOOKS)
def test_notebooks_hold_no_outputs_and_are_valid(folder: str, chapter: Chapter) -> None:
    nb = notebook(folder, chapter)
    nbformat.validate(nb)
    assert all(
        not cell.outputs and cell.execution_count is None for cell in nb.cells if cell.cell_type == "code"
    )


@pytest.mark.parametrize("chapter", CHAPTERS)
def test_a_demo_stands_before_every_exercise(chapter: Chapter) -> None:
    ids = [cell.id for cell in notebook("source", chapter).cells]
    positions = [ids.index(f"{exercise.id}-text") for exercise in chapter.exercises]
    for start, end in zip([0, *positions], positions, strict=False):
        assert any(cell_id.startswith("demo-") for cell_id in ids[start:end])


@pytest.mark.parametrize(("folder", "chapter"), NOTEBOOKS)
def test_a_notebook_runs_from_top_to_bottom(
    folder: str, chapter: Chapter, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    checked: list[Any] = []
    monkeypatch.setitem(vars(autograder), "check", checked.append)
    namespace: dict[str, Any] = {"__name__": "__main__"}
    for cell in notebook(folder, chapter).cells:
        if cell.cell_type == "code":
            exec(compile(cell.source, f"<{cell.id}>", "exec"), namespace)
    assert [thing.__name__ for thing in checked] == [exercise.id for exercise in chapter.exercises]
    assert capsys.readouterr().out


def test_stubs_raise_not_implemented_error_and_starters_do_not() -> None:
    chapter = chapters()[0]
    cells = {cell.id: cell.source for cell in notebook("release", chapter).cells}
    for exercise in chapter.exercises:
        assert ("raise NotImplementedError()" in cells[exercise.id]) == (exercise.kind != "fix")
