"""Parameters, copies and saved state that stay behind."""

from __future__ import annotations

import copy
import functools
import io
import pickle
from typing import Any

import torch
from torch import nn
from torch.nn import functional as F

from autograder.simulated_gpu.variants.collection import D, H, linear, made, rows, variant


@variant(rows, "forward")
def copies_in_a_list() -> Any:
    """copy.deepcopy into a plain list."""

    def forward(self: Any, x: Any) -> Any:
        for layer in self.layers:
            x = layer(x)
        return self.head(x)

    return made(forward, layers=[copy.deepcopy(nn.Linear(D, D)) for _ in range(2)], head=linear())


@variant(rows, "forward")
def layers_in_a_dict() -> Any:
    """A plain dictionary of modules."""
    return made(
        lambda self, x: self.head(self.parts["body"](x)), parts={"body": nn.Linear(D, D)}, head=linear()
    )


@variant(rows, "forward")
def weight_in_a_closure() -> Any:
    """A local variable of the builder."""
    w = torch.rand(H, H)
    return made(lambda self, x: self.layer(x) @ w, layer=linear())


@variant(rows, "forward")
def layer_in_a_closure() -> Any:
    """A whole layer, used through a function."""
    hidden = nn.Linear(D, D)
    return made(lambda self, x: self.layer(self.first(x)), layer=linear(), first=lambda x: hidden(x))


@variant(rows, "forward")
def weight_in_a_partial_function() -> Any:
    """functools.partial holds the tensor."""
    return made(
        lambda self, x: self.project(self.layer(x)),
        layer=linear(),
        project=functools.partial(torch.matmul, other=torch.rand(H, H)),
    )


class WithAClassAttribute(nn.Module):
    """The table belongs to the class."""

    table = torch.rand(H)

    def __init__(self) -> None:
        super().__init__()
        self.layer = linear()

    def forward(self, x: Any) -> Any:
        """Adds the table."""
        return self.layer(x) + self.table


@variant(rows, "forward")
def weight_on_the_class() -> Any:
    """Class attributes do not move."""
    return WithAClassAttribute()


@variant(rows, "forward")
def snapshot_of_a_weight() -> Any:
    """A clone from before the move."""
    model = made(lambda self, x: self.layer(x) + F.linear(x, self.start), layer=linear())
    model.start = model.layer.weight.detach().clone()
    return model


@variant(rows, "forward")
def snapshot_of_the_state() -> Any:
    """A state_dict from before the move."""
    model = made(lambda self, x: F.linear(x, self.saved["weight"]) + self.layer(x), layer=linear())
    model.saved = copy.deepcopy(model.layer.state_dict())
    return model


@variant(rows, "forward")
def loaded_to_the_cpu() -> Any:
    """map_location="cpu" in forward."""

    def forward(self: Any, x: Any) -> Any:
        file = io.BytesIO()
        torch.save(self.layer.weight.detach(), file)
        file.seek(0)
        return F.linear(x, torch.load(file, map_location="cpu"))

    return made(forward, layer=linear())


@variant(rows, "forward")
def loaded_from_a_cpu_file() -> Any:
    """Without map_location a tensor comes back to where it was saved."""
    file = io.BytesIO()
    torch.save(torch.rand(H), file)

    def forward(self: Any, x: Any) -> Any:
        file.seek(0)
        return self.layer(x) + torch.load(file)

    return made(forward, layer=linear())


@variant(rows, "forward")
def pickled_on_the_cpu() -> Any:
    """pickle keeps the CPU as well."""
    table = pickle.dumps(torch.rand(H))
    return made(lambda self, x: self.layer(x) + pickle.loads(table), layer=linear())


@variant(rows, "forward")
def parameter_made_in_forward() -> Any:
    """Registered too late to be moved."""

    def forward(self: Any, x: Any) -> Any:
        if not hasattr(self, "shift"):
            self.shift = nn.Parameter(torch.zeros(H))
        return self.layer(x) + self.shift

    return made(forward, layer=linear())


@variant(rows, "forward")
def buffer_replaced_by_a_cpu_tensor() -> Any:
    """Assigning to a buffer does not move."""

    def forward(self: Any, x: Any) -> Any:
        self.shift = torch.ones(H)
        return self.layer(x) + self.shift

    return made(forward, {"shift": torch.zeros(H)}, layer=linear())


class DeafToTo(nn.Module):
    """Overrides .to and moves nothing."""

    def __init__(self) -> None:
        super().__init__()
        self.layer = linear()

    def to(self, *args: Any, **kwargs: Any) -> Any:
        """Returns itself."""
        return self

    def forward(self, x: Any) -> Any:
        """One layer."""
        return self.layer(x)


@variant(rows, "forward")
def never_moves() -> Any:
    """The weights are still on the CPU."""
    return DeafToTo()


@variant(rows, "second forward")
def cache_of_the_first_call() -> Any:
    """Kept on the CPU and used by the next call."""

    def forward(self: Any, x: Any) -> Any:
        y = self.layer(x)
        if self.cache is not None:
            y = y + self.cache
        self.cache = y.detach().mean(0).cpu()
        return y

    return made(forward, layer=linear(), cache=None)


@variant(rows, "second forward")
def history_on_the_cpu() -> Any:
    """Old outputs, joined with the new one."""

    def forward(self: Any, x: Any) -> Any:
        y = self.layer(x)
        joined = torch.cat([*self.history, y])
        self.history.append(y.detach().to("cpu"))
        return joined

    return made(forward, layer=linear(), history=[])


@variant(rows, "forward")
def moved_back_in_forward() -> Any:
    """The layer goes to the CPU, its input does not."""
    return made(lambda self, x: self.layer.cpu()(x), layer=linear())


@variant(rows, "forward")
def new_layer_moved_to_the_cpu() -> Any:
    """Module.to(device=..., dtype=...) with the wrong device."""

    def forward(self: Any, x: Any) -> Any:
        return nn.Linear(H, H).to(device="cpu", dtype=torch.float32)(self.layer(x))

    return made(forward, layer=linear())
