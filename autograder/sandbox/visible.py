"""What a zygote may see of this machine: some of the kit's files, the Python environment, libraries."""

from __future__ import annotations

import os
import shutil
import sys
import sysconfig
from collections.abc import Iterator
from pathlib import Path

PACKAGE = Path(__file__).parent.parent

# The one list of what of the kit is bound into a sandbox. Nothing here knows an answer.
KIT_FILES = (
    "__init__.py",
    "torchvision_on_cpu.py",
    "pictures",
    "simulated_gpu",
    "checks/__init__.py",
    "checks/probing.py",
    "checks/probes",
    "sandbox/__init__.py",
    "sandbox/agent.py",
    "sandbox/answers_in_reach.py",
    "sandbox/buffers.py",
    "sandbox/confinement.py",
    "sandbox/frames.py",
    "sandbox/isolation.py",
    "sandbox/landlock.py",
    "sandbox/libraries.py",
    "sandbox/magics.py",
    "sandbox/messages.py",
    "sandbox/namespaces.py",
    "sandbox/removal.py",
    "sandbox/resource_limits.py",
    "sandbox/seccomp.py",
    "sandbox/shell.py",
    "sandbox/syscall_numbers.py",
    "sandbox/syscalls.py",
    "sandbox/trial.py",
    "sandbox/values.py",
    "sandbox/warmth.py",
    "sandbox/zygote.py",
)
# Packages of the kit that an ordinary install puts right beside torch.
KIT_PACKAGES = ("autograder", "solutions", "tests", "course")
SYSTEM = ("/usr/lib", "/usr/lib64", "/etc/ld.so.cache")
LINKED_SYSTEM = ("/lib", "/lib64")


def copy_kit_files(target: Path) -> None:
    """Lay the visible files of the kit into a folder, readable by everybody, as the package `autograder`."""
    for name in KIT_FILES:
        source, copy = PACKAGE / name, target / "autograder" / name
        copy.parent.mkdir(parents=True, exist_ok=True)
        if source.is_dir():
            shutil.copytree(source, copy, ignore=shutil.ignore_patterns("__pycache__"))
        elif source.is_file():
            shutil.copy(source, copy)
    for folder, folders, files in os.walk(target):
        for name in (".", *folders):
            Path(folder, name).chmod(0o755)
        for name in files:
            Path(folder, name).chmod(0o644)


def python_folders() -> list[str]:
    """The environment and the interpreter it is made of, each once and none inside another."""
    found: list[str] = []
    for prefix in sorted({sys.prefix, sys.base_prefix, sys.exec_prefix, sys.base_exec_prefix}):
        folder = os.path.abspath(prefix)
        if not any(Path(folder).is_relative_to(other) for other in found):
            found.append(folder)
    return found


def site_folders() -> set[Path]:
    """Where packages are installed."""
    return {Path(sysconfig.get_path(name)) for name in ("purelib", "platlib")}


def installed_kit_packages() -> list[str]:
    """Folders of the kit inside the environment, which must be masked; none with an editable install."""
    kit_is_installed = PACKAGE.parent in site_folders()
    return [
        str(site / name)
        for site in sorted(site_folders())
        for name in KIT_PACKAGES
        if kit_is_installed and (site / name).is_dir()
    ]


def import_paths_to_hide() -> list[str]:
    """What an editable install adds to the import path: a checkout, with answers and nothing that is needed."""
    return [] if PACKAGE.parent in site_folders() else [str(PACKAGE.parent)]


def forbidden_paths() -> list[str]:
    """Where answers lie on this machine: no sandbox may be able to read them."""
    places = [
        *(PACKAGE / name for name in ("checks/hidden", "checks/messages", "grading", "_course")),
        *(PACKAGE.parent / name for name in ("solutions", "tests/mistakes", "tests/alternatives", "course")),
    ]
    return [str(place) for place in places if place.exists()]


def readable_for_landlock(kit: str) -> tuple[list[str], list[str]]:
    """What may be read, and what only listed, where the machine's own file system is in sight.

    A rule holds for all that lies beneath, so a folder that holds something masked is entered and its entries
    are named one by one.
    """
    masked = [Path(folder).resolve() for folder in installed_kit_packages()]
    readable = [kit, *SYSTEM, *LINKED_SYSTEM]
    listable = []
    for folder in python_folders():
        readable += around_masked(Path(folder), masked)
        listable.append(folder)
    return readable, listable


def around_masked(folder: Path, masked: list[Path]) -> Iterator[str]:
    """The folder, or as little less than the folder as leaves out what is masked (resolved paths)."""
    place = folder.resolve()
    if any(place.is_relative_to(path) for path in masked):
        return
    if any(path.is_relative_to(place) for path in masked):
        if folder.is_symlink():
            # lib64 in a virtual environment: another name for a folder that is entered by its own.
            return
        for entry in sorted(folder.iterdir()):
            yield from around_masked(entry, masked)
    else:
        yield str(folder)
