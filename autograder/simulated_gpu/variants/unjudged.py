"""What the simulation does not imitate: it must say so, whether the module is right or wrong."""

from __future__ import annotations

from typing import Any

import torch

from autograder.simulated_gpu.variants.collection import H, linear, made, rows, variant


@variant(rows, "not_checked")
def compiled() -> Any:
    """torch.compile."""
    return torch.compile(linear())


@variant(rows, "not_checked")
def scripted() -> Any:
    """torch.jit.script."""
    return torch.jit.script(linear())


@variant(rows, "not_checked")
def under_autocast() -> Any:
    """Casts that depend on the device."""

    def forward(self: Any, x: Any) -> Any:
        with torch.autocast(x.device.type):
            return self.layer(x)

    return made(forward, layer=linear())


@variant(rows, "not_checked")
def mapped_over_rows() -> Any:
    """torch.vmap."""
    return made(lambda self, x: vars(torch)["vmap"](self.layer)(x), layer=linear())


@variant(rows, "not_checked")
def with_a_sparse_matrix() -> Any:
    """Sparse tensors have no plain storage."""
    return made(lambda self, x: self.layer(x) @ torch.eye(H, device=x.device).to_sparse(), layer=linear())


@variant(rows, "not_checked")
def through_dlpack() -> Any:
    """Memory handed over by DLPack."""
    return made(lambda self, x: self.layer(vars(torch)["from_dlpack"](x.detach())), layer=linear())


@variant(rows, "not_checked")
def swallows_the_report() -> Any:
    """Catching the exception changes nothing."""

    def forward(self: Any, x: Any) -> Any:
        try:
            compiled_layer: Any = torch.compile(self.layer)
            return compiled_layer(x)
        except Exception:
            return self.layer(x)

    return made(forward, layer=linear())


@variant(rows, "not_checked")
def quantized() -> Any:
    """Quantized operations are not PyTorch's ordinary ones."""
    return made(
        lambda self, x: self.layer(torch.quantize_per_tensor(x, 0.1, 0, torch.qint8).dequantize()),
        layer=linear(),
    )


@variant(rows, "not_checked")
def data_parallel() -> Any:
    """nn.DataParallel spreads its input by code that only a CUDA build of PyTorch has."""
    return torch.nn.DataParallel(linear())
