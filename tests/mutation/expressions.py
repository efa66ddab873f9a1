"""Operators on expressions, for what mutmut's own do not change.

An operator gets a node and yields what could stand in its place.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import permutations
from typing import Any

import libcst as cst
import libcst.matchers as m
from torch import nn

Operators = Sequence[tuple[type[cst.CSTNode], Callable[[Any], Iterable[cst.CSTNode]]]]
"""Functions by the type of node that they take: the same shape as mutmut's list."""

SIBLINGS = (
    ("sum", "mean"),
    ("min", "max"),
    ("amin", "amax"),
    ("argmin", "argmax"),
    ("zeros", "ones"),
    ("zeros_like", "ones_like"),
    ("zeros_", "ones_"),
    ("rand", "randn"),
    ("uniform_", "normal_"),
    ("any", "all"),
    ("isnan", "isinf", "isfinite"),
    ("cat", "stack"),
    ("squeeze", "unsqueeze"),
    ("floor", "ceil", "round"),
    ("sin", "cos"),
    ("real", "imag"),
    ("tanh", "sigmoid", "relu"),
    ("Tanh", "Sigmoid", "ReLU"),
    ("softmax", "log_softmax"),
    ("train", "eval"),
    ("parameters", "buffers"),
    ("named_parameters", "named_buffers"),
    ("children", "modules"),
    ("named_children", "named_modules"),
    ("_parameters", "_buffers"),
    ("ModuleList", "Sequential"),
    ("weight", "bias"),
    ("keys", "values"),
    ("in_features", "out_features"),
    ("append", "extend"),
    ("is_floating_point", "is_complex"),
)
"""Names of which one is easily written for the other."""

OTHER_NAMES = {name: [other for other in group if other != name] for group in SIBLINGS for name in group}

OF_EVERY_MODULE = {*dir(nn.Module()), "weight", "bias"}

NO_VALUE = m.OneOf(*map(m.Name, ("self", "torch", "nn", "F", "math")))
"""What is no value by itself: `torch.sum(x)` without the call is not `torch`."""

OTHER_COMPARISONS: dict[type[cst.BaseCompOp], cst.BaseCompOp] = {
    cst.LessThan: cst.GreaterThan(),
    cst.LessThanEqual: cst.GreaterThanEqual(),
    cst.GreaterThan: cst.LessThan(),
    cst.GreaterThanEqual: cst.LessThanEqual(),
}

ORDER_MATTERS = (cst.Subtract, cst.Divide, cst.FloorDivide, cst.Modulo, cst.Power, cst.MatrixMultiply)

ATOMS = (cst.Name, cst.Attribute, cst.Call, cst.Subscript, cst.List, cst.Dict, cst.SimpleString)


def bracketed(expression: cst.BaseExpression) -> cst.BaseExpression:
    """The expression so that it can stand anywhere."""
    if isinstance(expression, ATOMS) or expression.lpar:
        return expression
    return expression.with_changes(lpar=[cst.LeftParen()], rpar=[cst.RightParen()])


def smaller_number(node: cst.Integer | cst.Float) -> Iterator[cst.BaseExpression]:
    """One less; mutmut has one more."""
    value = node.evaluated_value - 1
    yield cst.parse_expression(repr(value) if value >= 0 else f"({value!r})")


def doubled_fraction(node: cst.Float) -> Iterator[cst.BaseExpression]:
    """Twice a number below one: adding one to an eps is too coarse a change."""
    if 0 < node.evaluated_value < 1:
        yield node.with_changes(value=repr(2 * node.evaluated_value))


def sibling(node: cst.Attribute) -> Iterator[cst.BaseExpression]:
    """The function or attribute next to the one that is used; of self, only what every module has."""
    for name in OTHER_NAMES.get(node.attr.value, ()):
        if not m.matches(node.value, m.Name("self")) or name in OF_EVERY_MODULE:
            yield node.with_changes(attr=cst.Name(name))


def called_sibling(node: cst.Call) -> Iterator[cst.BaseExpression]:
    """The same for a bare name, if it is called."""
    if isinstance(node.func, cst.Name):
        for name in OTHER_NAMES.get(node.func.value, ()):
            yield node.with_changes(func=cst.Name(name))


def other_comparison(node: cst.ComparisonTarget) -> Iterator[cst.ComparisonTarget]:
    """The comparison in the other direction; mutmut only adds or removes equality."""
    if type(node.operator) in OTHER_COMPARISONS:
        yield node.with_changes(operator=OTHER_COMPARISONS[type(node.operator)])


def one_operand(node: cst.BinaryOperation | cst.BooleanOperation) -> Iterator[cst.BaseExpression]:
    """Half of the formula."""
    yield bracketed(node.left)
    yield bracketed(node.right)


def swapped_operands(node: cst.BinaryOperation) -> Iterator[cst.BaseExpression]:
    """`b - a` for `a - b`."""
    if isinstance(node.operator, ORDER_MATTERS):
        yield node.with_changes(left=bracketed(node.right), right=bracketed(node.left))


def elementwise_product(node: cst.BinaryOperation) -> Iterator[cst.BaseExpression]:
    """`a * b` for `a @ b`."""
    if isinstance(node.operator, cst.MatrixMultiply):
        yield node.with_changes(operator=cst.Multiply())


def unsigned(node: cst.UnaryOperation) -> Iterator[cst.BaseExpression]:
    """`a` for `-a`."""
    if isinstance(node.operator, cst.Minus):
        yield bracketed(node.expression)


def swapped_arguments(node: cst.Call) -> Iterator[cst.BaseExpression]:
    """Two neighbouring arguments in each other's place."""
    positional = [arg for arg in node.args if arg.keyword is None and not arg.star]
    for position in range(len(positional) - 1):
        values = [arg.value for arg in positional]
        values[position : position + 2] = values[position + 1], values[position]
        yield node.with_changes(
            args=[
                *(arg.with_changes(value=value) for arg, value in zip(positional, values, strict=True)),
                *node.args[len(positional) :],
            ]
        )


def no_arguments(node: cst.Call) -> Iterator[cst.BaseExpression]:
    """The only argument dropped; mutmut drops one of several."""
    if len(node.args) == 1:
        yield node.with_changes(args=[])


def left_out_call(node: cst.Call) -> Iterator[cst.BaseExpression]:
    """`x` for `x.abs()` and for `relu(x)`: the function forgotten."""
    if isinstance(node.func, cst.Attribute) and not m.matches(node.func.value, NO_VALUE):
        yield bracketed(node.func.value)
    if node.args and not node.args[0].star:
        yield bracketed(node.args[0].value)


def left_out_element(node: cst.Tuple | cst.List | cst.Set | cst.Dict) -> Iterator[cst.BaseExpression]:
    """A literal with one element less."""
    for position in range(len(node.elements)):
        left = [*node.elements[:position], *node.elements[position + 1 :]]
        if isinstance(node, cst.Tuple) and len(left) == 1:
            left = [left[0].with_changes(comma=cst.Comma())]
        yield node.with_changes(elements=left)


def swapped_elements(node: cst.Tuple | cst.List) -> Iterator[cst.BaseExpression]:
    """A literal with two neighbouring elements in each other's place."""
    for position in range(len(node.elements) - 1):
        values = [element.value for element in node.elements]
        values[position : position + 2] = values[position + 1], values[position]
        pairs = zip(node.elements, values, strict=True)
        yield node.with_changes(elements=[element.with_changes(value=value) for element, value in pairs])


def repeated_argument(node: cst.Call) -> Iterator[cst.BaseExpression]:
    """One variable given twice, where two are given."""
    plain = [arg for arg in node.args if arg.keyword is None and isinstance(arg.value, cst.Name)]
    for arg, other in permutations(plain, 2):
        args = [other.with_changes(comma=a.comma) if a is arg else a for a in node.args]
        yield node.with_changes(args=args)


def shorter_text(node: cst.FormattedString) -> Iterator[cst.BaseExpression]:
    """An f-string without one of its parts."""
    for position in range(len(node.parts)):
        yield node.with_changes(parts=[*node.parts[:position], *node.parts[position + 1 :]])


def left_out_filter(node: cst.CompFor) -> Iterator[cst.CompFor]:
    """A comprehension without its `if`."""
    if node.ifs:
        yield node.with_changes(ifs=[])


def backwards(node: cst.For) -> Iterator[cst.CSTNode]:
    """A loop in the opposite order, unless nobody looks at what it runs over."""
    if not m.matches(node.target, m.Name("_")):
        yield node.with_changes(iter=turned_round(node.iter))


def collected_backwards(node: cst.ListComp | cst.GeneratorExp | cst.DictComp) -> Iterator[cst.CSTNode]:
    """The same for a comprehension; a set has no order."""
    loop = node.for_in
    if not m.matches(loop.target, m.Name("_")):
        yield node.with_changes(for_in=loop.with_changes(iter=turned_round(loop.iter)))


def turned_round(values: cst.BaseExpression) -> cst.Call:
    """`reversed(list(values))`."""
    listed = cst.Call(cst.Name("list"), [cst.Arg(values)])
    return cst.Call(cst.Name("reversed"), [cst.Arg(listed)])


EXPRESSION_OPERATORS: Operators = [
    (cst.Integer, smaller_number),
    (cst.Float, smaller_number),
    (cst.Float, doubled_fraction),
    (cst.Attribute, sibling),
    (cst.Call, called_sibling),
    (cst.ComparisonTarget, other_comparison),
    (cst.BinaryOperation, one_operand),
    (cst.BooleanOperation, one_operand),
    (cst.BinaryOperation, swapped_operands),
    (cst.BinaryOperation, elementwise_product),
    (cst.UnaryOperation, unsigned),
    (cst.Call, swapped_arguments),
    (cst.Call, repeated_argument),
    (cst.Call, no_arguments),
    (cst.Call, left_out_call),
    (cst.Tuple, left_out_element),
    (cst.List, left_out_element),
    (cst.Set, left_out_element),
    (cst.Dict, left_out_element),
    (cst.Tuple, swapped_elements),
    (cst.List, swapped_elements),
    (cst.FormattedString, shorter_text),
    (cst.CompFor, left_out_filter),
    (cst.For, backwards),
    (cst.ListComp, collected_backwards),
    (cst.GeneratorExp, collected_backwards),
    (cst.DictComp, collected_backwards),
]
