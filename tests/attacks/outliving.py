"""Outliving: what goes on running when the submission is over, and what waits for the next moment."""

import atexit
import ctypes
import gc
import os
import signal
import sys
import threading
import time
import weakref

import torch
from torch import nn

from tests.attacks.corpus import attack
from tests.attacks.tools import attempt, call, look

SHORT = {"cell_seconds": 2.0, "check_seconds": 2.0}


@attack()
def daemon() -> None:
    """No process detaches itself: none can be made."""

    def detach() -> None:
        if os.fork() == 0:
            os.setsid()
            if os.fork() == 0:
                time.sleep(600)

    attempt("daemon", detach)
    attempt("new session", lambda: os.setsid())
    attempt("own group", lambda: os.setpgid(0, 1))


@attack()
def thread_that_stays() -> None:
    """A thread of the student's ends with the child."""

    def stay() -> None:
        while True:
            time.sleep(0.01)

    for _ in range(20):
        threading.Thread(target=stay).start()


@attack()
def threads_in_c() -> None:
    """A thread that Python does not know of ends with the child as well."""
    sleep = ctypes.cast(ctypes.CDLL(None).pause, ctypes.c_void_p)
    thread = ctypes.c_ulong()
    for _ in range(10):
        look(lambda: call("pthread_create", ctypes.byref(thread), None, sleep, None))


@attack()
def exit_handlers() -> None:
    """Handlers for the end of the process never run, or have nothing to say any more."""

    def last_words() -> None:
        print("GOT THROUGH: a handler ran at the end", flush=True)
        time.sleep(600)

    atexit.register(last_words)
    look(lambda: call("on_exit", ctypes.cast(ctypes.CDLL(None).pause, ctypes.c_void_p), None))
    threading._register_atexit(last_words)
    sys.exitfunc = last_words


@attack()
def signal_handlers() -> None:
    """A child that ignores every polite signal is ended by the one it can't ignore."""
    for number in signal.valid_signals() - {signal.SIGKILL, signal.SIGSTOP}:
        look(lambda number=number: signal.signal(number, lambda *_: time.sleep(600)))
    signal.alarm(1)
    look(lambda: call("prctl", 1, 0))
    look(lambda: call("prctl", 4, 0))


@attack("SimpleNet", ends="timeout", limits=SHORT)
def timer_that_hangs_a_later_check() -> None:
    """A timer set by a cell hangs checks of the same submission and nobody else's."""

    class SimpleNet(nn.Module):
        def __init__(self, *sizes: int) -> None:
            super().__init__()
            signal.setitimer(signal.ITIMER_REAL, 0.01, 0.01)

    signal.signal(signal.SIGALRM, lambda *_: time.sleep(600))
    print(SimpleNet)


@attack(ends="timeout", limits=SHORT)
def finalizers() -> None:
    """Objects that hang when they are let go hang their own child."""

    class Clinging:
        def __del__(self) -> None:
            time.sleep(600)

    for _ in range(3):
        weakref.finalize(Clinging(), time.sleep, 600)
    gc.collect()


@attack("SimpleNet", ends="bad_reply")
def thread_that_answers() -> None:
    """A thread that writes to the channel between requests is noticed."""
    stop = threading.Event()

    def answer() -> None:
        while not stop.wait(0.002):
            os.write(3, b"\0\0\0\5\0\0\0\1\xc0")

    threading.Thread(target=answer, daemon=True).start()
    stop.wait(0.2)


@attack(ends="bad_reply")
def living_on_with_the_channel_closed() -> None:
    """A child that closes its channel and lives on is ended."""
    os.close(3)
    while True:
        time.sleep(1)


@attack(ends="output_flood", limits={"output_killed": 1 << 20})
def thread_that_prints_for_ever() -> None:
    """Output that comes after the cell has ended is counted as well."""

    def prattle() -> None:
        while True:
            os.write(1, b"z" * 4096)

    threading.Thread(target=prattle, daemon=True).start()
    torch.ones(1)
