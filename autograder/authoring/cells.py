"""nbformat's makers of cells and notebooks, with types, and nbgrader's metadata."""

from __future__ import annotations

from pathlib import Path
from typing import Any, cast

import nbformat
from nbformat import NotebookNode


def markdown_cell(source: str, cell_id: str) -> NotebookNode:
    """A Markdown cell; `cell_id` holds letters, digits, '-' and '_' (nbformat 4.5)."""
    cell = nbformat.v4.new_markdown_cell(source, id=cell_id)  # type: ignore[no-untyped-call]
    return cast(NotebookNode, cell)


def code_cell(source: str, cell_id: str, **metadata: dict[str, Any]) -> NotebookNode:
    """A code cell without outputs, with `metadata` such as nbgrader={...}."""
    cell = nbformat.v4.new_code_cell(source, id=cell_id, metadata=metadata)  # type: ignore[no-untyped-call]
    return cast(NotebookNode, cell)


def notebook_of(cells: list[NotebookNode], **metadata: dict[str, Any]) -> NotebookNode:
    """A notebook of these cells, with `metadata` such as kernelspec={...}."""
    made = nbformat.v4.new_notebook(cells=cells, metadata=metadata)  # type: ignore[no-untyped-call]
    return cast(NotebookNode, made)


def write_notebook(notebook: NotebookNode, path: Path) -> None:
    """Validate a notebook and write it, in nbformat's own stable layout."""
    nbformat.validate(notebook)
    nbformat.write(notebook, path)  # type: ignore[no-untyped-call]


def nbgrader_metadata(
    grade_id: str, *, solution: bool = False, locked: bool = False, points: int | None = None
) -> dict[str, Any]:
    """nbgrader's description of a cell, schema 3; a cell that has points is a grade cell."""
    metadata = {
        "grade": points is not None,
        "grade_id": grade_id,
        "locked": locked,
        "schema_version": 3,
        "solution": solution,
        "task": False,
    }
    return metadata if points is None else metadata | {"points": points}
