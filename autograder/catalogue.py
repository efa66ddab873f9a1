"""Chapters and exercises: every fact read from the one place where it stands.

The order of the chapters stands here; what an exercise is called, asks for, costs and gives stands in
the chapter's text, in an `exercise` directive whose body is YAML:

    ```{exercise} NestMLP
    title: Nesting
    asks: [NestMLP, build_chimera, chimera_names]
    kind: write
    difficulty: 2
    minutes: 15
    ...
    ```
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

ASSIGNMENTS = {
    "01-blocks": "blocks",
    "02-custom-layers": "custom_layers",
    "03-activations": "activations",
    "04-containers": "containers",
    "05-rnn": "rnn",
    "06-optimizers": "optimizers",
    "07-init": "init",
    "08-module-internals": "module_internals",
}
KINDS = ("write", "fix", "predict", "audit")
EXERCISE_DIRECTIVE = re.compile(r"^```\{exercise\} (?P<id>\w+)\n(?P<body>.*?)^```$", re.MULTILINE | re.DOTALL)


class CatalogueError(Exception):
    """A chapter text or an assignment name that the catalogue can't read; the message says what is wrong."""


@dataclass(frozen=True)
class Limits:
    """What one submission may use. Times are wall-clock seconds, sizes bytes."""

    cell_seconds: float = 10.0
    check_seconds: float = 5.0
    submission_seconds: float = 120.0
    cpu_seconds: int = 120
    memory: int = 2 << 30
    scratch: int = 64 << 20
    scratch_files: int = 2000
    file_size: int = 64 << 20
    open_files: int = 256
    threads: int = 64
    output_kept: int = 64 << 10
    output_killed: int = 8 << 20
    reply: int = 64 << 20


@dataclass(frozen=True)
class Exercise:
    """One exercise, as its directive in the chapter's text describes it."""

    id: str
    title: str
    asks: tuple[str, ...]
    kind: str
    difficulty: int
    minutes: int
    learn: str
    hints: tuple[str, ...]

    @property
    def points(self) -> int:
        """Points of the exercise: difficulty times two."""
        return 2 * self.difficulty


@dataclass(frozen=True)
class Chapter:
    """One chapter: its nbgrader assignment, its module and its exercises in the order of the text."""

    assignment: str
    module: str
    exercises: tuple[Exercise, ...]
    limits: Limits = Limits()

    @property
    def number(self) -> int:
        """1 to 8, from the assignment's name."""
        return int(self.assignment[:2])

    @property
    def points(self) -> int:
        """The sum over the exercises."""
        return sum(exercise.points for exercise in self.exercises)

    @property
    def notebook(self) -> str:
        """The notebook's file name inside the assignment's folder."""
        return f"{self.module}.ipynb"

    def exercise(self, exercise_id: str) -> Exercise:
        """The exercise of that id; raises CatalogueError if the chapter has none."""
        for exercise in self.exercises:
            if exercise.id == exercise_id:
                return exercise
        raise CatalogueError(f"{self.assignment} has no exercise {exercise_id!r}")


def course_folder() -> Path:
    """Where texts, starters and notebooks lie: inside an installed package, else beside it in a checkout."""
    installed = Path(__file__).parent / "_course"
    return installed if installed.is_dir() else Path(__file__).parent.parent / "course"


def text_path(module: str, language: str = "en") -> Path:
    """The MyST Markdown file that authors write for a chapter."""
    return course_folder() / "chapters" / language / f"{module}.md"


def read_exercise(exercise_id: str, body: str) -> Exercise:
    """An exercise from the YAML body of its directive; raises CatalogueError for missing or wrong fields."""
    try:
        facts: dict[str, Any] = yaml.safe_load(body)
        exercise = Exercise(
            id=exercise_id,
            title=str(facts["title"]),
            asks=tuple(facts.get("asks", [exercise_id])),
            kind=facts["kind"],
            difficulty=int(facts["difficulty"]),
            minutes=int(facts["minutes"]),
            learn=str(facts["learn"]).strip(),
            hints=tuple(str(hint).strip() for hint in facts["hints"]),
        )
    except (yaml.YAMLError, KeyError, TypeError, ValueError) as error:
        raise CatalogueError(f"exercise {exercise_id}: {type(error).__name__}: {error}") from None
    if exercise.kind not in KINDS or not 1 <= exercise.difficulty <= 5 or exercise_id not in exercise.asks:
        raise CatalogueError(f"exercise {exercise_id}: kind, difficulty or asks is out of range")
    return exercise


@cache
def chapter(assignment: str) -> Chapter:
    """The chapter of an assignment such as '01-blocks'; raises CatalogueError if there is none (yet)."""
    if assignment not in ASSIGNMENTS:
        raise CatalogueError(f"there is no assignment {assignment!r}")
    module = ASSIGNMENTS[assignment]
    path = text_path(module)
    if not path.is_file():
        raise CatalogueError(f"assignment {assignment!r} has no chapter text yet")
    found = EXERCISE_DIRECTIVE.finditer(path.read_text(encoding="utf-8"))
    return Chapter(assignment, module, tuple(read_exercise(match["id"], match["body"]) for match in found))


def chapters() -> list[Chapter]:
    """The chapters that have a text, in the course's order."""
    return [chapter(name) for name, module in ASSIGNMENTS.items() if text_path(module).is_file()]
