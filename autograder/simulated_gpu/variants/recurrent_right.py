"""Recurrent layers, cells and packed sequences that run on CUDA."""

from __future__ import annotations

from typing import Any

import torch
from torch import nn
from torch.nn.utils.rnn import pack_padded_sequence, pack_sequence, pad_packed_sequence, pad_sequence

from autograder.simulated_gpu.variants.collection import B, D, H, T, made, sequence, variant

LENGTHS = [5, 4, 2, 1]


def rnn() -> nn.RNN:
    """Batch first."""
    return nn.RNN(D, H, batch_first=True)


@variant(sequence)
def packed_by_a_list_of_lengths() -> Any:
    """Lengths as Python numbers."""

    def forward(self: Any, x: Any) -> Any:
        packed = pack_padded_sequence(x, LENGTHS, batch_first=True)
        return pad_packed_sequence(self.rnn(packed)[0], batch_first=True)[0]

    return made(forward, rnn=rnn())


@variant(sequence)
def packed_by_lengths_brought_to_the_cpu() -> Any:
    """Lengths counted on the GPU, then .cpu()."""

    def forward(self: Any, x: Any) -> Any:
        lengths = (x.sum(-1) > -1).sum(1).cpu()
        packed = pack_padded_sequence(x, lengths, batch_first=True, enforce_sorted=False)
        return self.rnn(packed)[1]

    return made(forward, rnn=rnn())


@variant(sequence)
def returns_lengths_beside_the_output() -> Any:
    """pad_packed_sequence gives its lengths on the CPU, and that is fine."""

    def forward(self: Any, x: Any) -> Any:
        packed = pack_padded_sequence(x, [2, 5, 1, 3], batch_first=True, enforce_sorted=False)
        return pad_packed_sequence(self.rnn(packed)[0], batch_first=True)

    return made(forward, rnn=rnn())


@variant(sequence)
def returns_a_packed_sequence() -> Any:
    """Its batch sizes are on the CPU by design."""
    return made(lambda self, x: self.rnn(pack_padded_sequence(x, LENGTHS, batch_first=True))[0], rnn=rnn())


@variant(sequence)
def packed_from_single_sequences() -> Any:
    """pack_sequence and pad_sequence of parts of the input."""

    def forward(self: Any, x: Any) -> Any:
        parts = [row[:length] for row, length in zip(x, LENGTHS, strict=True)]
        return self.rnn(pack_sequence(parts))[1] + self.rnn(pad_sequence(parts, batch_first=True))[1]

    return made(forward, rnn=rnn())


@variant(sequence)
def gru_cell_with_new_zeros() -> Any:
    """A loop over time."""

    def forward(self: Any, x: Any) -> Any:
        h = x.new_zeros(B, H)
        for t in range(T):
            h = self.cell(x[:, t], h)
        return h

    return made(forward, cell=nn.GRUCell(D, H))


@variant(sequence)
def lstm_cell_without_a_state() -> Any:
    """The cell makes its first state."""

    def forward(self: Any, x: Any) -> Any:
        state: Any = None
        for t in range(T):
            state = self.cell(x[:, t], state)
        return state[0]

    return made(forward, cell=nn.LSTMCell(D, H))


@variant(sequence)
def deep_bidirectional_lstm() -> Any:
    """Two layers, two directions, dropout, projection."""
    return made(
        lambda self, x: self.rnn(x)[0],
        rnn=nn.LSTM(D, H, 2, batch_first=True, bidirectional=True, dropout=0.2, proj_size=7),
    )


@variant(sequence)
def state_kept_between_calls() -> Any:
    """Detached, on the GPU."""

    def forward(self: Any, x: Any) -> Any:
        out, state = self.rnn(x, self.state)
        self.state = state.detach()
        return out

    return made(forward, rnn=rnn(), state=None)


@variant(sequence)
def steps_stacked() -> Any:
    """A recurrence by hand, results in a list."""

    def forward(self: Any, x: Any) -> Any:
        h, steps = torch.zeros(B, H, device=x.device, dtype=x.dtype), []
        for step in x.unbind(1):
            h = torch.tanh(self.into(step) + self.over(h))
            steps.append(h)
        return torch.stack(steps, 1), h

    return made(forward, into=nn.Linear(D, H), over=nn.Linear(H, H))


@variant(sequence)
def last_valid_step() -> Any:
    """Lengths as an index on the input's device."""

    def forward(self: Any, x: Any) -> Any:
        last = torch.tensor(LENGTHS, device=x.device) - 1
        return self.rnn(x)[0][torch.arange(B, device=x.device), last]

    return made(forward, rnn=rnn())
