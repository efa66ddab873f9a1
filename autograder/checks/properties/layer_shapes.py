"""Properties of a function that predicts the shapes of layers' outputs. Torch itself says what is right."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

import torch

from autograder.checks.findings import Finding
from autograder.checks.probes import layer_shapes
from autograder.checks.probes.layer_shapes import Answer
from autograder.checks.probing import Build
from autograder.checks.subjects import LostError, Raised, StudentRaisedError, Subject

Cases = Mapping[str, tuple[int, ...]]
"""Layers, as expressions such as "nn.Linear(5, 7)", each with the shape of an input."""


def gives(student: Subject, cases: Cases, finding: str) -> None:
    """The shape that torch gives, for each case; the class that it comes in is another check's business.

    `finding` names the mistake where it differs; its only value is the layer's class.
    """
    for layer, answer in answers(student, cases).items():
        if answer.sizes is None:
            raise Finding("shapes.no_shape", kind=answer.kind)
        if tuple(answer.sizes) != torch_shape(layer, cases[layer]):
            raise Finding(finding, layer=name_of(layer))


def answers(student: Subject, cases: Cases, given_as: str = "tuple") -> dict[str, Answer]:
    """The student's answer for each layer; nothing may have been run for it."""
    layers, inputs = list(cases), [list(shape) for shape in cases.values()]
    seen = student.attempt(layer_shapes.shapes, layers, inputs, given_as)
    if isinstance(seen, Raised):
        raise StudentRaisedError(seen)
    if len(seen) != len(layers):
        raise LostError("bad_reply")
    for layer, answer in zip(layers, seen, strict=True):
        if answer.ran:
            raise Finding("shapes.layer_run", layer=name_of(layer))
    return dict(zip(layers, seen, strict=True))


def runs_nothing(student: Subject, cases: Cases) -> None:
    """FORBID: neither the layer nor a copy is called, and no tensor goes through torch's functions."""
    answers(student, cases)


def takes_every_kind(student: Subject, cases: Cases) -> None:
    """A tuple, a list and a torch.Size are taken alike, and a plain tuple of plain ints comes back."""
    is_plain_tuple(answers(student, cases))
    for kind in ("list", "Size"):
        try:
            found = answers(student, cases, given_as=kind)
        except StudentRaisedError:
            raise Finding("shapes.kind_refused", kind=kind) from None
        is_plain_tuple(found)


def is_plain_tuple(found: Mapping[str, Answer]) -> None:
    """Every answer is a tuple, nothing derived from it, of ints."""
    for answer in found.values():
        if answer.kind != "tuple":
            raise Finding("shapes.not_tuple", kind=answer.kind)
        if not answer.plain:
            raise Finding("shapes.not_ints")


def refuses_wrong_widths(student: Subject, cases: Cases) -> None:
    """ERR: a ValueError for each case, whose channels or features the layer does not take."""
    seen = student.observe(layer_shapes.refusals, list(cases), [list(shape) for shape in cases.values()])
    if len(seen) != len(cases):
        raise LostError("bad_reply")
    for layer, bases in zip(cases, seen, strict=True):
        if not bases:
            raise Finding("shapes.width_accepted", layer=name_of(layer))
        if "ValueError" not in bases:
            raise Finding("shapes.width_other_error", layer=name_of(layer))


@cache
def torch_shape(layer: str, shape: tuple[int, ...]) -> tuple[int, ...]:
    """What torch makes of an input of this shape. The device meta keeps shapes and computes no numbers."""
    kind = torch.long if name_of(layer) == "Embedding" else torch.float32
    with torch.no_grad(), torch.device("meta"):
        output = Build(layer, {})().eval()(torch.zeros(shape, dtype=kind))
    return tuple(output[0].shape if isinstance(output, tuple) else output.shape)


def name_of(layer: str) -> str:
    """Linear for "nn.Linear(5, 7)"."""
    return layer.partition("(")[0].removeprefix("nn.")
