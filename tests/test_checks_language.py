"""Probing, subjects, expectations and findings, each on its own."""

from __future__ import annotations

import random

import numpy
import pytest
import torch
from torch import nn

from autograder.checks.expectations import same_gradient, same_gradients, same_output
from autograder.checks.findings import Finding, explain, shown
from autograder.checks.probes.functions import result
from autograder.checks.probes.modules import Gradients, Output, entries, forward
from autograder.checks.probes.state import match
from autograder.checks.probing import Build, NotDefinedError, observe
from autograder.checks.subjects import LocalSubject, LostError, Raised, Subject
from autograder.checks.verdicts import finding_of_raised


class Forger(Subject):
    """A student's process that answers whatever it likes."""

    def __init__(self, reply: object) -> None:
        super().__init__()
        self.reply = reply

    def ask(self, *question: object) -> object:
        return self.reply


@pytest.mark.parametrize(
    "reply",
    [
        None,
        7,
        {"value": 7},
        {"value": ["Tensor", [1.0]]},
        {"value": ["Tensor", None, None]},
        {"value": [["Tensor"], None]},
        {"raised": "ValueError"},
        {"raised": {"type": 1}},
        {
            "raised": {
                "type": "E",
                "bases": [],
                "message": "",
                "phase": "call",
                "function": "",
                "file": "",
                "line": "1",
            }
        },
    ],
)
def test_a_reply_that_the_probe_can_not_give_is_refused(reply: object) -> None:
    with pytest.raises(LostError, match="bad_reply"):
        Forger(reply).attempt(forward, torch.ones(1))


def test_a_build_expression_sees_the_students_names_and_the_real_torch() -> None:
    names = {"nn": "mine", "torch": "mine", "Net": lambda: nn.Linear(1, 1)}
    assert isinstance(Build("nn.Sequential(Net())", names)(), nn.Sequential)
    assert Build("(lambda block: block)(torch.ones(2))", names)().shape == (2,)
    with pytest.raises(NotDefinedError, match="Missing"):
        Build("Missing(nn.ReLU())", names)()


def test_only_probes_can_be_asked_for() -> None:
    with pytest.raises(TypeError, match="not a probe"):
        observe({}, "os:getcwd", "1", [], {}, 0)


def test_an_exception_tells_the_students_line() -> None:
    names: dict[str, object] = {}
    exec(compile("def f(x):\n    y = x\n    return y / 0\n", "<cell 1>", "exec"), names)
    raised = LocalSubject(names).attempt(result, 1, build="f")
    assert isinstance(raised, Raised)
    assert (raised.type, raised.function, raised.file, raised.line) == (
        "ZeroDivisionError",
        "f",
        "<cell 1>",
        3,
    )
    assert raised.is_a("ArithmeticError")


def test_an_exception_that_can_not_be_printed_is_still_an_exception() -> None:
    names: dict[str, object] = {}
    exec("class E(Exception):\n    def __str__(self): raise E\ndef f(): raise E", names)
    raised = LocalSubject(names).attempt(result, build="f")
    assert isinstance(raised, Raised)
    assert (raised.type, raised.message) == ("E", "")


def test_a_class_name_of_the_students_own_does_not_reach_the_message() -> None:
    raised = Raised("Secret123", ["ValueError", "Exception"], "0.1234", "call", "forward", "", 3)
    values = finding_of_raised(raised, quote=False).values
    assert values == {"where": "forward, line 3", "error": "ValueError"}


def test_the_same_question_is_asked_once_and_structure_does_not_depend_on_the_seed() -> None:
    calls = []
    names = {"Net": lambda: calls.append(1) or nn.Linear(2, 2)}
    subject = LocalSubject(names)
    for seed in (1, 2):
        subject.moment = type(subject.moment)("Net()", seed)
        subject.observe(entries)
        subject.observe(forward, torch.ones(2))
        subject.observe(forward, torch.ones(2))
    assert len(calls) == 3


def test_a_probe_gets_tensors_of_its_own() -> None:
    x = torch.ones(3)
    LocalSubject({"f": lambda t: t.zero_() and None}).attempt(result, x, build="f")
    assert x.tolist() == [1, 1, 1]


@pytest.mark.parametrize(
    ("seen", "finding"),
    [
        (Output("NoneType", None), "output.none"),
        (Output("float", None), "output.not_tensor"),
        (Output("Tensor", torch.zeros(1)), "output.shape"),
        (Output("Tensor", torch.zeros(2, 2, dtype=torch.float64)), "output.dtype"),
        (Output("Tensor", torch.full((2, 2), torch.nan)), "output.not_finite"),
        (Output("Tensor", torch.ones(2, 2)), "output.never_negative"),
        (Output("Tensor", -torch.ones(2, 2)), "values.differ"),
    ],
)
def test_outputs_are_compared_from_the_outside_in(seen: Output, finding: str) -> None:
    expected = Output("Tensor", torch.tensor([[1.0, -2.0], [3.0, 4.0]]))
    with pytest.raises(Finding) as raised:
        same_output(seen, expected)
    assert raised.value.id == finding
    same_output(expected, expected)


def test_an_answer_of_one_number_does_not_broadcast_its_way_through() -> None:
    with pytest.raises(Finding, match="gradients"):
        same_gradient("w", torch.zeros(1), torch.zeros(3, 3))


def test_a_forged_list_does_not_skip_the_gradient_of_the_input() -> None:
    nothing = Output("Tensor", torch.zeros(1))
    with pytest.raises(Finding, match=r"gradients.missing"):
        same_gradients(Gradients(nothing, {}, []), Gradients(nothing, {}, [torch.ones(3)]))


def test_values_are_matched_by_name_then_order_then_shape() -> None:
    def named(**shapes: tuple[int, ...]) -> list[tuple[str, torch.Tensor]]:
        return [(name, torch.zeros(shape)) for name, shape in shapes.items()]

    given = named(a=(2, 3), b=(3,))

    def pairs(own: list[tuple[str, torch.Tensor]]) -> list[str] | None:
        found = match(own, given)
        names = {id(tensor): name for name, tensor in own}
        return None if found is None else [f"{name}={names[id(tensor)]}" for name, tensor in found]

    assert pairs(named(b=(3,), a=(2, 3))) == ["a=a", "b=b"]
    assert pairs(named(x=(2, 3), y=(3,))) == ["a=x", "b=y"]
    assert pairs(named(x=(3,), y=(2, 3))) == ["a=y", "b=x"]
    assert pairs(named(x=(3,), y=(3,))) is None
    assert pairs(named(x=(2, 3))) is None


def test_values_in_messages_are_short_and_on_one_line() -> None:
    assert shown("a\nb\x1b[31m") == "a b [31m"
    assert len(shown("x" * 10_000)) == 300
    message = explain(Finding("names.differ", seen=["{0}", "%s"], required=["a"]))
    assert "['{0}', '%s']" in message.saw


def test_random_numbers_come_back_the_same_for_the_same_seed() -> None:
    names = {"draw": lambda: [random.random(), float(numpy.random.rand()), float(torch.rand(1))]}
    first, second = LocalSubject(names), LocalSubject(names)
    assert first.observe(result, build="draw") == second.observe(result, build="draw")
