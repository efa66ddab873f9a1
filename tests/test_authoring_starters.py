"""Starters are broken in the ways that their exercises are about, and in no other."""

from __future__ import annotations

import ast
import importlib.util
from types import ModuleType

import pytest
import torch

from autograder.authoring.building import solutions_path
from autograder.catalogue import Chapter, chapters, course_folder
from solutions import blocks as solved

STARTED = [chapter for chapter in chapters() if any(exercise.kind == "fix" for exercise in chapter.exercises)]


@pytest.fixture
def broken() -> ModuleType:
    spec = importlib.util.spec_from_file_location("starter", course_folder() / "starters" / "blocks.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def docstrings(source: str) -> dict[str, str | None]:
    nodes = [node for node in ast.parse(source).body if isinstance(node, (ast.ClassDef, ast.FunctionDef))]
    return {node.name: ast.get_docstring(node) for node in nodes}


@pytest.mark.parametrize("chapter", STARTED, ids=lambda chapter: chapter.assignment)
def test_a_starter_promises_what_the_solution_promises(chapter: Chapter) -> None:
    starters = docstrings((course_folder() / "starters" / f"{chapter.module}.py").read_text(encoding="utf-8"))
    promised = docstrings(solutions_path(chapter.module).read_text(encoding="utf-8"))
    assert starters
    assert starters.items() <= promised.items()


def test_fixed_hidden_mlp_computes_the_right_function(broken: ModuleType) -> None:
    torch.manual_seed(0)
    starter, reference = broken.FixedHiddenMLP(), solved.FixedHiddenMLP()
    reference.load_state_dict(starter.state_dict() | {"rand_weight": starter.rand_weight})
    X = torch.randn(3, 20)
    assert torch.equal(starter(X), reference(X))


def test_fixed_hidden_mlp_loses_its_constant(broken: ModuleType) -> None:
    starter = broken.FixedHiddenMLP()
    assert list(starter.state_dict()) == ["linear.weight", "linear.bias"]
    assert starter.to("meta").rand_weight.device.type == "cpu"
    with pytest.raises(RuntimeError, match="dtype"):
        broken.FixedHiddenMLP().double()(torch.zeros(3, 20, dtype=torch.float64))


def test_fixed_hidden_mlp_never_leaves_its_loop_with_infinite_numbers(broken: ModuleType) -> None:
    class Turns(torch.Tensor):
        """Counts how often the loop asks for its condition, and ends it after a few."""

        count = 0

        def __bool__(self) -> bool:
            Turns.count += 1
            return Turns.count < 50

    starter = broken.FixedHiddenMLP()
    with torch.no_grad():
        for tensor in (starter.linear.weight, starter.linear.bias):
            tensor.fill_(0.1)
    starter(torch.full((3, 20), float("inf")).as_subclass(Turns))
    assert Turns.count == 50
