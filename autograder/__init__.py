"""nn-course-kit: a PyTorch course in notebooks and its grader.

Notebooks need one name: `from autograder import check`.
"""

from __future__ import annotations

from typing import Any

__all__ = ["check"]


def __getattr__(name: str) -> Any:
    """Imports `check` when it is asked for, so that the command line starts without PyTorch."""
    if name == "check":
        from autograder.frontends.notebook import check

        return check
    raise AttributeError(f"module 'autograder' has no attribute {name!r}")
