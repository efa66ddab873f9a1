from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

import pytest

from autograder.limits import Limits
from autograder.sandbox import launch
from autograder.sandbox.client import ChildLost, Sandbox, SandboxError
from autograder.sandbox.stage import Stage
from tests.warm_sandboxes import WORKING, value_of, warm

BUSY = """
import sys, threading, time
from autograder.limits import Limits
from autograder.sandbox.client import Level, Sandbox
sandbox = Sandbox(Level(sys.argv[1]))
child = sandbox.child(Limits())
threading.Timer(0.3, lambda: print("busy", flush=True)).start()
child.run_cell("while True: pass", "<cell>", 60)
"""


def parents() -> dict[int, int]:
    """Every process of the machine with its parent."""
    found = {}
    for status in Path("/proc").glob("[0-9]*/stat"):
        try:
            found[int(status.parent.name)] = int(status.read_text().rpartition(")")[2].split()[1])
        except OSError:
            continue
    return found


def descendants(process: int) -> set[int]:
    """The processes beneath one."""
    tree = parents()
    found: set[int] = set()
    while more := {child for child, parent in tree.items() if parent in found | {process}} - found:
        found |= more
    return found


def those_left(processes: set[int], seconds: float) -> set[int]:
    """Which of the processes still run after so many seconds at most."""
    deadline = time.monotonic() + seconds
    while (left := processes & set(parents())) and time.monotonic() < deadline:
        time.sleep(0.05)
    return left


def test_closing_a_child_leaves_no_process_and_no_descriptor():
    sandbox = warm(WORKING[0])
    with sandbox.child(Limits()) as child:
        value_of(child, "answer = 1")
    before, open_before = descendants(os.getpid()), os.listdir("/proc/self/fd")
    for _ in range(3):
        with sandbox.child(Limits()) as child:
            value_of(child, "answer = 1")
            assert len(descendants(os.getpid()) - before) == 1
        with sandbox.child(Limits()) as child, pytest.raises(ChildLost):
            child.run_cell("while True: pass", "<cell>", 0.2)
    assert descendants(os.getpid()) == before
    assert os.listdir("/proc/self/fd") == open_before


def test_a_sandbox_outlives_the_thread_that_started_it_and_closing_it_leaves_nothing():
    started: list[Sandbox] = []
    before = descendants(os.getpid())
    thread = threading.Thread(target=lambda: started.append(Sandbox(WORKING[0], ["json.tool"])))
    thread.start()
    thread.join()
    sandbox = started[0]
    stage = sandbox.zygote.stage.folder
    # Still open when the sandbox goes.
    child = sandbox.child(Limits())
    assert value_of(child, "import sys; answer = 'json.tool' in sys.modules") is True
    beneath = descendants(os.getpid()) - before
    assert len(beneath) >= 2
    sandbox.close()
    assert those_left(beneath, 0) == set()
    assert not stage.exists()
    with pytest.raises(SandboxError):
        child.run_cell("x = 1", "<cell>", 5)
    child.close()


@pytest.mark.parametrize("level", sorted({WORKING[0], WORKING[-1]}), ids=lambda level: level.value)
def test_nothing_outlives_a_grader_that_is_killed(level):
    command = [sys.executable, "-c", BUSY, level.value]
    with subprocess.Popen(command, stdout=subprocess.PIPE, cwd=Path(__file__).parent.parent) as grader:
        assert grader.stdout is not None
        assert grader.stdout.readline() == b"busy\n"
        beneath = descendants(grader.pid)
        assert len(beneath) >= 2
        grader.send_signal(signal.SIGKILL)
    assert those_left(beneath, 10) == set()


def test_the_folders_of_a_killed_grader_are_removed_by_the_next(tmp_path, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    in_use = Stage()
    source = "import os\nfrom autograder.sandbox.stage import Stage\nprint(Stage().folder)\nos.kill(os.getpid(), 9)"
    killed = subprocess.Popen(
        [sys.executable, "-uc", source],
        stdout=subprocess.PIPE,
        env={**os.environ, "TMPDIR": str(tmp_path)},
        cwd=Path(__file__).parent.parent,
    )
    left = Path(killed.communicate()[0].decode().strip())
    assert left.is_dir()
    Stage().close()
    assert not left.exists()
    assert in_use.kit.is_dir()
    in_use.close()


def test_a_zygote_that_dies_is_our_trouble_and_not_the_students():
    sandbox = Sandbox(WORKING[0])
    try:
        with sandbox.child(Limits()) as child:
            assert sandbox.zygote.process is not None
            sandbox.zygote.process.kill()
            with pytest.raises(SandboxError):
                child.run_cell("import time; time.sleep(5)", "<cell>", 5)
        with pytest.raises(SandboxError):
            sandbox.child(Limits())
    finally:
        sandbox.close()


def test_a_zygote_that_can_not_start_says_why(monkeypatch):
    with pytest.raises(SandboxError, match="no_such_module"):
        Sandbox(WORKING[-1], ["no_such_module"])
    monkeypatch.setattr(launch, "command", lambda *_: ["/nonexistent/python"])
    with pytest.raises(SandboxError, match="nonexistent"):
        Sandbox(WORKING[-1])
