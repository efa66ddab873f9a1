"""Hooks, checkpoints, threads, generators and custom gradients that CUDA refuses."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import torch
from torch import nn
from torch.utils.checkpoint import checkpoint

from autograder.simulated_gpu.variants.collection import B, D, H, apply, linear, made, rows, variant


@variant(rows, "forward")
def forward_hook_adds_cpu_noise() -> Any:
    """The hook makes its noise on the CPU."""
    model = made(lambda self, x: self.layer(x), layer=linear())
    model.layer.register_forward_hook(lambda layer, given, out: out + torch.randn(B, H))
    return model


@variant(rows, "backward")
def tensor_hook_with_a_cpu_mask() -> Any:
    """Only backward calls it."""

    def forward(self: Any, x: Any) -> Any:
        y = self.layer(x)
        y.register_hook(lambda gradient: gradient * torch.ones(B, H))
        return y

    return made(forward, layer=linear())


@variant(rows, "backward")
def parameter_hook_with_a_cpu_mask() -> Any:
    """A frozen part of a weight, masked by a CPU tensor."""
    model = made(lambda self, x: self.layer(x), layer=linear())
    mask = torch.ones(H, D)
    model.layer.weight.register_hook(lambda gradient: gradient * mask)
    return model


@variant(rows, "backward")
def module_hook_returns_a_cpu_gradient() -> Any:
    """register_full_backward_hook may replace the gradient."""
    model = made(lambda self, x: self.second(self.first(x)), first=nn.Linear(D, D), second=linear())
    model.second.register_full_backward_hook(lambda layer, given, out: (torch.ones(B, D),))
    return model


class WithACpuResult(torch.autograd.Function):
    """Backward returns a gradient on the CPU."""

    @staticmethod
    def forward(ctx: Any, x: Any) -> Any:
        """Twice x."""
        return x * 2

    @staticmethod
    def backward(ctx: Any, *gradients: Any) -> Any:
        """Twice the gradient, brought to the CPU."""
        return gradients[0].cpu() * 2


@variant(rows, "backward")
def custom_gradient_on_the_cpu() -> Any:
    """The engine refuses it."""
    return made(lambda self, x: apply(WithACpuResult, self.layer(x)), layer=linear())


class WithNumpy(torch.autograd.Function):
    """Backward computes with numpy."""

    @staticmethod
    def forward(ctx: Any, x: Any) -> Any:
        """Twice x."""
        return x * 2

    @staticmethod
    def backward(ctx: Any, *gradients: Any) -> Any:
        """Twice the gradient, by numpy."""
        return torch.from_numpy(gradients[0].numpy() * 2)


@variant(rows, "backward")
def custom_gradient_with_numpy() -> Any:
    """numpy() of a gradient on the GPU."""
    return made(lambda self, x: apply(WithNumpy, self.layer(x)), layer=linear())


@variant(rows, "forward")
def checkpointed_with_a_cpu_tensor() -> Any:
    """Inside of what is computed again."""
    return made(
        lambda self, x: checkpoint(
            lambda y: torch.relu(y + torch.zeros(B, H)), self.layer(x), use_reentrant=False
        ),
        layer=linear(),
    )


@variant(rows, "forward")
def cpu_generator_for_the_gpu() -> Any:
    """A generator and its numbers must be on one device."""

    def forward(self: Any, x: Any) -> Any:
        generator = torch.Generator().manual_seed(0)
        return self.layer(x) + torch.rand(B, H, generator=generator, device=x.device)

    return made(forward, layer=linear())


@variant(rows, "forward")
def gpu_generator_for_the_cpu() -> Any:
    """The other way round."""

    def forward(self: Any, x: Any) -> Any:
        generator = torch.Generator(x.device).manual_seed(0)
        return self.layer(x) + torch.rand(B, H, generator=generator).to(x.device)

    return made(forward, layer=linear())


@variant(rows, "forward")
def cpu_tensor_from_a_thread() -> Any:
    """Made in a thread, used outside."""

    def forward(self: Any, x: Any) -> Any:
        made_there: list[Any] = []
        thread = threading.Thread(target=lambda: made_there.append(torch.rand(H, H)))
        thread.start()
        thread.join()
        return self.layer(x) @ made_there[0]

    return made(forward, layer=linear())


@variant(rows, "forward")
def mixed_in_an_executor() -> Any:
    """The refusal happens in a thread and comes out of result()."""

    def forward(self: Any, x: Any) -> Any:
        with ThreadPoolExecutor(1) as executor:
            return executor.submit(lambda: self.layer(x) + torch.ones(H)).result()

    return made(forward, layer=linear())


@variant(rows, "forward")
def gradient_of_a_cpu_weight_inside_forward() -> Any:
    """torch.autograd.grad with a CPU direction."""

    def forward(self: Any, x: Any) -> Any:
        x = x.clone().requires_grad_()
        y = self.layer(x)
        (slope,) = torch.autograd.grad(y, x, torch.ones(B, H), create_graph=True)
        return y.mean() + slope.norm()

    return made(forward, layer=linear())


@variant(rows, "forward")
def gradient_assigned_from_the_cpu() -> Any:
    """.grad takes a tensor of its own device only."""

    def forward(self: Any, x: Any) -> Any:
        self.layer.weight.grad = torch.zeros(H, D)
        return self.layer(x)

    return made(forward, layer=linear())


@variant(rows, "output device")
def default_device_set_to_the_cpu() -> Any:
    """Results gathered in a tensor of the default device."""

    def forward(self: Any, x: Any) -> Any:
        out = torch.empty(B, H)
        out[:] = self.layer(x)
        return out

    return made(forward, layer=linear())


@variant(rows, "forward")
def second_gpu_named() -> Any:
    """There is only one."""
    return made(lambda self, x: self.layer(x + torch.zeros(D).to("cuda:7")), layer=linear())
