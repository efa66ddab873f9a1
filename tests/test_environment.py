"""pyproject.toml, environment.yml and constraints.txt tell one story."""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

ROOT = Path(__file__).parent.parent
PROJECT: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
REQUIREMENTS = [
    Requirement(line) for line in PROJECT["dependencies"] + PROJECT["optional-dependencies"]["dev"]
]


@pytest.fixture
def environment() -> dict[str, Any]:
    described: dict[str, Any] = yaml.safe_load((ROOT / "environment.yml").read_text(encoding="utf-8"))
    return described


@pytest.fixture
def pinned() -> dict[str, str]:
    lines = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    pairs = [re.fullmatch(r"([\w.-]+)==([\w.+!]+)", line) for line in lines]
    assert None not in pairs
    return {canonicalize_name(pair[1]): pair[2] for pair in pairs if pair}


def test_conda_users_get_the_kit_under_its_name_with_its_python(environment: dict[str, Any]) -> None:
    python, pip, packages = environment["dependencies"]
    assert environment["name"] == PROJECT["name"]
    assert python == f"python {PROJECT['requires-python']}"
    assert pip == "pip"
    assert set(packages) == {"pip"}


def test_conda_users_get_the_ranges_of_the_project(environment: dict[str, Any]) -> None:
    *ranges, kit = environment["dependencies"][-1]["pip"]
    assert ranges == PROJECT["dependencies"]
    assert kit == "--editable ."


@pytest.mark.parametrize("requirement", REQUIREMENTS, ids=lambda requirement: requirement.name)
def test_every_requirement_is_pinned_inside_its_range(
    requirement: Requirement, pinned: dict[str, str]
) -> None:
    name = canonicalize_name(requirement.name)
    if requirement.marker is not None and name not in pinned:
        pytest.skip(f"the pins are for a Python without the marker {requirement.marker}")
    assert name in pinned
    assert requirement.specifier.contains(pinned[name])
