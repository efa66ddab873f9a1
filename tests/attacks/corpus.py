"""What an attack is, and how one is written down.

A cell attack is a function whose body is the code of the cell; it is read as source and never called here.
A file attack is a function that puts a hostile file where a notebook belongs; that one is called. The first
line of the docstring says what must happen.
"""

from __future__ import annotations

import ast
import inspect
import textwrap
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from autograder.sandbox.isolation import Level
from tests.attacks import tools

FAMILIES = (
    "reading",
    "escaping",
    "exhausting",
    "outliving",
    "protocol",
    "python_tricks",
    "intake",
    "reports",
)
WALLED = (Level.FULL, Level.SHARED, Level.LANDLOCK)
OVER = "THE ATTACK IS OVER"
# The file has the tools as an import for readers; in the cell they stand themselves.
OWN_PACKAGES = ("tests", "autograder", "__future__")

Place = Callable[[Path, Mapping[str, Any]], None]
CORPUS: dict[str, Attack] = {}


@dataclass(frozen=True)
class Attack:
    """One attack and what must come of it.

    Args:
        exercise: whose cell holds the code; all other exercises are handed in as they were handed out.
        code: the code of the cell, before the places of the secrets are known.
        place: puts the file where the notebook belongs; None for an attack that is code.
        ends: why the child is lost; "" if the attack must run to its end in the child that it began in.
        denied: checks that must not pass. Without any, nothing at all may be earned; with some, an honest
            part of the answer may keep its points.
        honest: the attack is side work around a right answer, which keeps its full points.
        status: what becomes of the submission.
        levels: which levels promise to stop it.
        limits: what differs from the limits of the chapter.
        rounds: how often it is handed in, one after the other.
        student: the name under which it is handed in.
        slow: it takes long, because it goes to a limit.
        open_hole: why it still gets through; empty for what is contained.
    """

    name: str
    family: str
    promise: str
    exercise: str = ""
    code: str = ""
    place: Place | None = None
    ends: str = ""
    denied: tuple[str, ...] = ()
    honest: bool = False
    status: str = "graded"
    levels: tuple[Level, ...] = WALLED
    limits: Mapping[str, Any] = field(default_factory=dict)
    rounds: int = 1
    student: str = "mallory"
    slow: bool = False
    open_hole: str = ""

    def cell(self, places: Mapping[str, Any]) -> str:
        """The code of the attacking cell."""
        return self.code.replace("PLACES_FILLED_IN_HERE", repr(dict(places)))


def attack(exercise: str = "Parallel", **expected: Any) -> Callable[[Callable[[], None]], Callable[[], None]]:
    """Marks a function whose body is the code of an attacking cell."""

    def register(function: Callable[[], None]) -> Callable[[], None]:
        keep(function, exercise=exercise, code=cell_of(function, exercise), **expected)
        return function

    return register


def handed_in_as(**expected: Any) -> Callable[[Place], Place]:
    """Marks a function that writes a hostile file in place of the notebook."""

    def register(function: Place) -> Place:
        keep(function, place=function, **expected)
        return function

    return register


def keep(function: Callable[..., None], **facts: Any) -> None:
    """Adds one attack to the corpus; its family is the file's name."""
    promise = inspect.getdoc(function)
    assert promise, function.__name__
    assert function.__name__ not in CORPUS, function.__name__
    family = function.__module__.rpartition(".")[2]
    CORPUS[function.__name__] = Attack(function.__name__, family, promise.splitlines()[0], **facts)


def cell_of(function: Callable[[], None], exercise: str) -> str:
    """The body of a function as the code of a cell, behind the imports of its file and the tools."""
    lines, _ = inspect.getsourcelines(function)
    tree = ast.parse(textwrap.dedent("".join(lines))).body[0]
    assert isinstance(tree, ast.FunctionDef)
    first, last = tree.body[1].lineno, tree.body[-1].lineno
    over = f"print({OVER!r}, flush=True)"
    body = textwrap.dedent("".join(lines[first - 1 :]))
    if isinstance(tree.body[-1], ast.Raise):
        # What the attack raises at last is how it ends.
        before = textwrap.dedent("".join(lines[first - 1 : last - 1]))
        body = f"{before}\n{over}\n{textwrap.dedent(''.join(lines[last - 1 :]))}"
    defined = {node.name for node in tree.body if isinstance(node, ast.ClassDef | ast.FunctionDef)}
    parts = [
        inspect.getsource(tools),
        head_of(function),
        "PLACES.update(PLACES_FILLED_IN_HERE)",
        body,
        over,
    ]
    if exercise not in defined:
        parts += [f"{exercise} = carrier()", "if LOOT: raise RuntimeError(' '.join(LOOT))"]
    return "\n\n".join(parts)


def head_of(function: Callable[[], None]) -> str:
    """The imports and the constants of the file in which a function stands, less what belongs to the tests."""
    module = inspect.getmodule(function)
    assert module is not None
    nodes = [n for n in ast.parse(inspect.getsource(module)).body if is_import(n) or is_constant(n)]
    return "\n".join(ast.unparse(node) for node in nodes)


def is_import(node: ast.stmt) -> bool:
    """Whether a line imports something that a student could import."""
    if isinstance(node, ast.ImportFrom):
        return str(node.module).partition(".")[0] not in OWN_PACKAGES
    return isinstance(node, ast.Import)


def is_constant(node: ast.stmt) -> bool:
    """Whether a line gives a name to a text or number."""
    return isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant)
