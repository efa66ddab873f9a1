"""Looks for what student code must never reach: a zygote that can read an answer must not start."""

from __future__ import annotations

import importlib.util
import os
from collections.abc import Iterable, Iterator
from importlib.machinery import ModuleSpec
from pathlib import Path

SECRET_MODULES = (
    "solutions",
    "autograder.checks.hidden",
    "autograder.checks.messages",
    "autograder.grading",
    "tests.mistakes",
    "tests.alternatives",
    "tests.attacks",
)


def answers_in_reach(forbidden: Iterable[str]) -> str | None:
    """The first secret module or path that this process can read, None if there is none."""
    for name in SECRET_MODULES:
        if any(can_read(path) for path in files_of(find(name))):
            return f"module {name}"
    return next((path for path in forbidden if can_read(path)), None)


def find(name: str) -> ModuleSpec | None:
    """How the module would be imported, None if it would not."""
    try:
        return importlib.util.find_spec(name)
    except (ImportError, OSError):
        # A parent package is missing, or seen in a folder's listing but closed to us.
        return None


def files_of(spec: ModuleSpec | None) -> Iterator[str]:
    """The module's own file, or whatever lies in a namespace package's folders."""
    if spec is None:
        return
    if spec.origin is not None:
        yield spec.origin
    else:
        yield from spec.submodule_search_locations or ()


def can_read(path: str) -> bool:
    """Whether a file opens, or anything beneath a folder does. Names alone are no secret."""
    if not os.path.isdir(path):
        try:
            Path(path).open("rb").close()
        except OSError:
            return False
        return True
    try:
        return any(can_read(os.path.join(path, name)) for name in os.listdir(path))
    except OSError:
        return False
