"""How fast grading is, beside stock nbgrader on the same submissions in the same run.

    make benchmark

Grades copies of one solved notebook: stock `nbgrader autograde` (a kernel and an `import torch` for every
submission), `nbgrader autograde` with the kit's preprocessor, `autograder grade` with one and two jobs,
and the same cells and checks bare in one warm process. Start-up is inside every figure but the last two.
"""

from __future__ import annotations

import importlib
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from autograder.authoring.answers import solved_cells
from autograder.catalogue import chapter, course_folder
from autograder.checks.replay import Job, replay
from autograder.checks.subjects import LocalSubject
from autograder.frontends.notebook import run_public_checks
from autograder.grading.classroom import grade_class
from autograder.grading.worker import hidden_files
from autograder.sandbox.isolation import Level
from autograder.sandbox.levels import best_level
from autograder.submissions.discovery import Submission, find_submissions

BLOCKS = chapter("01-blocks")
STOCK, OURS = 6, 60
STOCK_CONFIG = (
    "c = get_config()\nc.CourseDirectory.course_id = 'benchmark'\nc.ClearSolutions.enforce_metadata = False\n"
)


def submitted(course: Path, students: int) -> Path:
    """A submitted/ folder of that many copies of the solved notebook."""
    source = course_folder() / "source" / BLOCKS.assignment / BLOCKS.notebook
    for number in range(students):
        target = course / "submitted" / f"s{number:03}" / BLOCKS.assignment / BLOCKS.notebook
        target.parent.mkdir(parents=True)
        shutil.copy(source, target)
    return course / "submitted"


def nbgrader(course: Path, command: str) -> float:
    """Seconds that a command of nbgrader takes in a course folder."""
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    started = time.perf_counter()
    subprocess.run(
        [sys.executable, "-m", "nbgrader", *command.split()],
        cwd=course,
        env=os.environ | {"PATH": path},
        check=True,
        capture_output=True,
    )
    return time.perf_counter() - started


def nbgrader_course(folder: Path, students: int, stock: bool) -> Path:
    """A course folder for nbgrader: with the kit's preprocessor, or without anything of the kit."""
    shutil.copytree(course_folder() / "source", folder / "source")
    submitted(folder, students)
    if stock:
        (folder / "nbgrader_config.py").write_text(STOCK_CONFIG)
    else:
        shutil.copy(course_folder() / "nbgrader_config.py", folder)
        shutil.copytree(course_folder() / "starters", folder / "starters")
    nbgrader(folder, f"generate_assignment {BLOCKS.assignment}")
    return folder


def grading(submissions: list[Submission], grades: Path, level: Level, jobs: int) -> tuple[float, float]:
    """Seconds a submission: from start to end, and between the first quarter and the end."""
    ends: list[float] = []
    started = time.perf_counter()
    grade_class(submissions, grades, level, jobs, progress=lambda record: ends.append(time.perf_counter()))
    quarter = len(ends) // 4
    return (time.perf_counter() - started) / len(ends), (ends[-1] - ends[quarter]) / (len(ends) - 1 - quarter)


def bare(repetitions: int) -> list[float]:
    """Seconds for the cells and the hidden checks of one submission in this process, without any walls."""
    reference = LocalSubject(vars(importlib.import_module(f"solutions.{BLOCKS.module}")))
    cells = ["import torch\nfrom torch import Tensor, nn\nfrom torch.nn import functional as F"]
    cells += solved_cells(BLOCKS).values()
    seconds: list[float] = []

    def jobs() -> Iterator[Job[float]]:
        for _ in range(repetitions):
            started = time.perf_counter()
            names: dict[str, object] = {"__name__": "__main__"}
            for cell in cells:
                exec("from collections.abc import Callable\n" + cell, names)
            yield Job(started, LocalSubject(names), reference=reference)

    replay(hidden_files(), jobs(), lambda job: seconds.append(time.perf_counter() - job.tag))
    return seconds


def main() -> None:
    """Measures everything and prints a line for each."""
    level = best_level()
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        stock = nbgrader_course(folder / "stock", STOCK, stock=True)
        kit = nbgrader_course(folder / "kit", OURS, stock=False)
        figures = {
            "stock nbgrader autograde": nbgrader(stock, f"autograde {BLOCKS.assignment}") / STOCK,
            "nbgrader autograde with the kit": nbgrader(kit, f"autograde {BLOCKS.assignment}") / OURS,
        }
        submissions = find_submissions([submitted(folder / "class", OURS)])
        for jobs in (1, 2):
            whole, warm = grading(submissions, folder / f"grades{jobs}", level, jobs)
            figures[f"autograder grade --jobs {jobs}"] = whole
            figures[f"  the same, once warm, --jobs {jobs}"] = warm
        started = time.perf_counter()
        grade_class(submissions, folder / "grades1", level, 1)
        figures["a class regraded, nothing new"] = (time.perf_counter() - started) / OURS
    figures["bare in one warm process, median"] = statistics.median(bare(30)[5:])
    names = vars(importlib.import_module(f"solutions.{BLOCKS.module}"))
    checks = []
    for _ in range(12):
        started = time.perf_counter()
        run_public_checks("MLP", names)
        checks.append(time.perf_counter() - started)
    print(f"isolation {level.value}; seconds a submission of {len(BLOCKS.exercises)} exercises")
    base = figures["stock nbgrader autograde"]
    for name, seconds in figures.items():
        print(f"{name:36} {seconds:8.4f}   stock / this {base / seconds:8.1f}")
    print(f"check(MLP): first {checks[0]:.3f} s, then median {statistics.median(checks[1:]):.3f} s")


if __name__ == "__main__":
    main()
