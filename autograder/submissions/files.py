"""A submission's bytes, read as the hostile file it may be."""

from __future__ import annotations

import hashlib
import os
import stat
from pathlib import Path

from autograder.submissions.errors import Unreadable
from autograder.submissions.naming import printable

MAX_FILE_SIZE = 256 << 20
# Without O_NONBLOCK, opening a FIFO waits for a writer that never comes. Windows has neither flag.
OPEN_FLAGS = (
    os.O_RDONLY
    | getattr(os, "O_NOFOLLOW", 0)
    | getattr(os, "O_NONBLOCK", 0)
    | getattr(os, "O_CLOEXEC", 0)
    | getattr(os, "O_BINARY", 0)
)
KINDS = {
    stat.S_IFLNK: "a symbolic link",
    stat.S_IFDIR: "a folder",
    stat.S_IFIFO: "a named pipe",
    stat.S_IFSOCK: "a socket",
    stat.S_IFCHR: "a device",
    stat.S_IFBLK: "a device",
}


def read_bytes(path: Path, limit: int = MAX_FILE_SIZE) -> bytes:
    """The content of a regular file of at most `limit` bytes, links not followed; raises Unreadable."""
    try:
        # Asked before opening as well: opening a device can already do something.
        _demand_regular(os.lstat(path), limit)
        descriptor = os.open(path, OPEN_FLAGS)
        with open(descriptor, "rb") as file:
            _demand_regular(os.fstat(descriptor), limit)
            data = file.read(limit + 1)
    except FileNotFoundError:
        raise Unreadable(f"no {printable(path.name)} in {_folder(path)}") from None
    except (OSError, ValueError) as error:
        why = error.strerror if isinstance(error, OSError) and error.strerror else "not a usable file name"
        raise Unreadable(f"the file can't be read: {why}") from None
    if len(data) > limit:
        raise Unreadable(_too_large(limit))
    return data


def sha256(data: bytes) -> str:
    """The hexadecimal digest that a journal knows a submission by."""
    return hashlib.sha256(data).hexdigest()


def _demand_regular(status: os.stat_result, limit: int) -> None:
    if not stat.S_ISREG(status.st_mode):
        kind = KINDS.get(stat.S_IFMT(status.st_mode), "something else")
        raise Unreadable(f"not a file but {kind}")
    if status.st_size > limit:
        raise Unreadable(_too_large(limit))


def _too_large(limit: int) -> str:
    size = f"{limit >> 20} MiB" if limit >> 20 else f"{limit} bytes"
    return f"the file is larger than {size}"


def _folder(path: Path) -> str:
    """The last two folders above a file: grades must not depend on where the class lies on this machine."""
    return printable("/".join(part for part in path.parts[-3:-1] if part != os.sep)) or "."
