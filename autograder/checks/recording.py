"""From the endings of an exercise's checks to its record."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from autograder.checks.findings import explain
from autograder.checks.records import CheckRecord, ExerciseRecord
from autograder.checks.verdicts import Ending, score


def record(exercise: str, points: float, endings: Sequence[Ending], language: str = "en") -> ExerciseRecord:
    """The record of an exercise worth `points`."""
    earned, shares = score(points, endings)
    _, maxima = score(points, [Ending(ending.check, "passed") for ending in endings])
    checks = [
        CheckRecord(
            id=ending.check.id,
            status=ending.status,
            points=share,
            max_points=maximum,
            finding=ending.finding.id if ending.finding else None,
            message=str(explain(ending.finding, language)) if ending.finding else None,
            device=ending.device or msgspec.UNSET,
        )
        for ending, share, maximum in zip(endings, shares, maxima, strict=True)
    ]
    return ExerciseRecord(exercise, earned, float(points), checks)
