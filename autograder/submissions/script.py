"""What is left of a submission: the code to run."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

CellRole = Literal["setup", "solution", "own", "demo"]


@dataclass(frozen=True)
class Cell:
    """Code to run. `name` counts the notebook's cells from 1, text cells included: "cell 7"."""

    name: str
    source: str
    exercise: str | None
    role: CellRole


@dataclass(frozen=True)
class ExerciseCell:
    """What became of an exercise's cell, and the name of the last one that answers it."""

    state: Literal["changed", "unchanged", "missing"]
    cell: str | None


@dataclass(frozen=True)
class Script:
    """The cells in the order to run them, the chapter's exercises by id, and remarks for the instructor."""

    cells: list[Cell]
    exercises: dict[str, ExerciseCell]
    remarks: list[str]
