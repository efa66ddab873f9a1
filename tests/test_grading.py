"""Grading a class: journal, resume, kills, our own trouble, and the same bytes whatever the order."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import msgspec
import pytest

from autograder.authoring.answers import handed_in, solved_cells
from autograder.catalogue import chapter
from autograder.grading import runner
from autograder.grading.classroom import file_name, grade_class
from autograder.grading.journal import BusyError, Journal, locked
from autograder.grading.records import SubmissionRecord
from autograder.sandbox.levels import best_level
from autograder.submissions.discovery import find_submissions
from tests.classes import findings, graded, write_class

BLOCKS = chapter("01-blocks")
SOLVED = solved_cells(BLOCKS)


def lines(grades: Path) -> list[dict]:
    """grades.jsonl without the only field that may differ."""
    records = [json.loads(line) for line in (grades / "grades.jsonl").read_text().splitlines()]
    for record in records:
        del record["seconds"]
    return records


@pytest.fixture(scope="module")
def hard_class(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Right, untouched, broken, exiting and mangled submissions."""
    folder = tmp_path_factory.mktemp("hard")
    students = {
        "anna": SOLVED,
        "bert": {},
        "cleo": SOLVED | {"MLP": "class MLP(nn.Module:\n    pass"},
        "dora": SOLVED | {"NestMLP": f"import os\nos._exit(0)\n{SOLVED['NestMLP']}"},
        "emil": SOLVED | {"Scale": SOLVED["Scale"].replace("x * self.factor", "exit_now()")},
        "frey": SOLVED
        | {"Parallel": f"{SOLVED['Parallel']}\n\ndef stack(make_block, n):\n    import os\n    os._exit(3)"},
    }
    write_class(folder, BLOCKS, students)
    path = folder / "gwen" / BLOCKS.assignment / BLOCKS.notebook
    path.parent.mkdir(parents=True)
    path.write_text('{"cells": [')
    return folder


@pytest.fixture(scope="module")
def hard_records(hard_class: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, SubmissionRecord]:
    return graded(hard_class, tmp_path_factory.mktemp("grades"))


def test_a_syntax_error_costs_its_exercise_alone(hard_records: dict[str, SubmissionRecord]) -> None:
    record = hard_records["cleo"]
    assert record.score == BLOCKS.points - 2
    assert findings(record)["MLP"] == {"cell.raised"}
    message = next(e for e in record.exercises if e.id == "MLP").checks[0].message
    assert message is not None
    assert "SyntaxError" in message


def test_a_cell_that_ends_the_process_costs_its_exercise_alone(
    hard_records: dict[str, SubmissionRecord],
) -> None:
    record = hard_records["dora"]
    assert record.score == BLOCKS.points - 4
    assert findings(record)["NestMLP"] == {"cell.stopped"}


def test_a_call_that_ends_the_process_costs_the_checks_that_call_it(
    hard_records: dict[str, SubmissionRecord],
) -> None:
    record = hard_records["frey"]
    assert findings(record) == {e.id: set() for e in BLOCKS.exercises} | {"Parallel": {"process.crashed"}}
    parallel = next(e for e in record.exercises if e.id == "Parallel")
    assert {check.id for check in parallel.checks if check.status == "passed"} == {
        f"Parallel.{name}"
        for name in ("parameter_names", "both_see_the_input", "values", "dim", "gradients", "rows_stay_apart")
    }


def test_the_texts_of_exceptions_do_not_reach_the_student_once_inputs_were_sent(
    hard_records: dict[str, SubmissionRecord],
) -> None:
    scale = next(e for e in hard_records["emil"].exercises if e.id == "Scale")
    assert scale.checks[0].status == "error"
    assert "NameError" in str(scale.checks[0].message)
    assert "exit_now" not in str(scale.checks[0].message)


def test_what_is_no_notebook_is_unreadable_with_a_reason(hard_records: dict[str, SubmissionRecord]) -> None:
    record = hard_records["gwen"]
    assert (record.status, record.score, record.max_score) == ("unreadable", 0, BLOCKS.points)
    assert "not a notebook" in str(record.error)


def test_records_do_not_depend_on_jobs_or_order(hard_class: Path, tmp_path: Path) -> None:
    graded(hard_class, tmp_path / "two", jobs=2)
    submissions = find_submissions([hard_class])
    grade_class(submissions[::-1], tmp_path / "one", best_level(), jobs=1)
    assert lines(tmp_path / "one") == lines(tmp_path / "two")


def test_a_second_run_grades_only_what_changed(tmp_path: Path) -> None:
    submitted = write_class(tmp_path / "submitted", BLOCKS, {"ada": SOLVED, "bob": SOLVED})
    seen: list[str] = []

    def run(**options: bool) -> list[str]:
        seen.clear()
        grade_class(
            find_submissions([submitted]),
            tmp_path / "grades",
            best_level(),
            1,
            progress=lambda record: seen.append(record.student),
            **options,
        )
        return sorted(seen)

    assert run() == ["ada", "bob"]
    before = (tmp_path / "grades" / "grades.jsonl").read_bytes()
    assert run() == []
    assert (tmp_path / "grades" / "grades.jsonl").read_bytes() == before
    path = submitted / "bob" / BLOCKS.assignment / BLOCKS.notebook
    path.write_text(path.read_text() + "\n")
    assert run() == ["bob"]
    assert run(fresh=True) == ["ada", "bob"]


def test_a_killed_grader_loses_no_finished_submission(tmp_path: Path) -> None:
    endless = SOLVED | {"Scale": f"while True:\n    pass\n{SOLVED['Scale']}"}
    students = {f"s{number}": SOLVED for number in range(4)} | {"z": endless}
    submitted = write_class(tmp_path / "submitted", BLOCKS, students)
    grades = tmp_path / "grades"
    command = [
        sys.executable,
        "-m",
        "autograder.frontends.cli",
        "grade",
        str(submitted),
        "--out",
        str(grades),
    ]
    process = subprocess.Popen([*command, "--jobs", "1"], stdout=subprocess.DEVNULL)
    journal = grades / "journal.jsonl"
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and (
        not journal.exists() or len(journal.read_bytes().splitlines()) < 2
    ):
        time.sleep(0.05)
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    finished = {
        json.loads(line)["student"] for line in journal.read_bytes().splitlines() if line.endswith(b"}")
    }
    assert len(finished) >= 2
    assert not (grades / "grades.jsonl").exists()
    seen: list[str] = []
    records = grade_class(
        find_submissions([submitted]), grades, best_level(), 2, progress=lambda r: seen.append(r.student)
    )
    assert finished.isdisjoint(seen)
    assert [record.student for record in records] == ["s0", "s1", "s2", "s3", "z"]
    assert not journal.exists()


def test_a_journal_line_that_was_cut_off_is_left_out(tmp_path: Path) -> None:
    journal = Journal(tmp_path)
    journal.add(a_record("ada"))
    with (tmp_path / "journal.jsonl").open("ab") as file:
        file.write(msgspec.json.encode(a_record("bob"))[:-9])
    assert [r.student for r in Journal(tmp_path).close()] == ["ada"]


def test_a_record_after_a_cut_off_line_is_not_lost(tmp_path: Path) -> None:
    (tmp_path / "journal.jsonl").write_bytes(msgspec.json.encode(a_record("ada"))[:-9])
    journal = Journal(tmp_path)
    journal.add(a_record("bob"))
    assert [r.student for r in Journal(tmp_path).close()] == ["bob"]


def test_two_graders_do_not_write_to_one_folder(tmp_path: Path) -> None:
    with locked(tmp_path), pytest.raises(BusyError, match="another grader"), locked(tmp_path):
        pass


def test_a_worker_that_breaks_down_is_nobodys_zero(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    submitted = write_class(tmp_path / "submitted", BLOCKS, {f"s{number}": SOLVED for number in range(6)})
    monkeypatch.setattr(runner, "WORKER", "autograder.no_such_module")
    records = graded(submitted, tmp_path / "grades")
    assert {record.status for record in records.values()} == {"not_graded"}
    assert all("no_such_module" in str(record.error) for record in records.values())
    monkeypatch.undo()
    assert {record.status for record in graded(submitted, tmp_path / "grades").values()} == {"graded"}


def test_placement_is_judged_on_the_simulated_gpu_or_not_at_all(tmp_path: Path) -> None:
    stray = {"Scale": SOLVED["Scale"].replace("x * self.factor", "x * torch.tensor([self.factor])")}
    submitted = find_submissions([write_class(tmp_path / "submitted", BLOCKS, {"ada": SOLVED | stray})])
    simulated = grade_class(submitted, tmp_path / "simulated", best_level(), 1)[0]
    assert simulated.device == "simulated"
    assert findings(simulated)["Scale"] == {"placement.made"}
    message = next(c.message for e in simulated.exercises for c in e.checks if c.id == "Scale.placement")
    assert "in line" in str(message)
    titles = {check.title for exercise in simulated.exercises for check in exercise.checks}
    assert "placement (simulated GPU)" in titles
    assert "placement" not in titles
    assert any("GPU" not in title for title in titles)
    unjudged = grade_class(submitted, tmp_path / "none", best_level(), 1, device="none")[0]
    assert unjudged.device == "none"
    assert unjudged.score == BLOCKS.points
    statuses = {c.id: c.status for e in unjudged.exercises for c in e.checks}
    assert statuses["Scale.placement"] == "not_checked"


def test_a_device_chosen_at_the_top_of_a_cell_is_seen_by_placement_alone(tmp_path: Path) -> None:
    scale = SOLVED["Scale"].replace("x * self.factor", "x.to(device) * self.factor")
    chosen = "device = 'cuda' if torch.cuda.is_available() else 'cpu'\n\n\n"
    students = {
        "ada": SOLVED | {"Scale": chosen + scale},
        "bob": SOLVED | {"Scale": "device = 'cpu'\n\n\n" + scale},
    }
    records = graded(write_class(tmp_path / "submitted", BLOCKS, students), tmp_path / "grades")
    assert records["ada"].score == BLOCKS.points
    assert findings(records["bob"])["Scale"] == {"placement.result"}


def test_log_names_are_safe_and_tell_students_apart() -> None:
    names = ["ada", "..", ".", "a/b", "a b", "a\nb", "ß", "%2E.", ""]
    made = [file_name(name) for name in names]
    assert len(set(made)) == len(made)
    assert not any("/" in name or name.startswith(".") or not name for name in made)


def test_what_the_code_printed_is_kept_for_the_instructor(tmp_path: Path) -> None:
    code = {"MLP": f"{SOLVED['MLP']}\nprint('hello from ada')\nprint('x' * 200_000)"}
    submitted = write_class(tmp_path / "submitted", BLOCKS, {"ada": SOLVED | code})
    assert graded(submitted, tmp_path / "grades")["ada"].score == BLOCKS.points
    log = (tmp_path / "grades" / "logs" / "ada" / "01-blocks.log").read_text()
    assert log.startswith("hello from ada\nxxx")
    assert len(log) <= 64 << 10


def test_untouched_demo_cells_are_not_run(tmp_path: Path) -> None:
    notebook = handed_in(BLOCKS, SOLVED)
    assert any(cell.metadata.get("autograder", {}).get("role") == "demo" for cell in notebook.cells)
    submitted = write_class(tmp_path / "submitted", BLOCKS, {"ada": SOLVED})
    graded(submitted, tmp_path / "grades")
    assert (tmp_path / "grades" / "logs" / "ada" / "01-blocks.log").read_text() == ""


def a_record(student: str) -> SubmissionRecord:
    return SubmissionRecord(student, "01-blocks", "graded", 1.0, 26.0, "full", "none", "a", "b", 0.1)


def test_where_the_reference_fails_nobody_is_graded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    broken = tmp_path / "kit"
    for name in ("autograder", "solutions", "course"):
        shutil.copytree(Path(runner.KIT) / name, broken / name, ignore=shutil.ignore_patterns("__pycache__"))
    source = broken / "course" / "source" / BLOCKS.assignment / BLOCKS.notebook
    source.write_text(
        source.read_text().replace("self.hidden = nn.Linear(20, 256)", "self.hidden = nn.Linear(20, 255)")
    )
    monkeypatch.setattr(runner, "KIT", str(broken))
    submitted = write_class(tmp_path / "submitted", BLOCKS, {"ada": SOLVED})
    record = graded(submitted, tmp_path / "grades")["ada"]
    assert record.status == "not_graded"
    assert "the reference solution of 01-blocks fails on this machine: MLP" in str(record.error)
