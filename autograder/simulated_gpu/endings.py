"""How a journey ended, and what can be told about it: the line, the stray tensor, the attribute that holds it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from torch import Tensor, nn

from autograder.simulated_gpu.origins import is_library
from autograder.simulated_gpu.state import NotImitatedError, Origin, Stray, active
from autograder.simulated_gpu.tags import made_at

REAL_CUDA_WAS_ASKED = (
    "PyTorch is not linked with support for cuda devices",
    "Torch not compiled with CUDA enabled",
    "Cannot access accelerator device when none is available",
    "module 'torch._C' has no attribute",
)
"""Texts by which PyTorch says that a call went past the simulation: a hole in it, and no verdict."""


TEXT_LENGTH = 300
OF_EVERY_MODULE = frozenset(vars(nn.Module()))


class Ended(NamedTuple):
    """How a journey ended.

    `phase` is "ok", or where it failed; `kind` is "raised", "cpu" (a result or gradient is not on the device) or
    "" for "ok". `error` is the exception's class and text. `where` is the student's line at which it failed,
    `stray` the tensor that was on the wrong device, `name` where the module holds it. `reason` is not empty
    where nothing can be said, whatever the phase.
    """

    phase: str
    kind: str = ""
    error: str = ""
    where: Origin | None = None
    stray: Stray | None = None
    name: str = ""
    reason: str = ""


def of_exception(error: Exception, phase: str, made: list[Any]) -> Ended:
    """The end of a journey that raised."""
    text = described(error)
    reason = "a call that needs a real GPU" if any(part in text for part in REAL_CUDA_WAS_ASKED) else ""
    stray = stray_of(error)
    return Ended(
        phase,
        "raised",
        text,
        where=last_student_line(error),
        stray=stray,
        name=held_as(made[0], stray) if made and stray else "",
        reason=reason if active else "",
    )


def described(error: BaseException) -> str:
    """Class and text, short, whatever the class thinks of being printed."""
    try:
        return f"{type(error).__name__}: {error}"[:TEXT_LENGTH]
    except Exception:
        return type(error).__name__


def stray_of(error: BaseException) -> Stray | None:
    """The stray tensor of an error, or of the error that it came from."""
    seen: set[int] = set()
    found: BaseException | None = error
    while found is not None and id(found) not in seen:
        seen.add(id(found))
        stray = getattr(found, "stray", None)
        if isinstance(stray, Stray):
            return stray
        found = found.__cause__ or found.__context__
    return None


def last_student_line(error: BaseException) -> Origin | None:
    """The innermost line outside of libraries that the exception passed through."""
    found = None
    traceback = error.__traceback__
    while traceback is not None:
        code = traceback.tb_frame.f_code
        if not is_library(code.co_filename):
            found = Origin(code.co_filename, traceback.tb_lineno, code.co_name, "raised")
        traceback = traceback.tb_next
    return found


def held_as(model: Any, stray: Stray | None) -> str:
    """The attribute that holds a tensor made on the stray tensor's line, such as "self.table" or "self.layers"."""
    if not isinstance(model, nn.Module) or stray is None or stray.origin is None:
        return ""
    for path, module in model.named_modules():
        for name, value in vars(module).items():
            if name not in OF_EVERY_MODULE and any(made_on(tensor, stray.origin) for tensor in held(value)):
                return f"{path}.{name}" if path else name
    return ""


def held(value: Any, depth: int = 3) -> Iterator[Tensor]:
    """The tensors in an attribute, and the parameters of modules in it."""
    if isinstance(value, Tensor):
        yield value
    elif isinstance(value, nn.Module):
        yield from value.parameters()
    elif isinstance(value, (list, tuple, dict)) and depth:
        for item in value.values() if isinstance(value, dict) else value:
            yield from held(item, depth - 1)


def made_on(tensor: Tensor, origin: Origin) -> bool:
    """Whether a tensor comes from that line."""
    try:
        return made_at(tensor) == origin
    except NotImitatedError:
        return False
