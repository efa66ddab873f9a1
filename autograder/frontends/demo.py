"""The sample class of `autograder demo`: submissions made from the tests' own wrong and right answers."""

from __future__ import annotations

from pathlib import Path

import nbformat

from autograder.authoring.answers import Answer, answered, handed_in, read_answers, solved_cells
from autograder.catalogue import chapter, course_folder
from autograder.submissions.errors import UsageError

ASSIGNMENT = "01-blocks"
SYNTAX_ERROR = "class MLP(nn.Module):\n    def __init__(self)\n        super().__init__()\n"
ENDLESS = "while True:\n    pass\n"
EXIT = "import os\n\nos._exit(0)\n"


def write_sample_class(folder: Path) -> Path:
    """Writes a submitted/ tree of a small class into the folder and returns it.

    Raises UsageError outside a checkout, where the tests' answers are not at hand.
    """
    first = chapter(ASSIGNMENT)
    tests = course_folder().parent / "tests"
    if not (tests / "mistakes").is_dir():
        raise UsageError("The sample class is made from the kit's tests: run the demo in a checkout.")
    wrong = read_answers(tests / "mistakes" / f"{first.module}.py")
    right = read_answers(tests / "alternatives" / f"{first.module}.py")
    solved = solved_cells(first)
    students: dict[str, dict[str, str]] = {
        "ada": solved,
        "ben": solved | chosen(solved, right, 0),
        "chiara": solved | chosen(solved, right, 1),
        "dmitri": solved | chosen(solved, right, 2),
        "emeka": solved | chosen(solved, wrong, 0),
        "fatima": solved | chosen(solved, wrong, 1),
        "goran": solved | chosen(solved, wrong, 2),
        "hana": solved | {id: code for id, code in chosen(solved, wrong, 3).items() if id != "MLP"},
        "ines": {id: solved[id] for id in ("SimpleNet", "MLP", "Scale")},
        "jun": {},
        "kofi": solved | {"MLP": SYNTAX_ERROR},
        "lena": solved | {"Scale": f"{ENDLESS}\n{solved['Scale']}"},
        "malik": solved | {"NestMLP": f"{EXIT}\n{solved['NestMLP']}"},
    }
    submitted = folder / "submitted"
    for student, code in students.items():
        path = submitted / student / first.assignment / first.notebook
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(nbformat.writes(handed_in(first, code)), encoding="utf-8")  # type: ignore[no-untyped-call]
    path = submitted / "nora" / first.assignment / first.notebook
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text('{"cells": [{"cell_type": "code", "sour', encoding="utf-8")
    return submitted


def chosen(solved: dict[str, str], answers: list[Answer], number: int) -> dict[str, str]:
    """For each exercise the answer of that number, where there are so many, over the reference solution."""
    found = {}
    for exercise, solution in solved.items():
        own = [answer for answer in answers if answer.exercise == exercise]
        if number < len(own):
            found[exercise] = answered(solution, own[number])
    return found
