"""Probes of chapter 3."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional

from autograder.checks.probes.functions import Result, as_result
from autograder.checks.probes.modules import Output, as_output
from autograder.checks.probing import Build, probe

FAR = 100.0
"""A bias that decides alone whether a unit is above zero, whatever the input."""


class InPlace(NamedTuple):
    """One call: the output, the caller's tensor afterwards, and whether both lie in one place in memory."""

    output: Output
    argument: Tensor
    one_storage: bool


class Caller(NamedTuple):
    """A tensor that was handed in, afterwards."""

    values: Tensor
    requires_grad: bool
    grad: Tensor | None


class Number(NamedTuple):
    """What was returned: the name of its class and, where it is a number, the number."""

    kind: str
    value: float | None


class Modes(NamedTuple):
    """Outputs of one instance on the same input: in training, twice in eval mode, in training again."""

    training: Output
    evaluated: Output
    repeated: Output
    training_again: Output


class LeftBehind(NamedTuple):
    """What a call left on a module: names of submodules with another mode than before, and hooks."""

    modes: list[str]
    hooks: int


@probe
def called_in_place(build: Build, x: Tensor) -> InPlace:
    """One call on a tensor that needs no gradient."""
    returned = build()(x)
    one = isinstance(returned, Tensor) and (
        returned.untyped_storage().data_ptr() == x.untyped_storage().data_ptr()
    )
    return InPlace(as_output(returned), x, one)


@probe
def on_leaf(build: Build, x: Tensor) -> Output:
    """One call on a leaf that requires a gradient."""
    return as_output(build()(x.requires_grad_()))


@probe
def three_times(
    build: Build, x: Tensor, params: dict[str, Tensor], others: dict[str, Tensor]
) -> tuple[Output, Output, Output]:
    """Three calls of one function: with the parameters, with others, and with the first ones again."""
    function = build()
    return (
        as_output(function(x.clone(), cloned(params))),
        as_output(function(x.clone(), cloned(others))),
        as_output(function(x.clone(), cloned(params))),
    )


def cloned(params: dict[str, Tensor]) -> dict[str, Tensor]:
    """The same numbers in tensors of their own."""
    return {name: tensor.clone() for name, tensor in params.items()}


class TwoLayers(nn.Module):
    """Linear, relu, linear, under the names of a ModuleNet; `shift` is added to the last number of all."""

    fc1: nn.Module
    fc2: nn.Module

    def __init__(self, shift: float) -> None:
        super().__init__()
        self.add_module("fc1", nn.Linear(784, 256))
        self.add_module("fc2", nn.Linear(256, 10))
        self.shift = shift

    def forward(self, x: Tensor) -> Tensor:
        """x (B, 784) -> (B, 10)."""
        scores: Tensor = self.fc2(functional.relu(self.fc1(x)))
        shift = torch.zeros_like(scores)
        shift[-1, -1] = self.shift
        return scores + shift


@probe
def compared(build: Build, x: Tensor, shift: float) -> Result:
    """What same(net, x) returns for a network that differs from the usual one in a single number, by `shift`."""
    return as_result(build()(TwoLayers(shift), x))


@probe
def agreement(build: Build, x: Tensor) -> tuple[Output, Output]:
    """The module's output, and the function's with the module's parameters; `build` makes both, as a pair."""
    function, module = build()
    return as_output(module(x)), as_output(function(x, dict(module.named_parameters())))


@probe
def through_modes(build: Build, x: Tensor) -> Modes:
    """The module switches its mode itself."""
    module = build()
    return in_both_modes(module, x)


@probe
def inside_a_parent(build: Build, x: Tensor) -> Modes:
    """The mode is switched on a module around it."""
    return in_both_modes(nn.Sequential(build()), x)


def in_both_modes(module: nn.Module, x: Tensor) -> Modes:
    """Four calls, each on a tensor of its own."""

    def after(switch: Callable[[], object]) -> Output:
        switch()
        return as_output(module(x.clone()))

    return Modes(after(module.train), after(module.eval), after(module.eval), after(module.train))


@probe
def caller_after(build: Build, x: Tensor, grad: Tensor | None) -> Caller:
    """The caller's tensor after the call; with a `grad` it is a leaf that requires one and holds this already."""
    if grad is not None:
        x.requires_grad_()
        x.grad = grad
    build()(x)
    return Caller(x.detach(), x.requires_grad, x.grad)


@probe
def of_a_leaf(build: Build, x: Tensor, grad: Tensor) -> Output:
    """What the call returns for a leaf that requires a gradient and holds one already."""
    x.requires_grad_()
    x.grad = grad
    return as_output(build()(x))


@probe
def share(build: Build, net: str, x: Tensor) -> Number:
    """What dead_fraction(net, x) returns, for one of NETS."""
    returned = build()(NETS[net](), x)
    number = isinstance(returned, (int, float)) and not isinstance(returned, bool)
    return Number(type(returned).__name__, float(returned) if number else None)


@probe
def left_behind(build: Build, net: str, x: Tensor) -> LeftBehind:
    """What dead_fraction(net, x) leaves on one of NETS, whose root trains and whose last child does not."""
    network = NETS[net]().train()
    list(network.children())[-1].eval()
    modes = {name: module.training for name, module in network.named_modules()}
    build()(network, x)
    changed = [name for name, module in network.named_modules() if module.training != modes[name]]
    hooks = sum(len(m._forward_hooks) + len(m._forward_pre_hooks) for m in network.modules())
    return LeftBehind(changed, hooks)


def layer(alive: int, dead: int, inputs: int = 4) -> nn.Linear:
    """A layer whose first units are far above zero and whose last ones are far below, for every usual input."""
    made = nn.Linear(inputs, alive + dead)
    made.weight.detach().fill_(1e-3)
    made.bias.detach().copy_(torch.tensor([FAR] * alive + [-FAR] * dead))
    return made


class Branches(nn.Module):
    """Relu layers at two depths, and a forward that no walk over the children can guess; x (B, 4) -> (B, 4)."""

    def __init__(self) -> None:
        super().__init__()
        self.last = nn.ReLU()
        self.last_layer = layer(3, 1)
        self.block = nn.ModuleDict({"inner": nn.Sequential(layer(2, 6), nn.ReLU())})

    def forward(self, x: Tensor) -> Tensor:
        """The inner block gives eight numbers, of which the others take the dead ones."""
        kept = self.block["inner"](x)[:, 2:6]
        result: Tensor = self.last(self.last_layer(x + kept))
        return result


NETS: dict[str, Callable[[], nn.Module]] = {
    "up": lambda: nn.Sequential(layer(6, 0), nn.ReLU(), nn.Linear(6, 2)),
    "down": lambda: nn.Sequential(layer(0, 6), nn.ReLU(), nn.Linear(6, 2)),
    "signs": lambda: nn.Sequential(nn.Identity(), nn.ReLU()),
    "uneven": lambda: nn.Sequential(layer(1, 4), nn.ReLU(), layer(12, 3, inputs=5), nn.ReLU()),
    "branches": Branches,
    "without": lambda: nn.Sequential(nn.Linear(4, 3), nn.Tanh()),
    "dropout": lambda: nn.Sequential(layer(8, 0), nn.Dropout(0.99), nn.ReLU(), nn.Dropout(0.5)),
}
"""Networks for dead_fraction; x is (B, 4)."""
