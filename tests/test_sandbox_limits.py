"""Every limit bites, at a small value, and says so."""

from __future__ import annotations

from dataclasses import fields, replace

import pytest

from autograder.checks.probes.modules import built
from autograder.checks.subjects import LostError
from autograder.grading.subject import SandboxedSubject
from autograder.limits import Limits
from autograder.sandbox.client import CallFailed, ChildLost, Level
from tests.submissions_notebooks import CHAPTER, code_cell, released_cells, script_of
from tests.warm_sandboxes import WALLED, value_of, warm

STRONGEST = WALLED[0]

# What is asked for, by the limit: once within it, which must go well, and once beyond.
INSIDE = {
    "memory": (Limits(memory=256 << 20), "x = bytearray({} << 20)", 128, 400),
    "scratch": (
        Limits(scratch=1 << 20),
        "for i in range({}): open(str(i), 'wb').write(bytes(1 << 18))",
        3,
        5,
    ),
    "scratch_files": (Limits(scratch_files=20), "for i in range({}): open(str(i), 'w').close()", 15, 30),
    "file_size": (Limits(file_size=1 << 20), "open('x', 'wb').write(bytes({} << 10))", 1000, 1100),
    "open_files": (Limits(open_files=32), "files = [open('/dev/null') for _ in range({})]", 20, 40),
    "threads": (
        Limits(threads=16),
        "import threading\nfor _ in range({}): threading.Thread(target=threading.Event().wait, daemon=True).start()",
        8,
        40,
    ),
}
NEEDS_OWN_SCRATCH = ("scratch", "scratch_files")
ENDING = {
    "cpu_seconds": (Limits(cpu_seconds=1), "while True: pass", "timeout"),
    "output_killed": (Limits(output_killed=1 << 18), "while True: print('x' * 1000)", "output_flood"),
    "reply": (
        Limits(reply=1 << 20),
        "import os, struct; os.write(3, struct.pack('>II', (1 << 20) + 1, 100) + bytes(1 << 16))",
        "bad_reply",
    ),
}
ELSEWHERE = {
    "output_kept": "test_output_is_kept_up_to_its_limit",
    "cell_seconds": "test_a_cell_that_takes_too_long_is_stopped_and_the_others_run",
    "check_seconds": "test_a_check_that_takes_too_long_is_lost_and_the_next_is_asked",
    "submission_seconds": "test_a_submission_that_takes_too_long_is_ended",
}


def test_every_limit_is_tried() -> None:
    assert {*INSIDE, *ENDING, *ELSEWHERE} == {field.name for field in fields(Limits)}
    assert all(name in globals() for name in ELSEWHERE.values())


@pytest.mark.parametrize("limit", INSIDE)
@pytest.mark.parametrize("level", WALLED, ids=lambda level: level.value)
def test_what_asks_for_more_gets_an_exception(level: Level, limit: str) -> None:
    if limit in NEEDS_OWN_SCRATCH and level is not Level.FULL:
        pytest.skip("a scratch folder of its own, with bounds of its own, is what only `full` has")
    if limit == "file_size" and not level.uses_bubblewrap:
        pytest.skip("there is no writable folder at this level")
    limits, source, fits, exceeds = INSIDE[limit]
    with warm(level).child(limits) as child:
        assert child.run_cell(source.format(fits), "<cell>", 20).ok, child.output
    with warm(level).child(limits) as child:
        outcome = child.run_cell(source.format(exceeds), "<cell>", 20)
        assert not outcome.ok
        assert {"OSError", "MemoryError", "RuntimeError"} & {str(outcome.exception), *outcome.bases}
        child.run_cell("files = x = None", "<cell>", 20)
        assert value_of(child, "answer = 'goes on'") == "goes on"


@pytest.mark.parametrize("limit", ENDING)
@pytest.mark.parametrize("level", WALLED, ids=lambda level: level.value)
def test_what_goes_beyond_ends_the_child(level: Level, limit: str) -> None:
    limits, source, reason = ENDING[limit]
    with warm(level).child(limits) as child:
        with pytest.raises(ChildLost) as caught:
            child.run_cell(source, "<cell>", 20)
        assert caught.value.reason == reason
    with warm(level).child(Limits()) as child:
        assert value_of(child, "answer = 1") == 1


def test_a_value_larger_than_a_reply_fails_its_call_and_not_the_child() -> None:
    with warm(STRONGEST).child(Limits(reply=1 << 20)) as child:
        child.run_cell("large = 'x' * (2 << 20); small = 'x' * 1000", "<cell>", 20)
        with pytest.raises(CallFailed, match="too much at once"):
            child.call("operator:getitem", "large", seconds=20)
        assert child.call("operator:getitem", "small", seconds=20) == "x" * 1000


def test_output_is_kept_up_to_its_limit() -> None:
    with warm(STRONGEST).child(Limits(output_kept=1000)) as child:
        assert child.run_cell("print('first', 'x' * 100_000)", "<cell>", 20).ok
        assert child.output.startswith("first")
        assert len(child.output) == 1000


def subject(limits: Limits, *cells: str, mlp: str = "class MLP: pass") -> SandboxedSubject:
    """A submission with these cells of its own before its answer to MLP."""
    written = released_cells()
    written[3]["source"] = mlp
    written[3:3] = [code_cell(source) for source in cells]
    return SandboxedSubject(warm(STRONGEST), script_of(written), replace(CHAPTER, limits=limits), "none")


def asked(subject: SandboxedSubject, build: str = "MLP()") -> object:
    return subject.ask(built, build, [], {}, 0)


def test_a_cell_that_takes_too_long_is_stopped_and_the_others_run() -> None:
    one = subject(Limits(cell_seconds=0.3), "hung = True\nwhile True: pass", "after = 1")
    child = one.process.running()
    assert list(one.account.stopped.values()) == ["timeout"]
    assert value_of(child, "answer = 'hung' not in globals() and after == 1 and MLP is not None")
    one.close()


def test_a_check_that_takes_too_long_is_lost_and_the_next_is_asked() -> None:
    mlp = "class MLP:\n    def __init__(self, n=0):\n        while n: pass"
    one = subject(Limits(check_seconds=0.3), mlp=mlp)
    with pytest.raises(LostError, match="timeout"):
        asked(one, "MLP(1)")
    assert asked(one)
    one.close()


def test_a_submission_that_takes_too_long_is_ended() -> None:
    cells = [f"import time; time.sleep(0.4); done{i} = 1" for i in range(5)]
    one = subject(Limits(cell_seconds=5, submission_seconds=1.0), *cells)
    with pytest.raises(LostError, match="timeout"):
        asked(one)
    assert set(one.account.stopped.values()) == {"timeout"}
    one.close()


@pytest.mark.slow
def test_the_usual_limits_bite() -> None:
    usual = Limits()
    for source, reason in (
        ("while True: print('x' * 1000)", "output_flood"),
        ("import os, struct; os.write(3, struct.pack('>II', (64 << 20) + 1, 100))", "bad_reply"),
    ):
        with warm(STRONGEST).child(usual) as child, pytest.raises(ChildLost) as caught:
            child.run_cell(source, "<cell>", 60)
        assert caught.value.reason == reason
    with warm(STRONGEST).child(usual) as child:
        for source in (
            "x = bytearray(3 << 30)",
            "open('x', 'wb').write(bytes(65 << 20))",
            "for i in range(3000): open(str(i), 'w').close()",
            "import threading\nfor _ in range(100): threading.Thread(target=threading.Event().wait, daemon=True).start()",
        ):
            assert not child.run_cell(source, "<cell>", 60).ok, source
        assert len(child.output) <= 64 << 10
    with warm(STRONGEST).child(usual) as child, pytest.raises(ChildLost) as caught:
        child.run_cell("while True: pass", "<cell>", 200)
    assert caught.value.reason == "timeout"
