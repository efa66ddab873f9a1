"""Properties of a layer that weighs every pair of its inputs."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

from autograder.checks.exercises import Rng
from autograder.checks.expectations import close, has_shape, is_tensor, same_output
from autograder.checks.findings import Finding
from autograder.checks.probes import modules as module_probes
from autograder.checks.probes.modules import Output
from autograder.checks.properties import modules, rules
from autograder.checks.properties.functions import differentiates_right
from autograder.checks.subjects import Raised, Subject

DOUBLE = "BilinearReduction(5, 7).double()"
WEIGHT = (5, 5, 7)


def drawn(*shape: int) -> Tensor:
    """Normal numbers, the same for the same shape: checks that ask the same question share the answer."""
    return Rng(2).normal(*shape)


def has_the_weight(student: Subject) -> None:
    """One parameter, in which an output's weights lie along the last axis."""
    modules.has_parameter_names(student, ["weight"], drawn(3, 5))
    modules.has_parameters(student, {"weight": WEIGHT}, drawn(3, 5))


def is_its_own(student: Subject) -> None:
    """FORBID: torch's bilinear does not do the work, and its layer is not derived from."""
    rules.is_no_ready_made_layer(student)
    rules.does_not_delegate(student, ["bilinear"], drawn(3, 5))


def one_result_a_sample(student: Subject) -> None:
    """x (3, 5) gives (3, 7), not one result for the whole batch."""
    is_its_own(student)
    seen = student.observe(module_probes.forward, drawn(3, 5))
    if tuple(is_tensor(seen).shape) == (7,):
        raise Finding("bilinear.batch_summed")
    has_shape(seen, (3, 7))


def takes_any_dimensions(student: Subject) -> None:
    """SHAPE: a single sample, a batch, and a batch of sequences."""
    one_result_a_sample(student)
    for lead in ((), (2, 4)):
        seen = student.attempt(module_probes.forward, drawn(*lead, 5))
        if isinstance(seen, Raised):
            raise Finding("bilinear.dimensions", shape=(*lead, 5))
        has_shape(seen, (*lead, 7))


def weighs_every_pair(student: Subject) -> None:
    """A single weight off the diagonal is enough to give an output; `diagonal_only` names those that forget it."""
    has_the_weight(student)
    one_result_a_sample(student)
    x = 1 + drawn(3, 5).abs()
    for first, second in ((0, 1), (4, 2)):
        weight = torch.zeros(WEIGHT)
        weight[first, second] = 1.0
        output = is_tensor(student.observe(module_probes.forward, x, load_state=[("weight", weight)]))
        if not output.any():
            raise Finding("bilinear.diagonal_only")


def rows_stay_apart(student: Subject) -> None:
    """BATCH."""
    one_result_a_sample(student)
    modules.rows_independent(student, drawn(3, 5))


def is_quadratic(student: Subject) -> None:
    """Twice the input is four times the output; nothing is added that does not come from a pair."""
    has_the_weight(student)
    one_result_a_sample(student)
    x, state = drawn(3, 5), [("weight", drawn(*WEIGHT))]
    once = is_tensor(student.observe(module_probes.forward, x, load_state=state))
    twice = is_tensor(student.observe(module_probes.forward, 2 * x, load_state=state))
    if not close(twice, 4 * once):
        raise Finding("bilinear.not_quadratic")


def same_in_float64(student: Subject, x: Tensor, weight: Tensor, required: Tensor) -> None:
    """VALUES in float64, where rounding hides nothing."""
    weighs_every_pair(student)
    rows_stay_apart(student)
    is_quadratic(student)
    modules.takes_double(student, drawn(3, 5))
    seen = student.observe(module_probes.forward, x, load_state=[("weight", weight)], build=DOUBLE)
    same_output(seen, Output("Tensor", required))


def has_right_gradient(student: Subject) -> None:
    """GRADCHECK, of the gradient that reaches the input."""
    has_the_weight(student)
    one_result_a_sample(student)
    modules.takes_double(student, drawn(3, 5))
    modules.keeps_input(student, drawn(3, 5))
    differentiates_right(student, drawn(2, 5))


def has_symmetric_gradient(student: Subject) -> None:
    """x_i x_j is x_j x_i, so the weight of a pair and of its mirror image have the same gradient."""
    x = drawn(3, 5)
    weighs_every_pair(student)
    rows_stay_apart(student)
    has_right_gradient(student)
    asked: dict[str, Any] = {"upstream": drawn(3, 7), "load_state": [("weight", drawn(*WEIGHT))]}
    gradient = student.observe(module_probes.backward, x, **asked).parameters.get("weight")
    if gradient is None:
        raise Finding("gradients.missing", name="weight")
    if tuple(gradient.shape) != WEIGHT or not close(gradient, gradient.transpose(0, 1)):
        raise Finding("bilinear.gradient_one_sided")
