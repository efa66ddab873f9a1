"""The simulated GPU against a real one: every variant on CUDA, each in a process of its own.

    python -m autograder.simulated_gpu.parity NAME     one variant on CUDA, as JSON

A CUDA error can leave a process unusable, hence one child for each.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple

import torch

from autograder.simulated_gpu.device import simulated_gpu
from autograder.simulated_gpu.endings import Ended
from autograder.simulated_gpu.phases import journey
from autograder.simulated_gpu.variants import VARIANTS

SECONDS = 300
"""What a child may take: the first use of a GPU is slow."""


class NoCudaError(Exception):
    """There is no real GPU to compare with."""


class Verdict(NamedTuple):
    """Where a variant ended, or "crashed" or "timeout"; and the error's text."""

    ended: str
    error: str


class Difference(NamedTuple):
    """A variant on which the simulation and the real GPU disagree."""

    name: str
    simulated: str
    real: str
    error: str


def verdict(ended: Ended) -> Verdict:
    """The end of a journey in a word."""
    return Verdict("not_checked" if ended.reason else ended.phase, ended.error)


def simulated(name: str) -> Verdict:
    """One variant on the simulated GPU."""
    found = VARIANTS[name]
    torch.manual_seed(0)
    with simulated_gpu() as gpu:
        return verdict(journey(found.build, found.inputs(), gpu.device, found.optimizer, found.before_move))


def on_cuda(name: str) -> Verdict:
    """One variant on the real GPU, in this process."""
    found = VARIANTS[name]
    torch.manual_seed(0)
    device = torch.device("cuda", 0)
    return verdict(journey(found.build, found.inputs(), device, found.optimizer, found.before_move))


def in_child(name: str) -> Verdict:
    """One variant on the real GPU, in a process of its own."""
    command = [sys.executable, "-m", "autograder.simulated_gpu.parity", name]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=SECONDS, check=False)
    except subprocess.TimeoutExpired:
        return Verdict("timeout", "")
    if done.returncode != 0:
        return Verdict("crashed", done.stderr[-300:])
    return Verdict(*json.loads(done.stdout.splitlines()[-1]))


def real_verdicts(jobs: int = 1, progress: Callable[[str], None] = lambda name: None) -> dict[str, Verdict]:
    """All variants on the real GPU, `jobs` at a time. Raises NoCudaError where there is none."""
    if not torch.cuda.is_available():
        raise NoCudaError("No CUDA device was found, so there is nothing to compare the simulated GPU with.")

    def run(name: str) -> tuple[str, Verdict]:
        found = in_child(name)
        progress(name)
        return name, found

    with ThreadPoolExecutor(jobs) as executor:
        return dict(executor.map(run, VARIANTS))


def differences(real: dict[str, Verdict]) -> list[Difference]:
    """Where the simulation says something else; what it does not judge is no difference."""
    found = []
    for name, (ended, error) in real.items():
        said = simulated(name).ended
        if said not in (ended, "not_checked"):
            found.append(Difference(name, said, ended, error))
    return found


def write_golden(path: Path, real: dict[str, Verdict]) -> None:
    """Keeps the real GPU's verdicts, against which tests hold the simulation where there is no GPU."""
    content = {
        "unverified": False,
        "device": torch.cuda.get_device_name(0),
        "torch": torch.__version__,
        "verdicts": {name: {"ended": ended, "error": error} for name, (ended, error) in real.items()},
    }
    path.write_text(json.dumps(content, indent=1, sort_keys=True) + "\n", encoding="utf-8")


def write_unverified(path: Path) -> None:
    """The same file as long as no real GPU was at hand: what the variants say should happen."""
    content = {
        "unverified": True,
        "device": None,
        "torch": torch.__version__,
        "verdicts": {name: {"ended": found.ends, "error": ""} for name, found in VARIANTS.items()},
    }
    path.write_text(json.dumps(content, indent=1, sort_keys=True) + "\n", encoding="utf-8")


def compare_with_cuda(golden: Path | None = None, jobs: int = 1) -> list[Difference]:
    """Runs everything on the real GPU and writes the golden file. Raises NoCudaError where there is none."""
    real = real_verdicts(jobs)
    if golden is not None:
        write_golden(golden, real)
    return differences(real)


if __name__ == "__main__":
    print(json.dumps(on_cuda(sys.argv[1])))
