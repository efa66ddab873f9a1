"""What PyTorch's own list of operations says about each of them on CUDA.

`native_functions.yaml` is the source from which PyTorch generates the CUDA entry point of every operation,
device check included. It ships in torch's wheel, inside torchgen, so the rules always belong to the torch
that is installed. The file is read line by line: no YAML package is needed, and it takes milliseconds.
"""

from __future__ import annotations

import importlib.util
import os
from collections.abc import Iterator
from functools import cache
from typing import NamedTuple


class Kernel(NamedTuple):
    """One operation.

    `same_device`: its generated CUDA entry point checks that all its tensors are on one device
    (torchgen/dest/register_dispatch_key.py, gen_device_check; "device_check: NoCheck" switches it off).
    `on_cuda`: it has a CUDA implementation of its own. `composite`: it is made of other operations, which
    do their own checks. `only_cpu`: it can't run on CUDA at all.
    """

    same_device: bool
    on_cuda: bool
    composite: bool
    only_cpu: bool


UNKNOWN = Kernel(same_device=True, on_cuda=True, composite=False, only_cpu=False)


@cache
def kernels() -> dict[str, Kernel]:
    """Every operation by its full name, such as "add.Tensor"."""
    torchgen = importlib.util.find_spec("torchgen")
    assert torchgen is not None
    assert torchgen.origin is not None
    packaged = os.path.join(os.path.dirname(torchgen.origin), "packaged", "ATen", "native")
    with open(os.path.join(packaged, "native_functions.yaml"), encoding="utf-8") as file:
        return dict(read(file.read().split("\n- func: ")[1:]))


def read(entries: list[str]) -> Iterator[tuple[str, Kernel]]:
    """Name and kernel of each entry of the file."""
    for entry in entries:
        name = entry.split("(", 1)[0].strip()
        lines = [line.strip() for line in entry.splitlines()[1:]]
        keys = set(dispatch_keys(lines))
        structured = any(line.startswith(("structured_delegate:", "structured: True")) for line in lines)
        composite = not structured and any(key.startswith("CompositeExplicit") for key in keys)
        on_cuda = structured or "CUDA" in keys
        yield (
            name,
            Kernel(
                same_device=not any(line.startswith("device_check: NoCheck") for line in lines),
                on_cuda=on_cuda,
                composite=composite and not on_cuda,
                only_cpu="CPU" in keys and not on_cuda and not any(key.startswith("Comp") for key in keys),
            ),
        )


def dispatch_keys(lines: list[str]) -> Iterator[str]:
    """The backends of an entry: its lines such as "CPU, CUDA: where"."""
    inside = False
    for line in lines:
        if line == "dispatch:":
            inside = True
        elif inside and ":" in line and line[0].isupper():
            yield from (key.strip() for key in line.split(":")[0].split(","))
        elif not line.startswith("#"):
            inside = False


def kernel(name: str, overload: str) -> Kernel:
    """The kernel of an aten operation; a strict one where the file does not list it."""
    full = f"{name}.{overload}" if overload and overload != "default" else name
    return kernels().get(full, UNKNOWN)
