"""Properties of a layer that gives the first half of the Fourier coefficients."""

from __future__ import annotations

import torch
from torch import Tensor

from autograder.checks.exercises import Rng
from autograder.checks.expectations import close, is_tensor, share_that_differs
from autograder.checks.findings import Finding
from autograder.checks.probes import modules
from autograder.checks.subjects import Raised, Subject


def drawn(*shape: int) -> Tensor:
    """Normal numbers, the same for the same shape: checks that ask the same question share the answer."""
    return Rng(2).normal(*shape)


def is_complex(student: Subject, x: Tensor) -> Tensor:
    """The output, which keeps the phases."""
    output = is_tensor(student.observe(modules.forward, x))
    if not output.is_complex():
        raise Finding("fourier.phase_lost")
    return output


def rows_stay_apart(student: Subject) -> None:
    """BATCH: where one row alone is not zero, one row of the output is not zero, in any number of dimensions."""
    for lead in ((7,), (2, 3)):
        x = torch.zeros(*lead, 8)
        x.view(-1, 8)[0] = drawn(8)
        output = is_complex(student, x)
        # With fewer rows than came in, the batch was cut, unless what is left of the others is not zero.
        if output.dim() > 1 and output.flatten(0, -2)[1:].any():
            raise Finding("fourier.rows_mixed")


def has_half(student: Subject, x: Tensor) -> Tensor:
    """The output, if it has as many coefficients as x (..., n) asks for; the usual slips are told apart."""
    n, output = x.shape[-1], is_complex(student, x)
    lead, last = output.shape[:-1], output.shape[-1] if output.dim() else 0
    if output.shape == (*x.shape[:-1], (n + 1) // 2):
        return output
    if lead != x.shape[:-1]:
        raise Finding("fourier.batch_cut")
    if last == n and n > 2:
        raise Finding("fourier.all")
    if last == n // 2 + 1:
        raise Finding("fourier.nyquist")
    if last == n // 2:
        raise Finding("fourier.rounded_down")
    raise Finding("fourier.count")


def has_half_of_every_length(student: Subject) -> None:
    """Even and odd lengths; a batch with more rows than coefficients shows which axis was cut."""
    rows_stay_apart(student)
    for n in (8, 9, 6, 11):
        has_half(student, drawn(13, n))


def peaks_where_it_swings(student: Subject) -> None:
    """A cosine that swings twice has one large coefficient, at index 2."""
    has_half_of_every_length(student)
    for n in (8, 9, 12):
        output = has_half(student, torch.cos(4 * torch.pi * torch.arange(n) / n).reshape(1, n))
        if not output.isfinite().all() or int(output.abs()[0].argmax()) != 2:
            raise Finding("fourier.peak")


def has_coefficients(student: Subject, x: Tensor, required: Tensor) -> None:
    """VALUES: the required coefficients of x; a wrong sign and a scaled sum are told apart."""
    peaks_where_it_swings(student)
    output = has_half(student, x)
    if close(output, required.conj()) and not close(output, required):
        raise Finding("fourier.sign")
    if output.dtype == required.dtype and is_multiple(output, required):
        raise Finding("fourier.scaled")
    if output.dtype != required.dtype:
        raise Finding("output.dtype", seen=str(output.dtype), required=str(required.dtype))
    if not output.isfinite().all():
        raise Finding("output.not_finite")
    if not close(output, required):
        raise Finding("values.differ", share=share_that_differs(output, required))


def is_multiple(seen: Tensor, required: Tensor) -> bool:
    """Whether all numbers are the required ones times the same positive number, other than 1."""
    size = required.norm()
    share = (seen.norm() / size).real if size else torch.tensor(1.0)
    return bool(share > 0) and not close(seen, required) and close(seen, required * share)


def takes_double(student: Subject, x: Tensor) -> Tensor:
    """DTYPE: the output for x in float64, which is complex128."""
    is_complex(student, x)
    seen = student.attempt(modules.as_double, x)
    if isinstance(seen, Raised) or is_tensor(seen).dtype != torch.complex128:
        raise Finding("fourier.precision")
    return is_tensor(seen)


def is_exact_in_double(student: Subject, x: Tensor, required: Tensor) -> None:
    """DTYPE: no step on the way is less exact than float64."""
    if not close(takes_double(student, x), required):
        raise Finding("fourier.precision")
