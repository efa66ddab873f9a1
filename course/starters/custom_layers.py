"""Chapter 2, custom layers: the code that fix-the-bug exercises hand out. It is broken on purpose."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional as F


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
        self.w = nn.Parameter(torch.randn(in_features, out_features))
        self.b = nn.Parameter(torch.randn(out_features)) if bias else None

    def forward(self, x: Tensor) -> Tensor:
        y = x.mm(self.w)
        return y if self.b is None else y + self.b


class MyLinear(nn.Module):
    """A linear layer with a ReLU behind it: X (..., in_units) -> relu(X weight + bias) (..., units).

    The parameters are `weight` (in_units, units) and `bias` (units,), and both are trained.
    How they start is up to you, as long as training can move them.
    """

    def __init__(self, in_units: int, units: int) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.randn(in_units, units))
        self.bias = nn.Parameter(torch.randn(units))

    def forward(self, X: Tensor) -> Tensor:
        linear = torch.matmul(X, self.weight.data) + self.bias.data
        return F.relu(linear)


def sharpen_kernel() -> Tensor:
    """A kernel (3, 3) that sharpens: its numbers sum to 1, and an edge comes out steeper than it went in.

    There is more than one; any will do.
    """
    kernel = torch.full((3, 3), -1 / 9)
    kernel[1, 1] = 1
    return kernel


def make_sharpen_conv() -> nn.Conv2d:
    """A convolution that applies sharpen_kernel(): img (B, 1, H, W) -> (B, 1, H, W).

    One channel in, one out, 3x3, no bias. Its weight (1, 1, 3, 3) is the kernel, and it is fixed:
    requires_grad is False. The image keeps its size; with what the border is padded is up to you.
    """
    conv = nn.Conv2d(1, 1, kernel_size=3, bias=False)
    conv.weight.data = sharpen_kernel().view(1, 1, 3, 3)
    return conv


def sharpen(img: Tensor) -> Tensor:
    """A sharper image of the same shape: img (H, W), (1, H, W) or (B, 1, H, W), floating numbers in [0, 1].

    It is what make_sharpen_conv() makes of the image, clamped to [0, 1]. img itself stays as it was,
    and the result is on its device. Only pixels away from the border are judged by their value.
    """
    conv = make_sharpen_conv().to(img)
    batch = img.reshape(-1, 1, *img.shape[-2:])
    sharper = conv(batch)
    return sharper.reshape(*img.shape[:-2], *sharper.shape[-2:])
