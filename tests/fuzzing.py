"""Hostile bytes for what reads them on the trusted side: replies of a child, and notebooks.

As a program it tries many cases with little memory to spend: python -m tests.fuzzing replies 15000
"""

from __future__ import annotations

import json
import pkgutil
import resource
import signal
import sys
from collections.abc import Callable
from contextlib import suppress
from importlib import import_module
from pathlib import Path
from types import FrameType
from typing import Any

import msgspec
import torch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from autograder.authoring.answers import handed_in, solved_cells
from autograder.catalogue import chapter
from autograder.checks import probes
from autograder.checks.probing import Probe
from autograder.checks.subjects import LostError, Subject
from autograder.sandbox import frames
from autograder.sandbox.buffers import ITEM_SIZES, BadValue
from autograder.sandbox.client import shortened
from autograder.sandbox.messages import Reply
from autograder.submissions.discovery import Submission
from autograder.submissions.errors import Unreadable
from autograder.submissions.extract import extract

BLOCKS = chapter("01-blocks")
PROBES = [
    value
    for found in pkgutil.iter_modules(probes.__path__)
    for value in vars(import_module(f"{probes.__name__}.{found.name}")).values()
    if isinstance(value, Probe)
]
LARGEST = 1 << 24
MEMORY = 1 << 30
SECONDS_A_CASE = 20

text = st.text(st.characters(codec=None), max_size=8)
scalars = st.none() | st.booleans() | st.integers(-(2**63), 2**64 - 1) | st.floats()
marks = st.sampled_from(["buffer", "dict", "value", "raised", "id", "bytes", "text", *ITEM_SIZES])


def tree(leaves: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """Nested lists and dicts."""
    keys = marks | text
    return st.recursive(
        leaves,
        lambda inner: st.lists(inner, max_size=4) | st.dictionaries(keys, inner, max_size=3),
        max_leaves=15,
    )


in_msgpack = tree(
    scalars
    | marks
    | st.text(max_size=8)
    | st.binary(max_size=8)
    | st.builds(msgspec.msgpack.Ext, st.integers(-128, 127), st.binary(max_size=20))
)
in_json = tree(scalars | text)
shapes = st.lists(st.integers(-1, 5) | st.sampled_from([1 << 20, 1 << 40, 1 << 62]), max_size=4)
buffers = st.lists(st.tuples(marks, shapes).map(list), max_size=4)
honest_values = tree(
    scalars.filter(lambda n: not isinstance(n, int) or n < 1 << 63)
    | st.text(max_size=8)
    | st.sampled_from([torch.ones(2, 3), torch.zeros(0, dtype=torch.bool), torch.arange(5)])
)


def encoded(header: Any) -> bytes:
    """msgpack, with what it refuses to write left out."""
    try:
        return msgspec.msgpack.encode(header)
    except (UnicodeEncodeError, OverflowError):
        return b"\x80"


def framed(header: bytes, raw: bytes, lie: int = 0, header_lie: int = 0) -> bytes:
    """A frame, whose lengths may be wrong."""
    total, size = 4 + len(header) + len(raw) + lie, len(header) + header_lie
    return frames.PREFIX.pack(total % (1 << 32), size % (1 << 32)) + header + raw


def overwritten(data: bytes, places: list[tuple[int, bytes, int]]) -> bytes:
    """The bytes with noise in these places, and some left out behind it."""
    for start, noise, removed in places:
        start %= len(data) + 1
        data = data[:start] + noise + data[start + removed :]
    return data


def honest_frame(value: Any) -> bytes:
    try:
        return frames.pack_reply("id", value, None, LARGEST)
    except (TypeError, ValueError):
        return b""


def in_place(data: bytes, places: list[tuple[int, bytes, int]]) -> bytes:
    """The bytes of a frame with noise over some of them behind its lengths."""
    kept = frames.PREFIX.size
    start = [(kept + place % max(1, len(data) - kept), noise, len(noise)) for place, noise, _ in places]
    return overwritten(data, start)[: len(data)].ljust(len(data), b"\0")


places = st.lists(
    st.tuples(st.integers(0, 1 << 20), st.binary(max_size=6), st.integers(0, 12)), min_size=1, max_size=3
)
raised = st.fixed_dictionaries(
    {
        "exception": text,
        "bases": st.lists(text, max_size=3),
        "message": text,
        "line": st.none() | st.integers(),
    }
)
headers = st.fixed_dictionaries(
    {
        "id": st.just("id") | st.text(max_size=4),
        "raised": st.none() | raised,
        "value": in_msgpack,
        "buffers": st.just([]) | buffers,
    }
)
odd_headers = st.fixed_dictionaries(
    {"id": in_msgpack, "raised": in_msgpack, "value": in_msgpack, "buffers": in_msgpack | buffers},
    optional={"extra": in_msgpack},
)
lies = st.sampled_from([-1, 1, 1 << 31, -(1 << 20)])
replies = st.one_of(
    st.binary(max_size=300),
    st.builds(framed, st.binary(max_size=100), st.binary(max_size=50), lies, lies),
    st.builds(framed, headers.map(encoded), st.just(b"") | st.binary(max_size=64)),
    st.builds(framed, (odd_headers | in_msgpack).map(encoded), st.binary(max_size=64)),
    st.builds(overwritten, honest_values.map(honest_frame), places),
    st.builds(in_place, honest_values.map(honest_frame), places),
)


def read_reply(data: bytes) -> None:
    """As the trusted side does: a plain value no larger than what came, or BadValue."""
    prefix, rest = data[: frames.PREFIX.size], bytearray(data[frames.PREFIX.size :])
    if len(prefix) < frames.PREFIX.size:
        return
    try:
        size = frames.remaining_size(prefix, LARGEST)
        if size != len(rest):
            # The channel waits for as many bytes as were announced, and for no more.
            return
        reply = frames.unpack(prefix, rest, Reply)
    except BadValue:
        return
    reply.id.encode()
    shortened(reply.raised)
    demand_plain(reply.value, len(data))
    for probe in PROBES:
        for answer in (reply.value, {"value": reply.value}, {"raised": reply.value}):
            with suppress(LostError):
                Subject._checked(probe, answer)


def demand_plain(value: Any, size: int) -> None:
    """Nothing but plain values and tensors."""
    if type(value) is torch.Tensor:
        assert value.numel() * value.element_size() <= size
        assert value.is_contiguous()
        assert not value.requires_grad
    elif type(value) is list:
        for item in value:
            demand_plain(item, size)
    elif type(value) is dict:
        for key, item in value.items():
            assert type(key) is str
            demand_plain(item, size)
    else:
        assert value is None or type(value) in (bool, int, float, str, bytes)


def notebook_bytes() -> bytes:
    """The solved notebook of the first chapter."""
    return json.dumps(handed_in(BLOCKS, solved_cells(BLOCKS))).encode()


SOLVED = notebook_bytes()
fields = st.sampled_from(["cell_type", "source", "metadata", "id", "outputs", "input"])


def with_changed_cells(changes: list[tuple[int, str, Any]]) -> bytes:
    """The solved notebook with some cells' fields set to anything."""
    notebook = json.loads(SOLVED)
    for index, field, value in changes:
        notebook["cells"][index % len(notebook["cells"])][field] = value
    return json.dumps(notebook).encode()


notebooks = st.one_of(
    st.binary(max_size=300),
    in_json.map(lambda content: json.dumps(content).encode()),
    st.fixed_dictionaries(
        {"cells": in_json | st.lists(in_json, max_size=5), "metadata": in_json, "nbformat": st.just(4)},
    ).map(lambda content: json.dumps(content).encode()),
    st.builds(overwritten, st.just(SOLVED), places),
    st.lists(st.tuples(st.integers(0, 200), fields, in_json), min_size=1, max_size=4).map(with_changed_cells),
)


def read_notebook(data: bytes) -> None:
    """From bytes to the code to run, or a reason."""
    try:
        script = extract(data, Submission("ada", BLOCKS.assignment, Path("ada.ipynb"))).script
    except Unreadable:
        return
    assert list(script.exercises) == [exercise.id for exercise in BLOCKS.exercises]
    for cell in script.cells:
        cell.source.encode()
    assert all(remark.isprintable() for remark in script.remarks)


READERS: dict[str, tuple[st.SearchStrategy[bytes], Callable[[bytes], None]]] = {
    "replies": (replies, read_reply),
    "notebooks": (notebooks, read_notebook),
}


def fuzz(what: str, cases: int) -> None:
    """Tries so many cases, each in bounded time; raises on the first that does harm."""
    strategy, reader = READERS[what]

    @settings(max_examples=cases, deadline=None, database=None, suppress_health_check=list(HealthCheck))
    @given(strategy)
    def try_one(data: bytes) -> None:
        signal.alarm(SECONDS_A_CASE)
        reader(data)
        signal.alarm(0)

    try_one()


def hung(number: int, frame: FrameType | None) -> None:
    raise TimeoutError("one case took too long")


if __name__ == "__main__":
    taken = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
    resource.setrlimit(resource.RLIMIT_AS, (taken + MEMORY, taken + MEMORY))
    signal.signal(signal.SIGALRM, hung)
    fuzz(sys.argv[1], int(sys.argv[2]))
    print(f"{sys.argv[2]} {sys.argv[1]} read")
