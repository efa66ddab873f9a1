"""Machinery of PyTorch that would look past the modes: using it is reported, never judged."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
import torch.utils.dlpack

from autograder.simulated_gpu.origins import calling_frame
from autograder.simulated_gpu.state import NotImitatedError

real_autocast: Any = torch.autocast.__enter__


def for_students(name: str, real: Callable[..., Any]) -> Callable[..., Any]:
    """The function for PyTorch's own use; NotImitatedError where a student's code calls it."""

    def stub(*args: Any, **kwargs: Any) -> Any:
        if calling_frame() is None:
            return real(*args, **kwargs)
        raise NotImitatedError(name)

    return stub


def autocast(self: Any) -> Any:
    """Casts depend on the true device, so an autocast that is switched on would cast other operations."""
    if self._enabled:
        raise NotImitatedError(f"torch.autocast({self.device!r})")
    return real_autocast(self)


LOOKS_PAST = {
    "torch.compile": (torch, "compile"),
    "torch.jit.script": (torch.jit, "script"),
    "torch.jit.trace": (torch.jit, "trace"),
    "torch.export.export": (torch.export, "export"),
    "torch.vmap": (torch, "vmap"),
    "DLPack": (torch.utils.dlpack, "to_dlpack"),
    "torch.set_default_tensor_type": (torch, "set_default_tensor_type"),
    "nn.DataParallel": (torch.nn.DataParallel, "__init__"),
    **{
        f"torch.func.{name}": (torch.func, name)
        for name in (
            "vmap",
            "grad",
            "grad_and_value",
            "vjp",
            "jvp",
            "jacrev",
            "jacfwd",
            "hessian",
            "linearize",
        )
    },
}
"""By the name that the report gives."""


def stubs() -> list[tuple[Any, str, Any]]:
    """Owner, attribute and what stands there while the device is on."""
    return [
        (owner, name, for_students(shown, getattr(owner, name)))
        for shown, (owner, name) in LOOKS_PAST.items()
        if hasattr(owner, name)
    ] + [(torch.autocast, "__enter__", autocast)]
