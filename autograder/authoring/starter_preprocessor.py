"""nbgrader preprocessor: fix-the-bug exercises hand out broken code in place of an empty stub."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from nbformat import NotebookNode
from nbgrader import utils
from nbgrader.preprocessors import NbGraderPreprocessor

from autograder.authoring.definitions import definitions, with_replaced


class InsertStarters(NbGraderPreprocessor):  # type: ignore[misc]
    """Exchanges stubs for the definitions of the same name in the course's `starters/<notebook>.py`.

    It belongs behind ClearSolutions, which empties every solution cell it can't recognise, and before
    ComputeChecksums, whose sums tell later whether a student has changed the cell.
    """

    def preprocess(self, nb: NotebookNode, resources: dict[str, Any]) -> tuple[NotebookNode, dict[str, Any]]:
        """The notebook with starters in it; a notebook without a starters file stays as it is."""
        root = Path(self.parent.parent.coursedir.root)
        path = root / "starters" / f"{resources['nbgrader']['notebook']}.py"
        if path.is_file():
            starters = definitions(path.read_text(encoding="utf-8"), f"starters/{path.name}")
            for cell in nb.cells:
                if cell.cell_type == "code" and utils.is_solution(cell):
                    cell.source = with_replaced(cell.source, starters)
        return nb, resources
