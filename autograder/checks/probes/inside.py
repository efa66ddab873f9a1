"""Probes that look inside a module: what is called, and what is kept where PyTorch can't see it."""

from __future__ import annotations

from typing import Any, NamedTuple

import torch
from torch import Tensor, nn

from autograder.checks.probing import Build, probe, structural_probe


class Call(NamedTuple):
    """One call of a child through __call__: was it given the module's own input, or the last child's output?"""

    child: str
    given_input: bool
    given_previous: bool


class Lost(NamedTuple):
    """A parameter, module or tensor outside the registers, and the kind of place it lies in."""

    name: str
    place: str


@probe
def calls(build: Build, x: Tensor) -> list[Call]:
    """The calls of direct children during one forward pass, in order; a child called twice stands twice."""
    module = build()
    seen: list[Call] = []
    last: list[Any] = [None]
    names = {id(child): name for name, child in reversed(list(module.named_children()))}

    def before(child: nn.Module, args: tuple[Any, ...]) -> None:
        given = args[0] if args else None
        seen.append(Call(names[id(child)], same(given, x), same(given, last[0])))

    def after(child: nn.Module, args: tuple[Any, ...], output: Any) -> None:
        last[0] = output

    for child in module.children():
        child.register_forward_pre_hook(before)
        child.register_forward_hook(after)
    module(x)
    return seen


def same(a: Any, b: Any) -> bool:
    """Whether both are tensors with the same numbers."""
    return isinstance(a, Tensor) and isinstance(b, Tensor) and a.shape == b.shape and torch.equal(a, b)


@structural_probe
def lost_state(build: Build) -> list[Lost]:
    """Modules and tensors in class attributes, containers and plain attributes; `_private` names are skipped."""
    made = build()
    modules = made.named_modules() if isinstance(made, nn.Module) else ()
    return [lost for path, module in modules for lost in lost_in(path, module)]


def lost_in(path: str, module: nn.Module) -> list[Lost]:
    """What one module keeps outside its registers."""
    found = []
    for name, value in (vars(type(module)) | vars(module)).items():
        if name.startswith("_"):
            continue
        qualified = f"{path}.{name}" if path else name
        place = place_of(value, on_class=name not in vars(module))
        if place:
            found.append(Lost(qualified, place))
    return found


def place_of(value: Any, on_class: bool) -> str:
    """'class', 'container', 'tensor' or '' where there is nothing to lose."""
    if isinstance(value, (nn.Module, nn.Parameter)):
        return "class" if on_class else "tensor"
    if isinstance(value, Tensor):
        return "tensor"
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, (list, tuple, set)) and any(isinstance(v, (nn.Module, Tensor)) for v in value):
        return "container"
    return ""


@structural_probe
def training_flags(build: Build, mode: bool) -> list[tuple[str, bool]]:
    """The training flag of every module in the tree, after train(mode) on the root."""
    module = build()
    module.train(not mode)
    module.train(mode)
    return [(name, inner.training) for name, inner in module.named_modules()]


@probe
def moved_by_step(build: Build, x: Tensor) -> dict[str, bool]:
    """For each entry of state_dict: did three SGD steps on the parameters change it?"""
    module = build()
    before = {name: tensor.detach().clone() for name, tensor in module.state_dict().items()}
    take_steps(module, x)
    return {name: not torch.equal(tensor, before[name]) for name, tensor in module.state_dict().items()}


def take_steps(module: nn.Module, x: Tensor) -> torch.optim.SGD:
    """Three SGD steps on the squared output; returns the optimizer."""
    optimizer = torch.optim.SGD(module.parameters(), lr=0.1)
    for _ in range(3):
        optimizer.zero_grad()
        module(x).square().sum().backward()
        optimizer.step()
    return optimizer


@probe
def device_after_move(build: Build, name: str) -> str:
    """The device type of the attribute `name` after module.to("meta"): 'meta' if it follows, else 'cpu'."""
    module = build().to("meta")
    return str(getattr(module, name).device.type)
