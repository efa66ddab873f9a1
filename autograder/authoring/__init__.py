"""From what authors write to what students open: text, solutions and starters become notebooks.

`notebook` joins a chapter's text and its solutions to a source notebook, `release` has nbgrader make the
student's notebook of it, and `building` does both for a whole course and tells what is out of date.
"""

from __future__ import annotations

from autograder.authoring.building import build, stale
from autograder.authoring.definitions import AuthoringError

__all__ = ["AuthoringError", "build", "stale"]
