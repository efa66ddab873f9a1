"""The command line. Wrong use ends with one sentence and exit code 2, our own trouble with 1."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar, get_args

import click
from rich.console import Console
from rich.text import Text

from autograder.catalogue import CatalogueError, course_folder
from autograder.grading.records import Device
from autograder.sandbox.isolation import Level
from autograder.submissions.errors import UsageError

T = TypeVar("T", bound=Callable[..., Any])
LEVELS = [level.value for level in Level]

grades_argument = click.argument(
    "grades", metavar="GRADES", type=click.Path(exists=True, file_okay=False, path_type=Path)
)


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="nn-course-kit")
def cli() -> None:
    """Builds the course's notebooks, grades submissions, and reports."""


@cli.command()
@click.argument("submitted", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option(
    "--out",
    required=True,
    metavar="GRADES",
    type=click.Path(file_okay=False, path_type=Path),
    help="Folder for grades.jsonl, grades.csv and logs.",
)
@click.option(
    "--jobs",
    default=os.cpu_count() or 1,
    show_default="cores",
    type=click.IntRange(1, 256),
    help="Submissions graded at a time.",
)
@click.option(
    "--device",
    default="simulated",
    show_default=True,
    type=click.Choice(get_args(Device)),
    help="What placement is judged on: the simulated GPU, the machine's own (needs --isolation none), "
    "or nothing.",
)
@click.option(
    "--isolation",
    type=click.Choice(LEVELS),
    help="Demand at least this level; without it, the best that works here, but never none.",
)
@click.option("--fresh", is_flag=True, help="Grade everything again, known or not.")
def grade(
    submitted: tuple[Path, ...], out: Path, jobs: int, device: Device, isolation: str | None, fresh: bool
) -> None:
    """Grades SUBMITTED: notebooks, folders of notebooks, or nbgrader's submitted/ folder."""
    from autograder.submissions.discovery import find_submissions

    if device == "cuda":
        demand_cuda(isolation)
        jobs = 1
    grade_and_show(find_submissions(submitted), out, demanded_level(isolation), jobs, fresh, device)


def grade_and_show(
    submissions: list[Any],
    out: Path,
    level: Level,
    jobs: int,
    fresh: bool = False,
    device: Device = "simulated",
) -> None:
    """Grades a class into a folder and prints the table; exits with 1 if a submission is not_graded."""
    from autograder.frontends.terminal import GradingScreen, print_places, print_table
    from autograder.grading.classroom import grade_class
    from autograder.grading.journal import write_atomically
    from autograder.reports.gradebook_csv import as_csv

    console = Console()
    jobs = min(jobs, len(submissions))
    with GradingScreen(console, level, jobs) as screen:
        records = grade_class(submissions, out, level, jobs, fresh, device, screen.begin, screen.record)
    write_atomically(out / "grades.csv", as_csv(records).encode("utf-8", "replace"))
    students = {submission.student for submission in submissions}
    shown = [record for record in records if record.student in students]
    print_table(console, shown)
    print_places(console, out)
    if any(record.status == "not_graded" for record in shown):
        raise SystemExit(1)


def demand_cuda(isolation: str | None) -> None:
    """Raises UsageError unless a real GPU is at hand and may be used."""
    import torch

    if isolation != Level.NONE.value:
        raise UsageError(
            "No isolation lets a GPU's driver through: --device cuda needs --isolation none as well. "
            "Do that only where nothing can be lost, on a virtual machine made for it, say."
        )
    if not torch.cuda.is_available():
        raise UsageError(
            "PyTorch finds no CUDA device here. Without --device, placement is judged on a simulated one."
        )


def demanded_level(isolation: str | None) -> Level:
    """The level to grade at; raises UsageError if what is demanded can't be had."""
    from autograder.sandbox.levels import best_level, try_level

    if isolation == Level.NONE.value:
        return Level.NONE
    best = best_level()
    if isolation is None and best is Level.NONE:
        raise UsageError(
            "No isolation works on this machine; `autograder doctor` says what is missing, "
            "and --isolation none grades without any."
        )
    if isolation is not None and best < Level(isolation):
        report = try_level(Level(isolation))
        raise UsageError(
            f"Isolation {isolation} does not work here ({report.reason}); {report.remedy}. The best is {best.value}."
        )
    return best


@cli.command()
@grades_argument
def report(grades: Path) -> None:
    """Writes the class report, GRADES/report.html."""
    write_report(grades)


def write_report(grades: Path) -> None:
    """Writes the class report of a GRADES folder and says where."""
    from autograder.grading.journal import read_records, write_atomically
    from autograder.reports.class_report import as_page

    records = list(read_records(grades / "grades.jsonl"))
    if not records:
        raise UsageError(f"There is no grades.jsonl with records in {grades}.")
    path = grades / "report.html"
    write_atomically(path, as_page(records).encode("utf-8", "replace"))
    Console().print(Text(f"report   {path}"), soft_wrap=True)


@cli.command()
@click.option("--check", "only_check", is_flag=True, help="Write nothing; fail if a notebook is out of date.")
def build(only_check: bool) -> None:
    """Builds the source and release notebooks from the chapters' texts, solutions and starters."""
    from autograder.authoring import building

    course = course_folder()
    if only_check:
        stale = building.stale(course)
        for line in stale:
            click.echo(line)
        if stale:
            raise SystemExit(1)
        return
    for path in building.build(course):
        click.echo(os.path.relpath(path))


@cli.command()
def doctor() -> None:
    """Tells which isolation works here, what is missing and how to get it."""
    from autograder.frontends.doctor import print_diagnosis

    print_diagnosis(Console())


@cli.command("gpu-parity")
@click.option(
    "--golden",
    metavar="FILE",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Write the real GPU's verdicts to this file, for the tests.",
)
def gpu_parity(golden: Path | None) -> None:
    """Holds the simulated GPU against a real one: every variant on CUDA, each in a process of its own."""
    from autograder.simulated_gpu.parity import NoCudaError, compare_with_cuda

    try:
        differences = compare_with_cuda(golden)
    except NoCudaError as error:
        raise UsageError(str(error)) from None
    for difference in differences:
        click.echo(difference)
    click.echo(f"{len(differences)} differences")
    if differences:
        raise SystemExit(1)


@cli.command()
@click.option(
    "--out",
    default="demo",
    metavar="FOLDER",
    show_default=True,
    type=click.Path(file_okay=False, path_type=Path),
    help="Folder for the sample class and its grades.",
)
def demo(out: Path) -> None:
    """Grades a sample class end to end."""
    from autograder.frontends.demo import write_sample_class
    from autograder.submissions.discovery import find_submissions

    submitted = write_sample_class(out)
    grade_and_show(
        find_submissions([submitted]), out / "grades", demanded_level(None), os.cpu_count() or 1, False
    )
    write_report(out / "grades")


def main() -> None:
    """Runs the command line; every foreseen error is one sentence on stderr."""
    try:
        cli(standalone_mode=False)
    except click.exceptions.Abort:
        complain("Stopped. What was graded is kept, and the next run goes on from there.", 130)
    except click.ClickException as error:
        if isinstance(error, click.exceptions.NoArgsIsHelpError):
            error.show()
            sys.exit(2)
        complain(error.format_message(), 2)
    except (UsageError, CatalogueError) as error:
        complain(str(error), 2)
    except OSError as error:
        complain(f"{error.filename or 'the operating system'}: {error.strerror or error}.", 1)


def complain(sentence: str, code: int) -> None:
    """Ends with a sentence and an exit code."""
    click.echo(f"autograder: {sentence}", err=True)
    sys.exit(code)


if __name__ == "__main__":
    main()
