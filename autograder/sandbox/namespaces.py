"""Namespaces of a child's own: its user, files, process ids, network, IPC and host name."""

from __future__ import annotations

import os
from pathlib import Path

from autograder.sandbox import syscalls

# Nobody's home: an environment beneath it would be hidden from its own code.
HOME = "/sandbox/home"
SHARED_MEMORY = "/dev/shm"

OWN = (
    syscalls.CLONE_NEWUSER
    | syscalls.CLONE_NEWNS
    | syscalls.CLONE_NEWPID
    | syscalls.CLONE_NEWIPC
    | syscalls.CLONE_NEWNET
    | syscalls.CLONE_NEWUTS
    | syscalls.CLONE_NEWCGROUP
)


def enter() -> None:
    """Leave the zygote's namespaces; the next fork makes the first process of the new ones."""
    user, group = os.getuid(), os.getgid()
    syscalls.unshare(OWN)
    for name, text in (
        ("setgroups", "deny"),
        ("uid_map", f"{user} {user} 1"),
        ("gid_map", f"{group} {group} 1"),
    ):
        Path("/proc/self", name).write_text(text)


def mount_scratch(scratch: int, files: int) -> None:
    """Fresh, bounded, empty folders to write in, and a /proc that shows this child alone."""
    flags = syscalls.MS_NOSUID | syscalls.MS_NODEV
    options = f"size={scratch},nr_inodes={files},mode=700"
    syscalls.mount("none", "/", flags=syscalls.MS_REC | syscalls.MS_PRIVATE)
    syscalls.mount("tmpfs", HOME, "tmpfs", flags, options)
    mount_over(HOME, "/tmp")
    syscalls.mount("tmpfs", SHARED_MEMORY, "tmpfs", flags, options)
    try:
        syscalls.mount("proc", "/proc", "proc", flags | syscalls.MS_NOEXEC)
    except OSError:
        # Some containers cover parts of /proc, and then the kernel allows no new one: none is safe as well.
        syscalls.mount("tmpfs", "/proc", "tmpfs", flags | syscalls.MS_NOEXEC | syscalls.MS_RDONLY, "size=4k")


def mount_over(source: str, target: str) -> None:
    """Bind a folder over another; what lay in that other one, a Python environment perhaps, stays in sight."""
    held = {name: os.open(f"{target}/{name}", os.O_PATH) for name in os.listdir(target)}
    syscalls.mount(source, target, flags=syscalls.MS_BIND)
    for name, descriptor in held.items():
        os.mkdir(f"{target}/{name}")
        syscalls.mount(
            f"/proc/self/fd/{descriptor}", f"{target}/{name}", flags=syscalls.MS_BIND | syscalls.MS_REC
        )
        os.close(descriptor)
