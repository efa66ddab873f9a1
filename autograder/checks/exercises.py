"""How a file of checks declares its exercises and marks its pytest functions.

mlp = exercise("MLP", build="MLP()")

@mlp.check(points=1, seeds=3)
def test_MLP_values(student, reference, rng):
    ...
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, TypeVar

import torch
from torch import Tensor

Function = TypeVar("Function", bound=Callable[..., None])
ATTRIBUTE = "autograder_check"


def derived_seed(text: str) -> int:
    """48 bits of the text's hash."""
    return int.from_bytes(sha256(text.encode()).digest()[:6], "big")


@dataclass(frozen=True)
class Check:
    """What a decorator knows about one check.

    `weight` is its share among the exercise's checks. A guard adds nothing: failing it costs its weight.
    """

    exercise: str
    name: str
    build: str
    weight: float
    guard: bool
    seeds: int

    @property
    def id(self) -> str:
        """Such as "MLP.parameter_names"."""
        return f"{self.exercise}.{self.name}"

    @property
    def title(self) -> str:
        """The name in words, for reports."""
        return self.name.replace("_", " ")

    def input_seed(self, round: int) -> int:
        """Seeds the inputs of one of the check's rounds: the same on every machine, its own for every check."""
        return derived_seed(f"{self.id}:{round}")

    def probe_seed(self, round: int) -> int:
        """Seeds what probes build, the same for all checks of an exercise, so that its checks share answers."""
        return derived_seed(f"{self.exercise}:{round}")


@dataclass(frozen=True)
class ExerciseChecks:
    """Declares the checks of one exercise."""

    id: str
    build: str

    def check(self, points: float = 1, seeds: int = 1) -> Callable[[Function], Function]:
        """Marks a check that earns its share of the exercise's points, run once for each seed."""
        return self._mark(points, guard=False, seeds=seeds)

    def guard(self, cost: float = 1, seeds: int = 1) -> Callable[[Function], Function]:
        """Marks a check that earns nothing and costs its share when it fails.

        For what the starter of a fix-the-bug exercise already does right.
        """
        return self._mark(cost, guard=True, seeds=seeds)

    def _mark(self, weight: float, *, guard: bool, seeds: int) -> Callable[[Function], Function]:
        def mark(function: Function) -> Function:
            name = function.__name__.removeprefix("test_").removeprefix(f"{self.id}_")
            check = Check(self.id, name, self.build, weight, guard, seeds)
            setattr(function, ATTRIBUTE, check)
            return function

        return mark


def exercise(id: str, build: str) -> ExerciseChecks:
    """The checks of exercise `id`; `build` is the expression that its probes build unless told otherwise."""
    return ExerciseChecks(id, build)


def check_of(function: Any) -> Check | None:
    """The mark on a check function; None on anything else."""
    found = getattr(function, ATTRIBUTE, None)
    return found if isinstance(found, Check) else None


class Rng:
    """Random tensors for checks: the same for the same seed, untouched by anything else."""

    def __init__(self, seed: int) -> None:
        self.generator = torch.Generator().manual_seed(seed)

    def normal(self, *shape: int) -> Tensor:
        """Standard normal numbers, float32."""
        return torch.randn(shape, generator=self.generator)

    def uniform(self, *shape: int) -> Tensor:
        """Numbers between 0 and 1, float32."""
        return torch.rand(shape, generator=self.generator)
