"""A second round, written after the first had been run: harder cases that run on CUDA."""

from __future__ import annotations

import copy
from dataclasses import dataclass
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
    linear,
    made,
    rows,
    sequence,
    variant,
)


class MovesItsList(nn.Module):
    """Overrides _apply, so that a plain list moves as well."""

    def __init__(self) -> None:
        super().__init__()
        self.layer = linear()
        self.tables = [torch.rand(H), torch.rand(H)]

    def _apply(self, fn: Any, recurse: bool = True) -> Any:
        above: Any = super()
        above._apply(fn, recurse)
        self.tables = [fn(table) for table in self.tables]
        return self

    def forward(self, x: Any) -> Any:
        """Adds both tables."""
        return self.layer(x) + self.tables[0] + self.tables[1]


@variant(rows)
def moves_its_own_list() -> Any:
    """An overridden _apply."""
    return MovesItsList()


class MovesInTo(nn.Module):
    """Overrides .to."""

    def __init__(self) -> None:
        super().__init__()
        self.layer = linear()
        self.table = torch.rand(H)

    def to(self, *args: Any, **kwargs: Any) -> Any:
        """Moves the table too."""
        self.table = self.table.to(*args, **kwargs)
        return super().to(*args, **kwargs)

    def forward(self, x: Any) -> Any:
        """Adds the table."""
        return self.layer(x) + self.table


@variant(rows)
def moves_its_table_in_to() -> Any:
    """An overridden .to."""
    return MovesInTo()


@variant(rows)
def moves_a_table_when_it_is_needed() -> Any:
    """Compares devices and moves once."""

    def forward(self: Any, x: Any) -> Any:
        if self.table.device != x.device:
            self.table = self.table.to(x.device)
        return self.layer(x) + self.table

    return made(forward, layer=linear(), table=torch.rand(H))


@variant(rows)
def distance_given_as_a_function() -> Any:
    """A callback inside one of PyTorch's own functions."""

    def forward(self: Any, x: Any) -> Any:
        y = self.layer(x)
        return F.triplet_margin_with_distance_loss(
            y, y.flip(0), y.roll(1, 0), distance_function=lambda a, b: (a - b).abs().sum(-1) + a.new_zeros(B)
        )

    return made(forward, layer=linear())


@dataclass
class Answer:
    """Scores and whole-number lengths."""

    scores: Any
    lengths: Any


@variant(rows)
def returns_a_dataclass() -> Any:
    """Whole numbers may stay on the CPU."""
    return made(lambda self, x: Answer(self.layer(x), torch.tensor([1, 2, 3, 4])), layer=linear())


@variant(rows)
def created_on_the_meta_device() -> Any:
    """Shapes first, memory later."""

    def forward(self: Any, x: Any) -> Any:
        with torch.device("meta"):
            shape = nn.Linear(D, H)
        empty = shape.to_empty(device=x.device)
        nn.init.ones_(empty.weight)
        nn.init.zeros_(empty.bias)
        return self.layer(x) + empty(x)

    return made(forward, layer=linear())


@variant(rows)
def without_gradients_for_a_while() -> Any:
    """no_grad and inference_mode."""

    def forward(self: Any, x: Any) -> Any:
        with torch.no_grad():
            mean = self.layer(x).mean(0)
        with torch.inference_mode():
            scale = float(x.abs().max())
        return self.layer(x) - mean / scale

    return made(forward, layer=linear())


@variant(rows)
def weights_reset_in_place() -> Any:
    """Initialisation, .data and in-place updates on the GPU."""

    def forward(self: Any, x: Any) -> Any:
        nn.init.xavier_uniform_(self.layer.weight)
        self.layer.bias.data = torch.zeros_like(self.layer.bias)
        with torch.no_grad():
            self.layer.weight -= 0.1 * torch.ones(H, D, device=x.device)
        return self.layer(x)

    return made(forward, layer=linear())


@variant(rows)
def vector_of_parameters() -> Any:
    """parameters_to_vector and back."""

    def forward(self: Any, x: Any) -> Any:
        vector = nn.utils.parameters_to_vector(self.layer.parameters()).detach()
        inner = copy.deepcopy(self.layer)
        nn.utils.vector_to_parameters(vector * 2, inner.parameters())
        return self.layer(x) + inner(x)

    return made(forward, layer=linear())


@variant(sequence)
def repeated_and_rolled() -> Any:
    """Functions that make indices inside."""

    def forward(self: Any, x: Any) -> Any:
        y = x.repeat_interleave(2, 1).roll(1, 1).flip(1).unfold(1, 2, 2).mean(-1)
        y = y + torch.tril(x @ x.transpose(1, 2)) @ x
        return self.layer(F.pad(y, (1, 1))[..., 1:-1])

    return made(forward, layer=linear())


@variant(images)
def unfolded_images() -> Any:
    """im2col, pixel shuffle, adaptive pooling."""

    def forward(self: Any, x: Any) -> Any:
        columns = F.unfold(x, 3).transpose(1, 2)
        return self.layer(columns).mean(1) + F.adaptive_max_pool2d(F.pixel_unshuffle(x, 2), 1).mean()

    return made(forward, layer=nn.Linear(27, H))


@variant(rows)
def linear_algebra() -> Any:
    """Inverse, decomposition, norm."""

    def forward(self: Any, x: Any) -> Any:
        square = x.T @ x + torch.eye(D, device=x.device)
        return self.layer(x @ torch.linalg.inv(square)) + torch.linalg.norm(torch.linalg.cholesky(square))

    return made(forward, layer=linear())


@variant(rows)
def sampled_from_a_distribution() -> Any:
    """torch.distributions makes its numbers like its parameters."""

    def forward(self: Any, x: Any) -> Any:
        y = self.layer(x)
        noise = torch.distributions.Normal(y, torch.ones_like(y)).rsample()
        chosen: Any = torch.distributions.Categorical(logits=y)
        return y + noise + F.one_hot(chosen.sample(), H) + F.gumbel_softmax(y)

    return made(forward, layer=linear())


@variant(sequence)
def whole_transformer() -> Any:
    """Encoder, decoder and a causal mask on the device."""

    def forward(self: Any, x: Any) -> Any:
        mask = self.net.generate_square_subsequent_mask(T, device=x.device)
        return self.net(x, x, tgt_mask=mask)

    return made(forward, net=nn.Transformer(D, 4, 1, 1, 32, batch_first=True))


@variant(ids)
def embeddings_with_a_largest_norm() -> Any:
    """max_norm and padding."""
    return nn.Embedding(10, H, padding_idx=0, max_norm=1.0)


@variant(rows)
def subclass_of_tensor() -> Any:
    """as_subclass, without a dispatcher of its own."""

    class Named(torch.Tensor):
        pass

    return made(lambda self, x: self.layer(x.as_subclass(Named)).as_subclass(torch.Tensor), layer=linear())


@variant(rows)
def function_instead_of_a_module() -> Any:
    """A plain function of its input."""
    return lambda x: torch.ones_like(x) * (x > 0.5)


@variant(sequence)
def ctc_with_lengths_on_the_cpu() -> Any:
    """F.ctc_loss takes its lengths from anywhere."""

    def forward(self: Any, x: Any) -> Any:
        scores = self.layer(x).log_softmax(-1).transpose(0, 1)
        targets = torch.ones(B, 2, dtype=torch.long, device=x.device)
        return F.ctc_loss(scores, targets, torch.full((B,), T), torch.full((B,), 2))

    return made(forward, layer=linear())
