"""Sample answers: the wrong and right ones that the tests keep, and notebooks that hand them in.

tests/mistakes/<module>.py and tests/alternatives/<module>.py hold ordinary classes and functions under
a decorator that names the exercise. They are read as source and never imported: an answer goes into a
notebook cell after the reference solution of its exercise, replaces the names that it defines, and is
graded there.
"""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import nbformat
from nbformat import NotebookNode

from autograder.catalogue import Chapter, course_folder

OWN_PACKAGES = ("solutions", "tests")


@dataclass(frozen=True)
class Answer:
    """One answer to an exercise; `finding` is what a wrong one must produce, '' for a right one."""

    exercise: str
    label: str
    source: str
    finding: str = ""


def read_answers(path: Path) -> list[Answer]:
    """The answers in a file, in order; each carries the file's imports, except those of the kit itself."""
    text = path.read_text(encoding="utf-8")
    body = ast.parse(text).body
    imports = "".join(f"{ast.unparse(node)}\n" for node in body if is_import(node))
    found: list[Answer] = []
    seen: Counter[str] = Counter()
    for node in body:
        if isinstance(node, (ast.ClassDef, ast.FunctionDef)) and node.decorator_list:
            mark = node.decorator_list[0]
            assert isinstance(mark, ast.Call)
            exercise = ast.literal_eval(mark.args[0])
            finding = next((ast.literal_eval(k.value) for k in mark.keywords if k.arg == "finding"), "")
            seen[exercise] += 1
            label = "-".join(filter(None, (exercise, str(seen[exercise]), finding)))
            source = ast.get_source_segment(text, node)
            found.append(Answer(exercise, label, f"{imports}\n\n{source}", finding))
    return found


def is_import(node: ast.stmt) -> bool:
    """Whether a line imports something that a student could import."""
    if isinstance(node, ast.ImportFrom):
        return str(node.module).partition(".")[0] not in OWN_PACKAGES
    return isinstance(node, ast.Import)


def solved_cells(chapter: Chapter) -> dict[str, str]:
    """The reference solution of every exercise, as the code of its cell."""
    source = read_notebook(chapter, "source")
    return {id: cell.source for id, cell in solution_cells(source, chapter).items()}


def handed_in(chapter: Chapter, code: Mapping[str, str]) -> NotebookNode:
    """The released notebook with these exercises' cells filled in; the others stay as they were handed out."""
    notebook = read_notebook(chapter, "release")
    for id, cell in solution_cells(notebook, chapter).items():
        cell.source = code.get(id, cell.source)
    return notebook


def with_answer(chapter: Chapter, answer: Answer) -> dict[str, str]:
    """The code of a submission that answers one exercise in this way and solves all others."""
    solved = solved_cells(chapter)
    return solved | {answer.exercise: f"{solved[answer.exercise]}\n\n\n{answer.source}"}


def read_notebook(chapter: Chapter, version: str) -> NotebookNode:
    """A notebook of the course: version is "source" or "release"."""
    path = course_folder() / version / chapter.assignment / chapter.notebook
    notebook: NotebookNode = nbformat.read(path, as_version=4)  # type: ignore[no-untyped-call]
    return notebook


def solution_cells(notebook: NotebookNode, chapter: Chapter) -> dict[str, NotebookNode]:
    """The solution cells by exercise id."""
    ids = {exercise.id for exercise in chapter.exercises}
    by_id = {cell.metadata.get("nbgrader", {}).get("grade_id"): cell for cell in notebook.cells}
    return {id: cell for id, cell in by_id.items() if id in ids}
