"""check(): what a student sees and what it leaves untouched."""

from __future__ import annotations

import random

import numpy
import pytest
import torch
from IPython.core.interactiveshell import InteractiveShell
from IPython.utils.capture import capture_output

from autograder.frontends.notebook import CheckFailed, run_public_checks
from autograder.frontends.notebook import check as check_in_notebook
from tests.answers import answers, namespace


@pytest.fixture
def shell() -> InteractiveShell:
    """A notebook's shell with the reference solutions in it."""
    shell = InteractiveShell.instance()
    shell.user_ns.update(namespace("blocks"), check=check_in_notebook)
    yield shell
    InteractiveShell.clear_instance()


def test_a_right_answer_shows_a_card_and_raises_nothing(shell: InteractiveShell) -> None:
    with capture_output() as captured:
        outcome = shell.run_cell("check(MLP)")
    assert outcome.success
    card = captured.outputs[0].data
    assert "all 6 properties hold" in card["text/html"]
    assert card["text/plain"].startswith("MLP   all 6 properties hold")


def test_a_wrong_answer_shows_what_is_wrong_and_raises(shell: InteractiveShell) -> None:
    wrong = next(a for a in answers("mistakes", "blocks") if a.finding == "storage.shared")
    shell.run_cell(wrong.source)
    with capture_output() as captured:
        outcome = shell.run_cell("check(MLP)")
    assert isinstance(outcome.error_in_exec, CheckFailed)
    assert "every instance has weights of its own" in captured.outputs[0].data["text/html"].lower()


def test_an_untouched_stub_is_said_to_be_one(shell: InteractiveShell) -> None:
    shell.run_cell(
        "class MLP(torch.nn.Module):\n    def __init__(self):\n        raise NotImplementedError()"
    )
    record = run_public_checks("MLP", shell.user_ns)
    assert [c.finding for c in record.checks if c.status != "not_reached"] == ["not_implemented"]


def test_an_error_of_the_students_is_quoted_with_its_line(shell: InteractiveShell) -> None:
    shell.run_cell("def predict_print():\n    return undefined_name")
    record = run_public_checks("Scale", shell.user_ns)
    message = next(c.message for c in record.checks if c.status == "error")
    assert "undefined_name" in str(message)
    assert "predict_print, line 2" in str(message)


def test_random_states_and_output_are_left_alone(
    shell: InteractiveShell, capsys: pytest.CaptureFixture[str]
) -> None:
    noisy = next(a for a in answers("alternatives", "blocks") if "forward was called" in a.source)
    shell.run_cell(noisy.source)
    random.seed(1), numpy.random.seed(2), torch.manual_seed(3)
    expected = random.random(), numpy.random.rand(), torch.rand(1)
    random.seed(1), numpy.random.seed(2), torch.manual_seed(3)
    assert run_public_checks("SimpleNet", shell.user_ns).passed
    assert (random.random(), numpy.random.rand(), torch.rand(1)) == expected
    assert "forward was called" not in capsys.readouterr().out


def test_names_and_several_answers_work(shell: InteractiveShell) -> None:
    with capture_output() as captured:
        outcome = shell.run_cell("check(MLP, 'Scale', build_chimera.__name__ and NestMLP)")
    assert outcome.success
    assert len(captured.outputs) == 3


@pytest.mark.parametrize(("call", "says"), [("check()", "check(MLP)"), ("check('Nonsense')", "Nonsense")])
def test_a_wrong_call_says_what_to_write(shell: InteractiveShell, call: str, says: str) -> None:
    with capture_output():
        outcome = shell.run_cell(call)
    assert isinstance(outcome.error_in_exec, ValueError)
    assert says in str(outcome.error_in_exec)


def test_outside_a_notebook_the_card_is_printed(capsys: pytest.CaptureFixture[str]) -> None:
    names = namespace("blocks") | {"check": check_in_notebook}
    exec("check(Scale)", names)
    assert "Scale   all 5 properties hold" in capsys.readouterr().out


@pytest.mark.parametrize("answer", answers("alternatives", "blocks"), ids=lambda answer: answer.label)
def test_public_checks_accept_every_alternative(answer) -> None:
    assert run_public_checks(answer.exercise, namespace("blocks", answer)).passed


@pytest.mark.parametrize("answer", answers("mistakes", "blocks"), ids=lambda answer: answer.label)
def test_public_checks_never_name_another_mistake(answer) -> None:
    record = run_public_checks(answer.exercise, namespace("blocks", answer))
    named = {c.finding for c in record.checks if c.status not in ("passed", "not_reached")}
    assert named <= {answer.finding, *answer_of_public_checks(answer.finding)}


def answer_of_public_checks(finding: str) -> set[str]:
    """Where public checks, which compare no values, see the same mistake from another side."""
    return {"calls.count"} if finding == "values.differ" else set()
