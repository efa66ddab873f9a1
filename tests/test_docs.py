"""The documents: every command in them runs, and the how-to for a new exercise works step by step."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
COMMANDS = re.compile(r"^```bash\n(.*?)^```", re.MULTILINE | re.DOTALL)
STEP = re.compile(r"Add this to `([^`]+)`:\n\n(`{3,})\w+\n(.*?)^\2$", re.MULTILINE | re.DOTALL)
COPIED = ("autograder", "solutions", "course", "tests", "pyproject.toml")


def commands(page: Path) -> list[str]:
    """The lines of a page's bash blocks."""
    text = page.read_text(encoding="utf-8")
    return [line for block in COMMANDS.findall(text) for line in block.splitlines() if line.strip()]


def environment(**more: str) -> dict[str, str]:
    """The environment of somebody who has activated the virtual environment."""
    return os.environ | {"PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"} | more


def run(command: str, folder: Path, **more: str) -> subprocess.CompletedProcess[str]:
    """Runs a command line as a reader would."""
    return subprocess.run(
        command, shell=True, cwd=folder, env=environment(**more), capture_output=True, text=True, timeout=600
    )


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of what a page's steps change."""
    folder = tmp_path_factory.mktemp("checkout")
    for name in COPIED:
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__", "*.db"))
        else:
            shutil.copy(ROOT / name, folder)
    return folder


def test_the_steps_of_adding_an_exercise_work(checkout: Path) -> None:
    page = ROOT / "docs" / "adding-an-exercise.md"
    steps = STEP.findall(page.read_text(encoding="utf-8"))
    assert len(steps) == 6
    for path, _, text in steps:
        with (checkout / path).open("a", encoding="utf-8") as file:
            file.write(text)
    tried = [command for command in commands(page) if not command.startswith("make ")]
    assert [command.split()[0] for command in tried] == ["autograder", "autograder", "pytest"]
    for command in tried:
        command = command.replace("autograder", "python -m autograder.frontends.cli", 1).replace(
            "pytest", "python -m pytest -p no:cacheprovider", 1
        )
        result = run(command, checkout, PYTHONPATH=str(checkout))
        assert result.returncode == 0, result.stdout + result.stderr
    assert "5 passed" in result.stdout
    release = (checkout / "course" / "release" / "01-blocks" / "blocks.ipynb").read_text(encoding="utf-8")
    assert "check(Residual)" in release
    assert "x + self.block(x)" not in release


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_make_target_in_a_page_exists(page: Path) -> None:
    for command in commands(page):
        if command.startswith("make "):
            assert run(f"make --dry-run {command.removeprefix('make ')}", ROOT).returncode == 0, command


def test_the_commands_of_the_readme_run(checkout: Path, tmp_path: Path) -> None:
    submitted = tmp_path / "submitted" / "ada" / "01-blocks"
    submitted.mkdir(parents=True)
    shutil.copy(checkout / "course" / "source" / "01-blocks" / "blocks.ipynb", submitted)
    tried = [command for command in commands(ROOT / "README.md") if command.startswith("autograder ")]
    assert any(command.startswith("autograder grade") for command in tried)
    for command in tried:
        result = run(command, tmp_path)
        assert result.returncode == 0, f"{command}\n{result.stdout}{result.stderr}"
