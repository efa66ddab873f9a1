"""A grading worker: one process with a warm sandbox and the hidden checks collected once.

Started by the runner in isolated mode; orders come and results go as msgspec JSON over the connection,
until the other end closes it.
"""

from __future__ import annotations

import pkgutil
import sys
from collections.abc import Iterator
from multiprocessing.connection import Connection
from pathlib import Path

import msgspec
import torch

from autograder.catalogue import chapters
from autograder.checks import hidden, probes, probing
from autograder.checks.replay import Job, replay
from autograder.grading.preparation import Grading, demand_full_points, finish, prepare, proof
from autograder.grading.records import Device, Order, Result
from autograder.sandbox.client import Sandbox
from autograder.sandbox.isolation import Level
from autograder.sandbox.outcomes import SandboxError


def probe_modules() -> list[str]:
    """The modules that the sandbox imports once, so that no submission waits for them."""
    return [
        probing.__name__,
        *(found.name for found in pkgutil.iter_modules(probes.__path__, f"{probes.__name__}.")),
    ]


def hidden_files() -> list[Path]:
    """The hidden checks of every chapter that has a text."""
    folder = Path(str(hidden.__file__)).parent
    return [path for path in (folder / f"test_{c.module}.py" for c in chapters()) if path.is_file()]


def work(connection: Connection, level: Level, device: Device) -> None:
    """Grades what is ordered until the connection closes.

    Before the first submission of a chapter, its reference solution has to get full points in this very
    sandbox. Raises ReferenceFailsError if it does not, SandboxError after delivering the submission that the
    sandbox broke under, and ChecksBrokenError if the hidden checks can't be collected: the runner starts
    another worker or gives up.
    """
    with Sandbox(level, preload=probe_modules()) as sandbox:

        def jobs() -> Iterator[Job[Grading]]:
            proven: set[str] = set()
            while order := receive(connection):
                job = prepare(order, sandbox, device)
                if isinstance(job, Result):
                    send(connection, job)
                    continue
                if job.tag.chapter.assignment not in proven:
                    proven.add(job.tag.chapter.assignment)
                    yield proof(job.tag.chapter, sandbox, device)
                    job.tag.student.account.restart_clock()
                yield job

        def deliver(job: Job[Grading]) -> None:
            if job.tag.is_proof:
                demand_full_points(job)
                return
            send(connection, finish(job))
            if isinstance(job.trouble, SandboxError):
                raise job.trouble

        replay(hidden_files(), jobs(), deliver)


def receive(connection: Connection) -> Order | None:
    """The next order; None when there will be no more."""
    try:
        return msgspec.json.decode(connection.recv_bytes(), type=Order)
    except (EOFError, OSError):
        return None


def send(connection: Connection, result: Result) -> None:
    """Hands a result to the runner; ends the worker if nobody is there any more."""
    try:
        connection.send_bytes(msgspec.json.encode(result))
    except OSError:
        sys.exit(1)


def main() -> None:
    """Works on the connection and at the level that the runner names: KIT DESCRIPTOR LEVEL DEVICE."""
    # There is a worker for each core: with more threads they wait for each other, up to three times as long.
    torch.set_num_threads(1)
    work(Connection(int(sys.argv[2])), Level(sys.argv[3]), msgspec.convert(sys.argv[4], Device))
