"""Expectations: compare what was seen with what is required, and raise a finding where they differ.

What was seen comes from student code and may be anything its type allows; nothing here trusts it.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import zip_longest

import torch
from torch import Tensor

from autograder.checks.findings import Finding
from autograder.checks.probes.modules import Gradients, Output

TOLERANCES = {torch.float64: (1e-7, 1e-9), torch.complex128: (1e-7, 1e-9)}
DEFAULT_TOLERANCE = (1e-4, 1e-5)
"""Relative and absolute: a right answer may sum in another order."""


def is_tensor(seen: Output) -> Tensor:
    """The tensor that was returned; raises output.none or output.not_tensor."""
    if seen.kind == "NoneType":
        raise Finding("output.none")
    if seen.tensor is None:
        raise Finding("output.not_tensor", kind=seen.kind)
    return seen.tensor


def has_shape(seen: Output, required: Sequence[int]) -> Tensor:
    """The tensor, if it has the required shape; raises output.shape otherwise."""
    tensor = is_tensor(seen)
    if tuple(tensor.shape) != tuple(required):
        raise Finding("output.shape", seen=tuple(tensor.shape), required=tuple(required))
    return tensor


def close(seen: Tensor, expected: Tensor) -> bool:
    """Whether two tensors of the same shape hold the same numbers up to rounding; nan equals nothing."""
    if seen.shape != expected.shape or seen.is_complex() != expected.is_complex():
        return False
    if expected.dtype == torch.bool:
        return torch.equal(seen, expected)
    relative, absolute = TOLERANCES.get(expected.dtype, DEFAULT_TOLERANCE)
    return torch.allclose(seen.to(expected.dtype), expected, rtol=relative, atol=absolute)


def same_output(seen: Output, expected: Output) -> None:
    """Shape, dtype and finiteness before closeness: a (1,) answer must not broadcast its way through."""
    assert expected.tensor is not None
    tensor = has_shape(seen, expected.tensor.shape)
    if tensor.dtype != expected.tensor.dtype:
        raise Finding("output.dtype", seen=str(tensor.dtype), required=str(expected.tensor.dtype))
    if expected.tensor.isfinite().all() and not tensor.isfinite().all():
        raise Finding("output.not_finite")
    if close(tensor, expected.tensor):
        return
    if tensor.numel() > 1 and not tensor.is_complex() and expected.tensor.min() < 0 <= tensor.min():
        raise Finding("output.never_negative")
    raise Finding("values.differ", share=share_that_differs(tensor, expected.tensor))


def share_that_differs(seen: Tensor, expected: Tensor) -> str:
    """Such as "12 of 30"."""
    differs = ~torch.isclose(seen.to(expected.dtype), expected, *DEFAULT_TOLERANCE)
    return f"{int(differs.sum())} of {differs.numel()}"


def same_gradients(seen: Gradients, expected: Gradients) -> None:
    """Every parameter's gradient and the input's: there, of the right shape, and the same."""
    for name, gradient in expected.parameters.items():
        same_gradient(name, seen.parameters.get(name), gradient)
    for own, gradient in zip_longest(seen.inputs[: len(expected.inputs)], expected.inputs):
        same_gradient("the input", own, gradient)


def same_gradient(name: str, seen: Tensor | None, expected: Tensor | None) -> None:
    """One gradient."""
    if expected is None:
        return
    if seen is None:
        raise Finding("gradients.missing", name=name)
    if not close(seen, expected):
        raise Finding("gradients.differ", name=name)


def same_list(finding: str, seen: Sequence[object], required: Sequence[object]) -> None:
    """Two lists, in order; the finding shows both."""
    if list(seen) != list(required):
        raise Finding(finding, seen=list(seen), required=list(required))
