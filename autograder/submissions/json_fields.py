"""Typed looks into JSON that others wrote: what is not asked for is skipped and never built."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any, TypeVar

import msgspec

from autograder.submissions.errors import Unreadable

Wanted = TypeVar("Wanted")
ABSENT = msgspec.Raw()
MAX_ITEMS = 2000
MAX_REPAIRED = 16 << 20
LONE_SURROGATE = re.compile("[\ud800-\udfff]")

# As a list, `[{},{},...]` would build one object for every three bytes before anybody could count them.
# A struct read from an array takes as many items as it has fields and skips the rest.
FirstItems = msgspec.defstruct(
    "FirstItems",
    [(f"item{index}", msgspec.Raw, ABSENT) for index in range(MAX_ITEMS + 1)],
    array_like=True,
)


def field(raw: msgspec.Raw, wanted: type[Wanted]) -> Wanted | None:
    """The value of a field, or None if it is absent, of another type or not decodable."""
    try:
        return None if raw is ABSENT else msgspec.json.decode(raw, type=wanted)
    except (msgspec.DecodeError, RecursionError, UnicodeError):
        return None


def items(raw: msgspec.Raw) -> Iterator[msgspec.Raw] | None:
    """The items of a JSON array, None if it is no array; raises Unreadable beyond MAX_ITEMS."""
    first = field(raw, FirstItems)
    if first is None:
        return None
    found = [item for item in msgspec.structs.astuple(first) if item is not ABSENT]
    if len(found) > MAX_ITEMS:
        raise Unreadable(f"the notebook has more than {MAX_ITEMS} cells")
    return iter(found)


def repaired(data: bytes) -> bytes:
    """The same JSON without what editors write and strict readers refuse.

    Those are NaN, lone surrogates, raw control characters and bytes that are not UTF-8. Everything is built
    in memory on the way, so only files up to MAX_REPAIRED get it. Raises Unreadable if it is not JSON.
    """
    if len(data) > MAX_REPAIRED:
        raise Unreadable("the file is not valid JSON, and too large to be mended")
    try:
        content: Any = json.loads(
            data.decode("utf-8", "replace"),
            strict=False,
            parse_constant=lambda _: None,
            parse_float=lambda _: None,
            parse_int=lambda digits: int(digits) if len(digits) < 10 else None,
        )
        return LONE_SURROGATE.sub("\ufffd", json.dumps(content, ensure_ascii=False)).encode()
    except ValueError as error:
        where = f" (line {error.lineno})" if isinstance(error, json.JSONDecodeError) else ""
        raise Unreadable(f"not a notebook: the file is not JSON, or was cut off{where}") from None
