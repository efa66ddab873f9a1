"""Temporary folders with what sandboxes show of the kit."""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from contextlib import suppress
from pathlib import Path

from autograder.sandbox import root_start, visible

PREFIX = "sandbox-"


class Stage:
    """One sandbox's folder; `close` removes it, and the next stage does if this process is killed before."""

    def __init__(self) -> None:
        remove_abandoned()
        self.folder = Path(tempfile.mkdtemp(prefix=PREFIX))
        self.in_use = lock(self.folder)
        self.folder.chmod(0o755)
        self.kit, self.home, self.workplace = (self.folder / name for name in ("kit", "home", "workplace"))
        self.workplace.mkdir()
        self.home.mkdir(mode=0o700)
        if starts_as_root():
            os.chown(self.home, root_start.USER, root_start.USER)
        visible.copy_kit_files(self.kit)

    def close(self) -> None:
        """Remove it; what an unconfined child made unremovable stays."""
        shutil.rmtree(self.folder, ignore_errors=True)
        os.close(self.in_use)


def starts_as_root() -> bool:
    """Whether an ordinary user must be put on first."""
    return sys.platform == "linux" and os.geteuid() == 0


def lock(folder: Path) -> int:
    """The descriptor of a lock on the folder that ends with this process; BlockingIOError if one is held."""
    import fcntl

    descriptor = os.open(folder, os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(descriptor)
        raise
    return descriptor


def remove_abandoned() -> None:
    """Remove the folders of our own user's graders that were killed."""
    for folder in Path(tempfile.gettempdir()).glob(f"{PREFIX}*"):
        with suppress(OSError):
            # An empty folder may be one that another grader is just about to lock.
            if folder.lstat().st_uid == os.geteuid() and any(folder.iterdir()):
                descriptor = lock(folder)
                shutil.rmtree(folder, ignore_errors=True)
                os.close(descriptor)
