"""The replay: how checks end, what is reported once, and what is our own trouble."""

from __future__ import annotations

from itertools import count
from pathlib import Path

import pytest

from autograder.checks.findings import Finding
from autograder.checks.replay import ChecksBrokenError, Job, replay
from autograder.checks.subjects import LocalSubject
from autograder.checks.verdicts import Ending, score

NUMBERS = count()

HEAD = """
import pytest
from autograder.checks.exercises import exercise
from autograder.checks.findings import Finding, NotChecked, NotReached
from autograder.checks.probes.functions import result

thing = exercise("thing", build="thing")
"""


def endings(tmp_path: Path, checks: str, answer: str = "", **options: object) -> list[Ending]:
    """How the checks end on an answer."""
    # pytest keeps collected modules by name, as one process meets each check file once.
    path = tmp_path / f"test_thing_{next(NUMBERS)}.py"
    path.write_text(HEAD + checks)
    names: dict[str, object] = {}
    exec(answer, names)
    done: list[Job[None]] = []
    replay([path], [Job(None, LocalSubject(names), **options)], done.append)  # type: ignore[arg-type]
    if done[0].trouble:
        raise done[0].trouble
    return done[0].endings


def short(found: list[Ending]) -> list[tuple[str, str, str | None]]:
    """Name, status and finding of each."""
    return [(e.check.name, e.status, e.finding.id if e.finding else None) for e in found]


def test_a_check_passes_fails_or_errs(tmp_path: Path) -> None:
    checks = """
@thing.check()
def test_thing_first(student):
    assert student.observe(result, 1).value == 2

@thing.check()
def test_thing_second(student):
    raise Finding("values.differ", share="1 of 2")

@thing.check()
def test_thing_third(student):
    student.observe(result, "no number")

@thing.check()
def test_thing_fourth(student):
    raise NotReached
"""
    assert short(endings(tmp_path, checks, "def thing(x): return x + 1")) == [
        ("first", "passed", None),
        ("second", "failed", "values.differ"),
        ("third", "error", "raised"),
        ("fourth", "not_reached", None),
    ]


def test_a_mistake_is_reported_once(tmp_path: Path) -> None:
    checks = """
@thing.check()
def test_thing_first(student):
    student.observe(result, 1)

@thing.check()
def test_thing_second(student):
    student.observe(result, 2)
"""
    found = endings(tmp_path, checks, "def thing(x): raise NotImplementedError")
    assert short(found) == [("first", "failed", "not_implemented"), ("second", "not_reached", "not_reached")]
    assert short(endings(tmp_path, checks, "def thing(x): return 1 / 0"))[1][1] == "not_reached"


def test_two_different_errors_are_two_mistakes(tmp_path: Path) -> None:
    checks = """
@thing.check()
def test_thing_first(student):
    student.observe(result, 0)

@thing.check()
def test_thing_second(student):
    student.observe(result, 1)
"""
    answer = "def thing(x):\n    if x:\n        return [][x]\n    return 1 / x"
    assert [e.status for e in endings(tmp_path, checks, answer)] == ["error", "error"]


def test_every_seed_runs_and_inputs_differ(tmp_path: Path) -> None:
    checks = """
seen = []

@thing.check(seeds=3)
def test_thing_seeds(rng):
    seen.append(float(rng.normal(1)))
    if len(seen) == 3 and len(set(seen)) == 3:
        raise Finding("values.differ", share="all")
"""
    assert [e.status for e in endings(tmp_path, checks)] == ["failed"]


def test_parameter_sets_of_one_check_are_one_verdict(tmp_path: Path) -> None:
    checks = """
@pytest.mark.parametrize("number", [1, 2, 3])
@thing.check()
def test_thing_all(number):
    if number == 2:
        raise Finding("values.differ", share="2")
"""
    assert short(endings(tmp_path, checks)) == [("all", "failed", "values.differ")]


def test_a_name_that_is_missing_says_so(tmp_path: Path) -> None:
    checks = """
@thing.check()
def test_thing_there(student):
    student.observe(result)
"""
    assert short(endings(tmp_path, checks)) == [("there", "failed", "not_defined")]


def test_settled_exercises_are_not_looked_at(tmp_path: Path) -> None:
    checks = """
@thing.check()
def test_thing_first(student):
    raise SystemExit("was looked at")

@thing.check()
def test_thing_second(student):
    raise SystemExit("was looked at")
"""
    found = endings(tmp_path, checks, settled={"thing": Finding("starter.unchanged")})
    assert short(found) == [
        ("first", "failed", "starter.unchanged"),
        ("second", "not_reached", "not_reached"),
    ]


@pytest.mark.parametrize(
    "checks",
    [
        "@thing.check()\ndef test_thing_bug():\n    [].missing\n",
        "@thing.check()\ndef test_thing_bug(no_such_fixture):\n    pass\n",
        "@thing.check()\ndef test_thing_bug(reference):\n    pass\n",
    ],
    ids=["a bug", "an unknown fixture", "a reference where there is none"],
)
def test_a_broken_check_is_our_trouble_and_no_verdict(tmp_path: Path, checks: str) -> None:
    with pytest.raises((ChecksBrokenError, AttributeError)):
        endings(tmp_path, checks)


@pytest.mark.parametrize(
    ("checks", "says"),
    [("def test_unmarked(): pass\n", "not marked"), ("def test_thing(:\n", "SyntaxError")],
)
def test_a_file_that_can_not_be_collected_is_refused(tmp_path: Path, checks: str, says: str) -> None:
    with pytest.raises(ChecksBrokenError, match=says):
        endings(tmp_path, checks)


def test_settings_of_the_folder_do_not_reach_the_checks(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "conftest.py").write_text("raise SystemExit('conftest was read')")
    (tmp_path / "pytest.ini").write_text("[pytest]\naddopts = --no-such-option\n")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PYTEST_ADDOPTS", "--no-such-option")
    assert short(endings(tmp_path, "@thing.check()\ndef test_thing_runs(): pass\n")) == [
        ("runs", "passed", None)
    ]


def test_points_are_shared_by_weight_and_a_guard_only_costs(tmp_path: Path) -> None:
    checks = """
@thing.check(points=2)
def test_thing_heavy(student):
    pass

@thing.check()
def test_thing_light(student):
    raise Finding("values.differ", share="1")

@thing.guard()
def test_thing_guard(student):
    if student.observe(result).value:
        raise Finding("output.none")
"""
    assert score(6, endings(tmp_path, checks, "def thing(): return 0")) == (4.0, [4.0, 0.0, 0.0])
    assert score(6, endings(tmp_path, checks, "def thing(): return 1")) == (2.0, [4.0, 0.0, -2.0])


def test_a_check_that_can_not_look_neither_earns_nor_costs(tmp_path: Path) -> None:
    checks = """
@thing.check()
def test_thing_seen():
    pass

@thing.check()
def test_thing_unseen():
    raise NotChecked(Finding("placement.no_device"))
"""
    found = endings(tmp_path, checks)
    assert short(found) == [("seen", "passed", None), ("unseen", "not_checked", "placement.no_device")]
    assert score(2, found) == (2.0, [2.0, 0.0])


def test_a_score_is_never_negative_and_full_is_exact(tmp_path: Path) -> None:
    three = "".join(f"@thing.check()\ndef test_thing_{n}(): pass\n" for n in "abc")
    assert score(2, endings(tmp_path, three))[0] == 2.0
    guard = "@thing.guard(cost=9)\ndef test_thing_g(): raise Finding('output.none')\n"
    light = "@thing.check()\ndef test_thing_a(): pass\n"
    assert score(2, endings(tmp_path, light + guard))[0] == 0.0
