"""How a variant is written: a function that builds a module, its input, and where it must end."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn

B, T, D, H = 4, 5, 20, 20
"""Batch, time steps, features in and out."""


@dataclass(frozen=True)
class Variant:
    """`ends` is "ok", a phase, or "not_checked": what the simulation must say, and unless not_checked CUDA too."""

    name: str
    build: Callable[[], Any]
    inputs: Callable[[], list[Any]]
    ends: str
    optimizer: str
    before_move: bool

    @property
    def family(self) -> str:
        """The file that it stands in."""
        return self.build.__module__.rpartition(".")[2]


VARIANTS: dict[str, Variant] = {}
"""All of them by name, in the order of the files."""


def rows() -> list[Tensor]:
    """(B, D)."""
    return [torch.rand(B, D)]


def sequence() -> list[Tensor]:
    """(B, T, D)."""
    return [torch.rand(B, T, D)]


def ids() -> list[Tensor]:
    """(B, T) whole numbers below 10."""
    return [torch.randint(0, 10, (B, T))]


def images() -> list[Tensor]:
    """(B, 3, 8, 8)."""
    return [torch.rand(B, 3, 8, 8)]


def labelled() -> list[Tensor]:
    """(B, D) and B classes below 3."""
    return [torch.rand(B, D), torch.randint(0, 3, (B,))]


Build = Callable[[], Any]


def variant(
    inputs: Callable[[], list[Any]], ends: str = "ok", optimizer: str = "SGD", before_move: bool = False
) -> Callable[[Build], Build]:
    """Takes a function that builds a module into the collection."""

    def take(build: Build) -> Build:
        name = build.__name__
        assert name not in VARIANTS, name
        VARIANTS[name] = Variant(name, build, inputs, ends, optimizer, before_move)
        return build

    return take


class Made(nn.Module):
    """A module of the given parts, and a function for its forward."""

    def __init__(
        self, forward: Callable[..., Any], buffers: dict[str, Tensor], parts: dict[str, Any]
    ) -> None:
        super().__init__()
        self.body = forward
        for name, tensor in buffers.items():
            self.register_buffer(name, tensor)
        for name, part in parts.items():
            setattr(self, name, part)

    def forward(self, *inputs: Any) -> Any:
        """Whatever the function makes of the module and its inputs."""
        return self.body(self, *inputs)


def made(forward: Callable[..., Any], buffers: dict[str, Tensor] | None = None, **parts: Any) -> Any:
    """A module that has `parts` as attributes and computes forward(module, *inputs)."""
    return Made(forward, buffers or {}, parts)


def linear() -> nn.Linear:
    """D to H."""
    return nn.Linear(D, H)


def apply(function: Any, *inputs: Any) -> Any:
    """The result of a torch.autograd.Function."""
    return function.apply(*inputs)
