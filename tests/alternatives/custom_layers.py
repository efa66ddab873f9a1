"""Right answers to chapter 2, written another way: each must get full points."""

import math

import numpy
import torch
from torch import nn
from torch.nn import functional as F

from solutions.custom_layers import Linear, make_sharpen_conv, sharpen_kernel
from tests.answers import alternative


@alternative("CenteredLayer")
class CenteredLayer(nn.Module):
    def __init__(self, dim=None):
        super().__init__()
        self.dim = dim

    def forward(self, x):
        if not x.is_floating_point():
            x = x.float()
        dims = tuple(range(x.dim())) if self.dim is None else self.dim
        return x - torch.mean(x, dims, keepdim=True)


@alternative("CenteredLayer")
class CenteredLayer(nn.Module):
    """Sums and counts, with sizes taken from the shape."""

    def __init__(self, dim: int | tuple[int, ...] | None = None):
        super().__init__()
        self.dims = (dim,) if isinstance(dim, int) else dim

    def forward(self, x):
        if x.dtype in (torch.int32, torch.int64):
            raise TypeError("a mean needs floating point numbers")
        if self.dims is None:
            return x - x.sum() / x.numel()
        count = math.prod(x.shape[d] for d in self.dims)
        return x - x.sum(self.dims, keepdim=True).div(count).expand_as(x)


@alternative("CenteredLayer")
class CenteredLayer(nn.Module):
    def __init__(self, dim=None):
        super().__init__()
        self.register_buffer("unused", None)
        self.dim = dim
        self.options = {} if dim is None else {"dim": dim, "keepdim": True}

    def forward(self, x):
        result = x.clone()
        result -= x.mean(**self.options)
        return result

    def extra_repr(self):
        return f"dim={self.dim}"


@alternative("Linear")
class Linear(nn.Module):
    def __init__(self, in_features, out_features, bias=True):
        super().__init__()
        bound = 1 / math.sqrt(in_features)
        self.w = nn.Parameter(torch.empty(in_features, out_features).uniform_(-bound, bound))
        if bias:
            self.b = nn.Parameter(torch.empty(out_features).uniform_(-bound, bound))
        else:
            self.register_parameter("b", None)

    def forward(self, x):
        y = torch.einsum("...i,io->...o", x, self.w)
        if self.b is not None:
            y = y + self.b
        return y


@alternative("Linear")
class Linear(nn.Module):
    def __init__(self, in_features, out_features, bias=True):
        super().__init__()
        self.in_features, self.out_features = in_features, out_features
        self.w = nn.Parameter(torch.empty(in_features, out_features))
        self.b = nn.Parameter(torch.empty(out_features)) if bias else None
        self.reset_parameters()

    def reset_parameters(self):
        nn.init.xavier_uniform_(self.w)
        if self.b is not None:
            nn.init.zeros_(self.b)

    def forward(self, x):
        rows = x.reshape(-1, self.in_features)
        y = rows.mm(self.w)
        if self.b is not None:
            y = torch.addmm(self.b, rows, self.w)
        return y.reshape(*x.shape[:-1], self.out_features)


@alternative("Linear")
class Linear(nn.Module):
    def __init__(self, in_features, out_features, bias=True, device=None, dtype=None):
        super().__init__()
        kind = {"device": device, "dtype": dtype}
        self.w = nn.Parameter(torch.randn(in_features, out_features, **kind).mul_(in_features**-0.5))
        self.b = nn.Parameter(torch.randn(out_features, **kind)) if bias else None

    def forward(self, x):
        y = (x.unsqueeze(-1) * self.w).sum(dim=-2)
        return torch.add(y, self.b) if self.b is not None else y


@alternative("Linear")
class Linear(nn.Module):
    """The numbers of PyTorch's own start, in the other layout."""

    def __init__(self, in_features, out_features, bias=True):
        super().__init__()
        weight = torch.empty(out_features, in_features)
        nn.init.kaiming_uniform_(weight, a=math.sqrt(5))
        self.w = nn.Parameter(weight.T.contiguous())
        self.b = nn.Parameter(torch.zeros(out_features)) if bias else None

    def forward(self, x):
        return torch.matmul(x, self.w) + (0 if self.b is None else self.b)


@alternative("Perceptron")
class Perceptron(nn.Module):
    def __init__(self, in_features, hidden_features, out_features):
        nn.Module.__init__(self)
        self.layer1 = Linear(in_features, hidden_features)
        self.layer2 = Linear(hidden_features, out_features)

    def forward(self, x):
        x = self.layer1(x)
        x = 1 / (1 + torch.exp(-x))
        return self.layer2(x)


@alternative("Perceptron")
class Perceptron(nn.Sequential):
    def __init__(self, in_features, hidden_features, out_features):
        super().__init__()
        self.add_module("layer1", Linear(in_features, hidden_features))
        self.add_module("sigmoid", nn.Sigmoid())
        self.add_module("layer2", Linear(hidden_features, out_features))


@alternative("Perceptron")
class Perceptron(nn.Module):
    def __init__(self, in_features, hidden_features, out_features, layer=Linear, activation=torch.sigmoid):
        super().__init__()
        sizes = ((in_features, hidden_features), (hidden_features, out_features))
        for number, (inputs, outputs) in enumerate(sizes, start=1):
            setattr(self, f"layer{number}", layer(in_features=inputs, out_features=outputs))
        self.activation = activation

    def forward(self, x):
        return self.layer2(self.activation(self.layer1(x)))


@alternative("Perceptron")
def qualified_names(tree):
    def walk(node, prefix):
        for name, child in node.items():
            if child is None:
                yield prefix + name
        for name, child in node.items():
            if isinstance(child, dict):
                yield from walk(child, f"{prefix}{name}.")

    return list(walk(tree, ""))


@alternative("Perceptron")
def qualified_names(tree: dict, prefix: str = "") -> list:
    own, below = [], []
    for name, child in tree.items():
        path = f"{prefix}.{name}" if prefix else name
        if child is None:
            own.append(path)
        else:
            below.extend(qualified_names(child, path))
    return [*own, *below]


@alternative("Perceptron")
def qualified_names(tree):
    """Builds the modules that the tree stands for, and asks them."""

    def build(node):
        module = nn.Module()
        for name, child in node.items():
            if child is None:
                module.register_parameter(name, nn.Parameter(torch.zeros(1)))
            else:
                module.add_module(name, build(child))
        return module

    return [name for name, _ in build(tree).named_parameters()]


@alternative("Perceptron")
def qualified_names(tree):
    names, stack = [], [((), tree)]
    while stack:
        path, node = stack.pop()
        names += [".".join((*path, name)) for name in node if node[name] is None]
        stack += [((*path, name), child) for name, child in reversed(node.items()) if child is not None]
    return names


@alternative("MyLinear")
class MyLinear(nn.Module):
    def __init__(self, in_units, units):
        super().__init__()
        self.weight = nn.Parameter(torch.randn(in_units, units))
        self.bias = nn.Parameter(
            torch.randn(
                units,
            )
        )

    def forward(self, X):
        linear = torch.matmul(X, self.weight) + self.bias
        return F.relu(linear)


@alternative("MyLinear")
class MyLinear(nn.Module):
    def __init__(self, in_units, units):
        super().__init__()
        self.register_parameter("weight", nn.Parameter(torch.randn(in_units, units) * 0.1))
        self.register_parameter("bias", nn.Parameter(torch.zeros(units)))
        self.relu = nn.ReLU()

    def forward(self, X):
        return self.relu(F.linear(X, self.weight.t(), self.bias))


@alternative("MyLinear")
class MyLinear(nn.Module):
    def __init__(self, in_units, units):
        super().__init__()
        self.weight = nn.Parameter(nn.init.xavier_normal_(torch.empty(in_units, units)))
        self.bias = nn.Parameter(torch.full((units,), 0.1))

    def forward(self, X):
        return torch.einsum("...i,iu->...u", X, self.weight).add(self.bias).clamp(min=0)


@alternative("MyLinear")
def why_it_does_not_train():
    return dict.fromkeys(("bias", "weight"), False)


@alternative("MyLinear")
def why_it_does_not_train():
    """Tries it with the class as it was handed out."""

    class Broken(nn.Module):
        def __init__(self, in_units, units):
            super().__init__()
            self.weight = nn.Parameter(torch.randn(in_units, units))
            self.bias = nn.Parameter(torch.randn(units))

        def forward(self, X):
            return F.relu(torch.matmul(X, self.weight.data) + self.bias.data)

    layer = Broken(4, 3)
    nn.Sequential(nn.Linear(5, 4), layer, nn.Linear(3, 2))(torch.randn(6, 5)).sum().backward()
    return {name: parameter.grad is not None for name, parameter in layer.named_parameters()}


@alternative("sharpen")
def sharpen_kernel():
    return torch.tensor([[0, -1, 0], [-1, 5, -1], [0, -1, 0]])


@alternative("sharpen")
def sharpen_kernel():
    kernel = -torch.ones(3, 3, dtype=torch.float64)
    kernel[1, 1] = 9
    return kernel


@alternative("sharpen")
def sharpen_kernel():
    """Sharper from left to right only."""
    return torch.tensor([[0.0, 0.0, 0.0], [-0.5, 2.0, -0.5], [0.0, 0.0, 0.0]])


@alternative("sharpen")
def make_sharpen_conv():
    conv = nn.Conv2d(1, 1, (3, 3), padding="same", bias=False)
    conv.weight = nn.Parameter(sharpen_kernel().float()[None, None], requires_grad=False)
    return conv


@alternative("sharpen")
def make_sharpen_conv():
    conv = nn.Conv2d(
        in_channels=1, out_channels=1, kernel_size=3, padding=1, padding_mode="reflect", bias=False
    )
    with torch.no_grad():
        conv.weight[:] = sharpen_kernel()
    for parameter in conv.parameters():
        parameter.requires_grad = False
    return conv.eval()


@alternative("sharpen")
def make_sharpen_conv():
    conv = nn.Conv2d(1, 1, 3, padding=1, bias=False).requires_grad_(False)
    conv.load_state_dict({"weight": sharpen_kernel().view(1, 1, 3, 3)})
    return conv


@alternative("sharpen")
def make_sharpen_conv():
    conv = nn.Conv2d(1, 1, 3, padding=1, bias=False)
    conv.weight.data = sharpen_kernel().view(1, 1, 3, 3)
    conv.weight.requires_grad = False
    return conv


@alternative("sharpen")
def sharpen(img):
    batch = img
    while batch.dim() < 4:
        batch = batch.unsqueeze(0)
    result = make_sharpen_conv().to(img.device)(batch)
    while result.dim() > img.dim():
        result = result.squeeze(0)
    return torch.clamp(result, min=0.0, max=1.0)


@alternative("sharpen")
def sharpen(img):
    conv = make_sharpen_conv()
    weight = conv.weight.to(device=img.device, dtype=img.dtype)
    flat = img.view(-1, 1, img.size(-2), img.size(-1))
    return F.conv2d(flat, weight, padding=1).view_as(img).clip(0, 1)


@alternative("sharpen")
def sharpen(img):
    conv = make_sharpen_conv().to(img.device)
    with torch.no_grad():
        if img.dim() == 2:
            return conv(img[None])[0].clamp_(0, 1)
        if img.dim() == 3:
            return conv(img).clamp_(0, 1)
        return torch.stack([conv(one).clamp_(0, 1) for one in img])


@alternative("BilinearReduction")
class BilinearReduction(nn.Module):
    def __init__(self, in_features, out_features):
        super().__init__()
        self.weight = nn.Parameter(torch.empty(in_features, in_features, out_features))
        nn.init.xavier_normal_(self.weight)

    def forward(self, x):
        pairs = x.unsqueeze(-1) * x.unsqueeze(-2)
        return torch.tensordot(pairs, self.weight, dims=2)


@alternative("BilinearReduction")
class BilinearReduction(nn.Module):
    """Loops over the outputs, and collects them in a tensor like x."""

    def __init__(self, in_features, out_features):
        super().__init__()
        self.sizes = (in_features, out_features)
        self.weight = nn.Parameter(torch.randn(in_features, in_features, out_features))

    def forward(self, x):
        y = x.new_zeros((*x.shape[:-1], self.sizes[1]))
        for k in range(self.sizes[1]):
            y[..., k] = torch.sum((x @ self.weight[:, :, k]) * x, dim=-1)
        return y


@alternative("BilinearReduction")
class BilinearReduction(nn.Module):
    """One matrix product: the pairs in a row, the weight as a matrix."""

    def __init__(self, in_features, out_features):
        super().__init__()
        self.weight = nn.Parameter(torch.zeros(in_features, in_features, out_features))

    def forward(self, x):
        pairs = torch.einsum("...i,...j->...ij", x, x)
        return F.linear(pairs.flatten(-2), self.weight.flatten(0, 1).T)


@alternative("BilinearReduction")
class BilinearReduction(nn.Module):
    """Makes a batch of everything and gives the dimensions back."""

    def __init__(self, in_features, out_features):
        super().__init__()
        self.weight = nn.Parameter(torch.rand(in_features, in_features, out_features) - 0.5)

    def forward(self, x):
        rows = x.reshape(-1, x.shape[-1])
        halfway = torch.einsum("bi,ijk->bjk", rows, self.weight)
        return torch.bmm(rows.unsqueeze(1), halfway).reshape(*x.shape[:-1], -1)


@alternative("HalfFourier")
class HalfFourier(nn.Module):
    def forward(self, x):
        n = x.shape[-1]
        return torch.fft.fft(x, dim=-1).narrow(-1, 0, n - n // 2)


@alternative("HalfFourier")
class HalfFourier(nn.Module):
    """The sum of the definition, as a product with a matrix of waves."""

    def forward(self, x):
        n = x.shape[-1]
        t = torch.arange(n, device=x.device)
        turns = torch.outer(t, t[: math.ceil(n / 2)]) % n
        angles = turns.to(torch.float64) * (2 * math.pi / n)
        real, imaginary = torch.cos(angles).to(x.dtype), torch.sin(angles).to(x.dtype)
        return torch.complex(x @ real, -(x @ imaginary))


@alternative("HalfFourier")
class HalfFourier(nn.Module):
    def __init__(self):
        super().__init__()
        self.dim = -1

    def forward(self, x):
        half = torch.fft.rfft(x, dim=self.dim)
        return half if x.shape[-1] % 2 else half[..., :-1]


@alternative("HalfFourier")
class HalfFourier(nn.Module):
    """One coefficient after the other."""

    def forward(self, x):
        n = x.shape[-1]
        found = []
        for j in range((n + 1) // 2):
            angle = -2 * math.pi * j * torch.arange(n, device=x.device, dtype=torch.float64) / n
            wave = torch.polar(torch.ones_like(angle), angle)
            found.append((x * wave).sum(dim=-1))
        kind = torch.complex64 if x.dtype == torch.float32 else torch.complex128
        return torch.stack(found, dim=-1).to(kind)


@alternative("HalfFourier")
class HalfFourier(nn.Module):
    def forward(self, x):
        n = x.shape[-1]
        time = torch.arange(n, device=x.device, dtype=x.dtype)
        frequency = torch.arange(-(-n // 2), device=x.device, dtype=x.dtype)
        angle = -2 * math.pi * torch.outer(time, frequency) / n
        return torch.complex(x @ torch.cos(angle), x @ torch.sin(angle))


@alternative("output_shape")
def output_shape(layer, input_shape):
    """By patterns, and by the sizes of the weights where these say it."""

    def spans(settings, sizes):
        out = []
        for n, (k, s, p, d) in zip(sizes, settings, strict=True):
            starts = range(-p, n + p - d * (k - 1), s)
            out.append(len(starts))
        return out

    def zipped(*settings):
        axes = len(input_shape) - 2
        return list(zip(*([s] * axes if isinstance(s, int) else s for s in settings), strict=True))

    first, *rest = input_shape
    match layer:
        case nn.Linear():
            if input_shape[-1] != layer.weight.shape[1]:
                raise ValueError(f"{layer.weight.shape[1]} features are expected")
            return tuple(input_shape[:-1]) + tuple(layer.weight.shape[:1])
        case nn.Flatten():
            sizes = list(input_shape)
            end = len(sizes) + layer.end_dim if layer.end_dim < 0 else layer.end_dim
            start = len(sizes) + layer.start_dim if layer.start_dim < 0 else layer.start_dim
            return (*sizes[:start], torch.Size(sizes[start : end + 1]).numel(), *sizes[end + 1 :])
        case nn.Embedding():
            return (first, *rest, layer.weight.size(1))
        case nn.BatchNorm1d() | nn.BatchNorm2d():
            if rest[0] != layer.running_mean.numel():
                raise ValueError("channels")
            return (first, *rest)
        case nn.LayerNorm():
            if tuple(input_shape)[-layer.weight.dim() :] != tuple(layer.weight.shape):
                raise ValueError("features")
            return (first, *rest)
        case nn.RNN():
            if rest[-1] != layer.weight_ih_l0.shape[1]:
                raise ValueError("features")
            return (first, *rest[:-1], layer.hidden_size * (2 if layer.bidirectional else 1))
        case nn.ConvTranspose1d() | nn.ConvTranspose2d():
            if rest[0] != layer.weight.shape[0]:
                raise ValueError("channels")
            settings = zip(
                rest[1:],
                layer.stride,
                layer.padding,
                layer.dilation,
                layer.weight.shape[2:],
                layer.output_padding,
                strict=True,
            )
            sizes = [(n - 1) * s - 2 * p + d * (k - 1) + extra + 1 for n, s, p, d, k, extra in settings]
            return (first, layer.out_channels, *sizes)
        case nn.Conv1d() | nn.Conv2d() | nn.Conv3d():
            if rest[0] != layer.weight.shape[1] * layer.groups:
                raise ValueError("channels")
            match layer.padding:
                case "same":
                    return (first, layer.out_channels, *rest[1:])
                case "valid":
                    padding = 0
                case _:
                    padding = layer.padding
            settings = zipped(layer.kernel_size, layer.stride, padding, layer.dilation)
            return (first, layer.out_channels, *spans(settings, rest[1:]))
        case nn.AdaptiveAvgPool1d() | nn.AdaptiveAvgPool2d():
            target = layer.output_size
            target = target if isinstance(target, tuple) else (target,) * len(rest[1:])
            return (
                first,
                rest[0],
                *[old if new is None else new for new, old in zip(target, rest[1:], strict=True)],
            )
        case nn.MaxPool1d() | nn.MaxPool2d() | nn.AvgPool1d() | nn.AvgPool2d():
            dilation = layer.dilation if isinstance(layer, (nn.MaxPool1d, nn.MaxPool2d)) else 1
            settings = zipped(layer.kernel_size, layer.stride, layer.padding, dilation)
            sizes = spans(settings, rest[1:])
            if layer.ceil_mode:
                for axis, (n, (k, s, p, d)) in enumerate(zip(rest[1:], settings, strict=True)):
                    covered = (sizes[axis] - 1) * s + d * (k - 1) + 1
                    if covered < n + 2 * p and sizes[axis] * s < n + p:
                        sizes[axis] += 1
            return (first, rest[0], *sizes)
    raise TypeError(type(layer))


@alternative("output_shape")
def output_shape(layer, input_shape):
    """Rules by the name of the class, windows counted by walking."""
    shape = [int(size) for size in input_shape]
    axes = range(len(shape) - 2)

    def setting(name, axis, default=None):
        value = getattr(layer, name, default)
        return value[axis] if isinstance(value, (tuple, list)) else value

    def walk(axis):
        kernel, step = setting("kernel_size", axis), setting("stride", axis)
        dilation = setting("dilation", axis, 1)
        padding = 0 if layer.padding == "valid" else setting("padding", axis)
        reach, size = dilation * (kernel - 1) + 1, shape[axis + 2]
        windows, at = 0, -padding
        while at + reach <= size + padding:
            windows, at = windows + 1, at + step
        last_end = at - step + reach
        if getattr(layer, "ceil_mode", False) and last_end < size + padding and at < size:
            windows += 1
        return windows

    def convolution():
        if layer.padding == "same":
            return [shape[0], layer.out_channels, *shape[2:]]
        return [shape[0], layer.out_channels, *(walk(axis) for axis in axes)]

    def transposed():
        sizes = []
        for axis in axes:
            last_start = (shape[axis + 2] - 1) * layer.stride[axis]
            end = last_start + layer.dilation[axis] * (layer.kernel_size[axis] - 1) + 1
            sizes.append(end - 2 * layer.padding[axis] + layer.output_padding[axis])
        return [shape[0], layer.out_channels, *sizes]

    def pooling():
        return [*shape[:2], *(walk(axis) for axis in axes)]

    def adaptive():
        targets = [setting("output_size", axis) for axis in axes]
        return [*shape[:2], *(shape[a + 2] if targets[a] is None else targets[a] for a in axes)]

    def flattened():
        first, last = range(len(shape))[layer.start_dim], range(len(shape))[layer.end_dim]
        return [*shape[:first], math.prod(shape[first : last + 1]), *shape[last + 1 :]]

    rules = {
        "Linear": (-1, "in_features", lambda: [*shape[:-1], layer.out_features]),
        "RNN": (-1, "input_size", lambda: [*shape[:-1], layer.hidden_size * (1 + layer.bidirectional)]),
        "BatchNorm1d": (1, "num_features", lambda: shape),
        "BatchNorm2d": (1, "num_features", lambda: shape),
        "Flatten": (0, None, flattened),
        "Embedding": (0, None, lambda: [*shape, layer.embedding_dim]),
        "LayerNorm": (0, None, lambda: shape),
        **dict.fromkeys(("Conv1d", "Conv2d", "Conv3d"), (1, "in_channels", convolution)),
        **dict.fromkeys(("ConvTranspose1d", "ConvTranspose2d"), (1, "in_channels", transposed)),
        **dict.fromkeys(("MaxPool1d", "MaxPool2d", "AvgPool1d", "AvgPool2d"), (0, None, pooling)),
        **dict.fromkeys(("AdaptiveAvgPool1d", "AdaptiveAvgPool2d"), (0, None, adaptive)),
    }
    axis, width, rule = rules[type(layer).__name__]
    if width is not None and shape[axis] != getattr(layer, width):
        raise ValueError(f"{type(layer).__name__} takes {getattr(layer, width)}, not {shape[axis]}")
    if isinstance(layer, nn.LayerNorm):
        for own, given in zip(reversed(layer.normalized_shape), reversed(shape), strict=False):
            if own != given:
                raise ValueError(f"LayerNorm takes {own}, not {given}")
    return tuple(rule())


@alternative("output_shape")
def output_shape(layer, input_shape):
    """With numpy's arithmetic, all axes at once."""
    shape = numpy.array(tuple(input_shape))
    kind = type(layer)
    spatial = shape[2:]

    def vector(name, default=0):
        value = getattr(layer, name, default)
        return numpy.broadcast_to(numpy.array(0 if value == "valid" else value), spatial.shape)

    def require(ok):
        if not numpy.all(ok):
            raise ValueError("this layer takes another number of channels or features")

    if kind is nn.Linear:
        require(shape[-1] == layer.in_features)
        result = [*shape[:-1], layer.out_features]
    elif kind is nn.RNN:
        require(shape[-1] == layer.input_size)
        result = [*shape[:-1], layer.hidden_size << layer.bidirectional]
    elif kind is nn.Embedding:
        result = [*shape, layer.embedding_dim]
    elif kind is nn.LayerNorm:
        require(shape[-len(layer.normalized_shape) :] == numpy.array(layer.normalized_shape))
        result = shape
    elif kind in (nn.BatchNorm1d, nn.BatchNorm2d):
        require(shape[1] == layer.num_features)
        result = shape
    elif kind is nn.Flatten:
        where = numpy.arange(len(shape))
        start, end = where[layer.start_dim], where[layer.end_dim]
        result = [*shape[:start], shape[start : end + 1].prod(), *shape[end + 1 :]]
    elif kind in (nn.AdaptiveAvgPool1d, nn.AdaptiveAvgPool2d):
        wanted = layer.output_size
        wanted = wanted if isinstance(wanted, tuple) else [wanted] * len(spatial)
        result = [*shape[:2], *(b if a is None else a for a, b in zip(wanted, spatial, strict=True))]
    elif kind in (nn.ConvTranspose1d, nn.ConvTranspose2d):
        require(shape[1] == layer.in_channels)
        size = (spatial - 1) * vector("stride") - 2 * vector("padding")
        size = size + vector("dilation") * (vector("kernel_size") - 1) + vector("output_padding") + 1
        result = [shape[0], layer.out_channels, *size]
    else:
        channels = shape[1]
        if hasattr(layer, "in_channels"):
            require(channels == layer.in_channels)
            channels = layer.out_channels
        if layer.padding == "same":
            result = [shape[0], channels, *spatial]
        else:
            free = spatial + 2 * vector("padding") - vector("dilation", 1) * (vector("kernel_size") - 1) - 1
            steps = numpy.floor(free / vector("stride"))
            if getattr(layer, "ceil_mode", False):
                up = numpy.ceil(free / vector("stride"))
                fits = up * vector("stride") < spatial + vector("padding")
                steps = numpy.where(fits, up, steps)
            result = [shape[0], channels, *(steps + 1)]
    return tuple(int(size) for size in result)


@alternative("Embedding")
class Embedding(nn.Module):
    """A one-hot row times the weight, and a mask over the weight's rows."""

    def __init__(self, num_embeddings, embedding_dim, padding_idx=None):
        super().__init__()
        self.weight = nn.Parameter(torch.randn(num_embeddings, embedding_dim))
        trained = torch.ones(num_embeddings, 1)
        if padding_idx is not None:
            trained[padding_idx] = 0
            with torch.no_grad():
                self.weight[padding_idx].zero_()
        self.register_buffer("trained", trained, persistent=False)

    def forward(self, ids):
        if ids.dtype not in (torch.int32, torch.int64):
            raise TypeError(f"ids have to be integers, not {ids.dtype}")
        one_hot = F.one_hot(ids.long(), len(self.weight)).to(self.weight.dtype)
        return one_hot @ (self.weight * self.trained)


@alternative("Embedding")
class Embedding(nn.Module):
    """A hook takes the gradient away from the padding row."""

    def __init__(self, num_embeddings, embedding_dim, padding_idx=None):
        super().__init__()
        self.weight = nn.Parameter(torch.empty(num_embeddings, embedding_dim))
        nn.init.normal_(self.weight)
        if padding_idx is not None:
            nn.init.zeros_(self.weight.data[padding_idx])
            self.weight.register_hook(
                lambda gradient: gradient.index_fill(
                    0, torch.tensor([padding_idx], device=gradient.device), 0
                )
            )

    def forward(self, ids):
        return self.weight[ids]


@alternative("Embedding")
class Embedding(nn.Module):
    """index_select on flat ids, which are zeroed where they are padding."""

    def __init__(self, num_embeddings, embedding_dim, padding_idx=None):
        super().__init__()
        self.padding_idx, self.dim = padding_idx, embedding_dim
        self.weight = nn.Parameter(torch.normal(0.0, 1.0, size=(num_embeddings, embedding_dim)))
        if padding_idx is not None:
            with torch.no_grad():
                self.weight[padding_idx] = 0

    def forward(self, ids):
        flat = ids.flatten()
        rows = torch.index_select(self.weight, 0, flat)
        if self.padding_idx is not None:
            rows = rows.masked_fill((flat == self.padding_idx).unsqueeze(1), 0)
        return rows.reshape(*ids.shape, self.dim)


@alternative("Embedding")
class LayerNorm(nn.Module):
    def __init__(self, features, eps=1e-5):
        super().__init__()
        self.eps = eps
        self.weight = nn.Parameter(torch.ones(features))
        self.bias = nn.Parameter(torch.zeros(features))

    def forward(self, x):
        variance, mean = torch.var_mean(x, dim=-1, keepdim=True, correction=0)
        return self.bias + self.weight * (x - mean) * torch.rsqrt(variance + self.eps)


@alternative("Embedding")
class LayerNorm(nn.Module):
    """With sums, and the variance corrected by hand."""

    def __init__(self, features, eps=1e-5):
        super().__init__()
        self.features = features
        self.register_buffer("eps", torch.tensor(eps), persistent=False)
        self.register_parameter("weight", nn.Parameter(torch.full((features,), 1.0)))
        self.register_parameter("bias", nn.Parameter(torch.zeros(features)))

    def forward(self, x):
        n = self.features
        mean = x.sum(dim=-1, keepdim=True) / n
        variance = x.var(dim=-1, keepdim=True) * (n - 1) / n
        return torch.addcmul(self.bias, (x - mean) / (variance + self.eps) ** 0.5, self.weight)


@alternative("Embedding")
class LayerNorm(nn.Module):
    """Rows as columns: mean and spread broadcast without keepdim."""

    def __init__(self, features: int, eps: float = 1e-5):
        super().__init__()
        self.weight, self.bias = nn.Parameter(torch.ones(features)), nn.Parameter(torch.zeros(features))
        self.settings = {"eps": eps}

    def forward(self, x):
        columns = x.movedim(-1, 0)
        centered = columns - columns.mean(dim=0)
        spread = centered.pow(2).mean(dim=0).add(self.settings["eps"]).sqrt()
        return (centered / spread).movedim(0, -1).mul(self.weight).add(self.bias)
