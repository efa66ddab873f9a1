"""A notebook, less everything that grading never looks at."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

CellKind = Literal["code", "markdown", "raw"]


@dataclass(frozen=True)
class NotebookCell:
    """One cell; what its metadata does not say (or says in the wrong type) is None."""

    kind: CellKind
    source: str
    id: str | None = None
    grade_id: str | None = None
    role: str | None = None


@dataclass(frozen=True)
class Notebook:
    """The cells in order and the assignment that the notebook's metadata names, if any."""

    cells: tuple[NotebookCell, ...]
    assignment: str | None = None
