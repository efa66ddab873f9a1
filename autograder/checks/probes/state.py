"""A module's state as named tensors, and loading one module's state into another that may differ in names."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Protocol, TypeVar

import torch
from torch import Tensor, nn

NamedTensors = list[tuple[str, Tensor]]


class Shaped(Protocol):
    """Whatever has a shape: a tensor, or the description of one."""

    @property
    def shape(self) -> tuple[int, ...]:
        """Sizes, as torch gives them."""


Own = TypeVar("Own", bound=Shaped)


def named_state(module: nn.Module) -> NamedTensors:
    """Parameters, then buffers, each in the order of registration."""
    return [*module.named_parameters(), *module.named_buffers()]


def match(
    own: Sequence[tuple[str, Own]], given: Sequence[tuple[str, Shaped]]
) -> list[tuple[str, Own]] | None:
    """Pairs each given name with the entry of `own` that plays its part.

    By name where every name and shape agrees; else by order where the shapes agree in order; else by
    shape where every shape occurs once. None if no way fits: a name that differs must not cost the values.
    """
    by_name = dict(own)
    if all(name in by_name and by_name[name].shape == entry.shape for name, entry in given):
        return [(name, by_name[name]) for name, _ in given]
    shapes, wanted = [entry.shape for _, entry in own], [entry.shape for _, entry in given]
    if shapes == wanted:
        return [(name, entry) for (name, _), (_, entry) in zip(given, own, strict=True)]
    if Counter(shapes) == Counter(wanted) and len(set(shapes)) == len(shapes):
        by_shape = {entry.shape: entry for _, entry in own}
        return [(name, by_shape[entry.shape]) for name, entry in given]
    return None


def load(module: nn.Module, given: NamedTensors) -> dict[str, Tensor]:
    """Copies the given values into the module; returns the module's tensors by the given names.

    Raises ValueError if the module has no place for them.
    """
    placed = match(named_state(module), given)
    if placed is None:
        raise ValueError("the module's parameters do not fit the ones to load")
    with torch.no_grad():
        for (_, own), (_, value) in zip(placed, given, strict=True):
            own.copy_(value)
    return dict(placed)
