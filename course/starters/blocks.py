"""Chapter 1, blocks: the code that fix-the-bug exercises hand out. It is broken on purpose."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional as F


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
        self.rand_weight = torch.rand(20, 20)
        self.linear = nn.Linear(20, 20)

    def forward(self, X: Tensor) -> Tensor:
        X = self.linear(X)
        X = F.relu(X @ self.rand_weight + 1)
        X = self.linear(X)
        while X.abs().sum() > 1:
            X = X / 2
        return X.sum()
