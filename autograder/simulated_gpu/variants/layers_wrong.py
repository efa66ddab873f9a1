"""Layers and losses that meet a tensor of the CPU."""

from __future__ import annotations

from typing import Any

import torch
from torch import nn
from torch.nn import functional as F

from autograder.simulated_gpu.variants.collection import (
    B,
    D,
    H,
    T,
    ids,
    images,
    labelled,
    linear,
    made,
    rows,
    sequence,
    variant,
)


@variant(rows, "forward")
def bias_on_the_cpu() -> Any:
    """F.linear with a bias made on the spot."""
    return made(lambda self, x: F.linear(x, self.layer.weight, torch.zeros(H)), layer=linear())


@variant(rows, "forward")
def layer_norm_scale_on_the_cpu() -> Any:
    """The scale is no parameter."""
    return made(
        lambda self, x: F.layer_norm(self.layer(x), (H,), self.scale), layer=linear(), scale=torch.ones(H)
    )


@variant(rows, "forward")
def running_statistics_on_the_cpu() -> Any:
    """Batch norm's statistics in plain attributes."""
    return made(
        lambda self, x: F.batch_norm(self.layer(x), self.mean, self.var, training=True),
        layer=linear(),
        mean=torch.zeros(H),
        var=torch.ones(H),
    )


@variant(images, "forward")
def convolution_kernel_on_the_cpu() -> Any:
    """An image filter in a plain attribute."""
    return made(
        lambda self, x: self.conv(F.conv2d(x, self.kernel)),
        kernel=torch.ones(3, 3, 3, 3) / 9,
        conv=nn.Conv2d(3, 2, 3),
    )


@variant(ids, "forward")
def embedding_table_on_the_cpu() -> Any:
    """F.embedding with a plain tensor."""
    return made(
        lambda self, x: self.layer(F.embedding(x, self.table)), table=torch.rand(10, D), layer=linear()
    )


@variant(rows, "forward")
def distance_to_cpu_prototypes() -> Any:
    """torch.cdist."""
    return made(
        lambda self, x: torch.cdist(self.layer(x), self.prototypes),
        layer=linear(),
        prototypes=torch.rand(3, H),
    )


@variant(rows, "forward")
def similarity_to_a_cpu_anchor() -> Any:
    """F.cosine_similarity."""
    return made(lambda self, x: F.cosine_similarity(self.layer(x), torch.ones(B, H)), layer=linear())


@variant(labelled, "forward")
def class_weights_on_the_cpu() -> Any:
    """Weights of a loss in a plain attribute."""
    return made(
        lambda self, x, y: F.cross_entropy(self.layer(x), y, weight=self.w),
        layer=nn.Linear(D, 3),
        w=torch.ones(3),
    )


@variant(rows, "forward")
def targets_on_the_cpu() -> Any:
    """Made from Python numbers."""
    return made(
        lambda self, x: F.cross_entropy(self.layer(x), torch.tensor([0, 1, 2, 0])), layer=nn.Linear(D, 3)
    )


@variant(rows, "forward")
def regression_targets_on_the_cpu() -> Any:
    """mse_loss."""
    return made(lambda self, x: F.mse_loss(self.layer(x), torch.zeros(B, H)), layer=linear())


@variant(sequence, "forward")
def attention_mask_on_the_cpu() -> Any:
    """nn.MultiheadAttention."""

    def forward(self: Any, x: Any) -> Any:
        mask = nn.Transformer.generate_square_subsequent_mask(T)
        return self.attention(x, x, x, attn_mask=mask)[0]

    return made(forward, attention=nn.MultiheadAttention(D, 4, batch_first=True))


@variant(sequence, "forward")
def dot_product_mask_on_the_cpu() -> Any:
    """F.scaled_dot_product_attention."""

    def forward(self: Any, x: Any) -> Any:
        q = self.q(x)
        return F.scaled_dot_product_attention(q, q, q, attn_mask=torch.ones(T, T).tril().bool())

    return made(forward, q=nn.Linear(D, D))


@variant(sequence, "forward")
def padding_mask_on_the_cpu() -> Any:
    """nn.TransformerEncoderLayer."""
    return made(
        lambda self, x: self.layer(x, src_key_padding_mask=torch.zeros(B, T, dtype=torch.bool)),
        layer=nn.TransformerEncoderLayer(D, 4, 32, batch_first=True),
    )


@variant(images, "forward")
def grid_on_the_cpu() -> Any:
    """F.grid_sample."""
    return made(
        lambda self, x: self.conv(F.grid_sample(x, torch.zeros(B, 4, 4, 2), align_corners=False)),
        conv=nn.Conv2d(3, 2, 3),
    )
