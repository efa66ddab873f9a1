"""Properties of exercise 3.6: slopes of activations, and units that are always zero."""

from __future__ import annotations

import torch
from torch import Tensor

from autograder.checks.exercises import Rng
from autograder.checks.expectations import close, is_tensor
from autograder.checks.findings import Finding
from autograder.checks.probes import activations
from autograder.checks.probes.functions import output
from autograder.checks.probes.modules import Output
from autograder.checks.subjects import Raised, Subject

SIGMOID = "(lambda x: saturation(torch.sigmoid, x))"
TANH = "(lambda x: saturation(nn.Tanh(), x))"
LEAKY = "(lambda x: saturation(nn.LeakyReLU(0.2), x))"
DEAD = "(lambda x: dead_fraction(nn.Sequential(nn.Linear(4, 3), nn.ReLU()).to(x.device), x))"
FINITE_DIFFERENCE = 0.05
"""An error that small, but larger than rounding, is that of a difference quotient."""


def differentiates(student: Subject, x: Tensor, required: Tensor, build: str) -> None:
    """The result has x's shape and dtype and is the derivative; what usually goes wrong is told apart."""
    seen = student.attempt(output, x, build=build)
    if isinstance(seen, Raised) and "does not require grad" in seen.message:
        raise Finding("saturation.no_graph")
    tensor = has_shape_of(student.observe(output, x, build=build), x)
    if tensor.dtype != x.dtype:
        raise Finding("output.dtype", seen=str(tensor.dtype), required=str(x.dtype))
    if close(tensor, required):
        return
    if torch.allclose(tensor, required, rtol=0, atol=FINITE_DIFFERENCE):
        raise Finding("saturation.finite_difference")
    raise Finding("saturation.values")


def has_shape_of(seen: Output, x: Tensor) -> Tensor:
    """The tensor, in the shape of x."""
    returned = is_tensor(seen)
    if returned.shape != x.shape:
        raise Finding("saturation.shape", seen=tuple(returned.shape), required=tuple(x.shape))
    return returned


def leaves_caller_alone(student: Subject, rng: Rng) -> None:
    """x has the requires_grad and the .grad that it had, with and without a graph of its own."""
    x = rng.normal(3, 5)
    has_shape_of(student.observe(output, x, build=SIGMOID), x)
    for grad in (None, rng.normal(3, 5)):
        after = student.observe(activations.caller_after, x, grad, build=SIGMOID)
        if not torch.equal(after.values, x):
            raise Finding("input.changed")
        if after.requires_grad != (grad is not None) or not same_gradient(after.grad, grad):
            raise Finding("saturation.left_on_x")
    seen = has_shape_of(student.observe(activations.of_a_leaf, x, rng.normal(3, 5), build=SIGMOID), x)
    slope = torch.sigmoid(x) * torch.sigmoid(-x)
    if not close(seen, slope):
        raise Finding("saturation.left_on_x")


def same_gradient(a: Tensor | None, b: Tensor | None) -> bool:
    """Whether both are there with equal numbers, or both are not."""
    return a is b if a is None or b is None else torch.equal(a, b)


def slopes(student: Subject, reference: Subject, x: Tensor, build: str) -> None:
    """VALUES: the reference's derivative."""
    differentiates(student, x, is_tensor(reference.observe(output, x, build=build)), build)


def dead_share(student: Subject, net: str, x: Tensor) -> float:
    """What dead_fraction says about the network of this name."""
    seen = student.observe(activations.share, net, x, build="dead_fraction")
    if seen.value is None:
        raise Finding("dead.not_number", kind=seen.kind)
    return seen.value


def tells_dead_from_alive(student: Subject, rng: Rng) -> None:
    """All units alive is 0.0, all dead is 1.0."""
    alive, dead = (dead_share(student, net, rng.normal(3, 4)) for net in ("up", "down"))
    if (alive, dead) == (1, 0):
        raise Finding("dead.reversed")
    if (alive, dead) != (0, 1):
        raise Finding("dead.extremes")


def looks_at_every_sample(student: Subject, rng: Rng) -> None:
    """A unit that is above zero for one sample is alive."""
    tells_dead_from_alive(student, rng)
    x = rng.normal(3, 4).abs() + 0.1
    if dead_share(student, "signs", torch.cat((x, -x))) != 0:
        raise Finding("dead.some_sample")


def weighs_units(student: Subject, reference: Subject, rng: Rng) -> None:
    """Layers of 5 and 15 units: every unit counts once."""
    tells_dead_from_alive(student, rng)
    x = rng.normal(5, 4)
    seen = dead_share(student, "uneven", x)
    if abs(seen - 0.5) < 1e-4:
        raise Finding("dead.layers_alike")
    if not abs(seen - dead_share(reference, "uneven", x)) < 1e-4:
        raise Finding("dead.layers")


def finds_every_relu(student: Subject, reference: Subject, rng: Rng) -> None:
    """Relu layers at any depth, under any forward."""
    weighs_units(student, reference, rng)
    x = rng.normal(5, 4)
    seen = student.attempt(activations.share, "branches", x, build="dead_fraction")
    if isinstance(seen, Raised) or seen.value is None:
        raise Finding("dead.nested")
    if not abs(seen.value - dead_share(reference, "branches", x)) < 1e-4:
        raise Finding("dead.nested")


def is_zero_without_relu(student: Subject, rng: Rng) -> None:
    """A network without any nn.ReLU has no dead units."""
    tells_dead_from_alive(student, rng)
    seen = student.attempt(activations.share, "without", rng.normal(3, 4), build="dead_fraction")
    if isinstance(seen, Raised) or seen.value != 0:
        raise Finding("dead.without_relu")


def runs_in_eval_mode(student: Subject, rng: Rng) -> None:
    """Dropout in front of a relu kills no unit."""
    tells_dead_from_alive(student, rng)
    if dead_share(student, "dropout", rng.normal(3, 4)) != 0:
        raise Finding("dead.train_mode")


def leaves_net_alone(student: Subject, rng: Rng) -> None:
    """Every submodule has the mode that it had, and no hook is left."""
    tells_dead_from_alive(student, rng)
    left = student.observe(activations.left_behind, "uneven", rng.normal(3, 4), build="dead_fraction")
    if "" in left.modes:
        raise Finding("dead.mode_left")
    if left.modes:
        raise Finding("dead.mode_of_submodules")
    if left.hooks:
        raise Finding("dead.hooks_left")
