"""Reports: what a hostile name or message turns into, and that every finding reads as text."""

from __future__ import annotations

import csv
import io
import json
import re

import pytest
from rich.console import Console

from autograder.checks.records import CheckRecord, ExerciseRecord
from autograder.frontends.terminal import print_table
from autograder.grading.records import SubmissionRecord
from autograder.reports.card import as_html, as_text
from autograder.reports.class_report import as_page, frequent_findings
from autograder.reports.gradebook_csv import as_csv

SCRIPT = "<script>alert(1)</script>"
FORMULA = '=HYPERLINK("x")'


def exercise(message: str = "saw\nrequired\ncause", score: float = 1.0) -> ExerciseRecord:
    checks = [
        CheckRecord("MLP.first_thing", "passed", 1.0, 1.0),
        CheckRecord("MLP.second", "failed", 0.0, 1.0, "values.differ", message),
        CheckRecord("MLP.third", "not_reached", 0.0, 0.0, "not_reached", "Not reached."),
    ]
    return ExerciseRecord("MLP", score, 2.0, checks)


def record(student: str, status: str = "graded", **fields: object) -> SubmissionRecord:
    values = {"score": 1.0, "max_score": 2.0, "exercises": [exercise()]} | fields
    return SubmissionRecord(
        student, "01-blocks", status, isolation="full", device="none",  # type: ignore[arg-type]
        submission_sha256="a" * 64, checks_sha256="b" * 64, seconds=0.1, **values,
    )  # fmt: skip


def test_a_card_says_what_holds_and_what_does_not() -> None:
    text = as_text(exercise())
    assert text.splitlines() == [
        "MLP   1 of 3 properties hold",
        "  ✓ first thing",
        "  ✗ second",
        "      saw       saw",
        "      required  required",
        "      cause     cause",
        "  not reached: third",
    ]
    for word in ("first thing", "second", "required", "not reached: third"):
        assert word in re.sub(r"\s+", " ", as_html(exercise()))


@pytest.mark.parametrize(
    "page", [as_html(exercise(SCRIPT)), as_page([record(SCRIPT, error=SCRIPT, remarks=[SCRIPT])])]
)
def test_nothing_of_a_students_becomes_html(page: str) -> None:
    assert SCRIPT not in page
    assert "&lt;script&gt;" in page


def test_no_name_becomes_a_formula() -> None:
    names = [FORMULA, "+1", "-1", "@x", "\t=1", "ordinary", '"quoted", with comma']
    rows = list(csv.reader(io.StringIO(as_csv([record(name) for name in names]))))
    assert rows[0] == ["student", "assignment", "status", "score", "max_score", "MLP"]
    assert [row[0] for row in rows[1:]] == [f"'{name}" for name in names[:5]] + names[5:]


def test_exercises_of_another_assignment_stay_empty() -> None:
    other = ExerciseRecord("Linear", 4.0, 4.0, [])
    rows = list(csv.reader(io.StringIO(as_csv([record("ada"), record("bob", exercises=[other])]))))
    assert [row[5:] for row in rows] == [["MLP", "Linear"], ["1.0", ""], ["", "4.0"]]


def test_the_table_prints_names_as_they_are() -> None:
    console = Console(record=True, width=120, file=io.StringIO())
    print_table(
        console, [record("[red]ada[/red]"), record("bob", "not_graded", error="worker ended", exercises=[])]
    )
    text = console.export_text()
    assert "[red]ada[/red]" in text
    assert "not_graded: worker ended" in text


def test_the_report_shows_what_is_not_graded_and_counts_findings() -> None:
    page = as_page(
        [record("ada"), record("bob"), record("cy", "unreadable", error="not a notebook", exercises=[])]
    )
    assert "unreadable: not a notebook" in page
    assert "2 of 3 submissions graded" in page
    assert frequent_findings([record("ada"), record("bob")]) == [("MLP", "saw", 2)]


def test_a_record_is_one_line_of_json() -> None:
    import msgspec

    line = msgspec.json.encode(record("ada\n\u2028"))
    assert b"\n" not in line
    assert json.loads(line)["student"] == "ada\n\u2028"
