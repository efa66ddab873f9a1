"""The list of mutants that live because they are right: equivalent.toml, each with its reason.

A table's name is a chapter's module. An entry names the exercise, the changed line and what it becomes, as
they stand in the solution without indentation; `occurrence` is for the second time that an exercise has the
same change. An entry that no longer fits a living mutant is an error, so that the list stays true.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Collection
from pathlib import Path

from tests.mutation.mutants import Change

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

LIST = Path(__file__).with_name("equivalent.toml")
FIELDS = {"exercise", "line", "becomes", "reason"}


class ListError(Exception):
    """An entry that can't be read; the message names it."""


def read_equivalents(module: str, path: Path = LIST) -> dict[Change, str]:
    """The reasons of a chapter's equivalent mutants. Raises ListError."""
    reasons: dict[Change, str] = {}
    for entry in tomllib.loads(path.read_text(encoding="utf-8")).get(module, []):
        if set(entry) - {"occurrence"} != FIELDS or not entry["reason"].strip():
            raise ListError(f"{path.name}: an entry of {module} needs {sorted(FIELDS)}: {entry}")
        reason = entry.pop("reason")
        change = Change(**entry)
        if change in reasons:
            raise ListError(f"{path.name}: {change} is listed twice")
        reasons[change] = reason
    return reasons


def stale(listed: Collection[Change], made: Collection[Change], living: Collection[Change]) -> list[str]:
    """The listed changes that are none any more, or that the checks notice, in words."""
    return [
        f"{change}: " + ("the checks notice it" if change in made else "no mutant is like this")
        for change in listed
        if change not in living
    ]


def as_entry(module: str, change: Change) -> str:
    """A change as it would stand in the list, its reason to be filled in."""
    lines = [f"[[{module}]]", f"exercise = {quoted(change.exercise)}"]
    lines += [f"line = {quoted(change.line)}", f"becomes = {quoted(change.becomes)}"]
    lines += [f"occurrence = {change.occurrence}"] if change.occurrence > 1 else []
    return "\n".join([*lines, 'reason = ""'])


def quoted(text: str) -> str:
    """A TOML string: as it is in single quotes if it holds double ones and can be, else as in JSON."""
    literal = '"' in text and "'" not in text and text.isprintable()
    return f"'{text}'" if literal else json.dumps(text, ensure_ascii=False)
