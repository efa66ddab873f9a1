"""The class report: one HTML page with the class at a glance and every student's cards."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from jinja2 import Environment, PackageLoader
from markupsafe import Markup

from autograder.checks.records import ExerciseRecord
from autograder.grading.records import SubmissionRecord
from autograder.reports.card import as_html

TEMPLATES = Environment(
    loader=PackageLoader("autograder.reports"), autoescape=True, trim_blocks=True, lstrip_blocks=True
)
MOST_FINDINGS = 12


def as_page(records: Sequence[SubmissionRecord]) -> str:
    """The page as HTML; everything that came from a student is escaped."""
    return TEMPLATES.get_template("class_report.html").render(
        assignments=[assignment_table(name, records) for name in assignments(records)],
        findings=frequent_findings(records),
        records=records,
        card=lambda exercise: Markup(as_html(exercise)),
        shade=shade,
    )


def assignments(records: Sequence[SubmissionRecord]) -> list[str]:
    """The assignments that occur, sorted; "" for submissions of which it is not known."""
    return sorted({record.assignment or "" for record in records})


def assignment_table(assignment: str, records: Sequence[SubmissionRecord]) -> dict[str, object]:
    """One assignment's records and the ids of its exercises."""
    own = [record for record in records if (record.assignment or "") == assignment]
    exercises = list(dict.fromkeys(exercise.id for record in own for exercise in record.exercises))
    graded = sorted(record.score for record in own if record.status == "graded")
    return {
        "name": assignment or "unknown assignment",
        "records": own,
        "exercises": exercises,
        "graded": len(graded),
        "median": graded[len(graded) // 2] if graded else None,
        "max_score": max((record.max_score for record in own), default=0),
    }


def frequent_findings(records: Sequence[SubmissionRecord]) -> list[tuple[str, str, int]]:
    """Exercise, what came out, and how many submissions have it: what to talk about in class."""
    counted: Counter[tuple[str, str]] = Counter()
    texts: dict[tuple[str, str], str] = {}
    for record in records:
        for exercise in record.exercises:
            for check in exercise.checks:
                if check.finding and check.status not in ("not_reached", "not_checked"):
                    counted[exercise.id, check.finding] += 1
                    texts.setdefault((exercise.id, check.finding), (check.message or "").splitlines()[0])
    return [(key[0], texts[key], number) for key, number in counted.most_common(MOST_FINDINGS)]


def shade(exercise: ExerciseRecord) -> str:
    """A background for a score: from the colour of nothing to the colour of everything."""
    share = exercise.score / exercise.max_score if exercise.max_score else 0.0
    return f"color-mix(in srgb, #1a7f5a {round(55 * share)}%, transparent)"
