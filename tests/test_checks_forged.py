"""Forged observations: whatever a student's process answers, a check ends with a verdict and breaks nothing."""

from __future__ import annotations

import importlib
import itertools
import random
import types
from typing import Any, Union, get_args, get_origin, get_type_hints

import pytest
import torch

from autograder.catalogue import chapters
from autograder.checks.probing import Probe
from autograder.checks.replay import Job, replay
from autograder.checks.subjects import LocalSubject, ReferenceSubject, returns
from autograder.grading.worker import hidden_files

DTYPES = [torch.float32, torch.float64, torch.bool, torch.int64, torch.uint8, torch.complex64, torch.bfloat16]
SHAPES = [(), (0,), (1,), (3,), (3, 10), (3, 3), (6, 5), (1, 1, 1), (0, 5), (2, 3, 8)]
ROUNDS = 12
WORDS = [
    "",
    "Tensor",
    "NoneType",
    "0.weight",
    "rand_weight",
    "fc1.weight",
    "{seen}",
    "\x00\x1b",
    "é\u2028",
    "0",
]


class Liar(LocalSubject):
    """Answers some probes as the reference would, and others with something of the right type at random."""

    quotes_errors = False

    def __init__(self, seed: int, honesty: float, names: dict[str, Any]) -> None:
        super().__init__(names)
        self.draw = random.Random(seed)
        self.honesty = honesty

    def ask(self, probe: Probe[Any], *question: Any) -> Any:
        if self.draw.random() < self.honesty:
            return super().ask(probe, *question)
        if self.draw.random() < 0.05:
            raised = {"type": self.word(), "bases": [self.word(), "Exception"], "message": self.word()}
            where = {"phase": self.draw.choice(["missing", "build", "call", "x"]), "function": self.word()}
            return {"raised": raised | where | {"file": "", "line": self.draw.randrange(-1, 9)}}
        return {"value": self.value(returns(probe))}

    def word(self) -> str:
        return self.draw.choice(WORDS)

    def value(self, kind: Any) -> Any:
        """A random value of a probe's return annotation."""
        arguments = get_args(kind)
        if get_origin(kind) in (Union, types.UnionType):
            return self.value(self.draw.choice(arguments))
        if get_origin(kind) is list:
            return [self.value(arguments[0]) for _ in range(self.draw.randrange(5))]
        if get_origin(kind) is dict:
            return {self.word(): self.value(arguments[1]) for _ in range(self.draw.randrange(4))}
        if get_origin(kind) is tuple and arguments[-1:] == (Ellipsis,):
            return [self.value(arguments[0]) for _ in range(self.draw.randrange(4))]
        if get_origin(kind) is tuple:
            return [self.value(argument) for argument in arguments]
        if kind is torch.Tensor:
            tensor = torch.randn(self.draw.choice(SHAPES)) * 100
            if self.draw.random() < 0.3:
                tensor = tensor / 0
            return tensor.to(self.draw.choice(DTYPES))
        if isinstance(kind, type) and hasattr(kind, "_fields"):
            return [self.value(get_type_hints(kind)[field]) for field in kind._fields]
        simple = {
            str: self.word,
            int: lambda: self.draw.choice([-(2**63), -1, 0, 1, 2, 3, 2**63 - 1]),
            bool: lambda: self.draw.random() < 0.5,
            float: lambda: self.draw.choice([float("nan"), float("inf"), -1.5, 0.0]),
            type(None): lambda: None,
        }
        return simple[kind]() if kind in simple else self.draw.choice([None, "", 1, [], {}, ["x", 1]])


@pytest.mark.parametrize("honesty", [0.0, 0.6, 0.9])
def test_no_forged_observation_breaks_a_check_or_earns_everything(honesty: float) -> None:
    jobs = []
    for chapter in chapters():
        names = vars(importlib.import_module(f"solutions.{chapter.module}"))
        reference = ReferenceSubject(names)
        for round, exercise in itertools.product(range(ROUNDS), chapter.exercises):
            liar = Liar(round, honesty, names)
            jobs.append(Job((round, exercise.id), liar, frozenset([exercise.id]), reference))
    replay(hidden_files(), jobs, lambda job: None)
    for job in jobs:
        assert job.trouble is None, (job.tag, job.trouble)
        assert honesty or any(ending.status != "passed" for ending in job.endings), job.tag
