"""Probes of a layer that looks up rows of its weight."""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor

from autograder.checks.probing import Build, probe


class Trained(NamedTuple):
    """The weight before and after some steps, and the gradient of the first (None where there is none)."""

    before: Tensor
    after: Tensor
    gradient: Tensor | None


@probe
def trained(build: Build, ids: Tensor, steps: int) -> Trained:
    """SGD steps that move every row that is looked up: the loss is the squared distance to 1."""
    module = build()
    before = module.weight.detach().clone()
    optimizer = torch.optim.SGD(module.parameters(), lr=0.1)
    gradient: Tensor | None = None
    for _ in range(steps):
        optimizer.zero_grad()
        (module(ids) - 1).square().sum().backward()
        if gradient is None and module.weight.grad is not None:
            gradient = module.weight.grad.detach().clone()
        optimizer.step()
    return Trained(before, module.weight.detach(), gradient)
