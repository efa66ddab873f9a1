"""Whatever a file holds, it gives a script or a reason, and nothing else."""

from __future__ import annotations

import json
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from autograder.submissions.discovery import Submission
from autograder.submissions.errors import Unreadable
from autograder.submissions.identify import identify
from autograder.submissions.reading import parse
from autograder.submissions.restore import restore
from autograder.submissions.script import Script
from tests.submissions_notebooks import (
    ASSIGNMENT,
    CHAPTER,
    DEMO_PLOT,
    MLP,
    SCALE,
    document,
    released_cells,
    solved_cells,
    template,
    written,
)

modest = settings(max_examples=60, deadline=None)
anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters(codec=None), max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)
PIECES = "class MLP:|def f(x):|    |batch|norms| = |+=|(|)|!ls|?|'''|\\|\0|\ud800|é|for x in |:|lambda |await |import |*|@|"
code_pieces = st.lists(
    st.sampled_from([*PIECES.split("|"), "\n", "%%time\n", "global x\n", MLP, SCALE, DEMO_PLOT]), max_size=12
).map("".join)


def script_or_reason(data: bytes) -> Script | Unreadable:
    submission = Submission("alice", ASSIGNMENT, Path("alice.ipynb"))
    try:
        notebook = parse(data)
        identify(notebook, submission)
        script = restore(notebook, template(), CHAPTER)
    except Unreadable as error:
        return error
    assert list(script.exercises) == ["MLP", "Scale"]
    assert len({cell.name for cell in script.cells}) == len(script.cells)
    names = {cell.name for cell in script.cells}
    for exercise in script.exercises.values():
        assert (exercise.cell in names) != (exercise.state == "missing")
    for cell in script.cells:
        cell.source.encode()
    assert all(remark.isprintable() for remark in script.remarks)
    return script


@modest
@given(st.binary(max_size=200))
def test_arbitrary_bytes(data):
    script_or_reason(data)


@modest
@given(anything)
def test_arbitrary_json(content):
    script_or_reason(json.dumps(content).encode())


@modest
@given(anything, anything, st.sampled_from([3, 4]))
def test_arbitrary_cells_and_metadata(cells, metadata, version):
    content = {"cells": cells, "worksheets": [{"cells": cells}], "metadata": metadata, "nbformat": version}
    script_or_reason(json.dumps(content).encode())


@modest
@given(st.data())
def test_cells_with_one_field_of_any_kind(data):
    cells = solved_cells()
    cell = cells[data.draw(st.integers(0, len(cells) - 1))]
    cell[data.draw(st.sampled_from(["cell_type", "source", "metadata", "id", "outputs"]))] = data.draw(
        anything
    )
    script_or_reason(written(cells))


@modest
@given(st.integers(0, 10_000), st.binary(max_size=6), st.integers(0, 50))
def test_a_notebook_with_bytes_overwritten(start, noise, removed):
    data = written(solved_cells())
    start %= len(data)
    script_or_reason(data[:start] + noise + data[start + removed :])


@modest
@given(st.permutations(range(8)), st.integers(0, 8), st.lists(code_pieces, max_size=3), st.booleans())
def test_cells_shuffled_dropped_doubled_and_added(order, kept, added, stripped):
    cells = [dict(solved_cells()[index]) for index in order[:kept]]
    cells += [dict(cell) for cell in cells[: kept // 2]]
    cells += [{"cell_type": "code", "source": source} for source in added]
    if stripped:
        cells = [{**cell, "metadata": {}, "id": None} for cell in cells]
    result = script_or_reason(json.dumps(document(cells)).encode())
    assert isinstance(result, Script)


@modest
@given(code_pieces, st.sampled_from([1, 2, 3, 4]))
def test_locked_cells_are_restored_whatever_replaces_them(source, index):
    cells = released_cells()
    cells[index]["source"] = source
    result = script_or_reason(written(cells))
    assert isinstance(result, Script)
    assert [cell.source for cell in result.cells if cell.name == "setup"] == [released_cells()[1]["source"]]
    assert not any(cell.source.startswith("check(") for cell in result.cells)
