"""Names in feedback: what a student wrote is shown, what code made of hidden inputs is not."""

from __future__ import annotations

import importlib
from typing import Any

import pytest

from autograder.authoring.answers import Answer, answered, solved_cells
from autograder.catalogue import Chapter, chapters
from autograder.checks.findings import Finding
from autograder.checks.probing import Probe
from autograder.checks.replay import Job, replay
from autograder.checks.subjects import LocalSubject, ReferenceSubject
from autograder.grading.redaction import Redactor
from autograder.grading.worker import hidden_files
from tests.answers import answers, namespace

REDACTOR = Redactor(
    ["class Net:\n    def __init__(self):\n        self.add_module(f'layer{index}', nn.Linear(2, 2))"]
)


@pytest.mark.parametrize(
    "name", ["layer0.weight", "layer12.bias", "Net", "0.layer1.weight", "tuple", "torch.float64", ""]
)
def test_names_of_the_students_and_of_pytorch_are_shown(name: str) -> None:
    assert REDACTOR.value(name) == name
    assert REDACTOR.value([name, name]) == [name, name]


@pytest.mark.parametrize(
    "name", ["secret", "layer0_123456", "layer_1_2_3_4", "told [0.1234, -1.5]", "x\u00e9", "_0a1b2c3d"]
)
def test_names_that_could_carry_inputs_are_not(name: str) -> None:
    assert REDACTOR.value([name]) == ["..."]


def test_what_is_required_and_counted_stays() -> None:
    finding = Finding("names.differ", seen=["secret"], required=["fc1.weight"])
    assert REDACTOR.finding(finding).values == {"seen": ["..."], "required": ["fc1.weight"]}
    shapes = Finding("shapes.differ", name="layer0.weight", seen=(50, 100), required=(5, 7))
    assert REDACTOR.finding(shapes).values == shapes.values


@pytest.mark.parametrize(
    "chapter",
    [pytest.param(c, marks=[pytest.mark.slow] if c.module != "blocks" else []) for c in chapters()],
    ids=lambda chapter: chapter.module,
)
def test_no_honest_mistake_loses_a_word_of_its_message(chapter: Chapter) -> None:
    solved = solved_cells(chapter)
    reference = ReferenceSubject(vars(importlib.import_module(f"solutions.{chapter.module}")))
    # What never ends would not end here either, and its message has no names.
    known = [answer for answer in answers("mistakes", chapter.module) if answer.finding != "time.exceeded"]
    jobs = [Job(a, Asked(namespace(chapter.module, a)), frozenset([a.exercise]), reference) for a in known]
    done: list[Job[Answer]] = []
    replay(hidden_files(), jobs, done.append)
    assert len(done) == len(known) > 10
    for job in done:
        answer, student = job.tag, job.student
        assert isinstance(student, Asked)
        code = solved | {answer.exercise: answered(solved[answer.exercise], answer)}
        redactor = Redactor([*code.values(), *student.builds])
        for ending in job.endings:
            if ending.finding is not None:
                assert redactor.finding(ending.finding).values == ending.finding.values, answer.label


class Asked(LocalSubject):
    """An answer in this process that remembers what was built."""

    def __init__(self, names: dict[str, Any]) -> None:
        super().__init__(names)
        self.builds: set[str] = set()

    def ask(self, probe: Probe[Any], build: str, *question: Any) -> Any:
        self.builds.add(build)
        return super().ask(probe, build, *question)
