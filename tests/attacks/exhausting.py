"""Using up: processes, threads, memory, disk, descriptors, output, time."""

import ctypes
import hashlib
import mmap
import os
import re
import resource
import signal
import socket
import sys
import threading
import time
from pathlib import Path

import numpy
import torch
from torch import nn

from autograder.sandbox.isolation import Level
from tests.attacks.corpus import attack
from tests.attacks.tools import attempt, call, look

WITH_SCRATCH = (Level.FULL, Level.SHARED)
SHORT = {"cell_seconds": 1.5, "check_seconds": 1.5}
SMALL = {"memory": 512 << 20}


@attack()
def fork_bomb() -> None:
    """Not one process comes of it."""

    def bomb() -> None:
        while True:
            os.fork()

    attempt("fork for ever", bomb)
    for _ in range(100):
        attempt("fork", lambda: os.fork() or os._exit(0))


@attack()
def thread_bomb() -> None:
    """Threads end at their limit, and the child with them keeps answering for nothing."""

    def start() -> None:
        threading.Thread(target=threading.Event().wait, daemon=True).start()

    def bomb() -> None:
        for _ in range(1000):
            start()

    attempt("1000 threads", bomb)


@attack(limits=SMALL)
def memory_in_lists() -> None:
    """Python objects end in a MemoryError."""

    def hoard() -> None:
        held = []
        while True:
            held.append(bytearray(8 << 20))

    attempt("a list of bytes", hoard)
    attempt("one list", lambda: len([0] * (1 << 30)))
    attempt("one text", lambda: len("x" * (1 << 32)))


@attack(limits=SMALL)
def memory_in_tensors() -> None:
    """Tensors end in an exception."""

    def double() -> None:
        x = torch.ones(1)
        while True:
            x = torch.cat([x, x])

    attempt("a tensor", lambda: torch.ones(1 << 32))
    attempt("doubling", double)
    attempt("numpy", lambda: numpy.ones(1 << 32))
    attempt("a product", lambda: torch.ones(1 << 16, 1) @ torch.ones(1, 1 << 16))


@attack(limits=SMALL)
def memory_in_mappings() -> None:
    """Mappings, private and shared, count as memory; none can be locked."""
    attempt("private", lambda: mmap.mmap(-1, 8 << 30, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS))
    attempt("shared", lambda: mmap.mmap(-1, 8 << 30, flags=mmap.MAP_SHARED | mmap.MAP_ANONYMOUS))
    attempt(
        "without reserve",
        lambda: mmap.mmap(-1, 64 << 30, flags=0x4000 | mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS),
    )
    attempt("locked", lambda: call("mlockall", 3))


@attack(limits=SMALL)
def memory_in_c() -> None:
    """malloc gives no more than the limit, however often it is asked."""
    libc = ctypes.CDLL(None)
    libc.malloc.restype = ctypes.c_void_p

    def hoard() -> int:
        got = 0
        while got < 4 << 30:
            if not libc.malloc(ctypes.c_size_t(1 << 20)):
                raise MemoryError(got)
            got += 1 << 20
        return got

    attempt("malloc", hoard)
    look(lambda: libc.sbrk(ctypes.c_long(1 << 32)))


@attack("MLP", limits=SMALL, denied=("MLP.values", "MLP.gradients"))
def memory_in_a_forward() -> None:
    """A model that hoards memory costs its own checks."""

    class MLP(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.hidden, self.out = nn.Linear(20, 256), nn.Linear(256, 10)

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            return self.out(torch.ones(1 << 30, 256))

    print(MLP())


@attack(limits={"scratch": 16 << 20, "file_size": 8 << 20})
def disk() -> None:
    """The scratch folder is bounded, as a whole and per file."""

    def fill() -> int:
        for number in range(60):
            with open(f"file-{number}", "wb", buffering=0) as file:
                while file.tell() < 5 << 20:
                    file.write(bytes(1 << 20))
        return number

    look(lambda: signal.signal(signal.SIGXFSZ, signal.SIG_IGN))
    attempt("300 MiB in files", fill)
    attempt("one large file", lambda: os.truncate(os.open("large", os.O_CREAT | os.O_RDWR), 100 << 20))
    attempt("shared memory", lambda: Path("/dev/shm/large").write_bytes(bytes(20 << 20)))


@attack(levels=(Level.FULL,), limits={"scratch_files": 500})
def inodes() -> None:
    """Empty files are bounded in number."""

    def fill() -> None:
        for number in range(5000):
            Path(f"empty-{number}").touch()

    attempt("5000 files", fill)


@attack(levels=WITH_SCRATCH)
def folders_that_resist_removal() -> None:
    """A tree too deep, and folders without rights, cost the grader nothing and are gone afterwards."""
    here = os.getcwd()
    for depth in range(1500):
        os.mkdir("d")
        os.chdir("d")
        if depth % 100 == 0:
            Path("filling").write_bytes(bytes(1 << 20))
    os.chdir(here)
    os.mkdir("locked")
    Path("locked", "filling").write_bytes(bytes(1 << 20))
    os.chmod("locked", 0)


@attack(limits={"open_files": 128})
def descriptors() -> None:
    """Open files, pipes and sockets end at their limit."""
    attempt("1000 files", lambda: [os.open("/dev/null", os.O_RDONLY) for _ in range(1000)])
    attempt("1000 pipes", lambda: [os.pipe() for _ in range(1000)])
    attempt("1000 sockets", lambda: [socket.socketpair() for _ in range(1000)])
    attempt("above the limit", lambda: os.dup2(1, 5000))
    # With no descriptor left the agent must still answer.


@attack()
def kernel_memory() -> None:
    """Pipes, timers and watches are bounded by descriptors and signals."""
    attempt("large pipes", lambda: [call("fcntl", os.pipe()[1], 1031, 1 << 24) for _ in range(100)])
    timer = ctypes.c_void_p()
    attempt("timers", lambda: [call("timer_create", 1, None, ctypes.byref(timer)) for _ in range(100_000)])
    attempt("watches", lambda: [call("inotify_init") for _ in range(1000)])


@attack(ends="output_flood", limits={"output_killed": 1 << 20, "cell_seconds": 5.0})
def output_without_end() -> None:
    """Printing is cut and then ends the child."""
    while True:
        print("x" * 10_000)


@attack(ends="output_flood", limits={"output_killed": 1 << 20, "cell_seconds": 5.0})
def output_in_c_without_end() -> None:
    """So is writing past Python, to the other stream."""
    for stream in (sys.stdout, sys.stderr):
        stream.close()
    while True:
        call("write", 2, b"y" * 65_536, ctypes.c_size_t(65_536))


@attack(ends="timeout", limits=SHORT)
def endless_loop() -> None:
    """A loop ends at the cell's time."""
    while True:
        pass


@attack(ends="timeout", limits=SHORT)
def computing_in_c_with_all_signals_blocked() -> None:
    """C code that blocks every signal is ended all the same."""
    for number in signal.valid_signals() - {signal.SIGKILL, signal.SIGSTOP}:
        look(lambda number=number: signal.signal(number, signal.SIG_IGN))
    signal.pthread_sigmask(signal.SIG_BLOCK, signal.valid_signals())
    hashlib.pbkdf2_hmac("sha256", b"x", b"y", (1 << 31) - 1)


@attack(ends="timeout", limits=SHORT)
def regular_expression() -> None:
    """An expression that takes for ever, inside of C code that holds the interpreter, ends in time."""
    re.match(r"(a+)+$", "a" * 60 + "b")


@attack(ends="timeout", limits={"cpu_seconds": 1})
def computing_time() -> None:
    """Computing time has a limit of its own, which no handler survives."""
    signal.signal(signal.SIGXCPU, signal.SIG_IGN)
    attempt("more time", lambda: resource.setrlimit(resource.RLIMIT_CPU, (100, 100)))
    while True:
        hashlib.sha256(bytes(1 << 20))


@attack(ends="timeout", limits=SHORT)
def sleeping() -> None:
    """Waiting for nothing ends at the cell's time."""
    signal.pthread_sigmask(signal.SIG_BLOCK, signal.valid_signals())
    while True:
        time.sleep(1000)


@attack(ends="timeout", limits=SHORT)
def stopped_by_itself() -> None:
    """A child that stops itself does not stop the grader."""
    os.kill(os.getpid(), signal.SIGSTOP)
    time.sleep(1000)


@attack("SimpleNet", ends="timeout", limits=SHORT)
def hanging_model() -> None:
    """A model that hangs costs its own checks, and not its time for each of them."""

    class SimpleNet(nn.Module):
        def __init__(self, *sizes: int) -> None:
            super().__init__()
            while True:
                time.sleep(1)

    print(SimpleNet)


@attack(ends="crashed")
def stack_of_c() -> None:
    """Recursion through C ends this process alone."""
    sys.setrecursionlimit(1 << 30)
    threading.stack_size(1 << 16)

    def deeper(x: object) -> object:
        return ctypes.CFUNCTYPE(ctypes.c_int)(lambda: deeper(x))()

    deeper(1)


@attack(limits={"cell_seconds": 3.0}, ends="timeout", slow=True)
def numbers_beyond_measure() -> None:
    """Arithmetic on endless integers ends in time."""
    print(len(str(7 ** (7**12))))
