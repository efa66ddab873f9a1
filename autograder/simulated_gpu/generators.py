"""torch.Generator("cuda"): random numbers come from a CPU generator that says it is on the GPU."""

from __future__ import annotations

from typing import Any

import torch

from autograder.simulated_gpu.state import CPU
from autograder.simulated_gpu.tags import as_device

RealGenerator = torch._C.Generator


class Generator(RealGenerator):
    """Stands in for torch.Generator while the device is on."""

    simulated_device = CPU

    def __new__(cls, device: Any = None) -> Generator:
        """A generator on the device; the CPU is the default."""
        made: Generator = super().__new__(cls)
        made.simulated_device = CPU if device is None else as_device(device)
        return made

    def __init__(self, device: Any = None) -> None: ...

    @property
    def device(self) -> torch.device:  # type: ignore[override]
        """Where it claims to be."""
        return self.simulated_device
