"""Below autograd: every operation, with backward's and the optimizers', under CUDA's rules."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor
from torch.utils._python_dispatch import TorchDispatchMode

from autograder.simulated_gpu.cuda_rules import kernel
from autograder.simulated_gpu.internals import unseen
from autograder.simulated_gpu.mixing import LOOK_INSIDE, mixed
from autograder.simulated_gpu.origins import asked_from_inside
from autograder.simulated_gpu.refusals import no_cuda_kernel, refuse
from autograder.simulated_gpu.state import CPU, NotImitatedError, active, here
from autograder.simulated_gpu.tags import UNDECIDED, as_device, claim_of, claim_storage, storage_of

WHOLE_NUMBERS = frozenset({torch.int8, torch.uint8, torch.int16, torch.int32, torch.int64, torch.bool})
# native/cuda/Blas.cpp: cuBLAS multiplies no whole numbers, so these are "not implemented for 'Long'".
NO_WHOLE_NUMBERS = frozenset({"mm", "addmm", "addmm_", "bmm", "baddbmm", "mv", "addmv", "dot", "addbmm"})
DTYPE_NAMES = {
    torch.int64: "Long",
    torch.int32: "Int",
    torch.int16: "Short",
    torch.int8: "Char",
    torch.uint8: "Byte",
    torch.bool: "Bool",
}
EXPLICIT = torch._C.DispatchKey.CompositeExplicitAutograd


def tensors_in(values: Any) -> list[Tensor]:
    """The tensors among arguments: operations nest them one list deep at most."""
    found = []
    for value in values:
        if isinstance(value, Tensor):
            found.append(value)
        elif isinstance(value, (list, tuple)):
            found += [item for item in value if isinstance(item, Tensor)]
    return found


class Operations(TorchDispatchMode):  # type: ignore[no-untyped-call]
    """Judges each operation's devices, runs it on the CPU, and says where its results claim to be."""

    @classmethod
    def _should_skip_dynamo(cls) -> bool:
        # PyTorch would wrap every operation to keep its compiler out, and load the compiler for that (a second).
        return False

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        """One operation."""
        kwargs = dict(kwargs or {})
        if not active:
            return func(*args, **kwargs)
        storages = [storage_of(tensor) for tensor in tensors_in((*args, *kwargs.values()))]
        devices = {claim_of(storage) for storage in storages}
        requested = kwargs.get("device")
        if requested is not None and requested.type == "cuda":
            requested, kwargs["device"] = as_device(requested), CPU
        if kwargs.get("pin_memory"):
            kwargs["pin_memory"] = False
        target = self.target(func, args, kwargs, devices, requested)
        if target is LOOK_INSIDE:
            with self:
                return func._op_dk(EXPLICIT, *args, **kwargs)
        with unseen():
            # An operation that Python calls is a torch function too, and no call of the student's.
            result = func(*args, **kwargs)
        if func._schema.name != "aten::set_":
            settle(result, target, storages)
        return result

    def target(self, func: Any, args: Any, kwargs: Any, devices: set[torch.device], requested: Any) -> Any:
        """The device of the results. Raises what CUDA raises."""
        decided = devices - {UNDECIDED}
        on_gpu = any(device.type == "cuda" for device in decided)
        if on_gpu:
            self.must_exist(func, args)
        if len(decided) > 1:
            found = mixed(func, args, kwargs)
        elif decided:
            (found,) = decided
            if on_gpu and func._schema.name == "aten::_pack_padded_sequence":
                found = mixed(func, args, kwargs)
        else:
            found = UNDECIDED if devices else None
        return placed(found, requested)

    def must_exist(self, func: Any, args: Any) -> None:
        """Raises for what CUDA can't compute, and for operations that are not PyTorch's own."""
        space, _, name = func._schema.name.partition("::")
        if space not in ("aten", "prim", "prims") or "quantize" in name:
            raise NotImitatedError(f"the operation {space}::{name}")
        if name in NO_WHOLE_NUMBERS:
            tensors = tensors_in(args)
            if all(tensor.dtype in WHOLE_NUMBERS for tensor in tensors):
                shown = DTYPE_NAMES[tensors[0].dtype]
                refuse(NotImplementedError, f"\"{name.rstrip('_')}_cuda\" not implemented for '{shown}'")
        call = here.calls[-1] if here.calls else None
        # Only what Python code asked for by name: other CPU-only kernels are PyTorch's own choice.
        by_name = call is not None and getattr(call.function, "__name__", "") == name
        if by_name and kernel(name, func._schema.overload_name).only_cpu:
            no_cuda_kernel(name)


def placed(found: Any, requested: torch.device | None) -> Any:
    """The device of what is made anew: as requested, else where the inputs are, else where the call makes it."""
    if requested is not None and requested.type == "cuda":
        return requested
    call = here.calls[-1] if here.calls else None
    if requested is not None and call is not None and call.explicit is not None:
        return call.explicit
    if found is not None:
        return found
    if call is not None and call.inputs is not None and not asked_from_inside():
        # Made by PyTorch for itself, inside a call that has tensors.
        return UNDECIDED
    if call is not None and call.explicit is not None:
        return call.explicit
    return CPU


def settle(result: Any, target: Any, storages: list[Any]) -> None:
    """Makes new results claim the device, and decides what was undecided among those that are not new."""
    outputs = result if isinstance(result, (list, tuple)) else (result,)
    for index, output in enumerate(outputs):
        if isinstance(output, Tensor):
            device = target[index] if isinstance(target, list) else target
            settle_one(storage_of(output), device, storages)
        elif isinstance(output, (list, tuple)):
            settle(output, target, storages)


def settle_one(storage: Any, device: Any, storages: list[Any]) -> None:
    """One result; views and what was written in place have their claim already."""
    if "claimed_device" in storage.__dict__:
        if storage.claimed_device is UNDECIDED and device is not UNDECIDED:
            claim_storage(storage, device)
    elif not any(storage is other for other in storages):
        claim_storage(storage, device, computed_from=storages)
