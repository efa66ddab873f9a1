"""Probes that call a student's function."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NamedTuple

import torch
from torch import Tensor

from autograder.checks.probes.modules import Output, as_output
from autograder.checks.probing import Build, probe

Plain = bool | int | float | str | list[Any] | dict[str, Any] | None


class Result(NamedTuple):
    """What a function returned: the name of its class and, where it is plain, the value."""

    kind: str
    value: Plain


class InputGradients(NamedTuple):
    """One call and the gradients of its tensors (None where there is none, or where a tensor holds integers)."""

    output: Output
    gradients: list[Tensor | None]


@probe
def result(build: Build, *arguments: Any, **options: Any) -> Result:
    """Calls the function that is built with these arguments."""
    return as_result(build()(*arguments, **options))


def as_result(returned: Any) -> Result:
    """A Result; `returned` may be anything that a student's function returns."""
    return Result(type(returned).__name__, returned if is_plain(returned) else None)


def is_plain(value: Any) -> bool:
    """Whether the value is made of numbers, texts, lists and dicts alone."""
    if isinstance(value, (list, tuple)):
        return all(is_plain(item) for item in value)
    if isinstance(value, dict):
        return all(isinstance(key, str) and is_plain(item) for key, item in value.items())
    return value is None or type(value) in (bool, int, float, str)


@probe
def output(build: Build, *arguments: Any, **options: Any) -> Output:
    """What the function that is built returns for these arguments: tensors, numbers, lists and dictionaries."""
    return as_output(build()(*arguments, **options))


@probe
def input_gradients(
    build: Build, *arguments: Any, upstream: Tensor, options: dict[str, Any] | None = None
) -> InputGradients:
    """Gradients of all tensors among the arguments, in order, under a given upstream gradient.

    None for every one of them where the output does not have the upstream gradient's shape.
    """
    arguments = tuple(with_gradient(argument) for argument in arguments)
    returned = build()(*arguments, **(options or {}))
    if isinstance(returned, Tensor) and returned.shape == upstream.shape and returned.requires_grad:
        torch.autograd.backward(returned, upstream.to(returned.dtype))
    return InputGradients(as_output(returned), [tensor.grad for tensor in tensors_in(arguments)])


def with_gradient(value: Any) -> Any:
    """The same value with its floating tensors as leaves that ask for a gradient."""
    if isinstance(value, Tensor):
        return value.clone().requires_grad_(value.is_floating_point() or value.is_complex())
    if isinstance(value, dict):
        return {key: with_gradient(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [with_gradient(item) for item in value]
    return value


def tensors_in(values: Iterable[Any]) -> list[Tensor]:
    """All tensors, those in lists and dictionaries too, in order."""
    found: list[Tensor] = []
    for value in values:
        if isinstance(value, Tensor):
            found.append(value)
        elif isinstance(value, dict):
            found += tensors_in(value.values())
        elif isinstance(value, (list, tuple)):
            found += tensors_in(value)
    return found


@probe
def arguments_after(build: Build, *arguments: Any, **options: Any) -> list[Tensor]:
    """The tensors among the arguments, after the call."""
    build()(*arguments, **options)
    return tensors_in(arguments)


@probe
def gradient_is_derivative(build: Build, *arguments: Tensor) -> bool:
    """Whether autograd's gradient is the numerical derivative, of what is built, in float64, at these arguments."""
    made = build()
    if isinstance(made, torch.nn.Module):
        made = made.double()
    doubles = [x.double().requires_grad_() if x.is_floating_point() else x for x in arguments]
    return bool(torch.autograd.gradcheck(made, doubles, raise_exception=False))
