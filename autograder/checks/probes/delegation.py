"""Probes that see whether PyTorch's own version of an exercise does the work."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from torch import nn
from torch.overrides import TorchFunctionMode, resolve_name

from autograder.checks.probing import Build, probe, structural_probe


class CalledNames(TorchFunctionMode):
    """Notes the last part of the name of every torch function that Python code calls.

    The mode sees a function by what it is, under whatever name a notebook imported it, and does not see
    what that function calls in turn. nn.Linear shows as "linear", a tensor's method as its own name.
    """

    def __init__(self) -> None:
        super().__init__()
        self.names: list[str] = []

    def __torch_function__(
        self,
        func: Callable[..., Any],
        types: Any,
        args: tuple[Any, ...] = (),
        kwargs: dict[str, Any] | None = None,
    ) -> Any:
        """Notes the call and does it."""
        name = resolve_name(func) or getattr(func, "__name__", "")
        self.names.append(str(name).rpartition(".")[2])
        return func(*args, **(kwargs or {}))


@probe
def delegates_to(build: Build, names: Sequence[str], *arguments: Any, **options: Any) -> list[str]:
    """Those of the named torch functions that are called while it is built and called once, each once.

    Args:
        build: makes a module or a function.
        names: such as "linear" or "softmax"; in-place twins ("softmax_") are meant as well.
        arguments, options: of the call.
    """
    with CalledNames() as seen:
        build()(*arguments, **options)
    return [name for name in names if name in seen.names or f"{name}_" in seen.names]


@structural_probe
def ready_made_bases(build: Build) -> list[str]:
    """PyTorch's layers among the classes that what is built derives from; nn.Module is none."""
    return [
        base.__name__
        for base in type(build()).__mro__
        if base is not nn.Module and base.__module__.startswith("torch.nn.")
    ]
