"""CUDA's errors, in its types and words (read from torch 2.13's libraries), with the stray tensor attached."""

from __future__ import annotations

from typing import NamedTuple, NoReturn

from torch import Tensor

from autograder.simulated_gpu.state import CPU, Stray
from autograder.simulated_gpu.tags import UNDECIDED, claim_of, made_at, storage_of


class Operand(NamedTuple):
    """A tensor among the arguments of an operation, by its name in the operation's schema."""

    name: str
    tensor: Tensor
    device: object


def operand(name: str, tensor: Tensor) -> Operand:
    """The tensor with the device that it claims, undecided ones as such."""
    return Operand(name, tensor, claim_of(storage_of(tensor)))


def stray(operation: str, operands: list[Operand]) -> Stray | None:
    """The first tensor on the CPU that is no mere number, else the first on the CPU."""
    on_cpu = [entry for entry in operands if entry.device == CPU]
    for entry in sorted(on_cpu, key=lambda entry: entry.tensor.dim() == 0):
        shape = tuple(entry.tensor.shape)
        return Stray(operation, entry.name, shape, "cpu", made_at(entry.tensor))
    return None


def refuse(kind: type[Exception], text: str, found: Stray | None = None) -> NoReturn:
    """Raises CUDA's error; `.stray` on it says what CUDA does not tell."""
    error = kind(text)
    error.stray = found  # type: ignore[attr-defined]
    raise error


def not_the_same(operation: str, operands: list[Operand]) -> NoReturn:
    """The device check of a generated CUDA entry point (ATen/core/adaption.cpp, common_device_check_failure)."""
    decided = [entry for entry in operands if entry.device is not UNDECIDED]
    first = decided[0]
    other = next(entry for entry in decided if entry.device != first.device)
    argument = other.name.split("[")[0]
    refuse(
        RuntimeError,
        f"Expected all tensors to be on the same device, but got {argument} is on {other.device}, different "
        f"from other tensors on {first.device} (when checking argument in method wrapper_CUDA_{operation})",
        stray(operation, operands),
    )


def two_devices(operation: str, first: object, other: object, operands: list[Operand]) -> NoReturn:
    """The check of the elementwise operations (ATen/TensorIterator.cpp, compute_types)."""
    refuse(
        RuntimeError,
        "Expected all tensors to be on the same device, but found at least two devices, "
        f"{first} and {other}!",
        stray(operation, operands),
    )


def no_cuda_kernel(operation: str) -> NoReturn:
    """The dispatcher's error for an operation that CUDA does not have."""
    refuse(
        NotImplementedError,
        f"Could not run 'aten::{operation}' with arguments from the 'CUDA' backend. This could be because "
        "the operator doesn't exist for this backend.",
    )
