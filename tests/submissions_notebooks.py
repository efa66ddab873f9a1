"""A small chapter, its released notebook and ways to fill it in, for tests of `autograder.submissions`."""

from __future__ import annotations

import json
from typing import Any

from autograder.catalogue import Chapter, Exercise
from autograder.submissions.notebook import Notebook
from autograder.submissions.reading import parse
from autograder.submissions.restore import restore
from autograder.submissions.script import Script

ASSIGNMENT = "01-blocks"
SETUP = "import torch\nfrom torch import nn\nfrom autograder import check"
DEMO_SHAPES = "batch = torch.ones(3, 20)\nprint(batch.shape)"
DEMO_PLOT = "norms = batch.norm(dim=1)\nprint(norms)"
MLP_STUB = """class MLP(nn.Module):
    '''One hidden layer.'''

    def forward(self, x):
        raise NotImplementedError"""
SCALE_STUB = "class Scale(nn.Module):\n    pass\n\n\ndef predict_print():\n    raise NotImplementedError"
MLP = "class MLP(nn.Module):\n    def forward(self, x):\n        return 2 * x"
SCALE = "class Scale(nn.Module):\n    factor = 2\n\n\ndef predict_print():\n    return 'Scale()'"

RawCell = dict[str, Any]


def exercise(exercise_id: str, *asks: str) -> Exercise:
    return Exercise(exercise_id, exercise_id, asks or (exercise_id,), "write", 1, 5, "x", ())


CHAPTER = Chapter(ASSIGNMENT, "blocks", (exercise("MLP"), exercise("Scale", "Scale", "predict_print")))


def code_cell(source: str, cell_id: str | None = None, **metadata: Any) -> RawCell:
    cell: RawCell = {
        "cell_type": "code",
        "execution_count": None,
        "metadata": metadata,
        "outputs": [],
        "source": source,
    }
    return cell if cell_id is None else {**cell, "id": cell_id}


def text_cell(source: str, kind: str = "markdown") -> RawCell:
    return {"cell_type": kind, "metadata": {}, "source": source}


def nbgrader(grade_id: str, *, solution: bool = False, locked: bool = True) -> dict[str, Any]:
    return {
        "grade_id": grade_id,
        "solution": solution,
        "locked": locked,
        "grade": grade_id.endswith("-check"),
        "schema_version": 3,
    }


def exercise_cells(exercise_id: str, stub: str) -> list[RawCell]:
    return [
        code_cell(stub, f"id-{exercise_id}", nbgrader=nbgrader(exercise_id, solution=True, locked=False)),
        code_cell(
            f"check({exercise_id})", f"id-{exercise_id}-check", nbgrader=nbgrader(f"{exercise_id}-check")
        ),
    ]


def released_cells() -> list[RawCell]:
    """0 title, 1 setup, 2 demo, 3 MLP, 4 its check, 5 demo, 6 Scale, 7 its check."""
    return [
        text_cell("# Blocks"),
        code_cell(SETUP, "id-setup", nbgrader=nbgrader("setup"), autograder={"role": "setup"}),
        code_cell(DEMO_SHAPES, "id-shapes", autograder={"role": "demo"}),
        *exercise_cells("MLP", MLP_STUB),
        code_cell(DEMO_PLOT, "id-plot", autograder={"role": "demo"}),
        *exercise_cells("Scale", SCALE_STUB),
    ]


def document(cells: list[RawCell], **changes: Any) -> dict[str, Any]:
    return {
        "cells": cells,
        "metadata": {"autograder": {"assignment": ASSIGNMENT, "version": 1}},
        "nbformat": 4,
        "nbformat_minor": 5,
        **changes,
    }


def written(cells: list[RawCell], **changes: Any) -> bytes:
    return json.dumps(document(cells, **changes)).encode()


def template() -> Notebook:
    return parse(written(released_cells()))


def solved_cells() -> list[RawCell]:
    cells = released_cells()
    cells[3]["source"] = MLP
    cells[6]["source"] = SCALE
    return cells


def script_of(cells: list[RawCell]) -> Script:
    return restore(parse(written(cells)), template(), CHAPTER)


def sources(script: Script, role: str | None = None) -> list[str]:
    return [cell.source for cell in script.cells if role is None or cell.role == role]
