"""The journal: what has been graded so far survives whatever happens to the grader.

While grading runs, every record is appended to `journal.jsonl` at once. At the end all records are
written to `grades.jsonl`, sorted, in one atomic replacement, and the journal is removed. A grader that
was killed leaves a journal, and the next one goes on from it.
"""

from __future__ import annotations

import fcntl
import os
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec

from autograder.grading.records import SubmissionRecord
from autograder.submissions.errors import UsageError


class BusyError(UsageError):
    """Another grader is writing to the same folder."""


class Journal:
    """The records in a GRADES folder; `of[student][assignment]` is one."""

    def __init__(self, folder: Path) -> None:
        self.grades = folder / "grades.jsonl"
        self.path = folder / "journal.jsonl"
        self.of: defaultdict[str, dict[str, SubmissionRecord]] = defaultdict(dict)
        for path in (self.grades, self.path):
            for record in read_records(path):
                self._keep(record)
        if self.path.is_file() and not self.path.read_bytes().endswith(b"\n"):
            # A kill cut the last line off; the next record must not be appended to what is left of it.
            with self.path.open("ab") as file:
                file.write(b"\n")

    def add(self, record: SubmissionRecord) -> None:
        """Keeps a record, on disk before this returns."""
        self._keep(record)
        with self.path.open("ab") as file:
            file.write(msgspec.json.encode(record) + b"\n")
            file.flush()
            os.fsync(file.fileno())

    def _keep(self, record: SubmissionRecord) -> None:
        # Before it could be read, nobody knew which assignment it was.
        self.of[record.student].pop("", None)
        self.of[record.student][record.assignment or ""] = record

    def close(self) -> list[SubmissionRecord]:
        """Writes grades.jsonl, sorted, and removes the journal; returns the records."""
        records = [self.of[student][name] for student in sorted(self.of) for name in sorted(self.of[student])]
        write_atomically(self.grades, b"".join(msgspec.json.encode(r) + b"\n" for r in records))
        self.path.unlink(missing_ok=True)
        return records


def read_records(path: Path) -> Iterator[SubmissionRecord]:
    """The records in a file of lines; a last line that was cut off by a kill is left out."""
    if not path.is_file():
        return
    for line in path.read_bytes().splitlines():
        try:
            yield msgspec.json.decode(line, type=SubmissionRecord)
        except msgspec.DecodeError:
            continue


def write_atomically(path: Path, data: bytes) -> None:
    """Replaces a file so that a reader sees the old or the new content, never a part."""
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    with temporary.open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    os.replace(temporary, path)


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Holds a GRADES folder for one grader; raises BusyError if another has it. A kill lets go of it."""
    with (folder / ".lock").open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise BusyError(f"another grader is writing to {folder}") from None
        yield
