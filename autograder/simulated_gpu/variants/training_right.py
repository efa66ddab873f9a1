"""Hooks, checkpoints, threads, generators and custom gradients that run on CUDA."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import torch
from torch import nn
from torch.utils.checkpoint import checkpoint

from autograder.simulated_gpu.variants.collection import B, D, H, apply, linear, made, rows, variant
from autograder.simulated_gpu.variants.earlier_right import mlp


class Doubled(torch.autograd.Function):
    """A custom gradient that stays where it is."""

    @staticmethod
    def forward(ctx: Any, x: Any) -> Any:
        """Twice x."""
        ctx.save_for_backward(x)
        return x * 2

    @staticmethod
    def backward(ctx: Any, *gradients: Any) -> Any:
        """Twice the gradient."""
        (x,) = ctx.saved_tensors
        factor = torch.full_like(x, 2.0) + torch.zeros(x.shape, device=x.device)
        return gradients[0] * factor * torch.tensor(1.0)


@variant(rows)
def custom_gradient() -> Any:
    """torch.autograd.Function."""
    return made(lambda self, x: apply(Doubled, self.layer(x)), layer=linear())


@variant(rows)
def forward_hook() -> Any:
    """A hook that adds to the output."""
    model = made(lambda self, x: self.layer(x), layer=linear())
    model.layer.register_forward_hook(lambda layer, given, out: out + torch.zeros_like(out))
    return model


@variant(rows)
def gradient_hooks() -> Any:
    """On a tensor, on a parameter and on a module."""

    def forward(self: Any, x: Any) -> Any:
        y = self.layer(x)
        y.register_hook(lambda gradient: gradient * torch.ones(B, H, device=gradient.device))
        return y

    model = made(forward, layer=linear())
    model.layer.weight.register_hook(lambda gradient: gradient.clamp(-1, 1))
    model.layer.register_full_backward_hook(lambda layer, given, out: None)
    return model


@variant(rows)
def checkpointed() -> Any:
    """Computed again in backward."""
    return made(
        lambda self, x: checkpoint(self.body_net, self.first(x), use_reentrant=False),
        first=nn.Linear(D, D),
        body_net=nn.Sequential(nn.Linear(D, H), nn.Dropout(0.5), nn.ReLU(), nn.Linear(H, 3)),
    )


@variant(rows)
def checkpointed_the_old_way() -> Any:
    """use_reentrant=True runs a backward inside backward."""
    return made(
        lambda self, x: checkpoint(self.body_net, self.first(x), use_reentrant=True),
        first=nn.Linear(D, D),
        body_net=nn.Sequential(nn.Linear(D, H), nn.Dropout(0.5), nn.ReLU(), nn.Linear(H, 3)),
    )


@variant(rows)
def gpu_generator() -> Any:
    """Random numbers of its own."""

    def forward(self: Any, x: Any) -> Any:
        generator = torch.Generator(device=x.device).manual_seed(0)
        noise = torch.rand(B, H, generator=generator, device=x.device)
        return self.layer(x) + noise + torch.empty_like(noise).normal_(generator=generator)

    return made(forward, layer=linear())


@variant(rows)
def cpu_generator_then_moved() -> Any:
    """Drawn on the CPU, then moved."""

    def forward(self: Any, x: Any) -> Any:
        generator = torch.Generator().manual_seed(0)
        return self.layer(x) + torch.rand(B, H, generator=generator).to(x.device)

    return made(forward, layer=linear())


@variant(rows)
def seeded() -> Any:
    """torch.manual_seed and torch.cuda.manual_seed_all."""

    def forward(self: Any, x: Any) -> Any:
        torch.manual_seed(0)
        torch.cuda.manual_seed_all(0)
        return self.layer(nn.functional.dropout(x, 0.3))

    return made(forward, layer=linear())


@variant(rows)
def computed_in_a_thread() -> Any:
    """A thread of the student's."""

    def forward(self: Any, x: Any) -> Any:
        results = []
        thread = threading.Thread(
            target=lambda: results.append(self.layer(x) + torch.zeros(H, device=x.device))
        )
        thread.start()
        thread.join()
        return results[0]

    return made(forward, layer=linear())


@variant(rows)
def computed_by_an_executor() -> Any:
    """Rows in parallel."""

    def forward(self: Any, x: Any) -> Any:
        with ThreadPoolExecutor(2) as executor:
            return torch.stack(list(executor.map(self.layer, x)))

    return made(forward, layer=linear())


@variant(rows)
def gradient_inside_forward() -> Any:
    """torch.autograd.grad for a penalty."""

    def forward(self: Any, x: Any) -> Any:
        x = x.clone().requires_grad_()
        y = self.layer(x)
        (slope,) = torch.autograd.grad(y.sum(), x, create_graph=True)
        return y.mean() + slope.norm()

    return made(forward, layer=linear())


@variant(rows, optimizer="Adam")
def clipped_gradients() -> Any:
    """clip_grad_norm_ of a copy, and Adam."""

    def forward(self: Any, x: Any) -> Any:
        if self.layer.weight.grad is not None:
            nn.utils.clip_grad_norm_(self.parameters(), 1.0)
        return self.layer(x)

    return made(forward, layer=linear())


@variant(rows)
def streams_and_timing() -> Any:
    """What a tutorial on timing shows."""

    def forward(self: Any, x: Any) -> Any:
        event: Any = torch.cuda.Event
        start = event(enable_timing=True)
        start.record()
        with torch.cuda.stream(torch.cuda.current_stream()):
            y = self.layer(x)
        torch.cuda.synchronize()
        return y

    return made(forward, layer=linear())


@variant(rows, optimizer="Adagrad")
def adagrad_made_after_the_move() -> Any:
    """Its sums are where the parameters are."""
    return mlp()
