"""Wherever the Python environment lies on a machine, the code in it stays in sight inside."""

from __future__ import annotations

from pathlib import Path

import pytest

from autograder.limits import Limits
from autograder.sandbox import visible
from autograder.sandbox.client import Level, Sandbox
from autograder.sandbox.levels import level_report

LEVELS = [report.level for report in level_report() if report.works and report.level is not Level.NONE]
CODE = """
import os, tempfile, torch
print(open({path!r}).read())
with tempfile.NamedTemporaryFile("w") as file:
    file.write("scratch")
"""


@pytest.mark.parametrize("level", LEVELS, ids=lambda level: level.value)
def test_an_environment_beneath_the_temporary_folder_is_not_hidden(
    level: Level, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    module = tmp_path / "environment" / "late.py"
    module.parent.mkdir()
    module.write_text("a module that is imported late")
    for folder in (tmp_path, *tmp_path.parents):
        if folder != Path("/tmp") and folder.is_relative_to("/tmp"):
            folder.chmod(0o755)
    folders = [*visible.python_folders(), str(module.parent)]
    monkeypatch.setattr(visible, "python_folders", lambda: folders)
    monkeypatch.setattr("autograder.sandbox.bubblewrap.python_folders", lambda: folders)
    with Sandbox(level) as sandbox, sandbox.child(Limits()) as child:
        outcome = child.run_cell(CODE.format(path=str(module)), "<cell 1>", 20)
        assert "a module that is imported late" in child.output
        assert outcome.ok or level is Level.LANDLOCK
