"""Right answers to chapter 1, written another way: each must get full points."""

import math
from collections import OrderedDict

import torch
from torch import nn
from torch.nn import functional as F

from solutions.blocks import FixedHiddenMLP, NestMLP, Scale
from tests.answers import alternative


@alternative("SimpleNet")
class SimpleNet(nn.Module):
    def __init__(self, input_size, hidden_size, output_size):
        super().__init__()
        self.add_module("fc1", nn.Linear(in_features=input_size, out_features=hidden_size))
        self.add_module("relu", nn.ReLU(inplace=True))
        self.add_module("fc2", nn.Linear(in_features=hidden_size, out_features=output_size))

    def forward(self, x):
        for layer in self.children():
            x = layer(x)
        return x


@alternative("SimpleNet")
class SimpleNet(nn.Sequential):
    def __init__(self, input_size, hidden_size, output_size):
        layers = OrderedDict(
            fc1=nn.Linear(input_size, hidden_size), relu=nn.ReLU(), fc2=nn.Linear(hidden_size, output_size)
        )
        super().__init__(layers)


@alternative("SimpleNet")
class SimpleNet(nn.Module):
    """Keeps what it was made with, and prints while it works."""

    def __init__(self, input_size: int, hidden_size: int, output_size: int):
        super().__init__()
        self.sizes = [input_size, hidden_size, output_size]
        self.relu = nn.ReLU()
        self.fc1, self.fc2 = nn.Linear(*self.sizes[:2]), nn.Linear(*self.sizes[1:])

    def forward(self, x):
        print("forward was called with", tuple(x.shape))
        return F.linear(self.relu(self.fc1(x)), self.fc2.weight, self.fc2.bias)


@alternative("MLP")
class MLP(nn.Module):
    def __init__(self):
        super().__init__()
        self.hidden = nn.Linear(20, 256)
        self.relu = nn.ReLU()
        self.out = nn.Linear(256, 10)

    def forward(self, X):
        return self.out(self.relu(self.hidden(X)))


@alternative("MLP")
class MLP(nn.Module):
    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.hidden = nn.Linear(20, 256)
        self.out = nn.Linear(256, 10)

    def forward(self, X):
        return self.out(self.hidden(X).clamp(min=0))


@alternative("MLP")
class MLP(nn.Module):
    def __init__(self):
        super().__init__()
        self.hidden, self.out = nn.LazyLinear(256), nn.LazyLinear(10)
        self(torch.zeros(1, 20))

    def forward(self, X):
        H = self.hidden(X)
        return self.out(torch.where(H > 0, H, 0))


@alternative("MySequential")
class MySequential(nn.Module):
    def __init__(self, *args):
        super().__init__()
        for index, block in enumerate(args):
            setattr(self, str(index), self._checked(block))
        self._count = len(args)

    @staticmethod
    def _checked(block):
        if not isinstance(block, nn.Module):
            raise TypeError(f"{block!r} is not a module")
        return block

    def forward(self, X):
        for index in range(self._count):
            X = getattr(self, str(index))(X)
        return X


@alternative("MySequential")
class MySequential(nn.ModuleList):
    def __init__(self, *modules):
        super().__init__(modules)

    def forward(self, X):
        for block in self:
            X = block(X)
        return X


@alternative("MySequential")
class MySequential(nn.Module):
    def __init__(self, *modules):
        super().__init__()
        for module in modules:
            self.register_module(str(len(self._modules)), module)

    def forward(self, X):
        return self._run(X, list(self._modules.values()))

    def _run(self, X, blocks):
        return X if not blocks else self._run(blocks[0](X), blocks[1:])


@alternative("FixedHiddenMLP")
class FixedHiddenMLP(nn.Module):
    def __init__(self):
        super().__init__()
        self.linear = nn.Linear(20, 20)
        self.rand_weight = nn.Buffer(torch.rand(20, 20))

    def forward(self, X):
        X = self.linear(torch.relu(torch.mm(self.linear(X), self.rand_weight) + 1))
        for _ in range(1000):
            if X.abs().sum() <= 1:
                break
            X = X * 0.5
        return X.sum()


@alternative("FixedHiddenMLP")
class FixedHiddenMLP(nn.Module):
    def __init__(self):
        super().__init__()
        self.register_buffer("rand_weight", torch.rand((20, 20), requires_grad=False))
        self.linear = nn.Linear(20, 20)

    def forward(self, X):
        X = self.linear(X)
        X = F.relu(torch.matmul(X, self.rand_weight) + 1)
        X = self.linear(X)
        size = X.abs().sum().item()
        if not math.isfinite(size):
            return torch.zeros((), dtype=X.dtype)
        while size > 1:
            X, size = X / 2, size / 2
        return torch.sum(X)


@alternative("FixedHiddenMLP")
class FixedHiddenMLP(nn.Module):
    def __init__(self):
        super().__init__()
        self.linear = nn.Linear(20, 20)
        self.register_buffer("rand_weight", torch.empty(20, 20).uniform_())

    def halvings(self, size):
        return max(0, math.ceil(math.log2(size))) if 0 < size < math.inf else 0

    def forward(self, X):
        hidden = (self.linear(X) @ self.rand_weight).add(1).clamp(min=0)
        result = self.linear(hidden)
        return result.div(2 ** self.halvings(result.detach().abs().sum().item())).sum()


@alternative("NestMLP")
class NestMLP(nn.Module):
    def __init__(self):
        super().__init__()
        net = nn.Sequential()
        for index, (inputs, outputs) in enumerate([(20, 64), (64, 32)]):
            net.add_module(str(2 * index), nn.Linear(inputs, outputs))
            net.add_module(str(2 * index + 1), nn.ReLU())
        self.net = net
        self.linear = nn.Linear(32, 16)

    def forward(self, X):
        for layer in self.net:
            X = layer(X)
        return self.linear(X)


@alternative("NestMLP")
def build_chimera():
    chimera = nn.Sequential()
    for index, block in enumerate((NestMLP(), nn.Linear(16, 20), FixedHiddenMLP())):
        chimera.add_module(str(index), block)
    return chimera


@alternative("NestMLP")
def build_chimera(first=NestMLP, last=FixedHiddenMLP):
    return nn.Sequential(first(), nn.Linear(in_features=16, out_features=20), last())


@alternative("NestMLP")
def chimera_names():
    return [name for name, _ in build_chimera().named_parameters()]


@alternative("Parallel")
class Parallel(nn.Module):
    def __init__(self, net1, net2, dim=-1):
        super().__init__()
        self.dim = dim
        self.net2 = net2
        self.net1 = net1
        self._modules = {"net1": net1, "net2": net2}

    def forward(self, x):
        return torch.cat([branch(x) for branch in self.children()], self.dim)


@alternative("Parallel")
class Parallel(nn.Module):
    def __init__(self, net1, net2, dim=-1):
        super().__init__()
        self.net1, self.net2 = net1, net2
        self.join = lambda *outputs: torch.concatenate(outputs, dim=dim)

    def forward(self, x):
        return self.join(self.net1(x), self.net2(x))


@alternative("Parallel")
def stack(make_block, n):
    network = nn.Sequential()
    while len(network) < n:
        network.append(make_block())
    return network


@alternative("Scale")
class Scale(nn.Module):
    def __init__(self, factor):
        super().__init__()
        self.factor = factor

    def forward(self, x):
        return torch.mul(x, self.factor)

    def __repr__(self):
        return f"Scale(factor={self.factor})"


@alternative("Scale")
class Scale(nn.Module):
    def __init__(self, factor):
        super().__init__()
        self.factor = factor

    def forward(self, x):
        return self.factor * x

    def extra_repr(self):
        return f"factor={self.factor}"


@alternative("Scale")
def predict_print():
    return str(nn.Sequential(Scale(2.0))) + "\n"
