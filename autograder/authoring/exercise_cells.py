"""The three cells of an exercise: what is asked, where it is solved, where it is checked."""

from __future__ import annotations

from nbformat import NotebookNode

from autograder.authoring.cells import code_cell, markdown_cell, nbgrader_metadata
from autograder.authoring.definitions import AuthoringError
from autograder.catalogue import Exercise

BEGIN_SOLUTION = "### BEGIN SOLUTION"
END_SOLUTION = "### END SOLUTION"
KINDS_IN_WORDS = {
    "write": "write it",
    "fix": "find what is broken and mend it",
    "predict": "predict",
    "audit": "list what is wrong",
}


def exercise_cells(exercise: Exercise, number: str, solved: dict[str, str]) -> list[NotebookNode]:
    """Text, solution and check cell of an exercise, with nbgrader's metadata (schema 3).

    `number` is the exercise's number in the course ("1.2"), `solved` the chapter's solutions by name.
    """
    check_id = f"{exercise.id}-check"
    return [
        markdown_cell(exercise_text(exercise, number), f"{exercise.id}-text"),
        code_cell(
            solution_source(exercise, solved),
            exercise.id,
            nbgrader=nbgrader_metadata(exercise.id, solution=True),
        ),
        code_cell(
            f"check({exercise.id})",
            check_id,
            nbgrader=nbgrader_metadata(check_id, locked=True, points=exercise.points),
        ),
    ]


def exercise_text(exercise: Exercise, number: str) -> str:
    """The Markdown above an exercise: title, facts, what is learned, and the hints folded away."""
    difficulty = "●" * exercise.difficulty + "○" * (5 - exercise.difficulty)
    facts = [
        KINDS_IN_WORDS[exercise.kind],
        f"difficulty {exercise.difficulty} of 5 {difficulty}",
        f"about {exercise.minutes} minutes",
        f"{exercise.points} points",
    ]
    names = ", ".join(f"`{name}`" for name in exercise.asks)
    parts = [
        f"### Exercise {number} · {exercise.title}",
        f"{names} · " + " · ".join(facts),
        f"**You learn:** {exercise.learn}",
    ]
    parts += [folded(f"Hint {position}", hint) for position, hint in enumerate(exercise.hints, start=1)]
    return "\n\n".join(parts)


def folded(summary: str, text: str) -> str:
    """Markdown that shows `summary` and opens `text` on a click."""
    return f"<details>\n<summary>{summary}</summary>\n\n{text}\n\n</details>"


def solution_source(exercise: Exercise, solved: dict[str, str]) -> str:
    """The reference solution of everything the exercise asks for, solution marks included."""
    for name in exercise.asks:
        if name not in solved:
            raise AuthoringError(f"exercise {exercise.id}: the solutions define no {name}")
        if not 0 < solved[name].count(BEGIN_SOLUTION) == solved[name].count(END_SOLUTION):
            raise AuthoringError(
                f"exercise {exercise.id}: the solution of {name} needs lines {BEGIN_SOLUTION!r} "
                f"and {END_SOLUTION!r} around what students write"
            )
    return "\n\n\n".join(solved[name] for name in exercise.asks)
