"""Wrong answers to chapter 2: each must fail with its own finding and with no other."""

import math

import numpy
import torch
from torch import nn
from torch.nn import functional as F

from solutions.custom_layers import Linear, make_sharpen_conv, qualified_names, sharpen_kernel
from tests.answers import mistake, slip


@mistake("CenteredLayer", finding="centered.keepdim")
class CenteredLayer(nn.Module):
    def __init__(self, dim=None):
        super().__init__()
        self.dim = dim

    def forward(self, x):
        if self.dim is None:
            return x - x.mean()
        return x - x.mean(dim=self.dim)


@mistake("CenteredLayer", finding="centered.dim_ignored")
class CenteredLayer(nn.Module):
    def __init__(self, dim=None):
        super().__init__()
        self.dim = dim

    def forward(self, x):
        return x - x.mean()


@mistake("CenteredLayer", finding="signature.differs")
class CenteredLayer(nn.Module):
    def __init__(self):
        super().__init__()

    def forward(self, x):
        return x - x.mean()


@mistake("CenteredLayer", finding="centered.zero_is_a_dim")
class CenteredLayer(nn.Module):
    def __init__(self, dim=None):
        super().__init__()
        self.dim = dim

    def forward(self, x):
        if self.dim:
            return x - x.mean(dim=self.dim, keepdim=True)
        return x - x.mean()


@mistake("CenteredLayer", finding="input.changed")
class CenteredLayer(nn.Module):
    def __init__(self, dim=None):
        super().__init__()
        self.dim = dim

    def forward(self, x):
        x -= x.mean() if self.dim is None else x.mean(dim=self.dim, keepdim=True)
        return x


@mistake("CenteredLayer", finding="centered.rescaled")
class CenteredLayer(nn.Module):
    def __init__(self, dim=None):
        super().__init__()
        self.dim = dim

    def forward(self, x):
        if self.dim is None:
            return (x - x.mean()) / x.std()
        return (x - x.mean(dim=self.dim, keepdim=True)) / x.std(dim=self.dim, keepdim=True)


@mistake("CenteredLayer", finding="gradients.not_derivative")
class CenteredLayer(nn.Module):
    def __init__(self, dim=None):
        super().__init__()
        self.dim = dim

    def forward(self, x):
        mean = x.mean() if self.dim is None else x.mean(dim=self.dim, keepdim=True)
        return x - mean.detach()


@mistake("CenteredLayer", finding="centered.mean_not_zero")
class CenteredLayer(nn.Module):
    def __init__(self, dim=None):
        super().__init__()
        self.dim = dim

    def forward(self, x):
        if self.dim is None:
            return x - x.median()
        if isinstance(self.dim, tuple):
            return x - x.mean(dim=self.dim, keepdim=True)
        return x - x.median(dim=self.dim, keepdim=True).values


@mistake("CenteredLayer", finding="values.differ")
class CenteredLayer(nn.Module):
    def __init__(self, dim=None):
        super().__init__()
        self.dim = dim

    def forward(self, x):
        if self.dim is None:
            return x - x.mean()
        dim = self.dim if isinstance(self.dim, int) else self.dim[0]
        return x - x.mean(dim=dim, keepdim=True)


@mistake("CenteredLayer", finding="centered.whole_numbers")
class CenteredLayer(nn.Module):
    def __init__(self, dim=None):
        super().__init__()
        self.dim = dim

    def forward(self, x):
        real = x if x.is_floating_point() else x.float()
        mean = real.mean() if self.dim is None else real.mean(dim=self.dim, keepdim=True)
        return x - mean.to(x.dtype)


@mistake("CenteredLayer", finding="dtype.fixed")
class CenteredLayer(nn.Module):
    def __init__(self, dim=None):
        super().__init__()
        self.dim = dim

    def forward(self, x):
        x = x.float()
        mean = x.mean() if self.dim is None else x.mean(dim=self.dim, keepdim=True)
        return x - mean


@mistake("CenteredLayer", finding="state.unexpected")
class CenteredLayer(nn.Module):
    def __init__(self, dim=None):
        super().__init__()
        self.dim = dim
        self.register_buffer("mean", torch.zeros(()))

    def forward(self, x):
        self.mean = x.mean() if self.dim is None else x.mean(dim=self.dim, keepdim=True)
        return x - self.mean


@mistake("CenteredLayer", finding="output.none")
class CenteredLayer(nn.Module):
    def __init__(self, dim=None):
        super().__init__()
        self.dim = dim

    def forward(self, x):
        mean = x.mean() if self.dim is None else x.mean(dim=self.dim, keepdim=True)
        x = x - mean


@mistake("CenteredLayer", finding="placement.made")
class CenteredLayer(nn.Module):
    def __init__(self, dim=None):
        super().__init__()
        self.dim = dim

    def forward(self, x):
        mean = x.mean() if self.dim is None else x.mean(dim=self.dim, keepdim=True)
        return x - mean * torch.ones(x.shape, dtype=x.dtype)


@mistake("Linear", finding="linear.leading")
class Linear(nn.Module):
    def __init__(self, in_features, out_features, bias=True):
        super().__init__()
        self.w = nn.Parameter(torch.randn(in_features, out_features) / in_features**0.5)
        self.b = nn.Parameter(torch.randn(out_features)) if bias else None

    def forward(self, x):
        y = x.mm(self.w)
        return y if self.b is None else y + self.b


@mistake("Linear", finding="linear.starts_too_large")
class Linear(nn.Module):
    def __init__(self, in_features, out_features, bias=True):
        super().__init__()
        self.w = nn.Parameter(torch.randn(in_features, out_features))
        self.b = nn.Parameter(torch.randn(out_features)) if bias else None

    def forward(self, x):
        y = x @ self.w
        return y if self.b is None else y + self.b


@mistake("Linear", finding="linear.starts_too_large")
class Linear(nn.Module):
    def __init__(self, in_features, out_features, bias=True):
        super().__init__()
        self.w = nn.Parameter(torch.randn(in_features, out_features) / out_features**0.5)
        self.b = nn.Parameter(torch.zeros(out_features)) if bias else None

    def forward(self, x):
        y = x @ self.w
        return y if self.b is None else y + self.b


@mistake("Linear", finding="linear.starts_too_small")
class Linear(nn.Module):
    def __init__(self, in_features, out_features, bias=True):
        super().__init__()
        self.w = nn.Parameter(torch.randn(in_features, out_features) / in_features)
        self.b = nn.Parameter(torch.zeros(out_features)) if bias else None

    def forward(self, x):
        y = x @ self.w
        return y if self.b is None else y + self.b


@mistake("Linear", finding="linear.starts_alike")
class Linear(nn.Module):
    def __init__(self, in_features, out_features, bias=True):
        super().__init__()
        self.w = nn.Parameter(torch.full((in_features, out_features), in_features**-0.5))
        self.b = nn.Parameter(torch.randn(out_features)) if bias else None

    def forward(self, x):
        y = x @ self.w
        return y if self.b is None else y + self.b


@mistake("Linear", finding="linear.transposed")
class Linear(nn.Module):
    def __init__(self, in_features, out_features, bias=True):
        super().__init__()
        self.w = nn.Parameter(torch.randn(out_features, in_features) / in_features**0.5)
        self.b = nn.Parameter(torch.zeros(out_features)) if bias else None

    def forward(self, x):
        y = x @ self.w.T
        return y if self.b is None else y + self.b


@mistake("Linear", finding="linear.transposed")
class Linear(nn.Module):
    def __init__(self, in_features, out_features, bias=True):
        super().__init__()
        self.w = nn.Parameter(torch.randn(out_features, in_features) / in_features**0.5)
        self.b = nn.Parameter(torch.zeros(out_features)) if bias else None

    def forward(self, x):
        y = x @ self.w
        return y if self.b is None else y + self.b


@mistake("Linear", finding="storage.shared")
class Linear(nn.Module):
    w = nn.Parameter(torch.randn(5, 7) / 5**0.5)
    b = nn.Parameter(torch.zeros(7))

    def __init__(self, in_features, out_features, bias=True):
        super().__init__()

    def forward(self, x):
        return x @ self.w + self.b


@mistake("Linear", finding="registration.tensor")
class Linear(nn.Module):
    def __init__(self, in_features, out_features, bias=True):
        super().__init__()
        self.w = (torch.randn(in_features, out_features) / in_features**0.5).requires_grad_()
        self.b = torch.zeros(out_features, requires_grad=True) if bias else None

    def forward(self, x):
        y = x @ self.w
        return y if self.b is None else y + self.b


@mistake("Linear", finding="parameter.computed")
class Linear(nn.Module):
    def __init__(self, in_features, out_features, bias=True):
        super().__init__()
        self.w = nn.Parameter(torch.randn(in_features, out_features)) * in_features**-0.5
        self.b = nn.Parameter(torch.zeros(out_features)) if bias else None

    def forward(self, x):
        y = x @ self.w
        return y if self.b is None else y + self.b


@mistake("Linear", finding="parameter.computed")
class Linear(nn.Module):
    def __init__(self, in_features, out_features, bias=True):
        super().__init__()
        device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
        self.w = nn.Parameter(torch.randn(in_features, out_features) / in_features**0.5).to(device)
        self.b = nn.Parameter(torch.zeros(out_features)).to(device) if bias else None

    def forward(self, x):
        y = x @ self.w
        return y if self.b is None else y + self.b


@mistake("Linear", finding="delegation.used")
class Linear(nn.Module):
    def __init__(self, in_features, out_features, bias=True):
        super().__init__()
        self.w = nn.Parameter(torch.randn(in_features, out_features) / in_features**0.5)
        self.b = nn.Parameter(torch.zeros(out_features)) if bias else None

    def forward(self, x):
        return F.linear(x, self.w.T, self.b)


@mistake("Linear", finding="delegation.used")
class Linear(nn.Module):
    def __init__(self, in_features, out_features, bias=True):
        super().__init__()
        self.linear = nn.Linear(in_features, out_features, bias)

    def forward(self, x):
        return self.linear(x)


@mistake("Linear", finding="delegation.subclass")
class Linear(nn.Linear):
    pass


@mistake("Linear", finding="names.differ")
class Linear(nn.Module):
    def __init__(self, in_features, out_features, bias=True):
        super().__init__()
        self.weight = nn.Parameter(torch.randn(in_features, out_features) / in_features**0.5)
        self.b = nn.Parameter(torch.zeros(out_features)) if bias else None

    def forward(self, x):
        y = x @ self.weight
        return y if self.b is None else y + self.b


@mistake("Linear", finding="names.differ")
class Linear(nn.Module):
    def __init__(self, in_features, out_features, bias=True):
        super().__init__()
        self.b = nn.Parameter(torch.zeros(out_features)) if bias else None
        self.w = nn.Parameter(torch.randn(in_features, out_features) / in_features**0.5)

    def forward(self, x):
        y = x @ self.w
        return y if self.b is None else y + self.b


@mistake("Linear", finding="shapes.differ")
class Linear(nn.Module):
    def __init__(self, in_features, out_features, bias=True):
        super().__init__()
        self.w = nn.Parameter(torch.randn(in_features, out_features) / in_features**0.5)
        self.b = nn.Parameter(torch.zeros(1, out_features)) if bias else None

    def forward(self, x):
        y = x @ self.w
        return y if self.b is None else y + self.b


@mistake("Linear", finding="linear.bias_kept")
class Linear(nn.Module):
    def __init__(self, in_features, out_features, bias=True):
        super().__init__()
        self.w = nn.Parameter(torch.randn(in_features, out_features) / in_features**0.5)
        self.b = nn.Parameter(torch.zeros(out_features))

    def forward(self, x):
        return x @ self.w + self.b


@mistake("Linear", finding="linear.b_is_not_none")
class Linear(nn.Module):
    def __init__(self, in_features, out_features, bias=True):
        super().__init__()
        self.w = nn.Parameter(torch.randn(in_features, out_features) / in_features**0.5)
        if bias:
            self.b = nn.Parameter(torch.zeros(out_features))

    def forward(self, x):
        return x @ self.w + self.b if hasattr(self, "b") else x @ self.w


@mistake("Linear", finding="linear.b_is_not_none")
class Linear(nn.Module):
    def __init__(self, in_features, out_features, bias=True):
        super().__init__()
        self.w = nn.Parameter(torch.randn(in_features, out_features) / in_features**0.5)
        self.b = nn.Parameter(torch.zeros(out_features)) if bias else None

    def forward(self, x):
        return x @ self.w + self.b


@mistake("Linear", finding="gradients.missing")
class Linear(nn.Module):
    def __init__(self, in_features, out_features, bias=True):
        super().__init__()
        self.w = nn.Parameter(torch.randn(in_features, out_features) / in_features**0.5)
        self.b = nn.Parameter(torch.zeros(out_features)) if bias else None

    def forward(self, x):
        y = x @ self.w.data
        return y if self.b is None else y + self.b


@mistake("Linear", finding="dtype.fixed")
class Linear(nn.Module):
    def __init__(self, in_features, out_features, bias=True):
        super().__init__()
        self.w = nn.Parameter(torch.randn(in_features, out_features) / in_features**0.5)
        self.b = nn.Parameter(torch.zeros(out_features)) if bias else None

    def forward(self, x):
        y = x.float() @ self.w
        return y if self.b is None else y + self.b


@mistake("Linear", finding="values.differ")
class Linear(nn.Module):
    def __init__(self, in_features, out_features, bias=True):
        super().__init__()
        self.w = nn.Parameter(torch.randn(in_features, out_features))
        self.b = nn.Parameter(torch.zeros(out_features)) if bias else None

    def forward(self, x):
        y = x @ self.w / len(self.w) ** 0.5
        return y if self.b is None else y + self.b


@mistake("Linear", finding="placement.made")
class Linear(nn.Module):
    def __init__(self, in_features, out_features, bias=True):
        super().__init__()
        self.w = nn.Parameter(torch.randn(in_features, out_features) / in_features**0.5)
        self.b = nn.Parameter(torch.zeros(out_features)) if bias else None

    def forward(self, x):
        y = x @ self.w
        return y + (
            torch.zeros(y.shape[-1], dtype=y.dtype) if self.b is None else self.b * torch.ones(1).to(y.dtype)
        )


@mistake("Perceptron", finding="perceptron.nn_linear")
class Perceptron(nn.Module):
    def __init__(self, in_features, hidden_features, out_features):
        super().__init__()
        self.layer1 = nn.Linear(in_features, hidden_features)
        self.layer2 = nn.Linear(hidden_features, out_features)

    def forward(self, x):
        return self.layer2(torch.sigmoid(self.layer1(x)))


@mistake("Perceptron", finding="perceptron.class_name")
class Perceptron(nn.Module):
    def __init__(self, in_features, hidden_features, out_features):
        super().__init__()
        self.Linear1 = Linear(in_features, hidden_features)
        self.Linear2 = Linear(hidden_features, out_features)

    def forward(self, x):
        return self.Linear2(torch.sigmoid(self.Linear1(x)))


@mistake("Perceptron", finding="names.differ")
class Perceptron(nn.Module):
    def __init__(self, in_features, hidden_features, out_features):
        super().__init__()
        self.hidden = Linear(in_features, hidden_features)
        self.out = Linear(hidden_features, out_features)

    def forward(self, x):
        return self.out(torch.sigmoid(self.hidden(x)))


@mistake("Perceptron", finding="names.differ")
class Perceptron(nn.Sequential):
    def __init__(self, in_features, hidden_features, out_features):
        super().__init__(
            Linear(in_features, hidden_features), nn.Sigmoid(), Linear(hidden_features, out_features)
        )


@mistake("Perceptron", finding="registration.container")
class Perceptron(nn.Module):
    def __init__(self, in_features, hidden_features, out_features):
        super().__init__()
        self.layers = [Linear(in_features, hidden_features), Linear(hidden_features, out_features)]

    def forward(self, x):
        return self.layers[1](torch.sigmoid(self.layers[0](x)))


@mistake("Perceptron", finding="shapes.differ")
class Perceptron(nn.Module):
    def __init__(self, in_features, hidden_features, out_features):
        super().__init__()
        self.layer1 = Linear(in_features, out_features)
        self.layer2 = Linear(out_features, out_features)

    def forward(self, x):
        return self.layer2(torch.sigmoid(self.layer1(x)))


@mistake("Perceptron", finding="perceptron.sigmoid_last")
class Perceptron(nn.Module):
    def __init__(self, in_features, hidden_features, out_features):
        super().__init__()
        self.layer1 = Linear(in_features, hidden_features)
        self.layer2 = Linear(hidden_features, out_features)

    def forward(self, x):
        return torch.sigmoid(self.layer2(torch.sigmoid(self.layer1(x))))


@mistake("Perceptron", finding="perceptron.no_sigmoid")
class Perceptron(nn.Module):
    def __init__(self, in_features, hidden_features, out_features):
        super().__init__()
        self.layer1 = Linear(in_features, hidden_features)
        self.layer2 = Linear(hidden_features, out_features)

    def forward(self, x):
        return self.layer2(self.layer1(x))


@mistake("Perceptron", finding="values.differ")
class Perceptron(nn.Module):
    def __init__(self, in_features, hidden_features, out_features):
        super().__init__()
        self.layer1 = Linear(in_features, hidden_features)
        self.layer2 = Linear(hidden_features, out_features)

    def forward(self, x):
        return self.layer2(torch.tanh(self.layer1(x)))


@mistake("Perceptron", finding="gradients.missing")
class Perceptron(nn.Module):
    def __init__(self, in_features, hidden_features, out_features):
        super().__init__()
        self.layer1 = Linear(in_features, hidden_features)
        self.layer2 = Linear(hidden_features, out_features)

    def forward(self, x):
        return self.layer2(torch.sigmoid(self.layer1(x)).detach())


@mistake("Perceptron", finding="placement.moved")
class Perceptron(nn.Module):
    def __init__(self, in_features, hidden_features, out_features):
        super().__init__()
        self.layer1 = Linear(in_features, hidden_features)
        self.layer2 = Linear(hidden_features, out_features)

    def forward(self, x):
        return self.layer2(torch.sigmoid(self.layer1(x)).cpu())


@mistake("Perceptron", finding="dtype.fixed")
class Perceptron(nn.Module):
    def __init__(self, in_features, hidden_features, out_features):
        super().__init__()
        self.layer1 = Linear(in_features, hidden_features)
        self.layer2 = Linear(hidden_features, out_features)

    def forward(self, x):
        return self.layer2(torch.sigmoid(self.layer1(x)).float())


@mistake("Perceptron", finding="qualified.separator")
def qualified_names(tree):
    names = [name for name, child in tree.items() if child is None]
    for name, child in tree.items():
        if child is not None:
            names += [name + "_" + inner for inner in qualified_names(child)]
    return names


@mistake("Perceptron", finding="qualified.separator")
def qualified_names(tree):
    names = [name for name, child in tree.items() if child is None]
    for name, child in tree.items():
        if child is not None:
            names += [name + "/" + inner for inner in qualified_names(child)]
    return names


@mistake("Perceptron", finding="qualified.class_name")
def qualified_names(tree):
    names = [name for name, child in tree.items() if child is None]
    for child in tree.values():
        if child is not None:
            names += [f"{type(child).__name__}.{inner}" for inner in qualified_names(child)]
    return names


@mistake("Perceptron", finding="qualified.order")
def qualified_names(tree):
    names = []
    for name, child in tree.items():
        if child is not None:
            names += [f"{name}.{inner}" for inner in qualified_names(child)]
    return names + [name for name, child in tree.items() if child is None]


@mistake("Perceptron", finding="qualified.order")
def qualified_names(tree):
    names = []
    for name, child in tree.items():
        names += [name] if child is None else [f"{name}.{inner}" for inner in qualified_names(child)]
    return names


@mistake("Perceptron", finding="qualified.order")
def qualified_names(tree):
    names, level = [], [("", tree)]
    while level:
        names += [prefix + name for prefix, node in level for name, child in node.items() if child is None]
        level = [
            (f"{prefix}{name}.", child)
            for prefix, node in level
            for name, child in node.items()
            if child is not None
        ]
    return names


@mistake("Perceptron", finding="qualified.leading_dot")
def qualified_names(tree, prefix=""):
    names = [f"{prefix}.{name}" for name, child in tree.items() if child is None]
    for name, child in tree.items():
        if child is not None:
            names += qualified_names(child, f"{prefix}.{name}")
    return names


@mistake("Perceptron", finding="qualified.modules_listed")
def qualified_names(tree):
    names = [name for name, child in tree.items() if not child]
    for name, child in tree.items():
        if child:
            names += [f"{name}.{inner}" for inner in qualified_names(child)]
    return names


@mistake("Perceptron", finding="qualified.modules_listed")
def qualified_names(tree):
    names = [name for name, child in tree.items() if child is None]
    for name, child in tree.items():
        if child is not None:
            names += [name, *(f"{name}.{inner}" for inner in qualified_names(child))]
    return names


@mistake("Perceptron", finding="qualified.prefix_lost")
def qualified_names(tree, prefix=""):
    names = [prefix + name for name, child in tree.items() if child is None]
    for name, child in tree.items():
        if child is not None:
            names += qualified_names(child, name + ".")
    return names


@mistake("Perceptron", finding="qualified.differ")
def qualified_names(tree):
    names = [name for name, child in tree.items() if child is None]
    for name, child in tree.items():
        if child is not None:
            names += [f"{name}.{inner}" for inner, leaf in child.items() if leaf is None]
    return names


@mistake("Perceptron", finding="qualified.not_names")
def qualified_names(tree):
    yield from (name for name, child in tree.items() if child is None)
    for name, child in tree.items():
        if child is not None:
            yield from (f"{name}.{inner}" for inner in qualified_names(child))


@mistake("MyLinear", finding="gradients.missing")
class MyLinear(nn.Module):
    def __init__(self, in_units, units):
        super().__init__()
        self.weight = nn.Parameter(torch.randn(in_units, units))
        self.bias = nn.Parameter(torch.randn(units))

    def forward(self, X):
        linear = torch.matmul(X, self.weight.data) + self.bias.data
        return F.relu(linear)


@mistake("MyLinear", finding="gradients.missing")
class MyLinear(nn.Module):
    def __init__(self, in_units, units):
        super().__init__()
        self.weight = nn.Parameter(torch.randn(in_units, units))
        self.bias = nn.Parameter(torch.randn(units))

    def forward(self, X):
        return F.relu(X @ self.weight + self.bias.data)


@mistake("MyLinear", finding="gradients.missing")
class MyLinear(nn.Module):
    def __init__(self, in_units, units):
        super().__init__()
        self.weight = nn.Parameter(torch.randn(in_units, units))
        self.bias = nn.Parameter(torch.randn(units))

    def forward(self, X):
        return F.relu(X @ self.weight.detach() + self.bias.detach())


@mistake("MyLinear", finding="gradients.missing")
class MyLinear(nn.Module):
    def __init__(self, in_units, units):
        super().__init__()
        self.weight = nn.Parameter(torch.randn(in_units, units))
        self.bias = nn.Parameter(torch.randn(units))

    def forward(self, X):
        with torch.no_grad():
            return F.relu(X @ self.weight + self.bias)


@mistake("MyLinear", finding="gradients.missing")
class MyLinear(nn.Module):
    def __init__(self, in_units, units):
        super().__init__()
        self.weight = nn.Parameter(torch.randn(in_units, units))
        self.bias = nn.Parameter(torch.randn(units))

    def forward(self, X):
        return F.relu(X.data @ self.weight + self.bias)


@mistake("MyLinear", finding="gradients.missing")
class MyLinear(nn.Module):
    def __init__(self, in_units, units):
        super().__init__()
        self.weight = nn.Parameter(torch.randn(in_units, units))
        self.bias = nn.Parameter(torch.randn(units))

    def forward(self, X):
        weight, bias = nn.Parameter(self.weight.data), nn.Parameter(self.bias.data)
        return F.relu(X @ weight + bias)


@mistake("MyLinear", finding="graph.new_leaf")
class MyLinear(nn.Module):
    def __init__(self, in_units, units):
        super().__init__()
        self.weight = nn.Parameter(torch.randn(in_units, units))
        self.bias = nn.Parameter(torch.randn(units))

    def forward(self, X):
        linear = torch.matmul(X, self.weight.data) + self.bias.data
        return F.relu(linear).requires_grad_()


@mistake("MyLinear", finding="parameter.replaced")
class MyLinear(nn.Module):
    def __init__(self, in_units, units):
        super().__init__()
        self.weight = nn.Parameter(torch.randn(in_units, units))
        self.bias = nn.Parameter(torch.randn(units))

    def forward(self, X):
        self.weight = nn.Parameter(self.weight.data)
        self.bias = nn.Parameter(self.bias.data)
        return F.relu(X @ self.weight + self.bias)


@mistake("MyLinear", finding="parameter.frozen")
class MyLinear(nn.Module):
    def __init__(self, in_units, units):
        super().__init__()
        self.weight = nn.Parameter(torch.randn(in_units, units))
        self.bias = nn.Parameter(torch.randn(units), requires_grad=False)

    def forward(self, X):
        return F.relu(X @ self.weight + self.bias)


@mistake("MyLinear", finding="mylinear.negative")
class MyLinear(nn.Module):
    def __init__(self, in_units, units):
        super().__init__()
        self.weight = nn.Parameter(torch.randn(in_units, units))
        self.bias = nn.Parameter(torch.randn(units))

    def forward(self, X):
        return X @ self.weight + self.bias


@mistake("MyLinear", finding="values.differ")
class MyLinear(nn.Module):
    def __init__(self, in_units, units):
        super().__init__()
        self.weight = nn.Parameter(torch.randn(in_units, units))
        self.bias = nn.Parameter(torch.randn(units))

    def forward(self, X):
        return torch.sigmoid(X @ self.weight + self.bias)


@mistake("MyLinear", finding="names.differ")
class MyLinear(nn.Module):
    def __init__(self, in_units, units):
        super().__init__()
        self.w = nn.Parameter(torch.randn(in_units, units))
        self.b = nn.Parameter(torch.randn(units))

    def forward(self, X):
        return F.relu(X @ self.w + self.b)


@mistake("MyLinear", finding="registration.tensor")
class MyLinear(nn.Module):
    def __init__(self, in_units, units):
        super().__init__()
        self.weight = torch.randn(in_units, units, requires_grad=True)
        self.bias = torch.randn(units, requires_grad=True)

    def forward(self, X):
        return F.relu(X @ self.weight + self.bias)


@mistake("MyLinear", finding="shapes.differ")
class MyLinear(nn.Module):
    def __init__(self, in_units, units):
        super().__init__()
        self.weight = nn.Parameter(torch.randn(units, in_units))
        self.bias = nn.Parameter(torch.randn(units))

    def forward(self, X):
        return F.relu(F.linear(X, self.weight, self.bias))


@mistake("MyLinear", finding="input.changed")
class MyLinear(nn.Module):
    def __init__(self, in_units, units):
        super().__init__()
        self.weight = nn.Parameter(torch.randn(in_units, units))
        self.bias = nn.Parameter(torch.randn(units))

    def forward(self, X):
        result = F.relu(X @ self.weight + self.bias)
        X.detach().mul_(2)
        return result


@mistake("MyLinear", finding="placement.made")
class MyLinear(nn.Module):
    def __init__(self, in_units, units):
        super().__init__()
        self.weight = nn.Parameter(torch.randn(in_units, units))
        self.bias = nn.Parameter(torch.randn(units))

    def forward(self, X):
        linear = X @ self.weight + self.bias
        return torch.maximum(linear, torch.zeros(linear.shape, dtype=X.dtype))


@mistake("MyLinear", finding="why.differs")
def why_it_does_not_train():
    return {"weight": False, "bias": True}


@mistake("MyLinear", finding="why.differs")
def why_it_does_not_train():
    layer = MyLinear(4, 3)
    nn.Sequential(nn.Linear(5, 4), layer, nn.Linear(3, 2))(torch.ones(2, 5)).sum().backward()
    return {name: parameter.grad is not None for name, parameter in layer.named_parameters()}


@mistake("MyLinear", finding="why.keys")
def why_it_does_not_train():
    return {"1.weight": False, "1.bias": False}


@mistake("MyLinear", finding="why.keys")
def why_it_does_not_train():
    return "because .data leaves the graph"


@mistake("MyLinear", finding="why.not_bool")
def why_it_does_not_train():
    return {"weight": None, "bias": None}


@mistake("sharpen", finding="kernel.sum")
def sharpen_kernel():
    kernel = torch.full((3, 3), -1 / 9)
    kernel[1, 1] = 1
    return kernel


@mistake("sharpen", finding="kernel.sum")
def sharpen_kernel():
    return torch.tensor([[0.0, -1.0, 0.0], [-1.0, 4.0, -1.0], [0.0, -1.0, 0.0]])


@mistake("sharpen", finding="kernel.not_steeper")
def sharpen_kernel():
    return torch.full((3, 3), 1 / 9)


@mistake("sharpen", finding="output.shape")
def sharpen_kernel():
    return torch.tensor([[[[0.0, -1.0, 0.0], [-1.0, 5.0, -1.0], [0.0, -1.0, 0.0]]]])


@mistake("sharpen", finding="output.not_tensor")
def sharpen_kernel():
    return [[0.0, -1.0, 0.0], [-1.0, 5.0, -1.0], [0.0, -1.0, 0.0]]


@mistake("sharpen", finding="conv.weight_shape")
def make_sharpen_conv():
    conv = nn.Conv2d(1, 1, 3, padding=1, bias=False)
    conv.weight.data = sharpen_kernel().view(1, 1, 3, 3).repeat(7, 7, 1, 1)
    conv.weight.requires_grad_(False)
    return conv


@mistake("sharpen", finding="conv.weight_shape")
def make_sharpen_conv():
    conv = nn.Conv2d(1, 1, 3, padding=1, bias=False)
    conv.weight.data = sharpen_kernel()
    conv.weight.requires_grad_(False)
    return conv


@mistake("sharpen", finding="conv.no_padding")
def make_sharpen_conv():
    conv = nn.Conv2d(1, 1, 3, bias=False)
    with torch.no_grad():
        conv.weight.copy_(sharpen_kernel())
    return conv.requires_grad_(False)


@mistake("sharpen", finding="conv.no_padding")
def make_sharpen_conv():
    conv = nn.Conv2d(1, 1, 3, bias=False)
    conv.weight = nn.Parameter(sharpen_kernel()[None, None], requires_grad=False)
    return conv


@mistake("sharpen", finding="conv.bias")
def make_sharpen_conv():
    conv = nn.Conv2d(1, 1, 3, padding=1)
    with torch.no_grad():
        conv.weight.copy_(sharpen_kernel())
    return conv.requires_grad_(False)


@mistake("sharpen", finding="conv.trainable")
def make_sharpen_conv():
    conv = nn.Conv2d(1, 1, 3, padding=1, bias=False)
    conv.weight.data = sharpen_kernel().view(1, 1, 3, 3)
    return conv


@mistake("sharpen", finding="conv.weight_differs")
def make_sharpen_conv():
    return nn.Conv2d(1, 1, 3, padding=1, bias=False).requires_grad_(False)


@mistake("sharpen", finding="conv.kind")
def make_sharpen_conv():
    conv = nn.Conv2d(1, 1, 3, bias=False)
    with torch.no_grad():
        conv.weight.copy_(sharpen_kernel())
    return nn.Sequential(nn.ReplicationPad2d(1), conv.requires_grad_(False))


@mistake("sharpen", finding="sharpen.out_of_range")
def sharpen(img):
    return make_sharpen_conv()(img.reshape(-1, 1, *img.shape[-2:]).cpu()).to(img.device).reshape(img.shape)


@mistake("sharpen", finding="sharpen.out_of_range")
def sharpen(img):
    conv = make_sharpen_conv().to(img.device)
    return conv(img.clamp(0, 1).reshape(-1, 1, *img.shape[-2:])).reshape(img.shape)


@mistake("sharpen", finding="sharpen.differs")
def sharpen(img):
    conv = make_sharpen_conv().to(img.device)
    return torch.sigmoid(conv(img.reshape(-1, 1, *img.shape[-2:])).reshape(img.shape))


@mistake("sharpen", finding="sharpen.differs")
def sharpen(img):
    conv = make_sharpen_conv().to(img.device)
    out = conv(img.reshape(-1, 1, *img.shape[-2:])).reshape(img.shape)
    return (out - out.min()) / (out.max() - out.min())


@mistake("sharpen", finding="sharpen.refuses")
def sharpen(img):
    conv = make_sharpen_conv().to(img.device)
    return conv(img).clamp(0, 1)


@mistake("sharpen", finding="output.shape")
def sharpen(img):
    conv = make_sharpen_conv().to(img.device)
    return conv(img.reshape(-1, 1, *img.shape[-2:])).clamp(0, 1).squeeze()


@mistake("sharpen", finding="output.none")
def sharpen(img):
    conv = make_sharpen_conv().to(img.device)
    conv(img.reshape(-1, 1, *img.shape[-2:])).clamp(0, 1).reshape(img.shape)


@mistake("sharpen", finding="input.changed")
def sharpen(img):
    conv = make_sharpen_conv().to(img.device)
    return img.copy_(conv(img.reshape(-1, 1, *img.shape[-2:])).reshape(img.shape).clamp(0, 1))


@mistake("sharpen", finding="placement.made")
def sharpen(img):
    conv = make_sharpen_conv()
    return conv(img.reshape(-1, 1, *img.shape[-2:])).reshape(img.shape).clamp(0, 1)


@mistake("BilinearReduction", finding="bilinear.batch_summed")
class BilinearReduction(nn.Module):
    def __init__(self, in_features, out_features):
        super().__init__()
        self.weight = nn.Parameter(torch.randn(in_features, in_features, out_features))

    def forward(self, x):
        return torch.einsum("...i,ijk,...j->k", x, self.weight, x)


@mistake("BilinearReduction", finding="bilinear.diagonal_only")
class BilinearReduction(nn.Module):
    def __init__(self, in_features, out_features):
        super().__init__()
        self.weight = nn.Parameter(torch.randn(in_features, in_features, out_features))

    def forward(self, x):
        return torch.einsum("...i,iik,...i->...k", x, self.weight, x)


@mistake("BilinearReduction", finding="bilinear.diagonal_only")
class BilinearReduction(nn.Module):
    def __init__(self, in_features, out_features):
        super().__init__()
        self.weight = nn.Parameter(torch.randn(in_features, in_features, out_features))

    def forward(self, x):
        return x**2 @ self.weight.diagonal().T


@mistake("BilinearReduction", finding="names.differ")
class BilinearReduction(nn.Module):
    def __init__(self, in_features, out_features):
        super().__init__()
        self.weight = nn.Parameter(torch.randn(out_features, in_features, in_features))
        self.bias = nn.Parameter(torch.zeros(out_features))

    def forward(self, x):
        return torch.einsum("...i,kij,...j->...k", x, self.weight, x) + self.bias


@mistake("BilinearReduction", finding="shapes.differ")
class BilinearReduction(nn.Module):
    def __init__(self, in_features, out_features):
        super().__init__()
        self.weight = nn.Parameter(torch.randn(out_features, in_features, in_features))

    def forward(self, x):
        return torch.einsum("...i,kij,...j->...k", x, self.weight, x)


@mistake("BilinearReduction", finding="shapes.do_not_fit")
class BilinearReduction(nn.Module):
    def __init__(self, in_features, out_features):
        super().__init__()
        self.weight = nn.Parameter(torch.randn(in_features, in_features, out_features))

    def forward(self, x):
        return x @ self.weight @ x


@mistake("BilinearReduction", finding="bilinear.dimensions")
class BilinearReduction(nn.Module):
    def __init__(self, in_features, out_features):
        super().__init__()
        self.weight = nn.Parameter(torch.randn(in_features, in_features, out_features))

    def forward(self, x):
        return torch.einsum("bi,ijk,bj->bk", x, self.weight, x)


@mistake("BilinearReduction", finding="bilinear.not_quadratic")
class BilinearReduction(nn.Module):
    def __init__(self, in_features, out_features):
        super().__init__()
        self.weight = nn.Parameter(torch.randn(in_features, in_features, out_features))

    def forward(self, x):
        return torch.einsum("...i,ijk,...j->...k", x, self.weight, x) + 1


@mistake("BilinearReduction", finding="values.differ")
class BilinearReduction(nn.Module):
    def __init__(self, in_features, out_features):
        super().__init__()
        self.weight = nn.Parameter(torch.randn(in_features, in_features, out_features))

    def forward(self, x):
        return torch.einsum("...i,ijk,...j->...k", x, self.weight, x) / x.shape[-1]


@mistake("BilinearReduction", finding="batch.mixed")
class BilinearReduction(nn.Module):
    def __init__(self, in_features, out_features):
        super().__init__()
        self.weight = nn.Parameter(torch.randn(in_features, in_features, out_features))

    def forward(self, x):
        other = x.reshape(-1, x.shape[-1]).mean(dim=0)
        return torch.einsum("...i,ijk,j->...k", x, self.weight, other)


@mistake("BilinearReduction", finding="gradients.not_derivative")
class BilinearReduction(nn.Module):
    def __init__(self, in_features, out_features):
        super().__init__()
        self.weight = nn.Parameter(torch.randn(in_features, in_features, out_features))

    def forward(self, x):
        return torch.einsum("...i,ijk,...j->...k", x, self.weight, x.detach())


@mistake("BilinearReduction", finding="gradients.missing")
class BilinearReduction(nn.Module):
    def __init__(self, in_features, out_features):
        super().__init__()
        self.weight = nn.Parameter(torch.randn(in_features, in_features, out_features))

    def forward(self, x):
        return torch.einsum("...i,ijk,...j->...k", x, self.weight.data, x)


@mistake("BilinearReduction", finding="bilinear.gradient_one_sided")
class BilinearReduction(nn.Module):
    def __init__(self, in_features, out_features):
        super().__init__()
        self.weight = nn.Parameter(torch.randn(in_features, in_features, out_features))

    def forward(self, x):
        keep = torch.ones_like(self.weight[..., 0]).triu().unsqueeze(-1)
        weight = self.weight * keep + self.weight.detach() * (1 - keep)
        return torch.einsum("...i,ijk,...j->...k", x, weight, x)


@mistake("BilinearReduction", finding="delegation.used")
class BilinearReduction(nn.Module):
    def __init__(self, in_features, out_features):
        super().__init__()
        self.weight = nn.Parameter(torch.randn(in_features, in_features, out_features))

    def forward(self, x):
        return F.bilinear(x, x, self.weight.permute(2, 0, 1).contiguous())


@mistake("BilinearReduction", finding="delegation.subclass")
class BilinearReduction(nn.Bilinear):
    def __init__(self, in_features, out_features):
        super().__init__(in_features, in_features, out_features, bias=False)
        self.weight = nn.Parameter(self.weight.detach().permute(1, 2, 0).contiguous())

    def forward(self, x):
        return torch.einsum("...i,ijk,...j->...k", x, self.weight, x)


@mistake("BilinearReduction", finding="registration.tensor")
class BilinearReduction(nn.Module):
    def __init__(self, in_features, out_features):
        super().__init__()
        self.weight = torch.randn(in_features, in_features, out_features, requires_grad=True)

    def forward(self, x):
        return torch.einsum("...i,ijk,...j->...k", x, self.weight, x)


@mistake("BilinearReduction", finding="dtype.fixed")
class BilinearReduction(nn.Module):
    def __init__(self, in_features, out_features):
        super().__init__()
        self.out_features = out_features
        self.weight = nn.Parameter(torch.randn(in_features, in_features, out_features))

    def forward(self, x):
        y = torch.zeros(*x.shape[:-1], self.out_features, device=x.device)
        for k in range(self.out_features):
            y[..., k] = (x @ self.weight[..., k] * x).sum(dim=-1)
        return y


@mistake("BilinearReduction", finding="placement.result")
class BilinearReduction(nn.Module):
    def __init__(self, in_features, out_features):
        super().__init__()
        self.out_features = out_features
        self.weight = nn.Parameter(torch.randn(in_features, in_features, out_features))

    def forward(self, x):
        y = torch.zeros(*x.shape[:-1], self.out_features, dtype=x.dtype)
        for k in range(self.out_features):
            y[..., k] = (x @ self.weight[..., k] * x).sum(dim=-1)
        return y


@mistake("BilinearReduction", finding="input.changed")
class BilinearReduction(nn.Module):
    def __init__(self, in_features, out_features):
        super().__init__()
        self.weight = nn.Parameter(torch.randn(in_features, in_features, out_features))

    def forward(self, x):
        y = torch.einsum("...i,ijk,...j->...k", x.clone(), self.weight, x.clone())
        x.data.zero_()
        return y


@mistake("HalfFourier", finding="fourier.nyquist")
class HalfFourier(nn.Module):
    def forward(self, x):
        return torch.fft.rfft(x)


@mistake("HalfFourier", finding="fourier.rows_mixed")
class HalfFourier(nn.Module):
    def forward(self, x):
        return torch.fft.fft(x, dim=0)[..., : (x.shape[-1] + 1) // 2]


@mistake("HalfFourier", finding="fourier.rows_mixed")
class HalfFourier(nn.Module):
    def forward(self, x):
        return torch.fft.fftn(x)[..., : (x.shape[-1] + 1) // 2]


@mistake("HalfFourier", finding="fourier.rows_mixed")
class HalfFourier(nn.Module):
    def forward(self, x):
        return torch.fft.rfft(x, dim=0)


@mistake("HalfFourier", finding="fourier.batch_cut")
class HalfFourier(nn.Module):
    def forward(self, x):
        return torch.fft.rfft(x)[: (x.shape[-1] + 1) // 2]


@mistake("HalfFourier", finding="fourier.batch_cut")
class HalfFourier(nn.Module):
    def forward(self, x):
        return torch.fft.fft(x)[: (x.shape[-1] + 1) // 2]


@mistake("HalfFourier", finding="fourier.all")
class HalfFourier(nn.Module):
    def forward(self, x):
        return torch.fft.fft(x)


@mistake("HalfFourier", finding="fourier.phase_lost")
class HalfFourier(nn.Module):
    def forward(self, x):
        return torch.fft.rfft(x)[..., : (x.shape[-1] + 1) // 2].real


@mistake("HalfFourier", finding="fourier.phase_lost")
class HalfFourier(nn.Module):
    def forward(self, x):
        return torch.fft.fft(x)[..., : (x.shape[-1] + 1) // 2].abs()


@mistake("HalfFourier", finding="fourier.rounded_down")
class HalfFourier(nn.Module):
    def forward(self, x):
        return torch.fft.fft(x)[..., : x.shape[-1] // 2]


@mistake("HalfFourier", finding="fourier.count")
class HalfFourier(nn.Module):
    def forward(self, x):
        return torch.fft.fft(x)[..., :3]


@mistake("HalfFourier", finding="fourier.peak")
class HalfFourier(nn.Module):
    def forward(self, x):
        return torch.fft.fft(x)[..., 1 : (x.shape[-1] + 1) // 2 + 1]


@mistake("HalfFourier", finding="fourier.peak")
class HalfFourier(nn.Module):
    def forward(self, x):
        return torch.fft.fftshift(torch.fft.fft(x), dim=-1)[..., : (x.shape[-1] + 1) // 2]


@mistake("HalfFourier", finding="fourier.sign")
class HalfFourier(nn.Module):
    def forward(self, x):
        return torch.fft.rfft(x).conj()[..., : (x.shape[-1] + 1) // 2]


@mistake("HalfFourier", finding="fourier.scaled")
class HalfFourier(nn.Module):
    def forward(self, x):
        return torch.fft.rfft(x, norm="ortho")[..., : (x.shape[-1] + 1) // 2]


@mistake("HalfFourier", finding="values.differ")
class HalfFourier(nn.Module):
    def forward(self, x):
        return torch.fft.rfft(x - x.mean(dim=-1, keepdim=True))[..., : (x.shape[-1] + 1) // 2]


@mistake("HalfFourier", finding="fourier.precision")
class HalfFourier(nn.Module):
    def forward(self, x):
        return torch.fft.rfft(x.float())[..., : (x.shape[-1] + 1) // 2]


@mistake("HalfFourier", finding="output.dtype")
class HalfFourier(nn.Module):
    def forward(self, x):
        return torch.fft.rfft(x.double())[..., : (x.shape[-1] + 1) // 2]


@mistake("HalfFourier", finding="gradients.missing")
class HalfFourier(nn.Module):
    def forward(self, x):
        return torch.fft.rfft(x.detach())[..., : (x.shape[-1] + 1) // 2]


@mistake("HalfFourier", finding="state.unexpected")
class HalfFourier(nn.Module):
    def __init__(self):
        super().__init__()
        self.scale = nn.Parameter(torch.ones(1))

    def forward(self, x):
        return torch.fft.rfft(x * self.scale)[..., : (x.shape[-1] + 1) // 2]


@mistake("HalfFourier", finding="input.changed")
class HalfFourier(nn.Module):
    def forward(self, x):
        y = torch.fft.rfft(x.clone())[..., : (x.shape[-1] + 1) // 2]
        x.data.zero_()
        return y


@mistake("HalfFourier", finding="placement.made")
class HalfFourier(nn.Module):
    def forward(self, x):
        n = x.shape[-1]
        turns = torch.outer(torch.arange(n), torch.arange((n + 1) // 2)).to(x.dtype) / n
        return x * (1 + 0j) @ torch.exp(-2j * torch.pi * turns)


@mistake("output_shape", finding="shapes.layer_run")
def output_shape(layer, input_shape):
    if isinstance(layer, nn.Embedding):
        return (*input_shape, layer.embedding_dim)
    out = layer(torch.zeros(*input_shape))
    return tuple(out[0].shape) if isinstance(out, tuple) else tuple(out.shape)


@mistake("output_shape", finding="shapes.layer_run")
def output_shape(layer, input_shape):
    import copy

    twin = copy.deepcopy(layer).to("meta")
    kind = torch.long if isinstance(layer, nn.Embedding) else torch.float32
    out = twin.forward(torch.empty(tuple(input_shape), device="meta", dtype=kind))
    return tuple(out[0].shape) if isinstance(out, tuple) else tuple(out.shape)


slip("output_shape", finding="shapes.stride", old="room // stride + 1", new="round(room / stride) + 1")

slip("output_shape", finding="shapes.dilation", old="dilation * (kernel - 1) + 1", new="kernel")

slip("output_shape", finding="shapes.padding", old="size + 2 * padding", new="size + padding")

slip(
    "output_shape",
    finding="shapes.padding_words",
    old="layer.out_channels, *sizes[2:])",
    new="layer.out_channels, *(size // layer.dilation[0] for size in sizes[2:]))",
)

slip("output_shape", finding="shapes.ceil_mode", old=", dilation, layer.ceil_mode", new=", dilation")

slip(
    "output_shape",
    finding="shapes.last_window",
    old="count - 1 if (count - 1) * stride >= size + padding else count",
    new="count",
)

slip(
    "output_shape",
    finding="shapes.adaptive",
    old="size if to is None else to",
    new="size if to is None else size // to",
)

slip(
    "output_shape",
    finding="shapes.adaptive_none",
    old="size if to is None else to",
    new="1 if to is None else to",
)

slip("output_shape", finding="shapes.no_shape", old="size if to is None else to", new="to")

slip(
    "output_shape",
    finding="shapes.transposed",
    old="(size - 1) * stride - 2 * padding + dilation * (kernel - 1) + extra + 1",
    new="size * stride - 2 * padding + dilation * (kernel - 1) + extra",
)

slip("output_shape", finding="shapes.output_padding", old=" + extra + 1", new=" + 1")

slip(
    "output_shape",
    finding="shapes.embedding",
    old="(*sizes, layer.embedding_dim)",
    new="(*sizes[:-1], layer.embedding_dim)",
)

slip(
    "output_shape",
    finding="shapes.linear",
    old="(*sizes[:-1], layer.out_features)",
    new="(sizes[0], layer.out_features)",
)

slip(
    "output_shape",
    finding="shapes.flatten",
    old="layer.start_dim % len(sizes), layer.end_dim % len(sizes)",
    new="1, len(sizes) - 1",
)

slip(
    "output_shape",
    finding="shapes.kept",
    old="demand(1, layer.num_features)\n        return sizes",
    new="demand(1, layer.num_features)\n        return sizes[:2]",
)

slip(
    "output_shape",
    finding="shapes.rnn",
    old="layer.hidden_size * (2",
    new="layer.num_layers * layer.hidden_size * (2",
)

slip(
    "output_shape",
    finding="shapes.rnn_directions",
    old="layer.hidden_size * (2 if layer.bidirectional else 1)",
    new="layer.hidden_size",
)

slip("output_shape", finding="shapes.kernel", old="layer.out_channels", new="sizes[1]", times=3)

slip(
    "output_shape",
    finding="shapes.pooling",
    old="(layer.kernel_size, layer.stride, layer.padding, dilation",
    new="(layer.kernel_size, 1, layer.padding, dilation",
)


@mistake("output_shape", finding="shapes.tuples")
def output_shape(layer, input_shape):
    shape, name = tuple(input_shape), type(layer).__name__
    if name == "Embedding":
        return (*shape, layer.embedding_dim)
    if name == "Flatten":
        first, last = layer.start_dim % len(shape), layer.end_dim % len(shape)
        return (*shape[:first], math.prod(shape[first : last + 1]), *shape[last + 1 :])
    if name.startswith("Adaptive"):
        target = numpy.broadcast_to(layer.output_size, len(shape) - 2).tolist()
        return (*shape[:2], *(new or old for new, old in zip(target, shape[2:], strict=True)))
    at = 1 if "Conv" in name or "Batch" in name else -1
    for key in ("in_features", "input_size", "num_features", "in_channels"):
        if getattr(layer, key, shape[at]) != shape[at]:
            raise ValueError(key)
    if name == "Linear":
        return (*shape[:-1], layer.out_features)
    if name == "RNN":
        return (*shape[:-1], layer.hidden_size * (1 + layer.bidirectional))
    if name == "LayerNorm" and shape[-len(layer.normalized_shape) :] != layer.normalized_shape:
        raise ValueError("normalized_shape")
    if "Norm" in name:
        return shape
    channels = getattr(layer, "out_channels", shape[1])
    if layer.padding == "same":
        return (shape[0], channels, *shape[2:])
    padding = 0 if layer.padding == "valid" else layer.padding
    settings = (layer.kernel_size, layer.stride, padding, getattr(layer, "dilation", 1))
    sizes = []
    for axis, n in enumerate(shape[2:]):
        k, s, p, d = (numpy.broadcast_to(setting, len(shape) - 2).tolist()[0] for setting in settings)
        if "Transpose" in name:
            sizes.append((n - 1) * s - 2 * p + d * (k - 1) + layer.output_padding[axis] + 1)
            continue
        count = (n + 2 * p - d * (k - 1) - 1) // s + 1
        if getattr(layer, "ceil_mode", False) and count * s < n + p and (n + 2 * p - d * (k - 1) - 1) % s:
            count += 1
        sizes.append(count)
    return (shape[0], channels, *sizes)


slip(
    "output_shape",
    finding="shapes.tuples",
    old="layer.kernel_size, layer.stride, padding, layer.dilation",
    new="*(setting[::-1] for setting in (layer.kernel_size, layer.stride, padding, layer.dilation))",
)

slip(
    "output_shape",
    finding="shapes.not_tuple",
    old="(*sizes[:-1], layer.out_features)",
    new="input_shape[:-1] + type(input_shape)([layer.out_features])",
)

slip(
    "output_shape",
    finding="shapes.not_tuple",
    old="(sizes[0], layer.out_channels, *cells)",
    new="[sizes[0], layer.out_channels, *cells]",
)

slip("output_shape", finding="shapes.not_ints", old="math.prod(", new="numpy.prod(")

slip("output_shape", finding="shapes.not_ints", old="room // stride + 1", new="room / stride // 1 + 1")

slip(
    "output_shape",
    finding="shapes.kind_refused",
    old="(*sizes, layer.embedding_dim)",
    new="input_shape.__add__((layer.embedding_dim,))",
)

slip(
    "output_shape",
    finding="shapes.width_accepted",
    old="if sizes[axis] != required:",
    new="if isinstance(layer, nn.LayerNorm) and sizes[axis] != required:",
)

slip("output_shape", finding="shapes.width_accepted", old="        demand(1, layer.num_features)\n", new="")

slip(
    "output_shape",
    finding="shapes.width_other_error",
    old='raise ValueError(f"{layer}',
    new='raise IndexError(f"{layer}',
)

slip(
    "output_shape",
    finding="shapes.layer_run",
    old="(*sizes[:first], math.prod(sizes[first : last + 1]), *sizes[last + 1 :])",
    new="tuple(torch.empty(sizes).flatten(first, last).shape)",
)

slip(
    "output_shape",
    finding="shapes.layer_run",
    old="return (*sizes[:2], *pooled)",
    new=(
        "pool = F.adaptive_avg_pool1d if axes == 1 else F.adaptive_avg_pool2d\n"
        '        return tuple(pool(torch.empty(sizes, device="meta"), targets).shape)'
    ),
)

slip(
    "output_shape",
    finding="shapes.combined",
    old="room // stride + 1",
    new="room // stride + 1 + (stride == 3 and dilation == 2 and padding == 1)",
)

slip("Embedding", finding="padding.trained", old="torch.where(is_padding, rows.detach(), rows)", new="rows")


@mistake("Embedding", finding="padding.trained")
class Embedding(nn.Module):
    def __init__(self, num_embeddings, embedding_dim, padding_idx=None):
        super().__init__()
        self.padding_idx = padding_idx
        self.weight = nn.Parameter(torch.randn(num_embeddings, embedding_dim))
        self.clear()

    def clear(self):
        if self.padding_idx is not None:
            self.weight.data[self.padding_idx] = 0

    def forward(self, ids):
        self.clear()
        return self.weight[ids]


@mistake("Embedding", finding="padding.start")
class Embedding(nn.Module):
    def __init__(self, num_embeddings, embedding_dim, padding_idx=None):
        super().__init__()
        self.padding_idx = padding_idx
        self.weight = nn.Parameter(torch.randn(num_embeddings, embedding_dim))

    def forward(self, ids):
        rows = self.weight[ids]
        if self.padding_idx is None:
            return rows
        return rows * (ids != self.padding_idx).unsqueeze(-1)


@mistake("Embedding", finding="padding.index_zero")
class Embedding(nn.Module):
    def __init__(self, num_embeddings, embedding_dim, padding_idx=None):
        super().__init__()
        self.padding_idx = padding_idx
        self.weight = nn.Parameter(torch.randn(num_embeddings, embedding_dim))
        if padding_idx:
            self.weight.data[padding_idx] = 0

    def forward(self, ids):
        rows = self.weight[ids]
        if not self.padding_idx:
            return rows
        return torch.where((ids == self.padding_idx).unsqueeze(-1), rows.detach(), rows)


slip(
    "Embedding",
    finding="padding.unasked",
    old="padding_idx: int | None = None",
    new="padding_idx: int | None = 0",
)

slip(
    "Embedding",
    finding="embedding.row_not_trained",
    old="self.padding_idx = padding_idx",
    new="self.padding_idx = padding_idx or 0",
)


@mistake("Embedding", finding="embedding.other_rows")
class Embedding(nn.Module):
    def __init__(self, num_embeddings, embedding_dim, padding_idx=None):
        super().__init__()
        self.padding_idx = padding_idx
        self.weight = nn.Parameter(torch.randn(num_embeddings, embedding_dim))
        if padding_idx is not None:
            self.weight.data[padding_idx] = 0

    def forward(self, ids):
        weight = self.weight
        if self.padding_idx is not None:
            kept = torch.arange(len(weight), device=ids.device) != self.padding_idx
            weight = weight * kept.unsqueeze(-1)
        rest = weight.sum(dim=0)
        return weight[ids] + rest - rest.detach()


slip("Embedding", finding="embedding.start", old="torch.randn(", new="torch.rand(")

slip(
    "Embedding",
    finding="embedding.not_normal",
    old="torch.randn(num_embeddings, embedding_dim)",
    new="(2 * torch.rand(num_embeddings, embedding_dim) - 1) * 3**0.5",
)

slip("Embedding", finding="registration.tensor", old="nn.Parameter(weight)", new="weight.requires_grad_()")


@mistake("Embedding", finding="shapes.differ")
class Embedding(nn.Module):
    def __init__(self, num_embeddings, embedding_dim, padding_idx=None):
        super().__init__()
        self.padding_idx = padding_idx
        self.weight = nn.Parameter(torch.randn(embedding_dim, num_embeddings))
        if padding_idx is not None:
            self.weight.data[:, padding_idx] = 0

    def forward(self, ids):
        rows = self.weight.T[ids]
        if self.padding_idx is None:
            return rows
        return torch.where((ids == self.padding_idx).unsqueeze(-1), rows.detach(), rows)


@mistake("Embedding", finding="delegation.used")
class Embedding(nn.Module):
    def __init__(self, num_embeddings, embedding_dim, padding_idx=None):
        super().__init__()
        self.padding_idx = padding_idx
        self.weight = nn.Parameter(torch.randn(num_embeddings, embedding_dim))
        if padding_idx is not None:
            self.weight.data[padding_idx] = 0

    def forward(self, ids):
        return F.embedding(ids, self.weight, self.padding_idx)


@mistake("Embedding", finding="delegation.subclass")
class Embedding(nn.Embedding):
    def forward(self, ids):
        rows = self.weight[ids]
        if self.padding_idx is None:
            return rows
        return torch.where((ids == self.padding_idx).unsqueeze(-1), rows.detach(), rows)


slip("Embedding", finding="misuse.accepted", old="self.weight[ids]", new="self.weight[ids.long()]")

slip(
    "Embedding",
    finding="misuse.other_error",
    old="rows = self.weight[ids]",
    new=("assert not ids.is_floating_point()\n        rows = self.weight[ids]"),
)


@mistake("Embedding", finding="embedding.int32")
class Embedding(nn.Module):
    def __init__(self, num_embeddings, embedding_dim, padding_idx=None):
        super().__init__()
        weight = torch.randn(num_embeddings, embedding_dim)
        kept = torch.ones(num_embeddings, 1)
        if padding_idx is not None:
            weight[padding_idx] = kept[padding_idx] = 0
        self.weight = nn.Parameter(weight)
        self.register_buffer("kept", kept, persistent=False)

    def forward(self, ids):
        return F.one_hot(ids, len(self.weight)).to(self.weight.dtype) @ (self.weight * self.kept)


slip(
    "Embedding",
    finding="output.shape",
    old="rows = self.weight[ids]",
    new=("ids = ids.reshape(-1)\n        rows = self.weight[ids]"),
)


@mistake("Embedding", finding="embedding.double")
class Embedding(nn.Module):
    def __init__(self, num_embeddings, embedding_dim, padding_idx=None):
        super().__init__()
        self.padding_idx = padding_idx
        self.weight = nn.Parameter(torch.randn(num_embeddings, embedding_dim))
        if padding_idx is not None:
            self.weight.data[padding_idx] = 0

    def forward(self, ids):
        one_hot = (ids.unsqueeze(-1) == torch.arange(len(self.weight), device=ids.device)).float()
        if ids.is_floating_point():
            raise TypeError("ids are integers")
        if self.padding_idx is not None:
            one_hot = one_hot * (ids != self.padding_idx).unsqueeze(-1)
        return one_hot @ self.weight.float()


slip(
    "Embedding",
    finding="placement.made",
    old="ids == self.padding_idx",
    new="ids == torch.full(ids.shape, self.padding_idx)",
)

slip(
    "Embedding",
    finding="values.differ",
    old="self.weight[ids]",
    new="self.weight[ids] * self.weight.shape[1] ** 0.5",
)


@mistake("Embedding", finding="norm.unbiased")
class LayerNorm(nn.Module):
    def __init__(self, features, eps=1e-5):
        super().__init__()
        self.eps = eps
        self.weight = nn.Parameter(torch.ones(features))
        self.bias = nn.Parameter(torch.zeros(features))

    def forward(self, x):
        mean, variance = x.mean(-1, keepdim=True), x.var(-1, keepdim=True)
        return (x - mean) / torch.sqrt(variance + self.eps) * self.weight + self.bias


@mistake("Embedding", finding="norm.eps_outside")
class LayerNorm(nn.Module):
    def __init__(self, features, eps=1e-5):
        super().__init__()
        self.eps = eps
        self.weight = nn.Parameter(torch.ones(features))
        self.bias = nn.Parameter(torch.zeros(features))

    def forward(self, x):
        mean, spread = x.mean(-1, keepdim=True), x.std(-1, keepdim=True, unbiased=False)
        return (x - mean) / (spread + self.eps) * self.weight + self.bias


@mistake("Embedding", finding="norm.equal_values")
class LayerNorm(nn.Module):
    def __init__(self, features, eps=1e-5):
        super().__init__()
        self.weight = nn.Parameter(torch.ones(features))
        self.bias = nn.Parameter(torch.zeros(features))

    def forward(self, x):
        mean, spread = x.mean(-1, keepdim=True), x.std(-1, keepdim=True, unbiased=False)
        return (x - mean) / spread * self.weight + self.bias


slip(
    "Embedding",
    finding="norm.eps_ignored",
    name="LayerNorm",
    old="variance + self.eps",
    new="variance + 1e-5",
)


@mistake("Embedding", finding="batch.mixed")
class LayerNorm(nn.Module):
    def __init__(self, features, eps=1e-5):
        super().__init__()
        self.eps = eps
        self.weight = nn.Parameter(torch.ones(features))
        self.bias = nn.Parameter(torch.zeros(features))

    def forward(self, x):
        mean, variance = x.mean(0, keepdim=True), x.var(0, keepdim=True, unbiased=False)
        return (x - mean) / torch.sqrt(variance + self.eps) * self.weight + self.bias


@mistake("Embedding", finding="batch.mixed")
class LayerNorm(nn.Module):
    def __init__(self, features, eps=1e-5):
        super().__init__()
        self.eps = eps
        self.weight = nn.Parameter(torch.ones(features))
        self.bias = nn.Parameter(torch.zeros(features))

    def forward(self, x):
        return (x - x.mean()) / torch.sqrt(x.var(unbiased=False) + self.eps) * self.weight + self.bias


@mistake("Embedding", finding="norm.positions_mixed")
class LayerNorm(nn.Module):
    def __init__(self, features, eps=1e-5):
        super().__init__()
        self.eps = eps
        self.weight = nn.Parameter(torch.ones(features))
        self.bias = nn.Parameter(torch.zeros(features))

    def forward(self, x):
        mean, variance = x.mean(1, keepdim=True), x.var(1, keepdim=True, unbiased=False)
        return (x - mean) / torch.sqrt(variance + self.eps) * self.weight + self.bias


slip(
    "Embedding",
    finding="norm.not_centered",
    name="LayerNorm",
    old="centered = x - x.mean(dim=-1, keepdim=True)",
    new="centered = x",
)

slip(
    "Embedding",
    finding="norm.spread",
    name="LayerNorm",
    old="torch.sqrt(variance + self.eps)",
    new="(variance + self.eps)",
)


@mistake("Embedding", finding="norm.equal_values_not_bias")
class LayerNorm(nn.Module):
    def __init__(self, features, eps=1e-5):
        super().__init__()
        self.eps = eps
        self.weight = nn.Parameter(torch.ones(features))
        self.bias = nn.Parameter(torch.zeros(features))

    def forward(self, x):
        mean, variance = x.mean(-1, keepdim=True), x.var(-1, keepdim=True, unbiased=False)
        return ((x - mean) / torch.sqrt(variance + self.eps) + self.bias) * self.weight


slip(
    "Embedding",
    finding="values.differ",
    name="LayerNorm",
    old=" * self.weight + self.bias",
    new=" + self.bias",
)


@mistake("Embedding", finding="norm.start")
class LayerNorm(nn.Module):
    def __init__(self, features, eps=1e-5):
        super().__init__()
        self.eps = eps
        self.weight = nn.Parameter(torch.randn(features))
        self.bias = nn.Parameter(torch.randn(features))

    def forward(self, x):
        mean, variance = x.mean(-1, keepdim=True), x.var(-1, keepdim=True, unbiased=False)
        return (x - mean) / torch.sqrt(variance + self.eps) * self.weight + self.bias


@mistake("Embedding", finding="gradients.not_derivative")
class LayerNorm(nn.Module):
    def __init__(self, features, eps=1e-5):
        super().__init__()
        self.eps = eps
        self.weight = nn.Parameter(torch.ones(features))
        self.bias = nn.Parameter(torch.zeros(features))

    def forward(self, x):
        fixed = x.detach()
        mean, variance = fixed.mean(-1, keepdim=True), fixed.var(-1, keepdim=True, unbiased=False)
        return (x - mean) / torch.sqrt(variance + self.eps) * self.weight + self.bias


slip(
    "Embedding",
    finding="gradients.missing",
    name="LayerNorm",
    old="* self.weight + self.bias",
    new="* self.weight.data + self.bias.data",
)


@mistake("Embedding", finding="input.changed")
class LayerNorm(nn.Module):
    def __init__(self, features, eps=1e-5):
        super().__init__()
        self.eps = eps
        self.weight = nn.Parameter(torch.ones(features))
        self.bias = nn.Parameter(torch.zeros(features))

    def forward(self, x):
        x -= x.mean(-1, keepdim=True)
        return x / torch.sqrt(x.square().mean(-1, keepdim=True) + self.eps) * self.weight + self.bias


@mistake("Embedding", finding="delegation.used")
class LayerNorm(nn.Module):
    def __init__(self, features, eps=1e-5):
        super().__init__()
        self.eps = eps
        self.weight = nn.Parameter(torch.ones(features))
        self.bias = nn.Parameter(torch.zeros(features))

    def forward(self, x):
        return torch.layer_norm(x, self.weight.shape, self.weight, self.bias, self.eps)


@mistake("Embedding", finding="delegation.subclass")
class LayerNorm(nn.LayerNorm):
    def forward(self, x):
        mean, variance = x.mean(-1, keepdim=True), x.var(-1, keepdim=True, unbiased=False)
        return (x - mean) / torch.sqrt(variance + self.eps) * self.weight + self.bias


@mistake("Embedding", finding="names.differ")
class LayerNorm(nn.Module):
    def __init__(self, features, eps=1e-5):
        super().__init__()
        self.eps = eps
        self.gamma = nn.Parameter(torch.ones(features))
        self.beta = nn.Parameter(torch.zeros(features))

    def forward(self, x):
        mean, variance = x.mean(-1, keepdim=True), x.var(-1, keepdim=True, unbiased=False)
        return (x - mean) / torch.sqrt(variance + self.eps) * self.gamma + self.beta


@mistake("Embedding", finding="dtype.fixed")
class LayerNorm(nn.Module):
    def __init__(self, features, eps=1e-5):
        super().__init__()
        self.eps = eps
        self.weight = nn.Parameter(torch.ones(features))
        self.bias = nn.Parameter(torch.zeros(features))

    def forward(self, x):
        x = x.float()
        mean, variance = x.mean(-1, keepdim=True), x.var(-1, keepdim=True, unbiased=False)
        return ((x - mean) / torch.sqrt(variance + self.eps) * self.weight + self.bias).float()


slip(
    "Embedding",
    finding="placement.made",
    name="LayerNorm",
    old="variance + self.eps",
    new="variance + torch.full(variance.shape, self.eps, dtype=x.dtype)",
)
