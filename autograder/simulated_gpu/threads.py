"""PyTorch's modes belong to one thread; a thread that a student starts gets its own."""

from __future__ import annotations

import _thread
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from autograder.simulated_gpu.calls import Calls
from autograder.simulated_gpu.dispatch import Operations
from autograder.simulated_gpu.state import active

real_bootstrap = threading.Thread._bootstrap_inner  # type: ignore[attr-defined]
real_start = _thread.start_new_thread


@contextmanager
def modes() -> Iterator[None]:
    """Both modes, in this thread."""
    with Operations(), Calls():  # type: ignore[no-untyped-call]
        yield


def bootstrap(self: Any) -> None:
    """What a threading.Thread runs first. A device that is off by then leaves nothing behind."""
    if not active:
        return real_bootstrap(self)  # type: ignore[no-any-return]
    with modes():
        return real_bootstrap(self)  # type: ignore[no-any-return]


def start_new_thread(function: Callable[..., Any], args: Any, kwargs: Any = None) -> int:
    """_thread.start_new_thread."""

    def run() -> None:
        with modes():
            function(*args, **(kwargs or {}))

    return real_start(run, ())
