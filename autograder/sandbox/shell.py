"""The IPython shell that student cells run in: a notebook's, less what a sandbox can't give."""

from __future__ import annotations

import sys
import traceback
import types
from typing import Any

from IPython.core.compilerop import CachingCompiler
from IPython.core.inputtransformer2 import leading_empty_lines
from IPython.core.interactiveshell import InteractiveShell
from traitlets.config import Config

from autograder.sandbox.libraries import adapt_libraries
from autograder.sandbox.magics import replace_magics

ErrorInformation = tuple[type[BaseException], BaseException, types.TracebackType]


class NamingCompiler(CachingCompiler):
    """Compiles cells under the name they were given, so that tracebacks say `<cell 3>`."""

    cell_name = "<cell>"

    def get_code_name(self, raw_code: str, transformed_code: str, number: int) -> str:
        """The file name of the cell that is being compiled."""
        return self.cell_name


class StudentShell(InteractiveShell):
    """Runs cells, starts no programs and prints plain tracebacks."""

    compile: NamingCompiler

    def system(self, command: str) -> None:
        """`!command`: a note instead."""
        print(f"[programs can't be started while grading, skipped: {command[:80]}]")

    system_raw = system_piped = system

    def getoutput(self, command: str, split: bool = True, depth: int = 0) -> Any:
        """`x = !command`: a note, and no output."""
        self.system(command)
        return [] if split else ""

    def ask_exit(self) -> None:
        """`exit()` in a notebook ends nothing here: the cells after it still run."""

    def showtraceback(self, exc_tuple: ErrorInformation | None = None, *_: Any, **options: Any) -> None:
        """The traceback in plain text, from the cell's first frame on."""
        kind, value, trace = exc_tuple or sys.exc_info()
        while trace is not None and trace.tb_frame.f_code.co_filename != self.compile.cell_name:
            trace = trace.tb_next
        print("".join(traceback.format_exception(kind, value, trace)))

    def showsyntaxerror(self, *_: Any, **options: Any) -> None:
        """The same for a cell that does not compile."""
        self.showtraceback()


def make_shell() -> StudentShell:
    """The shell, with magics and libraries made to do without programs, processes and a screen."""
    config = Config()
    config.HistoryManager.enabled = False
    config.HistoryManager.hist_file = ":memory:"
    shell: StudentShell = StudentShell.instance(
        config=config, colors="NoColor", compiler_class=NamingCompiler, autoindent=False
    )
    # What %cd and %store remember, instead of files in a home that children may not write to.
    shell.db = {}
    replace_magics(shell)
    transforms = shell.input_transformer_manager.cleanup_transforms
    transforms[transforms.index(leading_empty_lines)] = empty_lines_before_a_magic
    adapt_libraries()
    return shell


def empty_lines_before_a_magic(lines: list[str]) -> list[str]:
    """Drops empty lines above a %%magic, and only there: elsewhere they would shift the lines of exceptions."""
    start = next((index for index, line in enumerate(lines) if line.strip()), 0)
    return lines[start:] if lines and lines[start].startswith("%%") else lines


def run_cell(shell: StudentShell, source: str, name: str) -> BaseException | None:
    """Run one cell under a file name; returns what it raised."""
    shell.compile.cell_name = name
    result = shell.run_cell(source, store_history=False)  # type: ignore[no-untyped-call]
    error: BaseException | None = result.error_before_exec or result.error_in_exec
    return error


def line_in_cell(error: BaseException, name: str) -> int | None:
    """The line of the cell that an exception came from or, for one that did not compile, points at."""
    if isinstance(error, SyntaxError) and error.filename == name:
        return error.lineno
    line = None
    trace: types.TracebackType | None = error.__traceback__
    while trace is not None:
        if trace.tb_frame.f_code.co_filename == name:
            line = trace.tb_lineno
        trace = trace.tb_next
    return line
