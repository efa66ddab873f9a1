"""Grades on this machine: several workers side by side, each with one submission at a time."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from multiprocessing.connection import Connection, wait
from pathlib import Path
from socket import socketpair

import msgspec

import autograder
from autograder.grading.fingerprint import checks_sha256
from autograder.grading.records import Device, Order, Result, SubmissionRecord
from autograder.sandbox.isolation import Level

WORKER = "autograder.grading.worker"
KIT = str(Path(str(autograder.__file__)).parent.parent)
"""Where this very kit lies: -I keeps the environment's paths from the worker."""

ATTEMPTS = 2
"""A submission during which a worker broke down is given to a second one; then it is not_graded."""

FRUITLESS = 4
"""So many workers in a row that ended without any answer mean that it is not the submissions."""

LAST_WORDS = 600


@dataclass(frozen=True)
class Task:
    """An order, and how often it has been tried."""

    order: Order
    attempt: int = 1


class Worker:
    """A worker process, and the task it is busy with."""

    def __init__(self, level: Level, device: Device) -> None:
        ours, theirs = socketpair()
        self.connection = Connection(ours.detach())
        self.errors = tempfile.TemporaryFile()  # noqa: SIM115 - closed with the worker
        entrance = f"import sys; sys.path.insert(0, sys.argv[1]); from {WORKER} import main; main()"
        command = [sys.executable, "-I", "-c", entrance, KIT, str(theirs.fileno()), level.value, device]
        # A session of its own, so that Ctrl-C reaches the grader alone, which then ends its workers.
        self.process = subprocess.Popen(
            command,
            pass_fds=[theirs.fileno()],
            stdin=subprocess.DEVNULL,
            stdout=self.errors,
            stderr=self.errors,
            start_new_session=True,
        )
        theirs.close()

    def take(self, task: Task) -> None:
        """Starts on a task. A worker that has died shows when its answer is waited for."""
        self.task = task
        with suppress(OSError):
            self.connection.send_bytes(msgspec.json.encode(task.order))

    def answer(self) -> Result | None:
        """The result of the order; None if the worker is gone."""
        try:
            return msgspec.json.decode(self.connection.recv_bytes(), type=Result)
        except (EOFError, OSError):
            return None

    def last_words(self) -> str:
        """The end of what a worker that broke down wrote."""
        self.process.wait()
        size = self.errors.seek(0, os.SEEK_END)
        self.errors.seek(max(0, size - LAST_WORDS))
        return (
            self.errors.read().decode(errors="replace").strip()
            or f"a grading worker ended with exit code {self.process.returncode}"
        )

    def close(self) -> None:
        """Ends the process at once; its sandbox ends with it."""
        self.connection.close()
        self.process.kill()
        self.process.wait()
        self.errors.close()


def run(orders: Sequence[Order], level: Level, jobs: int, device: Device = "simulated") -> Iterator[Result]:
    """The result of every order, as they come."""
    waiting = deque(Task(order) for order in orders)
    busy: list[Worker] = []
    idle: list[Worker] = []
    fruitless = 0
    try:
        while waiting or busy:
            while waiting and len(busy) < jobs:
                worker = idle.pop() if idle else Worker(level, device)
                worker.take(waiting.popleft())
                busy.append(worker)
            for worker in ready(busy):
                busy.remove(worker)
                result, task = worker.answer(), worker.task
                if result is not None and result.record.status != "not_graded":
                    fruitless = 0
                    idle.append(worker)
                    yield result
                    continue
                fruitless += result is None
                result = result or not_graded(task.order, level, device, worker.last_words())
                worker.close()
                if task.attempt < ATTEMPTS and fruitless < FRUITLESS:
                    waiting.append(replace(task, attempt=task.attempt + 1))
                else:
                    yield result
                if fruitless >= FRUITLESS:
                    yield from (not_graded(t.order, level, device, str(result.record.error)) for t in waiting)
                    waiting.clear()
    finally:
        for worker in busy + idle:
            worker.close()


def ready(workers: Sequence[Worker]) -> list[Worker]:
    """The workers that have something to say, or have died."""
    spoken = wait([worker.connection for worker in workers])
    return [worker for worker in workers if worker.connection in spoken]


def not_graded(order: Order, level: Level, device: Device, error: str) -> Result:
    """The result of an order that broke two workers."""
    record = SubmissionRecord(
        student=order.student,
        assignment=order.assignment,
        status="not_graded",
        score=0.0,
        max_score=0.0,
        isolation=level.value,
        device=device,
        submission_sha256="",
        checks_sha256=checks_sha256(order.assignment),
        seconds=0.0,
        error=error,
    )
    return Result(record)
