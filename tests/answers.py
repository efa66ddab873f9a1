"""Wrong and right answers as tests: what stands in tests/mistakes and tests/alternatives.

The files hold ordinary classes and functions under a decorator. They are read as source, not imported:
an answer is put into a notebook cell, after the reference solution of its exercise, and graded there.
"""

from __future__ import annotations

import ast
import inspect
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import TypeVar

import solutions

T = TypeVar("T")
HERE = Path(__file__).parent


@dataclass(frozen=True)
class Answer:
    """One answer: the names it defines replace the reference solution's."""

    exercise: str
    label: str
    source: str
    finding: str = ""


def mistake(exercise: str, finding: str) -> Callable[[T], T]:
    """Marks a wrong answer and the finding that it must produce, alone."""
    return lambda answer: answer


def alternative(exercise: str) -> Callable[[T], T]:
    """Marks a right answer that must get full points."""
    return lambda answer: answer


def answers(kind: str, module: str) -> list[Answer]:
    """The answers in tests/<kind>/<module>.py, in order."""
    text = (HERE / kind / f"{module}.py").read_text(encoding="utf-8")
    body = ast.parse(text).body
    imports = "".join(f"{ast.unparse(node)}\n" for node in body if is_import(node))
    found: list[Answer] = []
    for node in body:
        if isinstance(node, (ast.ClassDef, ast.FunctionDef)) and node.decorator_list:
            mark = node.decorator_list[0]
            assert isinstance(mark, ast.Call)
            facts = {"exercise": ast.literal_eval(mark.args[0])}
            facts |= {k.arg: ast.literal_eval(k.value) for k in mark.keywords if k.arg}
            source = imports + "\n".join(text.splitlines()[node.lineno - 1 : node.end_lineno])
            number = sum(a.exercise == facts["exercise"] for a in found) + 1
            label = f"{facts['exercise']}-{number}" + (f"-{facts['finding']}" if "finding" in facts else "")
            found.append(Answer(label=label, source=source, **facts))
    return found


def is_import(node: ast.stmt) -> bool:
    """Whether a line imports something that a student could import."""
    if isinstance(node, ast.ImportFrom):
        return str(node.module).partition(".")[0] not in ("solutions", "tests")
    return isinstance(node, ast.Import)


def reference_source(module: ModuleType) -> str:
    """A reference module as one cell of code."""
    return inspect.getsource(module).replace("from __future__ import annotations\n", "")


def namespace(module: str, answer: Answer | None = None) -> dict[str, object]:
    """What a student's notebook holds after its cells have run: the reference, and one answer over it."""
    __import__(f"solutions.{module}")
    names: dict[str, object] = {"__name__": "__main__"}
    exec(compile(reference_source(getattr(solutions, module)), "<reference>", "exec"), names)
    if answer:
        exec(compile(answer.source, "<answer>", "exec"), names)
    return names
