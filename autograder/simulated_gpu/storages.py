"""The device of storages, through which copy.deepcopy, pickle, torch.save and torch.load see it."""

from __future__ import annotations

from typing import Any

import torch

from autograder.simulated_gpu.internals import new_storage
from autograder.simulated_gpu.state import CPU
from autograder.simulated_gpu.tags import as_device, claim_of, claim_storage


def copy_of(storage: Any, device: torch.device) -> Any:
    """The same bytes in new memory, on the device."""
    copy = new_storage(storage.nbytes())
    copy.copy_(storage, False)
    claim_storage(copy, device, "moved")
    return copy


def clone(self: Any) -> Any:
    """UntypedStorage.clone, on which deepcopy stands."""
    return copy_of(self, claim_of(self))


def to(self: Any, *, device: Any, non_blocking: bool = False) -> Any:
    """UntypedStorage.to, which torch.load uses to bring a storage back to where it was."""
    device = as_device(device)
    return self if device == claim_of(self) else copy_of(self, device)


def cuda(self: Any, device: Any = None, non_blocking: bool = False) -> Any:
    """UntypedStorage.cuda, as a map_location function calls it."""
    return to(self, device="cuda" if device is None else device)


def cpu(self: Any) -> Any:
    """UntypedStorage.cpu, which torch.save uses before it writes."""
    return to(self, device=CPU)


ATTRIBUTES: dict[str, Any] = {
    "device": property(claim_of),
    "is_cuda": property(lambda self: claim_of(self).type == "cuda"),
    "clone": clone,
    "to": to,
    "cuda": cuda,
    "cpu": cpu,
}
"""What stands on torch.UntypedStorage while a simulated GPU is on."""
