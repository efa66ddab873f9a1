"""grades.csv: a line per submission, a column per exercise."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence

from autograder.grading.records import SubmissionRecord

COLUMNS = ("student", "assignment", "status", "score", "max_score")
FORMULA = ("=", "+", "-", "@", "\t", "\r")


def as_csv(records: Sequence[SubmissionRecord]) -> str:
    """The records as CSV text; exercises that a submission does not have stay empty."""
    exercises = list(dict.fromkeys(exercise.id for record in records for exercise in record.exercises))
    file = io.StringIO(newline="")
    # Every text in quotes: a spreadsheet may split at semicolons or tabs as well.
    writer = csv.writer(file, quoting=csv.QUOTE_NONNUMERIC)
    writer.writerow([*COLUMNS, *exercises])
    for record in records:
        scores = {exercise.id: exercise.score for exercise in record.exercises}
        known = [harmless(record.student), harmless(record.assignment or ""), record.status]
        writer.writerow(
            [*known, record.score, record.max_score, *(scores.get(exercise, "") for exercise in exercises)]
        )
    return file.getvalue()


def harmless(text: str) -> str:
    """A text that no spreadsheet takes for a formula."""
    return f"'{text}" if text.startswith(FORMULA) else text
