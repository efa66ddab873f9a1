"""What of PyTorch's insides this package stands on: the parts that have no types, under one roof."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from torch import autograd, overrides

BASE: Any = torch._C.TensorBase
"""The class below torch.Tensor, whose attributes nothing here replaces."""

unseen: Any = torch._C.DisableTorchFunction
"""A context in which no torch function mode, and so no default device, sees what is called."""

run_backward: Any = vars(autograd)["_engine_run_backward"]
function_modes: Any = overrides._get_current_function_mode_stack
new_storage: Any = torch.UntypedStorage
Uninitialized: Any = vars(torch.nn.parameter)["UninitializedTensorMixin"]


def below(name: str) -> Callable[..., Any]:
    """A method of tensors as C++ has it.

    A mode would be handed what stands on torch.Tensor under that name, and that is the imitation.
    """
    method = getattr(BASE, name)

    def call(*args: Any, **kwargs: Any) -> Any:
        with unseen():
            return method(*args, **kwargs)

    return call
