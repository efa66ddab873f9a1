"""Every answer that the tests know, through the whole grader: notebook, sandbox, hidden checks, points.

A submission holds one known answer to each exercise of its chapter. So there are few of them, and each also
shows that what is wrong in one exercise costs nothing in another.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from itertools import zip_longest

import pytest

from autograder.authoring.answers import Answer, answered, read_notebook, solution_cells, solved_cells
from autograder.catalogue import Chapter, chapters
from autograder.checks.records import ExerciseRecord
from autograder.grading.records import SubmissionRecord
from tests.answers import answers
from tests.classes import findings, graded, write_class

CHAPTERS = chapters()
KINDS = ("mistakes", "alternatives")
KNOWN = {(chapter.module, kind): answers(kind, chapter.module) for chapter in CHAPTERS for kind in KINDS}

each_chapter = pytest.mark.parametrize("chapter", CHAPTERS, ids=lambda chapter: chapter.module)

Records = Callable[[Chapter], dict[str, SubmissionRecord]]


def each(kind: str) -> pytest.MarkDecorator:
    """Parametrizes a test with every answer of a kind, and its chapter."""
    known = [(chapter, answer) for chapter in CHAPTERS for answer in KNOWN[chapter.module, kind]]
    return pytest.mark.parametrize(("chapter", "answer"), known, ids=[answer.label for _, answer in known])


def rounds(chapter: Chapter, kind: str) -> list[list[Answer]]:
    """All answers of a kind, shared out so that each round has one for an exercise at most."""
    known = KNOWN[chapter.module, kind]
    by_exercise = [[answer for answer in known if answer.exercise == e.id] for e in chapter.exercises]
    return [[answer for answer in round if answer] for round in zip_longest(*by_exercise)]


@pytest.fixture(scope="module")
def records(tmp_path_factory: pytest.TempPathFactory) -> Records:
    """For a chapter, a class of everybody: the reference, the untouched notebook, all known answers."""

    @cache
    def of(chapter: Chapter) -> dict[str, SubmissionRecord]:
        folder = tmp_path_factory.mktemp(chapter.module)
        return graded(write_class(folder / "submitted", chapter, everybody(chapter)), folder / "grades")

    return of


def everybody(chapter: Chapter) -> dict[str, dict[str, str]]:
    """The cells of each student."""
    solved = solved_cells(chapter)
    commented = {id: f"# my answer\n{code}" for id, code in starter_cells(chapter).items()}
    students = {"reference": solved, "untouched": {}, "commented": solved | commented}
    for kind in KINDS:
        for number, round in enumerate(rounds(chapter, kind)):
            cells = {answer.exercise: answered(solved[answer.exercise], answer) for answer in round}
            students[f"{kind}-{number}"] = solved | cells
    return students


def result_of(chapter: Chapter, kind: str, answer: Answer, records: Records) -> ExerciseRecord:
    """What the exercise got in the round that holds the answer."""
    number = next(n for n, round in enumerate(rounds(chapter, kind)) if answer in round)
    record = records(chapter)[f"{kind}-{number}"]
    return next(exercise for exercise in record.exercises if exercise.id == answer.exercise)


def starter_cells(chapter: Chapter) -> dict[str, str]:
    """The code that fix-the-bug exercises hand out."""
    cells = solution_cells(read_notebook(chapter, "release"), chapter)
    return {
        exercise.id: cells[exercise.id].source for exercise in chapter.exercises if exercise.kind == "fix"
    }


@each_chapter
def test_the_reference_gets_full_points(chapter: Chapter, records: Records) -> None:
    record = records(chapter)["reference"]
    assert (record.status, record.score, record.max_score) == ("graded", chapter.points, chapter.points)
    assert all(check.status == "passed" for exercise in record.exercises for check in exercise.checks)


@each_chapter
def test_the_untouched_notebook_gets_nothing_and_says_so_once_an_exercise(
    chapter: Chapter, records: Records
) -> None:
    record = records(chapter)["untouched"]
    assert record.score == 0
    assert findings(record) == {
        exercise.id: {"starter.unchanged" if exercise.kind == "fix" else "not_implemented"}
        for exercise in chapter.exercises
    }


@each_chapter
def test_a_starter_with_a_comment_added_gets_nothing(chapter: Chapter, records: Records) -> None:
    record = records(chapter)["commented"]
    for exercise, result in zip(chapter.exercises, record.exercises, strict=True):
        assert result.score == (0 if exercise.kind == "fix" else exercise.points)
        if exercise.kind == "fix":
            assert findings(record)[exercise.id] == {"starter.unchanged"}


@each("mistakes")
def test_a_mistake_fails_with_its_own_finding_and_no_other(
    chapter: Chapter, answer: Answer, records: Records
) -> None:
    result = result_of(chapter, "mistakes", answer, records)
    reported = [check for check in result.checks if check.status not in ("passed", "not_reached")]
    assert {check.finding for check in reported} == {answer.finding}
    assert result.score < result.max_score


@each("alternatives")
def test_another_way_of_writing_it_gets_full_points(
    chapter: Chapter, answer: Answer, records: Records
) -> None:
    result = result_of(chapter, "alternatives", answer, records)
    assert result.score == result.max_score, [(c.id, c.message) for c in result.checks if c.finding]


@each_chapter
def test_every_exercise_has_mistakes_and_at_least_three_alternatives(chapter: Chapter) -> None:
    for exercise in chapter.exercises:
        wrong, right = (
            [answer for answer in KNOWN[chapter.module, kind] if answer.exercise == exercise.id]
            for kind in KINDS
        )
        assert wrong, exercise.id
        assert len(right) >= 3, exercise.id
