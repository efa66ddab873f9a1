"""The outer wall's command line."""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping

from autograder.sandbox.namespaces import HOME
from autograder.sandbox.visible import LINKED_SYSTEM, SYSTEM, installed_kit_packages, python_folders

KIT = "/kit"
# Bytes that all children of a `shared` wall may write together; at `full` each child has scratch of its own.
SCRATCH = 256 << 20
MACHINE_FACTS = "/sys/devices/system/cpu"


def installed() -> bool:
    """Whether there is a bubblewrap to run."""
    return shutil.which("bwrap") is not None


def command(kit: str, environment: Mapping[str, str], inside: list[str]) -> list[str]:
    """bwrap with every namespace unshared, read-only code, and `inside` as its first and only process."""
    return [
        shutil.which("bwrap") or "bwrap",
        *("--unshare-all", "--unshare-user", "--die-with-parent", "--new-session", "--as-pid-1"),
        *("--cap-drop", "ALL", "--uid", "1000", "--gid", "1000", "--hostname", "sandbox"),
        "--clearenv",
        *(word for name, value in environment.items() for word in ("--setenv", name, value)),
        # Before the binds: a folder of theirs may lie beneath.
        *("--size", str(SCRATCH), "--tmpfs", HOME, "--dir", "/tmp"),
        *system_binds(),
        *(word for folder in python_folders() for word in ("--ro-bind", folder, folder)),
        *(
            word
            for folder in installed_kit_packages()
            for word in ("--tmpfs", folder, "--remount-ro", folder)
        ),
        *("--ro-bind", kit, KIT, "--ro-bind-try", MACHINE_FACTS, MACHINE_FACTS),
        *("--proc", "/proc", "--dev", "/dev", "--remount-ro", "/", "--chdir", HOME),
        *inside,
    ]


def system_binds() -> list[str]:
    """Libraries, and /lib as the machine has it: a link into /usr, or a folder of its own."""
    arguments = [word for path in SYSTEM for word in ("--ro-bind-try", path, path)]
    inside_prefix = any(folder in ("/", "/usr") for folder in python_folders())
    if inside_prefix:
        arguments = [*arguments, "--ro-bind", "/usr", "/usr"]
    for path in LINKED_SYSTEM:
        if os.path.islink(path):
            arguments += ["--symlink", os.readlink(path), path]
        elif os.path.isdir(path):
            arguments += ["--ro-bind", path, path]
    return arguments
