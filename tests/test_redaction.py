"""Names in feedback: what a student wrote is shown, what code made of hidden inputs is not."""

from __future__ import annotations

import importlib

import pytest

from autograder.authoring.answers import Answer, with_answer
from autograder.catalogue import known_chapter
from autograder.checks.findings import Finding
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


@pytest.mark.parametrize("answer", answers("mistakes", "blocks"), ids=lambda answer: answer.label)
def test_no_honest_mistake_loses_a_word_of_its_message(answer: Answer) -> None:
    chapter = known_chapter("01-blocks")
    assert chapter is not None
    code = with_answer(chapter, answer)
    done: list[Job[None]] = []
    if answer.finding == "time.exceeded":
        pytest.skip("it never ends, and its message has no names")
    names = namespace("blocks", answer)
    reference = ReferenceSubject(vars(importlib.import_module("solutions.blocks")))
    replay(
        hidden_files(), [Job(None, LocalSubject(names), frozenset([answer.exercise]), reference)], done.append
    )
    redactor = Redactor(code.values())
    for ending in done[0].endings:
        if ending.finding is not None:
            assert redactor.finding(ending.finding).values == ending.finding.values
