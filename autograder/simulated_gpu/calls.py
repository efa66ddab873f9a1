"""Above autograd: every torch function that Python code calls, before C++ takes it apart."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import torch
from torch import Tensor
from torch.overrides import TorchFunctionMode

from autograder.simulated_gpu.dispatch import tensors_in
from autograder.simulated_gpu.factories import FACTORIES, VALUE_FACTORIES, default_device
from autograder.simulated_gpu.internals import BASE, unseen
from autograder.simulated_gpu.refusals import refuse
from autograder.simulated_gpu.state import CPU, Call, Stray, active, here
from autograder.simulated_gpu.tags import (
    UNDECIDED,
    as_device,
    claim_of,
    claim_storage,
    claimed,
    made_at,
    remark,
    storage_of,
)

SYNCHRONISING = {
    torch.Tensor.item: ".item()",
    torch.Tensor.tolist: ".tolist()",
    torch.Tensor.__bool__: "bool()",
    torch.Tensor.__int__: "int()",
    torch.Tensor.__float__: "float()",
}
"""Python waits for the GPU here."""


def named(*names: str) -> set[Any]:
    """Functions of torch by name, those that this version has."""
    return {getattr(torch, name) for name in names if hasattr(torch, name)}


LAYERS = named("rnn_tanh", "rnn_relu", "lstm", "gru")
CTC = {torch.ctc_loss, torch.nn.functional.ctc_loss}
JOINING = named("meshgrid", "cartesian_prod", "block_diag")
SPLITS = {*named("tensor_split"), torch.Tensor.tensor_split}
CELLS = named("rnn_tanh_cell", "rnn_relu_cell", "lstm_cell", "gru_cell")


class Calls(TorchFunctionMode):
    """Keeps account of the call that is under way, so that the operations inside know who asked for them."""

    def __torch_function__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        """One call."""
        kwargs = dict(kwargs or {})
        if not active:
            return func(*args, **kwargs)
        made = FACTORIES.get(func) if isinstance(func, Callable) else None  # type: ignore[arg-type]
        if made is not None:
            return made(*args, **kwargs)
        if func in CTC:
            args, kwargs = with_plain_lengths(args, kwargs)
        tensors = list(nested((args, kwargs.values())))
        inputs = None if not tensors or func in VALUE_FACTORIES else device_of_inputs(tensors)
        explicit = kwargs.get("device")
        if explicit is not None:
            explicit = kwargs["device"] = as_device(explicit)
        self.before(func, args, kwargs, explicit, inputs)
        here.calls.append(Call(func, explicit, inputs))
        try:
            result = func(*args, **kwargs)
        finally:
            here.calls.pop()
        decide(result, inputs or CPU)
        if func is torch._C._VariableFunctions._pad_packed_sequence:
            # native/PackedSequence.cpp: the lengths are made on the CPU.
            claim_storage(storage_of(result[1]), CPU)
        return result

    @staticmethod
    def before(func: Any, args: Any, kwargs: Any, explicit: Any, inputs: Any) -> None:
        """What CUDA refuses before any operation starts, and what is worth a remark."""
        if func in SYNCHRONISING and inputs is not None and inputs.type == "cuda":
            remark("round_trip", SYNCHRONISING[func])
        elif func in LAYERS or func in CELLS:
            same_device_in_rnn(func, args)
        elif getattr(func, "__name__", "") == "__set__" and func == BASE.grad.__set__:
            may_be_gradient(*args)
        elif func in JOINING:
            all_on_one_device(func, args)
        elif func in SPLITS and len(args) > 1:
            sections_on_cpu(args[1])
        if kwargs.get("generator") is not None:
            fits(kwargs["generator"], explicit or inputs or default_device())


def nested(values: Any) -> Iterator[Tensor]:
    """All tensors in lists, tuples and dictionaries."""
    for value in values:
        if isinstance(value, Tensor):
            yield value
        elif isinstance(value, (list, tuple)):
            yield from nested(value)
        elif isinstance(value, (dict, type({}.values()))):
            yield from nested(value.values() if isinstance(value, dict) else value)


def device_of_inputs(tensors: list[Tensor]) -> torch.device:
    """The first device that is not the CPU."""
    for tensor in tensors:
        device = claimed(tensor)
        if device != CPU:
            return device
    return CPU


def decide(result: Any, device: torch.device) -> None:
    """What the call left undecided is where its inputs are, now that the caller can see it.

    What came about without any operation, as from_numpy makes it, is on the CPU.
    """
    for tensor in tensors_in(result if isinstance(result, (list, tuple)) else (result,)):
        storage = storage_of(tensor)
        found = claim_of(storage)
        if found is UNDECIDED or (found == device == CPU and "claimed_device" not in storage.__dict__):
            claim_storage(storage, device)


def same_device_in_rnn(func: Any, args: Any) -> None:
    """native/RNN.cpp, check_attributes: hidden states, then weights, against the input."""
    lists = [[value] if isinstance(value, Tensor) else list(value) for value in args if is_tensors(value)]
    # A packed sequence comes as data, batch sizes (on the CPU by design), hidden state, weights.
    if func in LAYERS and len(lists) > 3 and lists[1][0].dtype == torch.int64:
        del lists[1]
    (given, *_), hidden, *weights = lists
    device = claimed(given)
    for kind, tensors in (("hidden", hidden), ("parameter", [each for part in weights for each in part])):
        for tensor in tensors:
            if claimed(tensor) != device:
                refuse(
                    RuntimeError,
                    f"Input and {kind} tensors are not at the same device, found input tensor at {device} "
                    f"and {kind} tensor at {claimed(tensor)}",
                    stray_of(func, kind, tensor if claimed(tensor) == CPU else given),
                )


def with_plain_lengths(args: Any, kwargs: Any) -> tuple[Any, Any]:
    """native/LossCTC.cpp, ctc_loss: lengths become numbers first, wherever they are (but not under a mode)."""
    args = (*args[:2], *map(plain, args[2:4]), *args[4:])
    return args, {
        name: plain(value) if name.endswith("_lengths") else value for name, value in kwargs.items()
    }


def plain(lengths: Any) -> Any:
    """A list of numbers."""
    with unseen():
        return lengths.tolist() if isinstance(lengths, Tensor) else lengths


def all_on_one_device(func: Any, args: Any) -> None:
    """native/TensorShape.cpp, meshgrid and block_diag: made of views and copies, which would not mind."""
    tensors = list(nested(args))
    if len({claimed(tensor) for tensor in tensors}) > 1:
        stray = next((tensor for tensor in tensors if claimed(tensor) == CPU), tensors[0])
        refuse(
            RuntimeError,
            f"{func.__name__} expects all tensors to have the same device",
            stray_of(func, "tensors", stray),
        )


def sections_on_cpu(sections: Any) -> None:
    """native/TensorShape.cpp, tensor_split: Python numbers, or a tensor on the CPU."""
    if isinstance(sections, Tensor) and claimed(sections).type == "cuda":
        refuse(
            RuntimeError,
            f"tensor_split expected tensor_indices_or_sections to be on cpu, but it's on {claimed(sections)}",
        )


def is_tensors(value: Any) -> bool:
    """A tensor, or a list that holds some."""
    return isinstance(value, Tensor) or (
        isinstance(value, (list, tuple)) and bool(value) and isinstance(value[0], Tensor)
    )


def stray_of(func: Any, operand: str, tensor: Tensor) -> Stray:
    """The tensor that is on the CPU."""
    return Stray(func.__name__, operand, tuple(tensor.shape), str(claimed(tensor)), made_at(tensor))


def may_be_gradient(tensor: Tensor, gradient: Tensor | None) -> None:
    """autograd/python_variable.cpp, THPVariable_set_grad."""
    if gradient is None or claimed(gradient) == claimed(tensor):
        return
    refuse(
        RuntimeError,
        f"attempting to assign a gradient with device type '{claimed(gradient).type}' to a tensor with device "
        f"type '{claimed(tensor).type}'. Please ensure that the gradient and the tensor are on the same device",
        stray_of(type(tensor.__repr__), "grad", gradient),
    )


def fits(generator: Any, device: torch.device) -> None:
    """ATen/core/Generator.h, check_generator: random numbers come from a generator of the same device."""
    if generator.device.type != device.type:
        refuse(
            RuntimeError,
            f"Expected a '{device.type}' device type for generator but found '{generator.device.type}'",
        )
