"""PLACE: a module follows the device of its parameters and inputs."""

from __future__ import annotations

import re
from typing import Any, NoReturn

from autograder.checks.findings import Finding, NotChecked, NotReached
from autograder.checks.probes import placement
from autograder.checks.probes.placement import Line, Placement, Stray
from autograder.checks.properties.modules import nothing_lost
from autograder.checks.subjects import Subject
from autograder.checks.verdicts import ORDINARY_FUNCTIONS

IN_WORDS = {
    "build": "building it",
    "move": "moving it",
    "forward": "the call",
    "output device": "the call",
    "backward": "backward",
    "gradient devices": "backward",
    "optimizer step": "the optimizer's step",
    "second forward": "the second call",
}
NAME = re.compile(r"[A-Za-z_][\w.]{0,59}")
REASON = re.compile(r"[\w .:()',-]{1,90}")


def follows_the_device(student: Subject, *inputs: Any, build: str | None = None, **options: Any) -> None:
    """On a GPU it is built, moved, called, differentiated, trained a step and called again; and on the CPU as well.

    `inputs` and `options` are those of the probe `placed`. Raises a finding placement.*; NotChecked where the
    simulated GPU does not know; NotReached where the module fails on every device.
    """
    # What PyTorch can't find can't move either: one mistake, named by its own finding.
    nothing_lost(student, build=build)
    seen = student.observe(placement.placed, *inputs, build=build, **options)
    if seen.not_checked:
        reason = seen.not_checked if REASON.fullmatch(seen.not_checked) else "something of its own"
        raise NotChecked(Finding("placement.not_checked", reason=reason))
    options.pop("device", None)
    on_cpu = student.observe(placement.placed_on_cpu, *inputs, build=build, **options)
    if not on_cpu.not_checked and on_cpu.phase != "ok":
        if seen.phase != "ok":
            # It fails on every device: no matter of placement, and another check's business.
            raise NotReached
        raise Finding("placement.needs_gpu", place=place_of(on_cpu.failed_at))
    if seen.phase != "ok":
        explain(seen)


def explain(seen: Placement) -> NoReturn:
    """Raises the finding that tells most about a failure."""
    step = IN_WORDS.get(seen.phase, "the call")
    stray = seen.stray
    if stray is None or stray.device != "cpu":
        if seen.phase in ("output device", "gradient devices"):
            raise Finding("placement.result", step=step, place="")
        raise Finding("placement.refused", step=step, place=place_of(seen.failed_at))
    if seen.kind == "cpu":
        place = place_of(stray.at)
        if seen.phase in ("output device", "second forward"):
            raise Finding("placement.result", step=step, place=place)
        raise Finding("placement.gradient", place=place)
    if NAME.fullmatch(stray.held_as):
        raise Finding(
            "placement.attribute", name=stray.held_as, shape=shape_of(stray), place=place_of(stray.at)
        )
    if not stray.at.line:
        raise Finding("placement.unknown", step=step, shape=shape_of(stray), place=place_of(seen.failed_at))
    if stray.how == "moved":
        raise Finding("placement.moved", step=step, place=place_of(stray.at))
    raise Finding("placement.made", step=step, shape=shape_of(stray), place=place_of(stray.at))


def place_of(line: Line) -> str:
    """Such as " in line 3 of forward"; nothing where no line is known."""
    if not 0 < line.line < 100_000:
        return ""
    function = f" of {line.function}" if line.function in ORDINARY_FUNCTIONS else ""
    return f" in line {line.line}{function}"


def shape_of(stray: Stray) -> str:
    """A shape as Python writes it."""
    return str(tuple(stray.shape)[:8])
