"""Which device a tensor claims to be on.

The claim is an attribute of the tensor's storage, so views and aliases share it. PyTorch keeps one Python
object for a storage as long as any tensor uses it (since 2.1), so the attribute lives and dies with the
memory, and nothing here holds on to a tensor.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import torch
from torch import Tensor, nn

from autograder.simulated_gpu.internals import BASE, unseen
from autograder.simulated_gpu.origins import calling_frame, origin
from autograder.simulated_gpu.state import CPU, NotImitatedError, Origin, Remark, active

UNDECIDED = torch.device("meta", 127)
"""The claim of a tensor that PyTorch made for itself in the middle of an operation: it goes with everything."""

PLAIN = frozenset(
    {
        Tensor,
        nn.Parameter,
        nn.Buffer,
        nn.parameter.UninitializedParameter,
        nn.parameter.UninitializedBuffer,
    }
)
storage_device: Any = vars(torch._C.StorageBase)["device"].__get__

real_storage = BASE.untyped_storage


def storage_of(tensor: Tensor) -> Any:
    """The storage that carries the claim. Raises NotImitatedError for tensors that have none."""
    kind = type(tensor)
    if kind not in PLAIN and kind.__torch_dispatch__ is not Tensor.__torch_dispatch__:
        raise NotImitatedError(f"tensors of the class {kind.__name__}")
    try:
        with unseen():
            return real_storage(tensor)
    except (NotImplementedError, RuntimeError):
        raise NotImitatedError(f"tensors without plain storage ({layout_of(tensor)})") from None


def layout_of(tensor: Tensor) -> str:
    """Such as "sparse_coo"; "torch.func" for the tensors inside a function transform."""
    if torch._C._functorch.is_functorch_wrapped_tensor(tensor):
        return "torch.func"
    return str(BASE.layout.__get__(tensor)).removeprefix("torch.")


def claim_of(storage: Any) -> torch.device:
    """The device that a storage claims; the true one where nothing was claimed."""
    found: torch.device = storage.__dict__.get("claimed_device") or storage_device(storage)
    return found


def claimed(tensor: Tensor) -> torch.device:
    """The device that a tensor claims. A tensor that PyTorch has still to decide about counts as on the GPU."""
    found = claim_of(storage_of(tensor))
    return active[-1].device if found is UNDECIDED and active else found


def claim(tensor: Tensor, device: torch.device) -> Tensor:
    """Makes a tensor's storage claim a device; returns the tensor."""
    claim_storage(storage_of(tensor), device)
    return tensor


def claim_storage(
    storage: Any, device: torch.device, what: str = "made", computed_from: Iterable[Any] = ()
) -> None:
    """The same for a storage. One on the CPU notes which line of the student's code is to thank for it.

    What is computed from tensors on the CPU goes back to the line that made the first of them.
    """
    storage.claimed_device = device
    if device == CPU:
        sources = [source.__dict__["made_at"] for source in computed_from if "made_at" in source.__dict__]
        storage.made_at = sources[0] if sources else origin(what)


def made_at(tensor: Tensor) -> Origin | None:
    """Where a tensor on the CPU was made, if that was while the device was on."""
    found: Origin | None = storage_of(tensor).__dict__.get("made_at")
    return found


def remark(kind: str, what: str) -> None:
    """Notes what the student's own code just did; what a library does is not the student's business."""
    frame = calling_frame()
    if frame is not None and active:
        entry = Remark(kind, what, frame.f_code.co_filename, frame.f_lineno)
        if entry not in active[-1].remarks:
            active[-1].remarks.append(entry)


def as_device(device: Any) -> torch.device:
    """A device as it was named (text, number, torch.device), with its index; "cuda" is the current one.

    Raises what CUDA raises for a number that no GPU has.
    """
    if isinstance(device, int):
        device = torch.device("cuda", device)
    elif isinstance(device, str):
        if device.startswith("cuda:"):
            remark("one_gpu", device)
        device = torch.device(device)
    if device.type != "cuda" or not active:
        return device  # type: ignore[no-any-return]
    if device.index is None:
        return torch.device("cuda", active[-1].current)
    if device.index >= active[-1].count:
        raise torch.AcceleratorError("CUDA error: invalid device ordinal")
    return device  # type: ignore[no-any-return]
