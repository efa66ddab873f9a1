"""What nbgrader must not open: it reads and copies submitted files before any preprocessor sees them.

A named pipe would hold up the whole class, a link to a device would be read until memory runs out, and a
link to a sibling's notebook would put that work into the feedback of whoever made the link.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from pathlib import Path

from traitlets.log import get_logger

from autograder.submissions.files import MAX_FILE_SIZE

ASIDE = "set_aside"


def set_aside(assignment: str, student: str, notebooks: list[str]) -> None:
    """nbgrader's hook before it converts one student's notebooks: takes away what is no ordinary file.

    Args:
        assignment, student: what nbgrader was asked for; patterns, not names.
        notebooks: the paths it will open, relative to the course, which is the current folder. Those that are
            taken away are removed from this very list.

    What is taken away is not lost: it is moved, unopened, to the same place below `set_aside/`.
    """
    for folder in {Path(notebook).parent for notebook in notebooks}:
        for path in list(hostile(folder)):
            target = Path(ASIDE, *path.parts[1:])
            target.parent.mkdir(parents=True, exist_ok=True)
            os.replace(path, target)
            get_logger().error(
                "%s is no ordinary file; it was moved to %s without being opened", path, target
            )
    notebooks[:] = [notebook for notebook in notebooks if os.path.isfile(notebook)]


def hostile(folder: Path) -> Iterator[Path]:
    """Links, pipes, devices and huge files in a submitted folder, or the folder itself where it is a link."""
    for place in (folder.parent, folder):
        if place.is_symlink():
            yield place
            return
    for here, folders, files in os.walk(folder):
        for name in (*folders, *files):
            path = Path(here, name)
            status = path.lstat()
            ordinary = stat.S_ISDIR(status.st_mode) or stat.S_ISREG(status.st_mode)
            if not ordinary or (stat.S_ISREG(status.st_mode) and status.st_size > MAX_FILE_SIZE):
                yield path
