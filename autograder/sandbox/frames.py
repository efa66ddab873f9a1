"""Frames: total length, header length, a msgpack header, raw buffers. Both sides use this."""

from __future__ import annotations

import struct
from typing import Any, TypeVar

import msgspec

from autograder.sandbox.buffers import BadValue
from autograder.sandbox.messages import Raised, Reply, Request
from autograder.sandbox.values import Flattened, restore

PREFIX = struct.Struct(">II")
# Too small for a header whose decoded form would hurt.
LARGEST_HEADER = 1 << 20

Message = TypeVar("Message", Request, Reply)


def pack_request(identity: str, operation: str, value: Any, largest: int) -> bytes:
    """A request's frame; raises TypeError or ValueError for values that can't cross."""
    flattened = Flattened(value)
    return join(Request(identity, operation, flattened.tree, flattened.buffers), flattened.raw, largest)


def pack_reply(identity: str, value: Any, raised: Raised | None, largest: int) -> bytes:
    """A reply's frame; raises TypeError or ValueError for values that can't cross."""
    flattened = Flattened(value)
    return join(Reply(identity, raised, flattened.tree, flattened.buffers), flattened.raw, largest)


def join(message: Request | Reply, raw: list[bytes], largest: int) -> bytes:
    """A frame of at most `largest` bytes; raises ValueError if it would be longer."""
    header = msgspec.msgpack.encode(message)
    total = 4 + len(header) + sum(map(len, raw))
    if len(header) > LARGEST_HEADER or total > largest:
        raise ValueError(f"too much at once: {total} bytes, {len(header)} of them outside of tensors")
    return b"".join([PREFIX.pack(total, len(header)), header, *raw])


def remaining_size(prefix: bytes | bytearray, largest: int) -> int:
    """How many bytes follow a frame's first eight; raises BadValue for lengths out of bounds."""
    total, header = PREFIX.unpack(prefix)
    if not 4 + header <= total <= largest or header > LARGEST_HEADER:
        raise BadValue(f"a frame of {total} bytes with a header of {header}")
    return int(total) - 4


def unpack(prefix: bytes | bytearray, rest: bytearray, kind: type[Message]) -> Message:
    """The message of a whole frame, its value restored; raises BadValue for anything out of order."""
    _, header = PREFIX.unpack(prefix)
    view = memoryview(rest)
    try:
        message = msgspec.msgpack.decode(view[:header], type=kind)
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError) as error:
        raise BadValue(f"a header that can't be read: {error}") from None
    message.value = restore(message.value, message.buffers, view[header:])
    return message
