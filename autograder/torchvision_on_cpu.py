"""torchvision beside a PyTorch that has no CUDA.

The Linux wheel of torchvision is built for CUDA. Beside a CPU-only PyTorch its library of compiled ops
does not load; torchvision puts up with that, and then stops at its import all the same, because it
describes two of those ops, `nms` and `qnms`, that nobody has declared. Declared without code behind
them they are enough: transforms, datasets, io and models work; only box operations don't.
"""

from __future__ import annotations

import sys
from importlib.util import find_spec
from pathlib import Path

import torch
from torch.library import Library

OPS = ("nms", "qnms")
SCHEMA = "(Tensor dets, Tensor scores, float iou_threshold) -> Tensor"

# Ops go when the library that declared them is collected.
declared: list[Library] = []


def make_torchvision_importable() -> None:
    """Declare torchvision's missing ops, so that a later `import torchvision` works; idempotent.

    torchvision itself is not imported. Where its own ops load, or it is not installed, nothing is declared.
    """
    if sys.platform != "linux" or declared or hasattr(torch.ops.torchvision, "nms"):
        return
    if own_ops_load() is False:
        library = Library("torchvision", "DEF")  # type: ignore[no-untyped-call]
        for op in OPS:
            library.define(op + SCHEMA)  # type: ignore[no-untyped-call]
        declared.append(library)


def own_ops_load() -> bool | None:
    """Whether torchvision's library of ops loads; None without torchvision.

    Only loading tells: declared ops are in the way of a real library, and no version number says which
    PyTorch a wheel was built for.
    """
    found = find_spec("torchvision")
    if found is None or found.origin is None:
        return None
    for library in Path(found.origin).parent.glob("_C*.so"):
        try:
            torch.ops.load_library(str(library))  # type: ignore[no-untyped-call]
        except OSError:
            continue
        return True
    return False
