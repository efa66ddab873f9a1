"""A copy of the course with a class in it, for tests that run nbgrader itself."""

from __future__ import annotations

import os
import shutil
import subprocess
import sysconfig
from pathlib import Path

import nbformat
from nbformat import NotebookNode
from nbgrader.api import Gradebook

from autograder.authoring.answers import handed_in, solved_cells
from autograder.catalogue import chapter
from autograder.sandbox.isolation import Level
from autograder.sandbox.levels import best_level

COURSE = Path(__file__).parent.parent / "course"
BLOCKS = chapter("01-blocks")
SOLVED = solved_cells(BLOCKS)


def copied_course(folder: Path) -> Path:
    """A course as an instructor would copy it: without what its checkout may have been used for."""
    for name in ("source", "release", "starters"):
        shutil.copytree(COURSE / name, folder / name)
    shutil.copy(COURSE / "nbgrader_config.py", folder)
    if best_level() is Level.NONE:
        with (folder / "nbgrader_config.py").open("a") as config:
            config.write("\nc.GradeInSandbox.isolation = 'none'\n")
    return folder


def nbgrader(course: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Runs nbgrader in a course by its path, as in an environment that nobody has activated."""
    scripts = sysconfig.get_path("scripts")
    path = [folder for folder in os.environ["PATH"].split(os.pathsep) if folder != scripts]
    return subprocess.run(
        [os.path.join(scripts, "nbgrader"), *arguments],
        cwd=course,
        env=os.environ | {"PATH": os.pathsep.join(path)},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )


def place_of(course: Path, student: str, step: str = "submitted", suffix: str = ".ipynb") -> Path:
    """A student's notebook, or what nbgrader made of it."""
    return course / step / student / BLOCKS.assignment / f"{BLOCKS.module}{suffix}"


def submit(course: Path, student: str, notebook: NotebookNode | str) -> None:
    """Puts a notebook, or any text, where nbgrader collects it."""
    path = place_of(course, student)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(notebook if isinstance(notebook, str) else nbformat.writes(notebook), encoding="utf-8")


def solved(**code: str) -> NotebookNode:
    """The reference solution handed in, with other code in some exercises."""
    return handed_in(BLOCKS, SOLVED | code)


def cell(notebook: NotebookNode, grade_id: str) -> NotebookNode:
    """The cell of that grade id."""
    return next(c for c in notebook.cells if c.metadata.get("nbgrader", {}).get("grade_id") == grade_id)


def autograded(course: Path, student: str) -> NotebookNode:
    """The notebook that nbgrader wrote."""
    return nbformat.read(place_of(course, student, "autograded"), as_version=4)


def gradebook(course: Path) -> Gradebook:
    """The course's gradebook, to be used in a with statement."""
    return Gradebook(f"sqlite:///{course / 'gradebook.db'}")


def scores(course: Path, student: str) -> dict[str, tuple[float | None, bool]]:
    """What the gradebook holds: for each exercise the automatic score and whether a human has to look."""
    with gradebook(course) as book:
        submission = book.find_submission_notebook(BLOCKS.module, BLOCKS.assignment, student)
        return {
            grade.name.removesuffix("-check"): (grade.auto_score, grade.needs_manual_grade)
            for grade in submission.grades
        }
