"""The autograd engine: student code that backward calls sees the device, and gradients must fit theirs."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor
from torch.autograd.function import BackwardCFunction

from autograder.simulated_gpu.internals import run_backward
from autograder.simulated_gpu.refusals import refuse
from autograder.simulated_gpu.state import CPU, Stray, active
from autograder.simulated_gpu.tags import claimed, made_at

real_apply = torch.autograd.Function.apply.__func__  # type: ignore[attr-defined]
real_backward: Any = BackwardCFunction.apply


def engine(enter: Callable[[], Any]) -> Callable[..., Any]:
    """PyTorch leaves a mode while it handles backward(), but hooks and custom functions run inside it."""

    def run(outputs: Any, *args: Any, **kwargs: Any) -> Any:
        if not active:
            return run_backward(outputs, *args, **kwargs)
        for index, (output, gradient) in enumerate(zip(outputs, args[0], strict=False)):
            if isinstance(output, Tensor) and isinstance(gradient, Tensor):
                fits(node_name(output.grad_fn), index, claimed(output), gradient)
        with enter():
            return run_backward(outputs, *args, **kwargs)

    return run


def node_name(node: Any) -> str:
    """Such as "AddmmBackward0"."""
    return "GraphRoot" if node is None else str(node.name())


def fits(name: str, index: int, device: torch.device, gradient: Tensor) -> None:
    """autograd/engine.cpp, validate_outputs: a gradient is where its tensor is; a single number is moved there."""
    if claimed(gradient) != device and gradient.dim() > 0:
        refuse(
            RuntimeError,
            f"Function {name} returned an invalid gradient at index {index} - expected device {device} "
            f"but got {claimed(gradient)}",
            Stray(name, "grad", tuple(gradient.shape), str(claimed(gradient)), made_at(gradient))
            if claimed(gradient) == CPU
            else None,
        )


def apply(cls: Any, *args: Any, **kwargs: Any) -> Any:
    """Function.apply, which also notes where the inputs are."""
    result = real_apply(cls, *args, **kwargs)
    if active:
        outputs = result if isinstance(result, tuple) else (result,)
        node = next((o.grad_fn for o in outputs if isinstance(o, Tensor) and o.grad_fn is not None), None)
        if isinstance(node, BackwardCFunction):
            node.input_devices = [claimed(a) if isinstance(a, Tensor) else None for a in args]
    return result


def backward(self: Any, *args: Any) -> Any:
    """BackwardCFunction.apply, with the engine's check of what the student's backward returned."""
    gradients = real_backward(self, *args)
    devices = getattr(self, "input_devices", [])
    listed = gradients if isinstance(gradients, tuple) else (gradients,)
    for index, (device, gradient) in enumerate(zip(devices, listed, strict=False)):
        if active and device is not None and isinstance(gradient, Tensor):
            fits(str(self.name()), index, device, gradient)
    return gradients


def group_tensors(lists: Any, with_indices: bool = False) -> Any:
    """torch._C._group_tensors_by_device_and_dtype, on which multi-tensor optimizers and clipping stand."""
    groups: dict[Any, Any] = {}
    for index, first in enumerate(lists[0]):
        key = (claimed(first), first.dtype)
        columns, indices = groups.setdefault(key, ([[] for _ in lists], []))
        for column, tensors in zip(columns, lists, strict=True):
            if tensors:
                column.append(tensors[index])
        if with_indices:
            indices.append(index)
    return groups
