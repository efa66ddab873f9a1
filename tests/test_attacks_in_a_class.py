"""A class with hostile members, graded by several workers and through nbgrader: honest scores are unchanged."""

from __future__ import annotations

import importlib
from collections.abc import Iterator, Sequence
from pathlib import Path

import nbformat
import pytest

from autograder.authoring.answers import handed_in, solved_cells
from autograder.catalogue import chapter
from tests.attacks.canaries import Canaries, laid_out
from tests.attacks.corpus import CORPUS, FAMILIES, Attack
from tests.attacks.grading import won, written
from tests.classes import graded
from tests.nbgrader_course import autograded, copied_course, nbgrader, place_of, scores, solved, submit

BLOCKS = chapter("01-blocks")
for family in FAMILIES:
    importlib.import_module(f"tests.attacks.{family}")

HANDFUL = [
    CORPUS[name]
    for name in (
        *("environment", "other_submissions", "servers_of_the_machine", "kill_everybody", "fork_bomb"),
        *("memory_in_lists", "exit_handlers", "guessed_identity", "garbage", "exit_with_success"),
        *("partial_credit_forged", "link_to_a_siblings_notebook", "conftest_beside_the_notebook"),
        *("named_pipe", "device", "sparse_file", "link_to_a_secret"),
        *("markup_in_exceptions", "control_characters"),
    )
]
HONEST = ("anna", "bert", "zoe")


@pytest.fixture(scope="module")
def canaries() -> Iterator[Canaries]:
    with laid_out(BLOCKS) as canaries:
        yield canaries


def test_a_class_with_hostile_members_is_graded(canaries: Canaries, tmp_path: Path) -> None:
    for attack in HANDFUL:
        written(attack, BLOCKS, canaries)
    full = nbformat.writes(handed_in(BLOCKS, solved_cells(BLOCKS)))
    for student in HONEST:
        path = canaries.folder / "submitted" / student / BLOCKS.assignment / BLOCKS.notebook
        path.parent.mkdir(parents=True)
        path.write_text(full, encoding="utf-8")
    records = graded(canaries.folder / "submitted", tmp_path / "grades")
    assert {student: records[student].score for student in HONEST} == dict.fromkeys(HONEST, BLOCKS.points)
    assert {attack.name: won(attack, records[attack.name]) for attack in HANDFUL} == {
        attack.name: [] for attack in HANDFUL
    }
    for path in (tmp_path / "grades").rglob("*"):
        assert not path.is_file() or canaries.found_in(path.read_bytes()) == [], path


def through_nbgrader(folder: Path, attacks: Sequence[Attack], canaries: Canaries) -> None:
    """Grades the class with nbgrader's own commands; the honest keep their points, and the hostile win nothing."""
    copied_course(folder)
    for student in HONEST:
        submit(folder, student, solved())
    for attack in attacks:
        place = place_of(folder, attack.name)
        place.parent.parent.mkdir(parents=True)
        written(attack, BLOCKS, canaries).parent.rename(place.parent)
    assert nbgrader(folder, "generate_assignment", BLOCKS.assignment, "--force").returncode == 0
    nbgrader(folder, "autograde", BLOCKS.assignment)
    assert nbgrader(folder, "generate_feedback", BLOCKS.assignment).returncode == 0
    full = {exercise.id: (float(exercise.points), False) for exercise in BLOCKS.exercises}
    assert {student: scores(folder, student) for student in HONEST} == dict.fromkeys(HONEST, full)
    for attack in attacks:
        if not attack.denied and not attack.honest:
            assert sum(score or 0.0 for score, _ in scores(folder, attack.name).values()) == 0, attack.name
        reached = [
            place_of(folder, attack.name, "autograded"),
            place_of(folder, attack.name, "feedback", ".html"),
        ]
        for path in filter(Path.is_file, reached):
            assert canaries.found_in(path.read_bytes()) == [], path
        if reached[0].is_file():
            outputs = [
                o.output_type for c in autograded(folder, attack.name).cells for o in c.get("outputs", [])
            ]
            assert set(outputs) <= {"display_data", "execute_result"}, attack.name


def test_the_class_passes_through_nbgrader(canaries: Canaries, tmp_path: Path) -> None:
    through_nbgrader(tmp_path, HANDFUL, canaries)


@pytest.mark.slow
def test_the_whole_corpus_passes_through_nbgrader(canaries: Canaries, tmp_path: Path) -> None:
    through_nbgrader(tmp_path, list(CORPUS.values()), canaries)
