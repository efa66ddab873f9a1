"""checks_sha256: changes exactly when something that verdicts depend on does."""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path

import autograder
import solutions
from autograder.catalogue import ASSIGNMENTS, course_folder, text_path

SHARED = ("catalogue.py", "limits.py", "checks", "grading", "sandbox", "submissions")
SUFFIXES = (".py", ".toml")


@cache
def checks_sha256(assignment: str | None) -> str:
    """The hash of all that grades an assignment: checks, sandbox, solutions, the released notebook.

    Without an assignment (a submission of which nobody knows what it is), of what all chapters share.
    """
    digest = hashlib.sha256()
    for path in graded_by(assignment):
        digest.update(f"{path.name}\0".encode() + hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()


def graded_by(assignment: str | None) -> list[Path]:
    """The files behind a chapter's verdicts, in a fixed order; those that do not exist yet are left out."""
    package = Path(str(autograder.__file__)).parent
    shared = [path for name in SHARED for path in source_files(package / name)]
    module = ASSIGNMENTS.get(assignment or "")
    if module is None:
        return shared
    own = (
        package / "checks" / "hidden" / f"test_{module}.py",
        Path(str(solutions.__file__)).parent / f"{module}.py",
        text_path(module),
        course_folder() / "release" / str(assignment) / f"{module}.ipynb",
    )
    return shared + [path for path in own if path.is_file()]


def source_files(path: Path) -> list[Path]:
    """The source files in a folder; check files are chapters' own and left out."""
    if path.is_file():
        return [path]
    found = [file for file in sorted(path.rglob("*")) if file.suffix in SUFFIXES]
    return [file for file in found if file.parent.name not in ("hidden", "public")]
