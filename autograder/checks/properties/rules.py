"""Rules of an exercise beside what it computes: what it may not use, what it must refuse, how it starts."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from torch import Tensor

from autograder.checks.findings import Finding
from autograder.checks.probes import delegation, modules
from autograder.checks.probes.functions import output
from autograder.checks.probing import Probe
from autograder.checks.subjects import Raised, StudentRaisedError, Subject

MISUSE = ("TypeError", "ValueError", "RuntimeError")
"""What an exercise may raise for wrong arguments where it does not say which error."""


def does_not_delegate(
    student: Subject, names: Sequence[str], *arguments: Any, build: str | None = None, **options: Any
) -> None:
    """FORBID: none of the named torch functions is called, and no ready-made layer is derived from."""
    used = student.observe(delegation.delegates_to, list(names), *arguments, build=build, **options)
    for name in used:
        raise Finding("delegation.used", name=name if name in names else "one of PyTorch's own")


def is_no_ready_made_layer(student: Subject, build: str | None = None) -> None:
    """FORBID: the class derives from nn.Module, not from the layer that it rebuilds."""
    if student.observe(delegation.ready_made_bases, build=build):
        raise Finding("delegation.subclass")


def refuses(
    student: Subject,
    what: str,
    *arguments: Any,
    build: str | None = None,
    allowed: Sequence[str] = MISUSE,
    probe: Probe[Any] = output,
) -> Raised:
    """ERR: the probe ends in one of the allowed errors (or one derived from it), which is returned.

    `what` says in a message what was given, such as "a dropout probability of 1.5". A stub's own
    NotImplementedError, and a name that is not defined, are the student's exception as everywhere else.
    """
    outcome = student.attempt(probe, *arguments, build=build)
    if not isinstance(outcome, Raised):
        raise Finding("misuse.accepted", what=what)
    if outcome.phase == "missing" or outcome.is_a("NotImplementedError"):
        raise StudentRaisedError(outcome)
    if not outcome.is_a(*allowed):
        raise Finding("misuse.other_error", what=what, required=" or ".join(allowed))
    return outcome


def has_no_state(student: Subject, build: str | None = None) -> None:
    """Nothing is registered: no parameter, no buffer."""
    found = student.observe(modules.entries, build=build)
    for entry in found.parameters + found.buffers:
        raise Finding("state.unexpected", name=entry.name)


def initial_values(student: Subject, name: str, build: str | None = None) -> Tensor:
    """INIT: the numbers that the parameter `name` starts with; NAMES must have been demanded before."""
    for own, values in student.observe(modules.state, build=build):
        if own == name:
            return values
    seen = [entry.name for entry in student.observe(modules.entries, build=build).parameters]
    raise Finding("names.differ", seen=seen, required=[name])
