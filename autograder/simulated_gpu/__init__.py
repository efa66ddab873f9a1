"""A device that claims to be CUDA, computes on the CPU, and refuses what CUDA refuses."""

from autograder.simulated_gpu.device import simulated_gpu, switch_on
from autograder.simulated_gpu.state import Device, NotImitatedError, Origin, Remark, Stray, current

__all__ = ["Device", "NotImitatedError", "Origin", "Remark", "Stray", "current", "simulated_gpu", "switch_on"]
