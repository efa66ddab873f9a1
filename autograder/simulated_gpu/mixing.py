"""What an operation does on CUDA when its tensors are not all on one device: refuse, or compute where.

Each special case names the PyTorch source that behaves so; everything else follows native_functions.yaml.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import torch
from torch import Tensor

from autograder.simulated_gpu.cuda_rules import kernel
from autograder.simulated_gpu.internals import below
from autograder.simulated_gpu.refusals import Operand, not_the_same, operand, refuse, stray, two_devices
from autograder.simulated_gpu.state import CPU
from autograder.simulated_gpu.tags import UNDECIDED

LOOK_INSIDE = torch.device("meta", 126)
"""The answer for an operation that is made of others: they decide."""

# native/Copy.cpp: a copy goes between any two devices, and the result stays where the target is.
COPIES = frozenset({"copy_", "copy", "_to_copy", "_copy_from", "_foreach_copy_", "set_", "lift_fresh"})
# native/TensorAdvancedIndexing.cpp, make_info in IndexingUtils.h: indices may also be on the CPU.
INDEXING = frozenset({"index", "_unsafe_index", "index_put", "index_put_", "_index_put_impl_"})
# native/cuda/Indexing.cu, masked_fill__cuda: the mask must be on the tensor's device, even without dimensions.
MASKED_FILL = frozenset({"masked_fill", "masked_fill_"})


def operands_of(func: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> list[Operand]:
    """All tensors among the arguments, named as in the operation's schema."""
    return list(_operands(func._schema.arguments, args, kwargs))


def _operands(arguments: list[Any], args: tuple[Any, ...], kwargs: dict[str, Any]) -> Iterator[Operand]:
    named = [(argument.name, value) for argument, value in zip(arguments, args, strict=False)]
    for name, value in [*named, *kwargs.items()]:
        if isinstance(value, Tensor):
            yield operand(name, value)
        elif isinstance(value, (list, tuple)):
            for index, item in enumerate(value):
                if isinstance(item, Tensor):
                    yield operand(f"{name}[{index}]", item)


def mixed(func: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    """Where the results are: a device, a list with one for each, or LOOK_INSIDE. Raises what CUDA raises."""
    operands = operands_of(func, args, kwargs)
    name = func._schema.name.removeprefix("aten::")
    decided = [entry for entry in operands if entry.device is not UNDECIDED]
    if name in COPIES:
        return decided[0].device
    if name == "_pack_padded_sequence":
        return packed(operands)
    if name in INDEXING:
        return indexed(name, args, operands)
    if name in MASKED_FILL:
        return masked(name, operands)
    if name.startswith("_foreach_"):
        return each(name, args, kwargs)
    if name == "convolution":
        return convolution(operands)
    found = kernel(name, func._schema.overload_name)
    if found.composite:
        return LOOK_INSIDE
    if not found.same_device:
        return elementwise(name, decided, written(func, operands))
    not_the_same(name, decided)


def written(func: Any, operands: list[Operand]) -> set[str]:
    """Names of the arguments that the operation writes to."""
    return {
        argument.name
        for argument in func._schema.arguments
        if argument.alias_info is not None and argument.alias_info.is_write
    }


def elementwise(name: str, decided: list[Operand], outputs: set[str]) -> Any:
    """ATen/TensorIterator.cpp, compute_types: numbers on the CPU (no dimensions) may join, at most one of them."""
    on_gpu = [entry for entry in decided if entry.device != CPU]
    common = on_gpu[0].device if on_gpu else CPU
    numbers = 0
    for entry in decided:
        if entry.device == common:
            continue
        if entry.device == CPU and entry.tensor.dim() == 0 and entry.name not in outputs:
            numbers += 1
        else:
            two_devices(name, common, entry.device, decided)
    if numbers > 1 and name != "where":
        # native/TensorCompare.cpp, where: moves numbers itself, however many.
        refuse(RuntimeError, "Trying to pass too many CPU scalars to non-CPU kernel!", stray(name, decided))
    return common


def packed(operands: list[Operand]) -> list[Any]:
    """native/PackedSequence.cpp: the lengths must be on the CPU, and the batch sizes come out there."""
    data, lengths = operands[:2]
    if lengths.device not in (CPU, UNDECIDED):
        refuse(
            RuntimeError,
            "'lengths' argument should be a 1D CPU int64 tensor, but got "
            f"{lengths.tensor.dim()}D {lengths.device} Long tensor",
        )
    return [data.device, CPU]


def indexed(name: str, args: tuple[Any, ...], operands: list[Operand]) -> Any:
    """x[i] and x[i] = v: indices on the CPU serve a tensor on the GPU, never the other way round."""
    target = operands[0].device
    for entry in operands[1:]:
        if entry.device in (target, UNDECIDED):
            continue
        if entry.name.startswith("indices"):
            if entry.device != CPU:
                refuse(
                    RuntimeError,
                    f"indices should be either on cpu or on the same device as the indexed tensor ({target})",
                    stray(name, operands),
                )
        elif entry.device != CPU or entry.tensor.dim() != 0:
            # index_put_ in TensorAdvancedIndexing.cpp moves a value without dimensions itself.
            two_devices(name, target, entry.device, operands)
    return target


def masked(name: str, operands: list[Operand]) -> Any:
    """x.masked_fill(mask, value)."""
    target, mask = operands[0].device, operands[1].device
    if UNDECIDED not in (target, mask) and target != mask:
        refuse(
            RuntimeError,
            f"expected self and mask to be on the same device, but got mask on {mask} and self on {target}",
            stray(name, operands),
        )
    value = operands[2] if len(operands) > 2 else None
    if value is not None and value.device not in (CPU, target, UNDECIDED):
        two_devices(name, target, value.device, operands)
    return target if target is not UNDECIDED else mask


def each(name: str, args: tuple[Any, ...], kwargs: dict[str, Any]) -> list[Any]:
    """native/ForeachUtils.h: lists on several devices take the slow path, one tensor of each list at a time."""
    lists = [
        value
        for value in [*args, *kwargs.values()]
        if isinstance(value, (list, tuple)) and value and isinstance(value[0], Tensor)
    ]
    single = [operand("value", value) for value in [*args, *kwargs.values()] if isinstance(value, Tensor)]
    outputs = {"0"} if name.endswith("_") else set()
    devices = []
    for row in zip(*lists, strict=False):
        entries = [operand(str(index), tensor) for index, tensor in enumerate(row)] + single
        decided = [entry for entry in entries if entry.device is not UNDECIDED]
        devices.append(elementwise(name, decided, outputs) if decided else UNDECIDED)
    return devices


def convolution(operands: list[Operand]) -> Any:
    """native/Convolution.cpp, check_input_same_type_as_parameters."""
    first = operands[0]
    for entry in operands[1:]:
        if UNDECIDED not in (first.device, entry.device) and entry.device != first.device:
            refuse(
                RuntimeError,
                f"Input type ({type_name(first)}) and {entry.name} type ({type_name(entry)}) "
                "should be the same",
                stray("convolution", operands),
            )
    return first.device


def type_name(entry: Operand) -> str:
    """PyTorch's old name for dtype and device together, such as "torch.cuda.FloatTensor"."""
    name = below("type")(entry.tensor)
    return str(name) if entry.device == CPU else str(name).replace("torch.", "torch.cuda.", 1)
