"""The modules that exercise 4.2 has to audit, and the probes that have them audited.

A specimen keeps tensors and modules in some place under an attribute whose name the check chooses. What
an audit of it should find is the check's business.
"""

from __future__ import annotations

import copy
import inspect
import warnings
from collections.abc import Callable
from typing import Any, NamedTuple

import torch
from torch import nn

from autograder.checks.probing import Build, probe


class FixedHiddenMLP(nn.Module):
    """A constant in a plain attribute beside a registered layer; the attribute's name is the check's."""

    def __init__(self, name: str) -> None:
        super().__init__()
        setattr(self, name, torch.ones(4, 4))
        self.linear = nn.Linear(4, 4)


def holding(name: str, value: Any) -> nn.Module:
    """A module with one attribute."""
    module = nn.Module()
    setattr(module, name, value)
    return module


def below(module: nn.Module, *path: str) -> nn.Module:
    """A root under which the module is registered at the end of the path."""
    for name in reversed(path):
        module = holding(name, module)
    return module


def linear() -> nn.Linear:
    """A layer."""
    return nn.Linear(2, 2)


def with_unusual_tensors(name: str) -> nn.Module:
    """Tensors that are neither floating nor large."""
    module = nn.Module()
    tensors = (torch.arange(3), torch.tensor([True, False]), torch.tensor(2.5), torch.empty(0))
    for index, tensor in enumerate(tensors):
        setattr(module, f"{name}{index}", tensor)
    return module


def with_hidden_module(name: str) -> nn.Module:
    """A module in a plain attribute: the way around nn.Module's own __setattr__."""
    module = nn.Module()
    object.__setattr__(module, name, linear())
    return module


def with_everything_registered(name: str) -> nn.Module:
    """Children, a Parameter and buffers; nothing is lost."""
    module = nn.Module()
    module.fc1 = nn.Linear(2, 3)
    module.blocks = nn.ModuleList([linear(), nn.Sequential(linear(), nn.BatchNorm1d(2))])
    module.table = nn.ModuleDict({"x": linear()})
    module.gains = nn.ParameterList([nn.Parameter(torch.ones(2))])
    setattr(module, name, nn.Parameter(torch.ones(2)))
    return module


def with_buffers(name: str) -> nn.Module:
    """A buffer that is saved, one that is not, and both mentioned in a list."""
    module = nn.Module()
    mean, mask = torch.zeros(2), torch.ones(2)
    module.register_buffer("mean", mean)
    module.register_buffer("mask", mask, persistent=False)
    setattr(module, name, [mean, mask])
    return module


def with_none(name: str) -> nn.Module:
    """None in every place that can hold it."""
    module = nn.Module()
    module.fc1 = nn.Linear(2, 3, bias=False)
    module.register_parameter("bias", None)
    module.register_buffer("mean", None)
    setattr(module, name, None)
    setattr(module, f"{name}_more", [None, {"x": None}])
    return module


def with_plain_values(name: str) -> nn.Module:
    """Numbers, texts, functions and classes."""
    module = nn.Module()
    values = (3, 0.5, "text", True, torch.relu, nn.Linear, torch.float32, (), [1, 2], {"x": 3, "y": "text"})
    for index, value in enumerate(values):
        setattr(module, f"{name}{index}", value)
    return module


def with_mentions(name: str) -> nn.Module:
    """A list and a dictionary that mention once more what the same module has registered."""
    module = nn.Module()
    module.fc1, module.fc2 = nn.Linear(2, 3), nn.Linear(3, 2)
    setattr(module, name, [module.fc1, module.fc2, module.fc1.weight])
    setattr(module, f"{name}_more", {"x": module.fc2, "y": (module.fc2.bias,)})
    return module


def with_copies(name: str) -> nn.Module:
    """Another tensor and another layer, with the numbers of registered ones."""
    module, fc1 = nn.Module(), linear()
    module.fc1 = fc1
    setattr(module, name, [fc1.weight.detach().clone(), copy.deepcopy(fc1)])
    return module


def with_mentions_elsewhere(name: str) -> nn.Module:
    """A block that mentions a layer and a weight of its neighbour."""
    root = nn.Module()
    root.fc1 = linear()
    root.block = holding(name, [root.fc1, root.fc1.weight])
    return root


def with_owner(name: str) -> nn.Module:
    """A child that knows its parent, in a list so that nn.Module does not register it."""
    root = nn.Module()
    root.child = nn.Linear(2, 2)
    setattr(root.child, name, [root])
    return root


def registered_twice(name: str) -> nn.Module:
    """One child under two names, with a tensor lost in it."""
    root = nn.Module()
    root.first = root.second = holding(name, torch.ones(2))
    return root


def with_lost_tree(name: str) -> nn.Module:
    """A lost module that has children and a lost tensor of its own."""
    inner = nn.Sequential(linear(), nn.ReLU())
    inner.scale = torch.ones(2)
    return holding(name, [inner])


def with_much(name: str) -> nn.Module:
    """Lost tensors on three levels, each of which a walk from every level would meet again."""
    root = holding(name, [torch.ones(2)])
    root.block = holding(name, {"x": torch.ones(2)})
    root.block.inner = holding(name, (torch.ones(2),))
    return root


SPECIMENS: dict[str, Callable[[str], nn.Module]] = {
    "tensor": lambda name: holding(name, torch.ones(3)),
    "unusual tensors": with_unusual_tensors,
    "list": lambda name: holding(name, [torch.ones(2), torch.zeros(2)]),
    "tuple": lambda name: holding(name, (3, torch.ones(2))),
    "dictionary": lambda name: holding(name, {"x": torch.ones(2), "size": 2, "y": torch.zeros(2)}),
    "nested list": lambda name: holding(name, [[torch.ones(2)], [1, [torch.zeros(2)]]]),
    "list of dictionaries": lambda name: holding(name, [{"x": torch.ones(2)}, {"y": 3, "z": torch.zeros(2)}]),
    "dictionary of tuples": lambda name: holding(name, {"x": (torch.ones(2), torch.zeros(2))}),
    "list of modules": lambda name: holding(name, [linear(), nn.ReLU(), linear()]),
    "dictionary of modules": lambda name: holding(name, {"x": linear(), "y": [linear()]}),
    "hidden module": with_hidden_module,
    "list of parameters": lambda name: holding(name, [nn.Parameter(torch.ones(2)), torch.ones(2)]),
    "copies": with_copies,
    "depth 1": lambda name: below(holding(name, torch.ones(2)), "block"),
    "depth 3": lambda name: below(holding(name, [torch.ones(2), {"x": linear()}]), "block", "0", "inner"),
    "everything registered": with_everything_registered,
    "buffers": with_buffers,
    "None": with_none,
    "plain values": with_plain_values,
    "mentions": with_mentions,
    "mentions elsewhere": with_mentions_elsewhere,
    "owner": with_owner,
    "registered twice": registered_twice,
    "lost tree": with_lost_tree,
    "much": with_much,
    "FixedHiddenMLP": FixedHiddenMLP,
}


class Audit(NamedTuple):
    """What an audit returned: its class, the texts if it is a list of texts, and whether the module is as before."""

    kind: str
    paths: list[str] | None
    untouched: bool


@probe
def audit(build: Build, specimen: str, name: str) -> Audit:
    """The audit of one specimen."""
    module = SPECIMENS[specimen](name)
    before = contents(module)
    found = build()(module)
    texts = isinstance(found, list) and all(isinstance(path, str) for path in found)
    return Audit(type(found).__name__, list(map(str, found)) if texts else None, contents(module) == before)


def contents(module: nn.Module) -> list[tuple[str, str, int]]:
    """The attributes of every registered module, by identity."""
    return [
        (path, name, id(kept)) for path, inner in module.named_modules() for name, kept in vars(inner).items()
    ]


@probe
def audits_of_torch_classes(build: Build) -> dict[str, int]:
    """How much is reported in a new instance of each of PyTorch's classes that takes a few small numbers."""
    found = {}
    for name, kind in vars(nn).items():
        if inspect.isclass(kind) and issubclass(kind, nn.Module):
            module = small_instance(kind)
            if module is not None:
                found[name] = len(build()(module))
    return found


def small_instance(kind: type[nn.Module]) -> nn.Module | None:
    """An instance of a class of torch.nn; None where small numbers do not make one."""
    if kind.__name__.startswith(("Lazy", "DataParallel", "Container")) or kind is nn.Transformer:
        return None
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for numbers in ((), (4,), (4, 2), (4, 2, 2)):
            try:
                return kind(*numbers)
            except Exception:
                continue
    return None
