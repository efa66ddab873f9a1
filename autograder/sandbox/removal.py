"""Removes what untrusted code wrote, however it was nested and locked."""

from __future__ import annotations

import os
import secrets
from contextlib import suppress


def remove_tree(top: str) -> None:
    """Remove a folder that nobody writes to any more; what can't be removed stays.

    Folders inside are given back their rights and moved up before they are entered: so no path gets too long
    for the system, and no nesting too deep for a recursion.
    """
    prefix = secrets.token_hex(8)
    folders = [top]
    for folder in folders:
        with suppress(OSError), os.scandir(folder) as entries:
            for entry in entries:
                if not entry.is_dir(follow_symlinks=False):
                    os.unlink(entry.path)
                    continue
                os.chmod(entry.path, 0o700)
                place = entry.path
                if folder != top:
                    place = os.path.join(top, f"{prefix}-{len(folders)}")
                    os.rename(entry.path, place)
                folders.append(place)
    for folder in reversed(folders):
        with suppress(OSError):
            os.rmdir(folder)
