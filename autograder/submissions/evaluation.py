"""In which order a cell's top level reads and makes its names."""

from __future__ import annotations

import ast
from collections.abc import Set


def names_read_first(tree: ast.Module, names: Set[str]) -> set[str]:
    """Those of `names` that the cell's own statements read before they make them.

    Bodies of functions do not count: they read when they are called, which is after the cell has made what
    it makes. May raise RecursionError for code nested as deeply as nobody writes it.
    """
    if not names:
        return set()
    order = _Order()
    order.visit(tree)
    return {name for name in names if order.first.get(name) == "read"}


class _Order(ast.NodeVisitor):
    """Visits in the order of evaluation and remembers what happened to each name first."""

    def __init__(self) -> None:
        self.first: dict[str, str] = {}

    def visit_Name(self, node: ast.Name) -> None:
        self.first.setdefault(node.id, "made" if isinstance(node.ctx, ast.Store) else "read")

    def visit_Assign(self, node: ast.Assign) -> None:
        self.visit(node.value)
        for target in node.targets:
            self.visit(target)

    def visit_AnnAssign(self, node: ast.AnnAssign) -> None:
        self.visit(node.annotation)
        if node.value is not None:
            self.visit(node.value)
            self.visit(node.target)

    def visit_AugAssign(self, node: ast.AugAssign) -> None:
        if isinstance(node.target, ast.Name):
            self.first.setdefault(node.target.id, "read")
        self.generic_visit(node)

    def visit_For(self, node: ast.For) -> None:
        self.visit(node.iter)
        self.visit(node.target)
        for statement in node.body + node.orelse:
            self.visit(statement)

    def visit_comprehension(self, node: ast.comprehension) -> None:
        # Its targets are its own names.
        self.visit(node.iter)

    def visit_ClassDef(self, node: ast.ClassDef) -> None:
        self.generic_visit(node)
        self.first.setdefault(node.name, "made")

    def visit_FunctionDef(self, node: ast.FunctionDef | ast.AsyncFunctionDef) -> None:
        for outside in (*node.decorator_list, node.args):
            self.visit(outside)
        self.first.setdefault(node.name, "made")

    def visit_AsyncFunctionDef(self, node: ast.AsyncFunctionDef) -> None:
        self.visit_FunctionDef(node)

    def visit_Lambda(self, node: ast.Lambda) -> None:
        self.visit(node.args)

    def visit_ExceptHandler(self, node: ast.ExceptHandler) -> None:
        if node.type is not None:
            self.visit(node.type)
        if node.name is not None:
            self.first.setdefault(node.name, "made")
        for statement in node.body:
            self.visit(statement)

    def visit_alias(self, node: ast.alias) -> None:
        self.first.setdefault((node.asname or node.name).partition(".")[0], "made")
