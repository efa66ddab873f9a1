"""What a grading run looks like in a terminal: a banner, a progress bar, a table."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from types import TracebackType

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table
from rich.text import Text

from autograder.grading.records import SubmissionRecord
from autograder.sandbox.isolation import Level

STYLES = {"graded": "", "unreadable": "yellow", "not_graded": "red"}
MOST_ROWS = 60


class GradingScreen:
    """Shows a run while it goes on; a context manager around it."""

    def __init__(self, console: Console, level: Level, jobs: int) -> None:
        self.console = console
        self.level = level
        self.jobs = jobs
        self.progress = Progress(
            TextColumn("grading"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeRemainingColumn(),
            TextColumn("{task.description}"),
            console=console,
            transient=True,
        )

    def __enter__(self) -> GradingScreen:
        self.progress.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.progress.stop()

    def begin(self, known: int, waiting: int) -> None:
        """Says what will happen."""
        workers = f"{self.jobs} at a time" if self.jobs > 1 else "one at a time"
        self.console.print(
            f"isolation {self.level.value}; {waiting} to grade, {workers}; {known} known already"
        )
        if self.level is Level.NONE:
            self.console.print("Student code runs on this machine without walls.", style="bold red")
        self.task = self.progress.add_task("", total=waiting)

    def record(self, record: SubmissionRecord) -> None:
        """Shows one result."""
        self.progress.update(self.task, advance=1)


def print_table(console: Console, records: Sequence[SubmissionRecord]) -> None:
    """The class at a glance: scores, and the first thing that is wrong with each."""
    table = Table(box=None, header_style="bold", pad_edge=False)
    table.add_column("student", max_width=24, no_wrap=True, overflow="ellipsis")
    table.add_column("assignment", no_wrap=True)
    table.add_column("score", justify="right", no_wrap=True)
    table.add_column("", no_wrap=True)
    table.add_column("first finding")
    for record in records[:MOST_ROWS]:
        style = STYLES[record.status]
        score = f"{record.score:.2f}" if record.status != "not_graded" else "-"
        cells = (
            record.student,
            record.assignment or "?",
            score,
            f"/ {record.max_score:g}",
            first_finding(record),
        )
        table.add_row(*(Text(cell, style=style) for cell in cells))
    console.print(table)
    if len(records) > MOST_ROWS:
        console.print(f"... and {len(records) - MOST_ROWS} more in grades.csv")


def first_finding(record: SubmissionRecord) -> str:
    """The reason of an ungraded submission, else the first failed check's."""
    if record.status != "graded":
        return f"{record.status}: {(record.error or '').splitlines()[-1] if record.error else ''}"
    for exercise in record.exercises:
        for check in exercise.checks:
            if check.status not in ("passed", "not_reached", "not_checked"):
                return f"{check.id}: {(check.message or check.status).splitlines()[0]}"
    return ""


def print_places(console: Console, folder: Path) -> None:
    """Where the results lie."""
    console.print()
    console.print(
        Text(f"grades   {folder / 'grades.csv'}  (every check: {folder / 'grades.jsonl'})"), soft_wrap=True
    )
    console.print(Text(f"printed  {folder / 'logs'}  (what the students' code printed)"), soft_wrap=True)
