"""What authors read when a text, a solution or a starter is not as it should be."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest

from autograder.authoring import AuthoringError
from autograder.authoring.building import require_starters
from autograder.authoring.definitions import definitions, with_replaced
from autograder.authoring.notebook import source_notebook
from autograder.catalogue import CatalogueError, Chapter, chapter, read_chapter, read_exercises

DIRECTIVE = """```{exercise} Twice
title: Twice
kind: write
difficulty: 2
minutes: 5
learn: To multiply.
hints: [one, two, three]
```
"""
SETUP = "```{code-cell} ipython3\nfrom autograder import check\n```\n\n"
SOLVED = "def Twice(x):\n    ### BEGIN SOLUTION\n    return 2 * x\n    ### END SOLUTION\n"


def chapter_of(text: str) -> Chapter:
    return Chapter("01-blocks", "blocks", read_exercises(text))


def test_a_directive_becomes_an_exercise_that_asks_for_its_own_name() -> None:
    (exercise,) = read_exercises(f"Some words.\n\n{DIRECTIVE}")
    assert (exercise.id, exercise.asks, exercise.points) == ("Twice", ("Twice",), 4)
    assert exercise.hints == ("one", "two", "three")


@pytest.mark.parametrize(
    ("right", "wrong", "sentence"),
    [
        ("title: Twice\n", "", "exercise Twice: 'title' is missing"),
        ("title: Twice", "title: [", "exercise Twice: the directive is not YAML: "),
        ("title: Twice", "title: 2", "exercise Twice: 'title' must be text"),
        ("kind: write", "kind: guess", "exercise Twice: kind is 'guess'; it must be one of write, fix, "),
        ("difficulty: 2", "difficulty: 6", "exercise Twice: difficulty is 6; it must be 1 to 5"),
        ("difficulty: 2", "difficulty: yes", "exercise Twice: difficulty is True; it must be 1 to 5"),
        ("minutes: 5", "minutes: soon", "exercise Twice: minutes is 'soon'; it must be a whole number"),
        ("learn: To multiply.", "learn:", "exercise Twice: 'learn' must be text"),
        ("hints: [one, two, three]", "hints: [one]", "exercise Twice: 'hints' must be a list of three"),
        ("[one, two, three]", "[one, {a: b}, c]", "exercise Twice: hint 2 is no text; put quotes around"),
        ("hints:", "hint:", "exercise Twice: 'hints' is missing"),
        ("minutes: 5", "minutes: 5\npoints: 3", "exercise Twice: 'points' is no field of an exercise"),
        (
            "minutes: 5",
            "minutes: 5\nasks: [Other]",
            "exercise Twice: 'asks' must be a list of names with Twice",
        ),
        ("```{exercise} Twice", "```{exercise}", "'```{exercise}' is no exercise: write ```{exercise} ID"),
        ("three]\n```\n", "three]\n", "'```{exercise} Twice' is no exercise: write ```{exercise} ID"),
    ],
)
def test_a_bad_directive_is_named_in_a_sentence(right: str, wrong: str, sentence: str) -> None:
    text = DIRECTIVE.replace(right, wrong)
    assert text != DIRECTIVE
    with pytest.raises(CatalogueError) as raised:
        read_exercises(text)
    assert str(raised.value).startswith(sentence)


def test_a_name_is_asked_for_once() -> None:
    with pytest.raises(CatalogueError, match="exercise Twice: Twice is asked for in Twice already"):
        read_exercises(DIRECTIVE + "\n" + DIRECTIVE)


def test_a_bad_directive_in_a_course_names_the_text_too(tmp_path: Path) -> None:
    path = tmp_path / "chapters" / "en" / "blocks.md"
    path.parent.mkdir(parents=True)
    path.write_text(DIRECTIVE.replace("kind: write", "kind: guess"), encoding="utf-8")
    with pytest.raises(CatalogueError, match=r"^blocks\.md: exercise Twice: kind is 'guess'"):
        read_chapter("01-blocks", tmp_path)


def test_assignments_without_a_text_and_unknown_ones_are_told_apart(tmp_path: Path) -> None:
    with pytest.raises(CatalogueError, match="'01-blocks' has no chapter text yet"):
        read_chapter("01-blocks", tmp_path)
    with pytest.raises(CatalogueError, match="there is no assignment '09-more'"):
        chapter("09-more")


@pytest.mark.parametrize(
    ("solutions", "sentence"),
    [
        ("def twice(x): ...\n", "exercise Twice: the solutions define no Twice"),
        ("def Twice(x):\n    return 2 * x\n", "exercise Twice: the solution of Twice needs lines"),
        ("x = (\n", r"solutions/blocks\.py, line 1: '\(' was never closed"),
        (SOLVED.replace("END", "STOP"), "exercise Twice: the solution of Twice needs lines"),
    ],
)
def test_a_solution_that_is_missing_or_unmarked_is_named(solutions: str, sentence: str) -> None:
    text = SETUP + DIRECTIVE
    with pytest.raises(AuthoringError, match=sentence):
        source_notebook(chapter_of(text), text, solutions)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("---\na: [\n---\n" + SETUP + DIRECTIVE, r"blocks\.md: the head of the text or of a cell is no YAML"),
        (
            SETUP.replace("\nfrom", "\n---\na: [\n---\nfrom"),
            r"blocks\.md: the head of the text or of a cell is no",
        ),
        (DIRECTIVE, r"blocks\.md: the chapter has no code cell that imports"),
        (
            SETUP.replace("check", "catalogue") + DIRECTIVE,
            r"blocks\.md: the first code cell must import check",
        ),
    ],
)
def test_a_chapter_with_a_broken_head_or_without_a_cell_that_imports_is_refused(
    text: str, sentence: str
) -> None:
    with pytest.raises(AuthoringError, match=sentence):
        source_notebook(chapter_of(text), text, SOLVED)


def test_starters_and_kinds_must_agree(tmp_path: Path) -> None:
    starter = tmp_path / "blocks.py"
    (exercise,) = read_exercises(DIRECTIVE)
    write = Chapter("01-blocks", "blocks", (exercise,))
    fix = Chapter("01-blocks", "blocks", (dataclasses.replace(exercise, kind="fix"),))
    require_starters(write, starter)
    with pytest.raises(
        AuthoringError, match=r"exercise Twice: kind is 'fix', but starters/blocks\.py has no"
    ):
        require_starters(fix, starter)
    starter.write_text("def Twice(x):\n    return x\n", encoding="utf-8")
    require_starters(fix, starter)
    with pytest.raises(AuthoringError, match=r"exercise Twice: starters/blocks\.py has code for Twice"):
        require_starters(write, starter)
    starter.write_text("def Twice(x):\n    return x\n\ndef thrice(x): ...\n", encoding="utf-8")
    with pytest.raises(AuthoringError, match=r"starters/blocks\.py: no exercise asks for thrice"):
        require_starters(fix, starter)


def test_definitions_keep_decorators_and_closing_comments_and_nothing_more() -> None:
    source = f"import functools\n\n\n@functools.cache\n{SOLVED}\n\n# between\nclass B:\n    pass\n"
    cut = definitions(source, "here.py")
    assert cut == {"Twice": f"@functools.cache\n{SOLVED}".rstrip(), "B": "class B:\n    pass"}


def test_replacing_one_definition_leaves_the_others() -> None:
    source = "def a():\n    pass\n\n\n@staticmethod\ndef b():\n    pass\n    # end\n\n\nc = 1"
    replaced = with_replaced(source, {"b": "def b():\n    return 1", "unknown": "x = 1"})
    assert replaced == "def a():\n    pass\n\n\ndef b():\n    return 1\n\n\nc = 1"
