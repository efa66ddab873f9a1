"""Files that are not what they should be: a clear reason, or the cells in spite of it."""

from __future__ import annotations

import json
import os
import socket

import nbformat
import pytest

from autograder.submissions.errors import Unreadable
from autograder.submissions.notebook import Notebook, NotebookCell
from autograder.submissions.reading import parse, read_bytes, sha256
from tests.submissions_notebooks import (
    ASSIGNMENT,
    MLP,
    code_cell,
    document,
    exercise_cells,
    nbgrader,
    released_cells,
    solved_cells,
    text_cell,
    written,
)


def reason(data):
    with pytest.raises(Unreadable) as caught:
        parse(data)
    return caught.value.reason


def one_cell(**changes):
    return written([{**code_cell("x = 1", "a"), **changes}])


def test_a_notebook_is_read_with_its_marks():
    notebook = parse(written([text_cell("# Title"), *exercise_cells("MLP", MLP)]))
    assert notebook == Notebook(
        (
            NotebookCell("markdown", "# Title"),
            NotebookCell("code", MLP, "id-MLP", "MLP"),
            NotebookCell("code", "check(MLP)", "id-MLP-check", "MLP-check"),
        ),
        ASSIGNMENT,
    )


def test_source_may_be_a_list_of_lines():
    assert parse(one_cell(source=["x = 1\n", "y = 2"])).cells[0].source == "x = 1\ny = 2"


@pytest.mark.parametrize("data", [b"", b"  \n", b"\xef\xbb\xbf"])
def test_an_empty_file_is_unreadable(data):
    assert reason(data) == "the file is empty"


@pytest.mark.parametrize(
    "data", [b"print('hello')", b"PK\x03\x04\x00", b"{'cells': []}", written(released_cells())[:-40]]
)
def test_what_is_not_json_or_was_cut_off_is_unreadable(data):
    assert reason(data).startswith("not a notebook: the file is not JSON, or was cut off")


@pytest.mark.parametrize(
    "content", [[], 3, "cells", None, {}, {"cells": {}}, {"cells": None}, {"worksheets": 3}, {"nbformat": 4}]
)
def test_json_that_is_no_notebook_is_unreadable(content):
    assert (
        reason(json.dumps(content).encode()) == "not a notebook: the file is JSON, but has no list of cells"
    )


def test_a_cell_that_is_no_object_is_unreadable():
    assert reason(written([code_cell("x"), 3])) == "not a notebook: cell 2 is not an object"


@pytest.mark.parametrize("source", [3, {"a": 1}, ["x", 3], [["x"]]])
def test_a_source_of_the_wrong_type_is_unreadable(source):
    assert reason(one_cell(source=source)) == "the source of cell 1 is neither text nor a list of lines"


def test_missing_fields_are_tolerated():
    assert parse(b'{"cells": [{"cell_type": "code"}]}') == Notebook((NotebookCell("code", ""),))


@pytest.mark.parametrize(
    "metadata",
    [
        None,
        [],
        "x",
        {"nbgrader": 3, "autograder": []},
        {"nbgrader": {"grade_id": 3}, "autograder": {"role": {}}},
    ],
)
def test_metadata_of_the_wrong_type_is_ignored_and_its_cell_kept(metadata):
    assert parse(one_cell(metadata=metadata)).cells == (NotebookCell("code", "x = 1", "a"),)


def test_wrong_metadata_of_one_kind_leaves_the_other_kind():
    cell = parse(one_cell(metadata={"nbgrader": nbgrader("setup"), "autograder": 3}, id=7)).cells[0]
    assert cell == NotebookCell("code", "x = 1", None, "setup")


@pytest.mark.parametrize("metadata", [None, 3, {"autograder": 3}, {"autograder": {"assignment": 3}}])
def test_wrong_notebook_metadata_is_ignored(metadata):
    assert parse(written([], metadata=metadata)).assignment is None


def test_format_3_is_read_as_nbformat_converts_it():
    three = nbformat.convert(nbformat.from_dict(document(solved_cells(), nbformat_minor=4)), 3)
    data = nbformat.v3.writes_json(three).encode()
    assert json.loads(data)["nbformat"] == 3
    back = nbformat.convert(nbformat.reads(data.decode(), as_version=3), 4)
    expected = [cell["source"] for cell in back["cells"] if cell["cell_type"] == "code"]
    got = parse(data).cells
    assert [cell.source for cell in got if cell.kind == "code"] == expected
    assert len(expected) == 7
    assert [cell.grade_id for cell in got if cell.grade_id] == [
        "setup",
        "MLP",
        "MLP-check",
        "Scale",
        "Scale-check",
    ]


@pytest.mark.parametrize("version", [-1, 1, 2, 5, 1e300])
def test_other_formats_are_unreadable(version):
    assert "notebook format" in reason(written([], nbformat=version))


def test_a_byte_order_mark_is_tolerated():
    assert parse(b"\xef\xbb\xbf" + one_cell()).cells[0].source == "x = 1"


def test_lone_surrogates_are_replaced():
    data = one_cell(source="x = 'a\ud800b'\ny = '\U0001f600'", outputs=["\udc00"], id="\ud800")
    source = parse(data).cells[0].source
    assert source == "x = 'a\ufffdb'\ny = '\U0001f600'"
    source.encode()


def test_bytes_that_are_not_unicode_are_replaced():
    data = one_cell(source="x = 'HERE'").replace(b"HERE", b"\xff\xed\xa0\x80")
    assert parse(data).cells[0].source.startswith("x = '\ufffd")


def test_nul_and_control_characters_in_source_are_kept():
    assert parse(one_cell(source="x\0y\x01")).cells[0].source == "x\0y\x01"
    assert parse(one_cell(source="HERE").replace(b"HERE", b"a\nb\x00c")).cells[0].source == "a\nb\0c"


@pytest.mark.parametrize("value", ["NaN", "-Infinity", "1e999", "9" * 5000])
def test_numbers_that_strict_json_refuses_are_tolerated_in_outputs(value):
    data = one_cell(outputs=["HERE"]).replace(b'"HERE"', value.encode() + b", NaN")
    assert parse(data).cells[0].source == "x = 1"


@pytest.mark.parametrize("field", ["outputs", "metadata", "source", "id"])
@pytest.mark.parametrize("opening", ["[", '{"a":'])
def test_deep_json_is_unreadable(field, opening):
    closing = "]" if opening == "[" else "}"
    deep = opening * 100_000 + "1" + closing * 100_000
    data = one_cell(**{field: "HERE"}).replace(b'"HERE"', deep.encode())
    assert reason(data) == "the file's JSON is nested too deeply"


def test_deep_json_in_a_file_that_needs_mending_is_unreadable():
    data = b'{"a": NaN, "b": ' + b"[" * 100_000 + b"]" * 100_000 + b"}"
    assert reason(data) == "the file's JSON is nested too deeply"


def test_outputs_of_a_hundred_megabytes_are_skipped():
    data = one_cell(outputs=["HERE"]).replace(b"HERE", b"x" * 100_000_000)
    assert parse(data).cells == (NotebookCell("code", "x = 1", "a"),)


def test_a_large_file_that_would_have_to_be_mended_is_unreadable():
    data = one_cell(outputs=["HERE"]).replace(b'"HERE"', b"NaN" + b" " * (17 << 20))
    assert reason(data) == "the file is not valid JSON, and too large to be mended"


def test_too_many_cells_are_unreadable():
    assert len(parse(written([code_cell("")] * 2000)).cells) == 2000
    assert reason(b'{"cells": [' + b"{}," * 1_000_000 + b"{}]}") == "the notebook has more than 2000 cells"
    sheets = [{"cells": [code_cell("")] * 1500}] * 2
    data = json.dumps({"nbformat": 3, "worksheets": sheets}).encode()
    assert reason(data) == "the notebook has more than 2000 cells"


@pytest.mark.parametrize("cells", [[code_cell("x" * (5 << 20))], [code_cell("x" * (3 << 20))] * 2])
def test_too_much_text_is_unreadable(cells):
    assert reason(written(cells)) == "the cells hold more than 4 MiB of text"


def test_a_source_list_of_millions_of_lines_is_unreadable():
    data = one_cell(source=["HERE"]).replace(b'"HERE"', b'"",' * (12 << 20) + b'""')
    assert reason(data) == "the cells hold more than 4 MiB of text"


def test_reading_gives_the_bytes_and_their_digest(tmp_path):
    path = tmp_path / "blocks.ipynb"
    path.write_bytes(b"abc")
    assert read_bytes(path) == b"abc"
    assert sha256(b"abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"


def file_reason(path, **options):
    with pytest.raises(Unreadable) as caught:
        read_bytes(path, **options)
    return caught.value.reason


def test_a_missing_file_is_named_without_the_folders_of_this_machine(tmp_path):
    path = tmp_path / "s001" / ASSIGNMENT / "blocks.ipynb"
    assert file_reason(path) == f"no blocks.ipynb in s001/{ASSIGNMENT}"


def test_a_symbolic_link_is_not_followed(tmp_path):
    (tmp_path / "secret").write_bytes(written([]))
    (tmp_path / "x.ipynb").symlink_to(tmp_path / "secret")
    (tmp_path / "y.ipynb").symlink_to(tmp_path / "nowhere")
    assert file_reason(tmp_path / "x.ipynb") == "not a file but a symbolic link"
    assert file_reason(tmp_path / "y.ipynb") == "not a file but a symbolic link"


def test_a_folder_is_no_notebook(tmp_path):
    (tmp_path / "x.ipynb").mkdir()
    assert file_reason(tmp_path / "x.ipynb") == "not a file but a folder"


def test_a_named_pipe_is_refused_without_waiting_for_a_writer(tmp_path):
    os.mkfifo(tmp_path / "x.ipynb")
    assert file_reason(tmp_path / "x.ipynb") == "not a file but a named pipe"


def test_devices_and_sockets_are_refused(tmp_path, monkeypatch):
    assert file_reason("/dev/zero") == "not a file but a device"
    monkeypatch.chdir(tmp_path)  # socket paths are short
    with socket.socket(socket.AF_UNIX) as server:
        server.bind("x.ipynb")
        assert file_reason(tmp_path / "x.ipynb") == "not a file but a socket"


def test_a_huge_sparse_file_is_refused(tmp_path):
    with open(tmp_path / "x.ipynb", "wb") as file:
        file.truncate(1 << 40)
    assert file_reason(tmp_path / "x.ipynb") == "the file is larger than 256 MiB"


def test_the_limit_is_the_largest_size_allowed(tmp_path):
    path = tmp_path / "x.ipynb"
    path.write_bytes(b"x" * 100)
    assert len(read_bytes(path, limit=100)) == 100
    assert file_reason(path, limit=99) == "the file is larger than 99 bytes"


def test_a_file_that_grows_while_it_is_read_is_refused(tmp_path, monkeypatch):
    path = tmp_path / "x.ipynb"
    path.write_bytes(b"x" * 100)
    monkeypatch.setattr("autograder.submissions.files._demand_regular", lambda status, limit: None)
    assert file_reason(path, limit=99) == "the file is larger than 99 bytes"
