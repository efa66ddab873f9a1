"""What students install: check() works from it alone, and no answer is in it."""

from __future__ import annotations

import ast
import inspect
import re
import subprocess
import sys
import sysconfig
import zipfile
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import pytest
from packaging.requirements import Requirement

from autograder.catalogue import chapters
from tests.answer_lines import hidden_check_lines, solution_lines, stripped, telling

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

CHECKOUT = Path(__file__).parent.parent
MODULES = {
    "autograder/__init__.py",
    "autograder/torchvision_on_cpu.py",
    "autograder/frontends/__init__.py",
    "autograder/frontends/notebook.py",
    "autograder/reports/__init__.py",
    "autograder/reports/card.py",
    "autograder/checks/__init__.py",
    "autograder/checks/exercises.py",
    "autograder/checks/expectations.py",
    "autograder/checks/findings.py",
    "autograder/checks/probing.py",
    "autograder/checks/recording.py",
    "autograder/checks/records.py",
    "autograder/checks/replay.py",
    "autograder/checks/subjects.py",
    "autograder/checks/verdicts.py",
}
WHOLE_FOLDERS = (
    "pictures",
    "simulated_gpu",
    "checks/messages",
    "checks/probes",
    "checks/properties",
    "checks/public",
)
IMPORT_EVERYTHING = """
import importlib, pathlib, sys
for path in sorted(pathlib.Path(UNPACKED).glob("autograder/**/*.py")):
    importlib.import_module(".".join(path.relative_to(UNPACKED).with_suffix("").parts).removesuffix(".__init__"))
kit = [module for name, module in sys.modules.items() if name.partition(".")[0] == "autograder"]
print(len(kit), all(module.__file__.startswith(UNPACKED) for module in kit), "torchvision" in sys.modules)
print([name for name in ("solutions", "autograder.checks.hidden", "autograder.catalogue") if findable(name)])
"""
PROLOGUE = """
import sys
from importlib.util import find_spec
UNPACKED = {unpacked!r}
sys.path += [UNPACKED, *{site!r}]
def findable(name):
    return find_spec(name) is not None
"""
NOTEBOOK = """
import torch
from torch import nn
from torch.nn import functional as F
from autograder import check
"""


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built as `make student-package` builds it."""
    folder = tmp_path_factory.mktemp("dist")
    build = ["wheel", "--quiet", "--no-build-isolation", "--no-deps", "--wheel-dir", str(folder), "./student"]
    done = subprocess.run([sys.executable, "-m", "pip", *build], cwd=CHECKOUT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    (made,) = folder.iterdir()
    return made


@pytest.fixture(scope="module")
def unpacked(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("site")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(folder)
    return folder


def run(unpacked: Path, code: str) -> subprocess.CompletedProcess[str]:
    """Runs code that sees the wheel and the libraries, and nothing of a kit that is installed editable."""
    site = sorted({sysconfig.get_path("purelib"), sysconfig.get_path("platlib")})
    prologue = PROLOGUE.format(unpacked=str(unpacked), site=site)
    # -S: the paths that an editable install adds are not read.
    return subprocess.run(
        [sys.executable, "-I", "-S", "-"], input=prologue + code, capture_output=True, encoding="utf-8"
    )


def project(folder: Path) -> dict[str, list[str]]:
    described: dict[str, list[str]] = tomllib.loads((folder / "pyproject.toml").read_text("utf-8"))["project"]
    return described


def test_the_wheel_holds_what_is_meant_for_students_and_nothing_else(wheel: Path) -> None:
    folders = (CHECKOUT / "autograder" / folder for folder in WHOLE_FOLDERS)
    listed = {path for folder in folders for path in folder.rglob("*") if "__pycache__" not in path.parts}
    expected = MODULES | {path.relative_to(CHECKOUT).as_posix() for path in listed if path.is_file()}
    with zipfile.ZipFile(wheel) as archive:
        names = {name for name in archive.namelist() if ".dist-info/" not in name}
    assert names == expected
    assert {Path(name).suffix for name in names} == {".py", ".toml"}


def test_no_line_of_a_solution_or_of_a_hidden_check_is_in_the_wheel(wheel: Path) -> None:
    solved = telling(set().union(*map(solution_lines, chapters())))
    hidden = telling(hidden_check_lines())
    assert len(solved) > 30
    assert len(hidden) > 60
    with zipfile.ZipFile(wheel) as archive:
        for name in archive.namelist():
            text = archive.read(name).decode("utf-8")
            assert [line for line in solved if line in text] == [], name
            assert stripped(text) & hidden == set(), name


def test_every_module_of_the_wheel_imports_without_the_rest_of_the_kit(unpacked: Path) -> None:
    done = run(unpacked, IMPORT_EVERYTHING)
    assert done.returncode == 0, done.stderr
    count = len(list(unpacked.rglob("*.py")))
    assert done.stdout.splitlines() == [f"{count} True False", "[]"]


def test_check_accepts_right_answers_from_the_wheel_alone(unpacked: Path) -> None:
    for chapter in chapters():
        source = inspect.getsource(import_module(f"solutions.{chapter.module}"))
        asked = ", ".join(exercise.id for exercise in chapter.exercises)
        code = f"names = {{'__name__': '__main__'}}\nexec({source!r}, names)\n"
        done = run(unpacked, f"{code}exec('from autograder import check; check({asked})', names)")
        assert done.returncode == 0, done.stderr
        assert done.stdout.count("properties hold") == len(chapter.exercises)
        assert "✗" not in done.stdout


def test_check_refuses_a_wrong_answer_with_the_card_that_the_page_for_students_shows(unpacked: Path) -> None:
    page = (CHECKOUT / "docs" / "students.md").read_text(encoding="utf-8")
    (answer,) = re.findall(r"```python\n(.*?)```", page, re.DOTALL)
    (card,) = re.findall(r"```text\n(.*?)```", page, re.DOTALL)
    done = run(unpacked, f"{NOTEBOOK}\n{answer}\ncheck(MLP)")
    assert done.returncode == 1
    assert done.stderr.splitlines()[-1].endswith("CheckFailed: MLP: 5 of 6 properties hold")
    assert done.stdout == card


def test_the_wheel_asks_for_what_it_imports_in_the_kits_own_ranges(unpacked: Path) -> None:
    kit, student = project(CHECKOUT), project(CHECKOUT / "student")
    assert set(student["dependencies"]) <= set(kit["dependencies"])
    assert student["requires-python"] == kit["requires-python"]
    named = {Requirement(line).name for line in student["dependencies"]}
    used = {name for path in unpacked.rglob("*.py") for name in imported(path)}
    foreign = used - set(sys.stdlib_module_names) - {"autograder"}
    assert {name.strip("_").lower() for name in foreign} <= named
    assert {"torch", "msgspec", "IPython"} <= foreign


def imported(path: Path) -> Iterator[str]:
    """The top-level packages that a file imports."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom):
            yield str(node.module).partition(".")[0]
        elif isinstance(node, ast.Import):
            yield from (alias.name.partition(".")[0] for alias in node.names)


def test_the_wheel_has_the_kits_version(wheel: Path) -> None:
    assert wheel.name == f"nn_course_kit_student-{project(CHECKOUT)['version']}-py3-none-any.whl"
