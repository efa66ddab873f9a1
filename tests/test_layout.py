"""The layout holds: imports point downwards, and a chapter's files lie at parallel paths."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import pytest

from autograder.catalogue import ASSIGNMENTS, Chapter, chapters, course_folder, with_text
from autograder.sandbox.visible import KIT_FILES

ROOT = Path(__file__).parent.parent
KIT = ROOT / "autograder"
FILES = sorted(KIT.rglob("*.py"))

STOREYS = (
    {"limits"},
    {"catalogue", "pictures", "simulated_gpu", "torchvision_on_cpu"},
    {"authoring", "checks", "sandbox", "submissions"},
    {"grading"},
    {"reports"},
    {"frontends"},
)
"""From the ground up. What stands on the same storey does not know of each other."""

HEIGHT = {part: height for height, parts in enumerate(STOREYS) for part in parts}
CHECK_FILES_LEAVE_OUT = {"hidden", "messages", "public"}


def imports(path: Path) -> Iterator[str]:
    """The modules that a file imports anywhere in it, names imported from packages of ours included."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}, line {node.lineno}: write the whole name of what is imported"
            yield from (module_of(f"{node.module}.{alias.name}") for alias in node.names)


def module_of(name: str) -> str:
    """The module that holds a dotted name of ours: the name itself, or all but its last part."""
    path = ROOT.joinpath(*name.split("."))
    is_module = path.is_dir() or path.with_suffix(".py").is_file()
    return name if is_module else name.rpartition(".")[0]


def part_of(module: str) -> str:
    """`checks` for autograder.checks.findings; '' for the package itself."""
    return module.partition(".")[2].partition(".")[0]


def own_part(path: Path) -> str:
    return path.relative_to(KIT).with_suffix("").parts[0]


def visible_files() -> set[Path]:
    """What of the kit is bound into a sandbox."""
    places = [KIT / name for name in KIT_FILES]
    files = {file for place in places for file in (place.rglob("*.py") if place.is_dir() else [place])}
    return {file for file in files if file.is_file()}


def ids(paths: list[Path]) -> list[str]:
    return [path.relative_to(ROOT).as_posix() for path in paths]


def test_every_part_of_the_kit_has_its_storey() -> None:
    parts = {own_part(path) for path in FILES}
    assert parts <= set(HEIGHT) | {"__init__"}
    assert {"catalogue", "checks", "grading", "reports", "frontends"} <= parts


@pytest.mark.parametrize("path", FILES, ids=ids(FILES))
def test_imports_point_downwards(path: Path) -> None:
    if path == KIT / "__init__.py":
        pytest.skip("the package itself offers what the highest storey has")
    own = own_part(path)
    for module in imports(path):
        if module.startswith("autograder."):
            part = part_of(module)
            assert part == own or HEIGHT[part] < HEIGHT[own], f"{own} imports {module}"
        assert module.partition(".")[0] != "tests"


def test_only_grading_and_what_stands_on_it_know_the_answers() -> None:
    for path in FILES:
        answers = [
            module for module in imports(path) if module.startswith(("solutions", "autograder.checks.hidden"))
        ]
        at_home = path.is_relative_to(KIT / "checks" / "hidden")
        assert not answers or at_home or HEIGHT[own_part(path)] >= HEIGHT["grading"], f"{path}: {answers}"


def test_what_a_sandbox_sees_imports_nothing_that_it_does_not_see() -> None:
    visible = visible_files()
    assert KIT / "checks" / "probes" / "__init__.py" in visible
    # The package itself offers check() to whoever asks; in a sandbox nobody does.
    for path in visible - {KIT / "__init__.py"}:
        for module in imports(path):
            if module == "solutions" or module.startswith(("solutions.", "autograder.")):
                place = ROOT.joinpath(*module.split("."))
                file = place / "__init__.py" if place.is_dir() else place.with_suffix(".py")
                assert file in visible, f"{path.relative_to(ROOT)} imports {module}"


def test_a_sandbox_sees_no_check_and_no_text() -> None:
    for path in visible_files():
        parts = path.relative_to(KIT).parts
        assert parts[0] not in {"grading", "authoring", "frontends", "reports", "submissions", "_course"}
        assert parts[0] != "checks" or not CHECK_FILES_LEAVE_OUT & set(parts)


def test_every_chapter_text_belongs_to_an_assignment() -> None:
    texts = {path.stem for path in course_folder().glob("chapters/*/*.md")}
    assert texts <= set(ASSIGNMENTS.values())
    assert {ASSIGNMENTS[name] for name in with_text(course_folder())} <= texts


@pytest.mark.parametrize("chapter", chapters(), ids=lambda chapter: chapter.module)
def test_a_chapter_lies_at_parallel_paths(chapter: Chapter) -> None:
    module = chapter.module
    wanted = [
        f"course/chapters/en/{module}.md",
        f"course/source/{chapter.assignment}/{module}.ipynb",
        f"course/release/{chapter.assignment}/{module}.ipynb",
        f"solutions/{module}.py",
        f"autograder/checks/public/test_{module}.py",
        f"autograder/checks/hidden/test_{module}.py",
        f"tests/mistakes/{module}.py",
        f"tests/alternatives/{module}.py",
    ]
    if any(exercise.kind == "fix" for exercise in chapter.exercises):
        wanted.append(f"course/starters/{module}.py")
    assert [path for path in wanted if not (ROOT / path).is_file()] == []


@pytest.mark.parametrize("folder", ["solutions", "tests/mistakes", "tests/alternatives", "course/starters"])
def test_nothing_lies_beside_the_chapters(folder: str) -> None:
    found = {path.stem for path in (ROOT / folder).glob("*.py")} - {"__init__"}
    assert found
    assert found <= set(ASSIGNMENTS.values())


@pytest.mark.parametrize("chapter", chapters(), ids=lambda chapter: chapter.module)
@pytest.mark.parametrize("kind", ["public", "hidden"])
def test_check_files_declare_the_exercises_of_their_chapter(kind: str, chapter: Chapter) -> None:
    module = import_module(f"autograder.checks.{kind}.test_{chapter.module}")
    checks = [
        value.autograder_check
        for name, value in vars(module).items()
        if name.startswith("test_") and hasattr(value, "autograder_check")
    ]
    order = list(dict.fromkeys(check.exercise for check in checks))
    assert order == [exercise.id for exercise in chapter.exercises]
    assert all(any(not c.guard for c in checks if c.exercise == exercise) for exercise in order)
