"""Chapter 4, containers: many modules kept in one, and the ways in which one gets lost.

Letters: B is the batch. Shapes stand in docstrings as (B, 10).
The lines between the solution marks are what students write.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Mapping, Sequence

import torch  # noqa: F401  (every notebook has it at hand)
from torch import Tensor, nn
from torch.nn import functional as F


class MyModel(nn.Module):
    """Four layers in a list, one after another: x (B, 10) -> (B, 30), every number between -1 and 1.

    `layers` is an nn.ModuleList of Linear(10, 20), ReLU, Linear(20, 30) and Tanh, in this order.
    """

    def __init__(self) -> None:
        super().__init__()
        ### BEGIN SOLUTION
        self.layers = nn.ModuleList([nn.Linear(10, 20), nn.ReLU(), nn.Linear(20, 30), nn.Tanh()])
        ### END SOLUTION

    def forward(self, x: Tensor) -> Tensor:
        ### BEGIN SOLUTION
        for layer in self.layers:
            x = layer(x)
        return x
        ### END SOLUTION


def lost(module: nn.Module) -> list[str]:
    """The paths of all tensors and modules that the module keeps where PyTorch can't find them.

    Looked at are the attributes of `module` and of every module registered below it, and what lies in
    those attributes in lists, tuples and dictionaries (with text keys), nested in any way.
    A path is written with dots: `scale`, `layers.0`, `block.inner.table.x`. The order is free.

    A tensor or module is registered if the very object is a parameter, buffer or submodule anywhere
    below `module`, or `module` itself: a list that mentions it once more loses nothing.
    A lost module is named once, as a whole: what lies inside it is not looked at.
    What lies in two places may be named by one of the paths or by both; no path stands in the list twice.
    The module is left as it was. Attributes that start with an underscore are not tested.
    """
    ### BEGIN SOLUTION
    registered = {id(found) for found in (*module.modules(), *module.parameters(), *module.buffers())}

    def search(path: str, value: object) -> list[str]:
        if isinstance(value, (Tensor, nn.Module)):
            return [] if id(value) in registered else [path]
        if isinstance(value, (list, tuple)):
            value = dict(enumerate(value))
        if isinstance(value, dict):
            return [name for key, item in value.items() for name in search(f"{path}.{key}", item)]
        return []

    return [
        name
        for path, owner in module.named_modules()
        for attribute, value in vars(owner).items()
        if not attribute.startswith("_")
        for name in search(f"{path}.{attribute}" if path else attribute, value)
    ]
    ### END SOLUTION


def build_mlp(sizes: Sequence[int], activation: Callable[[], nn.Module] = nn.ReLU) -> nn.Sequential:
    """Linear layers with an activation between each two: x (B, sizes[0]) -> (B, sizes[-1]).

    build_mlp([5, 7, 3]) is nn.Sequential(nn.Linear(5, 7), nn.ReLU(), nn.Linear(7, 3)): nothing stands
    after the last Linear. `activation` is called without arguments and returns a module. Every place
    gets one of its own, for an activation may have weights.
    Fewer than two sizes are refused with a ValueError. `sizes` is left as it was.
    """
    ### BEGIN SOLUTION
    if len(sizes) < 2:
        raise ValueError("build_mlp needs at least two sizes: that of the input and that of the output")
    layers: list[nn.Module] = [nn.Linear(sizes[0], sizes[1])]
    for index in range(1, len(sizes) - 1):
        layers += [activation(), nn.Linear(sizes[index], sizes[index + 1])]
    return nn.Sequential(*layers)
    ### END SOLUTION


class ResidualStack(nn.Module):
    """`depth` linear layers, each of which adds to what it is given: x (B, width) -> (B, width).

    In each step x becomes x + relu(layer(x)). `layers` is an nn.ModuleList of `depth` layers
    Linear(width, width), each with weights of its own. The caller's tensor is left as it was.
    """

    def __init__(self, width: int, depth: int) -> None:
        super().__init__()
        ### BEGIN SOLUTION
        self.layers = nn.ModuleList(nn.Linear(width, width) for _ in range(depth))
        ### END SOLUTION

    def forward(self, x: Tensor) -> Tensor:
        ### BEGIN SOLUTION
        for layer in self.layers:
            x = x + F.relu(layer(x))
        return x
        ### END SOLUTION


class Branches(nn.Module):
    """Several networks under names, of which each call runs one: x -> what the branch `which` makes of x.

    The branches are registered as `branches`, under the names given: `branches.a.weight`.
    Only the branch that was asked for is run, by calling it.
    An unknown name is refused with a KeyError or a ValueError whose text lists the names that there are.
    A name with a dot in it is refused when the module is built. A name that nn.Module uses itself, such
    as 'forward' or 'type', may be refused then as well; if it is not, it must work.
    What the caller does to the dictionary later does not change the module.
    """

    def __init__(self, branches: Mapping[str, nn.Module]) -> None:
        super().__init__()
        ### BEGIN SOLUTION
        self.branches = nn.ModuleDict(branches)
        ### END SOLUTION

    def forward(self, x: Tensor, which: str) -> Tensor:
        ### BEGIN SOLUTION
        if which not in self.branches:
            raise KeyError(f"no branch {which!r}; there are {', '.join(self.branches)}")
        chosen: Tensor = self.branches[which](x)
        return chosen
        ### END SOLUTION


def tied(layer: nn.Module, n: int) -> nn.Sequential:
    """The layer itself n times (n >= 1), with an nn.ReLU between each two and none after the last.

    All n places hold the very object that was given: one set of weights.
    """
    ### BEGIN SOLUTION
    modules = [layer]
    for _ in range(n - 1):
        modules += [nn.ReLU(), layer]
    return nn.Sequential(*modules)
    ### END SOLUTION


def copied(layer: nn.Module, n: int) -> nn.Sequential:
    """n deep copies of the layer (n >= 1), with an nn.ReLU between each two and none after the last.

    They start with the layer's numbers and share nothing: not with each other, and not with the layer,
    which is none of the n.
    """
    ### BEGIN SOLUTION
    modules = [copy.deepcopy(layer)]
    for _ in range(n - 1):
        modules += [nn.ReLU(), copy.deepcopy(layer)]
    return nn.Sequential(*modules)
    ### END SOLUTION
