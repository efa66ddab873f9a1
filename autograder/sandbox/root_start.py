"""From root to an ordinary user who can still reach the interpreter, in a mount namespace of its own.

A sandbox must not be built from user 0: its process limit is void for root, and Landlock lets root's children
read their parent's environment. But a Python under a folder that only root may enter is out of an ordinary
user's reach, so those folders are bound again beneath an empty stand-in that everybody may enter.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

from autograder.sandbox import syscalls

# Nobody's: owns nothing, runs nothing else.
USER = 54321
MAY_ENTER = 0o001


def command(folders: list[str], workplace: str, inside: list[str]) -> list[str]:
    """How root starts `inside` as an ordinary user. `workplace` is an empty folder for this start alone."""
    package = str(Path(__file__).parent.parent.parent)
    code = (
        f"import sys; sys.path.insert(0, {package!r}); from autograder.sandbox.root_start import main; main()"
    )
    return [sys.executable, "-I", "-S", "-B", "-c", code, workplace, *folders, "--", *inside]


def closed_parent(path: Path) -> Path | None:
    """The topmost folder on the way to a path that others may not enter."""
    for folder in reversed(path.parents):
        if not folder.stat().st_mode & MAY_ENTER:
            return folder
    return None


def open_the_way(folders: list[str], workplace: str) -> None:
    """Make the folders reachable for everybody, in a private mount namespace, if they are not already."""
    wanted = {Path(name): Path(name).resolve() for name in folders}
    wanted |= {source: source for source in wanted.values()}
    closed = {parent for path in wanted if (parent := closed_parent(path)) is not None}
    if not closed:
        return
    syscalls.unshare(syscalls.CLONE_NEWNS)
    syscalls.mount("none", "/", flags=syscalls.MS_REC | syscalls.MS_PRIVATE)
    syscalls.mount("tmpfs", workplace, "tmpfs", options="mode=700")
    held = {}
    for index, (path, source) in enumerate(wanted.items()):
        if closed_parent(path) is not None:
            held[path] = Path(workplace, str(index))
            held[path].mkdir()
            syscalls.mount(str(source), str(held[path]), flags=syscalls.MS_BIND | syscalls.MS_REC)
    for folder in closed:
        syscalls.mount("tmpfs", str(folder), "tmpfs", options="mode=755,size=1m")
    for path, place in held.items():
        path.mkdir(parents=True, exist_ok=True)
        syscalls.mount(str(place), str(path), flags=syscalls.MS_BIND | syscalls.MS_REC)
    syscalls.detach_mount(workplace)


def become_ordinary() -> None:
    """Give up root for good."""
    os.setgroups([])
    os.setresgid(USER, USER, USER)
    os.setresuid(USER, USER, USER)
    syscalls.forbid_new_privileges()


def main() -> None:
    """Called by `command` in the new process."""
    workplace, *rest = sys.argv[1:]
    split = rest.index("--")
    folders, inside = rest[:split], rest[split + 1 :]
    open_the_way(folders, workplace)
    become_ordinary()
    os.chdir("/")
    os.execvp(inside[0], inside)
