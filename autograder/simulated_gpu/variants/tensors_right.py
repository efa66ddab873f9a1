"""Tensors made and combined in ways that CUDA takes."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import torch
from torch import nn

from autograder.simulated_gpu.variants.collection import (
    B,
    D,
    H,
    T,
    ids,
    linear,
    made,
    rows,
    sequence,
    variant,
)


@variant(ids)
def positions_on_the_inputs_device() -> Any:
    """arange with device=."""
    return made(
        lambda self, x: self.table(x) + self.places(torch.arange(x.size(1), device=x.device)),
        table=nn.Embedding(10, H),
        places=nn.Embedding(T, H),
    )


@variant(rows)
def noise_like_the_input() -> Any:
    """randn_like, rand_like, full_like and empty_like."""

    def forward(self: Any, x: Any) -> Any:
        noise = torch.randn_like(x) + torch.rand_like(x) * torch.full_like(x, 0.1)
        return self.layer(x + noise + torch.empty_like(x).zero_())

    return made(forward, layer=linear())


@variant(sequence)
def mask_on_the_inputs_device() -> Any:
    """The mask of a causal attention, by hand."""

    def forward(self: Any, x: Any) -> Any:
        q = self.q(x)
        mask = torch.ones(T, T, device=x.device).triu(1).bool()
        return (q @ q.transpose(1, 2)).masked_fill(mask, float("-inf")).softmax(-1) @ q

    return made(forward, q=nn.Linear(D, D))


@variant(rows)
def new_factories() -> Any:
    """new_zeros, new_full, new_tensor and new_empty follow their tensor."""

    def forward(self: Any, x: Any) -> Any:
        extra = x.new_zeros(B, D) + x.new_full((D,), 0.5) + x.new_tensor([1.0] * D)
        return self.layer(x + extra + x.new_empty(D).fill_(0))

    return made(forward, layer=linear())


@variant(rows)
def ordinary_numbers() -> Any:
    """Python's and numpy's numbers are no tensors."""
    return made(lambda self, x: self.layer(x) * math.pi / np.float64(2) + np.sqrt(3.0) - 1, layer=linear())


@variant(rows)
def number_tensor_in_where() -> Any:
    """torch.where takes numbers from the CPU."""
    return made(lambda self, x: self.layer(torch.where(x > 0.5, x, torch.tensor(0.0))), layer=linear())


@variant(rows)
def size_as_a_number_tensor() -> Any:
    """A scale computed from a shape."""
    return made(lambda self, x: self.layer(x) / torch.sqrt(torch.tensor(float(x.size(-1)))), layer=linear())


@variant(rows)
def list_of_indices() -> Any:
    """A Python list as index."""
    return made(lambda self, x: self.layer(x[:, [0, 2, 4]]), layer=nn.Linear(3, H))


@variant(rows)
def mask_index_on_the_cpu() -> Any:
    """A boolean index on the CPU is allowed too."""
    return made(lambda self, x: self.layer(x[:, torch.arange(D) % 2 == 0]), layer=nn.Linear(D // 2, H))


@variant(rows)
def buffer_filled_from_the_cpu() -> Any:
    """copy_ crosses devices."""

    def forward(self: Any, x: Any) -> Any:
        self.shift.copy_(torch.ones(D))
        return self.layer(x + self.shift)

    return made(forward, {"shift": torch.zeros(D)}, layer=linear())


@variant(rows)
def any_as_a_condition() -> Any:
    """A branch on a tensor of the GPU."""
    return made(
        lambda self, x: self.layer(x) if (x > 0.5).any() and bool((x < 2).all()) else x @ self.layer.weight,
        layer=linear(),
    )


@variant(rows)
def sorted_gathered_scattered() -> Any:
    """Indices that come from the GPU."""

    def forward(self: Any, x: Any) -> Any:
        values, order = x.sort(-1)
        top = values.gather(1, order.argsort(1)).topk(3)
        return self.layer(x.new_zeros(B, D).scatter_add(1, top.indices, top.values))

    return made(forward, layer=linear())


@variant(rows)
def einsum_cdist_cumsum() -> Any:
    """Functions that take several tensors."""

    def forward(self: Any, x: Any) -> Any:
        y = torch.einsum("bd,hd->bh", x, self.layer.weight)
        return y + torch.cdist(x, x).sum() + x.cumsum(0).mean() + torch.outer(x[0], x[1]).mean()

    return made(forward, layer=linear())


@variant(rows)
def unique_nonzero_bincount() -> Any:
    """Results whose size depends on the numbers."""

    def forward(self: Any, x: Any) -> Any:
        places = (x > 0.5).nonzero()
        counts = torch.bincount(places[:, 1], minlength=D)
        return self.layer(x * counts / torch.unique(counts).numel())

    return made(forward, layer=linear())


@variant(rows)
def parts_joined_again() -> Any:
    """split, chunk, stack and cat of tensors on the GPU."""

    def forward(self: Any, x: Any) -> Any:
        left, right = x.split(D // 2, 1)
        halves = torch.stack([left, right]).unbind(0)
        scale = torch.stack([row.mean() for row in x])
        return self.layer(torch.cat(halves, 1)) * scale[:, None]

    return made(forward, layer=linear())


@variant(rows)
def through_numpy_and_back() -> Any:
    """With .cpu() before and .to() after."""

    def forward(self: Any, x: Any) -> Any:
        table = np.sin(x.detach().cpu().numpy())
        return self.layer(x + torch.from_numpy(table).to(x.device))

    return made(forward, layer=linear())


@variant(rows)
def to_like_another_tensor() -> Any:
    """.to(tensor) and .type_as."""
    return made(
        lambda self, x: self.layer(x) + torch.ones(H).to(self.layer.weight) + torch.ones(H).type_as(x),
        layer=linear(),
    )


@variant(rows)
def device_of_the_parameters() -> Any:
    """next(parameters()).device."""
    return made(
        lambda self, x: self.layer(x) + torch.rand(H, device=next(self.parameters()).device), layer=linear()
    )


@variant(rows)
def as_tensor_with_a_device() -> Any:
    """Data from Python, straight to the GPU."""

    def forward(self: Any, x: Any) -> Any:
        scale = torch.as_tensor([0.5] * H, device=x.device) + torch.tensor(
            np.ones(H, "float32"), device=x.device
        )
        return self.layer(x) * scale

    return made(forward, layer=linear())


@variant(rows)
def printed_in_forward() -> Any:
    """repr looks at the numbers."""

    def forward(self: Any, x: Any) -> Any:
        assert "cuda" in repr(x) or "tensor" in f"{x} {x.mean():.2f}"
        return self.layer(x)

    return made(forward, layer=linear())


@variant(rows)
def within_a_device_context() -> Any:
    """`with torch.device(...)` makes factories use it."""

    def forward(self: Any, x: Any) -> Any:
        with torch.device(x.device):
            shift = torch.zeros(H) + torch.tensor([1.0] * H) + torch.rand(H)
        return self.layer(x) + shift

    return made(forward, layer=linear())


@variant(rows)
def default_device_set_for_a_while() -> Any:
    """torch.set_default_device."""

    def forward(self: Any, x: Any) -> Any:
        torch.set_default_device(x.device)
        try:
            shift = torch.zeros(H) + torch.arange(H)
        finally:
            torch.set_default_device(None)
        return self.layer(x) + shift

    return made(forward, layer=linear())


@variant(rows)
def values_set_by_a_mask() -> Any:
    """A number assigned where a mask of the GPU says so."""

    def forward(self: Any, x: Any) -> Any:
        y = self.layer(x)
        y = y.clone()
        y[y < 0] = 0.0
        y[torch.tensor([0, 1])] = torch.tensor(1.0)
        return y

    return made(forward, layer=linear())
