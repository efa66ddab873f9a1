"""The command: `python -m tests.mutation [MODULE ...]`, all chapters that have a text if none is named."""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path

from autograder.authoring.building import solutions_path
from autograder.catalogue import Chapter, chapters
from tests.mutation.equivalents import LIST, read_equivalents
from tests.mutation.mutants import mutants
from tests.mutation.report import Result
from tests.mutation.running import CPU_SECONDS, LIVES, Judge, fates, judge_by_hidden_checks, single_threaded


class SolutionFailsError(Exception):
    """A reference solution that its own checks don't pass: nothing can be said about its mutants."""


def owners(chapter: Chapter) -> dict[str, str]:
    """The exercise that asks for a name, for all names of a chapter."""
    return {name: exercise.id for exercise in chapter.exercises for name in exercise.asks}


def tried(module: str, source: str, exercises: dict[str, str], judge: Judge, list: Path = LIST) -> Result:
    """What the judge lets live of a chapter's mutants. Raises SolutionFailsError and ListError."""
    listed = read_equivalents(module, list)
    usual = solution_seconds(module, source, exercises, judge)
    made = mutants(source, exercises)
    answers = [(mutant, mutant.change.exercise, mutant.source) for mutant in made]
    limits = {exercise: CPU_SECONDS + 5 * seconds for exercise, seconds in usual.items()}
    found = dict(fates(answers, judge, limits, cores()))
    return Result(module, source, {mutant: found[mutant] for mutant in made}, listed)


def solution_seconds(module: str, source: str, exercises: dict[str, str], judge: Judge) -> dict[str, float]:
    """The CPU seconds that the checks of every exercise take on the solution.

    They run in this process, so that what they import and what the reference answers is there for the children.
    """
    single_threaded()
    seconds = {}
    for exercise in dict.fromkeys(exercises.values()):
        started = time.process_time()
        fate = judge(exercise, source)
        if fate.kind != LIVES:
            raise SolutionFailsError(f"{module}, {exercise}: {fate.reason}")
        seconds[exercise] = time.process_time() - started
    return seconds


def cores() -> int:
    """How many children may run at once."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def try_chapter(chapter: Chapter) -> Result:
    """What the hidden checks let live of a chapter's mutants."""
    source = solutions_path(chapter.module).read_text(encoding="utf-8")
    return tried(chapter.module, source, owners(chapter), judge_by_hidden_checks(chapter.module))


def main(wanted: list[str]) -> int:
    """Prints what every wanted chapter's checks let live; 1 if that is too much, 2 for an unknown chapter."""
    known = {chapter.module: chapter for chapter in chapters()}
    if unknown := set(wanted) - set(known):
        print(f"no such chapter: {', '.join(sorted(unknown))}; there are {', '.join(known)}", file=sys.stderr)
        return 2
    results = []
    for module in wanted or known:
        results.append(try_chapter(known[module]))
        print(results[-1].text(), flush=True)
    return 0 if all(result.good for result in results) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
