"""The format of tests/honest: ordinary cells that students write, and where in a solved notebook they stand."""

from __future__ import annotations

import pkgutil
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from textwrap import dedent

import nbformat
from nbformat import NotebookNode

from autograder.authoring.answers import handed_in
from autograder.catalogue import Chapter
from tests import honest

BEFORE, AFTER = "before", "after"


@dataclass(frozen=True)
class Honest:
    """A cell that must not cost a point. `place` is BEFORE, AFTER or the exercise whose cell it replaces.

    `raises`: the cell ends with an exception of its own. `writes`: it needs a folder to write in, which there
    is none of at the level `landlock`. `sees_itself`: it needs a /proc of its own, which only `full` has.
    """

    title: str
    place: str
    source: str
    raises: bool = False
    writes: bool = False
    sees_itself: bool = False


def before(title: str, source: str, **marks: bool) -> Honest:
    """A cell of the student's own between the imports and the exercises."""
    return Honest(title, BEFORE, dedent(source).strip(), **marks)


def after(title: str, source: str, **marks: bool) -> Honest:
    """A cell of the student's own at the end, where all exercises are solved."""
    return Honest(title, AFTER, dedent(source).strip(), **marks)


def solves(exercise: str, title: str, source: str, **marks: bool) -> Honest:
    """A right answer to an exercise, in that exercise's cell."""
    return Honest(title, exercise, dedent(source).strip(), **marks)


def honest_cells() -> list[Honest]:
    """The entries of every file in tests/honest, in order."""
    modules = [import_module(f"{honest.__name__}.{m.name}") for m in pkgutil.iter_modules(honest.__path__)]
    return [cell for module in modules for cell in module.CELLS]


def notebook_with(chapter: Chapter, solved: Mapping[str, str], cell: Honest) -> NotebookNode:
    """The solved notebook of a chapter with one such cell in its place, and a last one that knows its end."""
    seen_to_the_end = not cell.raises and not cell.source.startswith("%%")
    source = f"{cell.source}\nreached_the_end = True" if seen_to_the_end else cell.source
    if cell.place in (BEFORE, AFTER):
        notebook = handed_in(chapter, solved)
        setup = next(index for index, other in enumerate(notebook.cells) if other.cell_type == "code")
        place = setup + 1 if cell.place == BEFORE else len(notebook.cells)
        notebook.cells.insert(place, nbformat.v4.new_code_cell(source))
    else:
        notebook = handed_in(chapter, {**solved, cell.place: source})
    if seen_to_the_end:
        notebook.cells.append(nbformat.v4.new_code_cell("assert reached_the_end"))
    return notebook


def write_honest_class(
    folder: Path, chapter: Chapter, solved: Mapping[str, str], cells: list[Honest]
) -> dict[str, Honest]:
    """Writes a submitted/ tree with a student for each cell; returns who handed in what."""
    students = {f"s{number:03}": cell for number, cell in enumerate(cells)}
    for student, cell in students.items():
        path = folder / student / chapter.assignment / chapter.notebook
        path.parent.mkdir(parents=True)
        path.write_text(nbformat.writes(notebook_with(chapter, solved, cell)), encoding="utf-8")
    return students
