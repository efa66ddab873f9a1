"""The four levels: each with the stronger ones switched off, each holding what it promises and no more."""

from __future__ import annotations

import io
import json
import os
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

import pytest
from click.testing import CliRunner
from rich.console import Console

from autograder.authoring.answers import solved_cells
from autograder.catalogue import chapter
from autograder.frontends import cli
from autograder.frontends.doctor import print_diagnosis
from autograder.limits import Limits
from autograder.sandbox import bubblewrap, levels
from autograder.sandbox.levels import Level, LevelReport
from autograder.submissions.errors import UsageError
from tests.classes import write_class
from tests.warm_sandboxes import WORKING, value_of, warm

BLOCKS = chapter("01-blocks")
EVERYWHERE = set(Level)
WITH_BUBBLEWRAP = {Level.FULL, Level.SHARED}

# What a child can do, and at which levels.
DEEDS = {
    "compute": ("1 + 1", EVERYWHERE),
    "take more memory than it may": ("bytearray(3 << 30)", set()),
    "be process 1 of its own": ("1 / (os.getpid() == 1)", {Level.FULL}),
    "have a UNIX socket": ("socket.socket(socket.AF_UNIX)", {Level.FULL, Level.NONE}),
    "write into /tmp": ("Path(SECRET + '.written').write_text('x')", {Level.FULL, Level.NONE}),
    "write into its folder": ("Path('x').write_text('x')", {*WITH_BUBBLEWRAP, Level.NONE}),
    "see that a file of the machine exists": ("os.stat(SECRET)", {Level.LANDLOCK, Level.NONE}),
    "read a file of the machine": ("Path(SECRET).read_bytes()", {Level.NONE}),
    "start a program": ("subprocess.run([sys.executable, '-c', ''], check=True)", {Level.NONE}),
    "fork": ("os.fork() or os._exit(0)", {Level.NONE}),
    "open a network socket": ("socket.socket()", {Level.NONE}),
    "look for its parent": ("os.kill(os.getppid() or 1 / 0, 0)", {Level.NONE}),
}
TRY = """
import os, socket, subprocess, sys
from pathlib import Path
SECRET = {secret!r}
answer = []
for name, deed in {deeds!r}.items():
    try:
        eval(deed)
    except (Exception, MemoryError):
        continue
    answer.append(name)
"""


@pytest.fixture
def secret() -> Iterator[Path]:
    """A file that every user of the machine may read."""
    path = Path("/tmp") / f"levels-test-{os.getpid()}.txt"
    path.write_text("secret")
    path.chmod(0o644)
    yield path
    path.unlink()
    path.with_name(f"{path.name}.written").unlink(missing_ok=True)


@pytest.fixture
def probe_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """Lets levels be tried anew, and forgets the outcome afterwards."""
    monkeypatch.setattr(levels, "try_level", cache(levels.try_level.__wrapped__))


@pytest.mark.parametrize("level", WORKING, ids=lambda level: level.value)
def test_a_level_holds_what_it_promises_and_no_more(level: Level, secret: Path) -> None:
    source = TRY.format(secret=str(secret), deeds={name: deed for name, (deed, _) in DEEDS.items()})
    with warm(level).child(Limits()) as child:
        done = set(value_of(child, source))
    assert done == {name for name, (_, where) in DEEDS.items() if level in where}


Switch = Callable[[pytest.MonkeyPatch], None]


def without_namespaces_inside(monkeypatch: pytest.MonkeyPatch) -> None:
    """As under AppArmor's restricted user namespaces: bubblewrap may make one, and nobody within it."""
    command = bubblewrap.command

    def patched(kit: str, environment: dict[str, str], inside: list[str]) -> list[str]:
        program, *rest = command(kit, environment, inside)
        return [program, "--disable-userns", *rest]

    monkeypatch.setattr(bubblewrap, "command", patched)


def without_bubblewrap(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bubblewrap, "installed", lambda: False)


def without_landlock(monkeypatch: pytest.MonkeyPatch) -> None:
    """A kernel whose Landlock is too old."""
    older = "import autograder.sandbox.landlock as l; l.abi = lambda: 2; "
    monkeypatch.setattr(levels, "ENTRANCE", older + levels.ENTRANCE)


@pytest.mark.parametrize(
    ("switched_off", "best", "said"),
    [
        ((), Level.FULL, []),
        ((without_namespaces_inside,), Level.SHARED, ["unshare", "user namespaces"]),
        ((without_bubblewrap,), Level.LANDLOCK, ["not installed", "install the package `bubblewrap`"]),
        ((without_bubblewrap, without_landlock), Level.NONE, ["Landlock version 2", "Linux 6.2 or newer"]),
        ((without_landlock,), Level.NONE, ["Landlock version 2"]),
    ],
    ids=["nothing", "namespaces", "bubblewrap", "bubblewrap and Landlock", "Landlock"],
)
@pytest.mark.usefixtures("probe_again")
def test_with_the_stronger_switched_off_the_next_is_found_and_the_doctor_says_why(
    switched_off: tuple[Switch, ...], best: Level, said: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    if set(WORKING) != EVERYWHERE:
        pytest.skip("not every level works on this machine")
    for switch in switched_off:
        switch(monkeypatch)
    assert levels.best_level() is best
    screen = Console(file=io.StringIO(), width=300)
    print_diagnosis(screen)
    diagnosis = screen.file.getvalue()  # type: ignore[attr-defined]
    works = {report.level: report.works for report in levels.level_report()}
    for level, holds in works.items():
        assert f"{level.value:<9} {'works' if holds else 'missing'}" in diagnosis
        if not holds:
            with pytest.raises(UsageError, match=f"Isolation {level.value} does not work here"):
                cli.demanded_level(level.value)
    for words in said:
        assert words in diagnosis
    line = next(line for line in diagnosis.splitlines() if line.strip().startswith(best.value))
    assert ("only with --isolation none" if best is Level.NONE else "grading uses this") in line


@pytest.mark.parametrize("level", WORKING, ids=lambda level: level.value)
def test_the_level_stands_in_the_banner_and_in_every_record(
    level: Level, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(levels, "try_level", lambda other: LevelReport(other, other <= level, "off", "on"))
    submitted = write_class(tmp_path / "submitted", BLOCKS, {"ada": solved_cells(BLOCKS), "bob": {}})
    (submitted / "bob" / BLOCKS.assignment / BLOCKS.notebook).write_text("no notebook")
    arguments = ["grade", str(submitted), "--out", str(tmp_path / "grades"), "--jobs", "1"]
    if level is Level.NONE:
        with pytest.raises(UsageError, match="--isolation none"):
            CliRunner().invoke(cli.cli, arguments, catch_exceptions=False)
        arguments += ["--isolation", "none"]
    result = CliRunner().invoke(cli.cli, arguments, catch_exceptions=False)
    assert result.exit_code == 0, result.output
    assert f"isolation {level.value};" in result.output
    assert ("without walls" in result.output) == (level is Level.NONE)
    lines = (tmp_path / "grades" / "grades.jsonl").read_text().splitlines()
    records = [json.loads(line) for line in lines]
    assert [(r["status"], r["score"], r["isolation"]) for r in records] == [
        ("graded", 26.0, level.value),
        ("unreadable", 0.0, level.value),
    ]
