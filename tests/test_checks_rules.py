"""What an exercise may not use, what it must refuse, and properties of functions, each on its own."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from torch import nn
from torch.nn import functional as F

from autograder.checks.exercises import Rng
from autograder.checks.findings import Finding
from autograder.checks.probes.delegation import delegates_to, ready_made_bases
from autograder.checks.properties.functions import differentiates_right, keeps_arguments, same_input_gradients
from autograder.checks.properties.rules import (
    does_not_delegate,
    initial_values,
    is_no_ready_made_layer,
    refuses,
)
from autograder.checks.subjects import LocalSubject, StudentRaisedError

X = torch.randn(3, 5)
imported_under_another_name = F.softmax


def subject(answer: Any) -> LocalSubject:
    return LocalSubject({"answer": answer})


def finding_of(demand: Any, *arguments: Any, **options: Any) -> str:
    with pytest.raises(Finding) as caught:
        demand(*arguments, **options)
    return caught.value.id


@pytest.mark.parametrize(
    "answer",
    [
        lambda x: F.softmax(x, -1),
        lambda x: x.softmax(-1),
        lambda x: torch.softmax(x, -1),
        lambda x: imported_under_another_name(x, -1),
        lambda x: nn.Softmax(-1)(x),
        lambda x: torch.Tensor.softmax(x, -1),
        nn.Softmax(-1),
    ],
)
def test_a_forbidden_function_is_seen_by_whatever_way_it_is_called(answer: Any) -> None:
    assert subject(answer).observe(delegates_to, ["softmax"], X, build="answer") == ["softmax"]


def test_an_in_place_twin_is_the_same_function() -> None:
    assert subject(lambda x: x.clone().relu_()).observe(delegates_to, ["relu"], X, build="answer") == ["relu"]


def test_other_functions_and_their_insides_are_free() -> None:
    seen = subject(lambda x: F.log_softmax(x, -1).exp()).observe(delegates_to, ["softmax"], X, build="answer")
    assert seen == []


def test_delegation_is_a_finding() -> None:
    linear = subject(nn.Linear(5, 7))
    assert finding_of(does_not_delegate, linear, ["linear"], X, build="answer") == "delegation.used"
    does_not_delegate(subject(lambda x: x @ torch.ones(5, 7)), ["linear"], X, build="answer")


def test_a_subclass_of_a_layer_is_told_from_a_module_of_its_own() -> None:
    class Mine(nn.Module):
        pass

    class Theirs(nn.Linear):
        pass

    assert subject(Theirs(2, 3)).observe(ready_made_bases, build="answer") == ["Linear"]
    is_no_ready_made_layer(subject(Mine()), build="answer")
    assert finding_of(is_no_ready_made_layer, subject(Theirs(2, 3)), build="answer") == "delegation.subclass"


def raises(error: type[Exception]) -> Any:
    def answer(x: Any) -> None:
        raise error("no")

    return answer


def test_misuse_has_to_raise_one_of_the_errors_asked_for() -> None:
    assert refuses(subject(raises(ValueError)), "a word", "x", build="answer").type == "ValueError"
    assert finding_of(refuses, subject(len), "a word", "x", build="answer") == "misuse.accepted"
    wrong_kind = subject(raises(OSError))
    assert finding_of(refuses, wrong_kind, "a word", "x", build="answer") == "misuse.other_error"


def test_a_stub_does_not_pass_for_refusing_misuse() -> None:
    with pytest.raises(StudentRaisedError):
        refuses(subject(raises(NotImplementedError)), "a word", "x", build="answer")
    with pytest.raises(StudentRaisedError):
        refuses(LocalSubject({}), "a word", "x", build="answer")


def test_initial_values_are_those_of_the_named_parameter() -> None:
    layer = subject(nn.Linear(5, 7))
    assert initial_values(layer, "bias", build="answer").shape == (7,)
    assert finding_of(initial_values, layer, "b", build="answer") == "names.differ"


def test_a_gradient_that_is_cut_off_is_not_the_derivative() -> None:
    differentiates_right(subject(torch.sin), X, build="answer")
    cut = subject(lambda x: x * x.detach())
    assert finding_of(differentiates_right, cut, X, build="answer") == "gradients.not_derivative"


def test_gradients_of_functions_are_compared_argument_by_argument() -> None:
    right, cut = subject(torch.mul), subject(lambda x, y: x * y.detach())
    same_input_gradients(right, right, Rng(0), X, X + 1, build="answer")
    assert (
        finding_of(same_input_gradients, cut, right, Rng(0), X, X + 1, build="answer") == "gradients.missing"
    )


def test_a_changed_argument_is_found_in_a_dictionary_too() -> None:
    keeps_arguments(subject(lambda named: named["x"] + 1), {"x": X}, build="answer")
    writes = subject(lambda named: named["x"].add_(1))
    assert finding_of(keeps_arguments, writes, {"x": X}, build="answer") == "input.changed"
