"""Probes that call a student's function."""

from __future__ import annotations

from typing import Any, NamedTuple

from autograder.checks.probing import Build, probe

Plain = bool | int | float | str | list[Any] | dict[str, Any] | None


class Result(NamedTuple):
    """What a function returned: the name of its class and, where it is plain, the value."""

    kind: str
    value: Plain


@probe
def result(build: Build, *arguments: Any) -> Result:
    """Calls the function that is built with these arguments."""
    returned = build()(*arguments)
    return Result(type(returned).__name__, returned if is_plain(returned) else None)


def is_plain(value: Any) -> bool:
    """Whether the value is made of numbers, texts, lists and dicts alone."""
    if isinstance(value, (list, tuple)):
        return all(is_plain(item) for item in value)
    if isinstance(value, dict):
        return all(isinstance(key, str) and is_plain(item) for key, item in value.items())
    return value is None or type(value) in (bool, int, float, str)
