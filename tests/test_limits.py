"""The limits of a chapter: the usual ones, or those in the front matter of its text."""

from __future__ import annotations

from dataclasses import fields, replace
from pathlib import Path
from typing import Any

import pytest

from autograder.authoring.notebook import read_cells
from autograder.catalogue import CatalogueError, chapters, read_chapter, read_text_limits
from autograder.limits import USUAL, Limits, LimitsError, read_limits

TEXT = """---
jupytext:
  text_representation: {{extension: .md, format_name: myst}}
{ours}
---

# A chapter
"""


def text_with(ours: str) -> str:
    return TEXT.format(ours=ours)


def test_the_usual_limits_are_those_that_are_promised() -> None:
    promised = Limits(
        memory=2 << 30, output_kept=64 << 10, output_killed=8 << 20, reply=64 << 20, cell_seconds=10.0
    )
    assert promised == USUAL
    for chapter in chapters():
        assert chapter.limits.submission_seconds >= chapter.limits.cell_seconds


@pytest.mark.parametrize("ours", ["", "autograder:", "autograder: {limits: }", "autograder: {limits: {}}"])
def test_a_text_that_names_no_limits_has_the_usual_ones(ours: str) -> None:
    assert read_text_limits(text_with(ours)) == USUAL
    assert read_text_limits("# no front matter\n\nautograder: {limits: {memory: 1}}\n") == USUAL


def test_a_text_names_the_limits_that_differ() -> None:
    ours = "autograder:\n  limits: {cell_seconds: 20, memory: 3 GiB, reply: 1048576, output_kept: 16KiB}"
    expected = replace(USUAL, cell_seconds=20, memory=3 << 30, reply=1 << 20, output_kept=16 << 10)
    assert read_text_limits(text_with(ours)) == expected


def test_a_chapter_has_the_limits_of_its_text_and_its_notebook_does_not_show_them(tmp_path: Path) -> None:
    text = text_with("autograder:\n  limits: {check_seconds: 2.5}")
    path = tmp_path / "chapters" / "en" / "blocks.md"
    path.parent.mkdir(parents=True)
    path.write_text(text)
    chapter = read_chapter("01-blocks", tmp_path)
    assert chapter.limits == replace(USUAL, check_seconds=2.5)
    assert [cell.source for cell in read_cells(text, chapter)] == ["# A chapter"]


@pytest.mark.parametrize(
    ("written", "sentence"),
    [
        ({"cell_second": 3}, "'cell_second' is no limit; the limits are cell_seconds, check_seconds,"),
        ({7: 3}, "7 is no limit"),
        ([], "'limits' must hold lines such as"),
        ("memory", "'limits' must hold lines such as"),
        ({"memory": "3 GB"}, "memory is '3 GB'; it must be a number of bytes, or a text such as '64 MiB'"),
        ({"memory": 1.5}, "memory is 1.5; it must be a number of bytes"),
        ({"memory": "1 KiB"}, "memory is 1024; it must be from 67108864 to"),
        ({"threads": "many"}, "threads is 'many'; it must be a whole number"),
        ({"threads": True}, "threads is True; it must be a whole number"),
        ({"threads": 1}, "threads is 1; it must be from 8 to"),
        ({"cpu_seconds": 1.5}, "cpu_seconds is 1.5; it must be a whole number"),
        ({"cell_seconds": None}, "cell_seconds is None; it must be a number"),
        ({"cell_seconds": "10"}, "cell_seconds is '10'; it must be a number"),
        ({"cell_seconds": 0}, "cell_seconds is 0; it must be from 0.1 to"),
        ({"cell_seconds": -1}, "cell_seconds is -1; it must be from"),
        ({"cell_seconds": float("nan")}, "cell_seconds is nan; it must be from"),
        ({"cell_seconds": float("inf")}, "cell_seconds is inf; it must be from"),
        ({"reply": 1 << 33}, "reply is 8589934592; it must be from 65536 to 4294967295"),
        ({"output_kept": "9 MiB"}, "'output_kept' is more than 'output_killed'"),
    ],
    ids=str,
)
def test_what_is_no_limit_is_refused_with_a_sentence(written: Any, sentence: str) -> None:
    with pytest.raises(LimitsError) as caught:
        read_limits(written)
    assert str(caught.value).startswith(sentence)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("ours", "sentence"),
    [
        ("autograder: {limits: {memory: 1}}", "in the front matter, memory is 1; it must be from"),
        ("autograder: {limit: {}}", "in the front matter, 'autograder' may hold 'limits' and nothing else"),
        ("autograder: 3", "in the front matter, 'autograder' may hold 'limits' and nothing else"),
        ("autograder: [", "the front matter is not YAML"),
    ],
)
def test_a_chapter_with_limits_that_can_not_be_read_is_refused(
    ours: str, sentence: str, tmp_path: Path
) -> None:
    path = tmp_path / "chapters" / "en" / "blocks.md"
    path.parent.mkdir(parents=True)
    path.write_text(text_with(ours))
    with pytest.raises(CatalogueError) as caught:
        read_chapter("01-blocks", tmp_path)
    assert str(caught.value).startswith(f"blocks.md: {sentence}")


def test_every_limit_reaches_those_who_hold_it() -> None:
    from autograder.sandbox.messages import Spawn

    held_inside = set(Spawn.__struct_fields__) - {"child"}
    held_outside = {
        *("cell_seconds", "check_seconds", "submission_seconds", "output_kept", "output_killed", "reply"),
    }
    assert held_inside | held_outside == {field.name for field in fields(Limits)}
