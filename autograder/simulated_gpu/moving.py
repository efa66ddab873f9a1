"""Moving a tensor between devices: the numbers are copied, and the copy claims the other device."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

from autograder.simulated_gpu.internals import Uninitialized, below, unseen
from autograder.simulated_gpu.state import CPU
from autograder.simulated_gpu.tags import claim_storage, claimed, remark, storage_of

real_to = below("to")


class _Move(torch.autograd.Function):
    """Backward moves the gradient back, as CUDA's ToCopyBackward does."""

    @staticmethod
    def forward(ctx: Any, tensor: Tensor, device: torch.device) -> Tensor:
        ctx.source = claimed(tensor)
        return copy_to(tensor, device)

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> Any:
        return copy_to(gradients[0], ctx.source), None


def copy_to(tensor: Tensor, device: torch.device) -> Tensor:
    """A copy outside of autograd that claims the device."""
    with unseen():
        copy = tensor.detach().clone()
    claim_storage(storage_of(copy), device, "moved")
    return copy


def move(tensor: Tensor, device: torch.device | None, dtype: Any = None, **options: Any) -> Any:
    """`tensor.to(device, dtype)`: the tensor itself where nothing changes. `options`: copy, memory_format."""
    source = claimed(tensor)
    target = source if device is None else device
    if target == source or target.type not in ("cpu", "cuda"):
        place = None if target == source else target
        if place is None and dtype is None and not options.get("copy"):
            dtype = tensor.dtype
        return real_to(tensor, place, dtype, **options)
    if target == CPU:
        remark("round_trip", ".cpu()")
    if isinstance(tensor, Uninitialized):
        empty: Any = type(tensor)(requires_grad=tensor.requires_grad)
        claim_storage(storage_of(empty), target, "moved")
        return empty
    if tensor.requires_grad and torch.is_grad_enabled():
        through: Any = _Move
        moved = through.apply(tensor, target)
    else:
        moved = copy_to(tensor, target)
    options.pop("copy", None)
    if dtype in (None, moved.dtype) and not options:
        return moved
    return real_to(moved, moved.dtype if dtype is None else dtype, **options)
