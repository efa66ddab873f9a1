"""The prototype's variants that fail on CUDA."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F

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
from autograder.simulated_gpu.variants.earlier_right import mlp


@variant(sequence, "forward")
def rnn_state_on_the_cpu() -> Any:
    """torch.zeros without a device."""
    return made(
        lambda self, x: self.rnn(x, torch.zeros(1, x.size(0), H))[0], rnn=nn.RNN(D, H, batch_first=True)
    )


@variant(sequence, "forward")
def lstm_state_on_the_cpu() -> Any:
    """Both halves of it."""

    def forward(self: Any, x: Any) -> Any:
        h = torch.zeros(1, x.size(0), H)
        return self.rnn(x, (h, h))[0]

    return made(forward, rnn=nn.LSTM(D, H, batch_first=True))


@variant(rows, "forward")
def weight_in_a_plain_attribute() -> Any:
    """Not registered, so not moved."""
    return made(lambda self, x: F.relu(self.layer(x) @ self.w + 1), w=torch.rand(D, D), layer=nn.Linear(D, D))


@variant(rows, "forward")
def layers_in_a_list() -> Any:
    """The list hides them."""

    def forward(self: Any, x: Any) -> Any:
        x = self.first(x)
        for layer in self.layers:
            x = layer(x)
        return x

    return made(forward, first=nn.Linear(D, D), layers=[nn.Linear(D, D) for _ in range(2)])


@variant(rows, "forward")
def tensors_in_a_dict() -> Any:
    """The dictionary hides them."""
    return made(
        lambda self, x: self.layer(x) + self.weights["b"],
        layer=nn.Linear(D, D),
        weights={"b": torch.rand(D)},
    )


@variant(rows, "forward")
def input_sent_to_the_cpu() -> Any:
    """A hard-coded device."""
    return made(lambda self, x: self.layer(x.to("cpu")), layer=linear())


@variant(images, "forward")
def image_sent_to_the_cpu() -> Any:
    """The convolution's own check."""
    return made(lambda self, x: self.conv(x.cpu()), conv=nn.Conv2d(3, 4, 3))


@variant(rows, "output device")
def result_on_the_cpu() -> Any:
    """Nothing raises, but the caller's next step will."""
    return made(lambda self, x: self.layer(x).cpu(), layer=linear())


@variant(rows, "forward")
def numpy_of_a_gpu_tensor() -> Any:
    """numpy() works on the CPU only."""
    return made(lambda self, x: self.layer(x) * float(x.detach().numpy().mean()), layer=linear())


@variant(rows, "forward")
def array_of_a_gpu_tensor() -> Any:
    """The same through np.asarray."""
    return made(lambda self, x: self.layer(x) * float(np.asarray(x.detach()).mean()), layer=linear())


@variant(rows, "forward")
def array_brought_back() -> Any:
    """from_numpy gives a CPU tensor."""
    return made(
        lambda self, x: self.layer(x) + torch.from_numpy(np.ones((B, H), dtype="float32")), layer=linear()
    )


@variant(sequence, "forward")
def mask_on_the_cpu() -> Any:
    """masked_fill wants its mask beside the tensor."""

    def forward(self: Any, x: Any) -> Any:
        q = self.q(x)
        mask = torch.tril(torch.ones(T, T)) == 0
        return (q @ q.transpose(1, 2)).masked_fill(mask, float("-inf")).softmax(-1) @ q

    return made(forward, q=nn.Linear(D, D))


@variant(ids, "forward")
def positions_on_the_cpu() -> Any:
    """torch.arange without a device."""
    return made(
        lambda self, x: self.table(x) + self.places(torch.arange(x.size(1))),
        table=nn.Embedding(10, H),
        places=nn.Embedding(T, H),
    )


@variant(rows, "forward")
def ones_joined_to_the_input() -> Any:
    """torch.cat makes no exception."""
    return made(
        lambda self, x: self.layer(torch.cat([x, torch.ones(x.size(0), 1)], 1)), layer=nn.Linear(D + 1, H)
    )


@variant(rows, "forward")
def old_constructor() -> Any:
    """torch.Tensor(...) is always on the CPU."""
    return made(lambda self, x: self.layer(x) + torch.Tensor(B, H).zero_(), layer=linear())


@variant(rows, "forward")
def alias_of_the_data() -> Any:
    """.data, taken before the move, stays behind."""
    model = made(lambda self, x: self.layer(x) @ self.w, layer=nn.Linear(D, D))
    model.w = model.layer.weight.data
    return model


@variant(rows, "forward")
def one_number_in_a_vector() -> Any:
    """One dimension is one too many for the exception."""
    return made(lambda self, x: self.layer(x) * self.k, layer=linear(), k=torch.tensor([0.5]))


@variant(rows, "forward")
def number_stacked_with_a_gpu_number() -> Any:
    """torch.stack makes no exception."""
    return made(
        lambda self, x: self.layer(x) * torch.stack([x.mean(), torch.tensor(1.0)]).sum(), layer=linear()
    )


@variant(ids, "forward")
def cpu_table_indexed_from_the_gpu() -> Any:
    """The exception for indices goes one way only."""
    return made(
        lambda self, x: self.layer(self.table[x].to(x.device)), table=torch.rand(10, D), layer=linear()
    )


@variant(rows, "forward")
def sum_kept_on_the_cpu() -> Any:
    """The target of += is on the CPU."""

    def forward(self: Any, x: Any) -> Any:
        total = torch.zeros(B, H)
        total += self.layer(x)
        return total

    return made(forward, layer=linear())


@variant(sequence, "output device")
def results_gathered_on_the_cpu() -> Any:
    """Each slice is copied over; the result is on the CPU."""

    def forward(self: Any, x: Any) -> Any:
        out = torch.zeros(B, T, H)
        for t in range(T):
            out[:, t] = self.layer(x[:, t])
        return out

    return made(forward, layer=linear())


@variant(rows, "forward")
def layer_made_in_forward() -> Any:
    """Made after the move, so on the CPU."""

    def forward(self: Any, x: Any) -> Any:
        if self.second is None:
            self.second = nn.Linear(H, H)
        return self.second(self.layer(x))

    return made(forward, layer=linear(), second=None)


@variant(rows, "optimizer step", optimizer="Adagrad", before_move=True)
def adagrad_made_before_the_move() -> Any:
    """It makes its sums at once, on the CPU."""
    return mlp()


@variant(rows, "forward")
def whole_numbers_multiplied() -> Any:
    """CUDA has no matrix product of whole numbers."""

    def forward(self: Any, x: Any) -> Any:
        c = (x > 0.5).long()
        return self.layer(x) + (c @ c.t()).float().mean()

    return made(forward, layer=linear())


class DoubledWithACpuGradient(torch.autograd.Function):
    """Backward multiplies by a CPU tensor."""

    @staticmethod
    def forward(ctx: Any, x: Any) -> Any:
        """Twice x."""
        return x * 2

    @staticmethod
    def backward(ctx: Any, *gradients: Any) -> Any:
        """Twice the gradient, wrongly."""
        return gradients[0] * torch.full((B, H), 2.0)


@variant(rows, "backward")
def cpu_tensor_in_a_custom_backward() -> Any:
    """Only backward shows it."""
    return made(lambda self, x: apply(DoubledWithACpuGradient, self.layer(x)), layer=linear())
