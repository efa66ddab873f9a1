"""What a message says about the raw bytes that follow it."""

from __future__ import annotations

import math

import msgspec

# Bytes of one item, by the name of the dtype.
ITEM_SIZES = {
    **{"bool": 1, "uint8": 1, "uint16": 2, "uint32": 4, "uint64": 8},
    **{"int8": 1, "int16": 2, "int32": 4, "int64": 8},
    **{"float16": 2, "bfloat16": 2, "float32": 4, "float64": 8, "complex64": 8, "complex128": 16},
}
MOST_DIMENSIONS = 16
LONGEST_DIMENSION = 1 << 40


class BadValue(Exception):
    """Bytes from the other side that are no value; the message says what is wrong with them."""


class Buffer(msgspec.Struct, array_like=True, forbid_unknown_fields=True):
    """What the raw bytes are: `bytes`, `text` or a dtype's name, and the shape."""

    kind: str
    shape: list[int]

    def size(self) -> int:
        """Bytes that the buffer must have; raises BadValue for kinds and shapes that can't be."""
        item = ITEM_SIZES.get(self.kind)
        if item is None:
            if self.kind not in ("bytes", "text") or len(self.shape) != 1:
                raise BadValue(f"a buffer of kind {self.kind[:40]!r}")
            item = 1
        if len(self.shape) > MOST_DIMENSIONS or any(not 0 <= n <= LONGEST_DIMENSION for n in self.shape):
            raise BadValue("a tensor of an impossible shape")
        return math.prod(self.shape) * item
