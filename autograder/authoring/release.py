"""The student's notebooks, made by nbgrader's own generate_assignment."""

from __future__ import annotations

import logging
import os
import sysconfig
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from nbgrader.converters import GenerateAssignment
from nbgrader.converters.base import NbGraderException
from nbgrader.coursedir import CourseDirectory
from traitlets.config import Config
from traitlets.config.loader import PyFileConfigLoader

from autograder.authoring.definitions import AuthoringError

CONFIG = "nbgrader_config.py"


def generate_release(course: Path, assignment: str) -> None:
    """Write `release/<assignment>` from `source/<assignment>` in `course`, as its nbgrader_config.py says.

    nbgrader keeps a gradebook.db in `course` while it works, so `course` had better be a scratch copy.
    Raises AuthoringError if nbgrader refuses.
    """
    config: Config = PyFileConfigLoader(CONFIG, path=str(course)).load_config()
    config.CourseDirectory.root = str(course)
    config.CourseDirectory.assignment_id = assignment
    converter = GenerateAssignment(coursedir=CourseDirectory(config=config), config=config)
    converter.log = logging.getLogger(__name__)
    try:
        with scripts_on_path():
            converter.start()
    except NbGraderException as error:
        raise AuthoringError(f"nbgrader could not make the release of {assignment}: {error}") from error


@contextmanager
def scripts_on_path() -> Iterator[None]:
    """Let nbgrader find `alembic`, which it starts by its bare name, in an environment nobody activated."""
    before = os.environ.get("PATH", "")
    os.environ["PATH"] = os.pathsep.join([sysconfig.get_path("scripts"), before])
    try:
        yield
    finally:
        os.environ["PATH"] = before
