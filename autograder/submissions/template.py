"""The released notebook, ready to be compared with what came back."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Literal, NamedTuple

from autograder.catalogue import Chapter
from autograder.submissions.code import Code, read_code
from autograder.submissions.notebook import Notebook, NotebookCell

SETUP = "setup"
DEMO = "demo"


class Part(NamedTuple):
    """What a cell of the released notebook is for, and the exercise it belongs to."""

    role: Literal["setup", "solution", "check", "demo"]
    exercise: str | None = None


@dataclass(frozen=True)
class Template:
    """The parts of a released notebook under everything by which they can be known again."""

    setup: NotebookCell | None
    setup_code: Code
    stubs: dict[str, Code]
    checks: dict[str, Code]
    asks: dict[str, frozenset[str]]
    by_grade_id: dict[str, Part]
    by_fingerprint: dict[str, Part]
    by_id: dict[str, Part]

    def part_of(self, cell: NotebookCell, code: Code) -> Part | None:
        """The part that a cell of a submission is or was: by its metadata, its code, then its id.

        A changed demo is a cell of the student's own and has no part.
        """
        if cell.grade_id in self.by_grade_id:
            return self.by_grade_id[cell.grade_id]
        if cell.kind == "code":
            if cell.role == SETUP:
                return Part("setup")
            if code.fingerprint in self.by_fingerprint:
                return self.by_fingerprint[code.fingerprint]
        part = self.by_id.get(cell.id) if cell.id is not None else None
        if part is None or part.role == "demo" or not self._believable(part, cell, code):
            return None
        return part

    def _believable(self, part: Part, cell: NotebookCell, code: Code) -> bool:
        """Ids alone can mislead: editors number cells anew, and text cells hold text."""
        if part.exercise is None or part.role != "solution":
            return cell.kind == "code"
        if code.defines & self.asks[part.exercise]:
            return True
        return cell.kind == "code" and not any(code.defines & names for names in self.asks.values())


# A class has one template; the others are for several chapters graded in one run.
@lru_cache(maxsize=16)
def read_template(notebook: Notebook, chapter: Chapter) -> Template:
    """The released notebook's parts; an exercise that it lacks is known by its grade ids alone."""
    by_grade_id = {SETUP: Part("setup")}
    for exercise in chapter.exercises:
        by_grade_id[exercise.id] = Part("solution", exercise.id)
        by_grade_id[f"{exercise.id}-check"] = Part("check", exercise.id)

    parts = [(cell, _released_part(cell, by_grade_id)) for cell in notebook.cells if cell.kind == "code"]
    known = [(cell, read_code(cell.source), part) for cell, part in parts if part is not None]
    setup = next((cell for cell, _, part in known if part.role == "setup"), None)
    return Template(
        setup=setup,
        setup_code=read_code(setup.source if setup else ""),
        stubs={part.exercise: code for _, code, part in known if part.role == "solution" and part.exercise},
        checks={part.exercise: code for _, code, part in known if part.role == "check" and part.exercise},
        asks={exercise.id: frozenset(exercise.asks) for exercise in chapter.exercises},
        by_grade_id=by_grade_id,
        by_fingerprint={code.fingerprint: part for _, code, part in known},
        by_id={cell.id: part for cell, _, part in known if cell.id is not None},
    )


def _released_part(cell: NotebookCell, by_grade_id: dict[str, Part]) -> Part | None:
    if cell.grade_id in by_grade_id:
        return by_grade_id[cell.grade_id]
    if cell.role == SETUP:
        return Part("setup")
    return Part("demo") if cell.role == DEMO else None
