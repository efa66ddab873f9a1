"""Tensors made and combined in ways that CUDA refuses."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from torch import nn

from autograder.simulated_gpu.variants.collection import (
    B,
    D,
    H,
    T,
    linear,
    made,
    rows,
    sequence,
    variant,
)


@variant(rows, "forward")
def selected_by_a_cpu_index() -> Any:
    """index_select makes no exception for indices."""
    return made(lambda self, x: self.layer(x.index_select(1, torch.tensor([0, 1]))), layer=nn.Linear(2, H))


@variant(rows, "forward")
def gathered_by_a_cpu_index() -> Any:
    """Nor does gather."""
    return made(lambda self, x: self.layer(x.gather(1, torch.zeros(B, D, dtype=torch.long))), layer=linear())


@variant(rows, "forward")
def scattered_by_a_cpu_index() -> Any:
    """Nor does scatter."""
    return made(
        lambda self, x: self.layer(torch.zeros_like(x).scatter(1, torch.LongTensor([[0]] * B), 1.0)),
        layer=linear(),
    )


@variant(rows, "forward")
def chosen_by_a_cpu_condition() -> Any:
    """torch.where with a mask of the CPU."""
    return made(lambda self, x: self.layer(torch.where(torch.ones(B, D) > 0, x, -x)), layer=linear())


@variant(rows, "forward")
def filled_by_a_cpu_truth_value() -> Any:
    """masked_fill wants even a mask without dimensions beside the tensor."""
    return made(lambda self, x: self.layer(x.masked_fill(torch.tensor(True), 0.0)), layer=linear())


@variant(rows, "forward")
def selected_by_a_cpu_mask() -> Any:
    """masked_select."""
    return made(lambda self, x: self.layer(x.masked_select(torch.ones(B, D) > 0).view(B, D)), layer=linear())


@variant(rows, "forward")
def zeros_of_the_same_shape() -> Any:
    """torch.zeros(x.shape) knows the shape only."""
    return made(lambda self, x: self.layer(x + torch.zeros(x.shape)), layer=linear())


@variant(rows, "forward")
def cpu_noise() -> Any:
    """torch.randn(x.size())."""
    return made(lambda self, x: self.layer(x) + torch.randn(B, H) * 0.1, layer=linear())


@variant(rows, "forward")
def home_made_dropout() -> Any:
    """The mask is drawn on the CPU."""
    return made(lambda self, x: self.layer(x) * torch.bernoulli(torch.full((B, H), 0.5)), layer=linear())


@variant(rows, "forward")
def identity_matrix_on_the_cpu() -> Any:
    """torch.eye in a matrix product."""
    return made(lambda self, x: self.layer(x @ torch.eye(D)), layer=linear())


@variant(sequence, "forward")
def batched_product_with_the_cpu() -> Any:
    """torch.bmm."""
    return made(lambda self, x: self.layer(torch.bmm(torch.ones(B, T, T), x)), layer=linear())


@variant(rows, "forward")
def einsum_with_the_cpu() -> Any:
    """torch.einsum."""
    return made(lambda self, x: torch.einsum("bh,hk->bk", self.layer(x), torch.rand(H, H)), layer=linear())


@variant(rows, "forward")
def number_summed_up_on_the_cpu() -> Any:
    """A number may join, but not receive: the target of += is an output."""

    def forward(self: Any, x: Any) -> Any:
        total = torch.tensor(0.0)
        for row in self.layer(x):
            total += row.mean()
        return total

    return made(forward, layer=linear())


@variant(rows, "forward")
def written_to_a_cpu_tensor() -> Any:
    """out= on the CPU."""

    def forward(self: Any, x: Any) -> Any:
        with torch.no_grad():
            twice = torch.add(x, x, out=torch.empty(B, D))
        return self.layer(x + twice.to(x.device))

    return made(forward, layer=linear())


@variant(rows, "forward")
def rows_assigned_from_the_cpu() -> Any:
    """Assigning by index makes no copy across devices."""

    def forward(self: Any, x: Any) -> Any:
        y = self.layer(x).clone()
        y[torch.tensor([0, 1], device=x.device)] = torch.zeros(2, H)
        return y

    return made(forward, layer=linear())


@variant(rows, "forward")
def bounds_on_the_cpu() -> Any:
    """torch.bucketize."""
    return made(
        lambda self, x: self.layer(torch.bucketize(x, torch.linspace(0, 1, 5)).float()), layer=linear()
    )


@variant(rows, "forward")
def interpolated_towards_the_cpu() -> Any:
    """torch.lerp."""
    return made(lambda self, x: torch.lerp(self.layer(x), torch.zeros(B, H), 0.5), layer=linear())


@variant(rows, "forward")
def numpy_function_on_a_gpu_tensor() -> Any:
    """np.sin asks for an array."""
    return made(lambda self, x: self.layer(x) * float(np.sin(x.detach()).mean()), layer=linear())


@variant(rows, "forward")
def old_type_name() -> Any:
    """.type(torch.FloatTensor) moves to the CPU."""
    return made(lambda self, x: self.layer((x > 0.5).type(torch.FloatTensor)), layer=linear())


@variant(rows, "forward")
def histogram_of_a_gpu_tensor() -> Any:
    """An operation that CUDA does not have."""
    return made(lambda self, x: self.layer(x) * torch.histogram(x.detach(), 4).hist.sum(), layer=linear())


@variant(rows, "forward")
def python_function_on_every_number() -> Any:
    """apply_ works on the CPU only."""
    return made(
        lambda self, x: self.layer(x.detach().clone().apply_(lambda value: value * 2)), layer=linear()
    )


@variant(rows, "output device")
def mean_as_a_new_tensor() -> Any:
    """torch.tensor(number) is on the CPU, whatever the number comes from."""
    return made(lambda self, x: torch.tensor(self.layer(x).mean().item()), layer=linear())


@variant(rows, "output device")
def one_of_two_results_on_the_cpu() -> Any:
    """A dictionary of results."""

    def forward(self: Any, x: Any) -> Any:
        y = self.layer(x)
        return {"scores": y, "certainty": y.softmax(-1).cpu()}

    return made(forward, layer=linear())


@variant(rows, "forward")
def within_a_cpu_context() -> Any:
    """`with torch.device("cpu")`."""

    def forward(self: Any, x: Any) -> Any:
        with torch.device("cpu"):
            shift = torch.zeros(H)
        return self.layer(x) + shift

    return made(forward, layer=linear())
