"""Sandboxes that the tests share: starting one takes seconds, a child of it milliseconds."""

from __future__ import annotations

import atexit
from functools import cache
from typing import Any

from autograder.sandbox.client import Child, Sandbox
from autograder.sandbox.levels import Level, level_report

WORKING = [report.level for report in level_report() if report.works]
WALLED = [level for level in WORKING if level is not Level.NONE]


@cache
def warm(level: Level) -> Sandbox:
    """The one sandbox of that level in this process."""
    sandbox = Sandbox(level)
    atexit.register(sandbox.close)
    return sandbox


def value_of(child: Child, source: str, name: str = "answer") -> Any:
    """What a cell leaves under a name; the cell must not raise."""
    outcome = child.run_cell(source, "<cell>", seconds=20)
    assert outcome.ok, (outcome, child.output)
    return child.call("operator:getitem", name, seconds=20)
