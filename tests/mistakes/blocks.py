"""Wrong answers to chapter 1: each must fail with its own finding and with no other."""

import torch
from torch import nn
from torch.nn import functional as F

from solutions.blocks import FixedHiddenMLP, NestMLP
from tests.answers import mistake


@mistake("SimpleNet", finding="layers.made_in_forward")
class SimpleNet(nn.Module):
    def __init__(self, input_size, hidden_size, output_size):
        super().__init__()
        self.sizes = (input_size, hidden_size, output_size)

    def forward(self, x):
        fc1 = nn.Linear(self.sizes[0], self.sizes[1])
        fc2 = nn.Linear(self.sizes[1], self.sizes[2])
        return fc2(torch.relu(fc1(x)))


@mistake("SimpleNet", finding="init.super_missing")
class SimpleNet(nn.Module):
    def __init__(self, input_size, hidden_size, output_size):
        self.fc1 = nn.Linear(input_size, hidden_size)
        self.relu = nn.ReLU()
        self.fc2 = nn.Linear(hidden_size, output_size)

    def forward(self, x):
        return self.fc2(self.relu(self.fc1(x)))


@mistake("SimpleNet", finding="shapes.differ")
class SimpleNet(nn.Module):
    def __init__(self, input_size, hidden_size, output_size):
        super().__init__()
        self.fc1 = nn.Linear(100, 50)
        self.relu = nn.ReLU()
        self.fc2 = nn.Linear(50, 10)

    def forward(self, x):
        return self.fc2(self.relu(self.fc1(x)))


@mistake("SimpleNet", finding="output.never_negative")
class SimpleNet(nn.Module):
    def __init__(self, input_size, hidden_size, output_size):
        super().__init__()
        self.fc1 = nn.Linear(input_size, hidden_size)
        self.relu = nn.ReLU()
        self.fc2 = nn.Linear(hidden_size, output_size)

    def forward(self, x):
        return self.relu(self.fc2(self.relu(self.fc1(x))))


@mistake("SimpleNet", finding="output.none")
class SimpleNet(nn.Module):
    def __init__(self, input_size, hidden_size, output_size):
        super().__init__()
        self.fc1 = nn.Linear(input_size, hidden_size)
        self.relu = nn.ReLU()
        self.fc2 = nn.Linear(hidden_size, output_size)

    def forward(self, x):
        x = self.relu(self.fc1(x))
        x = self.fc2(x)


@mistake("SimpleNet", finding="values.differ")
class SimpleNet(nn.Module):
    def __init__(self, input_size, hidden_size, output_size):
        super().__init__()
        self.fc1 = nn.Linear(input_size, hidden_size)
        self.relu = nn.ReLU()
        self.fc2 = nn.Linear(hidden_size, output_size)

    def forward(self, x):
        return self.fc2(self.fc1(x))


@mistake("SimpleNet", finding="calls.count")
class SimpleNet(nn.Module):
    def __init__(self, input_size, hidden_size, output_size):
        super().__init__()
        self.fc1 = nn.Linear(input_size, hidden_size)
        self.relu = nn.ReLU()
        self.fc2 = nn.Linear(hidden_size, output_size)

    def forward(self, x):
        return self.fc2(self.relu.forward(self.fc1(x)))


@mistake("SimpleNet", finding="names.differ")
class SimpleNet(nn.Module):
    def __init__(self, input_size, hidden_size, output_size):
        super().__init__()
        self.first = nn.Linear(input_size, hidden_size)
        self.relu = nn.ReLU()
        self.second = nn.Linear(hidden_size, output_size)

    def forward(self, x):
        return self.second(self.relu(self.first(x)))


@mistake("SimpleNet", finding="gradients.missing")
class SimpleNet(nn.Module):
    def __init__(self, input_size, hidden_size, output_size):
        super().__init__()
        self.fc1 = nn.Linear(input_size, hidden_size)
        self.relu = nn.ReLU()
        self.fc2 = nn.Linear(hidden_size, output_size)

    def forward(self, x):
        with torch.no_grad():
            hidden = self.relu(self.fc1(x))
        return self.fc2(hidden)


@mistake("SimpleNet", finding="signature.differs")
class SimpleNet(nn.Module):
    def __init__(self, sizes):
        super().__init__()
        self.fc1 = nn.Linear(sizes[0], sizes[1])
        self.relu = nn.ReLU()
        self.fc2 = nn.Linear(sizes[1], sizes[2])

    def forward(self, x):
        return self.fc2(self.relu(self.fc1(x)))


@mistake("SimpleNet", finding="forward.missing")
class SimpleNet(nn.Module):
    def __init__(self, input_size, hidden_size, output_size):
        super().__init__()
        self.fc1 = nn.Linear(input_size, hidden_size)
        self.relu = nn.ReLU()
        self.fc2 = nn.Linear(hidden_size, output_size)

    def foward(self, x):
        return self.fc2(self.relu(self.fc1(x)))


@mistake("SimpleNet", finding="placement.made")
class SimpleNet(nn.Module):
    def __init__(self, input_size, hidden_size, output_size):
        super().__init__()
        self.fc1 = nn.Linear(input_size, hidden_size)
        self.relu = nn.ReLU()
        self.fc2 = nn.Linear(hidden_size, output_size)

    def forward(self, x):
        return self.fc2(self.relu(self.fc1(x + torch.zeros(x.shape))))


@mistake("SimpleNet", finding="placement.needs_gpu")
class SimpleNet(nn.Module):
    def __init__(self, input_size, hidden_size, output_size):
        super().__init__()
        self.fc1 = nn.Linear(input_size, hidden_size)
        self.relu = nn.ReLU()
        self.fc2 = nn.Linear(hidden_size, output_size)

    def forward(self, x):
        return self.fc2(self.relu(self.fc1(x.to("cuda"))))


@mistake("MLP", finding="storage.shared")
class MLP(nn.Module):
    hidden = nn.Linear(20, 256)
    out = nn.Linear(256, 10)

    def forward(self, X):
        return self.out(F.relu(self.hidden(X)))


@mistake("MLP", finding="relu.on_input")
class MLP(nn.Module):
    def __init__(self):
        super().__init__()
        self.hidden = nn.Linear(20, 256)
        self.out = nn.Linear(256, 10)

    def forward(self, X):
        return self.out(self.hidden(F.relu(X)))


@mistake("MLP", finding="names.differ")
class MLP(nn.Module):
    def __init__(self):
        super().__init__()
        self.out = nn.Linear(20, 256)
        self.hidden = nn.Linear(256, 10)

    def forward(self, X):
        return self.hidden(F.relu(self.out(X)))


@mistake("MLP", finding="names.differ")
class MLP(nn.Module):
    def __init__(self):
        super().__init__()
        self.out = nn.Linear(256, 10)
        self.hidden = nn.Linear(20, 256)

    def forward(self, X):
        return self.out(F.relu(self.hidden(X)))


@mistake("MLP", finding="registration.container")
class MLP(nn.Module):
    def __init__(self):
        super().__init__()
        self.layers = {"hidden": nn.Linear(20, 256), "out": nn.Linear(256, 10)}

    def forward(self, X):
        return self.layers["out"](F.relu(self.layers["hidden"](X)))


@mistake("MLP", finding="shapes.differ")
class MLP(nn.Module):
    def __init__(self):
        super().__init__()
        self.hidden = nn.Linear(20, 128)
        self.out = nn.Linear(128, 10)

    def forward(self, X):
        return self.out(F.relu(self.hidden(X)))


@mistake("MLP", finding="dtype.fixed")
class MLP(nn.Module):
    def __init__(self):
        super().__init__()
        self.hidden = nn.Linear(20, 256)
        self.out = nn.Linear(256, 10)

    def forward(self, X):
        return self.out(F.relu(self.hidden(X.float())))


@mistake("MLP", finding="placement.refused")
class MLP(nn.Module):
    def __init__(self):
        super().__init__()
        self.hidden = nn.Linear(20, 256)
        self.out = nn.Linear(256, 10)

    def forward(self, X):
        H = self.hidden(X)
        return self.out(H * torch.from_numpy(H.detach().numpy() > 0))


@mistake("MySequential", finding="registration.container")
class MySequential(nn.Module):
    def __init__(self, *modules):
        super().__init__()
        self.blocks = list(modules)

    def forward(self, X):
        for block in self.blocks:
            X = block(X)
        return X


@mistake("MySequential", finding="container.accepts_non_module")
class MySequential(nn.Module):
    def __init__(self, *modules):
        super().__init__()
        for index, module in enumerate(modules):
            self._modules[str(index)] = module

    def forward(self, X):
        for block in self._modules.values():
            X = block(X)
        return X


@mistake("MySequential", finding="children.overwritten")
class MySequential(nn.Module):
    def __init__(self, *modules):
        super().__init__()
        for module in modules:
            self.add_module(module.__class__.__name__, module)

    def forward(self, X):
        for block in self._modules.values():
            X = block(X)
        return X


@mistake("MySequential", finding="chain.original_input")
class MySequential(nn.Module):
    def __init__(self, *modules):
        super().__init__()
        for index, module in enumerate(modules):
            self.add_module(str(index), module)

    def forward(self, X):
        output = X
        for block in self._modules.values():
            output = block(X)
        return output


@mistake("MySequential", finding="names.differ")
class MySequential(nn.Module):
    def __init__(self, *modules):
        super().__init__()
        for index, module in enumerate(modules):
            self.add_module(f"layer{index}", module)

    def forward(self, X):
        for block in self._modules.values():
            X = block(X)
        return X


@mistake("MySequential", finding="container.applied_once")
class MySequential(nn.Module):
    def __init__(self, *modules):
        super().__init__()
        for index, module in enumerate(modules):
            self.add_module(str(index), module)

    def forward(self, X):
        for block in self.children():
            X = block(X)
        return X


@mistake("MySequential", finding="calls.count")
class MySequential(nn.Module):
    def __init__(self, *modules):
        super().__init__()
        for index, module in enumerate(modules):
            self.add_module(str(index), module)

    def forward(self, X):
        for block in self._modules.values():
            X = block.forward(X)
        return X


@mistake("MySequential", finding="modes.not_reached")
class MySequential(nn.Module):
    def __init__(self, *modules):
        super().__init__()
        for index, module in enumerate(modules):
            self.add_module(str(index), module)

    def forward(self, X):
        for block in self._modules.values():
            X = block(X)
        return X

    def train(self, mode=True):
        self.training = mode
        return self


@mistake("MySequential", finding="error.type")
class MySequential(nn.Module):
    def __init__(self, *modules):
        super().__init__()
        for index, module in enumerate(modules):
            if not isinstance(module, nn.Module):
                raise ValueError("not a module")
            self.add_module(str(index), module)

    def forward(self, X):
        for block in self._modules.values():
            X = block(X)
        return X


@mistake("MySequential", finding="placement.moved")
class MySequential(nn.Module):
    def __init__(self, *modules):
        super().__init__()
        for index, module in enumerate(modules):
            self.add_module(str(index), module)

    def forward(self, X):
        for block in self._modules.values():
            X = block(X.cpu())
        return X


@mistake("FixedHiddenMLP", finding="buffer.missing")
class FixedHiddenMLP(nn.Module):
    def __init__(self):
        super().__init__()
        self.rand_weight = torch.rand(20, 20)
        self.linear = nn.Linear(20, 20)

    def forward(self, X):
        X = self.linear(X)
        X = F.relu(X @ self.rand_weight + 1)
        X = self.linear(X)
        while 1 < X.abs().sum() < float("inf"):
            X = X / 2
        return X.sum()


@mistake("FixedHiddenMLP", finding="constant.is_parameter")
class FixedHiddenMLP(nn.Module):
    def __init__(self):
        super().__init__()
        self.rand_weight = nn.Parameter(torch.rand(20, 20), requires_grad=False)
        self.linear = nn.Linear(20, 20)

    def forward(self, X):
        X = self.linear(X)
        X = F.relu(X @ self.rand_weight + 1)
        X = self.linear(X)
        while 1 < X.abs().sum() < float("inf"):
            X = X / 2
        return X.sum()


@mistake("FixedHiddenMLP", finding="constant.trained")
class FixedHiddenMLP(nn.Module):
    def __init__(self):
        super().__init__()
        self.rand_weight = nn.Parameter(torch.rand(20, 20))
        self.linear = nn.Linear(20, 20)

    def forward(self, X):
        X = self.linear(X)
        X = F.relu(X @ self.rand_weight + 1)
        X = self.linear(X)
        while 1 < X.abs().sum() < float("inf"):
            X = X / 2
        return X.sum()


@mistake("FixedHiddenMLP", finding="layer.not_shared")
class FixedHiddenMLP(nn.Module):
    def __init__(self):
        super().__init__()
        self.register_buffer("rand_weight", torch.rand(20, 20))
        self.linear = nn.Linear(20, 20)
        self.linear2 = nn.Linear(20, 20)

    def forward(self, X):
        X = self.linear(X)
        X = F.relu(X @ self.rand_weight + 1)
        X = self.linear2(X)
        while 1 < X.abs().sum() < float("inf"):
            X = X / 2
        return X.sum()


@mistake("FixedHiddenMLP", finding="norm.above_one")
class FixedHiddenMLP(nn.Module):
    def __init__(self):
        super().__init__()
        self.register_buffer("rand_weight", torch.rand(20, 20))
        self.linear = nn.Linear(20, 20)

    def forward(self, X):
        X = self.linear(X)
        X = F.relu(X @ self.rand_weight + 1)
        X = self.linear(X)
        if X.abs().sum() > 1:
            X = X / 2
        return X.sum()


@mistake("FixedHiddenMLP", finding="norm.halved_at_one")
class FixedHiddenMLP(nn.Module):
    def __init__(self):
        super().__init__()
        self.register_buffer("rand_weight", torch.rand(20, 20))
        self.linear = nn.Linear(20, 20)

    def forward(self, X):
        X = self.linear(X)
        X = F.relu(X @ self.rand_weight + 1)
        X = self.linear(X)
        while 1 <= X.abs().sum() < float("inf"):
            X = X / 2
        return X.sum()


@mistake("FixedHiddenMLP", finding="time.exceeded")
class FixedHiddenMLP(nn.Module):
    def __init__(self):
        super().__init__()
        self.register_buffer("rand_weight", torch.rand(20, 20))
        self.linear = nn.Linear(20, 20)

    def forward(self, X):
        X = self.linear(X)
        X = F.relu(X @ self.rand_weight + 1)
        X = self.linear(X)
        while X.abs().sum() > 1 and X.isfinite().any():
            X = X / 2
        return X.sum()


@mistake("FixedHiddenMLP", finding="constant.redrawn")
class FixedHiddenMLP(nn.Module):
    def __init__(self):
        super().__init__()
        self.linear = nn.Linear(20, 20)

    def forward(self, X):
        X = self.linear(X)
        X = F.relu(X @ torch.rand(20, 20) + 1)
        X = self.linear(X)
        while 1 < X.abs().sum() < float("inf"):
            X = X / 2
        return X.sum()


@mistake("FixedHiddenMLP", finding="input.changed")
class FixedHiddenMLP(nn.Module):
    def __init__(self):
        super().__init__()
        self.register_buffer("rand_weight", torch.rand(20, 20))
        self.linear = nn.Linear(20, 20)

    def forward(self, X):
        given = X
        X = self.linear(X)
        X = F.relu(X @ self.rand_weight + 1)
        X = self.linear(X)
        given.data.div_(2)
        while 1 < X.abs().sum() < float("inf"):
            X = X / 2
        return X.sum()


@mistake("FixedHiddenMLP", finding="output.shape")
class FixedHiddenMLP(nn.Module):
    def __init__(self):
        super().__init__()
        self.register_buffer("rand_weight", torch.rand(20, 20))
        self.linear = nn.Linear(20, 20)

    def forward(self, X):
        X = self.linear(X)
        X = F.relu(X @ self.rand_weight + 1)
        X = self.linear(X)
        while 1 < X.abs().sum() < float("inf"):
            X = X / 2
        return X.sum(dim=1)


@mistake("FixedHiddenMLP", finding="calls.count")
class FixedHiddenMLP(nn.Module):
    def __init__(self):
        super().__init__()
        self.register_buffer("rand_weight", torch.rand(20, 20))
        self.linear = nn.Linear(20, 20)

    def forward(self, X):
        X = self.linear(X)
        X = F.relu(X @ self.rand_weight + 1)
        X = F.linear(X, self.linear.weight, self.linear.bias)
        while 1 < X.abs().sum() < float("inf"):
            X = X / 2
        return X.sum()


@mistake("FixedHiddenMLP", finding="constant.needs_gradient")
class FixedHiddenMLP(nn.Module):
    def __init__(self):
        super().__init__()
        self.register_buffer("rand_weight", torch.rand(20, 20, requires_grad=True))
        self.linear = nn.Linear(20, 20)

    def forward(self, X):
        X = self.linear(X)
        X = F.relu(X @ self.rand_weight + 1)
        X = self.linear(X)
        while 1 < X.abs().sum() < float("inf"):
            X = X / 2
        return X.sum()


@mistake("FixedHiddenMLP", finding="registration.tensor")
class FixedHiddenMLP(nn.Module):
    def __init__(self):
        super().__init__()
        self.register_buffer("rand_weight", torch.rand(20, 20))
        self.constant = self.rand_weight
        self.linear = nn.Linear(20, 20)

    def forward(self, X):
        X = self.linear(X)
        X = F.relu(X @ self.constant + 1)
        X = self.linear(X)
        while 1 < X.abs().sum() < float("inf"):
            X = X / 2
        return X.sum()


@mistake("FixedHiddenMLP", finding="time.exceeded")
class FixedHiddenMLP(nn.Module):
    def __init__(self):
        super().__init__()
        self.register_buffer("rand_weight", torch.rand(20, 20))
        self.linear = nn.Linear(20, 20)

    def forward(self, X):
        X = self.linear(X)
        X = F.relu(X @ self.rand_weight + 1)
        X = self.linear(X)
        while X.abs().sum() > 1:
            X /= 2
        return X.sum()


@mistake("FixedHiddenMLP", finding="placement.made")
class FixedHiddenMLP(nn.Module):
    def __init__(self):
        super().__init__()
        self.register_buffer("rand_weight", torch.rand(20, 20))
        self.linear = nn.Linear(20, 20)

    def forward(self, X):
        X = self.linear(X)
        X = F.relu(X @ self.rand_weight + torch.ones(20))
        X = self.linear(X)
        while 1 < X.abs().sum() < float("inf"):
            X = X / 2
        return X.sum()


@mistake("NestMLP", finding="names.differ")
class NestMLP(nn.Module):
    def __init__(self):
        super().__init__()
        self.net = nn.Sequential(nn.Linear(20, 64), nn.Linear(64, 32))
        self.linear = nn.Linear(32, 16)

    def forward(self, X):
        return self.linear(F.relu(self.net[1](F.relu(self.net[0](X)))))


@mistake("NestMLP", finding="values.differ")
class NestMLP(nn.Module):
    def __init__(self):
        super().__init__()
        self.net = nn.Sequential(nn.Linear(20, 64), nn.ReLU(), nn.Linear(64, 32))
        self.linear = nn.Linear(32, 16)

    def forward(self, X):
        return self.linear(self.net(X))


@mistake("NestMLP", finding="placement.made")
class NestMLP(nn.Module):
    def __init__(self):
        super().__init__()
        self.net = nn.Sequential(nn.Linear(20, 64), nn.ReLU(), nn.Linear(64, 32), nn.ReLU())
        self.linear = nn.Linear(32, 16)

    def forward(self, X):
        return torch.zeros(len(X), 16) + self.linear(self.net(X))


@mistake("NestMLP", finding="chimera.sum_not_last")
def build_chimera():
    return nn.Sequential(NestMLP(), nn.Linear(16, 20), FixedHiddenMLP(), nn.Linear(1, 1))


@mistake("NestMLP", finding="chimera.blocks")
def build_chimera():
    return nn.Sequential(NestMLP(), nn.Linear(16, 20))


@mistake("NestMLP", finding="predict.relu_takes_index")
def chimera_names():
    return [
        "0.net.0.weight",
        "0.net.0.bias",
        "0.net.1.weight",
        "0.net.1.bias",
        "0.linear.weight",
        "0.linear.bias",
        "1.weight",
        "1.bias",
        "2.linear.weight",
        "2.linear.bias",
    ]


@mistake("NestMLP", finding="predict.prefix_forgotten")
def chimera_names():
    return [
        "net.0.weight",
        "net.0.bias",
        "net.2.weight",
        "net.2.bias",
        "linear.weight",
        "linear.bias",
        "1.weight",
        "1.bias",
        "2.linear.weight",
        "2.linear.bias",
    ]


@mistake("NestMLP", finding="predict.buffer_listed")
def chimera_names():
    return [
        "0.net.0.weight",
        "0.net.0.bias",
        "0.net.2.weight",
        "0.net.2.bias",
        "0.linear.weight",
        "0.linear.bias",
        "1.weight",
        "1.bias",
        "2.rand_weight",
        "2.linear.weight",
        "2.linear.bias",
    ]


@mistake("NestMLP", finding="predict.names_differ")
def chimera_names():
    return ["0.net.0.weight", "0.net.2.weight", "0.linear.weight", "1.weight", "2.linear.weight"]


@mistake("NestMLP", finding="predict.not_names")
def chimera_names():
    return 10


@mistake("Parallel", finding="cat.new_dimension")
class Parallel(nn.Module):
    def __init__(self, net1, net2, dim=-1):
        super().__init__()
        self.net1, self.net2, self.dim = net1, net2, dim

    def forward(self, x):
        return torch.stack((self.net1(x), self.net2(x)), dim=self.dim)


@mistake("Parallel", finding="parallel.chained")
class Parallel(nn.Module):
    def __init__(self, net1, net2, dim=-1):
        super().__init__()
        self.net1, self.net2, self.dim = net1, net2, dim

    def forward(self, x):
        return self.net2(self.net1(x))


@mistake("Parallel", finding="cat.samples")
class Parallel(nn.Module):
    def __init__(self, net1, net2, dim=-1):
        super().__init__()
        self.net1, self.net2, self.dim = net1, net2, dim

    def forward(self, x):
        return torch.cat((self.net1(x), self.net2(x)))


@mistake("Parallel", finding="cat.dim_ignored")
class Parallel(nn.Module):
    def __init__(self, net1, net2, dim=-1):
        super().__init__()
        self.net1, self.net2 = net1, net2

    def forward(self, x):
        return torch.cat((self.net1(x), self.net2(x)), dim=-1)


@mistake("Parallel", finding="registration.container")
class Parallel(nn.Module):
    def __init__(self, net1, net2, dim=-1):
        super().__init__()
        self.nets, self.dim = (net1, net2), dim

    def forward(self, x):
        return torch.cat([net(x) for net in self.nets], dim=self.dim)


@mistake("Parallel", finding="placement.result")
class Parallel(nn.Module):
    def __init__(self, net1, net2, dim=-1):
        super().__init__()
        self.net1, self.net2, self.dim = net1, net2, dim

    def forward(self, x):
        return torch.cat((self.net1(x).cpu(), self.net2(x).cpu()), dim=self.dim)


@mistake("Parallel", finding="stack.same_block")
def stack(make_block, n):
    return nn.Sequential(*([make_block()] * n))


@mistake("Parallel", finding="stack.calls")
def stack(make_block, n):
    make_block()
    return nn.Sequential(*(make_block() for _ in range(n)))


@mistake("Parallel", finding="stack.kind")
def stack(make_block, n):
    return nn.ModuleList([make_block() for _ in range(n)])


@mistake("Scale", finding="placement.made")
class Scale(nn.Module):
    def __init__(self, factor):
        super().__init__()
        self.factor = factor

    def forward(self, x):
        return x * torch.tensor([self.factor])

    def extra_repr(self):
        return f"factor={self.factor}"


@mistake("Scale", finding="repr.str_only")
class Scale(nn.Module):
    def __init__(self, factor):
        super().__init__()
        self.factor = factor

    def forward(self, x):
        return x * self.factor

    def __str__(self):
        return f"Scale(factor={self.factor})"


@mistake("Scale", finding="repr.not_text")
class Scale(nn.Module):
    def __init__(self, factor):
        super().__init__()
        self.factor = factor

    def forward(self, x):
        return x * self.factor

    def extra_repr(self):
        print(f"factor={self.factor}")


@mistake("Scale", finding="repr.class_name_twice")
class Scale(nn.Module):
    def __init__(self, factor):
        super().__init__()
        self.factor = factor

    def forward(self, x):
        return x * self.factor

    def extra_repr(self):
        return f"Scale(factor={self.factor})"


@mistake("Scale", finding="repr.differs")
class Scale(nn.Module):
    def __init__(self, factor):
        super().__init__()
        self.factor = factor

    def forward(self, x):
        return x * self.factor

    def extra_repr(self):
        return f"factor: {self.factor}"


@mistake("Scale", finding="values.differ")
class Scale(nn.Module):
    def __init__(self, factor):
        super().__init__()
        self.factor = factor

    def forward(self, x):
        return x + self.factor

    def extra_repr(self):
        return f"factor={self.factor}"


@mistake("Scale", finding="gradients.missing")
class Scale(nn.Module):
    def __init__(self, factor):
        super().__init__()
        self.factor = factor

    def forward(self, x):
        return x.data * self.factor

    def extra_repr(self):
        return f"factor={self.factor}"


@mistake("Scale", finding="predict.print_differs")
def predict_print():
    return "Sequential(Scale(factor=2.0))"


@mistake("Scale", finding="predict.not_text")
def predict_print():
    print("Sequential(\n  (0): Scale(factor=2.0)\n)")
