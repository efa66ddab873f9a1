"""Every finding has its text in every language, no text is left over, and texts and values agree."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from string import Formatter

import pytest

from autograder.checks.findings import texts, tomllib
from autograder.checks.properties.modules import LOST_IN
from autograder.checks.verdicts import LOST, RECOGNISED

KIT = Path(__file__).parent.parent / "autograder"
TREES = {
    path.relative_to(KIT).as_posix(): ast.parse(path.read_text(encoding="utf-8"))
    for path in sorted(KIT.rglob("*.py"))
}
MESSAGES = KIT / "checks" / "messages"
LANGUAGES = sorted(path.name for path in MESSAGES.iterdir() if path.is_dir())
TABLES = [
    *(finding for _, finding in RECOGNISED),
    *(finding for _, finding in LOST.values()),
    *LOST_IN.values(),
]


@dataclass(frozen=True)
class Use:
    """A place in the code where a finding's id is written out, with its values as far as they are known."""

    place: str
    id: str
    values: frozenset[str] | None


def takers() -> dict[str, int]:
    """Functions that take a finding's id, and at which position: the parameter is called `finding`."""
    found = {"Finding": 0}
    for tree in TREES.values():
        for node in ast.walk(tree):
            if isinstance(node, ast.FunctionDef):
                names = [argument.arg for argument in node.args.args]
                annotations = {a.arg: a.annotation for a in node.args.args}
                if "finding" in names and is_text(annotations["finding"]):
                    found[node.name] = names.index("finding")
    return found


def is_text(annotation: ast.expr | None) -> bool:
    return isinstance(annotation, ast.Name) and annotation.id == "str"


def uses() -> Iterator[Use]:
    positions = takers()
    for name, tree in TREES.items():
        for node in ast.walk(tree):
            if not isinstance(node, ast.Call):
                continue
            called = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            at = positions.get(called)
            if at is not None and len(node.args) > at:
                for id in written_out(node.args[at]):
                    yield Use(
                        f"{name}, line {node.lineno}", id, keywords(node) if called == "Finding" else None
                    )


def written_out(argument: ast.expr) -> list[str]:
    """The ids that an argument can be: a text, or one of two."""
    if isinstance(argument, ast.IfExp):
        return written_out(argument.body) + written_out(argument.orelse)
    return [argument.value] if isinstance(argument, ast.Constant) else []


def keywords(call: ast.Call) -> frozenset[str] | None:
    """The names of a call's keyword arguments; None where they are not written out."""
    names = [keyword.arg for keyword in call.keywords]
    return None if None in names else frozenset(name for name in names if name is not None)


def texts_in_code() -> set[str]:
    """All constant texts of the kit, wherever they stand."""
    return {
        node.value
        for tree in TREES.values()
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }


def placeholders(language: str, id: str) -> frozenset[str]:
    lines = texts(language)[id].values()
    return frozenset(name for line in lines for _, name, _, _ in Formatter().parse(line) if name is not None)


def test_every_finding_that_the_code_names_has_a_text() -> None:
    found = list(uses())
    assert len(found) > 50
    assert [use for use in found if use.id not in texts("en")] == []
    assert [id for id in TABLES if id not in texts("en")] == []


def test_every_text_belongs_to_a_finding_that_the_code_names() -> None:
    assert set(texts("en")) - texts_in_code() == set()


def test_a_text_asks_for_the_values_that_its_finding_has() -> None:
    checked = [use for use in uses() if use.values is not None and use.id in texts("en")]
    assert len(checked) > 50
    assert [use for use in checked if use.values != placeholders("en", use.id)] == []


@pytest.mark.parametrize("id", sorted({finding for _, finding in RECOGNISED}))
def test_explanations_of_exceptions_use_what_is_known_about_them(id: str) -> None:
    assert placeholders("en", id) <= {"where", "error", "place"}


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_finding_stands_in_one_file_of_a_language(language: str) -> None:
    files = [tomllib.loads(path.read_text("utf-8")) for path in MESSAGES.joinpath(language).glob("*.toml")]
    assert len(files) > 1
    assert sum(map(len, files)) == len(texts(language))


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_language_has_the_findings_and_the_placeholders_of_english(language: str) -> None:
    assert set(texts(language)) == set(texts("en"))
    assert [id for id in texts("en") if placeholders(language, id) != placeholders("en", id)] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_text_is_made_of_three_lines_at_most(language: str) -> None:
    for id, text in texts(language).items():
        assert set(text) <= {"saw", "required", "cause"}, id
        assert text["saw"].strip(), id
        assert all(line == line.strip() and "\n" not in line for line in text.values()), id
