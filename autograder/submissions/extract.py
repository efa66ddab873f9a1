"""One submission's file, all the way to the code to run."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from autograder.catalogue import Chapter, course_folder
from autograder.submissions.discovery import Submission
from autograder.submissions.identify import identify
from autograder.submissions.notebook import Notebook
from autograder.submissions.reading import parse
from autograder.submissions.restore import restore
from autograder.submissions.script import Script


@dataclass(frozen=True)
class Extracted:
    """The chapter that a submission turned out to belong to, and its code."""

    chapter: Chapter
    script: Script


def extract(data: bytes, submission: Submission) -> Extracted:
    """The code in a submission's bytes, held against the released notebook; raises Unreadable.

    Raises FileNotFoundError if the chapter was never released: that is the course's fault, not the student's.
    """
    notebook = parse(data)
    chapter = identify(notebook, submission)
    return Extracted(chapter, restore(notebook, released_notebook(chapter), chapter))


@cache
def released_notebook(chapter: Chapter) -> Notebook:
    """The chapter's notebook as students got it."""
    return parse((course_folder() / "release" / chapter.assignment / chapter.notebook).read_bytes())
