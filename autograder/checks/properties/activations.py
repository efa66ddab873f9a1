"""Properties of exercise 3.1: the five activations, each by its name, as functions of one tensor."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from autograder.checks.exercises import Rng
from autograder.checks.expectations import is_tensor, same_output, share_that_differs
from autograder.checks.findings import Finding
from autograder.checks.probes.functions import input_gradients, output
from autograder.checks.probes.modules import Output
from autograder.checks.properties import functions
from autograder.checks.properties.placement import follows_the_device
from autograder.checks.properties.rules import does_not_delegate
from autograder.checks.subjects import LocalSubject, Raised, Subject

ARGUMENTS: dict[str, list[Any]] = {"sigmoid": [], "tanh": [], "relu": [], "leaky_relu": [], "softmax": [1]}
"""The five names, which are forbidden words as well, and what each takes behind x."""

TORCHS_OWN = LocalSubject(
    {
        "sigmoid": torch.sigmoid,
        "tanh": torch.tanh,
        "relu": torch.relu,
        "leaky_relu": F.leaky_relu,
        "softmax": torch.softmax,
        "ReLU": nn.ReLU,
    }
)
"""What the public checks compare with, who have no reference: what the exercises rebuild."""

WIDE = torch.linspace(-100, 100, 41)
"""Numbers that overflow a careless exp, and 0."""

VALUES = {
    "sigmoid": "sigmoid.values",
    "tanh": "tanh.values",
    "relu": "relu.values",
    "leaky_relu": "leaky_relu.values",
    "softmax": "softmax.values",
}
"""The finding for another formula."""

OVERFLOW = {"sigmoid": "sigmoid.overflow", "tanh": "tanh.overflow", "softmax": "softmax.overflow"}
"""The finding for nan or infinity where the function is finite."""


def follows_formula(
    student: Subject, reference: Subject, name: str, x: Tensor, *arguments: Any, **options: Any
) -> Tensor:
    """VALUES of the function of this name, with a finding of its own for each function."""
    if name == "softmax":
        sums_to_one(student, x, *arguments)
    seen = student.observe(output, x, *arguments, build=name, **options)
    expected = reference.observe(output, x, *arguments, build=name, **options)
    try:
        same_output(seen, expected)
    except Finding as finding:
        if name == "tanh" and is_made_of_sigmoid(student, seen, x):
            follows_formula(student, reference, "sigmoid", 2 * x)
        if finding.id == "output.not_finite" and name in OVERFLOW:
            raise Finding(OVERFLOW[name]) from None
        if finding.id in ("values.differ", "output.never_negative"):
            share = share_that_differs(is_tensor(seen), is_tensor(expected))
            raise Finding(VALUES[name], share=share) from None
        raise
    return is_tensor(seen)


def is_made_of_sigmoid(student: Subject, tanh: Output, x: Tensor) -> bool:
    """Whether a tanh has inherited what is wrong with it from the student's own sigmoid."""
    inner = student.attempt(output, 2 * x, build="sigmoid")
    if isinstance(inner, Raised) or inner.tensor is None or tanh.tensor is None:
        return False
    made = 2 * inner.tensor.double() - 1
    own = tanh.tensor.double()
    return own.shape == made.shape and torch.allclose(own, made, rtol=0, atol=1e-5, equal_nan=True)


def keeps_each_argument(student: Subject, name: str, rng: Rng) -> None:
    """INPUT of the function of this name."""
    functions.keeps_arguments(student, rng.normal(3, 5), *ARGUMENTS[name], build=name)


def derives(
    student: Subject, reference: Subject, rng: Rng, name: str, x: Tensor, *arguments: Any, **options: Any
) -> None:
    """GRADS of the function of this name, where its values are right; x stays away from kinks."""
    follows_formula(student, reference, name, x, *arguments, **options)
    keeps_each_argument(student, name, rng)
    functions.same_input_gradients(
        student, reference, rng, x, *arguments, build=name, name=f"the input of {name}", **options
    )


def derives_at_zero(student: Subject, reference: Subject, rng: Rng, name: str) -> None:
    """A smooth function has its derivative at 0 too: one made of pieces that do not fit smoothly has not."""
    try:
        derives(student, reference, rng, name, torch.zeros(3))
    except Finding as finding:
        if finding.id == "gradients.differ":
            raise Finding("gradient.at_zero", name=name) from None
        raise


def derives_far_out(student: Subject, name: str, x: Tensor, *arguments: Any) -> None:
    """The gradient of large numbers is finite."""
    seen = student.observe(
        input_gradients, x, *arguments, upstream=torch.ones_like(x), options={}, build=name
    )
    gradient = seen.gradients[0] if seen.gradients else None
    if gradient is None:
        raise Finding("gradients.missing", name=f"the input of {name}")
    if not gradient.isfinite().all():
        raise Finding("gradient.overflow", name=name)


def follows_double(student: Subject, reference: Subject, rng: Rng, name: str) -> None:
    """DTYPE: float64 in, float64 out, and computed in float64."""
    x = rng.normal(3, 5)
    follows_formula(student, reference, name, x, *ARGUMENTS[name])
    try:
        follows_formula(student, reference, name, x.double(), *ARGUMENTS[name])
    except Finding as finding:
        if finding.id == VALUES[name]:
            raise Finding("activation.single_precision", name=name) from None
        raise


def follows_device(student: Subject, reference: Subject, rng: Rng, name: str) -> None:
    """PLACE; what leaves the graph fails there too, but is the business of the gradient's check."""
    x = rng.normal(3, 5)
    derives(student, reference, rng, name, x, *ARGUMENTS[name])
    follows_the_device(student, x, *ARGUMENTS[name], build=name)


def is_built_by_hand(student: Subject, rng: Rng, name: str) -> None:
    """FORBID: none of the five names of torch is called."""
    does_not_delegate(student, list(ARGUMENTS), rng.normal(3, 5), *ARGUMENTS[name], build=name)


def has_limits(student: Subject, name: str, x: Tensor, limits: Tensor, *arguments: Any) -> None:
    """At infinity the value is the limit."""
    seen = is_tensor(student.observe(output, x, *arguments, build=name))
    if seen.shape != limits.shape or not torch.allclose(seen.to(limits.dtype), limits):
        raise Finding("activation.infinity", name=name)


def has_torchs_limits(student: Subject, name: str, x: Tensor) -> None:
    """At infinity the value is what PyTorch's own function says."""
    has_limits(student, name, x, is_tensor(TORCHS_OWN.observe(output, x, build=name)))


def sums_to_one(student: Subject, x: Tensor, dim: int) -> None:
    """Along dim, softmax sums to 1; normalising over everything, or along another dim, is told apart."""
    seen = is_tensor(student.observe(output, x, build="softmax", dim=dim))
    if seen.shape != x.shape:
        raise Finding("output.shape", seen=tuple(seen.shape), required=tuple(x.shape))
    if not seen.isfinite().all():
        raise Finding("softmax.overflow")
    if all_ones(seen.sum(dim)):
        return
    if all_ones(seen.sum()):
        raise Finding("softmax.whole")
    if any(all_ones(seen.sum(other)) for other in range(x.dim())):
        raise Finding("softmax.dim_ignored")
    raise Finding("softmax.sum")


def all_ones(sums: Tensor) -> bool:
    """Whether all of them are 1 up to rounding."""
    return torch.allclose(sums.double(), torch.ones(sums.shape, dtype=torch.float64), rtol=0, atol=1e-3)


def ignores_shifts(student: Subject, rng: Rng) -> None:
    """Adding one number to all entries of a slice leaves softmax as it is."""
    # Sixteenths are exact in float32, with and without 64 added.
    x = (16 * rng.normal(3, 5)).round() / 16
    seen = is_tensor(student.observe(output, x, 1, build="softmax"))
    shifted = is_tensor(student.observe(output, x + 64, 1, build="softmax"))
    if seen.shape != shifted.shape or not torch.allclose(
        seen.double(), shifted.double(), rtol=1e-3, atol=1e-4
    ):
        raise Finding("softmax.shift")


def survives_large_numbers(student: Subject, rng: Rng) -> None:
    """Numbers near 1000, alone and together with small ones, give what their differences say."""
    follows_formula(student, TORCHS_OWN, "softmax", rng.normal(3, 5), 1)
    for row in ([1000.0, 1001.0], [-1000.0, -1001.0], [0.0, 1000.0, 3.0], [-1000.0, -1002.0, 0.0]):
        x = torch.tensor(row)
        seen = is_tensor(student.observe(output, x, 0, build="softmax"))
        if not seen.isfinite().all():
            raise Finding("softmax.overflow")
        required = torch.softmax(x.double(), 0)
        # Near 1000, float32 has four digits behind the point: an answer through logsumexp has no more.
        if seen.shape != x.shape or not torch.allclose(seen.double(), required, rtol=1e-3, atol=1e-3):
            raise Finding("softmax.shift")
    ignores_shifts(student, rng)


def survives_far_slices(student: Subject, rng: Rng) -> None:
    """A slice far below the others is normalised by itself."""
    survives_large_numbers(student, rng)
    x = torch.tensor([[0.0, 1.0, 2.0], [-300.0, -301.0, -303.0]])
    seen = is_tensor(student.observe(output, x, 1, build="softmax"))
    if seen.shape != x.shape or not all_ones(seen.sum(1)):
        raise Finding("softmax.global_max")


def takes_slope(student: Subject, reference: Subject, x: Tensor, slope: float) -> None:
    """leaky_relu with a slope of its own; x holds negative numbers."""
    follows_formula(student, reference, "leaky_relu", x)
    seen = is_tensor(student.observe(output, x, slope, build="leaky_relu"))
    default = is_tensor(student.observe(output, x, build="leaky_relu"))
    if seen.shape == default.shape and torch.equal(seen, default):
        raise Finding("leaky_relu.slope_ignored")


def takes_steep_slope(student: Subject, reference: Subject, x: Tensor) -> None:
    """A slope above 1 is a slope like any other."""
    takes_slope(student, reference, x, 2.0)
    follows_formula(student, reference, "leaky_relu", x, 0.3)
    try:
        follows_formula(student, reference, "leaky_relu", x, negative_slope=2.0)
    except Finding as finding:
        if finding.id == "leaky_relu.values":
            raise Finding("leaky_relu.slope_above_one") from None
        raise
