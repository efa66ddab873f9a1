"""Every answer that the tests know, through the whole grader: notebook, sandbox, hidden checks, points."""

from __future__ import annotations

import pytest

from autograder.authoring.answers import Answer, read_notebook, solution_cells, solved_cells, with_answer
from autograder.catalogue import Chapter, chapters
from autograder.grading.records import SubmissionRecord
from tests.answers import answers
from tests.classes import findings, graded, write_class

CHAPTERS = chapters()
MISTAKES = [(chapter, answer) for chapter in CHAPTERS for answer in answers("mistakes", chapter.module)]
RIGHT = [(chapter, answer) for chapter in CHAPTERS for answer in answers("alternatives", chapter.module)]

each_chapter = pytest.mark.parametrize("chapter", CHAPTERS, ids=lambda chapter: chapter.module)
each_mistake = pytest.mark.parametrize(("chapter", "answer"), MISTAKES, ids=[a.label for _, a in MISTAKES])
each_alternative = pytest.mark.parametrize(("chapter", "answer"), RIGHT, ids=[a.label for _, a in RIGHT])

Records = dict[str, SubmissionRecord]


@pytest.fixture(scope="module")
def records(tmp_path_factory: pytest.TempPathFactory) -> Records:
    """One class of everybody: the reference, the untouched notebook, all mistakes and all alternatives."""
    folder = tmp_path_factory.mktemp("class")
    for chapter in CHAPTERS:
        solved = solved_cells(chapter)
        commented = {id: f"# my answer\n{code}" for id, code in starter_cells(chapter).items()}
        students = {
            f"{chapter.module}-reference": solved,
            f"{chapter.module}-untouched": {},
            f"{chapter.module}-commented": solved | commented,
        }
        for kind in ("mistakes", "alternatives"):
            for answer in answers(kind, chapter.module):
                students[f"{chapter.module}-{answer.label}"] = with_answer(chapter, answer)
        write_class(folder / "submitted", chapter, students)
    return graded(folder / "submitted", folder / "grades")


def starter_cells(chapter: Chapter) -> dict[str, str]:
    """The code that fix-the-bug exercises hand out."""
    cells = solution_cells(read_notebook(chapter, "release"), chapter)
    return {
        exercise.id: cells[exercise.id].source for exercise in chapter.exercises if exercise.kind == "fix"
    }


@each_chapter
def test_the_reference_gets_full_points(chapter: Chapter, records: Records) -> None:
    record = records[f"{chapter.module}-reference"]
    assert (record.status, record.score, record.max_score) == ("graded", chapter.points, chapter.points)
    assert all(check.status == "passed" for exercise in record.exercises for check in exercise.checks)


@each_chapter
def test_the_untouched_notebook_gets_nothing_and_says_so_once_an_exercise(
    chapter: Chapter, records: Records
) -> None:
    record = records[f"{chapter.module}-untouched"]
    assert record.score == 0
    assert findings(record) == {
        exercise.id: {"starter.unchanged" if exercise.kind == "fix" else "not_implemented"}
        for exercise in chapter.exercises
    }


@each_chapter
def test_a_starter_with_a_comment_added_gets_nothing(chapter: Chapter, records: Records) -> None:
    record = records[f"{chapter.module}-commented"]
    for exercise, result in zip(chapter.exercises, record.exercises, strict=True):
        assert result.score == (0 if exercise.kind == "fix" else exercise.points)
        if exercise.kind == "fix":
            assert findings(record)[exercise.id] == {"starter.unchanged"}


@each_mistake
def test_a_mistake_fails_with_its_own_finding_and_no_other(
    chapter: Chapter, answer: Answer, records: Records
) -> None:
    record = records[f"{chapter.module}-{answer.label}"]
    expected: dict[str, set[str | None]] = {exercise.id: set() for exercise in chapter.exercises} | {
        answer.exercise: {answer.finding}
    }
    assert findings(record) == expected
    result = next(exercise for exercise in record.exercises if exercise.id == answer.exercise)
    assert result.score < result.max_score


@each_alternative
def test_another_way_of_writing_it_gets_full_points(
    chapter: Chapter, answer: Answer, records: Records
) -> None:
    record = records[f"{chapter.module}-{answer.label}"]
    assert record.score == chapter.points, findings(record)


@each_chapter
def test_every_exercise_has_mistakes_and_at_least_two_alternatives(chapter: Chapter) -> None:
    for exercise in chapter.exercises:
        wrong = [a for a in answers("mistakes", chapter.module) if a.exercise == exercise.id]
        right = [a for a in answers("alternatives", chapter.module) if a.exercise == exercise.id]
        assert wrong, exercise.id
        assert len(right) >= 2, exercise.id
