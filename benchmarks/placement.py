"""What a placement check costs: the journey of small modules to the simulated GPU, beside the CPU.

python -m benchmarks.placement
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from typing import Any

import torch
from torch import nn

from autograder.simulated_gpu import simulated_gpu
from autograder.simulated_gpu.phases import journey

REPETITIONS = 100


def milliseconds(call: Callable[[], object]) -> float:
    """The median of many calls, after one that is not counted."""
    call()
    times = []
    for _ in range(REPETITIONS):
        started = time.perf_counter()
        call()
        times.append(time.perf_counter() - started)
    return statistics.median(times) * 1000


def mlp() -> nn.Module:
    """The exercise of chapter 1."""
    return nn.Sequential(nn.Linear(20, 256), nn.ReLU(), nn.Linear(256, 10))


def convolutional() -> nn.Module:
    """Convolution, norm, pooling and a linear layer."""
    return nn.Sequential(
        nn.Conv2d(3, 8, 3),
        nn.BatchNorm2d(8),
        nn.ReLU(),
        nn.AdaptiveAvgPool2d(1),
        nn.Flatten(),
        nn.Linear(8, 2),
    )


def attention() -> nn.Module:
    """A transformer's layer."""
    return nn.TransformerEncoderLayer(20, 4, 32, batch_first=True)


def on_simulated_gpu(build: Callable[[], Any], x: torch.Tensor) -> object:
    """A whole check: switching on, all phases, switching off."""
    with simulated_gpu() as gpu:
        return journey(build, [x], gpu.device)


def switch() -> None:
    """On and off."""
    with simulated_gpu():
        pass


def main() -> None:
    """Prints a line for each module."""
    torch.set_num_threads(1)
    print(f"switching on and off         {milliseconds(switch):6.2f} ms")
    shapes: list[tuple[Callable[[], nn.Module], tuple[int, ...]]] = [
        (mlp, (4, 20)),
        (convolutional, (4, 3, 8, 8)),
        (attention, (4, 5, 20)),
    ]
    for build, shape in shapes:
        x = torch.rand(shape)
        simulated = milliseconds(lambda build=build, x=x: on_simulated_gpu(build, x))  # type: ignore[misc]
        plain = milliseconds(lambda build=build, x=x: journey(build, [x], torch.device("cpu")))  # type: ignore[misc]
        print(f"{build.__name__:<14} simulated    {simulated:6.2f} ms   on the CPU {plain:6.2f} ms")


if __name__ == "__main__":
    main()
