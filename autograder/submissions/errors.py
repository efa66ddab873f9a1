"""What can be wrong with what was handed in, and with what the grader was asked to grade."""

from __future__ import annotations


class UsageError(Exception):
    """The grader was asked for what can't be graded; the message is one sentence for the caller."""


class Unreadable(Exception):
    """One submission that can't be graded as it is; `reason` says why and names no absolute path."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason
