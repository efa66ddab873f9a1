"""Switching the simulated GPU on and off."""

from __future__ import annotations

import _thread
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import torch
from torch.autograd.function import BackwardCFunction
from torch.utils import _device

from autograder.simulated_gpu import (
    factories,
    gradients,
    other_machinery,
    storages,
    tensor_methods,
    threads,
    torch_cuda,
)
from autograder.simulated_gpu.calls import Calls
from autograder.simulated_gpu.generators import Generator
from autograder.simulated_gpu.patches import Patches
from autograder.simulated_gpu.state import Device, active, here


@contextmanager
def simulated_gpu(index: int = 0) -> Iterator[Device]:
    """A machine with CUDA devices 0 to `index`, for the code that runs inside.

    Numbers are computed on the CPU; a tensor's device is a claim on its storage. What holds:

    - `.device`, `.to` (of tensors and modules, in all forms), `.cuda`, `.cpu`, `.numpy`, `.type`, `new_*`, factories
      with `device=`, torch.set_default_device, `with torch.device(...)`, torch.Generator("cuda"), torch.cuda and
      torch.accelerator answer as on such a machine; copy.deepcopy, pickle, torch.save and torch.load (with
      map_location) keep the device;
    - every operation, those of backward and of optimizers included, refuses tensors on different devices as CUDA
      does, with its exception types and texts. The exception's `stray` names the operand and the line that made it;
    - threads that are started inside see the device as well.

    The rules come from the native_functions.yaml of the torch that is installed (cuda_rules.py); what that file
    leaves to C++ code is in mixing.py, calls.py and gradients.py, each case with the PyTorch source it follows.

    Not imitated: speed, memory limits, numerical differences, streams (everything is done when a call returns),
    random numbers of their own (the CPU's generator serves both). Where the behaviour on a GPU is not known
    (torch.compile, torch.jit, torch.func, autocast, CUDA graphs, sparse, quantized and nested tensors, tensor
    subclasses with __torch_dispatch__, operations from other libraries), NotImitatedError is raised, and
    the reason is kept in `Device.not_imitated` even if the code swallows the exception.

    Leaving restores PyTorch as it was, also after exceptions; the inner of two nested devices hands over to the
    outer. Tensors that outlive the device are ordinary CPU tensors outside.
    """
    device = Device(index)
    calls, here.calls = here.calls, []
    default = _device.CURRENT_DEVICE
    active.append(device)
    patches = Patches()
    try:
        replace(patches)
        if len(active) > 1:
            yield device
        else:
            with threads.modes():
                yield device
    finally:
        if default != _device.CURRENT_DEVICE:
            torch.set_default_device(default)
        patches.undo()
        active.remove(device)
        here.calls = calls


_for_good: list[Any] = []


def switch_on(namespace: Any = None, index: int = 0) -> None:
    """Switches a device on for the rest of this process, before a student's cells run in it.

    `namespace` is what a sandbox hands to every function that it calls, and is left alone.
    """
    if not active:
        gpu = simulated_gpu(index)
        gpu.__enter__()
        # A context manager that nobody holds would be closed.
        _for_good.append(gpu)


def replace(patches: Patches) -> None:
    """Puts the imitation in its places."""
    patches.put_all(torch.cuda, torch_cuda.imitation())
    if len(active) > 1:
        return
    patches.put_all(torch.Tensor, tensor_methods.ATTRIBUTES)
    patches.put_all(torch.UntypedStorage, storages.ATTRIBUTES)
    patches.put_all(torch.cuda.nvtx, torch_cuda.markers())
    patches.put_all(torch.accelerator, torch_cuda.accelerator())
    patches.put_all(torch, factories.STANDING_IN)
    patches.put(torch, "Generator", Generator)
    patches.put(torch._C._nn, "_parse_to", tensor_methods.parse_to)
    patches.put(torch._C, "_group_tensors_by_device_and_dtype", gradients.group_tensors)
    patches.put(torch.backends.cuda, "is_built", lambda: True)
    patches.put(torch.backends.cudnn, "is_acceptable", lambda tensor: False)
    patches.put(torch.autograd, "_engine_run_backward", gradients.engine(Calls))
    patches.put(torch.autograd.Function, "apply", classmethod(gradients.apply))
    patches.put(BackwardCFunction, "apply", gradients.backward)
    patches.put(threading.Thread, "_bootstrap_inner", threads.bootstrap)
    patches.put(_thread, "start_new_thread", threads.start_new_thread)
    for owner, name, stub in other_machinery.stubs():
        patches.put(owner, name, stub)
