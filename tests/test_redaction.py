"""Names in feedback: what a student wrote is shown, what code made of hidden inputs is not."""

from __future__ import annotations

import pytest

from autograder.checks.findings import Finding
from autograder.grading.redaction import Redactor

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
