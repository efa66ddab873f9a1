"""What one submission may use, and how a chapter's text says so.

The defaults hold unless the front matter of the chapter's text names others:

    autograder:
      limits: {cell_seconds: 20, memory: 3 GiB}
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass, fields, replace
from typing import Any

SIZE = re.compile(r"(\d+) ?(KiB|MiB|GiB)")
UNITS = {"KiB": 1 << 10, "MiB": 1 << 20, "GiB": 1 << 30}


@dataclass(frozen=True)
class Limits:
    """What one submission may use. Times are seconds of the wall clock (but for `cpu_seconds`), sizes bytes."""

    cell_seconds: float = 10.0
    check_seconds: float = 5.0
    submission_seconds: float = 120.0
    cpu_seconds: int = 120
    memory: int = 2 << 30
    scratch: int = 64 << 20
    scratch_files: int = 2000
    file_size: int = 64 << 20
    open_files: int = 256
    threads: int = 64
    output_kept: int = 64 << 10
    output_killed: int = 8 << 20
    reply: int = 64 << 20


USUAL = Limits()
TIMES = ("cell_seconds", "check_seconds", "submission_seconds", "cpu_seconds")
SIZES = ("memory", "scratch", "file_size", "output_kept", "output_killed", "reply")

# With less the sandbox itself could not work, and a frame's length is a number of 32 bits.
LEAST = {"memory": 64 << 20, "scratch_files": 16, "open_files": 32, "threads": 8, "reply": 64 << 10}
MOST = {"reply": (1 << 32) - 1}


class LimitsError(ValueError):
    """Limits that can't be; the message says what is wrong, in one sentence."""


def read_limits(written: Any) -> Limits:
    """The limits that a text's YAML names, the defaults for the others; raises LimitsError."""
    if written is None:
        return USUAL
    if not isinstance(written, dict):
        raise LimitsError("'limits' must hold lines such as 'cell_seconds: 20'")
    known = {field.name for field in fields(Limits)}
    if unknown := [name for name in written if name not in known]:
        raise LimitsError(f"{unknown[0]!r} is no limit; the limits are {', '.join(sorted(known))}")
    limits = replace(USUAL, **{name: read_limit(name, value) for name, value in written.items()})
    if limits.output_kept > limits.output_killed:
        raise LimitsError("'output_kept' is more than 'output_killed'")
    return limits


def read_limit(name: str, value: Any) -> Any:
    """One limit's value: seconds, a number of things, or bytes, which may be written as '64 MiB'."""
    if name in SIZES and isinstance(value, str) and (size := SIZE.fullmatch(value.strip())):
        value = int(size[1]) * UNITS[size[2]]
    whole = name not in TIMES or name == "cpu_seconds"
    if isinstance(value, bool) or not isinstance(value, int if whole else (int, float)):
        kind = "a number of bytes, or a text such as '64 MiB'" if name in SIZES else "a number"
        raise LimitsError(
            f"{name} is {value!r}; it must be {kind if not whole or name in SIZES else 'a whole number'}"
        )
    least, most = LEAST.get(name, 1 if whole else 0.1), MOST.get(name, 1 << 40)
    if not math.isfinite(value) or not least <= value <= most:
        raise LimitsError(f"{name} is {value}; it must be from {least} to {most}")
    return value
