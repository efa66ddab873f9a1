"""seccomp: the system calls a child may still make, as a classic BPF program."""

from __future__ import annotations

import ctypes
import errno
import struct
from dataclasses import dataclass

from autograder.sandbox import syscalls
from autograder.sandbox.syscall_numbers import (
    EXAMINED,
    REFUSED,
    REFUSED_BESIDE_OTHERS,
    REFUSED_ON_FOREIGN_FILES,
    Numbers,
)

SYS_SECCOMP = {"x86_64": 317, "aarch64": 277}
AUDIT_ARCH = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}
SET_MODE_FILTER = 1
ALL_THREADS = 1
X32_BIT = 0x40000000

LOAD = 0x20
AND = 0x54
JUMP_EQUAL = 0x15
JUMP_AT_LEAST = 0x35
RETURN = 0x06
OFFSET_NUMBER = 0
OFFSET_ARCH = 4
OFFSET_ARGUMENTS = 16

ALLOW = 0x7FFF0000
KILL_PROCESS = 0x80000000
FAIL = 0x00050000

CLONE_THREAD = 0x00010000
CLONE_NEW_ANYTHING = 0x7E020000
AF_UNIX = 1
SOCK_STREAM = 1
SOCK_TYPE_MASK = 0xF
TIOCSTI = 0x5412
TIOCLINUX = 0x541C
FIOSETOWN = 0x8901
SIOCSPGRP = 0x8902
F_SETOWN = 8
F_SETSIG = 10
F_SETOWN_EX = 15

Program = list[tuple[int, int, int, int]]


@dataclass(frozen=True)
class ArgumentRule:
    """A system call that is allowed, or refused, for certain values of the low word of one argument."""

    name: str
    argument: int
    values: tuple[int, ...]
    values_are_allowed: bool
    mask: int = 0xFFFFFFFF
    error: int = errno.EPERM


def rules(own_namespaces: bool, pid: int) -> list[ArgumentRule]:
    """What is examined; without process ids and a network of its own, a child reaches only itself."""
    only_self = [
        ArgumentRule("kill", 0, (pid,), True),
        ArgumentRule("tgkill", 0, (pid,), True),
        ArgumentRule("prlimit64", 0, (0, pid), True),
        *(
            ArgumentRule(name, 0, (0,), True)
            for name in ("sched_setaffinity", "sched_setscheduler", "sched_setparam", "sched_setattr")
        ),
        # A datagram pair could still send to a socket of the machine by its path; a stream pair can't.
        ArgumentRule("socketpair", 1, (SOCK_STREAM,), True, mask=SOCK_TYPE_MASK),
        # A pipe can have any signal sent to the process that is named as its owner.
        ArgumentRule("fcntl", 1, (F_SETOWN, F_SETSIG, F_SETOWN_EX), False),
    ]
    owners = () if own_namespaces else (FIOSETOWN, SIOCSPGRP)
    return [
        # Threads pass, processes and namespaces don't.
        ArgumentRule("clone", 0, (CLONE_THREAD,), True, mask=CLONE_THREAD | CLONE_NEW_ANYTHING),
        ArgumentRule("socket", 0, (AF_UNIX,) if own_namespaces else (), True, error=errno.EACCES),
        # Typing into the terminal of whoever started the grader.
        ArgumentRule("ioctl", 1, (TIOCSTI, TIOCLINUX, *owners), False),
        *([] if own_namespaces else only_self),
    ]


def number(numbers: Numbers, name: str) -> int | None:
    """The call's number on this machine, None if it has none."""
    return numbers[name][0 if syscalls.machine() == "x86_64" else 1]


def refuse(call: int, error: int) -> Program:
    """Instructions that fail one call, with its number in the accumulator."""
    return [(JUMP_EQUAL, 0, 1, call), (RETURN, 0, 0, FAIL | error)]


def examine(rule: ArgumentRule, call: int) -> Program:
    """Instructions that decide one call by one argument, with the call's number in the accumulator."""
    on_value, otherwise = FAIL | rule.error, ALLOW
    if rule.values_are_allowed:
        on_value, otherwise = otherwise, on_value
    count = len(rule.values)
    decide: Program = [
        (LOAD, 0, 0, OFFSET_ARGUMENTS + 8 * rule.argument),
        (AND, 0, 0, rule.mask),
        *((JUMP_EQUAL, count - index, 0, value) for index, value in enumerate(rule.values)),
        (RETURN, 0, 0, otherwise),
        (RETURN, 0, 0, on_value),
    ]
    return [(JUMP_EQUAL, 0, len(decide), call), *decide]


def program(own_namespaces: bool, foreign_files: bool, pid: int) -> Program:
    """The whole filter.

    `own_namespaces`: the child has process ids and a network of its own. `foreign_files`: the machine's file
    system is in sight. `pid`: the child's own process id.
    """
    machine = syscalls.machine()
    instructions: Program = [
        (LOAD, 0, 0, OFFSET_ARCH),
        # Another architecture's call numbers (32-bit calls on x86_64) would pass under false names.
        (JUMP_EQUAL, 1, 0, AUDIT_ARCH[machine]),
        (RETURN, 0, 0, KILL_PROCESS),
        (LOAD, 0, 0, OFFSET_NUMBER),
    ]
    if machine == "x86_64":
        instructions += [(JUMP_AT_LEAST, 0, 1, X32_BIT), (RETURN, 0, 0, FAIL | errno.ENOSYS)]
    tables = [REFUSED]
    if not own_namespaces:
        tables.append(REFUSED_BESIDE_OTHERS)
    if foreign_files:
        tables.append(REFUSED_ON_FOREIGN_FILES)
    for table in tables:
        for name in table:
            call = number(table, name)
            if call is not None:
                instructions += refuse(call, errno.EPERM)
    # clone3 keeps its flags behind a pointer, where no filter sees them; without it glibc uses clone.
    clone3 = number(EXAMINED, "clone3")
    assert clone3 is not None
    instructions += refuse(clone3, errno.ENOSYS)
    for rule in rules(own_namespaces, pid):
        call = number(EXAMINED, rule.name)
        assert call is not None
        instructions += examine(rule, call)
    return [*instructions, (RETURN, 0, 0, ALLOW)]


class FilterProgram(ctypes.Structure):
    """struct sock_fprog."""

    _fields_ = (("length", ctypes.c_ushort), ("instructions", ctypes.c_void_p))


def restrict(own_namespaces: bool, foreign_files: bool, pid: int) -> None:
    """Install the filter for every thread of this process, for good; raises OSError if the kernel can't."""
    instructions = program(own_namespaces, foreign_files, pid)
    raw = b"".join(struct.pack("HBBI", *instruction) for instruction in instructions)
    buffer = ctypes.create_string_buffer(raw, len(raw))
    filter_program = FilterProgram(len(instructions), ctypes.cast(buffer, ctypes.c_void_p))
    syscalls.forbid_new_privileges()
    arguments = (ctypes.c_uint(SET_MODE_FILTER), ctypes.c_uint(ALL_THREADS), ctypes.byref(filter_program))
    syscalls.syscall("seccomp", SYS_SECCOMP[syscalls.machine()], *arguments)
