"""Findings: what is wrong with an answer, by id, and the texts that students read, by id and language."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

VALUE_LENGTH = 300


class Finding(Exception):
    """Raised by an expectation that does not hold.

    Args:
        id: names the text in the message catalogues, such as "names.differ".
        values: what the text's placeholders stand for. Never an expected number of a hidden check.
    """

    def __init__(self, id: str, **values: Any) -> None:
        super().__init__(id)
        self.id = id
        self.values = values


class NotReached(Exception):
    """Raised by a check that can't say anything, because what it builds on does not hold."""


class NotChecked(Exception):
    """Raised by a check that can't look here; `finding` says why. It neither earns nor costs anything."""

    def __init__(self, finding: Finding) -> None:
        super().__init__(finding.id)
        self.finding = finding


@dataclass(frozen=True)
class Message:
    """What a student reads about a finding: what came out, what is required, and the likely cause."""

    saw: str
    required: str
    cause: str

    def __str__(self) -> str:
        return "\n".join(line for line in (self.saw, self.required, self.cause) if line)


@cache
def texts(language: str) -> Mapping[str, Mapping[str, str]]:
    """The message catalogue of a language, of all chapters; raises FileNotFoundError if there is none."""
    folder = files("autograder.checks") / "messages" / language
    return {
        finding: text
        for path in folder.iterdir()
        if path.name.endswith(".toml")
        for finding, text in tomllib.loads(path.read_text(encoding="utf-8")).items()
    }


def explain(finding: Finding, language: str = "en") -> Message:
    """The text of a finding. Raises KeyError for an id or a placeholder that the catalogue and check disagree on."""
    text = texts(language)[finding.id]
    values = {name: shown(value) for name, value in finding.values.items()}
    return Message(*(text.get(part, "").format_map(values) for part in ("saw", "required", "cause")))


def shown(value: Any) -> str:
    """A value as it stands in a message: short, on one line, without control characters."""
    text = value if isinstance(value, str) else repr(value)
    printable = "".join(c if c.isprintable() else " " for c in text)
    return printable if len(printable) <= VALUE_LENGTH else printable[: VALUE_LENGTH - 4] + " ..."
