"""Properties of a layer that brings each row to mean 0 and variance 1."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

from autograder.checks.exercises import Rng
from autograder.checks.expectations import close, has_shape, same_gradients, same_output
from autograder.checks.findings import Finding
from autograder.checks.probes import modules as module_probes
from autograder.checks.properties import modules, rules
from autograder.checks.properties.functions import differentiates_right
from autograder.checks.subjects import Subject

NORM = "LayerNorm(5)"
WIDE_EPS = "LayerNorm(5, eps=0.3)"
PLAIN = [("weight", torch.ones(5)), ("bias", torch.zeros(5))]


def drawn(*shape: int) -> Tensor:
    """Normal numbers, the same for the same shape: checks that ask the same question share the answer."""
    return Rng(2).normal(*shape)


def has_the_parameters(student: Subject) -> None:
    """A weight and a bias, as wide as a row."""
    modules.has_parameter_names(student, ["weight", "bias"], drawn(3, 5), NORM)
    for name, entry in modules.entries(student, NORM):
        if entry.shape != (5,):
            raise Finding("shapes.differ", name=name, seen=entry.shape, required=(5,))


def starts_plain(student: Subject) -> None:
    """INIT: ones and zeros."""
    has_the_parameters(student)
    for name, required in PLAIN:
        if not torch.equal(rules.initial_values(student, name, NORM), required):
            raise Finding("norm.start", name=name)


def is_its_own(student: Subject) -> None:
    """FORBID: torch's layer_norm does not do the work, and its layer is not derived from."""
    rules.is_no_ready_made_layer(student, NORM)
    rules.does_not_delegate(student, ["layer_norm", "native_layer_norm"], drawn(3, 5), build=NORM)


def rows_stand_alone(student: Subject) -> None:
    """BATCH, and the positions of a sequence: mean and variance are those of one row."""
    x = drawn(3, 4, 5)
    flat = has_shape(student.observe(module_probes.forward, x.reshape(12, 5), build=NORM), (12, 5))
    modules.rows_independent(student, x.reshape(12, 5), NORM)
    whole = has_shape(student.observe(module_probes.forward, x, build=NORM), (3, 4, 5))
    if not close(whole.reshape(12, 5), flat):
        raise Finding("norm.positions_mixed")


def takes_any_dimensions(student: Subject) -> None:
    """SHAPE: a row alone, a batch of rows, and more."""
    rows_stand_alone(student)
    for lead in ((), (3,), (2, 4), (2, 3, 2)):
        has_shape(student.observe(module_probes.forward, drawn(*lead, 5), build=NORM), (*lead, 5))


def divides_by_the_spread(student: Subject) -> None:
    """Rows come out with mean 0 and variance 1, the variance that divides by n."""
    is_its_own(student)
    rows_stand_alone(student)
    rows = 3 + 4 * drawn(6, 5)
    output = normalised(student, rows, NORM)
    if output.mean(dim=-1).abs().max() > 0.01:
        raise Finding("norm.not_centered")
    ratio = output.square().mean(dim=-1)
    if bool(((ratio - 0.8).abs() < 0.01).all()):
        raise Finding("norm.unbiased")
    if not bool(((ratio - 1).abs() < 0.01).all()):
        raise Finding("norm.spread")


def survives_equal_values(student: Subject) -> None:
    """A row of equal values gives the bias."""
    divides_by_the_spread(student)
    has_the_parameters(student)
    state = [("weight", drawn(5)), ("bias", drawn(2, 5)[1])]
    equal = torch.tensor([[2.5], [0.0], [-7.0]]).expand(3, 5).contiguous()
    seen = has_shape(student.observe(module_probes.forward, equal, load_state=state, build=NORM), (3, 5))
    if not seen.isfinite().all():
        raise Finding("norm.equal_values")
    if not close(seen, state[1][1].expand(3, 5)):
        raise Finding("norm.equal_values_not_bias")


def adds_eps_under_the_root(student: Subject) -> None:
    """Where the variance is as small as eps, it shows what eps is added to; and it is the eps that was given."""
    survives_equal_values(student)
    rows = 1.5 * drawn(6, 5)
    variance = rows.var(dim=-1, unbiased=False)
    ratio = normalised(student, rows, WIDE_EPS).square().mean(dim=-1)
    if close(ratio, variance / (variance + 0.3)):
        return
    if bool(((ratio - 1).abs() < 0.01).all()):
        raise Finding("norm.eps_ignored")
    raise Finding("norm.eps_outside")


def normalised(student: Subject, rows: Tensor, build: str) -> Tensor:
    """The output with weights of one and a bias of zero."""
    has_the_parameters(student)
    seen = student.observe(module_probes.forward, rows, load_state=PLAIN, build=build)
    output = has_shape(seen, rows.shape)
    if output.dtype != rows.dtype:
        raise Finding("output.dtype", seen=str(output.dtype), required=str(rows.dtype))
    return output


def has_right_gradient(student: Subject) -> None:
    """GRADCHECK: the mean and the variance depend on the input too."""
    adds_eps_under_the_root(student)
    modules.takes_double(student, drawn(3, 5), NORM)
    modules.keeps_input(student, drawn(3, 5), NORM)
    differentiates_right(student, drawn(2, 5), build=NORM)


def same_values(student: Subject, reference: Subject, rng: Rng, *lead: int) -> None:
    """VALUES, with a weight and a bias that show."""
    adds_eps_under_the_root(student)
    x, state = rng.normal(*lead, 5), [("weight", rng.normal(5)), ("bias", rng.normal(5))]
    asked: dict[str, Any] = {"load_state": state, "build": NORM}
    seen = student.observe(module_probes.forward, x, **asked)
    same_output(seen, reference.observe(module_probes.forward, x, **asked))


def same_gradients_as(student: Subject, reference: Subject, rng: Rng, *lead: int) -> None:
    """GRADS."""
    x, state = rng.normal(*lead, 5), [("weight", rng.normal(5)), ("bias", rng.normal(5))]
    has_right_gradient(student)
    asked: dict[str, Any] = {"upstream": rng.normal(*lead, 5), "load_state": state, "build": NORM}
    seen = student.observe(module_probes.backward, x, **asked)
    required = reference.observe(module_probes.backward, x, **asked)
    same_output(seen.output, required.output)
    same_gradients(seen, required)
