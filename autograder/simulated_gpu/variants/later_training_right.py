"""A second round, written after the first had been run: training that runs on CUDA."""

from __future__ import annotations

import copy
from typing import Any

import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

from autograder.simulated_gpu.variants.collection import (
    B,
    D,
    linear,
    made,
    rows,
    variant,
)


@variant(rows)
def inner_training_loop() -> Any:
    """A DataLoader, an optimizer and a loss inside forward."""

    def forward(self: Any, x: Any) -> Any:
        inner = copy.deepcopy(self.layer)
        optimizer = torch.optim.AdamW(inner.parameters())
        for (part,) in DataLoader(TensorDataset(x.detach()), batch_size=2, shuffle=True):
            optimizer.zero_grad()
            inner(part).square().mean().backward()
            nn.utils.clip_grad_norm_(inner.parameters(), 1.0)
            optimizer.step()
        return self.layer(x) + inner(x).detach()

    return made(forward, layer=linear())


@variant(rows)
def loader_with_pinned_memory() -> Any:
    """pin_memory=True and non_blocking=True."""

    def forward(self: Any, x: Any) -> Any:
        loader = DataLoader(TensorDataset(torch.ones(B, D)), batch_size=B, pin_memory=x.is_cuda)
        (batch,) = next(iter(loader))
        return self.layer(x + batch.to(x.device, non_blocking=True))

    return made(forward, layer=linear())


@variant(rows)
def optimizer_state_restored() -> Any:
    """load_state_dict of an optimizer casts to the parameters' device."""

    def forward(self: Any, x: Any) -> Any:
        inner = copy.deepcopy(self.layer)
        optimizer = torch.optim.Adam(inner.parameters())
        inner(x.detach()).sum().backward()
        optimizer.step()
        state = copy.deepcopy(optimizer.state_dict())
        for entry in state["state"].values():
            entry["exp_avg"] = entry["exp_avg"].cpu()
        optimizer.load_state_dict(state)
        optimizer.step()
        return self.layer(x)

    return made(forward, layer=linear())


@variant(rows)
def scaled_gradients() -> Any:
    """GradScaler, without autocast."""

    def forward(self: Any, x: Any) -> Any:
        inner = copy.deepcopy(self.layer)
        optimizer = torch.optim.SGD(inner.parameters(), 0.1)
        scaler = torch.amp.GradScaler(x.device.type)
        scaler.scale(inner(x.detach()).sum()).backward()
        scaler.step(optimizer)
        scaler.update()
        return self.layer(x)

    return made(forward, layer=linear())


@variant(rows)
def called_with_other_parameters() -> Any:
    """torch.func.functional_call is no transform."""

    def forward(self: Any, x: Any) -> Any:
        doubled = {name: value * 2 for name, value in self.layer.named_parameters()}
        return torch.func.functional_call(self.layer, doubled, (x,))

    return made(forward, layer=linear())


@variant(rows)
def gradients_summed_over_steps() -> Any:
    """Two backwards into the same .grad, and zero_grad."""

    def forward(self: Any, x: Any) -> Any:
        inner = copy.deepcopy(self.layer)
        for part in x.detach().chunk(2):
            inner(part).sum().backward()
        inner.weight.grad = inner.weight.grad / 2
        inner.zero_grad()
        return self.layer(x)

    return made(forward, layer=linear())


@variant(rows)
def forked_random_numbers() -> Any:
    """torch.random.fork_rng looks at every GPU."""

    def forward(self: Any, x: Any) -> Any:
        with torch.random.fork_rng():
            torch.manual_seed(0)
            noise = torch.rand_like(x)
        return self.layer(x + noise)

    return made(forward, layer=linear())
