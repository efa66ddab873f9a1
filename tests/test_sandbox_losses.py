from __future__ import annotations

import pytest

from autograder.limits import Limits
from autograder.sandbox.client import ChildLost
from tests.warm_sandboxes import WORKING, value_of, warm

# The strongest and the weakest: what is lost does not depend on the walls between them.
LEVELS = sorted({WORKING[0], WORKING[-1]})
SEGFAULT = "import ctypes; ctypes.string_at(0)"
FORGED = """
import os, struct, time
def reply(header, raw=b""):
    os.write(3, struct.pack(">II", 4 + len(header) + len(raw), len(header)) + header + raw)
"""


@pytest.fixture(params=LEVELS, ids=lambda level: level.value)
def sandbox(request):
    """The sandbox, which must go on working whatever the test did to a child."""
    sandbox = warm(request.param)
    yield sandbox
    with sandbox.child(Limits()) as child:
        assert value_of(child, "answer = 1 + 1") == 2


def lost_by(sandbox, source, seconds=20.0, **limits) -> ChildLost:
    with sandbox.child(Limits(**limits)) as child:
        with pytest.raises(ChildLost) as caught:
            child.run_cell(source, "<cell>", seconds)
        with pytest.raises(ChildLost):
            child.call("operator:getitem", "x", seconds=5)
    return caught.value


@pytest.mark.parametrize(
    "source", ["while True: pass", "import time; time.sleep(60)", "import os; os.read(3, 1)"]
)
def test_a_cell_that_never_ends_is_a_timeout(sandbox, source):
    assert lost_by(sandbox, source, seconds=0.5).reason == "timeout"


def test_too_much_computing_is_a_timeout(sandbox):
    assert lost_by(sandbox, "while True: pass", cpu_seconds=1).reason == "timeout"


def test_leaving_the_process_is_exited(sandbox):
    assert lost_by(sandbox, "import os; os._exit(0)").reason == "exited"


def test_a_segmentation_fault_is_crashed_and_keeps_what_was_printed(sandbox):
    with sandbox.child(Limits()) as child:
        with pytest.raises(ChildLost) as caught:
            child.run_cell(f"print('before')\n{SEGFAULT}", "<cell>", 20)
        assert caught.value.reason == "crashed"
        assert "before" in child.output


@pytest.mark.parametrize(
    "source",
    [
        "x = bytearray(10 << 30)",
        "x = []\nwhile True: x.append(bytearray(8 << 20))",
        "import torch\nx = torch.ones(3_000_000_000)",
        "import torch\nx = torch.ones(1)\nwhile True: x = torch.cat([x, x])",
    ],
)
def test_running_out_of_memory_is_an_exception_and_the_child_goes_on(sandbox, source):
    with sandbox.child(Limits(memory=512 << 20)) as child:
        outcome = child.run_cell(source, "<cell>", 30)
        assert outcome.exception in ("MemoryError", "RuntimeError")
        child.run_cell("x = None", "<cell>", 10)
        assert value_of(child, "answer = len(bytearray(256 << 20))") == 256 << 20


@pytest.mark.parametrize(
    "source", ["while True: print('x' * 1000)", "import os\nwhile True: os.write(2, b'x' * 9999)"]
)
def test_printing_without_end_is_a_flood(sandbox, source):
    assert lost_by(sandbox, source, output_killed=1 << 20).reason == "output_flood"


@pytest.mark.parametrize(
    "source",
    [
        "import os; os.write(3, b'garbage that is no frame at all')",
        "import os; os.write(3, b'\\xff' * 8)",
        FORGED + r"reply(b'\x84\xa2id\xa1x\xa6raised\xc0\xa5value\x01\xa7buffers\x90')",
        FORGED + r"reply(b'\xdd\xff\xff\xff\xff')",
        FORGED + r"reply(b'\x91' * 100_000)",
        "import os; os.close(3)\nimport time; time.sleep(60)",
        "import os; os.dup2(1, 3); import time; time.sleep(60)",
    ],
    ids=["garbage", "lengths", "other id", "array bomb", "nesting", "closed", "replaced"],
)
def test_a_forged_reply_is_a_bad_reply(sandbox, source):
    assert lost_by(sandbox, source).reason == "bad_reply"


def test_bytes_that_nobody_asked_for_are_a_bad_reply(sandbox):
    source = """
import os, threading, time
def later():
    time.sleep(0.2)
    os.write(3, b"x" * 100)
threading.Thread(target=later).start()
"""
    with sandbox.child(Limits()) as child:
        child.run_cell(source, "<cell>", 10)
        with pytest.raises(ChildLost) as caught:
            child.run_cell("import time; time.sleep(1)", "<cell>", 10)
        assert caught.value.reason == "bad_reply"


def test_a_reply_that_never_ends_is_a_timeout(sandbox):
    source = "import os, struct, time; os.write(3, struct.pack('>II', 1 << 20, 100) + b'x'); time.sleep(60)"
    assert lost_by(sandbox, source, seconds=0.5).reason == "timeout"


def test_breaking_the_agents_tools_costs_the_child_alone(sandbox):
    source = "import os, sys, builtins\nos.write = os.readv = None\nsys.stdout = sys.stderr = None\ndel builtins.len"
    assert lost_by(sandbox, source, seconds=5).reason in ("exited", "crashed", "bad_reply", "timeout")
