"""Probes: small functions that look at student code and report plain values.

A probe runs beside the student's code (in the sandbox, or in the student's own kernel), knows no
answer and judges nothing. Its first parameter is a `Build`: call it to make what the exercise asks
for, as often as the probe needs one. What it returns crosses to the trusted side, which checks it
against the probe's return annotation before any verdict looks at it.
"""

from __future__ import annotations

import ast
import builtins
import importlib
import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import cache
from types import CodeType, FrameType, TracebackType
from typing import Any, Generic, TypeVar

import numpy
import torch
from torch import nn
from torch.nn import functional

from autograder.checks import probes

T = TypeVar("T")

MESSAGE_LENGTH = 2000


class NotDefinedError(Exception):
    """The student's cells leave a name undefined that the exercise asks for."""


class Build:
    """Makes what an exercise asks for, from an expression such as "MLP()", beside the student's code.

    The expression sees the student's names; `torch`, `nn` and `F` always mean PyTorch's own, and
    `probes` is the package of probes, whose helpers it may call.
    """

    def __init__(self, expression: str, namespace: Mapping[str, Any]) -> None:
        self.expression = expression
        self.namespace = namespace
        self.phase = "call"

    def __call__(self) -> Any:
        """A new object. Raises NotDefinedError for an unknown name, and whatever the student's code raises."""
        scope = {**self.namespace, "torch": torch, "nn": nn, "F": functional, "probes": probes}
        code, names = compiled(self.expression)
        for name in names:
            if name not in scope:
                raise NotDefinedError(name)
        self.phase = "build"
        made = eval(code, scope)
        self.phase = "call"
        return made


@cache
def compiled(expression: str) -> tuple[CodeType, list[str]]:
    """The code of a build expression and the names it needs from its scope, in order of appearance."""
    tree = ast.parse(expression, "<build>", mode="eval")
    bound = {node.arg for node in ast.walk(tree) if isinstance(node, ast.arg)} | set(dir(builtins))
    names = [node.id for node in ast.walk(tree) if isinstance(node, ast.Name)]
    return compile(tree, "<build>", "eval"), [name for name in names if name not in bound]


@dataclass(frozen=True)
class Probe(Generic[T]):
    """A probe function under the name by which the trusted side asks for it.

    `structural` probes report names, shapes and places, which no seed changes: one answer serves all seeds.
    `on_gpu` probes run where the student's cells have seen a GPU, simulated or real.
    """

    function: Callable[..., T]
    structural: bool = False
    on_gpu: bool = False

    @property
    def name(self) -> str:
        """`package.module:function`."""
        return f"{self.function.__module__}:{self.function.__qualname__}"


def probe(function: Callable[..., T]) -> Probe[T]:
    """Marks a function as a probe."""
    return Probe(function)


def structural_probe(function: Callable[..., T]) -> Probe[T]:
    """Marks a function as a probe whose answer does not depend on random numbers."""
    return Probe(function, structural=True)


def gpu_probe(function: Callable[..., T]) -> Probe[T]:
    """Marks a function as a probe that runs where the student's cells have seen a GPU."""
    return Probe(function, on_gpu=True)


def seed_everything(seed: int) -> None:
    """Seeds python, numpy and torch's CPU generator.

    torch.manual_seed also notes the seed and the whole call stack for a GPU that might be initialised
    later, which costs more than most probes do.
    """
    random.seed(seed)
    numpy.random.seed(seed % 2**32)
    torch.default_generator.manual_seed(seed)


@contextmanager
def fresh_settings() -> Iterator[None]:
    """PyTorch's settings as a fresh notebook has them: what a cell left switched on is no part of an answer."""
    dtype, mixed = torch.get_default_dtype(), torch.is_autocast_enabled("cpu")
    precision = None
    # PyTorch refuses to name a precision that was set in both of its ways.
    with suppress(RuntimeError):
        precision = torch.get_float32_matmul_precision()
    torch.set_default_dtype(torch.float32)
    torch.set_autocast_enabled("cpu", False)
    torch.set_float32_matmul_precision("highest")
    try:
        # Outside of inference mode gradients are on, whatever torch.set_grad_enabled said before.
        with torch.inference_mode(False):
            yield
    finally:
        torch.set_default_dtype(dtype)
        torch.set_autocast_enabled("cpu", mixed)
        if precision is not None:
            torch.set_float32_matmul_precision(precision)


def observe(
    namespace: Mapping[str, Any],
    name: str,
    expression: str,
    arguments: Sequence[Any],
    options: Mapping[str, Any],
    seed: int,
) -> dict[str, Any]:
    """Runs one probe.

    Args:
        namespace: the names that the student's cells defined.
        name: the probe, as `package.module:function`.
        expression: what the probe's `Build` makes.
        arguments, options: the probe's own arguments.
        seed: for python, numpy and torch, set before the probe runs.

    Returns:
        {"value": what the probe returned} or {"raised": a description of the exception}.
    """
    module, _, function = name.partition(":")
    found = getattr(importlib.import_module(module), function)
    if not isinstance(found, Probe):
        raise TypeError(f"{name} is not a probe")
    build = Build(expression, namespace)
    seed_everything(seed)
    try:
        with fresh_settings():
            return {"value": found.function(build, *arguments, **options)}
    except (Exception, SystemExit) as error:
        return {"raised": describe(error, build)}


def describe(error: BaseException, build: Build) -> dict[str, Any]:
    """What an exception says about itself, and the last line of student code that it passed through."""
    frame, line = last_student_frame(error.__traceback__, build.namespace)
    try:
        message = str(error)[:MESSAGE_LENGTH]
    except Exception:
        message = ""
    return {
        "type": type(error).__name__,
        "bases": [base.__name__ for base in type(error).__mro__ if base.__module__ == "builtins"],
        "message": message,
        "phase": "missing" if isinstance(error, NotDefinedError) else build.phase,
        "function": frame.f_code.co_name if frame else "",
        "file": frame.f_code.co_filename if frame else "",
        "line": line,
    }


def last_student_frame(
    traceback: TracebackType | None, namespace: Mapping[str, Any]
) -> tuple[FrameType | None, int]:
    """The innermost frame whose globals are the student's namespace, and its line."""
    found: tuple[FrameType | None, int] = (None, 0)
    while traceback is not None:
        if traceback.tb_frame.f_globals is namespace:
            found = (traceback.tb_frame, traceback.tb_lineno)
        traceback = traceback.tb_next
    return found
