"""The prototype's variants that run on CUDA."""

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
    linear,
    made,
    rows,
    sequence,
    variant,
)


def mlp() -> Any:
    """Two layers."""
    return nn.Sequential(nn.Linear(D, H), nn.ReLU(), nn.Linear(H, 3))


@variant(rows)
def plain_mlp() -> Any:
    """Everything is registered."""
    return mlp()


@variant(images)
def convolution_and_batch_norm() -> Any:
    """Layers with buffers."""
    return made(
        lambda self, x: self.head(F.adaptive_avg_pool2d(self.norm(self.conv(x)), 1).flatten(1)),
        conv=nn.Conv2d(3, 4, 3),
        norm=nn.BatchNorm2d(4),
        head=nn.Linear(4, 2),
    )


@variant(sequence)
def lstm_state_on_the_inputs_device() -> Any:
    """The state is made where the input is."""

    def forward(self: Any, x: Any) -> Any:
        h = torch.zeros(1, x.size(0), H, device=x.device)
        return self.rnn(x, (h, h.clone()))[0]

    return made(forward, rnn=nn.LSTM(D, H, batch_first=True))


@variant(sequence)
def rnn_without_a_state() -> Any:
    """nn.RNN makes its own."""
    return made(lambda self, x: self.head(self.rnn(x)[0][-1]), rnn=nn.RNN(D, H), head=nn.Linear(H, 2))


@variant(sequence)
def gru_last_state() -> Any:
    """Two layers."""
    return made(lambda self, x: self.rnn(x)[1], rnn=nn.GRU(D, H, 2, batch_first=True))


@variant(rows)
def constant_in_a_buffer() -> Any:
    """Buffers move."""
    return made(
        lambda self, x: F.relu(self.layer(x) @ self.w + 1), {"w": torch.rand(D, D)}, layer=nn.Linear(D, D)
    )


@variant(rows)
def loop_until_small() -> Any:
    """How often it runs depends on the numbers."""

    def forward(self: Any, x: Any) -> Any:
        x = self.layer(F.relu(self.layer(x) @ self.w + 1))
        while x.abs().sum() > 1:
            x = x / 2
        return x.sum()

    return made(forward, {"w": torch.rand(D, D)}, layer=nn.Linear(D, D))


@variant(rows)
def branch_on_a_number() -> Any:
    """item() waits for the GPU and is allowed."""
    return made(lambda self, x: self.layer(x) if x.mean().item() > 0 else -self.layer(x), layer=linear())


@variant(rows)
def number_tensor_in_an_attribute() -> Any:
    """A CPU tensor without dimensions may join."""
    return made(lambda self, x: self.layer(x) * self.k, layer=linear(), k=torch.tensor(0.5))


@variant(rows)
def like_factories() -> Any:
    """zeros_like and new_ones follow the input."""
    return made(lambda self, x: self.layer(x + torch.zeros_like(x) + x.new_ones(D)), layer=linear())


@variant(sequence)
def asks_whether_cuda_is_available() -> Any:
    """The device is chosen once and used everywhere."""
    chosen = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    return made(
        lambda self, x: self.rnn(x, torch.zeros(1, x.size(0), H).to(chosen))[0],
        rnn=nn.RNN(D, H, batch_first=True),
    )


@variant(rows)
def index_tensor_on_the_cpu() -> Any:
    """Indexing by a CPU tensor is allowed."""
    return made(
        lambda self, x: self.layer(x[:, self.index]), layer=nn.Linear(3, H), index=torch.tensor([0, 2, 4])
    )


@variant(rows)
def module_list() -> Any:
    """Layers in an nn.ModuleList."""

    def forward(self: Any, x: Any) -> Any:
        for layer in self.layers:
            x = layer(x)
        return x

    return made(forward, layers=nn.ModuleList(nn.Linear(D, D) for _ in range(3)))


@variant(sequence)
def attention_with_a_causal_mask() -> Any:
    """The mask is made on the input's device."""

    def forward(self: Any, x: Any) -> Any:
        mask = nn.Transformer.generate_square_subsequent_mask(x.size(1), device=x.device)
        return self.norm(self.attention(x, x, x, attn_mask=mask)[0])

    return made(forward, attention=nn.MultiheadAttention(D, 4, batch_first=True), norm=nn.LayerNorm(D))


@variant(sequence)
def scaled_dot_product_causal() -> Any:
    """PyTorch makes the mask."""

    def forward(self: Any, x: Any) -> Any:
        q = self.q(x).view(B, T, 4, 5).transpose(1, 2)
        out = F.scaled_dot_product_attention(q, q, q, is_causal=True)
        return out.transpose(1, 2).reshape(B, T, D)

    return made(forward, q=nn.Linear(D, D))


@variant(ids)
def tied_weights() -> Any:
    """One weight under two names is still one after the move."""

    def forward(self: Any, x: Any) -> Any:
        assert self.out.weight is self.table.weight
        return self.out(self.table(x))

    model = made(forward, table=nn.Embedding(10, H), out=nn.Linear(H, 10, bias=False))
    model.out.weight = model.table.weight
    return model


@variant(rows, optimizer="SGD", before_move=True)
def sgd_made_before_the_move() -> Any:
    """The parameters stay the same objects."""
    return mlp()


@variant(rows, optimizer="Adam", before_move=True)
def adam_made_before_the_move() -> Any:
    """Its state is made at the first step."""
    return mlp()


@variant(rows)
def slice_assigned_from_the_cpu() -> Any:
    """A copy may cross devices."""

    def forward(self: Any, x: Any) -> Any:
        x = x.clone()
        x[:, 0] = torch.zeros(x.size(0))
        return self.layer(x)

    return made(forward, layer=linear())


@variant(rows)
def there_and_back() -> Any:
    """Slow, and allowed."""
    return made(lambda self, x: self.layer(x.cpu().mul(2).to(x.device)), layer=linear())


@variant(ids)
def one_hot() -> Any:
    """Made inside PyTorch, where the ids are."""
    return made(lambda self, x: self.layer(F.one_hot(x, 10).float()), layer=nn.Linear(10, H))


@variant(rows)
def lazy_layers() -> Any:
    """They get their shapes after the move."""
    return nn.Sequential(nn.LazyLinear(H), nn.ReLU(), nn.LazyLinear(2))


@variant(rows)
def names_cuda() -> Any:
    """Runs on a GPU, and nowhere else."""
    return made(lambda self, x: self.layer(x + torch.ones(D).to("cuda")), layer=linear())
