"""Layers and losses of many kinds that run on CUDA."""

from __future__ import annotations

from typing import Any

import torch
from torch import nn
from torch.nn import functional as F

from autograder.simulated_gpu.variants.collection import (
    B,
    D,
    H,
    ids,
    images,
    labelled,
    made,
    rows,
    sequence,
    variant,
)


@variant(labelled)
def loss_in_forward() -> Any:
    """Targets come in beside the input."""
    return made(lambda self, x, y: F.cross_entropy(self.layer(x), y), layer=nn.Linear(D, 3))


@variant(labelled)
def loss_with_weights_in_a_buffer() -> Any:
    """Class weights move with the module."""
    return made(
        lambda self, x, y: F.cross_entropy(self.layer(x), y, weight=self.w),
        {"w": torch.ones(3)},
        layer=nn.Linear(D, 3),
    )


@variant(images)
def many_kinds_of_image_layers() -> Any:
    """Norms, pooling with indices, transposed convolution."""

    def forward(self: Any, x: Any) -> Any:
        x = self.group(self.conv(x))
        x, where = self.pool(x)
        return self.up(self.unpool(x, where))

    return made(
        forward,
        conv=nn.Conv2d(3, 4, 3, padding=1),
        pool=nn.MaxPool2d(2, return_indices=True),
        unpool=nn.MaxUnpool2d(2),
        group=nn.GroupNorm(2, 4),
        up=nn.ConvTranspose2d(4, 2, 2),
    )


@variant(images)
def sampled_on_a_grid() -> Any:
    """The grid is made where its matrix is."""

    def forward(self: Any, x: Any) -> Any:
        grid = F.affine_grid(self.angle(x.flatten(1)).view(B, 2, 3), list(x.shape), align_corners=False)
        return F.interpolate(F.grid_sample(x, grid, align_corners=False), scale_factor=2.0)

    return made(forward, angle=nn.Linear(3 * 64, 6))


@variant(ids)
def bag_of_embeddings() -> Any:
    """nn.EmbeddingBag."""
    return nn.EmbeddingBag(10, H)


@variant(rows)
def bilinear_and_fourier() -> Any:
    """nn.Bilinear and complex numbers."""
    return made(lambda self, x: self.pair(x, torch.fft.rfft(x).abs()), pair=nn.Bilinear(D, D // 2 + 1, H))


@variant(sequence)
def transformer_layer() -> Any:
    """With a padding mask computed from the input."""
    return made(
        lambda self, x: self.layer(x, src_key_padding_mask=x.sum(-1) < 0),
        layer=nn.TransformerEncoderLayer(D, 4, 32, batch_first=True),
    )
