"""autograder doctor: what this machine can do for a grader."""

from __future__ import annotations

import platform
import sys
from importlib.metadata import PackageNotFoundError, version

from rich.console import Console
from rich.text import Text

from autograder.catalogue import chapters, course_folder
from autograder.sandbox.isolation import Level
from autograder.sandbox.levels import best_level, level_report

PACKAGES = ("nn-course-kit", "torch", "nbgrader", "jupyterlab", "ipython", "pytest")


def print_diagnosis(console: Console) -> None:
    """Isolation levels as tried just now, versions, and where the course lies."""
    best = best_level()
    console.print("isolation", style="bold")
    for report in level_report():
        mark = "works" if report.works else "missing"
        chosen = f"  <- {how_it_is_chosen(best)}" if report.level is best else ""
        console.print(
            Text(f"  {report.level.value:<9} {mark}{chosen}", style="" if report.works else "yellow")
        )
        if not report.works:
            console.print(Text(f"            {report.reason}; {report.remedy}"), soft_wrap=True)
    console.print("device", style="bold")
    console.print("  simulated: placement is judged without a GPU")
    console.print("versions", style="bold")
    console.print(Text(f"  python {platform.python_version()} on {sys.platform}"))
    for package in PACKAGES:
        console.print(Text(f"  {package} {installed_version(package)}"))
    console.print("course", style="bold")
    console.print(Text(f"  {course_folder()}"), soft_wrap=True)
    for chapter in chapters():
        console.print(f"  {chapter.assignment}: {len(chapter.exercises)} exercises, {chapter.points} points")


def how_it_is_chosen(best: Level) -> str:
    """Whether grading takes the best level by itself."""
    return "grading uses this only with --isolation none" if best is Level.NONE else "grading uses this"


def installed_version(package: str) -> str:
    """The version of an installed distribution."""
    try:
        return version(package)
    except PackageNotFoundError:
        return "is not installed"
