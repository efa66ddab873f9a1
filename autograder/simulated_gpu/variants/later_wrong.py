"""A second round, written after the first had been run: harder cases that fail on CUDA."""

from __future__ import annotations

import copy
from typing import Any

import torch
from torch import nn
from torch.nn import functional as F
from torch.utils.data import DataLoader, TensorDataset

from autograder.simulated_gpu.variants.collection import (
    B,
    D,
    H,
    T,
    apply,
    ids,
    images,
    linear,
    made,
    rows,
    sequence,
    variant,
)


@variant(rows, "forward")
def distance_function_with_a_cpu_tensor() -> Any:
    """A callback inside one of PyTorch's own functions."""

    def forward(self: Any, x: Any) -> Any:
        y = self.layer(x)
        return F.triplet_margin_with_distance_loss(
            y, y.flip(0), y.roll(1, 0), distance_function=lambda a, b: (a - b).abs().sum(-1) + torch.zeros(B)
        )

    return made(forward, layer=linear())


@variant(rows, "forward")
def state_assigned_from_the_cpu() -> Any:
    """load_state_dict(assign=True) takes the tensors themselves."""

    def forward(self: Any, x: Any) -> Any:
        state = {name: value.cpu() for name, value in self.layer.state_dict().items()}
        self.layer.load_state_dict(state, assign=True)
        return self.layer(x)

    return made(forward, layer=linear())


@variant(rows, "forward")
def batches_from_the_cpu() -> Any:
    """A DataLoader gives CPU tensors."""

    def forward(self: Any, x: Any) -> Any:
        for (part,) in DataLoader(TensorDataset(torch.ones(B, D)), batch_size=2):
            x = x + self.layer(part).mean()
        return x

    return made(forward, layer=linear())


@variant(rows, "forward")
def data_replaced_from_the_cpu() -> Any:
    """.data takes any tensor."""

    def forward(self: Any, x: Any) -> Any:
        self.layer.bias.data = torch.zeros(H)
        return self.layer(x)

    return made(forward, layer=linear())


@variant(rows, "forward")
def distribution_with_cpu_parameters() -> Any:
    """The noise is made like its parameters."""

    def forward(self: Any, x: Any) -> Any:
        noise: Any = torch.distributions.Normal(torch.zeros(B, H), torch.ones(B, H))
        return self.layer(x) + noise.sample()

    return made(forward, layer=linear())


@variant(rows, "forward")
def other_parameters_on_the_cpu() -> Any:
    """torch.func.functional_call."""

    def forward(self: Any, x: Any) -> Any:
        zeros = {name: torch.zeros(value.shape) for name, value in self.layer.named_parameters()}
        return torch.func.functional_call(self.layer, zeros, (x,))

    return made(forward, layer=linear())


@variant(sequence, "forward")
def repeats_on_the_cpu() -> Any:
    """repeat_interleave with a tensor of counts."""
    return made(
        lambda self, x: self.layer(x.repeat_interleave(torch.tensor([1, 2, 1, 1, 1]), 1)), layer=linear()
    )


@variant(rows, "forward")
def solved_on_two_devices() -> Any:
    """torch.linalg.solve."""
    return made(lambda self, x: self.layer(torch.linalg.solve(torch.eye(D), x.T).T), layer=linear())


@variant(rows, "forward")
def added_along_an_index() -> Any:
    """index_add with an index of the CPU."""
    return made(
        lambda self, x: self.layer(x.index_add(0, torch.tensor([0, 1]), torch.ones_like(x[:2]))),
        layer=linear(),
    )


@variant(rows, "forward")
def copied_along_an_index() -> Any:
    """index_copy with a source of the CPU."""
    return made(
        lambda self, x: self.layer(x.index_copy(0, torch.tensor([0], device=x.device), torch.zeros(1, D))),
        layer=linear(),
    )


@variant(rows, "forward")
def taken_along_a_cpu_dimension() -> Any:
    """take_along_dim."""
    return made(
        lambda self, x: self.layer(torch.take_along_dim(x, torch.zeros(B, D, dtype=torch.long), 1)),
        layer=linear(),
    )


@variant(rows, "forward")
def scattered_from_the_cpu() -> Any:
    """masked_scatter with a source of the CPU."""
    return made(lambda self, x: self.layer(x.masked_scatter(x > 0.5, torch.zeros(B * D))), layer=linear())


@variant(rows, "forward")
def cosine_loss_with_cpu_labels() -> Any:
    """F.cosine_embedding_loss."""
    return made(
        lambda self, x: F.cosine_embedding_loss(self.layer(x), self.layer(x.flip(0)), torch.ones(B)),
        layer=linear(),
    )


@variant(rows, "forward")
def divergence_from_the_cpu() -> Any:
    """F.kl_div."""
    return made(
        lambda self, x: F.kl_div(self.layer(x).log_softmax(-1), torch.full((B, H), 1 / H)), layer=linear()
    )


@variant(rows, "forward")
def binary_loss_with_cpu_weights() -> Any:
    """pos_weight on the CPU."""
    return made(
        lambda self, x: F.binary_cross_entropy_with_logits(
            self.layer(x), torch.ones_like(x), pos_weight=torch.full((H,), 2.0)
        ),
        layer=linear(),
    )


@variant(sequence, "forward")
def decoder_memory_on_the_cpu() -> Any:
    """nn.TransformerDecoderLayer."""
    return made(
        lambda self, x: self.layer(x, torch.zeros(B, T, D)),
        layer=nn.TransformerDecoderLayer(D, 4, 32, batch_first=True),
    )


@variant(images, "forward")
def fixed_filter_in_a_function() -> Any:
    """A transposed convolution with a kernel made on the spot."""
    return made(
        lambda self, x: F.conv_transpose2d(self.conv(x), torch.ones(2, 1, 2, 2)), conv=nn.Conv2d(3, 2, 3)
    )


@variant(images, "forward")
def prelu_slope_on_the_cpu() -> Any:
    """F.prelu."""
    return made(lambda self, x: F.prelu(self.conv(x), torch.full((2,), 0.1)), conv=nn.Conv2d(3, 2, 3))


@variant(ids, "forward")
def offsets_on_the_cpu() -> Any:
    """F.embedding_bag."""
    return made(
        lambda self, x: F.embedding_bag(x.flatten(), self.table.weight, torch.tensor([0, 5])),
        table=nn.Embedding(10, H),
    )


class ScaledByASavedTensor(torch.autograd.Function):
    """Saves a CPU tensor for backward."""

    @staticmethod
    def forward(ctx: Any, x: Any) -> Any:
        """Twice x."""
        ctx.save_for_backward(torch.full(x.shape, 2.0))
        return x * 2

    @staticmethod
    def backward(ctx: Any, *gradients: Any) -> Any:
        """Twice the gradient, wrongly."""
        return gradients[0] * ctx.saved_tensors[0]


@variant(rows, "backward")
def cpu_tensor_saved_for_backward() -> Any:
    """Only backward uses it."""
    return made(lambda self, x: apply(ScaledByASavedTensor, self.layer(x)), layer=linear())


@variant(rows, "forward")
def optimizer_over_cpu_parameters() -> Any:
    """An inner model that nobody moved."""

    def forward(self: Any, x: Any) -> Any:
        inner = nn.Linear(D, H)
        torch.optim.SGD(inner.parameters(), 0.1)
        return self.layer(x) + inner(x)

    return made(forward, layer=linear())


@variant(rows, "forward")
def target_network_in_a_list() -> Any:
    """A copy that is hidden from the module on purpose."""
    model = made(lambda self, x: self.layer(x) - self.hidden[0](x).detach(), layer=linear())
    model.hidden = [copy.deepcopy(model.layer)]
    return model


@variant(rows, "output device")
def list_of_numbers_as_a_tensor() -> Any:
    """torch.tensor of numbers from the GPU is on the CPU."""
    return made(lambda self, x: torch.tensor([row.sum() for row in self.layer(x)]), layer=linear())


@variant(rows, "second forward")
def statistics_replaced_after_the_first_call() -> Any:
    """A buffer becomes a CPU tensor."""

    def forward(self: Any, x: Any) -> Any:
        y = self.layer(x) - self.mean
        self.mean = torch.tensor(y.detach().mean(0).tolist())
        return y

    return made(forward, {"mean": torch.zeros(H)}, layer=linear())


@variant(rows, "forward")
def split_by_a_gpu_tensor() -> Any:
    """tensor_split wants its indices on the CPU."""
    return made(
        lambda self, x: self.layer(torch.cat(torch.tensor_split(x, torch.tensor([1, 2], device=x.device)))),
        layer=linear(),
    )


@variant(rows, "forward")
def grid_of_two_devices() -> Any:
    """torch.meshgrid checks for itself."""
    return made(
        lambda self, x: self.layer(x) + torch.meshgrid(x[0], torch.arange(3.0), indexing="ij")[0].mean(),
        layer=linear(),
    )


@variant(rows, "forward")
def minimum_as_a_cpu_number() -> Any:
    """clamp makes no exception for numbers, other than torch.maximum."""
    return made(lambda self, x: self.layer(x).clamp(min=torch.tensor(0.0)), layer=linear())
