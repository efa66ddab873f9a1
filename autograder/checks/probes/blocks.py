"""Probes of chapter 1."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple
from unittest.mock import patch

import torch
from torch import Tensor, nn

from autograder.checks.probes.modules import Output, as_output
from autograder.checks.probes.state import named_state
from autograder.checks.probing import Build, probe


class HiddenMLPStandIn(nn.Module):
    """Stands where the chimera wants a FixedHiddenMLP, so that exercise 1.5 does not depend on 1.4."""

    def __init__(self) -> None:
        super().__init__()
        self.linear = nn.Linear(20, 20)

    def forward(self, X: Tensor) -> Tensor:
        """One number for the whole batch: X (B, 20) -> 0-dim."""
        total: Tensor = self.linear(X).sum()
        return total


def chimera(build_chimera: Callable[[], nn.Module]) -> nn.Module:
    """The student's chimera with the stand-in for its last block, by whichever way the class got there."""
    names = build_chimera.__globals__
    own = names.get("FixedHiddenMLP")
    with patch.dict(names, FixedHiddenMLP=HiddenMLPStandIn):
        network = build_chimera()
    if isinstance(own, type):
        for name, child in list(network.named_children()):
            if isinstance(child, own):
                setattr(network, name, HiddenMLPStandIn())
    return network


def gives_one(network: nn.Module) -> nn.Module:
    """A FixedHiddenMLP whose linear layer turns every row into (1, 0, ..., 0)."""
    weights = {"linear.weight": torch.zeros(20, 20), "linear.bias": torch.eye(20)[0]}
    network.load_state_dict(weights, strict=False)
    return network


class Stack(NamedTuple):
    """What stack() built: is it an nn.Sequential, of how many blocks, weights, and calls of make_block?"""

    is_sequential: bool
    blocks: int
    weights: int
    made: int


@probe
def stacked(build: Build, n: int) -> Stack:
    """Calls stack(make_block, n) with a make_block that counts its calls; a block holds one weight."""
    made = 0

    def make_block() -> nn.Module:
        nonlocal made
        made += 1
        return nn.Linear(4, 4, bias=False)

    network = build()(make_block, n)
    blocks = list(network._modules.values())
    return Stack(isinstance(network, nn.Sequential), len(blocks), len(named_state(network)), made)


@probe
def with_positive_weights(build: Build, X: Tensor) -> Output:
    """The output for X when weights and biases are all 0.5, so that no cancelling can hide a large sum."""
    module = build()
    for parameter in module.parameters():
        parameter.detach().fill_(0.5)
    return as_output(module(X))


@probe
def extra_text(build: Build) -> str:
    """The class of what extra_repr() returns, or '' where the class has none of its own."""
    module = build()
    own = type(module).extra_repr is not nn.Module.extra_repr
    return type(module.extra_repr()).__name__ if own else ""
