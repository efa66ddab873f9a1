from __future__ import annotations

from collections import OrderedDict
from datetime import datetime
from typing import Any

import msgspec
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from autograder.sandbox import frames
from autograder.sandbox.buffers import ITEM_SIZES, BadValue, Buffer
from autograder.sandbox.messages import Reply
from autograder.sandbox.values import DTYPES, Flattened, restore

LARGEST = 1 << 24

plain = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**63 - 1) | st.floats() | st.text() | st.binary(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=20,
)


def through_a_frame(value: Any) -> Any:
    frame = frames.pack_reply("id", value, None, LARGEST)
    prefix, rest = frame[:8], bytearray(frame[8:])
    assert frames.remaining_size(prefix, LARGEST) == len(rest)
    return frames.unpack(prefix, rest, Reply).value


def forged(tree: Any, buffers: Any = (), raw: bytes = b"", **extra: Any) -> tuple[bytes, bytearray]:
    header = msgspec.msgpack.encode(
        {"id": "id", "raised": None, "value": tree, "buffers": list(buffers)} | extra
    )
    return frames.PREFIX.pack(4 + len(header) + len(raw), len(header)), bytearray(header + raw)


@given(plain)
def test_plain_values_come_back_as_they_were(value):
    # repr: nan is not equal to itself.
    expected = msgspec.json.decode(msgspec.json.encode(None)) if value is None else value
    assert repr(through_a_frame(value)) == repr(expected)


def test_tuples_come_back_as_lists_and_subclasses_as_their_plain_base():
    value = {"shape": torch.Size([2, 3]), "ordered": OrderedDict(a=(1, 2))}
    back = through_a_frame(value)
    assert back == {"shape": [2, 3], "ordered": {"a": [1, 2]}}
    assert type(back["shape"]) is list
    assert type(back["ordered"]) is dict


def test_a_dict_that_looks_like_the_encoding_is_still_a_dict():
    value = {"buffer": 0, "dict": {"buffer": 1}}
    assert through_a_frame([{"buffer": 0}, {"dict": {}}, value]) == [{"buffer": 0}, {"dict": {}}, value]


def test_lone_surrogates_are_replaced():
    assert through_a_frame({"a\ud800": "b\udfff"}) == {"a?": "b?"}


@pytest.mark.parametrize("name", sorted(DTYPES))
@pytest.mark.parametrize("shape", [(), (0,), (3,), (2, 0, 3), (2, 3)])
def test_tensors_of_every_dtype_and_shape_come_back_bit_for_bit(name, shape):
    count = torch.Size(shape).numel()
    tensor = torch.arange(count).reshape(shape).to(torch.float32).to(DTYPES[name])
    back = through_a_frame([tensor])[0]
    assert back.dtype == tensor.dtype
    assert back.shape == tensor.shape
    assert torch.equal(back.to(torch.complex128), tensor.to(torch.complex128))
    assert ITEM_SIZES[name] == tensor.itemsize


def test_views_gradients_and_conjugates_cross_as_plain_data():
    base = torch.arange(12.0).reshape(3, 4)
    parameter = torch.nn.Parameter(base.clone())
    conjugate = torch.tensor([1 + 2j, 3 - 4j]).conj()
    back = through_a_frame(
        [base.t(), base[:, ::2], base[0].expand(5, 4), parameter * 2, parameter, conjugate]
    )
    for got, sent in zip(
        back, [base.t(), base[:, ::2], base[0].expand(5, 4), base * 2, base, conjugate], strict=True
    ):
        assert torch.equal(got, sent)
        assert not got.requires_grad


def test_a_restored_tensor_owns_writable_memory():
    back = through_a_frame([torch.zeros(3), torch.zeros(3)])
    back[0].add_(1)
    assert back[1].sum() == 0


@pytest.mark.parametrize(
    "value",
    [
        object(),
        {1: "a"},
        2**64,
        {"k" * 5000: 1},
        torch.zeros(3).to_sparse(),
        torch.zeros(3, device="meta"),
        [torch.zeros(1)] * 5000,
        list(range(1_000_000)),
        datetime(2026, 1, 1),
        {1, 2},
    ],
    ids=lambda value: type(value).__name__,
)
def test_what_may_not_cross_is_refused_before_it_leaves(value):
    with pytest.raises((TypeError, ValueError)):
        frames.pack_reply("id", value, None, LARGEST)


def test_a_value_nested_in_itself_is_refused():
    value: list[Any] = []
    value.append(value)
    with pytest.raises(ValueError, match="nested"):
        Flattened(value)


@pytest.mark.parametrize(
    ("tree", "buffers", "raw"),
    [
        ({"buffer": 0}, [], b""),
        ({"buffer": -1}, [["bytes", [1]]], b"x"),
        ({"buffer": True}, [["bytes", [1]], ["bytes", [1]]], b"xy"),
        ({"buffer": 0, "dict": {}}, [["bytes", [1]]], b"x"),
        ({"tensor": 0}, [], b""),
        ({"dict": {1: 2}}, [], b""),
        ({"dict": []}, [], b""),
        (None, [["float32", [2]]], b"1234"),
        (None, [["float32", [-1]]], b""),
        (None, [["float32", [0, 1 << 62]]], b""),
        (None, [["float32", [1] * 40]], b"1234"),
        (None, [["object", [1]]], b"12345678"),
        (None, [["text", [2, 1]]], b"ab"),
        ({"buffer": 0}, [["text", [1]]], b"\xff"),
        (None, [["bytes", [1]]] * 5000, b"x" * 5000),
        (None, [], b"left over"),
        (datetime(2026, 1, 1).astimezone(), [], b""),
        (msgspec.msgpack.Ext(5, b"code"), [], b""),
    ],
)
def test_forged_values_are_refused(tree, buffers, raw):
    with pytest.raises(BadValue):
        frames.unpack(*forged(tree, buffers, raw), Reply)


def test_forged_headers_are_refused():
    for header in (b"", b"\x00", b"\xdd\xff\xff\xff\xff", b"\x91" * 100_000, b"\xc1", b"\x80", b"\xa3abc"):
        with pytest.raises(BadValue):
            frames.unpack(frames.PREFIX.pack(4 + len(header), len(header)), bytearray(header), Reply)
    with pytest.raises(BadValue):
        frames.unpack(*forged(1, extra="key"), Reply)


def test_lengths_out_of_bounds_are_refused():
    for total, header in ((0, 0), (3, 0), (100, 97), (LARGEST + 1, 10), (LARGEST, (1 << 20) + 1)):
        with pytest.raises(BadValue):
            frames.remaining_size(frames.PREFIX.pack(total, header), LARGEST)


def test_bytes_that_are_no_booleans_become_booleans():
    restored = restore({"buffer": 0}, [Buffer("bool", [3])], memoryview(bytearray(b"\x00\x02\xff")))
    assert restored.tolist() == [False, True, True]
    assert restored.view(torch.uint8).tolist() == [0, 1, 1]
