"""Recurrent layers, cells and packed sequences that CUDA refuses."""

from __future__ import annotations

from typing import Any

import torch
from torch import nn
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence, pad_sequence

from autograder.simulated_gpu.variants.collection import B, D, H, T, made, sequence, variant
from autograder.simulated_gpu.variants.recurrent_right import LENGTHS, rnn


@variant(sequence, "forward")
def packed_by_lengths_on_the_gpu() -> Any:
    """Lengths must be on the CPU."""

    def forward(self: Any, x: Any) -> Any:
        lengths = torch.tensor(LENGTHS, device=x.device)
        return self.rnn(pack_padded_sequence(x, lengths, batch_first=True))[1]

    return made(forward, rnn=rnn())


@variant(sequence, "forward")
def packed_with_a_cpu_state() -> Any:
    """The packed data is on the GPU."""

    def forward(self: Any, x: Any) -> Any:
        packed = pack_padded_sequence(x, LENGTHS, batch_first=True)
        return self.rnn(packed, torch.zeros(1, B, H))[1]

    return made(forward, rnn=rnn())


@variant(sequence, "forward")
def mean_over_lengths_on_the_cpu() -> Any:
    """pad_packed_sequence gives lengths on the CPU."""

    def forward(self: Any, x: Any) -> Any:
        packed = pack_padded_sequence(x, LENGTHS, batch_first=True)
        out, lengths = pad_packed_sequence(self.rnn(packed)[0], batch_first=True)
        return out.sum(1) / lengths.unsqueeze(1)

    return made(forward, rnn=rnn())


@variant(sequence, "forward")
def gru_cell_with_a_cpu_state() -> Any:
    """torch.zeros before the loop."""

    def forward(self: Any, x: Any) -> Any:
        h = torch.zeros(B, H)
        for t in range(T):
            h = self.cell(x[:, t], h)
        return h

    return made(forward, cell=nn.GRUCell(D, H))


@variant(sequence, "forward")
def lstm_cell_with_a_cpu_memory() -> Any:
    """One half of the state is right."""

    def forward(self: Any, x: Any) -> Any:
        h, c = x.new_zeros(B, H), torch.zeros(B, H)
        for t in range(T):
            h, c = self.cell(x[:, t], (h, c))
        return h

    return made(forward, cell=nn.LSTMCell(D, H))


@variant(sequence, "forward")
def recurrence_by_hand_from_the_cpu() -> Any:
    """The first state is on the CPU."""

    def forward(self: Any, x: Any) -> Any:
        h = torch.zeros(B, H)
        for step in x.unbind(1):
            h = torch.tanh(self.into(step) + self.over(h))
        return h

    return made(forward, into=nn.Linear(D, H), over=nn.Linear(H, H))


@variant(sequence, "second forward")
def state_kept_on_the_cpu() -> Any:
    """The first call knows no state yet."""

    def forward(self: Any, x: Any) -> Any:
        out, state = self.rnn(x, self.state)
        self.state = state.detach().cpu()
        return out

    return made(forward, rnn=rnn(), state=None)


@variant(sequence, "forward")
def state_in_a_plain_attribute() -> Any:
    """Made in __init__, so on the CPU."""
    return made(lambda self, x: self.rnn(x, self.h0)[0], rnn=rnn(), h0=torch.zeros(1, B, H))


@variant(sequence, "forward")
def cells_in_a_list() -> Any:
    """Not registered."""

    def forward(self: Any, x: Any) -> Any:
        h = x.new_zeros(B, H)
        for cell in self.cells:
            h = cell(x[:, 0], h)
        return h

    return made(forward, cells=[nn.RNNCell(D, H), nn.RNNCell(D, H)], norm=nn.LayerNorm(H))


@variant(sequence, "forward")
def padded_with_a_cpu_row() -> Any:
    """pad_sequence copies into a tensor of the first row's device, and the result meets the weights."""

    def forward(self: Any, x: Any) -> Any:
        return self.rnn(pad_sequence([torch.zeros(2, D), *x.unbind(0)], batch_first=True))[1]

    return made(forward, rnn=rnn())


@variant(sequence, "forward")
def last_step_chosen_on_the_cpu() -> Any:
    """gather with lengths from Python."""

    def forward(self: Any, x: Any) -> Any:
        last = (torch.tensor(LENGTHS) - 1).view(B, 1, 1).expand(B, 1, H)
        return self.rnn(x)[0].gather(1, last)

    return made(forward, rnn=rnn())
