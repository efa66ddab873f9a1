"""nbgrader preprocessor: cells of a submission are known by the gradebook's marks, not by the student's."""

from __future__ import annotations

from typing import Any

from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell
from nbgrader.api import Gradebook, Notebook, SourceCell
from nbgrader.preprocessors import NbGraderPreprocessor

from autograder.frontends.nbgrader_outputs import CHECK

SCHEMA = 3


class RestoreMarks(NbGraderPreprocessor):  # type: ignore[misc]
    """Gives each cell of a submission the nbgrader metadata it was released with, and takes away all other.

    It belongs before everything else that sanitizes. Marks that a student or an editor has changed stop
    nbgrader otherwise: an old schema version ends the run for the whole class; a deleted solution cell, a
    changed flag or a copied cell ends it for the student.
    """

    def preprocess(self, nb: NotebookNode, resources: dict[str, Any]) -> tuple[NotebookNode, dict[str, Any]]:
        """The notebook with its marks as they were released and its deleted grade cells back."""
        names = resources["nbgrader"]
        with Gradebook(names["db_url"]) as gradebook:
            released = gradebook.find_notebook(names["notebook"], names["assignment"])
            marks = marks_of(released)
            present = restore(nb.cells, marks)
            for cell in released.source_cells:
                if marks[cell.name]["grade"] and cell.name not in present:
                    self.log.warning("%s: grade cell %s is missing; put back", names["student"], cell.name)
                    made = made_again(cell, marks[cell.name], with_id=nb.nbformat_minor >= 5)
                    nb.cells.insert(place_for(cell.name, nb.cells), made)
        return nb, resources


def marks_of(notebook: Notebook) -> dict[str, dict[str, Any]]:
    """The nbgrader metadata of each cell of a released notebook, by grade id."""
    points = {cell.name: cell.max_score for cell in (*notebook.grade_cells, *notebook.task_cells)}
    grades, solutions, tasks = (
        {cell.name for cell in cells}
        for cells in (notebook.grade_cells, notebook.solution_cells, notebook.task_cells)
    )
    return {
        cell.name: {
            "grade": cell.name in grades,
            "solution": cell.name in solutions,
            "task": cell.name in tasks,
            "locked": cell.locked,
            "grade_id": cell.name,
            "cell_type": cell.cell_type,
            "checksum": cell.checksum,
            "schema_version": SCHEMA,
        }
        | ({"points": points[cell.name]} if cell.name in points else {})
        for cell in notebook.source_cells
    }


def restore(cells: list[NotebookNode], marks: dict[str, dict[str, Any]]) -> set[str]:
    """Sets the marks of the cells; of copies of a cell the last one gets them. Returns the ids present."""
    present: set[str] = set()
    for cell in reversed(cells):
        grade_id = claimed_id(cell)
        if grade_id in marks and grade_id not in present:
            present.add(grade_id)
            cell.metadata["nbgrader"] = marks[grade_id]
    return present


def claimed_id(cell: NotebookNode) -> str:
    """The grade id that a cell carries, '' if none; takes the marks off the cell."""
    if not isinstance(cell.get("metadata"), dict):
        cell["metadata"] = {}
    claimed = cell.metadata.pop("nbgrader", None)
    grade_id = claimed.get("grade_id") if isinstance(claimed, dict) else None
    return grade_id if isinstance(grade_id, str) else ""


def made_again(cell: SourceCell, marks: dict[str, Any], with_id: bool) -> NotebookNode:
    """A cell as it was released; notebooks before format 4.5 have no cell ids."""
    make = new_code_cell if cell.cell_type == "code" else new_markdown_cell
    made: NotebookNode = make(cell.source, metadata={"nbgrader": marks})  # type: ignore[no-untyped-call]
    if not with_id:
        del made["id"]
    return made


def place_for(grade_id: str, cells: list[NotebookNode]) -> int:
    """Where a deleted grade cell belongs: below its solution cell, else at the end."""
    solution = grade_id.removesuffix(CHECK)
    for place, cell in enumerate(cells, start=1):
        if cell.metadata.get("nbgrader", {}).get("grade_id") == solution:
            return place
    return len(cells)
