"""Subjects: answers that can be observed. The student's and the reference have the same face.

A check asks a subject to run a probe and gets back what the probe returned, typed. Where the code runs
is the subject's business: in the sandbox, in the student's own notebook, or beside the reference.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, TypeVar, get_type_hints

import msgspec
from torch import Tensor

from autograder.checks import probing
from autograder.checks.findings import Finding
from autograder.checks.probing import Probe

T = TypeVar("T")


class Raised(msgspec.Struct, frozen=True):
    """An exception that came out of a student's code.

    `phase` is "missing" (a name is not defined), "build" (while constructing) or "call". `line` counts
    within the cell or file named `file`; 0 where no line of the student's was on the stack.
    """

    type: str
    bases: list[str]
    message: str
    phase: str
    function: str
    file: str
    line: int

    def is_a(self, *names: str) -> bool:
        """Whether the exception is one of these built-in types, or derives from one."""
        return any(name in self.bases for name in names)


class StudentRaisedError(Exception):
    """A probe could not finish because the student's code raised."""

    def __init__(self, raised: Raised) -> None:
        super().__init__(raised.type)
        self.raised = raised


class ReferenceRaisedError(Exception):
    """The reference solution raised: a mistake of the course, not of a student."""


class LostError(Exception):
    """The student's process is gone: "timeout", "crashed", "out_of_memory", "output_flood" or "bad_reply"."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Outcome(msgspec.Struct, frozen=True):
    """What came back from a probe: exactly one of the two."""

    value: Any = None
    raised: Raised | None = None


@dataclass(frozen=True)
class Moment:
    """Which build expression and which seed hold while a check runs."""

    build: str
    seed: int


class Subject(ABC):
    """An answer to one chapter's exercises."""

    quotes_errors = True
    """Whether the texts of the student's exceptions may stand in messages: not once hidden inputs were sent."""

    device = "simulated"
    """What probes of placement run on: "simulated", "cuda" or "none"."""

    def __init__(self) -> None:
        self.moment = Moment(build="", seed=0)
        self.known: dict[Any, Any] = {}
        self.asked_on_gpu = False

    def presentable(self, finding: Finding) -> Finding:
        """The finding with nothing in it that the student must not read; here, as it is."""
        return finding

    def why_missing(self, name: str) -> Finding:
        """The finding for a name that the exercise asks for and that is not defined."""
        return Finding("not_defined", name=name)

    @abstractmethod
    def ask(
        self, probe: Probe[Any], build: str, arguments: list[Any], options: dict[str, Any], seed: int
    ) -> Any:
        """Runs a probe where the code lives; returns {"value": ...} or {"raised": {...}}, unchecked."""

    def attempt(
        self, probe: Probe[T], *arguments: Any, build: str | None = None, **options: Any
    ) -> T | Raised:
        """What the probe returned, or the exception that the student's code raised.

        The same question is asked once: callers must not write into what they get.
        Raises LostError if the answer never came, or is not what the probe can return.
        """
        expression = self.moment.build if build is None else build
        seed = 0 if probe.structural else self.moment.seed
        self.asked_on_gpu |= probe.on_gpu
        question = (probe.name, expression, fingerprint(arguments), fingerprint(options), seed)
        if question not in self.known:
            reply = self.ask(probe, expression, list(arguments), options, seed)
            self.known[question] = self._checked(probe, reply)
        answer: T | Raised = self.known[question]
        return answer

    @staticmethod
    def _checked(probe: Probe[T], reply: Any) -> T | Raised:
        try:
            outcome = msgspec.convert(reply, Outcome)
            if outcome.raised is not None:
                return outcome.raised
            value: T = msgspec.convert(outcome.value, returns(probe), dec_hook=keep_tensor)
        except Exception:
            # Not only ValidationError: msgspec takes a tensor for a mapping, and fails on it in other ways.
            raise LostError("bad_reply") from None
        return value

    def observe(self, probe: Probe[T], *arguments: Any, build: str | None = None, **options: Any) -> T:
        """What the probe returned. Raises StudentRaisedError or LostError instead of returning without one."""
        outcome = self.attempt(probe, *arguments, build=build, **options)
        if isinstance(outcome, Raised):
            raise StudentRaisedError(outcome)
        return outcome


@cache
def returns(probe: Probe[Any]) -> Any:
    """The return annotation of a probe: the contract that its replies are held against."""
    return get_type_hints(probe.function)["return"]


def keep_tensor(kind: type, value: Any) -> Any:
    """msgspec's hook for types it does not know: a tensor must already be one."""
    if kind is Tensor and isinstance(value, Tensor):
        return value
    raise TypeError(f"expected {kind.__name__}")


class LocalSubject(Subject):
    """Code that runs in this process: the reference, or a student's own notebook."""

    def __init__(self, namespace: Mapping[str, Any]) -> None:
        super().__init__()
        self.namespace = namespace

    def ask(
        self, probe: Probe[Any], build: str, arguments: list[Any], options: dict[str, Any], seed: int
    ) -> Any:
        """Runs the probe on copies of its tensors."""
        return probing.observe(self.namespace, probe.name, build, copied(arguments), copied(options), seed)


class ReferenceSubject(LocalSubject):
    """The reference solutions: what raises in them is never the student's exception."""

    def observe(self, probe: Probe[T], *arguments: Any, build: str | None = None, **options: Any) -> T:
        """What the probe returned. Raises ReferenceRaisedError if the reference raised."""
        try:
            return super().observe(probe, *arguments, build=build, **options)
        except StudentRaisedError as error:
            raise ReferenceRaisedError(f"{error.raised.type}: {error.raised.message}") from None


def copied(value: Any) -> Any:
    """The same plain value with tensors of its own, as if it had crossed to another process."""
    if isinstance(value, Tensor):
        return value.detach().clone()
    if isinstance(value, dict):
        return {key: copied(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [copied(item) for item in value]
    return value


def fingerprint(value: Any) -> Any:
    """A hashable stand-in for a plain value; equal exactly when the values are."""
    if isinstance(value, Tensor):
        return (str(value.dtype), tuple(value.shape), value.numpy().tobytes())
    if isinstance(value, dict):
        return tuple((key, fingerprint(item)) for key, item in value.items())
    if isinstance(value, (list, tuple)):
        return tuple(fingerprint(item) for item in value)
    return value
