"""Right answers to chapter 4, written another way: each must get full points."""

import copy
import functools
import itertools
import pickle

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from tests.answers import alternative


@alternative("MyModel")
class MyModel(nn.Module):
    def __init__(self):
        super().__init__()
        self.layers = nn.ModuleList()
        for size, activation in ((10, nn.ReLU), (20, nn.Tanh)):
            self.layers.append(nn.Linear(size, size + 10))
            self.layers.append(activation())

    def forward(self, x):
        return functools.reduce(lambda value, layer: layer(value), self.layers, x)


@alternative("MyModel")
class MyModel(nn.Module):
    """The registered layers, run by a Sequential that is made for one call."""

    def __init__(self):
        super().__init__()
        self.layers = nn.ModuleList([nn.Linear(10, 20), nn.ReLU(inplace=True), nn.Linear(20, 30), nn.Tanh()])

    def forward(self, x):
        return nn.Sequential(*self.layers)(x)


@alternative("MyModel")
class MyModel(nn.Module):
    def __init__(self):
        super().__init__()
        fc1, fc2 = nn.Linear(10, 20), nn.Linear(20, 30)
        self.layers = nn.ModuleList((fc1, nn.ReLU(), fc2, nn.Tanh()))

    def forward(self, x):
        h = x
        for i in range(len(self.layers)):
            print("layer", i)
            h = self.layers[i](h)
        return h


@alternative("MyModel")
class MyModel(nn.Module):
    def __init__(self):
        super().__init__()
        self.layers = nn.Sequential(nn.Linear(10, 20), nn.ReLU(), nn.Linear(20, 30), nn.Tanh())

    def forward(self, x):
        return self.layers(x)


@alternative("lost")
def lost(module):
    """A stack instead of recursion, and one path for each object."""
    registered = {id(m) for m in module.modules()}
    registered |= {id(t) for t in itertools.chain(module.parameters(), module.buffers())}
    found, seen = [], set()
    stack = [
        (f"{path}.{name}".lstrip("."), value)
        for path, owner in module.named_modules()
        for name, value in owner.__dict__.items()
        if not name.startswith("_")
    ]
    while stack:
        path, value = stack.pop()
        if isinstance(value, (Tensor, nn.Module)):
            if id(value) not in registered | seen:
                seen.add(id(value))
                found.append(path)
        elif isinstance(value, dict):
            stack += [(f"{path}.{key}", item) for key, item in value.items()]
        elif isinstance(value, (list, tuple)):
            stack += [(f"{path}.{index}", item) for index, item in enumerate(value)]
    return found


@alternative("lost")
def lost(module):
    """Walks the children itself, and sorts; a child with two names is walked twice."""

    def is_registered(thing):
        everything = list(module.modules()) + list(module.parameters()) + list(module.buffers())
        return any(thing is other for other in everything)

    def inside(path, value):
        match value:
            case Tensor() | nn.Module():
                if not is_registered(value):
                    yield path
            case dict():
                for key, item in value.items():
                    yield from inside([*path, str(key)], item)
            case list() | tuple():
                for index, item in enumerate(value):
                    yield from inside([*path, str(index)], item)

    def walk(path, owner):
        for name in vars(owner):
            yield from inside([*path, name], vars(owner)[name])
        for name, child in owner._modules.items():
            if child is not None:
                yield from walk([*path, name], child)

    return sorted({".".join(path) for path in walk([], module)})


@alternative("lost")
def lost(module):
    """Looks at all attributes, underscores too, and at what dir() knows."""
    known = (
        set(map(id, module.modules())) | set(map(id, module.parameters())) | set(map(id, module.buffers()))
    )
    result = []

    def visit(prefix, thing):
        if isinstance(thing, (torch.Tensor, nn.Module)):
            if id(thing) not in known and prefix not in result:
                result.append(prefix)
        elif isinstance(thing, (list, tuple, dict)):
            pairs = thing.items() if isinstance(thing, dict) else enumerate(thing)
            for key, item in pairs:
                visit(prefix + "." + str(key), item)

    for path, owner in module.named_modules(remove_duplicate=False):
        prefix = path + "." if path else ""
        for name, thing in vars(owner).items():
            visit(prefix + name, thing)
    return result[::-1]


@alternative("lost")
class lost(list):
    """A list that fills itself."""

    def __init__(self, module):
        super().__init__()
        self.known = [*module.modules(), *module.parameters(), *module.buffers()]
        for path, owner in module.named_modules():
            for name, value in vars(owner).items():
                if not name.startswith("_"):
                    self.look(".".join(filter(None, (path, name))), value)

    def look(self, path, value):
        if isinstance(value, (Tensor, nn.Module)):
            if not any(value is known for known in self.known):
                self.append(path)
            return
        if isinstance(value, (list, tuple)):
            value = {str(index): item for index, item in enumerate(value)}
        for key, item in value.items() if isinstance(value, dict) else ():
            self.look(f"{path}.{key}", item)


@alternative("build_mlp")
def build_mlp(sizes, activation=nn.ReLU):
    """One activation for all places, where it has nothing that could be shared."""
    if len(sizes) < 2:
        raise ValueError(f"{len(sizes)} sizes are too few")
    between = activation()
    net = nn.Sequential()
    for index, (before, after) in enumerate(itertools.pairwise(sizes)):
        if index:
            has_state = any(True for _ in itertools.chain(between.parameters(), between.buffers()))
            net.append(activation() if has_state else between)
        net.append(nn.Linear(before, after))
    return net


@alternative("build_mlp")
def build_mlp(sizes, activation=nn.ReLU):
    if not sizes or not sizes[1:]:
        raise ValueError
    *hidden, last = [nn.Linear(sizes[i - 1], sizes[i]) for i in range(1, len(sizes))]
    return nn.Sequential(*itertools.chain.from_iterable((layer, activation()) for layer in hidden), last)


@alternative("build_mlp")
def build_mlp(sizes, activation=nn.ReLU):
    """By recursion: a Linear, an activation, and the rest."""
    first, *rest = list(sizes) or [0]
    if len(rest) == 0:
        raise ValueError("sizes must have an input and an output")
    layer = nn.Linear(first, rest[0])
    if len(rest) == 1:
        return nn.Sequential(layer)
    return nn.Sequential(layer, activation(), *build_mlp(rest, activation))


@alternative("build_mlp")
def build_mlp(sizes, activation=nn.ReLU):
    """Builds one activation too many and takes it off again."""
    sizes = list(sizes)
    if len(sizes) <= 1:
        raise ValueError("not enough sizes")
    net = nn.Sequential()
    inputs = sizes.pop(0)
    for outputs in sizes:
        net.add_module(str(len(net)), nn.Linear(inputs, outputs))
        net.add_module(str(len(net)), activation())
        inputs = outputs
    del net[-1]
    return net


@alternative("ResidualStack")
class ResidualStack(nn.Module):
    def __init__(self, width, depth):
        super().__init__()
        self.layers = nn.ModuleList()
        while len(self.layers) < depth:
            self.layers.append(nn.Linear(width, width))
        self.relu = nn.ReLU(inplace=True)

    def forward(self, x):
        for i, _ in enumerate(self.layers):
            x = self.relu(self.layers[i](x)) + x
        return x


@alternative("ResidualStack")
class ResidualStack(nn.Module):
    def __init__(self, width, depth):
        super().__init__()
        self.layers = nn.Sequential(*[nn.Linear(width, width) for _ in range(depth)])

    def forward(self, x):
        return self._from(x, 0)

    def _from(self, x, index):
        if index == len(self.layers):
            return x
        layer = self.layers[index]
        return self._from(torch.add(x, F.linear(x, layer.weight, layer.bias).clamp(min=0)), index + 1)


@alternative("ResidualStack")
class ResidualStack(nn.Module):
    """Layers copied from one, each of which then draws numbers of its own."""

    def __init__(self, width, depth):
        super().__init__()
        template = nn.Linear(width, width)
        self.layers = nn.ModuleList(copy.deepcopy(template) for _ in range(depth))
        for layer in self.layers:
            layer.reset_parameters()

    def forward(self, x):
        return functools.reduce(lambda h, layer: h + torch.maximum(layer(h), h.new_zeros(())), self.layers, x)


@alternative("ResidualStack")
class ResidualStack(nn.Module):
    def __init__(self, width, depth):
        super().__init__()
        self.layers = nn.ModuleDict({str(i): nn.Linear(width, width) for i in range(depth)})

    def forward(self, x):
        residuals = []
        for layer in self.layers.values():
            residuals.append(torch.relu(layer(x)))
            x = residuals[-1] + x
        return x


@alternative("Branches")
class Branches(nn.Module):
    """A holder with names of its own choosing looked up in _modules: any name without a dot works."""

    def __init__(self, branches):
        super().__init__()
        self.branches = nn.Module()
        for name, branch in branches.items():
            if "." in name:
                raise ValueError(f"{name!r} has a dot")
            self.branches._modules[name] = branch

    def forward(self, x, which):
        try:
            branch = self.branches._modules[which]
        except KeyError:
            raise ValueError(f"{which!r} is unknown, choose from {sorted(self.branches._modules)}") from None
        return branch(x)


@alternative("Branches")
class Branches(nn.Module):
    """Copies what it is given."""

    def __init__(self, branches):
        super().__init__()
        self.branches = nn.ModuleDict()
        for name in branches:
            self.branches.add_module(name, copy.deepcopy(branches[name]))

    def forward(self, x, which):
        known = list(self.branches.keys())
        if known.count(which) == 0:
            raise KeyError(which, known)
        return self.branches[which](x)


@alternative("Branches")
class Branches(nn.Module):
    def __init__(self, branches):
        super().__init__()
        for name in branches:
            if "." in name or hasattr(nn.Module(), name) or hasattr(nn.ModuleDict, name):
                raise RuntimeError(f"{name!r} can't be the name of a branch")
        self.branches = nn.ModuleDict(dict(branches))

    def forward(self, x, which):
        for name, branch in self.branches.items():
            if name == which:
                return branch(x)
        raise KeyError("known branches: " + ", ".join(self.branches))


@alternative("tied")
def tied(layer, n):
    return nn.Sequential(*[layer if place % 2 == 0 else nn.ReLU() for place in range(2 * n - 1)])


@alternative("tied")
def tied(layer, n):
    """One ReLU for all gaps: it remembers nothing."""
    return nn.Sequential(*([layer, nn.ReLU()] * n)[:-1])


@alternative("tied")
def tied(layer, n):
    net = nn.Sequential(layer)
    while len(net) < 2 * n - 1:
        net.append(nn.ReLU())
        net.append(layer)
    return net


@alternative("tied")
def copied(layer, n):
    """A copy of the whole chain has the tie too, so every place is copied on its own."""
    net = tied(layer, n)
    for index in range(0, len(net), 2):
        net[index] = copy.deepcopy(net[index])
    return net


@alternative("tied")
def copied(layer, n):
    frozen = pickle.dumps(layer)
    copies = (pickle.loads(frozen) for _ in range(n))
    return nn.Sequential(*[module for one in copies for module in (nn.ReLU(), one)][1:])


@alternative("tied")
def copied(layer, n):
    first = copy.deepcopy(layer)
    if n == 1:
        return nn.Sequential(first)
    return nn.Sequential(first, nn.ReLU(inplace=True), *copied(layer, n - 1))
