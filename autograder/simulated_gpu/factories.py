"""Factories that take data: C++ would try to move it to a real GPU, so it is made here and claims the device."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor
from torch.utils import _device

from autograder.simulated_gpu.internals import function_modes, unseen
from autograder.simulated_gpu.moving import move
from autograder.simulated_gpu.state import CPU
from autograder.simulated_gpu.tags import as_device, claim, claimed

# PyTorch remembers its factories at the first call: that must not happen while others stand in for them.
_device._device_constructors()

real_tensor, real_as_tensor, real_asarray = torch.tensor, torch.as_tensor, torch.asarray
real_from_numpy = torch.from_numpy

VALUE_FACTORIES = frozenset({torch.full, torch.arange, torch.linspace, torch.logspace})
"""They may be given a number as a tensor, which does not say where the result is made."""


def wanted(data: Any, device: Any) -> torch.device:
    """The device that is named, else the data's own, else the default one."""
    if device is not None:
        return as_device(device)
    if isinstance(data, Tensor):
        return claimed(data)
    return default_device()


def default_device() -> torch.device:
    """What torch.set_default_device or `with torch.device(...)` says."""
    for mode in reversed(function_modes()):
        if isinstance(mode, _device.DeviceContext):
            return as_device(mode.device)
    return CPU


def tensor(data: Any, *, device: Any = None, **options: Any) -> Tensor:
    """torch.tensor: always new memory."""
    device = wanted(data, device)
    with unseen():
        made = real_tensor(data, **options)
    return claim(made, device)


def as_tensor(data: Any, dtype: Any = None, device: Any = None) -> Any:
    """torch.as_tensor: the data itself where it is a tensor of that kind already."""
    device = wanted(data, device)
    with unseen():
        made = real_as_tensor(data, dtype=dtype)
    return placed(made, device, data)


def asarray(data: Any, *, device: Any = None, **options: Any) -> Any:
    """torch.asarray."""
    device = wanted(data, device)
    with unseen():
        made = real_asarray(data, **options)
    return placed(made, device, data)


def from_numpy(array: Any) -> Tensor:
    """torch.from_numpy, which no mode sees: the array's memory, on the CPU, with the line that brought it in."""
    return claim(real_from_numpy(array), CPU)


def placed(made: Tensor, device: torch.device, data: Any) -> Any:
    """The tensor on the device: moved if it is a tensor's or an array's own memory, else claimed."""
    if isinstance(data, Tensor) or hasattr(data, "__array_interface__"):
        return move(made, device)
    return claim(made, device)


STANDING_IN = {"tensor": tensor, "as_tensor": as_tensor, "asarray": asarray, "from_numpy": from_numpy}
"""What stands in torch while a simulated GPU is on."""

FACTORIES: dict[Any, Any] = {real_tensor: tensor, real_as_tensor: as_tensor, real_asarray: asarray}
