"""IPython's magics where nothing can be started and nobody looks."""

from __future__ import annotations

import functools
import re
from collections.abc import Callable
from typing import Any

from IPython.core.interactiveshell import InteractiveShell
from IPython.core.magics.execution import ExecutionMagics

THAT_START_PROGRAMS = (
    *("pip", "conda", "mamba", "micromamba", "uv", "system", "sx", "sc", "script"),
    *("bash", "sh", "perl", "ruby", "python", "python2", "python3", "pypy"),
)
# These belong to a notebook's front end, and mean nothing here; so do the settings of a front end.
FOR_SCREENS = (
    *("matplotlib", "pylab", "gui", "history", "config", "pdb"),
    *("html", "javascript", "js", "svg", "latex"),
)
TIMEIT_OPTIONS = re.compile(r"^(?:\s*-(?:[nrpv]\s*\S+|[tcqo]+)(?=\s|$))*")
HOW_OFTEN = re.compile(r"-[nr]\s*\S+")


def replace_magics(shell: InteractiveShell) -> None:
    """Answer what starts programs with a note, do nothing for screens, and measure once."""
    for name in THAT_START_PROGRAMS:
        replace(shell, name, functools.partial(refuse, shell, name))
    for name in FOR_SCREENS:
        replace(shell, name, lambda line, cell=None: None)
    replace(shell, "timeit", timed_once(ExecutionMagics(shell).timeit))  # type: ignore[no-untyped-call]


def refuse(shell: InteractiveShell, name: str, line: str, cell: str | None = None) -> None:
    """The shell's note about a program."""
    shell.system(f"%{name} {line}")  # type: ignore[no-untyped-call]


def replace(shell: InteractiveShell, name: str, function: Any) -> None:
    """Answer %name and %%name with the function."""
    # IPython's own way to register one also sets an attribute of that name, which fails for "config".
    for kind in ("line", "cell"):
        shell.magics_manager.magics[kind][name] = function


def timed_once(timeit: Callable[..., Any]) -> Callable[..., Any]:
    """IPython's %timeit, which repeats for seconds, with one loop whatever its options say."""

    @functools.wraps(timeit)
    def once(line: str = "", *arguments: Any, **options: Any) -> Any:
        end = TIMEIT_OPTIONS.match(line).end()  # type: ignore[union-attr]
        return timeit(f"-n1 -r1 {HOW_OFTEN.sub('', line[:end])}{line[end:]}", *arguments, **options)

    return once
