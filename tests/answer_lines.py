"""Lines that must not reach students: what they are to write themselves, and what hidden checks ask."""

from __future__ import annotations

import re
from pathlib import Path

from autograder.authoring.building import solutions_path
from autograder.catalogue import Chapter, course_folder
from autograder.checks import hidden, public

SOLUTION = re.compile(r"### BEGIN SOLUTION\n(.*?)### END SOLUTION", re.DOTALL)
TRIVIAL = 12
"""A line of so few characters gives nothing away."""


def solution_lines(chapter: Chapter) -> set[str]:
    """The lines that students write; those that they are also given elsewhere can't give anything away."""
    solutions = solutions_path(chapter.module).read_text(encoding="utf-8")
    starter = course_folder() / "starters" / f"{chapter.module}.py"
    given = SOLUTION.sub("", solutions) + (starter.read_text(encoding="utf-8") if starter.is_file() else "")
    asked = "\n".join(SOLUTION.findall(solutions))
    return stripped(asked) - stripped(given)


def hidden_check_lines() -> set[str]:
    """What hidden checks do; names and imports are no secret, and neither is what public checks do too."""
    own, known = (
        set().union(*(stripped(path.read_text(encoding="utf-8")) for path in folder.glob("*.py")))
        for folder in (Path(str(hidden.__file__)).parent, Path(str(public.__file__)).parent)
    )
    return {line for line in own - known if not line.startswith(("import ", "from ", "def "))}


def stripped(source: str) -> set[str]:
    """The lines of a text that are not blank, without indentation."""
    return {line.strip() for line in source.splitlines() if line.strip()}


def telling(lines: set[str]) -> set[str]:
    """Those lines that give something away: long enough, and more than the head of a loop or a condition."""
    return {line for line in lines if len(line) > TRIVIAL and not line.endswith(":")}
