"""docs/security.md: its commands run, and its figures are the kit's."""

from __future__ import annotations

import re
import shutil
from dataclasses import fields
from pathlib import Path

import pytest

from autograder.catalogue import course_folder
from autograder.limits import SIZES, USUAL, Limits, read_limit
from autograder.sandbox.levels import Level, best_level
from tests.test_docs import ROOT, commands, run

PAGE = ROOT / "docs" / "security.md"
TEXT = PAGE.read_text(encoding="utf-8")
ROW = re.compile(r"^\| `(\w+)` \| ([^|]+) \| ([^|]+) \|$", re.MULTILINE)


def test_the_commands_run(tmp_path: Path) -> None:
    tried = commands(PAGE)
    assert len(tried) == 2
    if best_level() is Level.NONE:
        pytest.skip("no isolation works on this machine")
    submitted = tmp_path / "submitted" / "ada" / "01-blocks"
    submitted.mkdir(parents=True)
    shutil.copy(course_folder() / "source" / "01-blocks" / "blocks.ipynb", submitted)
    for command in tried:
        result = run(command, tmp_path)
        assert result.returncode == 0, f"{command}\n{result.stdout}{result.stderr}"


def test_the_levels_and_usual_limits_are_the_kits() -> None:
    rows = {name: first.strip() for name, first, _ in ROW.findall(TEXT)}
    limits = [field.name for field in fields(Limits)]
    assert set(rows) == {*(level.value for level in Level), *limits}
    for name in limits:
        written = rows[name] if name in SIZES else int(rows[name])
        assert read_limit(name, written) == getattr(USUAL, name), name
