"""Cutting classes and functions out of Python source, and putting others in their place."""

from __future__ import annotations

import ast

from autograder.catalogue import CatalogueError

Definition = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef


class AuthoringError(CatalogueError):
    """A text, a solution and a starter that don't fit together; the message says which and how."""


def definitions(source: str, origin: str) -> dict[str, str]:
    """The top-level classes and functions of a module by name, each with its decorators.

    A name that is defined twice stands for its last definition. Raises AuthoringError, which names the
    `origin` of the source, for what is no Python.
    """
    lines = source.splitlines()
    try:
        return {name: "\n".join(lines[first:end]) for name, first, end in spans(source)}
    except SyntaxError as error:
        raise AuthoringError(f"{origin}, line {error.lineno}: {error.msg}") from None


def with_replaced(source: str, replacements: dict[str, str]) -> str:
    """`source` with those of its top-level definitions exchanged that `replacements` has a text for."""
    lines = source.splitlines()
    for name, first, end in reversed(spans(source)):
        if name in replacements:
            lines[first:end] = replacements[name].splitlines()
    return "\n".join(lines)


def spans(source: str) -> list[tuple[str, int, int]]:
    """Name, first line and line behind the last (counted from 0) of each top-level definition.

    Python's grammar ends a body before the comments that close it; a solution's end mark is one of them,
    so a span runs on over indented lines.
    """
    lines = source.splitlines()
    found = []
    for node in ast.parse(source).body:
        if not isinstance(node, Definition):
            continue
        first = min([node.lineno, *(decorator.lineno for decorator in node.decorator_list)]) - 1
        end = node.end_lineno or node.lineno
        while end < len(lines) and (not lines[end].strip() or lines[end][0].isspace()):
            end += 1
        while not lines[end - 1].strip():
            end -= 1
        found.append((node.name, first, end))
    return found
