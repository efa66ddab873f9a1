"""Parameters, buffers, copies and saved state that follow the module."""

from __future__ import annotations

import copy
import io
import pickle
from typing import Any

import torch
from torch import nn
from torch.nn import functional as F

from autograder.simulated_gpu.variants.collection import D, H, ids, images, linear, made, rows, variant


@variant(rows)
def parameter_containers() -> Any:
    """ParameterList and ParameterDict."""

    def forward(self: Any, x: Any) -> Any:
        return sum((x @ w for w in self.weights), self.biases["b"])

    return made(
        forward,
        weights=nn.ParameterList([nn.Parameter(torch.rand(D, H)) for _ in range(2)]),
        biases=nn.ParameterDict({"b": nn.Parameter(torch.zeros(H))}),
    )


@variant(rows)
def buffer_that_is_not_saved() -> Any:
    """persistent=False moves all the same."""
    model = made(lambda self, x: self.layer(x) + self.shift, layer=linear())
    model.register_buffer("shift", torch.ones(H), persistent=False)
    return model


@variant(rows)
def buffer_filled_in_the_first_call() -> Any:
    """Registered as None."""

    def forward(self: Any, x: Any) -> Any:
        if self.mean is None:
            self.mean = x.mean(0)
        return self.layer(x - self.mean)

    model = made(forward, layer=linear())
    model.register_buffer("mean", None)
    return model


@variant(rows)
def layer_copied_in_init() -> Any:
    """copy.deepcopy before the move."""
    model = made(lambda self, x: self.second(F.relu(self.first(x))), first=nn.Linear(D, D))
    model.second = copy.deepcopy(model.first)
    return model


@variant(rows)
def layer_copied_in_forward() -> Any:
    """copy.deepcopy on the GPU."""
    return made(lambda self, x: self.layer(x) + copy.deepcopy(self.layer)(x).detach(), layer=linear())


@variant(rows)
def tensor_copied_in_forward() -> Any:
    """copy.deepcopy and copy.copy of a tensor."""
    return made(
        lambda self, x: self.layer(copy.deepcopy(x) + copy.copy(x) + x.clone().detach()), layer=linear()
    )


@variant(rows)
def state_loaded_from_the_cpu() -> Any:
    """load_state_dict copies into what is there."""

    def forward(self: Any, x: Any) -> Any:
        saved = {name: tensor.cpu() for name, tensor in self.layer.state_dict().items()}
        self.layer.load_state_dict(saved)
        return self.layer(x)

    return made(forward, layer=linear())


@variant(rows)
def saved_and_loaded() -> Any:
    """torch.load brings a tensor back to where it was."""

    def forward(self: Any, x: Any) -> Any:
        file = io.BytesIO()
        torch.save(self.layer.state_dict(), file)
        file.seek(0)
        state = torch.load(file)
        return self.layer(x) + F.linear(x, state["weight"], state["bias"])

    return made(forward, layer=linear())


@variant(rows)
def loaded_with_map_location() -> Any:
    """From a file of the CPU to the module's device."""
    file = io.BytesIO()
    torch.save(torch.rand(H), file)

    def to_the_gpu(storage: Any, place: str) -> Any:
        return storage.cuda()

    def forward(self: Any, x: Any) -> Any:
        file.seek(0)
        shift = torch.load(file, map_location=x.device)
        file.seek(0)
        again = torch.load(file, map_location=to_the_gpu)
        return self.layer(x) + shift + (again if x.is_cuda else 0)

    return made(forward, layer=linear())


@variant(rows)
def pickled_on_the_gpu() -> Any:
    """pickle keeps the device."""
    return made(lambda self, x: self.layer(x) + pickle.loads(pickle.dumps(x.detach())), layer=linear())


@variant(images)
def lazy_convolution() -> Any:
    """Shapes known at the first call."""
    return nn.Sequential(nn.LazyConv2d(4, 3), nn.LazyBatchNorm2d(), nn.ReLU(), nn.Flatten(), nn.LazyLinear(2))


@variant(ids)
def weight_used_twice() -> Any:
    """Tied through F.linear."""
    return made(lambda self, x: F.linear(self.table(x), self.table.weight), table=nn.Embedding(10, H))


@variant(rows)
def weight_norm() -> Any:
    """A parametrized weight."""
    return nn.utils.parametrizations.weight_norm(linear())


@variant(rows)
def spectral_norm() -> Any:
    """A parametrized weight with buffers."""
    return nn.utils.parametrizations.spectral_norm(linear())


@variant(rows)
def moves_itself_if_there_is_a_gpu() -> Any:
    """The usual idiom, at the end of __init__."""
    return made(lambda self, x: self.layer(x), layer=linear()).to(
        "cuda" if torch.cuda.is_available() else "cpu"
    )


@variant(rows)
def moved_with_a_dtype() -> Any:
    """Module.to(device=..., dtype=...) and Module.to(tensor)."""

    def forward(self: Any, x: Any) -> Any:
        extra = nn.Linear(H, H).to(device=x.device, dtype=torch.float32)
        return nn.Linear(H, H).to(x)(extra(self.layer(x)))

    return made(forward, layer=linear())


@variant(rows)
def running_average_in_a_buffer() -> Any:
    """Updated in place without gradients."""

    def forward(self: Any, x: Any) -> Any:
        with torch.no_grad():
            self.mean.mul_(0.9).add_(x.mean(0), alpha=0.1)
            self.steps += 1
        return self.layer(x - self.mean)

    return made(forward, {"mean": torch.zeros(D), "steps": torch.tensor(0)}, layer=linear())


@variant(rows)
def half_precision_and_back() -> Any:
    """Casts keep the device."""
    return made(lambda self, x: self.layer(x.double().half().float()), layer=linear())
