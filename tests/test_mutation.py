"""Mutation testing: what is changed, how mutants end, and that every chapter's checks notice enough of them."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import torch

from autograder.catalogue import Chapter, chapter, chapters
from tests.mutation.__main__ import SolutionFailsError, owners, tried, try_chapter
from tests.mutation.equivalents import ListError, as_entry, read_equivalents
from tests.mutation.mutants import Change, Mutant, mutants
from tests.mutation.report import LEAST, Result
from tests.mutation.running import BREAKS, DIES, LIVES, Fate, fates, judge_by_hidden_checks

ROOT = Path(__file__).parent.parent

POSITIVE = '''
def positive(x: float) -> float:
    """Nothing in here is 1 change away."""
    limit = 0
    ### BEGIN SOLUTION
    if x > limit:
        return x
    return 0.0
    ### END SOLUTION
'''

ENTRY = """
[[tiny]]
exercise = "positive"
line = "if x > limit:"
becomes = "if x >= limit:"
reason = "At the limit both branches return the same."
"""


@pytest.fixture(autouse=True)
def threads() -> Iterator[None]:
    """Trying mutants takes PyTorch's threads away."""
    threads = torch.get_num_threads()
    yield
    torch.set_num_threads(threads)


@pytest.fixture
def equivalent(tmp_path: Path) -> Path:
    """A list of equivalent mutants with one entry, which is true."""
    path = tmp_path / "equivalent.toml"
    path.write_text(ENTRY, encoding="utf-8")
    return path


def judge_positive(exercise: str, source: str) -> Fate:
    """A check of positive()."""
    names: dict[str, object] = {}
    try:
        exec(source, names)
        right = [names["positive"](x) for x in (-2.0, 0.0, 2.0)] == [0.0, 0.0, 2.0]  # type: ignore[operator]
    except Exception as error:
        return Fate(DIES, type(error).__name__)
    return Fate(LIVES if right else DIES)


def changes(solution: str) -> list[tuple[str, str]]:
    """What the operators make of the body of a function."""
    body = "".join(f"    {line}\n" for line in solution.splitlines())
    source = f"def f(x: float):\n    ### BEGIN SOLUTION\n{body}    ### END SOLUTION\n"
    return [(mutant.change.line, mutant.change.becomes) for mutant in mutants(source, {"f": "f"})]


@pytest.mark.parametrize(
    ("solution", "becomes"),
    [
        ("return x + 1", "return x - 1"),
        ("return x + 1", "return x + 2"),
        ("return x + 1", "return x + 0"),
        ("return x + 1", "return"),
        ("return x + 1", "return (x + 1).detach()"),
        ("return x > 1", "return x >= 1"),
        ("return x > 1", "return x < 1"),
        ("return a and b", "return a or b"),
        ("return a and b", "return a"),
        ("return not a", "return a"),
        ("return a @ b", "return b @ a"),
        ("return a @ b", "return a * b"),
        ("return x.sum(dim=1, keepdim=True)", "return x.sum(dim=1, )"),
        ("return x.sum(dim=1, keepdim=True)", "return x.sum(dim=1, keepdim=False)"),
        ("return x.sum(dim=1, keepdim=True)", "return x.mean(dim=1, keepdim=True)"),
        ("return x.sum(dim=1)", "return x.sum()"),
        ("return x.sum(dim=1)", "return x"),
        ("return nn.Linear(a, b)", "return nn.Linear(b, a)"),
        ("return torch.zeros(3)", "return torch.ones(3)"),
        ("return torch.cat((a, b))", "return torch.cat((b, a))"),
        ("eps = 1e-05", "eps = 2e-05"),
        ("x.zero_()", "pass"),
        ("with torch.no_grad():\n    x.zero_()", "if True:"),
        ("@torch.no_grad()\ndef g():\n    pass", ""),
        ("while x:\n    x = g(x)", "pass"),
        ("if x:\n    g(x)", "if not x:"),
        ("for y in x:\n    g(y)", "for y in reversed(list(x)):"),
        ("return [y for y in x if y]", "return [y for y in x]"),
        ("return [y for y in x if y]", "return [y for y in reversed(list(x)) if y]"),
        ('raise ValueError("text")', 'raise ArithmeticError("text")'),
        ('raise ValueError(f"text {x}")', "raise ValueError()"),
        ('return f"factor={x}"', 'return f"factor="'),
    ],
)
def test_operators(solution: str, becomes: str) -> None:
    assert becomes in [after for _, after in changes(solution)]


def test_every_mutant_is_another_program() -> None:
    found = mutants(POSITIVE, {"positive": "positive"})
    assert len({mutant.source for mutant in found} - {POSITIVE}) == len(found)


def test_the_order_of_types_is_no_change() -> None:
    after = [becomes for _, becomes in changes("return isinstance(x, (A, B)) and x in {C, D}")]
    assert "return isinstance(x, (A,)) and x in {C, D}" in after
    assert not any("(B, A)" in line or "{D, C}" in line for line in after)


def test_a_strict_zip_is_no_change() -> None:
    after = [becomes for _, becomes in changes("return zip(a, b, strict=True)")]
    assert "return zip(b, a, strict=True)" in after
    assert not any("strict=False" in line or line == "return zip(a, b, )" for line in after)


def test_only_code_between_the_marks_is_changed() -> None:
    lines = {mutant.change.line.splitlines()[0] for mutant in mutants(POSITIVE, {"positive": "positive"})}
    assert lines == {"if x > limit:", "return x", "return 0.0"}
    assert mutants(POSITIVE, {"other": "positive"}) == []
    assert changes("y: list[int]") == [("y: list[int]", "pass")]
    assert changes('"""1 + 1"""') == []


def test_the_text_of_an_error_is_left_alone() -> None:
    assert [after for _, after in changes('raise ValueError("a " "b", "c")')] == [
        "pass",
        'raise ArithmeticError("a " "b", "c")',
    ]


def test_equal_changes_are_counted() -> None:
    source = (
        "def f(x):\n    ### BEGIN SOLUTION\n    x = g()\n    x = g()\n    return x\n    ### END SOLUTION\n"
    )
    deleted = [m.change for m in mutants(source, {"f": "f"}) if m.change.becomes == "x = None"]
    assert [change.occurrence for change in deleted] == [1, 2]


def test_an_equivalent_mutant_lives_and_others_die(equivalent: Path) -> None:
    equivalent.write_text("", encoding="utf-8")
    result = tried("tiny", POSITIVE, {"positive": "positive"}, judge_positive, equivalent)
    assert [mutant.change for mutant in result.of(LIVES)] == [
        Change("positive", "if x > limit:", "if x >= limit:")
    ]
    assert len(result.of(DIES)) >= 5
    assert result.text().startswith(
        "--- solutions/tiny.py\n+++ solutions/tiny.py\n@@ -5,3 +5,3 @@\n     ### BEGIN SOLUTION\n"
        "-    if x > limit:\n+    if x >= limit:\n         return x\n\n[[tiny]]"
    )
    assert 'becomes = "if x >= limit:"' in result.text()


def test_a_listed_mutant_does_not_count(equivalent: Path) -> None:
    result = tried("tiny", POSITIVE, {"positive": "positive"}, judge_positive, equivalent)
    assert result.good
    assert result.of(LIVES) == []
    assert result.summary() == (
        f"tiny: {len(result.fates)} mutants, 1 equivalent; "
        f"the hidden checks notice {len(result.fates) - 1} of the other {len(result.fates) - 1} (100.0%)"
    )


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ("if x >= limit:", "if x < limit:", "the checks notice it"),
        ("if x >= limit:", "if x != limit:", "no mutant is like this"),
        ("reason", "occurrence = 2\nreason", "no mutant is like this"),
    ],
)
def test_a_stale_entry_is_an_error(equivalent: Path, old: str, new: str, reason: str) -> None:
    equivalent.write_text(ENTRY.replace(old, new), encoding="utf-8")
    result = tried("tiny", POSITIVE, {"positive": "positive"}, judge_positive, equivalent)
    assert not result.good
    assert len(result.stale) == 1
    assert reason in result.stale[0]
    assert result.stale[0] in result.text()


@pytest.mark.parametrize(
    "entries", [ENTRY.replace('"At', '" "\n#"'), ENTRY.replace("line", "lines"), ENTRY + ENTRY]
)
def test_an_entry_needs_its_fields_and_a_reason_once(equivalent: Path, entries: str) -> None:
    equivalent.write_text(entries, encoding="utf-8")
    with pytest.raises(ListError):
        read_equivalents("tiny", equivalent)


def test_a_survivor_is_printed_as_an_entry_of_the_list(equivalent: Path) -> None:
    change = Change("f", 'g("a\\n")', "x = 1\ny", 2)
    equivalent.write_text(as_entry("tiny", change).replace('""', '"because"'), encoding="utf-8")
    assert read_equivalents("tiny", equivalent) == {change: "because"}


def test_a_check_that_breaks_is_no_death() -> None:
    mutant = mutants(POSITIVE, {"positive": "positive"})[0]
    result = Result("tiny", POSITIVE, {mutant: Fate(BREAKS, "KeyError: 'x'")}, {})
    assert not result.good
    assert "breaks a check: KeyError: 'x'" in result.text()


def test_most_mutants_have_to_die() -> None:
    def result(dead: int) -> Result:
        mutated = {Mutant(Change("f", str(n), ""), ""): Fate(DIES if n < dead else LIVES) for n in range(100)}
        return Result("tiny", "", mutated, {})

    assert result(round(100 * LEAST)).good
    assert not result(round(100 * LEAST) - 1).good


def test_a_solution_that_fails_its_checks_is_an_error(equivalent: Path) -> None:
    wrong = POSITIVE.replace("return 0.0", "return 1.0")
    with pytest.raises(SolutionFailsError):
        tried("tiny", wrong, {"positive": "positive"}, judge_positive, equivalent)


@pytest.mark.parametrize(
    "code",
    [
        "while True: pass",
        "import os; os._exit(0)",
        "import os; os.kill(os.getpid(), 11)",
        "raise SystemExit",
        pytest.param(
            "held = [bytearray(1 << 28) for _ in range(40)]",
            marks=pytest.mark.skipif(sys.platform != "linux", reason="needs a limit on address space"),
        ),
    ],
)
def test_a_mutant_that_ends_or_blocks_its_process_is_dead(code: str) -> None:
    answers = [("bad", "positive", code + POSITIVE), ("good", "positive", POSITIVE)]
    found = dict(fates(answers, judge_positive, {"positive": 1.0}, workers=2))
    assert found["bad"].kind == DIES
    assert found["good"].kind == LIVES


def test_hidden_checks_judge_mutants() -> None:
    blocks = chapter("01-blocks")
    assert owners(blocks)["build_chimera"] == "NestMLP"
    source = (ROOT / "solutions" / "blocks.py").read_text(encoding="utf-8")
    judge = judge_by_hidden_checks("blocks")
    answers = [
        ("right", "Scale", source),
        ("wrong", "Scale", source.replace("x * self.factor", "x + self.factor")),
        ("broken", "Scale", source.replace("x * self.factor", "x *")),
    ]
    found = dict(fates(answers, judge, {"Scale": 60.0}, workers=2))
    assert found["right"] == Fate(LIVES)
    assert found["wrong"] == Fate(DIES, "Scale.values: values.differ")
    assert found["broken"] == Fate(DIES, "SyntaxError while it is defined")


def test_the_command_names_the_chapters_there_are() -> None:
    command = [sys.executable, "-m", "tests.mutation", "nowhere"]
    run = subprocess.run(command, cwd=ROOT, env=dict(os.environ), capture_output=True, text=True)
    assert run.returncode == 2
    assert "no such chapter: nowhere; there are blocks" in run.stderr


@pytest.mark.slow
@pytest.mark.parametrize("chapter", chapters(), ids=lambda chapter: chapter.module)
def test_the_hidden_checks_notice_what_the_operators_change(chapter: Chapter) -> None:
    result = try_chapter(chapter)
    assert result.good, result.text()
