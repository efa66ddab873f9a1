"""One journey of a module to a device and through a training step there, and the phase in which it ended.

The same journey runs on the simulated GPU, on a real one and on the CPU, so that the three can be compared
by phase. No verdict depends on the text of an error.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn.utils.rnn import PackedSequence

from autograder.simulated_gpu.endings import Ended, described, held_as, of_exception
from autograder.simulated_gpu.state import NotImitatedError, Stray, active, current
from autograder.simulated_gpu.tags import made_at

PHASES = (
    "build",
    "move",
    "forward",
    "output device",
    "backward",
    "gradient devices",
    "optimizer step",
    "second forward",
)
OPTIMIZERS: dict[str, Callable[[Any], torch.optim.Optimizer]] = {
    "SGD": lambda parameters: torch.optim.SGD(parameters, lr=0.01, momentum=0.9),
    "Adam": lambda parameters: torch.optim.Adam(parameters, lr=0.01),
    "Adagrad": lambda parameters: torch.optim.Adagrad(parameters, lr=0.01),
}


class _Stopped(Exception):
    def __init__(self, ended: Ended) -> None:
        super().__init__(ended.phase)
        self.ended = ended


def journey(
    build: Callable[[], Any],
    inputs: Sequence[Any],
    device: torch.device,
    optimizer: str | None = "SGD",
    before_move: bool = False,
) -> Ended:
    """Builds, moves and trains one step.

    Args:
        build: makes a module, or any other callable (which is then not moved).
        inputs: CPU tensors, or nested lists and dictionaries of them; moved to the device.
        device: where everything should take place.
        optimizer: a key of OPTIMIZERS, or None for no step.
        before_move: makes the optimizer before the module is moved.
    """
    gpu = current()
    noted: list[str] = []
    if gpu is not None:
        # A fresh list: a reason that a cell gave before must be seen again when this module gives it.
        noted, gpu.not_imitated = gpu.not_imitated, []
    made: list[Any] = []
    phase = ["build"]
    try:
        walk(build, inputs, device, optimizer, before_move, made, phase)
        ended = Ended("ok")
    except _Stopped as stopped:
        ended = stopped.ended
    except NotImitatedError as error:
        ended = Ended(phase[0], "raised", described(error), reason=error.reason)
    except Exception as error:
        ended = of_exception(error, phase[0], made)
    if gpu is not None:
        if gpu.not_imitated:
            ended = ended._replace(reason=gpu.not_imitated[0])
        gpu.not_imitated = noted + [reason for reason in gpu.not_imitated if reason not in noted]
    return ended


def walk(
    build: Callable[[], Any],
    inputs: Sequence[Any],
    device: torch.device,
    optimizer: str | None,
    before_move: bool,
    made: list[Any],
    phase: list[str],
) -> None:
    """The phases in order; `phase` holds the one under way, `made` the module once there is one."""
    model = build()
    made.append(model)
    steps = Steps(model, optimizer)
    if before_move:
        steps.make_optimizer()
    phase[0] = "move"
    if isinstance(model, nn.Module):
        model.to(device)
    given = moved(list(inputs), device)
    phase[0] = "forward"
    output = model(*given)
    phase[0] = "output device"
    on_device(model, output, device, "output device")
    phase[0] = "backward"
    differentiable = [tensor for tensor in tensors_in(output) if tensor.requires_grad]
    if differentiable:
        # Torch's own function, so that a method that student code put on the class changes nothing.
        torch.autograd.backward([tensor.abs().sum() for tensor in differentiable])
        phase[0] = "gradient devices"
        gradients_on_device(model, device)
        phase[0] = "optimizer step"
        steps.step()
    phase[0] = "second forward"
    on_device(model, model(*given), device, "second forward")


class Steps:
    """The optimizer of a journey, made when it is asked for; none for what has no parameters."""

    def __init__(self, model: Any, name: str | None) -> None:
        self.model = model
        self.name = name
        self.optimizer: torch.optim.Optimizer | None = None

    def make_optimizer(self) -> None:
        """Makes it of the parameters that there are now."""
        parameters = list(self.model.parameters()) if isinstance(self.model, nn.Module) else []
        if parameters and self.name is not None and self.optimizer is None:
            self.optimizer = OPTIMIZERS[self.name](parameters)

    def step(self) -> None:
        """One step."""
        self.make_optimizer()
        if self.optimizer is not None:
            self.optimizer.step()


def moved(value: Any, device: torch.device) -> Any:
    """The same nested value with its tensors on the device."""
    if isinstance(value, Tensor):
        return value.to(device)
    if isinstance(value, Mapping):
        return {key: moved(item, device) for key, item in value.items()}
    if isinstance(value, (list, tuple)) and not hasattr(value, "_fields"):
        return type(value)(moved(item, device) for item in value)
    return value


def tensors_in(value: Any) -> Iterator[Tensor]:
    """The tensors of an output, however it is nested; of a packed sequence the data."""
    if isinstance(value, Tensor):
        yield value
    elif isinstance(value, PackedSequence):
        yield value.data
    elif isinstance(value, Mapping):
        yield from tensors_in(list(value.values()))
    elif isinstance(value, (list, tuple)):
        for item in value:
            yield from tensors_in(item)
    elif hasattr(value, "__dataclass_fields__"):
        yield from tensors_in([getattr(value, name) for name in value.__dataclass_fields__])


def on_device(model: Any, output: Any, device: torch.device, phase: str) -> None:
    """Results are on the device. Lengths and other whole numbers may stay on the CPU beside real numbers."""
    tensors = list(tensors_in(output))
    judged = [tensor for tensor in tensors if tensor.is_floating_point() or tensor.is_complex()] or tensors
    for tensor in judged:
        if tensor.device != device:
            raise _Stopped(elsewhere(model, tensor, phase, "output"))


def gradients_on_device(model: Any, device: torch.device) -> None:
    """Every parameter and its gradient is on the device."""
    for name, parameter in named_parameters(model):
        if parameter.device != device:
            raise _Stopped(elsewhere(model, parameter, "gradient devices", name))
        if parameter.grad is not None and parameter.grad.device != device:
            raise _Stopped(elsewhere(model, parameter.grad, "gradient devices", f"{name}.grad"))


def named_parameters(model: Any) -> list[tuple[str, Tensor]]:
    """None for what is no module."""
    return list(model.named_parameters()) if isinstance(model, nn.Module) else []


def elsewhere(model: Any, tensor: Tensor, phase: str, operand: str) -> Ended:
    """The end of a journey that left a tensor somewhere else."""
    origin = made_at(tensor) if active else None
    stray = Stray(phase, operand, tuple(tensor.shape), str(tensor.device), origin)
    return Ended(phase, "cpu", where=origin, stray=stray, name=held_as(model, stray))
