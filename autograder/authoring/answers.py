"""Sample answers: the wrong and right ones that the tests keep, and notebooks that hand them in.

tests/mistakes/<module>.py and tests/alternatives/<module>.py hold ordinary classes and functions under
a decorator that names the exercise, and slips: the reference solution with one text in it exchanged.
They are read as source and never imported: an answer takes the place of the definition of the same name
in the reference solution's cell, and is graded there.
"""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import nbformat
from nbformat import NotebookNode

from autograder.authoring.building import solutions_path
from autograder.authoring.definitions import AuthoringError, definitions, with_replaced
from autograder.catalogue import Chapter, course_folder

AT_HAND = ("solutions", "tests", "torch")
"""What an answer need not import: the kit itself, and what every notebook has imported."""

MARKS = ("### BEGIN SOLUTION", "### END SOLUTION")


@dataclass(frozen=True)
class Answer:
    """One answer to an exercise: a definition of `name`, with what it imports.

    `finding` is what a wrong answer must produce, '' for a right one.
    """

    exercise: str
    label: str
    name: str
    source: str
    finding: str = ""


def read_answers(path: Path) -> list[Answer]:
    """The answers in a file, in order.

    Raises AuthoringError for a slip in a text that the reference solution does not hold, or too often.
    """
    text = path.read_text(encoding="utf-8")
    body = ast.parse(text).body
    imports = [node for node in body if isinstance(node, (ast.Import, ast.ImportFrom))]
    found: list[Answer] = []
    seen: Counter[str] = Counter()
    for node in body:
        mark = mark_of(node)
        if mark is None:
            continue
        exercise: str = ast.literal_eval(mark.args[0])
        given = {str(keyword.arg): ast.literal_eval(keyword.value) for keyword in mark.keywords}
        finding = given.pop("finding", "")
        seen[exercise] += 1
        label = "-".join(filter(None, (exercise, str(seen[exercise]), finding)))
        if isinstance(node, (ast.ClassDef, ast.FunctionDef)):
            name, source = node.name, str(ast.get_source_segment(text, node))
        else:
            name = given.pop("name", exercise)
            source = slipped(path.stem, name, f"{exercise} ({finding})", **given)
        tree = ast.parse(source, filename=label)
        needed = "".join(f"{ast.unparse(line)}\n" for line in imports if is_needed(line, tree))
        found.append(Answer(exercise, label, name, f"{needed}{source}", finding))
    return found


def mark_of(node: ast.stmt) -> ast.Call | None:
    """The call that makes a statement an answer: a definition's first decorator, or a slip itself."""
    match node:
        case (
            ast.ClassDef(decorator_list=[ast.Call() as mark, *_])
            | ast.FunctionDef(decorator_list=[ast.Call() as mark, *_])
            | ast.Expr(value=ast.Call(func=ast.Name(id="slip")) as mark)
        ):
            return mark
    return None


def slipped(module: str, name: str, whose: str, *, old: str, new: str, times: int = 1) -> str:
    """The reference's definition of a name with `new` for `old`, which stands in it `times` times."""
    reference = definitions(solutions_path(module).read_text(encoding="utf-8"), f"solutions/{module}.py")
    if name not in reference:
        raise AuthoringError(f"slip in {whose}: solutions/{module}.py does not define {name}")
    source = without_marks(reference[name])
    if source.count(old) != times:
        raise AuthoringError(
            f"slip in {whose}: {name} must hold this text {times} time(s), not {source.count(old)}: {old!r}"
        )
    return source.replace(old, new)


def is_needed(line: ast.Import | ast.ImportFrom, answer: ast.AST) -> bool:
    """Whether an answer uses what the line imports, and no notebook has imported it yet."""
    module = line.module if isinstance(line, ast.ImportFrom) else line.names[0].name
    used = {node.id for node in ast.walk(answer) if isinstance(node, ast.Name)}
    return str(module).partition(".")[0] not in AT_HAND and any(name.name in used for name in line.names)


def solved_cells(chapter: Chapter) -> dict[str, str]:
    """The reference solution of every exercise, as the code of its cell, without the marks."""
    cells = solution_cells(read_notebook(chapter, "source"), chapter)
    return {id: without_marks(cell.source) for id, cell in cells.items()}


def without_marks(source: str) -> str:
    """Code as a student would have written it, without the lines that mark the solution."""
    return "\n".join(line for line in source.splitlines() if line.strip() not in MARKS)


def handed_in(chapter: Chapter, code: Mapping[str, str]) -> NotebookNode:
    """The released notebook with these exercises' cells filled in; the others stay as they were handed out."""
    notebook = read_notebook(chapter, "release")
    for id, cell in solution_cells(notebook, chapter).items():
        cell.source = code.get(id, cell.source)
    return notebook


def answered(solved: str, answer: Answer) -> str:
    """A solved cell with the answer in the place of the definition of the same name."""
    return with_replaced(solved, {answer.name: answer.source})


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
