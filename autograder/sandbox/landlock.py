"""Landlock: file access that a process denies to itself, path by path."""

from __future__ import annotations

import ctypes
import os
import stat
import struct
from collections.abc import Iterable

from autograder.sandbox import syscalls

SYS_CREATE_RULESET = 444
SYS_ADD_RULE = 445
SYS_RESTRICT_SELF = 446
ABI_QUERY = 1
RULE_PATH_BENEATH = 1

EXECUTE = 1 << 0
WRITE_FILE = 1 << 1
READ_FILE = 1 << 2
READ_DIR = 1 << 3
MAKE_CHAR = 1 << 6
MAKE_BLOCK = 1 << 11
TRUNCATE = 1 << 14
IOCTL_DEV = 1 << 15
FILE_RIGHTS = EXECUTE | WRITE_FILE | READ_FILE | TRUNCATE | IOCTL_DEV

# Each version of the interface added rights: renaming across folders, truncating, ioctl on devices.
RIGHTS_BY_ABI = {1: (1 << 13) - 1, 2: (1 << 14) - 1, 3: (1 << 15) - 1, 4: (1 << 15) - 1, 5: (1 << 16) - 1}
ALL_TCP = 3
ALL_SCOPES = 3

# Before version 3 a process could truncate files that it may not write.
LEAST_ABI = 3


def abi() -> int:
    """The kernel's Landlock version; 0 if it has none."""
    arguments = (None, ctypes.c_size_t(0), ctypes.c_uint(ABI_QUERY))
    return int(max(0, syscalls.libc().syscall(ctypes.c_long(SYS_CREATE_RULESET), *arguments)))


def restrict(readable: Iterable[str], listable: Iterable[str] = (), writable: Iterable[str] = ()) -> None:
    """Deny this process every file except beneath the given paths, for good.

    `readable` may be read and executed, `listable` only listed (with all folders beneath), `writable` read
    and written. TCP, signals and abstract sockets that lead out of the process are denied where the kernel can.
    Paths that don't exist are skipped. Raises OSError if Landlock is missing or too old.
    """
    version = abi()
    if version < LEAST_ABI:
        raise OSError(f"Landlock version {version}; at least {LEAST_ABI} is needed")
    handled = RIGHTS_BY_ABI[min(version, max(RIGHTS_BY_ABI))]
    ruleset = create_ruleset(version, handled)
    write_rights = handled & ~(MAKE_CHAR | MAKE_BLOCK | EXECUTE)
    for paths, rights in (
        (readable, EXECUTE | READ_FILE | READ_DIR),
        (listable, READ_DIR),
        (writable, write_rights),
    ):
        for path in paths:
            allow(ruleset, path, rights & handled)
    syscalls.forbid_new_privileges()
    syscalls.syscall("landlock_restrict_self", SYS_RESTRICT_SELF, ctypes.c_int(ruleset), ctypes.c_uint(0))
    os.close(ruleset)


def create_ruleset(version: int, handled: int) -> int:
    """The descriptor of an empty ruleset that denies everything the kernel can deny."""
    attributes = struct.pack("QQQ", handled, ALL_TCP, ALL_SCOPES)
    known = attributes[: 8 if version < 4 else 16 if version < 6 else 24]
    size = ctypes.c_size_t(len(known))
    return syscalls.syscall("landlock_create_ruleset", SYS_CREATE_RULESET, known, size, ctypes.c_uint(0))


def allow(ruleset: int, path: str, rights: int) -> None:
    """Add one path to a ruleset; what makes no sense for a file is left out."""
    try:
        descriptor = os.open(path, os.O_PATH | os.O_CLOEXEC)
    except FileNotFoundError:
        return
    try:
        if not stat.S_ISDIR(os.fstat(descriptor).st_mode):
            rights &= FILE_RIGHTS
        if rights:
            rule = struct.pack("=Qi", rights, descriptor)
            arguments = (ctypes.c_int(ruleset), ctypes.c_int(RULE_PATH_BENEATH), rule, ctypes.c_uint(0))
            syscalls.syscall(f"landlock_add_rule {path}", SYS_ADD_RULE, *arguments)
    finally:
        os.close(descriptor)
