"""Probes that ask a student's function which shapes layers give, and see whether a layer does the work."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, NamedTuple

import torch
from torch import Tensor, nn
from torch.nn.modules.module import register_module_forward_pre_hook
from torch.overrides import TorchFunctionMode, resolve_name

from autograder.checks.probing import Build, structural_probe

GIVEN_AS: dict[str, Callable[[Sequence[int]], Any]] = {"tuple": tuple, "list": list, "Size": torch.Size}

OF_LAYERS = ("conv", "pool", "linear", "embedding", "norm", "rnn", "fold", "pad")
"""Parts of the names of the functions that layers call, in all their versions."""

LARGEST = 2**62


class Answer(NamedTuple):
    """One shape that was returned.

    `kind` is its class; `sizes` holds its numbers, None where they are not whole; `plain` says whether they are
    ints. `ran` says whether something was run to find out.
    """

    kind: str
    sizes: list[int] | None
    plain: bool
    ran: bool


class LayerWork(TorchFunctionMode):
    """Sees what a layer does to a tensor: a function that layers call, or a tensor made like the input."""

    def __init__(self, layer: nn.Module, sizes: Sequence[int]) -> None:
        super().__init__()
        self.weights = [weight.shape for weight in layer.parameters()]
        self.sizes = tuple(sizes)
        self.seen = False

    def __torch_function__(
        self,
        func: Callable[..., Any],
        types: Any,
        args: tuple[Any, ...] = (),
        kwargs: dict[str, Any] | None = None,
    ) -> Any:
        """Notes the call and does it. A tensor's attributes are looked at in peace, such as `layer.weight.shape`."""
        name = str(resolve_name(func) or getattr(func, "__name__", ""))
        returned = func(*args, **(kwargs or {}))
        if not name.endswith("__get__"):
            self.seen |= any(part in name for part in OF_LAYERS) or self.is_like_input(returned)
        return returned

    def is_like_input(self, value: Any) -> bool:
        """Whether it is a tensor of the input's shape, be the batch another one; lists and weights are none."""
        if not isinstance(value, Tensor) or value.dim() < 2 or value.shape in self.weights:
            return False
        return value.dim() == len(self.sizes) and tuple(value.shape[1:]) == self.sizes[1:]


@contextmanager
def watched(layer: nn.Module, sizes: Sequence[int]) -> Iterator[LayerWork]:
    """Sees every call of any module, and what layers do without being called."""
    work = LayerWork(layer, sizes)

    def noted(module: Any, arguments: Any) -> None:
        work.seen = True

    hook = register_module_forward_pre_hook(noted)
    try:
        with work:
            yield work
    finally:
        hook.remove()


@structural_probe
def shapes(
    build: Build, layers: Sequence[str], inputs: Sequence[Sequence[int]], given_as: str = "tuple"
) -> list[Answer]:
    """What the function that is built returns for each layer and input shape.

    Args:
        build: makes the function.
        layers: expressions such as "nn.Linear(5, 7)".
        inputs: a shape for each.
        given_as: what the shapes are handed over as: "tuple", "list" or "Size".
    """
    output_shape = build()
    answers = []
    for layer, sizes in zip(layers, inputs, strict=True):
        made = Build(layer, {})()
        with watched(made, sizes) as work:
            returned = output_shape(made, GIVEN_AS[given_as](sizes))
        answers.append(answer(returned, work.seen))
    return answers


def answer(returned: Any, ran: bool) -> Answer:
    """The returned value, which may be anything, as an Answer."""
    kind = type(returned).__name__
    if not isinstance(returned, (tuple, list)):
        return Answer(kind, None, False, ran)
    sizes = [whole(item) for item in returned]
    plain = all(type(item) is int for item in returned)
    return Answer(kind, None if None in sizes else [size for size in sizes if size is not None], plain, ran)


def whole(item: Any) -> int | None:
    """A number as an int, if it is a whole one."""
    try:
        size = int(item)
        return size if bool(size == item) and abs(size) < LARGEST else None
    except Exception:
        return None


@structural_probe
def refusals(build: Build, layers: Sequence[str], inputs: Sequence[Sequence[int]]) -> list[list[str]]:
    """For each layer and input shape the built-in classes of the exception; an empty list where none came."""
    output_shape = build()
    return [
        refusal(output_shape, Build(layer, {})(), sizes) for layer, sizes in zip(layers, inputs, strict=True)
    ]


def refusal(output_shape: Callable[..., Any], layer: Any, sizes: Sequence[int]) -> list[str]:
    """The built-in classes of the exception of one call."""
    try:
        output_shape(layer, tuple(sizes))
    except Exception as error:
        return [base.__name__ for base in type(error).__mro__ if base.__module__ == "builtins"]
    return []
