"""A chapter's text and its solutions become the source notebook that nbgrader starts from."""

from __future__ import annotations

from collections import Counter

import jupytext
from jupytext.myst import MystMetadataParsingError
from nbformat import NotebookNode
from yaml import YAMLError

from autograder.authoring.cells import code_cell, markdown_cell, nbgrader_metadata, notebook_of
from autograder.authoring.definitions import AuthoringError, definitions
from autograder.authoring.exercise_cells import exercise_cells
from autograder.catalogue import EXERCISE_DIRECTIVE, Chapter

NOTEBOOK_VERSION = 1
DEMO = "demo"
KERNEL = {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"}
LANGUAGE = {
    "file_extension": ".py",
    "mimetype": "text/x-python",
    "name": "python",
    "pygments_lexer": "ipython3",
}


def source_notebook(chapter: Chapter, text: str, solutions: str) -> NotebookNode:
    """The source notebook of a chapter from its MyST Markdown `text` and the source of its `solutions`.

    The same text gives the same notebook to the byte: cell ids come from exercise ids and positions.
    Raises AuthoringError where text and solutions don't fit together.
    """
    solved = definitions(solutions, f"solutions/{chapter.module}.py")
    counts: Counter[str] = Counter()
    cells: list[NotebookNode] = []
    for written in read_cells(text, chapter):
        if written.cell_type == "markdown":
            cells += markdown_cells(written.source, chapter, solved, counts)
        elif not counts["setup"]:
            counts["setup"] += 1
            cells.append(setup_cell(written.source, chapter))
        else:
            cells.append(shown_cell(written, counts))
    if not counts["setup"]:
        raise AuthoringError(f"{chapter.module}.md: the chapter has no code cell that imports what it needs")
    return notebook_of(
        cells,
        autograder={"assignment": chapter.assignment, "version": NOTEBOOK_VERSION},
        kernelspec=KERNEL,
        language_info=LANGUAGE,
    )


def read_cells(text: str, chapter: Chapter) -> list[NotebookNode]:
    """The Markdown and code cells of a MyST text, as jupytext reads them."""
    try:
        return list(jupytext.reads(text, fmt="md:myst").cells)
    except (MystMetadataParsingError, YAMLError) as error:
        where = " ".join(str(error).split())
        raise AuthoringError(
            f"{chapter.module}.md: the head of the text or of a cell is no YAML: {where}"
        ) from None


def markdown_cells(
    text: str, chapter: Chapter, solved: dict[str, str], counts: Counter[str]
) -> list[NotebookNode]:
    """A piece of the text cut at its exercises, each of which becomes its three cells."""
    cells: list[NotebookNode] = []
    position = 0
    for directive in EXERCISE_DIRECTIVE.finditer(text):
        cells += prose(text[position : directive.start()], counts)
        exercise = chapter.exercise(directive["id"])
        number = f"{chapter.number}.{chapter.exercises.index(exercise) + 1}"
        cells += exercise_cells(exercise, number, solved)
        position = directive.end()
    return cells + prose(text[position:], counts)


def prose(text: str, counts: Counter[str]) -> list[NotebookNode]:
    """A Markdown cell, or none for blank text."""
    return [markdown_cell(text.strip(), next_id("text", counts))] if text.strip() else []


def setup_cell(source: str, chapter: Chapter) -> NotebookNode:
    """The first code cell, locked: every other cell rests on its imports."""
    if "from autograder import check" not in source:
        raise AuthoringError(f"{chapter.module}.md: the first code cell must import check from autograder")
    role = {"role": "setup"}
    return code_cell(source, "setup", autograder=role, nbgrader=nbgrader_metadata("setup", locked=True))


def shown_cell(written: NotebookNode, counts: Counter[str]) -> NotebookNode:
    """A code cell of the text: with the tag `demo` it only shows something and is skipped at grading."""
    if DEMO in written.metadata.get("tags", []):
        return code_cell(written.source, next_id(DEMO, counts), autograder={"role": DEMO})
    return code_cell(written.source, next_id("code", counts))


def next_id(kind: str, counts: Counter[str]) -> str:
    """An id that tells what the cell is and the how-manieth of its kind: text-03."""
    counts[kind] += 1
    return f"{kind}-{counts[kind]:02}"
