"""Chapter 3, activations: the code that fix-the-bug exercises hand out. It is broken on purpose."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional as F


def residual_relu(x: Tensor) -> Tensor:
    """x + relu(x), any shape; x itself is left as it was."""
    h = x * 1
    return h + F.relu(h, inplace=True)


class DropoutNet(nn.Module):
    """A Linear(8, 8), then dropout with probability p: x (B, 8) -> (B, 8).

    In eval mode, its own or that of a model around it, nothing is dropped. Attributes may have any name.
    """

    def __init__(self, p: float = 0.5) -> None:
        super().__init__()
        self.linear = nn.Linear(8, 8)
        self.p = p

    def forward(self, x: Tensor) -> Tensor:
        return F.dropout(self.linear(x))
