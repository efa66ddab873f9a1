"""A student's hour in JupyterLab: the released notebook in a real browser, a right and a wrong answer in it."""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import nbformat
import pytest

from autograder.catalogue import course_folder
from autograder.checks.findings import texts
from solutions import blocks
from tests.answers import answers
from tests.lab import jupyterlab

CHROMIUM = Path("/usr/bin/chromium")
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
]
PATIENCE = 120_000
"""Milliseconds that the page may take for one thing: a kernel that imports PyTorch is the slowest."""

FINDING = "output.never_negative"
IDLE = """() => {
    const prompts = [...document.querySelectorAll('.jp-InputPrompt')].map(prompt => prompt.textContent);
    return prompts.length > 0 && !prompts.some(text => text.includes('[*]'));
}"""
PAINTED = """(card, variable) => {
    const probe = document.createElement('div');
    probe.style.color = `var(${variable})`;
    card.append(probe);
    const due = getComputedStyle(probe).color;
    probe.remove();
    return getComputedStyle(card).borderLeftColor === due;
}"""

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not CHROMIUM.exists(), reason="Debian's chromium is not installed"),
]


def handed_out() -> tuple[nbformat.NotebookNode, list[str]]:
    """The released notebook with SimpleNet wrong and MLP right, and the ids of its cells."""
    path = course_folder() / "release" / "01-blocks" / "blocks.ipynb"
    notebook = nbformat.read(path, as_version=4)
    ids = [cell.id for cell in notebook.cells]
    wrong = next(answer for answer in answers("mistakes", "blocks") if answer.finding == FINDING)
    assert wrong.exercise == "SimpleNet"
    notebook.cells[ids.index("SimpleNet")].source = wrong.source
    notebook.cells[ids.index("MLP")].source = inspect.getsource(blocks.MLP)
    return notebook, ids


@pytest.fixture
def browser() -> Iterator[Any]:
    playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    with playwright.sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=str(CHROMIUM), args=ARGUMENTS)
        yield browser
        browser.close()


def run_cells(page: Any, count: int) -> None:
    """Runs the selected cell and those after it, one by one, as a student does."""
    for _ in range(count):
        page.keyboard.press("Shift+Enter")
        page.wait_for_function(IDLE)


def card_of(page: Any, exercise: str) -> Any:
    """The card of an exercise, once it is there."""
    heading = page.locator(".jp-OutputArea-output strong", has_text=exercise).first
    heading.wait_for()
    return heading.locator("xpath=../..")


@pytest.mark.parametrize("theme", ["JupyterLab Light", "JupyterLab Dark"])
def test_a_student_sees_a_red_and_a_green_card(theme: str, browser: Any, tmp_path: Path) -> None:
    notebook, ids = handed_out()
    first, second = ids.index("SimpleNet-check") + 1, ids.index("MLP-check") + 1
    with jupyterlab(tmp_path, theme) as (folder, address):
        nbformat.write(notebook, folder / "blocks.ipynb")
        page = browser.new_page(viewport={"width": 1280, "height": 1000})
        page.set_default_timeout(PATIENCE)
        page.goto(address.format(name="blocks.ipynb"))
        page.get_by_text("Python 3 (ipykernel) | Idle").wait_for()
        page.locator(".jp-Notebook .jp-Cell").first.click()
        page.keyboard.press("Escape")

        run_cells(page, first)
        red = card_of(page, "SimpleNet")
        page.screenshot(path=tmp_path / "red.png")
        seen = red.inner_text()
        assert "properties hold" in seen
        assert "✗ scores can be negative" in seen
        assert all(line in seen for line in texts("en")[FINDING].values())
        assert red.evaluate(PAINTED, "--jp-error-color1")
        assert page.get_by_text("CheckFailed: SimpleNet").count() == 1

        run_cells(page, second - first)
        green = card_of(page, "MLP")
        page.screenshot(path=tmp_path / "green.png")
        seen = green.inner_text()
        assert "all 6 properties hold" in seen
        assert seen.count("✓") == 6
        assert "✗" not in seen
        assert green.evaluate(PAINTED, "--jp-success-color1")
        assert page.locator("img[alt^='The modules of Sequential']").count() == 1
