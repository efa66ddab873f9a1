"""Properties of exercise 3.5: dropout, alone and inside a network.

The random properties look at 10 000 numbers with margins of ten standard deviations. By chance alone a right
answer fails less than once in 10^12 runs, however it draws and whatever the seed; what comes nearest is a row
of 100 numbers with no zero among them, at 0.7^100.
"""

from __future__ import annotations

import torch
from torch import Tensor

from autograder.checks.exercises import Rng
from autograder.checks.expectations import close, has_shape
from autograder.checks.findings import Finding
from autograder.checks.probes import activations
from autograder.checks.probes.functions import input_gradients, output
from autograder.checks.probes.modules import repeated
from autograder.checks.properties import functions
from autograder.checks.properties.modules import same_numbers
from autograder.checks.subjects import Raised, Subject

DROPOUT = "MyDropout(p=0.3)"
NET = "DropoutNet(p=0.3)"
SHARE_MARGIN = 0.05
MEAN_MARGIN = 0.1


def many(rng: Rng) -> Tensor:
    """10 000 numbers between 0.5 and 1.5, in 100 rows: a zero in the output was put there."""
    return rng.uniform(100, 100) + 0.5


SAMPLE = many(Rng(0))
"""What later properties try the earlier ones on: the same for all, so that each is asked once."""

NET_SAMPLE = Rng(1).normal(1250, 8)
"""The same for DropoutNet: 10 000 outputs."""


def is_identity_in_eval(student: Subject, x: Tensor = SAMPLE) -> None:
    """MODE: in eval mode the output is the input, bit for bit, whoever switched the mode."""
    own = student.observe(activations.through_modes, x, build=DROPOUT)
    for evaluated in (own.evaluated, own.repeated):
        seen = has_shape(evaluated, x.shape)
        if not torch.equal(seen, x):
            raise Finding(eval_mistake(seen, x))
    parents = student.observe(activations.inside_a_parent, x, build=DROPOUT)
    for evaluated in (parents.evaluated, parents.repeated):
        if not torch.equal(has_shape(evaluated, x.shape), x):
            raise Finding("dropout.own_flag")


def eval_mistake(seen: Tensor, x: Tensor) -> str:
    """The finding for an output in eval mode that is not the input."""
    if (seen == 0).any():
        return "dropout.drops_in_eval"
    factor = seen.flatten()[0] / x.flatten()[0]
    return "dropout.scaled_in_eval" if close(seen, x * factor) else "dropout.changes_in_eval"


def drops_the_share(student: Subject, x: Tensor = SAMPLE, build: str = DROPOUT, p: float = 0.3) -> None:
    """In training, numbers are zeroed with probability p, each for itself; also after eval() and train()."""
    is_identity_in_eval(student)
    modes = student.observe(activations.through_modes, x, build=build)
    for output_in_training in (modes.training, modes.training_again):
        zero = has_shape(output_in_training, x.shape) == 0
        demand_share(zero, p)
        for rows in (zero, zero.T):
            if (rows.all(dim=1) | ~rows.any(dim=1)).any():
                raise Finding("dropout.not_elementwise")


def demand_share(zero: Tensor, p: float) -> None:
    """The share of what is zero is p, within the margin."""
    share = float(zero.double().mean())
    if share == 0:
        raise Finding("dropout.never_drops")
    if abs(share - p) <= SHARE_MARGIN:
        return
    if abs(share - (1 - p)) <= SHARE_MARGIN:
        raise Finding("dropout.keeps_p")
    raise Finding("dropout.share")


def scales_survivors(student: Subject, x: Tensor = SAMPLE, build: str = DROPOUT, p: float = 0.3) -> None:
    """In training, what is left is divided by 1 - p."""
    drops_the_share(student)
    demand_scale(has_shape(student.observe(output, x, build=build), x.shape), x, p)


def demand_scale(seen: Tensor, x: Tensor, p: float) -> None:
    """What is left of x is x / (1 - p)."""
    kept = seen != 0
    if close(seen[kept], x[kept] / (1 - p)):
        return
    raise Finding("dropout.not_scaled" if close(seen[kept], x[kept]) else "dropout.scale")


def keeps_the_mean(student: Subject, x: Tensor = SAMPLE) -> None:
    """The expectation of the output is the input."""
    scales_survivors(student)
    for p in (0.5, 0.3):
        seen = has_shape(student.observe(output, x, build=f"MyDropout({p})"), x.shape)
        if not abs(float(seen.double().mean() / x.double().mean()) - 1) <= MEAN_MARGIN:
            raise Finding("dropout.mean")


def draws_anew(student: Subject, x: Tensor = SAMPLE) -> None:
    """Two calls in training drop other numbers."""
    drops_the_share(student)
    functions.keeps_arguments(student, x, build=DROPOUT)
    first, second = student.observe(repeated, x, build=DROPOUT)
    if same_numbers(first, second):
        raise Finding("dropout.same_mask")


def reuses_the_mask(student: Subject, x: Tensor = SAMPLE) -> None:
    """The gradient is zero exactly where the output is, and scaled as the output is."""
    scales_survivors(student)
    upstream = x.flip(0)
    functions.keeps_arguments(student, x, build=DROPOUT)
    seen = student.observe(input_gradients, x, upstream=upstream, build=DROPOUT)
    gradient = seen.gradients[0] if seen.gradients else None
    if gradient is None:
        raise Finding("gradients.missing", name="the input")
    out = has_shape(seen.output, x.shape)
    if gradient.shape != x.shape or not close(gradient, upstream * out / x):
        raise Finding("dropout.gradient")


def drops_nothing(student: Subject, x: Tensor = SAMPLE) -> None:
    """p = 0, in training: the output is the input."""
    scales_survivors(student)
    seen = student.attempt(output, x, build="MyDropout(p=0.0)")
    if isinstance(seen, Raised) or not close(has_shape(seen, x.shape), x):
        raise Finding("dropout.p_zero")


def drops_everything(student: Subject, x: Tensor = SAMPLE) -> None:
    """p = 1, in training: zeros, no nan and no division by zero."""
    scales_survivors(student)
    seen = student.attempt(output, x, build="MyDropout(p=1.0)")
    if isinstance(seen, Raised) or not close(has_shape(seen, x.shape), torch.zeros_like(x)):
        raise Finding("dropout.p_one")


def net_keeps_all_in_eval(student: Subject, x: Tensor = NET_SAMPLE) -> None:
    """MODE of DropoutNet: two calls in eval mode agree and drop nothing, whoever switched the mode."""
    for probe in (activations.through_modes, activations.inside_a_parent):
        modes = student.observe(probe, x, build=NET)
        zero = has_shape(modes.evaluated, x.shape) == 0
        if not same_numbers(modes.evaluated, modes.repeated) or zero.double().mean() > SHARE_MARGIN:
            raise Finding("dropout_net.drops_in_eval")


def net_drops_the_share(student: Subject, x: Tensor = NET_SAMPLE) -> None:
    """In training, DropoutNet drops its own p of what the linear layer gives, and scales the rest."""
    net_keeps_all_in_eval(student)
    modes = student.observe(activations.through_modes, x, build=NET)
    kept = has_shape(modes.evaluated, x.shape)
    for output_in_training in (modes.training, modes.training_again):
        seen = has_shape(output_in_training, x.shape)
        share = float((seen == 0).double().mean())
        if share == 0:
            dropped_before = not same_numbers(modes.training, modes.evaluated)
            raise Finding("dropout_net.not_behind" if dropped_before else "dropout_net.never_drops")
        if abs(share - 0.3) > SHARE_MARGIN:
            raise Finding("dropout_net.p_ignored")
        demand_scale(seen, kept, 0.3)
