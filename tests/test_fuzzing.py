"""Whatever bytes come from a child or lie in a notebook: a value or a reason, in bounded time and memory."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import torch
from hypothesis import given, settings

from autograder.checks.probing import Probe
from autograder.checks.subjects import LostError, Subject, returns
from tests.fuzzing import (
    PROBES,
    READERS,
    SOLVED,
    framed,
    honest_frame,
    notebooks,
    read_notebook,
    read_reply,
    replies,
)

CASES = 15_000


@settings(max_examples=200, deadline=None)
@given(replies)
def test_some_replies(data: bytes) -> None:
    read_reply(data)


@settings(max_examples=150, deadline=None)
@given(notebooks)
def test_some_notebooks(data: bytes) -> None:
    read_notebook(data)


def test_what_is_honest_is_read_to_its_end() -> None:
    read_notebook(SOLVED)
    read_reply(honest_frame({"value": [["weight", 1.5]]}))
    for header in (b"\x91" * 300_000, b"\xdd\xff\xff\xff\xff", b"\x81" * 1000, b"\xc7\xff\x05" + b"x" * 255):
        read_reply(framed(header, b""))


@pytest.mark.parametrize("answer", [{"value": torch.ones(2, 3)}, {"raised": torch.ones(5)}, torch.ones(2)])
@pytest.mark.parametrize("probe", PROBES, ids=lambda probe: probe.name)
def test_a_tensor_where_another_thing_is_due_is_a_lost_answer(probe: Probe[Any], answer: Any) -> None:
    if returns(probe) is torch.Tensor and isinstance(answer, dict) and "value" in answer:
        pytest.skip("a tensor is what is due")
    with pytest.raises(LostError, match="bad_reply"):
        Subject._checked(probe, answer)


@pytest.mark.slow
@pytest.mark.parametrize("what", READERS)
def test_many_cases_in_little_memory(what: str) -> None:
    command = [sys.executable, "-m", "tests.fuzzing", what, str(CASES)]
    result = subprocess.run(command, cwd=Path(__file__).parent.parent, capture_output=True, text=True)
    assert result.returncode == 0, result.stderr[-3000:]
    assert result.stdout.strip() == f"{CASES} {what} read"
