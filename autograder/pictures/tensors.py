"""Which tensors a model holds, and how it holds them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import torch
from torch import Tensor, nn

PARAMETER, BUFFER, PLAIN, LOST = "parameter", "buffer", "plain attribute", "lost"


@dataclass(frozen=True)
class Held:
    """A tensor and the way a model holds it: as a parameter, as a buffer, as a plain attribute, or lost."""

    name: str
    kind: str
    tensor: Tensor

    @property
    def label(self) -> str:
        """Name and shape, such as 'weight (256, 20)'."""
        shape = ", ".join(map(str, self.tensor.shape))
        return f"{self.name} ({shape})"


def own_tensors(module: nn.Module) -> list[Held]:
    """The tensors that a module itself holds, its children's not included."""
    parameters = [Held(name, PARAMETER, p) for name, p in module.named_parameters(recurse=False)]
    buffers = [Held(name, BUFFER, b) for name, b in module.named_buffers(recurse=False)]
    return parameters + buffers + [Held(name, PLAIN, tensor) for name, tensor in plain_tensors(module)]


def all_tensors(model: nn.Module) -> list[Held]:
    """The tensors of a model and of everything in it, under their dotted names."""
    return [
        Held(f"{path}.{held.name}" if path else held.name, held.kind, held.tensor)
        for path, module in model.named_modules()
        for held in own_tensors(module)
    ]


def plain_tensors(module: nn.Module) -> Iterator[tuple[str, Tensor]]:
    """Tensors that nn.Module knows nothing of: in attributes, and in their lists, tuples and dicts."""
    for name, value in vars(module).items():
        if name.startswith("_"):
            continue
        if torch.is_tensor(value):
            yield name, value
        elif isinstance(value, (list, tuple)):
            yield from ((f"{name}[{i}]", item) for i, item in enumerate(value) if torch.is_tensor(item))
        elif isinstance(value, dict):
            yield from ((f"{name}[{key!r}]", item) for key, item in value.items() if torch.is_tensor(item))
