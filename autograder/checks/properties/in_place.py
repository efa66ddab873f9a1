"""Properties of exercises 3.2 and 3.3: what writes into its input, and what must not."""

from __future__ import annotations

import torch
from torch import Tensor

from autograder.checks.exercises import Rng
from autograder.checks.expectations import close, has_shape, is_tensor
from autograder.checks.findings import Finding
from autograder.checks.probes import activations
from autograder.checks.probes.functions import Plain, input_gradients, output, result
from autograder.checks.probes.modules import printed
from autograder.checks.properties import functions
from autograder.checks.properties.rules import refuses
from autograder.checks.subjects import Raised, Subject

PLAIN = "ReLU()"
IN_PLACE = "ReLU(inplace=True)"
ON_A_COPY = "(lambda x: ReLU(inplace=True)(x * 1))"
"""An in-place module on a tensor that is no leaf, so that autograd lets it write."""

CASES = (
    "relu after linear",
    "relu on a leaf",
    "relu before a second use of its input",
    "relu_ and mul_ after exp",
)
"""What safe_inplace is asked about."""


def rectifies(student: Subject, x: Tensor, build: str) -> None:
    """Negative numbers become 0, the others stay. No reference is needed to say so."""
    seen = has_shape(student.observe(output, x, build=build), x.shape)
    if not torch.equal(seen.to(x.dtype), x * (x > 0)):
        raise Finding("relu.values_of_module")


def leaves_input(student: Subject, x: Tensor) -> None:
    """INPUT, where inplace is False or left out."""
    for build in (PLAIN, "ReLU(inplace=False)"):
        try:
            functions.keeps_arguments(student, x, build=build)
        except Finding as finding:
            if finding.id == "input.changed":
                raise Finding("inplace.always") from None
            raise


def overwrites_input(student: Subject, x: Tensor) -> None:
    """inplace=True returns the caller's own storage, and writes there; by position as well as by name."""
    for build in (IN_PLACE, "ReLU(True)"):
        seen = student.observe(activations.called_in_place, x, build=build)
        is_tensor(seen.output)
        changed = seen.argument.shape != x.shape or not torch.equal(seen.argument, x)
        if not changed:
            raise Finding("inplace.ignored")
        if not seen.one_storage:
            raise Finding("inplace.copied")


def shows_inplace(student: Subject, x: Tensor) -> None:
    """The repr says inplace=True exactly when it is so: a module that does write by default says the truth."""
    if "inplace=True" not in student.observe(printed, build=IN_PLACE)[0]:
        raise Finding("inplace.not_shown")
    if "inplace=True" in student.observe(printed, build=PLAIN)[0]:
        leaves_input(student, x)
        raise Finding("inplace.always_shown")


def leaves_leaves_alone(student: Subject, x: Tensor) -> None:
    """ERR: writing into a leaf that requires a gradient raises."""
    overwrites_input(student, x)
    what = "a leaf that requires a gradient, with inplace=True"
    try:
        refuses(student, what, x, build=IN_PLACE, probe=activations.on_leaf)
    except Finding as finding:
        if finding.id == "misuse.accepted":
            raise Finding("inplace.leaf_accepted") from None
        raise


def derives_in_both_modes(student: Subject, reference: Subject, rng: Rng) -> None:
    """GRADS: the same with and without inplace."""
    x = rng.normal(3, 5)
    leaves_input(student, x)
    for build in (PLAIN, ON_A_COPY):
        rectifies(student, x, build)
        functions.same_input_gradients(student, reference, rng, x, build=build)


def adds_before_overwriting(student: Subject, x: Tensor) -> None:
    """residual_relu is not twice the relu; x holds negative numbers."""
    seen = is_tensor(student.observe(output, x, build="residual_relu"))
    if seen.shape == x.shape and torch.equal(seen.to(x.dtype), 2 * x * (x > 0)):
        raise Finding("residual.overwritten")


def adds_relu(student: Subject, x: Tensor) -> None:
    """VALUES of residual_relu: what is positive counts twice."""
    adds_before_overwriting(student, x)
    seen = has_shape(student.observe(output, x, build="residual_relu"), x.shape)
    if seen.dtype != x.dtype:
        raise Finding("output.dtype", seen=str(seen.dtype), required=str(x.dtype))
    if not close(seen, torch.where(x > 0, 2 * x, x)):
        raise Finding("residual.values")


def keeps_residual_input(student: Subject, x: Tensor) -> None:
    """INPUT of residual_relu."""
    adds_before_overwriting(student, x)
    functions.keeps_arguments(student, x, build="residual_relu")


def derives_the_sum(student: Subject, reference: Subject, rng: Rng, x: Tensor) -> None:
    """GRADS of residual_relu; that autograd misses a value which was overwritten has a finding of its own."""
    keeps_residual_input(student, x)
    adds_relu(student, x)
    tried = student.attempt(
        input_gradients, x, upstream=torch.ones_like(x), options={}, build="residual_relu"
    )
    if isinstance(tried, Raised) and "modified by an inplace operation" in tried.message:
        raise Finding("residual.saved_value")
    functions.same_input_gradients(student, reference, rng, x, build="residual_relu")


def judges_case(student: Subject, case: str, truth: bool, finding: str) -> None:
    """safe_inplace(case) says what torch does; to call everything safe is one mistake, not three."""
    if said(student, case) == truth:
        return
    if all(said(student, other) for other in CASES):
        raise Finding("inplace.all_safe")
    raise Finding(finding)


def said(student: Subject, case: str) -> Plain:
    """What safe_inplace(case) returns: True or False."""
    seen = student.observe(result, case, build="safe_inplace").value
    if seen not in (True, False):
        raise Finding("inplace.no_answer")
    return seen
