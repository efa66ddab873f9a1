"""What the trusted side, the zygote and its children say to each other."""

from __future__ import annotations

from typing import Any

import msgspec

from autograder.sandbox.buffers import Buffer


class Request(msgspec.Struct, forbid_unknown_fields=True):
    """To a child: run a cell (`value` is [source, name]) or call a function ([function, arguments])."""

    id: str
    operation: str
    value: Any
    buffers: list[Buffer]


class Raised(msgspec.Struct, forbid_unknown_fields=True):
    """An exception as text: its class, the built-in classes it derives from, message and line in the cell."""

    exception: str
    bases: list[str]
    message: str
    line: int | None


class Reply(msgspec.Struct, forbid_unknown_fields=True):
    """From a child, so possibly forged: the value, or what was raised instead."""

    id: str
    raised: Raised | None
    value: Any
    buffers: list[Buffer]


class Setup(msgspec.Struct):
    """To a zygote, once: what it must know before it can fork, or become the child itself."""

    level: str
    readable: list[str]
    listable: list[str]
    forbidden: list[str]
    preload: list[str]
    forks: bool


class Spawn(msgspec.Struct, tag=True):
    """To a zygote, with the child's socket and output pipe: fork. Fields as in `Limits`."""

    child: int
    cpu_seconds: int
    memory: int
    scratch: int
    scratch_files: int
    file_size: int
    open_files: int
    threads: int
    reply: int


class Kill(msgspec.Struct, tag=True):
    """To a zygote: end this child."""

    child: int


class Ready(msgspec.Struct, tag=True):
    """From a zygote: warm."""


class Up(msgspec.Struct, tag=True):
    """From a zygote: the child is confined and listens; `pid` as the zygote sees it."""

    child: int
    pid: int


class Failed(msgspec.Struct, tag=True):
    """From a zygote: it could not start (`child` is None) or could not confine a child."""

    child: int | None
    error: str


class Exited(msgspec.Struct, tag=True):
    """From a zygote: the child has ended. `status` as of waitpid, `peak_memory` in bytes."""

    child: int
    status: int
    cpu_seconds: float
    peak_memory: int


ToZygote = Spawn | Kill
FromZygote = Ready | Up | Failed | Exited
