"""Probes of chapter 2, exercises 2.1 to 2.5."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from contextlib import ExitStack
from itertools import pairwise
from typing import Any, NamedTuple
from unittest.mock import patch

import torch
from torch import Tensor, nn
from torch.nn import functional

from autograder.checks.probing import Build, gpu_probe, probe, structural_probe
from autograder.simulated_gpu import NotImitatedError, simulated_gpu
from autograder.simulated_gpu import current as current_gpu


class LinearStandIn(nn.Module):
    """Stands where Perceptron wants the Linear of exercise 2.2, so that 2.3 does not depend on it.

    It leans on PyTorch's own, which 2.2 forbids: students have this file, and it must not answer 2.2.
    """

    def __init__(self, in_features: int, out_features: int, bias: bool = True) -> None:
        super().__init__()
        ready_made = nn.Linear(in_features, out_features, bias)
        self.w = nn.Parameter(ready_made.weight.detach().T.contiguous())
        self.b = ready_made.bias

    def forward(self, x: Tensor) -> Tensor:
        """x (..., in_features) -> (..., out_features)."""
        return functional.linear(x, self.w.T, self.b)


def perceptron(make: Callable[..., nn.Module], *sizes: int) -> nn.Module:
    """The student's Perceptron with stand-ins for its layers, by whichever way the class got there.

    `sizes` are those of the input, the hidden layer and the output.
    """
    names = globals_of(make)
    own = names.get("Linear")
    stand_ins = {name: LinearStandIn for name, value in names.items() if own is not None and value is own}
    with patch.dict(names, {"Linear": LinearStandIn, **stand_ins}):
        network = make(*sizes)
    if isinstance(own, type) and isinstance(network, nn.Module):
        pairs = list(pairwise(sizes))
        for parent in list(network.modules()):
            for name, child in list(parent.named_children()):
                if isinstance(child, own) and pairs:
                    setattr(parent, name, LinearStandIn(*pairs.pop(0)))
    return network


def globals_of(made: Any) -> dict[str, Any]:
    """The global names that a function, or the methods of a class, see."""
    for function in (made, *vars(made).values()) if isinstance(made, type) else (made,):
        if inspect.isfunction(function):
            return function.__globals__
    return {}


class ConvSettings(NamedTuple):
    """What make_sharpen_conv() made: its class, whether that is an nn.Conv2d, and what it convolves with."""

    kind: str
    is_conv2d: bool
    weight: Tensor | None
    trainable: bool
    has_bias: bool


@probe
def conv_settings(build: Build) -> ConvSettings:
    """The convolution's weight and bias, as its attributes hold them."""
    conv = build()
    weight = getattr(conv, "weight", None)
    if not isinstance(weight, Tensor):
        weight = None
    return ConvSettings(
        type(conv).__name__,
        isinstance(conv, nn.Conv2d),
        None if weight is None else weight.detach(),
        weight is not None and weight.requires_grad,
        getattr(conv, "bias", None) is not None,
    )


@structural_probe
def attribute_kind(build: Build, name: str) -> str:
    """The class of the attribute `name`; '' where there is no such attribute."""
    module = build()
    return type(getattr(module, name)).__name__ if hasattr(module, name) else ""


@structural_probe
def computed_tensors(build: Build) -> list[str]:
    """Attributes that hold what an operation on a Parameter gave, instead of a Parameter."""
    return names_of_computed(build())


@gpu_probe
def computed_tensors_on_gpu(build: Build, device: str = "simulated") -> list[str]:
    """The same, built where there is a GPU: moving a Parameter there is an operation too."""
    with ExitStack() as stack:
        if device == "simulated" and current_gpu() is None:
            stack.enter_context(simulated_gpu())
        try:
            return names_of_computed(build())
        except NotImitatedError:
            return []


def names_of_computed(module: Any) -> list[str]:
    """Attributes whose tensor has a history of operations."""
    return [
        name
        for name, value in getattr(module, "__dict__", {}).items()
        if isinstance(value, Tensor) and value.grad_fn is not None and not name.startswith("_")
    ]


@probe
def replaced_parameters(build: Build, x: Tensor) -> list[str]:
    """Names under which another Parameter stands after a call than before it."""
    module = build()
    before = dict(module.named_parameters())
    module(x)
    after = dict(module.named_parameters())
    return [name for name, parameter in before.items() if after.get(name) is not parameter]


@probe
def ends_in_a_leaf(build: Build, x: Tensor) -> bool:
    """Whether the output asks for a gradient without coming from anything."""
    output = build()(x)
    return isinstance(output, Tensor) and output.requires_grad and output.is_leaf


@probe
def has_gradient(build: Build, x: Tensor) -> dict[str, bool]:
    """For each parameter: is its .grad a tensor after backward from the squared output?"""
    module = build()
    output = module(x)
    if output.requires_grad:
        torch.autograd.backward(output.square().sum())
    return {name: parameter.grad is not None for name, parameter in module.named_parameters()}
