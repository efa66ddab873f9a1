"""Building the notebooks of a course, and telling which of them are out of date."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path

from autograder.authoring.cells import write_notebook
from autograder.authoring.definitions import AuthoringError, definitions
from autograder.authoring.notebook import source_notebook
from autograder.authoring.release import CONFIG, generate_release
from autograder.catalogue import Chapter, read_chapter, text_path, with_text

FOLDERS = ("source", "release")
FILES = Path("chapters", "files")
"""Where pictures and data for students lie, in a folder for each module, the same for all languages."""


def build(course: Path) -> list[Path]:
    """Write source and release of every chapter that has a text in `course`; return the paths of all files.

    `course` is an nbgrader course folder with `chapters/`, `starters/` and `nbgrader_config.py`. Nothing is
    written unless all of it could be built; raises CatalogueError or AuthoringError otherwise.
    """
    with built(course) as scratch:
        paths = built_files(scratch)
        for path in paths:
            target = course / path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes((scratch / path).read_bytes())
    return [course / path for path in paths]


def stale(course: Path) -> list[str]:
    """What `build` would change in `course`, a line a file; empty if all of it is up to date."""
    with built(course) as scratch:
        wanted = {path: (scratch / path).read_bytes() for path in built_files(scratch)}
    present = {path: (course / path).read_bytes() for path in built_files(course)}
    reports = []
    for path in sorted({*wanted, *present}):
        if path not in present:
            reports.append(f"{path.as_posix()} is missing")
        elif path not in wanted:
            reports.append(f"{path.as_posix()} belongs to no chapter")
        elif wanted[path] != present[path]:
            reports.append(f"{path.as_posix()} is not what its chapter gives")
    return reports


def built_files(course: Path) -> list[Path]:
    """The source and release notebooks in `course` and the files beside them, relative to it.

    Files whose names begin with a dot, such as Jupyter's checkpoints, are nobody's.
    """
    found = (
        path.relative_to(course)
        for folder in FOLDERS
        for path in course.glob(f"{folder}/*/**/*")
        if path.is_file()
    )
    return sorted(path for path in found if not any(part.startswith(".") for part in path.parts))


@contextmanager
def built(course: Path) -> Iterator[Path]:
    """A scratch copy of the course with all of its notebooks freshly built; gone afterwards."""
    if not (course / CONFIG).is_file():
        raise AuthoringError(f"{course} is no course folder: it has no {CONFIG}")
    with tempfile.TemporaryDirectory(prefix="nn-course-kit-") as folder:
        scratch = Path(folder).resolve()
        shutil.copy(course / CONFIG, scratch)
        if (course / "starters").is_dir():
            shutil.copytree(course / "starters", scratch / "starters")
        for assignment in with_text(course):
            write_source(read_chapter(assignment, course), course, scratch)
            generate_release(scratch, assignment)
        yield scratch


def write_source(chapter: Chapter, course: Path, scratch: Path) -> None:
    """Write a chapter's source notebook below `scratch`, and the files that go with it."""
    solutions = solutions_path(chapter.module).read_text(encoding="utf-8")
    require_starters(chapter, course / "starters" / f"{chapter.module}.py")
    text = text_path(chapter.module, course=course).read_text(encoding="utf-8")
    path = scratch / "source" / chapter.assignment / chapter.notebook
    lay_files_beside(path.parent, course / FILES / chapter.module)
    write_notebook(source_notebook(chapter, text, solutions), path)


def lay_files_beside(folder: Path, files: Path) -> None:
    """Make the folder of a notebook, with what the chapter's text opens: nbgrader hands all of it out."""
    folder.mkdir(parents=True)
    if files.is_dir():
        shutil.copytree(files, folder, ignore=shutil.ignore_patterns(".*"), dirs_exist_ok=True)


def solutions_path(module: str) -> Path:
    """Where a chapter's solutions stand; found without importing them, for that would import torch."""
    package = find_spec("solutions")
    if package is None or package.origin is None:
        raise AuthoringError("the package of solutions is not installed")
    path = Path(package.origin).with_name(f"{module}.py")
    if not path.is_file():
        raise AuthoringError(f"{module}.md has no solutions: {path.name} is missing")
    return path


def require_starters(chapter: Chapter, path: Path) -> None:
    """Raise AuthoringError unless exactly the fix-the-bug exercises have broken code to hand out."""
    starters = (
        definitions(path.read_text(encoding="utf-8"), f"starters/{path.name}") if path.is_file() else {}
    )
    for exercise in chapter.exercises:
        given = [name for name in exercise.asks if starters.pop(name, None)]
        if exercise.kind == "fix" and not given:
            raise AuthoringError(
                f"exercise {exercise.id}: kind is 'fix', but starters/{path.name} has no code"
            )
        if exercise.kind != "fix" and given:
            raise AuthoringError(
                f"exercise {exercise.id}: starters/{path.name} has code for {given[0]}, "
                f"but kind is {exercise.kind!r}"
            )
    if starters:
        raise AuthoringError(f"starters/{path.name}: no exercise asks for {next(iter(starters))}")
