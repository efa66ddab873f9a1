"""Operators on whole statements: left out, cut short, cut off from the graph."""

from __future__ import annotations

from collections.abc import Iterator

import libcst as cst
import libcst.matchers as m

from tests.mutation.expressions import Operators, bracketed


def left_out_line(node: cst.SimpleStatementLine) -> Iterator[cst.CSTNode]:
    """A statement left out; of a return, the value."""
    (statement, *more) = node.body
    if isinstance(statement, cst.Return):
        yield node.with_changes(body=[cst.Return(), *more])
    elif not isinstance(statement, cst.Pass):
        yield node.with_changes(body=[cst.Pass(), *more])


def left_out_block(node: cst.If | cst.For | cst.While) -> Iterator[cst.CSTNode]:
    """A block left out with its condition or loop."""
    yield cst.SimpleStatementLine([cst.Pass()], leading_lines=node.leading_lines)


def condition_turned(node: cst.If | cst.While) -> Iterator[cst.CSTNode]:
    """`if not a` for `if a`."""
    yield node.with_changes(test=cst.UnaryOperation(cst.Not(), bracketed(node.test)))


def condition_ignored(node: cst.If) -> Iterator[cst.CSTNode]:
    """A branch that is always taken."""
    yield node.with_changes(test=cst.Name("True"))


def left_out_context(node: cst.With) -> Iterator[cst.CSTNode]:
    """The body of `with torch.no_grad():` without the context."""
    if all(item.asname is None for item in node.items):
        yield cst.If(test=cst.Name("True"), body=node.body, leading_lines=node.leading_lines)


def left_out_decorator(node: cst.FunctionDef | cst.ClassDef) -> Iterator[cst.CSTNode]:
    """A definition without one of its decorators."""
    for position in range(len(node.decorators)):
        left = [*node.decorators[:position], *node.decorators[position + 1 :]]
        yield node.with_changes(decorators=left)


def detached(node: cst.Return | cst.Assign) -> Iterator[cst.CSTNode]:
    """A result cut off from the graph; attributes are set where there is no graph yet."""
    computed = isinstance(node.value, (cst.Call, cst.BinaryOperation, cst.UnaryOperation, cst.Subscript))
    kept = isinstance(node, cst.Assign) and m.matches(node.targets[0].target, m.Attribute())
    if node.value is not None and computed and not kept:
        yield node.with_changes(value=cst.Call(cst.Attribute(bracketed(node.value), cst.Name("detach"))))


def other_error(node: cst.Raise) -> Iterator[cst.CSTNode]:
    """An error of a type that nobody asked for, and one whose text names nothing."""
    if isinstance(node.exc, cst.Call):
        yield node.with_changes(exc=node.exc.with_changes(func=cst.Name("ArithmeticError")))
        if not all(isinstance(arg.value, cst.BaseString) and plain(arg.value) for arg in node.exc.args):
            yield node.with_changes(exc=node.exc.with_changes(args=[]))


def plain(text: cst.BaseString) -> bool:
    """Whether a literal inserts nothing."""
    return not m.findall(text, m.FormattedStringExpression())


STATEMENT_OPERATORS: Operators = [
    (cst.SimpleStatementLine, left_out_line),
    (cst.If, left_out_block),
    (cst.For, left_out_block),
    (cst.While, left_out_block),
    (cst.If, condition_turned),
    (cst.While, condition_turned),
    (cst.If, condition_ignored),
    (cst.With, left_out_context),
    (cst.FunctionDef, left_out_decorator),
    (cst.ClassDef, left_out_decorator),
    (cst.Return, detached),
    (cst.Assign, detached),
    (cst.Raise, other_error),
]
