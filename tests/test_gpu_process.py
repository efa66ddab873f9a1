"""Children that see the machine's GPU: processes of their own. What CUDA does in them needs a machine with one."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
import torch

from autograder.authoring.answers import solved_cells
from autograder.catalogue import chapter
from autograder.checks.probes.placement import placed
from autograder.checks.replay import Job, replay
from autograder.checks.subjects import Moment
from autograder.grading import subject as grading_subject
from autograder.grading.preparation import finish, prepare
from autograder.grading.records import Order, SubmissionRecord
from autograder.grading.subject import SandboxedSubject
from autograder.grading.worker import hidden_files, probe_modules
from autograder.limits import Limits
from autograder.sandbox.client import Child, ChildLost, Sandbox, SandboxError
from autograder.sandbox.gpu_process import GpuSandbox
from autograder.sandbox.isolation import Level
from autograder.submissions.discovery import find_submissions
from autograder.submissions.extract import extract
from tests.classes import findings, write_class
from tests.warm_sandboxes import value_of

BLOCKS = chapter("01-blocks")
without_cuda = pytest.mark.skipif(torch.cuda.is_available(), reason="there is a CUDA device")


@pytest.fixture
def child() -> Iterator[Child]:
    with GpuSandbox().child(Limits()) as found:
        yield found


def test_a_child_runs_cells_and_is_no_fork(child: Child) -> None:
    child.run_cell("import os; answer = 3", "<cell>", 10)
    assert child.call("operator:getitem", "answer", seconds=10) == 3
    assert value_of(child, "answer = os.getppid()") == os.getpid()


def test_a_child_that_hangs_is_lost_and_the_next_is_another_process(child: Child) -> None:
    with pytest.raises(ChildLost, match="timeout"):
        child.run_cell("while True: pass", "<cell>", 0.5)
    with GpuSandbox().child(Limits()) as other:
        assert value_of(other, "answer = 1 + 1") == 2
        assert other.process != child.process


def test_a_child_that_dies_is_reported_and_leaves_no_process(child: Child) -> None:
    with pytest.raises(ChildLost, match="crashed"):
        child.run_cell("import os; os.abort()", "<cell>", 10)
    child.close()
    assert not Path(f"/proc/{child.process}").exists()


def test_only_such_a_child_sees_the_gpu_that_the_grader_sees(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "3")
    seen = "answer = __import__('os').environ.get('CUDA_VISIBLE_DEVICES')"
    with GpuSandbox().child(Limits()) as child:
        assert value_of(child, seen) == "3"
    with Sandbox(Level.NONE) as sandbox, sandbox.child(Limits()) as child:
        assert value_of(child, seen) == ""


STRAY = "x * torch.tensor([self.factor])"


@without_cuda
def test_grading_on_a_gpu_goes_all_the_way_where_the_simulated_one_stands_in_for_its_driver(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Orders, processes, probes, verdicts and records of --device cuda: all but the driver itself."""
    monkeypatch.setattr(grading_subject, "START_CUDA", grading_subject.SWITCH_ON)
    solved = solved_cells(BLOCKS)
    students = {"ada": solved, "bob": solved | {"Scale": solved["Scale"].replace("x * self.factor", STRAY)}}
    submissions = find_submissions([write_class(tmp_path, BLOCKS, students)])
    with Sandbox(Level.NONE, preload=probe_modules()) as sandbox:
        jobs = []
        for submission in submissions:
            order = Order(submission.student, BLOCKS.assignment, os.fsencode(submission.path))
            job = prepare(order, sandbox, "cuda")
            assert isinstance(job, Job)
            jobs.append(job)
        records: dict[str, SubmissionRecord] = {}
        replay(hidden_files(), jobs, lambda job: records.update({job.tag.order.student: finish(job).record}))
    assert records["ada"].score == BLOCKS.points
    assert records["bob"].score < BLOCKS.points
    assert findings(records["bob"])["Scale"] == {"placement.made"}
    placements = [c for e in records["ada"].exercises for c in e.checks if c.id.endswith(".placement")]
    assert {(check.device, check.title) for check in placements} == {("cuda", "placement")}
    assert {record.device for record in records.values()} == {"cuda"}


@without_cuda
def test_a_gpu_that_does_not_start_is_our_own_trouble(tmp_path: Path) -> None:
    write_class(tmp_path, BLOCKS, {"anna": solved_cells(BLOCKS)})
    [submission] = find_submissions([tmp_path])
    script = extract(submission.path.read_bytes(), submission).script
    with Sandbox(Level.NONE) as sandbox:
        student = SandboxedSubject(sandbox, script, BLOCKS, "cuda")
        student.moment = Moment("MLP()", 0)
        with pytest.raises(SandboxError, match="start_cuda"):
            student.observe(placed, torch.zeros(3, 20))
        student.close()
