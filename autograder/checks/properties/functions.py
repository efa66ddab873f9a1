"""Properties of functions, and of modules without parameters: nothing is loaded, only arguments go in."""

from __future__ import annotations

from itertools import zip_longest
from typing import Any

from torch import Tensor

from autograder.checks.exercises import Rng
from autograder.checks.expectations import is_tensor, same_gradient, same_output
from autograder.checks.findings import Finding
from autograder.checks.probes import functions
from autograder.checks.probes.functions import tensors_in
from autograder.checks.subjects import Subject


def same_results(
    student: Subject, reference: Subject, *arguments: Any, build: str | None = None, **options: Any
) -> Tensor:
    """VALUES: the reference's output for the same arguments. Returns what the student's code gave."""
    seen = student.observe(functions.output, *arguments, build=build, **options)
    same_output(seen, reference.observe(functions.output, *arguments, build=build, **options))
    return is_tensor(seen)


def same_input_gradients(
    student: Subject,
    reference: Subject,
    rng: Rng,
    *arguments: Any,
    build: str | None = None,
    name: str = "the input",
    **options: Any,
) -> None:
    """GRADS: every tensor among the arguments gets the reference's gradient under a random upstream gradient."""
    output = reference.observe(functions.output, *arguments, build=build, **options)
    upstream = rng.normal(*is_tensor(output).shape)
    asked: dict[str, Any] = {"upstream": upstream, "options": options, "build": build}
    seen = student.observe(functions.input_gradients, *arguments, **asked)
    required = reference.observe(functions.input_gradients, *arguments, **asked)
    same_output(seen.output, required.output)
    for own, gradient in zip_longest(seen.gradients[: len(required.gradients)], required.gradients):
        same_gradient(name, own, gradient)


def keeps_arguments(student: Subject, *arguments: Any, build: str | None = None, **options: Any) -> None:
    """INPUT: the tensors among the arguments are unchanged after the call."""
    before = tensors_in(arguments)
    after = student.observe(functions.arguments_after, *arguments, build=build, **options)
    if len(after) != len(before):
        raise Finding("input.changed")
    for own, given in zip(after, before, strict=True):
        if own.shape != given.shape or own.dtype != given.dtype or not bool((own == given).all()):
            raise Finding("input.changed")


def differentiates_right(student: Subject, *arguments: Tensor, build: str | None = None) -> None:
    """GRADCHECK: in float64, autograd's gradient is the derivative; `arguments` stay away from kinks."""
    if not student.observe(functions.gradient_is_derivative, *arguments, build=build):
        raise Finding("gradients.not_derivative")
