"""The command line: exit codes, and one clear sentence for every wrong call."""

from __future__ import annotations

import csv
import json
import subprocess
import sys
from pathlib import Path

import pytest
import torch

from autograder.authoring.answers import solved_cells
from autograder.catalogue import chapter
from autograder.frontends import cli
from autograder.frontends.demo import write_sample_class
from autograder.sandbox import levels
from autograder.sandbox.isolation import Level
from autograder.sandbox.levels import LevelReport
from autograder.submissions.errors import UsageError
from tests.classes import write_class

BLOCKS = chapter("01-blocks")


def autograder(*arguments: object, folder: Path | None = None) -> subprocess.CompletedProcess[str]:
    """Runs the command as a user does."""
    return subprocess.run(
        [sys.executable, "-m", "autograder.frontends.cli", *map(str, arguments)],
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=300,
        stdin=subprocess.DEVNULL,
    )


@pytest.fixture
def empty(tmp_path: Path) -> Path:
    (tmp_path / "empty").mkdir()
    (tmp_path / "notes.txt").write_text("no notebook")
    (tmp_path / "one.ipynb").write_text("{}")
    return tmp_path


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["grade"], "Missing argument 'SUBMITTED...'"),
        (["grade", "empty"], "Missing option '--out'"),
        (["grade", "nowhere", "--out", "g"], "nowhere does not exist"),
        (["grade", "empty", "--out", "g"], "holds no notebooks"),
        (["grade", "notes.txt", "--out", "g"], "neither a notebook"),
        (["grade", "one.ipynb", "--out", "notes.txt"], "is a file"),
        (["grade", "one.ipynb", "--out", "g", "--jobs", "0"], "0 is not in the range"),
        (["grade", "one.ipynb", "--out", "g", "--jobs", "many"], "'many' is not a valid integer"),
        (["grade", "one.ipynb", "--out", "g", "--isolation", "total"], "'total' is not one of"),
        (["grade", "one.ipynb", "--out", "g", "--colour"], "No such option"),
        (["report", "nowhere"], "does not exist"),
        (["report", "empty"], "no grades.jsonl"),
        (["grade", "one.ipynb", "--out", "g", "--device", "tpu"], "'tpu' is not one of"),
        (["frobnicate"], "No such command 'frobnicate'"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_a_wrong_call_is_one_sentence_and_exit_code_2(empty: Path, arguments: list[str], says: str) -> None:
    result = autograder(*arguments, folder=empty)
    assert result.returncode == 2
    assert says in result.stderr
    assert result.stderr.startswith("autograder: ")
    assert len(result.stderr.strip().splitlines()) == 1
    assert "Traceback" not in result.stderr + result.stdout
    assert not (empty / "g").exists()


def test_a_folder_that_can_not_be_written_is_said_so(empty: Path) -> None:
    result = autograder("grade", "one.ipynb", "--out", "notes.txt/grades", folder=empty)
    assert result.returncode == 2
    assert "Traceback" not in result.stderr


def test_grading_prints_a_table_and_writes_the_contract(tmp_path: Path) -> None:
    submitted = write_class(tmp_path / "submitted", BLOCKS, {"ada": solved_cells(BLOCKS), "bob": {}})
    result = autograder("grade", submitted, "--out", tmp_path / "grades", "--jobs", "1")
    assert result.returncode == 0, result.stderr
    assert "isolation" in result.stdout
    assert "26.00  / 26" in result.stdout
    lines = (tmp_path / "grades" / "grades.jsonl").read_text().splitlines()
    records = [json.loads(line) for line in lines]
    assert [(r["student"], r["assignment"], r["status"], r["score"], r["max_score"]) for r in records] == [
        ("ada", "01-blocks", "graded", 26.0, 26.0),
        ("bob", "01-blocks", "graded", 0.0, 26.0),
    ]
    assert set(records[0]) >= {"isolation", "device", "submission_sha256", "checks_sha256", "seconds"}
    mlp = next(e for e in records[0]["exercises"] if e["id"] == "MLP")
    assert (mlp["score"], mlp["max_score"]) == (2.0, 2.0)
    assert set(mlp["checks"][0]) == {"id", "status", "points", "max_points", "finding", "message"}
    rows = list(csv.DictReader((tmp_path / "grades" / "grades.csv").open()))
    assert [row["MLP"] for row in rows] == ["2.0", "0.0"]
    report = autograder("report", tmp_path / "grades")
    assert report.returncode == 0
    assert "ada" in (tmp_path / "grades" / "report.html").read_text()


def test_what_can_not_be_read_is_exit_code_0_and_shown(empty: Path) -> None:
    result = autograder("grade", "one.ipynb", "--out", "g", folder=empty)
    assert result.returncode == 0, result.stderr
    assert "unreadable" in result.stdout


@pytest.mark.skipif(torch.cuda.is_available(), reason="there is a GPU to compare with")
def test_parity_without_a_gpu_is_one_sentence() -> None:
    result = autograder("gpu-parity")
    assert result.returncode == 2
    assert result.stderr.startswith("autograder: ")
    assert len(result.stderr.strip().splitlines()) == 1


def report_that(works: set[Level]) -> object:
    """A probe that finds only these levels working."""
    return lambda level: LevelReport(level, level in works, "it is switched off", "switch it on")


@pytest.mark.skipif(torch.cuda.is_available(), reason="there is a CUDA device")
def test_a_real_gpu_is_used_only_where_there_is_one_and_without_walls(empty: Path) -> None:
    grading = ("grade", "one.ipynb", "--out", "g", "--device", "cuda")
    walled = autograder(*grading, folder=empty)
    assert (walled.returncode, "--isolation none" in walled.stderr) == (2, True)
    absent = autograder(*grading, "--isolation", "none", folder=empty)
    assert (absent.returncode, "finds no CUDA device" in absent.stderr) == (2, True)
    assert not (empty / "g").exists()


def test_the_best_level_is_taken_but_never_none_unasked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(levels, "try_level", report_that({Level.LANDLOCK, Level.NONE}))
    assert cli.demanded_level(None) is Level.LANDLOCK
    assert cli.demanded_level("landlock") is Level.LANDLOCK
    assert cli.demanded_level("none") is Level.NONE
    with pytest.raises(UsageError, match=r"it is switched off.*switch it on"):
        cli.demanded_level("full")
    monkeypatch.setattr(levels, "try_level", report_that({Level.NONE}))
    with pytest.raises(UsageError, match="--isolation none"):
        cli.demanded_level(None)


def test_the_doctor_names_the_level_and_every_version() -> None:
    result = autograder("doctor")
    assert result.returncode == 0
    for word in (
        "full",
        "shared",
        "landlock",
        "none",
        "torch",
        "nbgrader",
        "01-blocks: 7 exercises, 26 points",
    ):
        assert word in result.stdout


def test_the_sample_class_has_everything_that_goes_wrong(tmp_path: Path) -> None:
    submitted = write_sample_class(tmp_path)
    students = {path.parent.parent.name: path.read_text() for path in submitted.rglob("*.ipynb")}
    assert len(students) >= 12
    for code in ("while True", "os._exit(0)", "def __init__(self)\\n"):
        assert any(code in text for text in students.values()), code
    with pytest.raises(json.JSONDecodeError):
        json.loads(students["nora"])


def test_the_demo_goes_through(tmp_path: Path) -> None:
    result = autograder("demo", "--out", tmp_path / "demo")
    assert result.returncode == 0, result.stderr
    assert "report.html" in result.stdout
    assert "nora" in result.stdout
    assert (tmp_path / "demo" / "grades" / "report.html").is_file()
