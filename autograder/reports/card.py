"""One exercise's verdicts on a card: HTML for notebooks and feedback, text for terminals."""

from __future__ import annotations

import re
from html import escape

from jinja2 import Environment

from autograder.checks.records import CheckRecord, ExerciseRecord

LABELS = ("saw", "required", "cause")
QUOTED = re.compile(r"`([^`]+)`")


def with_code(line: str) -> str:
    """A line of a message as HTML: what stands between backquotes is code, and everything is escaped."""
    return QUOTED.sub(r"<code>\1</code>", escape(line))


# Colours are the theme's own in JupyterLab, light and dark; the second of each pair serves everywhere else.
# JupyterLab also sets tables smaller and tighter than text, so the table asks for the card's own size.
ENVIRONMENT = Environment(autoescape=True, trim_blocks=True, lstrip_blocks=True)
ENVIRONMENT.filters["with_code"] = with_code
TEMPLATE = ENVIRONMENT.from_string("""\
{% set cell = "text-align: left; vertical-align: top; line-height: 1.5;" %}
{% set green, red = "var(--jp-success-color1, #1a7f5a)", "var(--jp-error-color1, #c4432b)" %}
<div style="max-width: 52em; margin: .3em 0; padding: .6em 1em; line-height: 1.5;
            border-left: 4px solid {{ green if exercise.passed else red }};
            background: rgba(128, 128, 128, .08)">
<div><strong>{{ exercise.id }}</strong> &nbsp; {{ headline }}</div>
{% if passed %}
<div style="opacity: .85">
{% for check in passed %}
<span style="margin-right: 1.2em; white-space: nowrap"><span style="color: {{ green }}">&#10003;</span> {{ check.title }}</span>
{% endfor %}
</div>
{% endif %}
{% for check in failed %}
<div style="margin-top: .4em"><span style="color: {{ red }}">&#10007;</span> <strong>{{ check.title }}</strong></div>
<table style="margin: 0 0 0 1.2em; border: none; font-size: inherit">
{% for label, line in rows(check) %}
<tr style="background: none"><td style="{{ cell }} opacity: .7; padding: 0 .8em 0 0">{{ label }}</td>
<td style="{{ cell }} padding: 0">{{ line | with_code | safe }}</td></tr>
{% endfor %}
</table>
{% endfor %}
{% if open %}
<div style="margin-top: .4em; opacity: .7">not reached: {{ open | map(attribute="title") | join(", ") }}</div>
{% endif %}
</div>
""")


def rows(check: CheckRecord) -> list[tuple[str, str]]:
    """The lines of a check's message under their labels."""
    return list(zip(LABELS, (check.message or check.status).splitlines(), strict=False))


def headline(exercise: ExerciseRecord) -> str:
    """How many properties hold."""
    holding = sum(check.status == "passed" for check in exercise.checks)
    total = len(exercise.checks)
    return f"all {total} properties hold" if holding == total else f"{holding} of {total} properties hold"


def sorted_out(exercise: ExerciseRecord) -> tuple[list[CheckRecord], list[CheckRecord], list[CheckRecord]]:
    """The checks that passed, those that say what is wrong, and those that were not reached."""
    quiet = ("not_reached", "not_checked")
    return (
        [check for check in exercise.checks if check.status == "passed"],
        [check for check in exercise.checks if check.status != "passed" and check.status not in quiet],
        [check for check in exercise.checks if check.status in quiet],
    )


def as_html(exercise: ExerciseRecord) -> str:
    """The card as HTML; everything that came from a student is escaped."""
    passed, failed, open_ = sorted_out(exercise)
    return TEMPLATE.render(
        exercise=exercise, headline=headline(exercise), passed=passed, failed=failed, open=open_, rows=rows
    )


def as_text(exercise: ExerciseRecord) -> str:
    """The card as plain text."""
    passed, failed, open_ = sorted_out(exercise)
    lines = [f"{exercise.id}   {headline(exercise)}"]
    lines += [f"  \N{CHECK MARK} {check.title}" for check in passed]
    for check in failed:
        lines.append(f"  \N{BALLOT X} {check.title}")
        lines += [f"      {label:<9} {line}" for label, line in rows(check)]
    if open_:
        lines.append("  not reached: " + ", ".join(check.title for check in open_))
    return "\n".join(lines)
