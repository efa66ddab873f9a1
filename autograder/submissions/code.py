"""What a cell's code is and which names it makes and needs, told without running it."""

from __future__ import annotations

import ast
import hashlib
import re
import symtable
import warnings
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from IPython.core.inputtransformer2 import TransformerManager

from autograder.submissions.evaluation import names_read_first

# Beyond these a cell is compared as text and taken to make and need no names. The parser and, far more so,
# IPython's transformations (which read a cell anew for every magic in it) take minutes on what a vandal writes.
MAX_ANALYSED = 32 << 10
MAX_ANALYSED_TOGETHER = 256 << 10
MAX_TRANSFORMED = 8 << 10
MAX_MAGICS = 10
MAGIC_LINE = re.compile(r"^\s*[%!?,;/]|=\s*[%!]|\?\s*$", re.MULTILINE)
CELL_MAGIC = re.compile(r"\A\s*%%[^\n]*\n")
PARSER_ERRORS = (SyntaxError, ValueError, RecursionError, MemoryError, OverflowError, SystemError)


@dataclass(frozen=True)
class Code:
    """Facts about a cell's source.

    `fingerprint` is equal for two cells exactly when their code is the same, whatever its comments, blank
    lines and formatting. `binds` are the global names that it makes, `defines` those among them made by
    `class`, `def` or assignment, `needs` the global names that it reads and has not made by then.
    """

    fingerprint: str
    binds: frozenset[str] = frozenset()
    defines: frozenset[str] = frozenset()
    needs: frozenset[str] = frozenset()


def read_cells(sources: Iterable[str]) -> list[Code]:
    """The facts about each cell of one notebook; once they add up to too much, the rest is known by its text."""
    codes, analysed = [], 0
    for source in sources:
        analysed += len(source) if len(source) <= MAX_ANALYSED else 0
        codes.append(read_code(source) if analysed <= MAX_ANALYSED_TOGETHER else _as_text(source))
    return codes


def read_code(source: str) -> Code:
    """The facts about a cell's source; what is not Python, even after IPython, is known by its text only."""
    return _as_text(source) if len(source) > MAX_ANALYSED else _read_short(source)


def _as_text(source: str) -> Code:
    return Code(_digest("text", "\n".join(line.rstrip() for line in source.strip().splitlines())))


# A class hands in the same setup, demo and stub cells again and again.
@lru_cache(maxsize=256)
def _read_short(source: str) -> Code:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            python, tree = _parsed(source)
            dump = ast.dump(tree)
            scope = symtable.symtable(python, "cell", "exec")
            binds, reads = _global_names(scope)
            needs = reads - binds | names_read_first(tree, binds)
        except PARSER_ERRORS:
            return _as_text(source)
    imported = {symbol.get_name() for symbol in scope.get_symbols() if symbol.is_imported()}
    return Code(_digest("code", dump), frozenset(binds), frozenset(binds - imported), frozenset(needs))


def _digest(kind: str, text: str) -> str:
    return f"{kind}:{hashlib.sha256(text.encode('utf-8', 'backslashreplace')).hexdigest()}"


def _parsed(source: str) -> tuple[str, ast.Module]:
    # `%%time` and the like run the rest of the cell as code.
    source = CELL_MAGIC.sub("", source)
    try:
        return source, ast.parse(source)
    except PARSER_ERRORS:
        if len(source) > MAX_TRANSFORMED or len(MAGIC_LINE.findall(source)) > MAX_MAGICS:
            raise
    python = _transformed(source)
    return python, ast.parse(python)


def _transformed(source: str) -> str:
    try:
        return str(TransformerManager().transform_cell(source))  # type: ignore[no-untyped-call]
    except Exception as error:
        # IPython's transformers were written for people typing, and fail in many ways on anything else.
        raise ValueError("not a cell that IPython reads") from error


def _global_names(module: symtable.SymbolTable) -> tuple[set[str], set[str]]:
    """The global names that some scope of the code binds, and those that some scope reads."""
    binds: set[str] = set()
    reads: set[str] = set()
    scopes = [module]
    while scopes:
        scope = scopes.pop()
        scopes.extend(scope.get_children())
        for symbol in scope.get_symbols():
            if scope is module or symbol.is_global():
                if symbol.is_assigned() or symbol.is_imported() or symbol.is_namespace():
                    binds.add(symbol.get_name())
                if symbol.is_referenced():
                    reads.add(symbol.get_name())
    return binds, reads
