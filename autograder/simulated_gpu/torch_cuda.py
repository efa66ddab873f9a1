"""torch.cuda and torch.accelerator as they look on a machine with a GPU."""

from __future__ import annotations

import types
from collections.abc import Callable
from contextlib import nullcontext
from typing import Any

import torch

from autograder.simulated_gpu.generators import Generator
from autograder.simulated_gpu.origins import calling_frame
from autograder.simulated_gpu.state import NotImitatedError, active
from autograder.simulated_gpu.tags import as_device, claim, claimed

MEMORY = 16 << 30
NAME = "Simulated GPU"
DTYPES = {
    "Float": torch.float32,
    "Double": torch.float64,
    "Half": torch.float16,
    "BFloat16": torch.bfloat16,
    "Long": torch.int64,
    "Int": torch.int32,
    "Short": torch.int16,
    "Byte": torch.uint8,
    "Char": torch.int8,
    "Bool": torch.bool,
}
STAYS = frozenset({"device", "device_of", "check_error"})
"""Made of what is imitated."""


class _Timeline:
    """A stream or an event: on the simulated GPU everything has happened when a call returns."""

    def __init__(self, *args: Any, **kwargs: Any) -> None: ...

    def __getattr__(self, name: str) -> Callable[..., Any]:
        if name.startswith("__"):
            raise AttributeError(name)
        return lambda *args, **kwargs: {"query": True, "elapsed_time": 0.0}.get(name)

    def __enter__(self) -> _Timeline:
        return self

    def __exit__(self, *_: object) -> None: ...


class Stream(_Timeline):
    """torch.cuda.Stream."""


class Event(_Timeline):
    """torch.cuda.Event."""


class OldTensorType(type):
    """torch.cuda.FloatTensor and its like: both a factory and something to ask isinstance about."""

    dtype: torch.dtype
    type_name: str

    def __instancecheck__(cls, value: object) -> bool:
        return isinstance(value, torch.Tensor) and claimed(value).type == "cuda" and value.dtype == cls.dtype

    def __call__(cls, *args: Any) -> Any:
        """New memory on the GPU, as the old constructors make it."""
        made = getattr(torch, cls.type_name.rpartition(".")[2])(*args)
        return claim(made, as_device("cuda"))


def old_tensor_types() -> dict[str, Any]:
    """FloatTensor, LongTensor, ..."""
    return {
        f"{name}Tensor": OldTensorType(
            f"{name}Tensor", (), {"dtype": dtype, "type_name": f"torch.cuda.{name}Tensor"}
        )
        for name, dtype in DTYPES.items()
    }


def index_of(device: Any = None) -> int:
    """The number of a GPU, the current one where none is named."""
    return active[-1].current if device is None else as_device(device).index


def exchange(index: int) -> int:
    """Makes a GPU the current one (none for a negative number); returns the one before."""
    before = active[-1].current
    if index is not None and index >= 0:
        active[-1].current = as_device(int(index)).index
    return before


def set_device(device: Any) -> None:
    """torch.cuda.set_device."""
    exchange(index_of(device))


def properties(device: Any = None) -> Any:
    """torch.cuda.get_device_properties."""
    index_of(device)
    return types.SimpleNamespace(
        name=NAME, major=8, minor=0, total_memory=MEMORY, multi_processor_count=100, is_integrated=False
    )


def seed(number: int) -> None:
    """torch.cuda.manual_seed: the simulated GPU draws from the CPU's generator."""
    torch.default_generator.manual_seed(int(number))


def rng_state(device: Any = "cuda") -> Any:
    """torch.cuda.get_rng_state: a CPU tensor, as on CUDA."""
    return torch.default_generator.get_state()


def set_rng_state(state: Any, device: Any = "cuda") -> None:
    """torch.cuda.set_rng_state."""
    torch.default_generator.set_state(state)


def nothing(*args: Any, **kwargs: Any) -> None:
    """For calls that change nothing here."""


def returning(value: Any) -> Callable[..., Any]:
    """For calls that always say the same."""
    return lambda *args, **kwargs: value


def not_imitated(name: str, real: Any) -> Any:
    """A function that students may not call here; PyTorch itself may, as it does where there is no GPU."""

    def stub(*args: Any, **kwargs: Any) -> Any:
        if calling_frame() is None:
            return real(*args, **kwargs)
        raise NotImitatedError(name)

    return stub


def imitation() -> dict[str, Any]:
    """What stands in torch.cuda while the device is on."""
    silent = (
        "init _lazy_init synchronize empty_cache ipc_collect reset_peak_memory_stats set_stream "
        "reset_max_memory_allocated reset_max_memory_cached reset_accumulated_memory_stats "
        "set_per_process_memory_fraction set_sync_debug_mode"
    )
    zero = "memory_allocated max_memory_allocated memory_reserved max_memory_reserved memory_cached max_memory_cached"
    known: dict[str, Any] = {
        **dict.fromkeys(silent.split(), nothing),
        **dict.fromkeys(zero.split(), returning(0)),
        **old_tensor_types(),
        "is_available": returning(True),
        "is_initialized": returning(True),
        "device_count": lambda: active[-1].count,
        "current_device": lambda: active[-1].current,
        "set_device": set_device,
        "_exchange_device": exchange,
        "_maybe_exchange_device": exchange,
        "get_device_name": returning(NAME),
        "get_device_capability": returning((8, 0)),
        "get_device_properties": properties,
        "get_arch_list": returning(["sm_80"]),
        "mem_get_info": returning((MEMORY, MEMORY)),
        "memory_summary": returning(""),
        "memory_stats": returning({}),
        "is_bf16_supported": returning(True),
        "is_tf32_supported": returning(True),
        "is_current_stream_capturing": returning(False),
        "manual_seed": seed,
        "manual_seed_all": seed,
        "seed": lambda: torch.default_generator.seed(),
        "seed_all": lambda: torch.default_generator.seed(),
        "initial_seed": lambda: torch.default_generator.initial_seed(),
        "get_rng_state": rng_state,
        "get_rng_state_all": lambda: [rng_state() for _ in range(active[-1].count)],
        "set_rng_state": set_rng_state,
        "set_rng_state_all": lambda states: set_rng_state(states[-1]),
        "default_generators": tuple(Generator(f"cuda:{n}") for n in range(active[-1].count)),
        "Stream": Stream,
        "Event": Event,
        "current_stream": lambda device=None: Stream(),
        "default_stream": lambda device=None: Stream(),
        "stream": lambda stream: nullcontext(),
    }
    others = {
        name: not_imitated(f"torch.cuda.{name}", getattr(torch.cuda, name))
        for name in torch.cuda.__all__
        if name not in known
        and name not in STAYS
        and callable(getattr(torch.cuda, name))
        and not isinstance(getattr(torch.cuda, name), types.ModuleType)
        and not name.endswith(("Error", "Storage"))
    }
    return known | others


def markers() -> dict[str, Any]:
    """What stands in torch.cuda.nvtx: marks for a profiler that is not there."""
    return dict.fromkeys(("mark", "range_push", "range_pop", "range_start", "range_end"), nothing)


def accelerator() -> dict[str, Any]:
    """What stands in torch.accelerator while the device is on."""
    return {
        "is_available": returning(True),
        "device_count": lambda: active[-1].count,
        "current_accelerator": lambda check_available=False: torch.device("cuda"),
        "current_device_index": lambda: active[-1].current,
        "current_device_idx": lambda: active[-1].current,
        "set_device_index": set_device,
        "set_device_idx": set_device,
        "synchronize": nothing,
        "empty_cache": nothing,
        "current_stream": lambda device=None: Stream(),
        "device_index": torch.cuda.device,
    }
