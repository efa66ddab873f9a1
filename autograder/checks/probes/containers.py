"""Probes of chapter 4; those of exercise 4.2 stand in `specimens`."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.nn.modules.module import register_module_forward_pre_hook

from autograder.checks.probes.inside import take_steps
from autograder.checks.probes.modules import Output, as_output
from autograder.checks.probes.state import named_state
from autograder.checks.probing import Build, probe, structural_probe


class Part(NamedTuple):
    """One entry of a container.

    `sizes` are a Linear's input and output sizes, else empty; `same_as` is the first position that holds the
    same object.
    """

    name: str
    kind: str
    sizes: list[int]
    same_as: int


def parts_of(container: nn.Module) -> list[Part]:
    """The entries in order, those that stand there twice listed twice."""
    entries = [(name, child) for name, child in container._modules.items() if child is not None]
    places = [id(child) for _, child in entries]
    return [
        Part(name, type(child).__name__, sizes_of(child), places.index(id(child))) for name, child in entries
    ]


def sizes_of(layer: nn.Module) -> list[int]:
    """Input and output size of a Linear."""
    return [layer.in_features, layer.out_features] if isinstance(layer, nn.Linear) else []


@structural_probe
def parts(build: Build, attribute: str = "") -> list[Part]:
    """The entries of what is built, or of one of its children; none where there is no such child."""
    made = build()
    container = made._modules.get(attribute) if attribute else made
    return [] if container is None else parts_of(container)


@structural_probe
def is_sequential(build: Build) -> bool:
    """Whether an nn.Sequential is built."""
    return isinstance(build(), nn.Sequential)


@structural_probe
def saved_names(build: Build) -> list[str]:
    """The keys of state_dict()."""
    return list(build().state_dict())


@contextmanager
def module_calls(seen: list[nn.Module]) -> Iterator[None]:
    """Notes every module that is called, registered or not."""
    hook = register_module_forward_pre_hook(lambda module, args: seen.append(module))
    try:
        yield
    finally:
        hook.remove()


@probe
def called_names(build: Build, x: Tensor) -> list[str]:
    """The registered modules that one forward pass calls, by their first names, in order; not the root."""
    module = build()
    names = {id(inner): name for name, inner in module.named_modules() if name}
    seen: list[nn.Module] = []
    with module_calls(seen):
        module(x)
    return [names[id(inner)] for inner in seen if id(inner) in names]


@probe
def containers_made_by_call(build: Build, x: Tensor) -> int:
    """How many containers that are registered nowhere one forward pass calls."""
    module = build()
    registered = {id(inner) for inner in module.modules()}
    seen: list[nn.Module] = []
    with module_calls(seen):
        module(x)
    return sum(isinstance(inner, nn.Sequential) and id(inner) not in registered for inner in seen)


class Lengths(NamedTuple):
    """How many modules the first and the second of two calls with the same arguments put into a chain."""

    first: int
    second: int


@structural_probe
def lengths_of_two(build: Build) -> Lengths:
    """Builds two chains."""
    return Lengths(*(len(build()._modules) for _ in range(2)))


@structural_probe
def sizes_after(build: Build, sizes: Sequence[int]) -> list[int]:
    """The caller's list of sizes, after build_mlp was called with it."""
    given = list(sizes)
    build()(given)
    return given


@probe
def with_scaled_identities(build: Build, x: Tensor, scale: float) -> Output:
    """The output for x when every weight matrix is `scale` times the identity and every bias is zero."""
    module = build()
    with torch.no_grad():
        for parameter in module.parameters():
            parameter.zero_()
            if parameter.dim() == 2:
                parameter.diagonal().fill_(scale)
    return as_output(module(x))


def asked(model: nn.Module, which: str) -> nn.Module:
    """The model with its question fixed: model(x) is what model(x, which) was."""
    answer = model.forward
    vars(model)["forward"] = lambda x: answer(x, which)
    return model


class AfterChange(NamedTuple):
    """Two outputs for the same branch, before and after the caller's dictionary was changed, and the names then."""

    before: Output
    after: Output
    names_before: list[str]
    names_after: list[str]


@probe
def after_dictionary_changed(build: Build, x: Tensor) -> AfterChange:
    """Builds Branches from a dictionary, then replaces one of its values and adds another."""
    given = {name: nn.Linear(x.shape[-1], 4) for name in ("left", "right")}
    model = build()(given)
    before, names = as_output(model(x, "left")), list(model.state_dict())
    given["left"] = given["middle"] = nn.Linear(x.shape[-1], 4)
    return AfterChange(before, as_output(model(x, "left")), names, list(model.state_dict()))


class Clash(NamedTuple):
    """Whether a branch's name was refused when the model was built and, if not, whether all branches work."""

    refused: bool
    works: bool


@probe
def clashing_name(build: Build, x: Tensor, name: str) -> Clash:
    """Builds Branches with a name that nn.Module uses itself, and asks for each of the branches."""
    given = {"left": nn.Linear(x.shape[-1], 4), name: nn.Linear(x.shape[-1], 4)}
    due = {which: branch(x) for which, branch in given.items()}
    try:
        model = build()(dict(given))
    except Exception:
        return Clash(True, False)
    try:
        model.train().eval()
        works = len(list(model.parameters())) == 4
        return Clash(False, works and all(torch.equal(model(x, which), due[which]) for which in due))
    except Exception:
        return Clash(False, False)


LAYERS: dict[str, Callable[[], nn.Module]] = {
    "linear": lambda: nn.Linear(5, 5),
    "normed": lambda: nn.Sequential(nn.Linear(5, 5), nn.BatchNorm1d(5)),
}


class Repeats(NamedTuple):
    """What tied() or copied() made of a layer.

    How many different sets of tensors stand at the even positions, whether the given layer's is among them,
    and whether all places hold the given layer's numbers.
    """

    weights: int
    given_used: bool
    equal: bool


@probe
def repeats(build: Build, n: int, kind: str) -> Repeats:
    """Calls tied or copied with a layer of one of the LAYERS, whose numbers are not those of a new one."""
    layer = LAYERS[kind]()
    for _, tensor in named_state(layer):
        if tensor.is_floating_point():
            tensor.detach().uniform_(0.5, 1)
    numbers = [tensor.detach().clone() for _, tensor in named_state(layer)]
    places = list(build()(layer, n)._modules.values())[::2]
    held = [pointers(place) for place in places if place is not None]
    apart = [own for index, own in enumerate(held) if not any(own & earlier for earlier in held[:index])]
    given_used = any(own & pointers(layer) for own in held)
    equal = all(place is not None and same_numbers(place, numbers) for place in places)
    return Repeats(len(apart), given_used, equal)


def pointers(module: nn.Module) -> set[int]:
    """Where the tensors of a module lie in memory."""
    return {tensor.data_ptr() for _, tensor in named_state(module)}


def same_numbers(module: nn.Module, numbers: Sequence[Tensor]) -> bool:
    """Whether a module's state holds these numbers, in order."""
    state = [tensor for _, tensor in named_state(module)]
    return len(state) == len(numbers) and all(map(torch.equal, state, numbers))


class Trained(NamedTuple):
    """How many tensors an optimizer over parameters() holds, and whether the places still agree after its steps."""

    optimized: int
    agree: bool


@probe
def trained(build: Build, x: Tensor) -> Trained:
    """Three SGD steps on a chain of tied layers."""
    chain = build()
    optimizer = take_steps(chain, x)
    places = list(chain._modules.values())[::2]
    numbers = [tensor.detach() for _, tensor in named_state(places[0])]
    held = sum(len(group["params"]) for group in optimizer.param_groups)
    return Trained(held, all(same_numbers(place, numbers) for place in places))


class RepeatGradients(NamedTuple):
    """Gradients of one Linear: tied, and of its copies summed over the places; weight, then bias."""

    tied: tuple[Tensor | None, Tensor | None]
    summed: tuple[Tensor | None, Tensor | None]


@probe
def repeat_gradients(build: Build, x: Tensor, upstream: Tensor, weight: Tensor, n: int) -> RepeatGradients:
    """Back-propagates through tied(layer, n) and copied(layer, n) for one layer; `build` makes both functions."""
    tie, copies = build()
    layer = nn.Linear(weight.shape[1], weight.shape[0])
    layer.weight.detach().copy_(weight)
    apart = copies(copy.deepcopy(layer), n)
    together = tie(layer, n)
    for chain in (together, apart):
        output = chain(x)
        if output.shape == upstream.shape:
            output.backward(upstream)
    gradients = [parameter.grad for parameter in apart.parameters()]
    return RepeatGradients(
        (layer.weight.grad, layer.bias.grad), (summed(gradients[::2]), summed(gradients[1::2]))
    )


def summed(gradients: Sequence[Tensor | None]) -> Tensor | None:
    """The sum of the gradients that there are."""
    found = [gradient for gradient in gradients if gradient is not None]
    return torch.stack(found).sum(0) if found else None
