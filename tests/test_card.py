"""The card shows what a check says, and nothing in it becomes part of the page."""

from __future__ import annotations

import pytest

from autograder.checks.records import CheckRecord, ExerciseRecord
from autograder.reports.card import as_html, as_text


def failed(message: str) -> ExerciseRecord:
    check = CheckRecord("MLP.values", "failed", 0.0, 1.0, "values.differ", message)
    return ExerciseRecord("MLP", 0.0, 1.0, [check])


def test_what_stands_between_backquotes_is_shown_as_code() -> None:
    record = failed("`x.y` is seen\nuse `a` or `b`\nwhy?")
    page = as_html(record)
    assert "<code>x.y</code> is seen" in page
    assert "use <code>a</code> or <code>b</code>" in page
    assert "saw       `x.y` is seen" in as_text(record)


@pytest.mark.parametrize("hostile", ["<script>", "`<script>`", "`<b`>", "\"'><img src=x>"])
def test_what_a_student_wrote_is_escaped(hostile: str) -> None:
    page = as_html(failed(f"{hostile} is seen"))
    assert "<script" not in page
    assert "<b>" not in page
    assert "<img" not in page


def test_a_lonely_backquote_stays() -> None:
    assert "one ` only" in as_html(failed("one ` only"))
