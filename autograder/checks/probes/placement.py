"""Probes that take a module to a GPU, simulated or real, and through a training step there."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import ExitStack
from typing import Any, NamedTuple

import torch

from autograder.checks.probing import Build, gpu_probe, probe
from autograder.simulated_gpu import Origin, simulated_gpu
from autograder.simulated_gpu import current as current_gpu
from autograder.simulated_gpu.endings import Ended
from autograder.simulated_gpu.phases import journey


class Line(NamedTuple):
    """A line of the student's code: the cell or file, the number within it (0: unknown), the function."""

    file: str
    line: int
    function: str


class Stray(NamedTuple):
    """A tensor on the wrong device.

    `operand` is its part in `operation`; `held_as` the module's attribute that holds it, or ""; `how` is "made" or
    "moved", by the line `at`.
    """

    operation: str
    operand: str
    shape: tuple[int, ...]
    device: str
    held_as: str
    how: str
    at: Line


class Remark(NamedTuple):
    """Something legal: kind "round_trip" with a call such as ".item()", or "one_gpu" with a device such as "cuda:0"."""

    kind: str
    what: str
    line: int


class Placement(NamedTuple):
    """Where the journey ended.

    `phase` is "ok", or the phase that failed: "build", "move", "forward", "output device", "backward",
    "gradient devices", "optimizer step" or "second forward". Judge by it alone: `kind` ("raised", or "cpu" for a
    result on the wrong device), `error` and the rest only serve the explanation. `not_checked` is not empty where
    nothing can be said, and then `phase` says nothing.
    """

    phase: str
    kind: str
    error: str
    failed_at: Line
    stray: Stray | None
    remarks: list[Remark]
    not_checked: str


@gpu_probe
def placed(
    build: Build,
    *inputs: Any,
    optimizer: str | None = "SGD",
    before_move: bool = False,
    device: str = "simulated",
) -> Placement:
    """What is built, moved to a GPU and trained for a step there.

    Args:
        build: makes a module or a function.
        inputs: CPU tensors, or nested lists and dictionaries of them.
        optimizer: "SGD", "Adam", "Adagrad", or None for no step.
        before_move: the optimizer is made before the module is moved.
        device: "simulated", or "cuda" for a real GPU.
    """
    if device == "cuda":
        return described(journey(build, inputs, torch.device("cuda", 0), optimizer, before_move), [])
    with ExitStack() as stack:
        gpu = current_gpu()
        was_on = gpu is not None
        if gpu is None:
            gpu = stack.enter_context(simulated_gpu())
        earlier, gpu.remarks = gpu.remarks, []
        ended = journey(build, inputs, gpu.device, optimizer, before_move)
        if ended.phase == "build" and gpu.not_imitated and not ended.reason:
            # A cell may have stopped there, and left undefined what is built.
            ended = ended._replace(reason=gpu.not_imitated[0])
        if ended.phase != "ok" and not was_on and not ended.reason and chose_the_cpu(build.namespace):
            ended = ended._replace(reason="a device that the notebook chose before the GPU was there")
        remarks = [Remark(r.kind, r.what, r.line) for r in gpu.remarks]
        gpu.remarks = earlier
        return described(ended, remarks)


@probe
def placed_on_cpu(
    build: Build, *inputs: Any, optimizer: str | None = "SGD", before_move: bool = False
) -> Placement:
    """The same journey on the CPU, for what needs a GPU. Ask where the cells ran without the simulated one."""
    if current_gpu() is not None:
        return described(Ended("ok", reason="a run on the CPU where the simulated GPU is on"), [])
    return described(journey(build, inputs, torch.device("cpu"), optimizer, before_move), [])


def warm_up() -> None:
    """One journey: the first one reads CUDA's rules, which takes longer than all others together."""
    with simulated_gpu() as gpu:
        journey(lambda: torch.nn.Linear(2, 2), [torch.ones(1, 2)], gpu.device)


def start_cuda(namespace: Mapping[str, Any]) -> None:
    """Uses the real GPU once: its start takes seconds that a student's first line should not pay for."""
    torch.zeros(1, device="cuda").add_(1)


def chose_the_cpu(namespace: Mapping[str, Any]) -> bool:
    """Whether a name of the notebook's says "cpu": with a GPU at hand it might say something else."""
    return any(
        isinstance(value, (str, torch.device)) and str(value) == "cpu"
        for name, value in namespace.items()
        if not name.startswith("_")
    )


def described(ended: Ended, remarks: list[Remark]) -> Placement:
    """The end of a journey as plain values."""
    stray = None
    if ended.stray is not None:
        found = ended.stray
        how = found.origin.what if found.origin else "made"
        stray = Stray(
            found.operation, found.operand, found.shape, found.device, ended.name, how, line_of(found.origin)
        )
    return Placement(ended.phase, ended.kind, ended.error, line_of(ended.where), stray, remarks, ended.reason)


def line_of(origin: Origin | None) -> Line:
    """Line 0 where it is not known."""
    return Line("", 0, "") if origin is None else Line(origin.file, origin.line, origin.function)
