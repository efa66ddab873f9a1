"""Plain values and tensors as a tree for msgpack beside raw buffers; both sides use this.

In the tree a dict stands as {"dict": {...}}, and whatever lies in a buffer as {"buffer": index}. So a map has
exactly one key, and no dict of the sender's can pass for a tensor.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch
from torch.utils._python_dispatch import _disable_current_modes

from autograder.sandbox.buffers import ITEM_SIZES, BadValue, Buffer

DTYPES: dict[str, torch.dtype] = {name: getattr(torch, name) for name in ITEM_SIZES}
DTYPE_NAMES = {dtype: name for name, dtype in DTYPES.items()}

MOST_BUFFERS = 4096
DEEPEST = 64
# Longer text and bytes travel in buffers, so that the header stays small.
INLINE = 1024


class Flattened:
    """One value on its way out: `tree`, `buffers` and their raw bytes in `raw`."""

    def __init__(self, value: Any) -> None:
        """Raises TypeError or ValueError for a value that may not cross, whichever object makes trouble."""
        self.buffers: list[Buffer] = []
        self.raw: list[bytes] = []
        # The simulated GPU's modes would answer for the tensors here; what crosses is the real data.
        with torch._C.DisableTorchFunction(), _disable_current_modes():
            self.tree = self.branch(value, 0)

    def branch(self, value: Any, depth: int) -> Any:
        """The tree of one value inside the whole."""
        if depth > DEEPEST:
            raise ValueError("the value is nested too deeply")
        if value is None or isinstance(value, bool):
            return value
        if isinstance(value, int):
            return whole_number(value)
        if isinstance(value, float):
            return float(value)
        if isinstance(value, str):
            text = value.encode("utf-8", "replace")
            return self.put("text", [len(text)], text) if len(text) > INLINE else text.decode("utf-8")
        if isinstance(value, bytes):
            return self.put("bytes", [len(value)], bytes(value)) if len(value) > INLINE else bytes(value)
        if isinstance(value, torch.Tensor):
            return self.put(*raw_tensor(value))
        if isinstance(value, list | tuple):
            return [self.branch(item, depth + 1) for item in value]
        if isinstance(value, dict):
            return {"dict": {text_key(key): self.branch(item, depth + 1) for key, item in value.items()}}
        raise TypeError(f"a {type(value).__name__} can't leave the sandbox, only plain values and tensors")

    def put(self, kind: str, shape: list[int], raw: bytes) -> dict[str, int]:
        """Lay bytes aside and return what stands for them in the tree."""
        if len(self.buffers) >= MOST_BUFFERS:
            raise ValueError(f"more than {MOST_BUFFERS} tensors")
        self.buffers.append(Buffer(kind, shape))
        self.raw.append(raw)
        return {"buffer": len(self.buffers) - 1}


def whole_number(value: int) -> int:
    """The value as a plain int; raises ValueError if 64 bits don't hold it."""
    if not -(1 << 63) <= value < 1 << 63:
        raise ValueError("the number needs more than 64 bits")
    return int(value)


def text_key(key: Any) -> str:
    """A dict's key; raises TypeError if it is not text, ValueError if it is very long."""
    if not isinstance(key, str):
        raise TypeError(f"the keys of a dict must be text, not {type(key).__name__}")
    if len(key) > INLINE:
        raise ValueError("a key of a dict is too long")
    return key.encode("utf-8", "replace").decode("utf-8")


def raw_tensor(tensor: torch.Tensor) -> tuple[str, list[int], bytes]:
    """dtype name, shape and bytes of a dense CPU tensor; raises TypeError for any other."""
    if type(tensor) not in (torch.Tensor, torch.nn.Parameter):
        raise TypeError(f"a tensor of class {type(tensor).__name__} can't leave the sandbox")
    if tensor.layout != torch.strided or tensor.device.type != "cpu" or tensor.is_quantized:
        raise TypeError(f"a tensor with layout {tensor.layout} on {tensor.device} can't leave the sandbox")
    if tensor.dtype not in DTYPE_NAMES:
        raise TypeError(f"a tensor of dtype {tensor.dtype} can't leave the sandbox")
    shape = list(tensor.shape)
    dense = tensor.detach().resolve_conj().resolve_neg().contiguous()
    raw = dense.reshape(-1).view(torch.uint8).numpy().tobytes() if dense.numel() else b""
    return DTYPE_NAMES[tensor.dtype], shape, raw


def restore(tree: Any, buffers: Sequence[Buffer], raw: memoryview) -> Any:
    """The value of a tree; `raw` holds the buffers' bytes one after the other.

    Everything is checked, since the sender may be hostile: raises BadValue for bytes that are no value.
    """
    if len(buffers) > MOST_BUFFERS:
        raise BadValue(f"more than {MOST_BUFFERS} tensors")
    sizes = [buffer.size() for buffer in buffers]
    if sum(sizes) != len(raw):
        raise BadValue("buffers whose sizes don't add up")
    values = []
    start = 0
    for buffer, size in zip(buffers, sizes, strict=True):
        values.append(restore_buffer(buffer, raw[start : start + size]))
        start += size
    return restore_branch(tree, values, 0)


def restore_branch(tree: Any, values: list[Any], depth: int) -> Any:
    """One value inside the whole."""
    if depth > 2 * DEEPEST:
        raise BadValue("a tree nested too deeply")
    if tree is None or type(tree) in (bool, int, float, str, bytes):
        return tree
    if type(tree) is list:
        return [restore_branch(item, values, depth + 1) for item in tree]
    if type(tree) is dict and len(tree) == 1:
        index = tree.get("buffer")
        if type(index) is int and 0 <= index < len(values):
            return values[index]
        items = tree.get("dict")
        if type(items) is dict and all(type(key) is str for key in items):
            return {key: restore_branch(item, values, depth + 1) for key, item in items.items()}
    raise BadValue(f"a {type(tree).__name__} that stands for nothing")


def restore_buffer(buffer: Buffer, raw: memoryview) -> Any:
    """Bytes, text or a tensor with memory of its own."""
    if buffer.kind == "bytes":
        return bytes(raw)
    if buffer.kind == "text":
        try:
            return str(raw, "utf-8")
        except UnicodeDecodeError:
            raise BadValue("text that is not UTF-8") from None
    dtype = DTYPES[buffer.kind]
    try:
        if not len(raw):
            return torch.empty(buffer.shape, dtype=dtype)
        octets = torch.frombuffer(raw, dtype=torch.uint8).clone()
        # Only 0 and 1 are booleans; other bytes would make one that is neither.
        flat = octets != 0 if dtype is torch.bool else octets.view(dtype)
        return flat.reshape(buffer.shape)
    except RuntimeError as error:
        raise BadValue(f"a tensor that can't be: {error}") from None
