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

What a submission may use stands in the text's front matter, if it is not the usual; see `limits`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from autograder.limits import USUAL, Limits, LimitsError, read_limits

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
FIELDS = ("title", "asks", "kind", "difficulty", "minutes", "learn", "hints")
FRONT_MATTER = re.compile(r"\A---\n(.*?)^---$", re.MULTILINE | re.DOTALL)
EXERCISE_DIRECTIVE = re.compile(r"^```\{exercise\} (?P<id>\w+)\n(?P<body>.*?)^```$", re.MULTILINE | re.DOTALL)
EXERCISE_OPENING = re.compile(r"^[ \t]*`{3,}[ \t]*\{exercise\}.*$", re.MULTILINE)


class CatalogueError(Exception):
    """A chapter text or an assignment name that the catalogue can't read; the message says what is wrong."""


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
    limits: Limits = USUAL

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


def text_path(module: str, language: str = "en", course: Path | None = None) -> Path:
    """The MyST Markdown file that authors write for a chapter, in `course` or in the kit's own course."""
    return (course or course_folder()) / "chapters" / language / f"{module}.md"


def read_exercise(exercise_id: str, body: str) -> Exercise:
    """An exercise from the YAML body of its directive; raises CatalogueError for missing or wrong fields."""
    try:
        facts = yaml.safe_load(body)
    except yaml.YAMLError as error:
        where = str(error).replace("\n", " ")
        raise CatalogueError(f"exercise {exercise_id}: the directive is not YAML: {where}") from None
    if not isinstance(facts, dict):
        raise CatalogueError(f"exercise {exercise_id}: the directive must hold fields such as 'title: ...'")
    facts.setdefault("asks", [exercise_id])
    if problem := wrong_field(exercise_id, facts):
        raise CatalogueError(f"exercise {exercise_id}: {problem}")
    return Exercise(
        id=exercise_id,
        title=facts["title"].strip(),
        asks=tuple(facts["asks"]),
        kind=facts["kind"],
        difficulty=facts["difficulty"],
        minutes=facts["minutes"],
        learn=facts["learn"].strip(),
        hints=tuple(hint.strip() for hint in facts["hints"]),
    )


def wrong_field(exercise_id: str, facts: dict[str, Any]) -> str | None:
    """What is wrong with the fields of a directive, in words; None if nothing is."""
    if missing := [field for field in FIELDS if field not in facts]:
        return f"{missing[0]!r} is missing"
    if unknown := [field for field in facts if field not in FIELDS]:
        return f"{unknown[0]!r} is no field of an exercise; the fields are {', '.join(FIELDS)}"
    for field in ("title", "learn"):
        if not is_text(facts[field]):
            return f"{field!r} must be text"
    if facts["kind"] not in KINDS:
        return f"kind is {facts['kind']!r}; it must be one of {', '.join(KINDS)}"
    if type(facts["difficulty"]) is not int or not 1 <= facts["difficulty"] <= 5:
        return f"difficulty is {facts['difficulty']!r}; it must be 1 to 5"
    if type(facts["minutes"]) is not int or facts["minutes"] < 1:
        return f"minutes is {facts['minutes']!r}; it must be a whole number from 1 up"
    asks, hints = facts["asks"], facts["hints"]
    if not isinstance(asks, list) or not all(map(is_text, asks)) or exercise_id not in asks:
        return f"'asks' must be a list of names with {exercise_id} among them"
    if not isinstance(hints, list) or len(hints) != 3:
        return "'hints' must be a list of three"
    for number, hint in enumerate(hints, start=1):
        if not is_text(hint):
            return f"hint {number} is no text; put quotes around what holds a colon or starts with a mark"
    return None


def is_text(value: object) -> bool:
    """Whether a YAML value is a string that says something."""
    return isinstance(value, str) and bool(value.strip())


def read_exercises(text: str) -> tuple[Exercise, ...]:
    """The exercises of a chapter's text, in its order; raises CatalogueError for what it can't read."""
    directives = list(EXERCISE_DIRECTIVE.finditer(text))
    understood = {match.start() for match in directives}
    for opening in EXERCISE_OPENING.finditer(text):
        if opening.start() not in understood:
            raise CatalogueError(
                f"{opening[0].strip()!r} is no exercise: write ```{{exercise}} ID at the start of a line, "
                "fields in YAML below it, and a line of ``` at the end"
            )
    exercises = tuple(read_exercise(match["id"], match["body"]) for match in directives)
    asked: dict[str, str] = {}
    for exercise in exercises:
        for name in exercise.asks:
            if name in asked:
                raise CatalogueError(f"exercise {exercise.id}: {name} is asked for in {asked[name]} already")
            asked[name] = exercise.id
    return exercises


def read_text_limits(text: str) -> Limits:
    """The limits in the front matter of a chapter's text; raises CatalogueError for what it can't read."""
    front = FRONT_MATTER.match(text)
    try:
        facts = yaml.safe_load(front[1]) if front else None
    except yaml.YAMLError as error:
        where = str(error).replace("\n", " ")
        raise CatalogueError(f"the front matter is not YAML: {where}") from None
    ours = facts.get("autograder") if isinstance(facts, dict) else None
    if ours is None:
        return USUAL
    if not isinstance(ours, dict) or set(ours) - {"limits"}:
        raise CatalogueError("in the front matter, 'autograder' may hold 'limits' and nothing else")
    try:
        return read_limits(ours.get("limits"))
    except LimitsError as error:
        raise CatalogueError(f"in the front matter, {error}") from None


def read_chapter(assignment: str, course: Path) -> Chapter:
    """The chapter of an assignment such as '01-blocks', from its text in `course`, an nbgrader course folder.

    Raises CatalogueError if there is no such assignment, no text yet, or a text that can't be read.
    """
    if assignment not in ASSIGNMENTS:
        raise CatalogueError(f"there is no assignment {assignment!r}")
    module = ASSIGNMENTS[assignment]
    path = text_path(module, course=course)
    if not path.is_file():
        raise CatalogueError(f"assignment {assignment!r} has no chapter text yet")
    try:
        text = path.read_text(encoding="utf-8")
        exercises, limits = read_exercises(text), read_text_limits(text)
    except (CatalogueError, UnicodeDecodeError) as error:
        raise CatalogueError(f"{path.name}: {error}") from None
    return Chapter(assignment, module, exercises, limits)


@cache
def chapter(assignment: str) -> Chapter:
    """The chapter of an assignment in the kit's own course; raises CatalogueError if there is none (yet)."""
    return read_chapter(assignment, course_folder())


def known_chapter(assignment: str | None) -> Chapter | None:
    """The chapter of an assignment's name that may be wrong or missing."""
    return chapter(assignment) if assignment in with_text(course_folder()) else None


def chapters() -> list[Chapter]:
    """The chapters of the kit's own course that have a text, in the course's order."""
    return [chapter(assignment) for assignment in with_text(course_folder())]


def with_text(course: Path) -> list[str]:
    """The assignments whose chapter has a text in `course`, in the course's order."""
    return [name for name, module in ASSIGNMENTS.items() if text_path(module, course=course).is_file()]
