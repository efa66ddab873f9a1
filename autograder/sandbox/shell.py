"""The IPython shell that student cells run in: a notebook's, less what a sandbox can't give."""

from __future__ import annotations

import functools
import inspect
import sys
import traceback
import types
from typing import Any

import matplotlib
import torch.utils.data
from IPython.core.compilerop import CachingCompiler
from IPython.core.inputtransformer2 import leading_empty_lines
from IPython.core.interactiveshell import InteractiveShell
from traitlets.config import Config

MAGICS_THAT_START_PROGRAMS = (
    *("pip", "conda", "mamba", "micromamba", "uv", "system", "sx", "sc", "script"),
    *("bash", "sh", "perl", "ruby", "python", "python2", "python3", "pypy"),
)
# These belong to a notebook's front end, and mean nothing here.
MAGICS_FOR_SCREENS = ("matplotlib", "pylab", "gui", "history", "html", "javascript", "js", "svg", "latex")


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
    """The shell, with `!`, installing magics, plots and data loaders made harmless."""
    config = Config()
    config.HistoryManager.enabled = False
    config.HistoryManager.hist_file = ":memory:"
    shell: StudentShell = StudentShell.instance(
        config=config, colors="NoColor", compiler_class=NamingCompiler, autoindent=False
    )
    for name in MAGICS_THAT_START_PROGRAMS:
        replace_magic(shell, name, lambda line, cell=None, name=name: shell.system(f"%{name} {line}"))
    for name in MAGICS_FOR_SCREENS:
        replace_magic(shell, name, lambda line, cell=None: None)
    transforms = shell.input_transformer_manager.cleanup_transforms
    transforms[transforms.index(leading_empty_lines)] = empty_lines_before_a_magic
    close_plots_instead_of_showing()
    load_data_in_this_process()
    return shell


def empty_lines_before_a_magic(lines: list[str]) -> list[str]:
    """Drops empty lines above a %%magic, and only there: elsewhere they would shift the lines of exceptions."""
    start = next((index for index, line in enumerate(lines) if line.strip()), 0)
    return lines[start:] if lines and lines[start].startswith("%%") else lines


def replace_magic(shell: StudentShell, name: str, function: Any) -> None:
    """Answer %name and %%name with the function."""
    for kind in ("line", "cell"):
        shell.register_magic_function(function, kind, name)


def close_plots_instead_of_showing() -> None:
    """`plt.show()` frees the figures: nobody looks, and open ones would pile up."""
    matplotlib.use("Agg")
    from matplotlib import pyplot

    def show(*arguments: Any, **options: Any) -> None:
        pyplot.close("all")

    pyplot.show = show


def load_data_in_this_process() -> None:
    """Every DataLoader gets `num_workers=0`, since the child can't fork."""
    original = torch.utils.data.DataLoader.__init__
    signature = inspect.signature(original)
    only_with_workers = ("prefetch_factor", "persistent_workers", "multiprocessing_context", "timeout")

    @functools.wraps(original)
    def without_workers(*arguments: Any, **options: Any) -> None:
        bound = signature.bind(*arguments, **options)
        if bound.arguments.get("num_workers"):
            bound.arguments["num_workers"] = 0
            for name in only_with_workers:
                bound.arguments.pop(name, None)
        original(*bound.args, **bound.kwargs)

    torch.utils.data.DataLoader.__init__ = without_workers  # type: ignore[method-assign]


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
