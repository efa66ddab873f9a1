"""From bytes to a notebook: tolerant where editors differ, clear where nothing can be read."""

from __future__ import annotations

from collections.abc import Iterator
from typing import get_args

import msgspec

from autograder.submissions.errors import Unreadable
from autograder.submissions.files import read_bytes, sha256
from autograder.submissions.json_fields import ABSENT, MAX_ITEMS, field, items, repaired
from autograder.submissions.notebook import CellKind, Notebook, NotebookCell

__all__ = ["MAX_SOURCE", "parse", "read_bytes", "sha256"]

MAX_SOURCE = 4 << 20
# An escaped character takes six bytes of JSON.
MAX_SOURCE_JSON = 8 * MAX_SOURCE
UTF8_MARK = b"\xef\xbb\xbf"
KINDS: tuple[CellKind, ...] = get_args(CellKind)
NO_CELLS = "not a notebook: the file is JSON, but has no list of cells"


class _NotebookFields(msgspec.Struct):
    cells: msgspec.Raw = ABSENT
    worksheets: msgspec.Raw = ABSENT
    metadata: msgspec.Raw = ABSENT
    nbformat: msgspec.Raw = ABSENT


class _CellFields(msgspec.Struct):
    cell_type: msgspec.Raw = ABSENT
    source: msgspec.Raw = ABSENT
    input: msgspec.Raw = ABSENT
    id: msgspec.Raw = ABSENT
    metadata: msgspec.Raw = ABSENT


class _Metadata(msgspec.Struct):
    nbgrader: msgspec.Raw = ABSENT
    autograder: msgspec.Raw = ABSENT


class _NbgraderMetadata(msgspec.Struct):
    grade_id: str | None = None


class _AutograderMetadata(msgspec.Struct):
    assignment: str | None = None
    role: str | None = None


def parse(data: bytes) -> Notebook:
    """The notebook in a file of format 3 or 4; raises Unreadable.

    Outputs are skipped without being built. Metadata of the wrong type is ignored, its cell kept; what is
    not Unicode becomes a replacement character.
    """
    data = data.removeprefix(UTF8_MARK)
    if not data.strip():
        raise Unreadable("the file is empty")
    try:
        try:
            return _read(data)
        except (msgspec.DecodeError, UnicodeDecodeError):
            return _read(repaired(data))
    except RecursionError:
        raise Unreadable("the file's JSON is nested too deeply") from None


def _read(data: bytes) -> Notebook:
    try:
        fields = msgspec.json.decode(data, type=_NotebookFields)
    except msgspec.ValidationError:
        raise Unreadable(NO_CELLS) from None
    version = field(fields.nbformat, float)
    if version is not None and not 3 <= version < 5:
        raise Unreadable(f"notebook format {version:g} is not one of those that can be read (3 and 4)")
    cells: list[NotebookCell] = []
    source_size = 0
    for raw in _cells(fields):
        cell = _cell(raw, len(cells) + 1)
        cells.append(cell)
        source_size += len(cell.source)
        if len(cells) > MAX_ITEMS:
            raise Unreadable(f"the notebook has more than {MAX_ITEMS} cells")
        if source_size > MAX_SOURCE:
            raise Unreadable(f"the cells hold more than {MAX_SOURCE >> 20} MiB of text")
    metadata = field(fields.metadata, _Metadata) or _Metadata()
    ours = field(metadata.autograder, _AutograderMetadata) or _AutograderMetadata()
    return Notebook(tuple(cells), ours.assignment)


def _cells(fields: _NotebookFields) -> Iterator[msgspec.Raw]:
    """Format 4 lists its cells; format 3 has them in worksheets, and is otherwise the same to a grader."""
    cells = items(fields.cells)
    if cells is not None:
        yield from cells
        return
    worksheets = items(fields.worksheets)
    if worksheets is None:
        raise Unreadable(NO_CELLS)
    for worksheet in worksheets:
        content = field(worksheet, _NotebookFields)
        yield from (items(content.cells) if content else None) or ()


def _cell(raw: msgspec.Raw, number: int) -> NotebookCell:
    fields = field(raw, _CellFields)
    if fields is None:
        raise Unreadable(f"not a notebook: cell {number} is not an object")
    metadata = field(fields.metadata, _Metadata) or _Metadata()
    nbgrader = field(metadata.nbgrader, _NbgraderMetadata) or _NbgraderMetadata()
    ours = field(metadata.autograder, _AutograderMetadata) or _AutograderMetadata()
    kind = field(fields.cell_type, str)
    return NotebookCell(
        kind=next((known for known in KINDS if known == kind), "raw"),
        source=_source(fields.input if fields.source is ABSENT else fields.source, number),
        id=field(fields.id, str),
        grade_id=nbgrader.grade_id,
        role=ours.role,
    )


def _source(raw: msgspec.Raw, number: int) -> str:
    """A cell's text, which format 4 writes as one string or as a list of lines with their line breaks."""
    if raw is ABSENT:
        return ""
    if len(memoryview(raw)) > MAX_SOURCE_JSON:
        raise Unreadable(f"the cells hold more than {MAX_SOURCE >> 20} MiB of text")
    try:
        source = msgspec.json.decode(raw, type=str | list[str] | None)
    except msgspec.ValidationError:
        raise Unreadable(f"the source of cell {number} is neither text nor a list of lines") from None
    return "".join(source or "")
