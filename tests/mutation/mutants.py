"""Mutants: a chapter's solutions with one small change each, between the solution marks."""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from textwrap import dedent
from typing import TypeGuard

import libcst as cst
from libcst.metadata import CodeRange, MetadataWrapper, PositionProvider
from mutmut.mutation.mutators import mutation_operators

from autograder.authoring.exercise_cells import BEGIN_SOLUTION, END_SOLUTION
from tests.mutation.expressions import EXPRESSION_OPERATORS
from tests.mutation.statements import STATEMENT_OPERATORS

OPERATORS = (*mutation_operators, *EXPRESSION_OPERATORS, *STATEMENT_OPERATORS)


@dataclass(frozen=True)
class Change:
    """What identifies a mutant when lines have moved.

    `line` and `becomes` are the changed lines' text, without the indentation that they share.
    Where an exercise has the same change several times, `occurrence` counts them from 1.
    """

    exercise: str
    line: str
    becomes: str
    occurrence: int = 1


@dataclass(frozen=True)
class Mutant:
    """A change, and the chapter's whole source with it."""

    change: Change
    source: str

    def diff(self, original: str, path: str) -> str:
        """The change as a unified diff, with the line before it and the one behind.

        difflib takes lines that occur often, such as the marks, for changed ones.
        """
        before, after = original.splitlines(), self.source.splitlines()
        start, end = unchanged(before, after)
        removed, added = before[start : len(before) - end], after[start : len(after) - end]
        sizes = f"-{start},{len(removed) + 2} +{start},{len(added) + 2}"
        lines = [f"--- {path}", f"+++ {path}", f"@@ {sizes} @@", f" {before[start - 1]}"]
        lines += [*(f"-{line}" for line in removed), *(f"+{line}" for line in added)]
        return "\n".join([*lines, f" {before[-end]}"])


def mutants(source: str, exercises: Mapping[str, str]) -> list[Mutant]:
    """All mutants of a chapter's solutions, each once.

    `exercises` tells to which exercise a top-level definition belongs; others are left alone.
    """
    found: list[Mutant] = []
    occurrences = Counter[tuple[str, ...]]()
    for name, before, original, after, changed in changed_definitions(source):
        known = {meaning(original)}
        for definition in changed if name in exercises else ():
            made = meaning(definition)
            if made and made not in known:
                known.add(made)
                key = (exercises[name], *changed_lines(original, definition))
                occurrences[key] += 1
                found.append(Mutant(Change(*key, occurrences[key]), before + definition + after))
    return found


def meaning(source: str) -> str:
    """What Python understands, equal for sources that are sure to do the same; '' for what is no Python."""
    try:
        compile(source, "<mutant>", "exec")
    except SyntaxError:
        return ""
    tree = ast.parse(source)
    for node in ast.walk(tree):
        unordered(node).sort(key=ast.dump)
        if is_call_of(node, "zip"):
            # strict is there to fail in development.
            node.keywords = [keyword for keyword in node.keywords if keyword.arg != "strict"]
    return ast.dump(tree)


def unordered(node: ast.AST) -> list[ast.expr]:
    """The values in a node whose order means nothing: those of a set, and the types of isinstance and except."""
    if isinstance(node, ast.Set):
        return node.elts
    types = node.type if isinstance(node, ast.ExceptHandler) else None
    if is_call_of(node, "isinstance"):
        types = node.args[-1] if node.args else None
    return types.elts if isinstance(types, ast.Tuple) else []


def is_call_of(node: ast.AST, function: str) -> TypeGuard[ast.Call]:
    """Whether a node calls the function of that name."""
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == function


def changed_lines(original: str, mutated: str) -> tuple[str, str]:
    """The lines from the first to the last that differ, in both sources."""
    before, after = original.splitlines(), mutated.splitlines()
    start, end = unchanged(before, after)
    return lines_as_text(before[start : len(before) - end]), lines_as_text(after[start : len(after) - end])


def unchanged(before: list[str], after: list[str]) -> tuple[int, int]:
    """How many lines are equal at the start and at the end; the marks are, on both sides of a change."""
    shorter = min(len(before), len(after))
    start, end = 0, 0
    while start < shorter and before[start] == after[start]:
        start += 1
    while end < shorter - start and before[-1 - end] == after[-1 - end]:
        end += 1
    return start, end


def lines_as_text(lines: list[str]) -> str:
    """Lines without the indentation that they share."""
    return dedent("\n".join(lines))


def changed_definitions(source: str) -> Iterator[tuple[str, str, str, str, Iterator[str]]]:
    """Every top-level definition: its name, the text before it, its own, the text behind, and its changed ones."""
    wrapper = MetadataWrapper(cst.parse_module(source), unsafe_skip_copy=True)
    positions = wrapper.resolve(PositionProvider)
    lines = solved_lines(source)
    end = 0
    for statement in wrapper.module.body:
        text = wrapper.module.code_for_node(statement)
        start = source.index(text, end)
        end = start + len(text)
        if isinstance(statement, (cst.FunctionDef, cst.ClassDef)):
            changed = changed_texts(wrapper.module, statement, changeable(statement, positions, lines))
            yield statement.name.value, source[:start], text, source[end:], changed


def changed_texts(module: cst.Module, definition: cst.CSTNode, nodes: Sequence[cst.CSTNode]) -> Iterator[str]:
    """The definition with one of the nodes changed, as the operators change it."""
    for node in nodes:
        for kind, operator in OPERATORS:
            for replacement in operator(node) if isinstance(node, kind) else ():
                changed = definition.deep_replace(node, replacement)
                assert isinstance(changed, cst.CSTNode)
                yield module.code_for_node(changed)


def solved_lines(source: str) -> set[int]:
    """The numbers of the lines between solution marks, counted from 1."""
    inside, found = False, set()
    for number, line in enumerate(source.splitlines(), start=1):
        inside = (inside or line.strip() == BEGIN_SOLUTION) and line.strip() != END_SOLUTION
        if inside:
            found.add(number)
    return found


def changeable(
    node: cst.CSTNode, positions: Mapping[cst.CSTNode, CodeRange], lines: set[int]
) -> list[cst.CSTNode]:
    """The nodes that begin on these lines: no docstring, no annotation, nothing within the text of an error."""
    if isinstance(node, cst.Annotation) or is_docstring(node):
        return []
    own = [node] if node in positions and positions[node].start.line in lines else []
    below = () if isinstance(node, cst.Raise) else node.children
    return own + [found for child in below for found in changeable(child, positions, lines)]


def is_docstring(node: cst.CSTNode) -> bool:
    """Whether a statement is nothing but a text."""
    return (
        isinstance(node, cst.SimpleStatementLine)
        and isinstance(node.body[0], cst.Expr)
        and isinstance(node.body[0].value, cst.BaseString)
    )
