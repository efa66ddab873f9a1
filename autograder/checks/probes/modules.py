"""Probes that look at any nn.Module."""

from __future__ import annotations

import io
from collections.abc import Iterable
from typing import Any, NamedTuple

import torch
from torch import Tensor, nn

from autograder.checks.probes.state import load, named_state
from autograder.checks.probing import Build, probe, structural_probe


class Entry(NamedTuple):
    """One parameter or buffer."""

    name: str
    shape: tuple[int, ...]
    trainable: bool


class Entries(NamedTuple):
    """Everything that a module registers itself or through its children."""

    parameters: list[Entry]
    buffers: list[Entry]


class Child(NamedTuple):
    """One direct child, the class it has, and how many parameters and buffers lie in it."""

    name: str
    kind: str
    entries: int


class Output(NamedTuple):
    """What a call returned: the name of its class and, where it is a tensor, its numbers."""

    kind: str
    tensor: Tensor | None


class Gradients(NamedTuple):
    """One backward pass: the output, then gradients by the reference's names (None where there is none)."""

    output: Output
    parameters: dict[str, Tensor | None]
    inputs: list[Tensor | None]


class RoundTrip(NamedTuple):
    """A state_dict saved from one instance and loaded into another."""

    missing: list[str]
    unexpected: list[str]
    before: Output
    after: Output


def as_output(value: Any) -> Output:
    """An Output; `value` may be anything that a student's forward returns."""
    return Output(type(value).__name__, value.detach() if isinstance(value, Tensor) else None)


@structural_probe
def entries(build: Build) -> Entries:
    """Parameters in the order of named_parameters(), and the buffers that state_dict() has."""
    module = build()
    saved = module.state_dict()
    buffers = [(name, buffer) for name, buffer in module.named_buffers() if name in saved]
    return Entries(described(module.named_parameters()), described(buffers))


def described(named: Iterable[tuple[str, Tensor]]) -> list[Entry]:
    """Names, shapes and whether they are trained."""
    return [Entry(name, tuple(tensor.shape), tensor.requires_grad) for name, tensor in named]


@probe
def state(build: Build) -> list[tuple[str, Tensor]]:
    """Names and numbers of all parameters and buffers, in the order of registration."""
    return [(name, tensor.detach()) for name, tensor in named_state(build())]


@structural_probe
def built(build: Build) -> str:
    """The class of what is built, without a look inside."""
    return type(build()).__name__


@structural_probe
def children(build: Build) -> list[Child]:
    """Direct children, those given twice listed twice."""
    return [
        Child(name, type(child).__name__, len(named_state(child)))
        for name, child in build()._modules.items()
        if child is not None
    ]


@probe
def forward(build: Build, *inputs: Tensor, load_state: list[tuple[str, Tensor]] | None = None) -> Output:
    """The output of one call, after loading `load_state` where it is given."""
    module = build()
    if load_state is not None:
        load(module, load_state)
    return as_output(module(*inputs))


@probe
def repeated(build: Build, x: Tensor) -> tuple[Output, Output]:
    """Two calls of one instance on the same input."""
    module = build()
    return as_output(module(x)), as_output(module(x))


@probe
def backward(
    build: Build, *inputs: Tensor, upstream: Tensor, load_state: list[tuple[str, Tensor]]
) -> Gradients:
    """Gradients under a given upstream gradient; none where the output does not fit it."""
    module = build()
    placed = load(module, load_state)
    leaves = [x.clone().requires_grad_(x.is_floating_point()) for x in inputs]
    output = module(*leaves)
    if isinstance(output, Tensor) and output.shape == upstream.shape and output.requires_grad:
        torch.autograd.backward(output, upstream)
    gradients = {name: tensor.grad for name, tensor in placed.items()}
    return Gradients(as_output(output), gradients, [leaf.grad for leaf in leaves])


@probe
def reached_by_gradient(build: Build, x: Tensor) -> dict[str, bool]:
    """For each trainable parameter: has it a gradient other than zero after backward from the squared output?"""
    module = build()
    output = module(x)
    if output.requires_grad:
        torch.autograd.backward(output.square().sum())
    return {
        name: parameter.grad is not None and bool(parameter.grad.any())
        for name, parameter in module.named_parameters()
        if parameter.requires_grad
    }


@probe
def input_after(build: Build, x: Tensor) -> Tensor:
    """The caller's tensor, after the call."""
    build()(x)
    return x


@probe
def round_trip(build: Build, x: Tensor) -> RoundTrip:
    """Saves one instance through torch.save, loads it into another, and calls both on x in eval mode."""
    first = build().eval()
    file = io.BytesIO()
    torch.save(first.state_dict(), file)
    file.seek(0)
    second = build().eval()
    keys = second.load_state_dict(torch.load(file, weights_only=True), strict=False)
    return RoundTrip(
        list(keys.missing_keys),
        list(keys.unexpected_keys),
        as_output(first(x.clone())),
        as_output(second(x.clone())),
    )


@probe
def as_double(build: Build, x: Tensor) -> Output:
    """The output of the module after .double(), on x in float64."""
    return as_output(build().double()(x.double()))


@probe
def shared_between_instances(build: Build) -> list[str]:
    """Names of the tensors that two instances, both alive, hold in the same storage."""
    first, second = build(), build()
    pointers = {tensor.data_ptr() for _, tensor in every_tensor(second) if tensor.numel()}
    return [name for name, tensor in every_tensor(first) if tensor.data_ptr() in pointers]


def every_tensor(module: nn.Module) -> list[tuple[str, Tensor]]:
    """Registered state, and the state of modules that stand on the class instead of on the instance."""
    found = named_state(module)
    for name, value in vars(type(module)).items():
        if isinstance(value, nn.Module):
            found += [(f"{name}.{path}", tensor) for path, tensor in named_state(value)]
    return found


@probe
def printed(build: Build) -> tuple[str, str]:
    """repr() and str() of what is built."""
    made = build()
    return repr(made), str(made)
