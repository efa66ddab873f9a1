"""The Linux system calls that Python's standard library does not wrap, through ctypes."""

from __future__ import annotations

import ctypes
import os
import platform
import struct
from functools import cache
from typing import Any

CLONE_NEWNS = 0x00020000
CLONE_NEWCGROUP = 0x02000000
CLONE_NEWUTS = 0x04000000
CLONE_NEWIPC = 0x08000000
CLONE_NEWUSER = 0x10000000
CLONE_NEWPID = 0x20000000
CLONE_NEWNET = 0x40000000

MS_RDONLY = 1
MS_NOSUID = 2
MS_NODEV = 4
MS_NOEXEC = 8
MS_BIND = 4096
MS_REC = 16384
MS_PRIVATE = 1 << 18
MNT_DETACH = 2

PR_SET_PDEATHSIG = 1
PR_CAPBSET_DROP = 24
PR_SET_NO_NEW_PRIVS = 38
PR_CAP_AMBIENT = 47
PR_CAP_AMBIENT_CLEAR_ALL = 4

CAPABILITY_VERSION_3 = 0x20080522
SYS_CLOSE_RANGE = 436


@cache
def libc() -> ctypes.CDLL:
    """The C library; loaded late, so that this module can be imported on every system."""
    return ctypes.CDLL(None, use_errno=True)


def checked(result: int, what: str) -> int:
    """The result of a C call, or OSError with its errno when it is negative."""
    if result < 0:
        number = ctypes.get_errno()
        raise OSError(number, f"{what}: {os.strerror(number)}")
    return result


def syscall(what: str, number: int, *arguments: Any) -> int:
    """A raw system call; integers must come wrapped in their ctypes type."""
    return checked(libc().syscall(ctypes.c_long(number), *arguments), what)


def machine() -> str:
    """`x86_64` or `aarch64`; raises OSError on machines whose call numbers we don't know."""
    name = platform.machine()
    if name not in ("x86_64", "aarch64"):
        raise OSError(f"no system call numbers for {name}")
    return name


def unshare(flags: int) -> None:
    """Give this process namespaces of its own."""
    checked(libc().unshare(ctypes.c_int(flags)), "unshare")


def mount(source: str, target: str, kind: str = "", flags: int = 0, options: str = "") -> None:
    """mount(2)."""
    result = libc().mount(
        source.encode(), target.encode(), kind.encode(), ctypes.c_ulong(flags), options.encode()
    )
    checked(result, f"mount {target}")


def detach_mount(target: str) -> None:
    """Unmount lazily."""
    checked(libc().umount2(target.encode(), MNT_DETACH), f"umount {target}")


def prctl(option: int, *arguments: int) -> int:
    """prctl(2); missing arguments are zero."""
    padded = [*arguments, 0, 0, 0, 0][:4]
    words = [ctypes.c_ulong(word) for word in padded]
    return checked(libc().prctl(ctypes.c_int(option), *words), f"prctl {option}")


def forbid_new_privileges() -> None:
    """No later exec can gain privileges; Landlock and seccomp ask for this first."""
    prctl(PR_SET_NO_NEW_PRIVS, 1)


def die_with_parent(signal_number: int) -> None:
    """Have the kernel send a signal when the thread that started this process ends."""
    prctl(PR_SET_PDEATHSIG, signal_number)


def drop_capabilities() -> None:
    """Give up every capability, the bounding and the ambient set included."""
    for capability in range(64):
        try:
            prctl(PR_CAPBSET_DROP, capability)
        except OSError:
            # Past the last capability, or not ours to drop from the bounding set: capset below still holds.
            break
    prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL)
    header = struct.pack("Ii", CAPABILITY_VERSION_3, 0)
    checked(libc().capset(header, b"\0" * 24), "capset")


def close_from(descriptor: int) -> None:
    """Close this descriptor and all above it."""
    arguments = (ctypes.c_uint(descriptor), ctypes.c_uint(0xFFFFFFFF), ctypes.c_uint(0))
    if libc().syscall(ctypes.c_long(SYS_CLOSE_RANGE), *arguments) < 0:
        os.closerange(descriptor, os.sysconf("SC_OPEN_MAX"))
