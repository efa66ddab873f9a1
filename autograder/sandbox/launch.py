"""Starts a process of the kit inside the outer wall of a level."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from typing import IO, TypeVar

from autograder.sandbox import bubblewrap, namespaces, root_start, visible
from autograder.sandbox.isolation import Level
from autograder.sandbox.messages import Setup
from autograder.sandbox.stage import Stage, starts_as_root

Result = TypeVar("Result")


GPU_VARIABLES = ("CUDA_VISIBLE_DEVICES", "LD_LIBRARY_PATH")
"""What the grader's own environment says about where the GPU and its driver are."""


def environment(home: str, with_gpu: bool = False) -> dict[str, str]:
    """Every variable that exists inside."""
    if with_gpu:
        gpu = {name: os.environ[name] for name in GPU_VARIABLES if name in os.environ}
    else:
        # At the level `none` nothing else would keep a real GPU out of sight.
        gpu = {"CUDA_VISIBLE_DEVICES": ""}
    return gpu | {
        "HOME": home,
        "TMPDIR": home,
        "USER": "student",
        "LOGNAME": "student",
        "PATH": "/nonexistent",
        "LANG": "C.UTF-8",
        "MPLBACKEND": "Agg",
        # Before torch is imported: otherwise the bare import starts a second thread, and forks would hang.
        "OMP_NUM_THREADS": "1",
        "MKL_NUM_THREADS": "1",
    }


def setup_for(level: Level, stage: Stage, preload: list[str], forks: bool = True) -> Setup:
    """What a process inside must know about its surroundings."""
    kit, listable = bubblewrap.KIT, list[str]()
    readable = [kit, *visible.SYSTEM, *visible.LINKED_SYSTEM, *visible.python_folders()]
    if not level.uses_bubblewrap:
        kit = str(stage.kit)
        readable, listable = visible.readable_for_landlock(kit)
    return Setup(level.value, readable, listable, visible.forbidden_paths(), preload, forks)


def command(level: Level, stage: Stage, entrance: str) -> list[str]:
    """The command line of a process that runs `entrance`, a line of Python, inside the level's outer wall."""
    kit = bubblewrap.KIT if level.uses_bubblewrap else str(stage.kit)
    hidden = visible.import_paths_to_hide()
    code = f"import sys; sys.path[:] = [{kit!r}, *(p for p in sys.path if p not in {hidden!r})]; {entrance}"
    line = [sys.executable, "-I", "-B", "-X", "utf8", "-c", code]
    if level.uses_bubblewrap:
        line = bubblewrap.command(str(stage.kit), environment(namespaces.HOME), line)
    if starts_as_root():
        folders = [*visible.python_folders(), str(stage.folder)]
        line = root_start.command(folders, str(stage.workplace), line)
    return line


def start(
    level: Level, stage: Stage, entrance: str, descriptor: int, log: IO[bytes], with_gpu: bool = False
) -> subprocess.Popen[bytes]:
    """Start it, with one descriptor of ours passed on and everything it says written to `log`."""
    return in_lasting_thread(
        lambda: subprocess.Popen(
            command(level, stage, entrance),
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            pass_fds=(descriptor,),
            env=environment(str(stage.home), with_gpu),
            cwd="/",
            # Ctrl-C in the grader's terminal is the grader's to handle.
            start_new_session=True,
        )
    )


def in_lasting_thread(action: Callable[[], Result]) -> Result:
    """Run the action in a thread that lives as long as this process.

    The kernel ties a process started with "die with your parent" to the thread that started it, and callers
    come from worker threads that end.
    """
    return lasting_thread(os.getpid()).submit(action).result()


@cache
def lasting_thread(process: int) -> ThreadPoolExecutor:
    """One thread, made anew in a forked process, where the old one does not exist."""
    return ThreadPoolExecutor(max_workers=1, thread_name_prefix="sandbox-starter")
