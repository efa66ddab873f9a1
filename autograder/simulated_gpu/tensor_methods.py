"""What Python sees of a tensor's device: attributes and methods that stand on torch.Tensor while the device is on.

They stand on the class, not in a mode, so PyTorch's own Python code and every thread see them too.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor

from autograder.simulated_gpu.internals import below
from autograder.simulated_gpu.moving import move
from autograder.simulated_gpu.refusals import refuse
from autograder.simulated_gpu.state import CPU, NotImitatedError
from autograder.simulated_gpu.tags import as_device, claim, claimed, remark

real_parse_to = torch._C._nn._parse_to
real_type, real_numpy = below("type"), below("numpy")


def parse_to(*args: Any, **kwargs: Any) -> tuple[Any, Any, bool, Any]:
    """torch._C._nn._parse_to, which Module.to uses: (device, dtype, non_blocking, memory_format)."""
    other = args[0] if args and isinstance(args[0], Tensor) else kwargs.get("tensor", kwargs.get("other"))
    if other is not None:
        return claimed(other), other.dtype, bool(kwargs.get("non_blocking", False)), None
    if args and isinstance(args[0], (int, str)) and not isinstance(args[0], bool):
        args = (as_device(args[0]), *args[1:])
    if isinstance(kwargs.get("device"), (int, str)):
        kwargs["device"] = as_device(kwargs["device"])
    device, dtype, non_blocking, memory_format = real_parse_to(*args, **kwargs)
    return (None if device is None else as_device(device)), dtype, non_blocking, memory_format


def to(self: Tensor, *args: Any, **kwargs: Any) -> Any:
    """Tensor.to in all its forms."""
    options = {name: kwargs.pop(name) for name in ("copy", "memory_format") if name in kwargs}
    if len(args) > 2 and isinstance(args[-1], bool) and isinstance(args[-2], bool):
        # to(device, dtype, non_blocking, copy)
        options["copy"], args = args[-1], args[:-1]
    device, dtype, _, _ = parse_to(*args, **kwargs)
    return move(self, device, dtype, **options)


def cuda(self: Tensor, device: Any = None, *args: Any, **kwargs: Any) -> Any:
    """Tensor.cuda."""
    return move(self, as_device("cuda" if device is None else device))


def cpu(self: Tensor, *args: Any, **kwargs: Any) -> Any:
    """Tensor.cpu."""
    return move(self, CPU)


def numpy(self: Tensor, *, force: bool = False) -> Any:
    """Tensor.numpy (utils/tensor_numpy.cpp)."""
    if claimed(self).type == "cuda":
        if not force:
            refuse(
                TypeError,
                f"can't convert {claimed(self)} device type tensor to numpy. Use Tensor.cpu() to copy the "
                "tensor to host memory first.",
            )
        remark("round_trip", ".numpy(force=True)")
    return real_numpy(self, force=force)


def type_(self: Tensor, dtype: Any = None, non_blocking: bool = False, **kwargs: Any) -> Any:
    """Tensor.type: PyTorch's old names for dtype and device together."""
    on_gpu = claimed(self).type == "cuda"
    if dtype is None:
        name = real_type(self)
        return name.replace("torch.", "torch.cuda.", 1) if on_gpu else name
    name = dtype if isinstance(dtype, str) else getattr(dtype, "type_name", None)
    if isinstance(dtype, type(torch.FloatTensor)):
        name = f"{dtype.__module__}.{dtype.__name__}"
    if isinstance(name, str) and "Tensor" in name:
        place = as_device("cuda") if ".cuda." in name else CPU
        return real_type(move(self, place), name.replace(".cuda", ""))
    return real_type(self, dtype)


def new_maker(name: str) -> Callable[..., Tensor]:
    """Tensor.new_zeros and its like: on the named device, else on the tensor's own."""
    real = below(name)

    def make(self: Tensor, *args: Any, device: Any = None, **kwargs: Any) -> Tensor:
        device = claimed(self) if device is None else as_device(device)
        return claim(real(self, *args, **kwargs), device)

    make.__name__ = name
    return make


def legacy_new(self: Tensor, *args: Any, device: Any = None, **kwargs: Any) -> Tensor:
    """Tensor.new: new memory on the tensor's device; without a copy for a tensor."""
    if args and isinstance(args[0], Tensor):
        raise NotImitatedError("Tensor.new(tensor)")
    device = claimed(self) if device is None else as_device(device)
    return claim(below("new")(self, *args, **kwargs), device)


def pin_memory(self: Tensor, *args: Any) -> Tensor:
    """Tensor.pin_memory: memory of the CPU that a GPU can read."""
    if claimed(self).type == "cuda":
        name = type_(self)
        refuse(RuntimeError, f"cannot pin '{name}' only dense CPU tensors can be pinned")
    return self


def refusing_on_gpu(name: str, reason: str) -> Callable[..., Any]:
    """A method whose behaviour on a GPU is not known here."""
    real = getattr(Tensor, name)

    def method(self: Tensor, *args: Any, **kwargs: Any) -> Any:
        if claimed(self).type == "cuda":
            raise NotImitatedError(reason)
        return real(self, *args, **kwargs)

    method.__name__ = name
    return method


def only_on_cpu(name: str) -> Callable[..., Any]:
    """Tensor.apply_ and map_ (utils/tensor_apply.cpp): Python functions on each number."""
    real = below(name)

    def method(self: Tensor, *args: Any) -> Any:
        if claimed(self).type == "cuda":
            refuse(TypeError, f"{name} is only implemented on CPU tensors")
        return real(self, *args)

    method.__name__ = name
    return method


def get_device(self: Tensor) -> int:
    """Tensor.get_device: the GPU's number, -1 for the CPU."""
    device = claimed(self)
    return device.index if device.type == "cuda" else -1


ATTRIBUTES: dict[str, Any] = {
    "device": property(claimed),
    "is_cuda": property(lambda self: claimed(self).type == "cuda"),
    "is_cpu": property(lambda self: claimed(self).type == "cpu"),
    "get_device": get_device,
    "to": to,
    "cuda": cuda,
    "cpu": cpu,
    "numpy": numpy,
    "type": type_,
    "type_as": lambda self, other: move(self, claimed(other), other.dtype),
    "new": legacy_new,
    "pin_memory": pin_memory,
    "apply_": only_on_cpu("apply_"),
    "map_": only_on_cpu("map_"),
    "__dlpack__": refusing_on_gpu("__dlpack__", "DLPack"),
    "__dlpack_device__": refusing_on_gpu("__dlpack_device__", "DLPack"),
    "to_sparse": refusing_on_gpu("to_sparse", "sparse tensors"),
    **{
        name: new_maker(name)
        for name in ("new_tensor", "new_zeros", "new_ones", "new_empty", "new_full", "new_empty_strided")
    },
}
"""What stands on torch.Tensor while a simulated GPU is on."""
