"""Chapter 1, blocks: modules made of modules.

Letters: B is the batch. Shapes stand in docstrings as (B, 20).
The lines between the solution marks are what students write.
"""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor, nn
from torch.nn import functional as F


class SimpleNet(nn.Module):
    """Two linear layers with a ReLU between them: x (..., input_size) -> scores (..., output_size).

    The three layers are the attributes `fc1`, `relu` and `fc2`, all of them modules.
    The scores are not squashed: they may be negative.
    """

    def __init__(self, input_size: int, hidden_size: int, output_size: int) -> None:
        ### BEGIN SOLUTION
        super().__init__()
        self.fc1 = nn.Linear(input_size, hidden_size)
        self.relu = nn.ReLU()
        self.fc2 = nn.Linear(hidden_size, output_size)
        ### END SOLUTION

    def forward(self, x: Tensor) -> Tensor:
        ### BEGIN SOLUTION
        return self.fc2(self.relu(self.fc1(x)))
        ### END SOLUTION


class MLP(nn.Module):
    """One hidden layer of 256 units: X (B, 20) -> scores (B, 10).

    `hidden` and `out` are linear layers; the ReLU between them has no weights and needs no attribute.
    """

    def __init__(self) -> None:
        super().__init__()
        ### BEGIN SOLUTION
        self.hidden = nn.Linear(20, 256)
        self.out = nn.Linear(256, 10)
        ### END SOLUTION

    def forward(self, X: Tensor) -> Tensor:
        ### BEGIN SOLUTION
        return self.out(F.relu(self.hidden(X)))
        ### END SOLUTION


class MySequential(nn.Module):
    """A chain of modules: each receives what the one before it returned.

    The children are named '0', '1', ... in the order given, as nn.Sequential names them.
    Without any module, forward returns X itself. What is not an nn.Module is refused with a TypeError.
    A module that is given twice runs twice; its weights are still one set.
    """

    def __init__(self, *modules: nn.Module) -> None:
        super().__init__()
        ### BEGIN SOLUTION
        for index, module in enumerate(modules):
            self.add_module(str(index), module)
        ### END SOLUTION

    def forward(self, X: Tensor) -> Tensor:
        ### BEGIN SOLUTION
        for block in self._modules.values():
            X = block(X)
        return X
        ### END SOLUTION


class FixedHiddenMLP(nn.Module):
    """A linear layer used twice around a constant: X (B, 20) -> one number, 0-dim, in [-1, 1].

    In this order: linear; relu(X @ rand_weight + 1); the same linear again; halve while the sum
    of |X| exceeds 1; return the sum of X.

    `rand_weight` is a (20, 20) constant. It is no parameter and is never trained, but it belongs
    to the model: it is saved, loaded, moved and cast with it.
    An input that can never be halved below 1 (an infinite one) may raise or return; it must end.
    """

    def __init__(self) -> None:
        super().__init__()
        ### BEGIN SOLUTION
        self.register_buffer("rand_weight", torch.rand(20, 20))
        self.linear = nn.Linear(20, 20)
        ### END SOLUTION

    def forward(self, X: Tensor) -> Tensor:
        ### BEGIN SOLUTION
        X = self.linear(X)
        X = F.relu(X @ self.rand_weight + 1)
        X = self.linear(X)
        if not X.isfinite().all():
            raise ValueError("FixedHiddenMLP needs finite numbers: halving infinity never ends")
        while X.abs().sum() > 1:
            X = X / 2
        return X.sum()
        ### END SOLUTION


class NestMLP(nn.Module):
    """A container inside a module: X (B, 20) -> (B, 16).

    `net` is an nn.Sequential of Linear(20, 64), ReLU, Linear(64, 32), ReLU; `linear` is Linear(32, 16).
    """

    def __init__(self) -> None:
        super().__init__()
        ### BEGIN SOLUTION
        self.net = nn.Sequential(nn.Linear(20, 64), nn.ReLU(), nn.Linear(64, 32), nn.ReLU())
        self.linear = nn.Linear(32, 16)
        ### END SOLUTION

    def forward(self, X: Tensor) -> Tensor:
        ### BEGIN SOLUTION
        return self.linear(self.net(X))
        ### END SOLUTION


def build_chimera() -> nn.Sequential:
    """A NestMLP, then a Linear(16, 20), then a FixedHiddenMLP, in one nn.Sequential: X (B, 20) -> 0-dim."""
    ### BEGIN SOLUTION
    return nn.Sequential(NestMLP(), nn.Linear(16, 20), FixedHiddenMLP())
    ### END SOLUTION


def chimera_names() -> list[str]:
    """The names that build_chimera().named_parameters() lists, in its order: write them down, then run it."""
    ### BEGIN SOLUTION
    return [
        "0.net.0.weight",
        "0.net.0.bias",
        "0.net.2.weight",
        "0.net.2.bias",
        "0.linear.weight",
        "0.linear.bias",
        "1.weight",
        "1.bias",
        "2.linear.weight",
        "2.linear.bias",
    ]
    ### END SOLUTION


class Parallel(nn.Module):
    """Two networks side by side: both see x, and their outputs are concatenated along `dim`.

    x (B, in) -> (B, out1 + out2) with the default dim=-1. The networks are the attributes `net1` and `net2`.
    """

    def __init__(self, net1: nn.Module, net2: nn.Module, dim: int = -1) -> None:
        super().__init__()
        ### BEGIN SOLUTION
        self.net1 = net1
        self.net2 = net2
        self.dim = dim
        ### END SOLUTION

    def forward(self, x: Tensor) -> Tensor:
        ### BEGIN SOLUTION
        return torch.cat((self.net1(x), self.net2(x)), dim=self.dim)
        ### END SOLUTION


def stack(make_block: Callable[[], nn.Module], n: int) -> nn.Sequential:
    """n blocks with weights of their own, one after another; with n = 0 a network that returns its input.

    `make_block` makes one new block a call and is called exactly n times.
    """
    ### BEGIN SOLUTION
    return nn.Sequential(*(make_block() for _ in range(n)))
    ### END SOLUTION


class Scale(nn.Module):
    """Multiplies by a constant: x -> x * factor, any shape.

    Printed alone it reads `Scale(factor=2.0)`, and so it does inside a parent.
    """

    def __init__(self, factor: float) -> None:
        super().__init__()
        self.factor = factor

    def forward(self, x: Tensor) -> Tensor:
        ### BEGIN SOLUTION
        return x * self.factor
        ### END SOLUTION

    def extra_repr(self) -> str:
        """The text that nn.Module puts between the brackets of its repr."""
        ### BEGIN SOLUTION
        return f"factor={self.factor}"
        ### END SOLUTION


def predict_print() -> str:
    """The text that print(nn.Sequential(Scale(2.0))) shows: write it down, line by line, then run it."""
    ### BEGIN SOLUTION
    return "Sequential(\n  (0): Scale(factor=2.0)\n)"
    ### END SOLUTION
