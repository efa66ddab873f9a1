"""Chapter 2, custom layers: modules that make and use parameters of their own.

Letters: B is the batch, T time, n and m are free sizes. Shapes stand in docstrings as (B, n).
The lines between the solution marks are what students write.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import torch
from torch import Tensor, nn
from torch.nn import functional as F


class CenteredLayer(nn.Module):
    """Subtracts the mean: x, any shape -> x less its mean, the same shape.

    With dim=None there is one mean, of all numbers. With an int or a tuple of ints the mean is taken along
    these dimensions only, and every slice loses its own: dim=-1 brings each row of (B, n) to mean 0.

    There is nothing to train, x is left as it was, and float64 in gives float64 out. Whole numbers may be
    refused (TypeError, ValueError or RuntimeError) or give the right result in floating point.
    """

    def __init__(self, dim: int | tuple[int, ...] | None = None) -> None:
        super().__init__()
        ### BEGIN SOLUTION
        self.dim = dim
        ### END SOLUTION

    def forward(self, x: Tensor) -> Tensor:
        ### BEGIN SOLUTION
        mean = x.mean() if self.dim is None else x.mean(dim=self.dim, keepdim=True)
        return x - mean
        ### END SOLUTION


class Linear(nn.Module):
    """A linear layer: x (..., in_features) -> x w + b (..., out_features).

    Any number of leading dimensions will do, also none. The parameters are `w` (in_features, out_features)
    and `b` (out_features,), in this order. With bias=False there is no b to train: `layer.b` is None.

    w starts at random, scaled so that the layer keeps the size of what goes through it: standard normal
    numbers come out of Linear(1024, 64) with a standard deviation between 0.3 and 3. How b starts is free.
    The class derives from nn.Module; nn.Linear and F.linear may not do the work.
    """

    def __init__(self, in_features: int, out_features: int, bias: bool = True) -> None:
        super().__init__()
        ### BEGIN SOLUTION
        self.w = nn.Parameter(torch.randn(in_features, out_features) / in_features**0.5)
        self.b = nn.Parameter(torch.zeros(out_features)) if bias else None
        ### END SOLUTION

    def forward(self, x: Tensor) -> Tensor:
        ### BEGIN SOLUTION
        y = x @ self.w
        return y if self.b is None else y + self.b
        ### END SOLUTION


class Perceptron(nn.Module):
    """Two of your own Linear layers, a sigmoid between them: x (..., in_features) -> (..., out_features).

    The layers are the attributes `layer1`, from in_features to hidden_features, and `layer2`, from
    hidden_features to out_features. The output is not squashed.
    """

    def __init__(self, in_features: int, hidden_features: int, out_features: int) -> None:
        super().__init__()
        ### BEGIN SOLUTION
        self.layer1 = Linear(in_features, hidden_features)
        self.layer2 = Linear(hidden_features, out_features)
        ### END SOLUTION

    def forward(self, x: Tensor) -> Tensor:
        ### BEGIN SOLUTION
        return self.layer2(torch.sigmoid(self.layer1(x)))
        ### END SOLUTION


def qualified_names(tree: dict[str, object]) -> list[str]:
    """The names that named_parameters() gives for a tree of modules, in its order.

    The tree is a dict for each module. A key that holds None is a parameter of the module's own, a key that
    holds a dict is a child: {'w': None, 'layer1': {'w': None}} -> ['w', 'layer1.w'].
    A module lists its own parameters, in order; then its children in order, each with all that it holds.
    """
    ### BEGIN SOLUTION
    own = [name for name, child in tree.items() if child is None]
    below = [
        f"{name}.{inner}"
        for name, child in tree.items()
        if isinstance(child, dict)
        for inner in qualified_names(child)
    ]
    return own + below
    ### END SOLUTION


class MyLinear(nn.Module):
    """A linear layer with a ReLU behind it: X (..., in_units) -> relu(X weight + bias) (..., units).

    The parameters are `weight` (in_units, units) and `bias` (units,), and both are trained.
    How they start is up to you, as long as training can move them.
    """

    def __init__(self, in_units: int, units: int) -> None:
        super().__init__()
        ### BEGIN SOLUTION
        self.weight = nn.Parameter(torch.randn(in_units, units))
        self.bias = nn.Parameter(torch.randn(units))
        ### END SOLUTION

    def forward(self, X: Tensor) -> Tensor:
        ### BEGIN SOLUTION
        return F.relu(X @ self.weight + self.bias)
        ### END SOLUTION


def why_it_does_not_train() -> dict[str, bool]:
    """Which parameters of MyLinear, as it was handed out, get a gradient: {'weight': ..., 'bias': ...}.

    Think of nn.Sequential(nn.Linear(5, 4), MyLinear(4, 3), nn.Linear(3, 2)) after backward(). True stands
    for "its .grad is a tensor", False for "its .grad is still None". Mending it changes nothing here.
    """
    ### BEGIN SOLUTION
    return {"weight": False, "bias": False}
    ### END SOLUTION


def sharpen_kernel() -> Tensor:
    """A kernel (3, 3) that sharpens: its numbers sum to 1, and an edge comes out steeper than it went in.

    There is more than one; any will do.
    """
    ### BEGIN SOLUTION
    identity = torch.zeros(3, 3)
    identity[1, 1] = 1
    blur = torch.full((3, 3), 1 / 9)
    return identity + (identity - blur)
    ### END SOLUTION


def make_sharpen_conv() -> nn.Conv2d:
    """A convolution that applies sharpen_kernel(): img (B, 1, H, W) -> (B, 1, H, W).

    One channel in, one out, 3x3, no bias. Its weight (1, 1, 3, 3) is the kernel, and it is fixed:
    requires_grad is False. The image keeps its size; with what the border is padded is up to you.
    """
    ### BEGIN SOLUTION
    conv = nn.Conv2d(1, 1, kernel_size=3, padding=1, padding_mode="replicate", bias=False)
    with torch.no_grad():
        conv.weight.copy_(sharpen_kernel().reshape(1, 1, 3, 3))
    conv.weight.requires_grad_(False)
    return conv
    ### END SOLUTION


def sharpen(img: Tensor) -> Tensor:
    """A sharper image of the same shape: img (H, W), (1, H, W) or (B, 1, H, W), floating numbers in [0, 1].

    It is what make_sharpen_conv() makes of the image, clamped to [0, 1]. img itself stays as it was,
    and the result is on its device. Only pixels away from the border are judged by their value.
    """
    ### BEGIN SOLUTION
    conv = make_sharpen_conv().to(img)
    batch = img.reshape(-1, 1, *img.shape[-2:])
    return conv(batch).reshape(img.shape).clamp(0, 1)
    ### END SOLUTION


class BilinearReduction(nn.Module):
    """Every pair of inputs, weighted and summed: x (..., in_features) -> y (..., out_features).

    y_k is the sum of weight[i, j, k] * x_i * x_j over all i and j. The pairs come from one sample:
    any number of leading dimensions, also none, and each row on its own.

    `weight` has the shape (in_features, in_features, out_features). With which finite numbers it starts
    is up to you. There is no bias.
    PyTorch's own bilinear (nn.Bilinear, F.bilinear) may not do the work.
    """

    def __init__(self, in_features: int, out_features: int) -> None:
        super().__init__()
        ### BEGIN SOLUTION
        self.weight = nn.Parameter(torch.randn(in_features, in_features, out_features) / in_features)
        ### END SOLUTION

    def forward(self, x: Tensor) -> Tensor:
        ### BEGIN SOLUTION
        return torch.einsum("...i,ijk,...j->...k", x, self.weight, x)
        ### END SOLUTION


class HalfFourier(nn.Module):
    """The first half of the Fourier coefficients along the last axis: real x (..., n) -> complex (..., k).

    Coefficient j is the sum of x_t * exp(-2 pi i j t / n) over t = 0, ..., n - 1, divided by nothing.
    Half means j = 0, ..., k - 1 with k = n / 2 rounded up: 4 coefficients for n = 8, and 5 for n = 9.

    It owns no parameter and no buffer. float32 gives complex64, float64 gives complex128.
    """

    def forward(self, x: Tensor) -> Tensor:
        ### BEGIN SOLUTION
        half = (x.shape[-1] + 1) // 2
        return torch.fft.rfft(x)[..., :half]
        ### END SOLUTION


def output_shape(layer: nn.Module, input_shape: Sequence[int]) -> tuple[int, ...]:
    """The shape of layer(x) for an x of the given shape, worked out from the layer's attributes.

    The layers: Linear, Flatten, Conv1d, Conv2d, Conv3d, ConvTranspose1d, ConvTranspose2d, MaxPool1d,
    MaxPool2d, AvgPool1d, AvgPool2d, AdaptiveAvgPool1d, AdaptiveAvgPool2d, Embedding, BatchNorm1d,
    BatchNorm2d, LayerNorm, and RNN with batch_first=True, of which the first output counts.

    Any setting of these layers may occur: padding "same" and "valid", None in an adaptive pool's target,
    a bidirectional RNN. With ceil_mode an incomplete last window counts too, unless it would start in the
    padding at the end.

    `input_shape` is a tuple, a list or a torch.Size and includes the batch. It has as many dimensions as
    the layer takes, and is large enough to give an output.
    The result is a plain tuple of plain ints, no torch.Size.
    A number of channels or features that the layer does not take is a ValueError.

    Nothing is run: neither the layer nor a copy of it nor a new one is called, and no tensor, not even
    an empty one, is made to go through PyTorch's functions.
    """
    ### BEGIN SOLUTION
    sizes = tuple(int(size) for size in input_shape)
    axes = len(sizes) - 2

    def per_axis(setting: int | Sequence[int]) -> Sequence[int]:
        return [setting] * axes if isinstance(setting, int) else setting

    def demand(axis: int, required: int) -> None:
        if sizes[axis] != required:
            raise ValueError(f"{layer} takes {required} in dimension {axis}, and there are {sizes[axis]}")

    def windows(
        size: int, kernel: int, stride: int, padding: int, dilation: int, ceil_mode: bool = False
    ) -> int:
        room = size + 2 * padding - (dilation * (kernel - 1) + 1)
        if not ceil_mode:
            return room // stride + 1
        count = -(-room // stride) + 1
        # The last window has to start on the input or on the padding to its left.
        return count - 1 if (count - 1) * stride >= size + padding else count

    if isinstance(layer, nn.Linear):
        demand(-1, layer.in_features)
        return (*sizes[:-1], layer.out_features)

    if isinstance(layer, nn.Flatten):
        first, last = layer.start_dim % len(sizes), layer.end_dim % len(sizes)
        return (*sizes[:first], math.prod(sizes[first : last + 1]), *sizes[last + 1 :])

    if isinstance(layer, (nn.ConvTranspose1d, nn.ConvTranspose2d)):
        demand(1, layer.in_channels)
        settings = (layer.kernel_size, layer.stride, layer.padding, layer.dilation, layer.output_padding)
        grown = [
            (size - 1) * stride - 2 * padding + dilation * (kernel - 1) + extra + 1
            for size, kernel, stride, padding, dilation, extra in zip(sizes[2:], *settings, strict=True)
        ]
        return (sizes[0], layer.out_channels, *grown)

    if isinstance(layer, (nn.Conv1d, nn.Conv2d, nn.Conv3d)):
        demand(1, layer.in_channels)
        if layer.padding == "same":
            return (sizes[0], layer.out_channels, *sizes[2:])
        padding = [0] * axes if isinstance(layer.padding, str) else layer.padding
        cells = map(windows, sizes[2:], layer.kernel_size, layer.stride, padding, layer.dilation)
        return (sizes[0], layer.out_channels, *cells)

    if isinstance(layer, (nn.MaxPool1d, nn.MaxPool2d, nn.AvgPool1d, nn.AvgPool2d)):
        # Only max pooling has a dilation.
        dilation = getattr(layer, "dilation", 1)
        pooling = map(per_axis, (layer.kernel_size, layer.stride, layer.padding, dilation, layer.ceil_mode))
        return (*sizes[:2], *map(windows, sizes[2:], *pooling))

    if isinstance(layer, (nn.AdaptiveAvgPool1d, nn.AdaptiveAvgPool2d)):
        wanted = layer.output_size
        targets = wanted if isinstance(wanted, tuple) else [wanted] * axes
        # None keeps the size that is there.
        pooled = [size if to is None else to for size, to in zip(sizes[2:], targets, strict=True)]
        return (*sizes[:2], *pooled)

    if isinstance(layer, nn.Embedding):
        return (*sizes, layer.embedding_dim)

    if isinstance(layer, (nn.BatchNorm1d, nn.BatchNorm2d)):
        demand(1, layer.num_features)
        return sizes

    if isinstance(layer, nn.LayerNorm):
        for axis, size in enumerate(layer.normalized_shape, start=-len(layer.normalized_shape)):
            demand(axis, size)
        return sizes

    if isinstance(layer, nn.RNN):
        demand(-1, layer.input_size)
        return (*sizes[:-1], layer.hidden_size * (2 if layer.bidirectional else 1))

    raise ValueError(f"no rule for {type(layer).__name__}")
    ### END SOLUTION


class Embedding(nn.Module):
    """One row of `weight` for each id: ids (...) -> (..., embedding_dim).

    `weight` has the shape (num_embeddings, embedding_dim) and starts with standard normal numbers, N(0, 1).
    The row `padding_idx`, if there is one, starts at zero and stays there: its gradient is always zero.

    ids are int64 or int32, of any shape, also 0-dim, and lie in range. Ids of a floating dtype are an
    IndexError, a TypeError or a RuntimeError.
    The class derives from nn.Module, and PyTorch's own embedding may not do the work.
    """

    def __init__(self, num_embeddings: int, embedding_dim: int, padding_idx: int | None = None) -> None:
        super().__init__()
        ### BEGIN SOLUTION
        weight = torch.randn(num_embeddings, embedding_dim)
        if padding_idx is not None:
            weight[padding_idx] = 0
        self.padding_idx = padding_idx
        self.weight = nn.Parameter(weight)
        ### END SOLUTION

    def forward(self, ids: Tensor) -> Tensor:
        ### BEGIN SOLUTION
        rows = self.weight[ids]
        if self.padding_idx is None:
            return rows
        is_padding = (ids == self.padding_idx).unsqueeze(-1)
        return torch.where(is_padding, rows.detach(), rows)
        ### END SOLUTION


class LayerNorm(nn.Module):
    """Each row brought to mean 0 and variance 1, then scaled and shifted: x (..., features) -> the same shape.

    y = (x - mean) / sqrt(var + eps) * weight + bias, with mean and variance over the last axis alone.
    The variance divides by the number of features, not by one less.

    `weight` starts with ones and `bias` with zeros, both of the shape (features,).
    The class derives from nn.Module, and PyTorch's own layer_norm may not do the work.
    """

    def __init__(self, features: int, eps: float = 1e-5) -> None:
        super().__init__()
        ### BEGIN SOLUTION
        self.eps = eps
        self.weight = nn.Parameter(torch.ones(features))
        self.bias = nn.Parameter(torch.zeros(features))
        ### END SOLUTION

    def forward(self, x: Tensor) -> Tensor:
        ### BEGIN SOLUTION
        centered = x - x.mean(dim=-1, keepdim=True)
        variance = centered.square().mean(dim=-1, keepdim=True)
        return centered / torch.sqrt(variance + self.eps) * self.weight + self.bias
        ### END SOLUTION
