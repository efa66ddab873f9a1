"""Verdicts: how a check ended, and what an exercise scores."""

from __future__ import annotations

import re
from collections.abc import Sequence
from fractions import Fraction

import msgspec

from autograder.checks.exercises import Check
from autograder.checks.findings import Finding
from autograder.checks.records import Status
from autograder.checks.subjects import LostError, Raised, Subject

LOST: dict[str, tuple[Status, str]] = {
    "timeout": ("timeout", "time.exceeded"),
    "out_of_memory": ("out_of_memory", "memory.exceeded"),
    "output_flood": ("crashed", "output.flood"),
    "bad_reply": ("crashed", "reply.invalid"),
}

NO_FORWARD = 'missing the required "forward" function'

RECOGNISED = [
    (re.compile(NO_FORWARD), "forward.missing"),
    (re.compile(r"before Module\.__init__\(\) call"), "init.super_missing"),
    (
        re.compile(r"cannot be multiplied|size mismatch|must match the size|Sizes of tensors"),
        "shapes.do_not_fit",
    ),
    (re.compile(r"stack expects each tensor to be equal size"), "cat.new_dimension"),
    (re.compile(r"takes \d+ positional arguments? but|missing \d+ required positional"), "signature.differs"),
    (re.compile(r"unexpected keyword argument"), "signature.differs"),
    (re.compile(r"self must be a matrix"), "shapes.matrix_only"),
    (re.compile(r"same dtype|expected scalar type"), "dtype.mixed"),
    (
        re.compile(r"not compiled with CUDA|NVIDIA driver|not linked with support for cuda"),
        "placement.needs_gpu",
    ),
]
"""Exceptions whose usual cause is known. They are recognised by PyTorch's words, and explained in ours."""

ORDINARY_FUNCTIONS = ("__init__", "forward", "__call__", "extra_repr", "<lambda>")
"""Names that carry nothing: one of the student's own could be made of hidden inputs."""

BUILTIN_NAMES = re.compile(r"[A-Z][A-Za-z]{2,40}(Error|Exception|Exit|Interrupt|Warning|Iteration)")


class Ending(msgspec.Struct, frozen=True):
    """How one check ended: its status and, unless it passed, why; `device` if a GPU, real or not, was asked."""

    check: Check
    status: Status
    finding: Finding | None = None
    device: str | None = None


def ending_of_lost(check: Check, lost: LostError) -> Ending:
    """The ending of a check in which the student's process was lost."""
    status, finding = LOST.get(lost.reason, ("crashed", "process.crashed"))
    return Ending(check, status, Finding(finding))


def ending_of_raised(check: Check, raised: Raised, student: Subject) -> Ending:
    """The ending of a check in which the student's code raised."""
    if raised.phase == "missing":
        return Ending(check, "failed", student.why_missing(raised.message))
    if raised.is_a("NotImplementedError") and NO_FORWARD not in raised.message:
        return Ending(check, "failed", Finding("not_implemented"))
    if raised.is_a("MemoryError") or "can't allocate memory" in raised.message:
        return Ending(check, "out_of_memory", Finding("memory.exceeded"))
    return Ending(check, "error", finding_of_raised(raised, student.quotes_errors))


def finding_of_raised(raised: Raised, quote: bool) -> Finding:
    """What a student reads about an exception: in our words where the cause is known, else its type and line."""
    function = raised.function if quote or raised.function in ORDINARY_FUNCTIONS else "your code"
    where = f"{function}, line {raised.line}" if raised.line else "the call"
    text = f"{type_name(raised)}: {raised.message}" if quote else type_name(raised)
    for pattern, finding in RECOGNISED:
        if pattern.search(raised.message):
            return Finding(finding, where=where, error=text, place=f" in {where}")
    return Finding("raised", where=where, error=text)


def type_name(raised: Raised) -> str:
    """The exception's type if it is a built-in's name: a name of the student's own could carry hidden inputs."""
    for name in (raised.type, *raised.bases):
        if name in raised.bases and BUILTIN_NAMES.fullmatch(name):
            return name
    return "an exception"


def score(points: float, endings: Sequence[Ending]) -> tuple[float, list[float]]:
    """What an exercise scores, and what each check adds (a failed guard takes away), in points.

    The points are shared out by weight among the checks that are no guards and that could look; the sum is
    clamped to [0, points] and exact: checks that all pass give exactly `points`.
    """
    looked = [e for e in endings if not e.check.guard and e.status != "not_checked"]
    total = sum(Fraction(e.check.weight) for e in looked)
    if not total:
        return 0.0, [0.0 for _ in endings]
    shares = [Fraction(points) * share(ending) / total for ending in endings]
    earned = min(max(sum(shares, Fraction(0)), Fraction(0)), Fraction(points))
    return rounded(earned), [rounded(value) for value in shares]


def share(ending: Ending) -> Fraction:
    """What one check adds to the sum of weights."""
    weight = Fraction(ending.check.weight)
    if ending.check.guard:
        return Fraction(0) if ending.status in ("passed", "not_reached", "not_checked") else -weight
    return weight if ending.status == "passed" else Fraction(0)


def rounded(value: Fraction) -> float:
    """Points as they stand in records: four decimals."""
    return round(float(value), 4)
