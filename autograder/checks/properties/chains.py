"""Properties of chapter 4's chains: a list of layers (4.1), build_mlp (4.3), layers tied and copied (4.6)."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from torch import Tensor

from autograder.checks.exercises import Rng
from autograder.checks.expectations import has_shape, same_gradient
from autograder.checks.findings import Finding
from autograder.checks.probes import containers
from autograder.checks.probes.modules import entries, forward
from autograder.checks.properties import modules
from autograder.checks.subjects import Raised, StudentRaisedError, Subject

MY_MODEL = {
    "layers.0.weight": (20, 10),
    "layers.0.bias": (20,),
    "layers.2.weight": (30, 20),
    "layers.2.bias": (30,),
}
TIED, COPIED = "tied(nn.Linear(5, 5), 3)", "copied(nn.Linear(5, 5), 3)"


def has_the_names(student: Subject, x: Tensor) -> None:
    """PyTorch finds the parameters, under the names that an nn.ModuleList called `layers` gives."""
    if not modules.parameter_names(student):
        made = student.attempt(containers.containers_made_by_call, x)
        if not isinstance(made, Raised) and made:
            raise Finding("model.wrapped_in_forward")
    modules.has_parameter_names(student, list(MY_MODEL), x)


def list_of_four(student: Subject, x: Tensor) -> str:
    """The name of the list of four modules: it should be `layers`, but another name must not cost all else."""
    attribute = "".join(modules.parameter_names(student)[:1]).partition(".")[0]
    if modules.parameter_names(student) != [name.replace("layers", attribute) for name in MY_MODEL]:
        has_the_names(student, x)
    held = student.observe(containers.parts, attribute)
    if len(held) != 4:
        raise Finding("model.layers", seen=[part.kind for part in held])
    return attribute


def calls_each_layer(student: Subject, x: Tensor) -> None:
    """Each of the four layers is called once, in order."""
    attribute = list_of_four(student, x)
    seen = student.attempt(containers.called_names, x)
    if isinstance(seen, Raised):
        if seen.is_a("NotImplementedError") and "ModuleList" in seen.message:
            raise Finding("model.list_called")
        raise StudentRaisedError(seen)
    required = [f"{attribute}.{index}" for index in range(4)]
    for index, name in enumerate(required):
        if seen.count(name) != 1:
            raise Finding(
                "calls.count", child=f"layers.{index}", times=modules.times(seen.count(name)), required="once"
            )
    order = [name for name in seen if name in required]
    if order != required:
        raise Finding("model.order", seen=order)


def stays_in_the_range_of_tanh(student: Subject, rng: Rng) -> None:
    """However large the input, no number of the output is beyond 1."""
    x = 100 * rng.normal(3, 10)
    calls_each_layer(student, x)
    output = has_shape(student.observe(forward, x), (3, 30))
    # Of another dtype, it is the business of the check of values.
    if output.is_floating_point() and not bool((output.abs() <= 1).all()):
        raise Finding("model.out_of_range")


def is_mlp(student: Subject, sizes: Sequence[int], activation: str, build: str) -> None:
    """An nn.Sequential of Linear layers of these sizes with activations of this kind between them."""
    builds_a_chain(student, build)
    parts = student.observe(containers.parts, build=build)
    kinds = [part.kind for part in parts]
    alternate = ["Linear" if index % 2 == 0 else kind for index, kind in enumerate(kinds)]
    if kinds == alternate and len(kinds) == 2 * len(sizes) - 2 and not parts[-1].sizes:
        raise Finding("mlp.activation_last")
    if kinds != alternate or len(kinds) != 2 * len(sizes) - 3:
        raise Finding("mlp.parts", seen=kinds)
    for part, (inputs, outputs) in zip(parts[::2], pairwise(sizes), strict=True):
        if part.sizes != [inputs, outputs]:
            required = f"Linear({inputs}, {outputs})"
            raise Finding("mlp.sizes", name=part.name, seen=linear_of(part.sizes), required=required)
    if any(kind != activation for kind in kinds[1::2]):
        raise Finding("mlp.activation_ignored", seen=kinds[1::2], required=activation)


def linear_of(sizes: Sequence[int]) -> str:
    """Such as "Linear(5, 7)"."""
    return f"Linear({', '.join(map(str, sizes))})"


def builds_a_chain(student: Subject, build: str | None = None) -> None:
    """An nn.Sequential is returned, of the same length in every call."""
    sequential = student.attempt(containers.is_sequential, build=build)
    if isinstance(sequential, Raised):
        if sequential.is_a("TypeError") and "not a Module subclass" in sequential.message:
            raise Finding("mlp.activation_not_called")
        raise StudentRaisedError(sequential)
    if not sequential:
        raise Finding("mlp.kind")
    lengths = student.observe(containers.lengths_of_two, build=build)
    if lengths.first != lengths.second:
        raise Finding("mlp.grows")


def is_ordinary_mlp(student: Subject) -> None:
    """With the default activation the chain is what it should be."""
    is_mlp(student, [5, 7, 3], "ReLU", "build_mlp([5, 7, 3])")


def builds_what_runs(student: Subject, x: Tensor) -> None:
    """A chain that takes x (B, 5), also if it is not the chain that was asked for."""
    builds_a_chain(student)
    for sizes in ([5, 7, 3], [5, 7, 6, 3]):
        output = student.attempt(forward, x, build=f"build_mlp({sizes})")
        if isinstance(output, Raised):
            is_ordinary_mlp(student)


def makes_every_activation_anew(student: Subject) -> None:
    """Three activations that have a weight have three weights."""
    is_ordinary_mlp(student)
    build = "build_mlp([5, 7, 6, 4, 3], nn.PReLU)"
    is_mlp(student, [5, 7, 6, 4, 3], "PReLU", build)
    # nn.PReLU's weight is one number; an activation that stands in two places is listed once.
    seen = sum(entry.shape == (1,) for entry in student.observe(entries, build=build).parameters)
    if seen != 3:
        raise Finding("mlp.shared_activation", seen=seen)


def leaves_sizes_alone(student: Subject) -> None:
    """The caller's list of sizes is the same after the call."""
    builds_a_chain(student)
    given = [5, 7, 6, 3]
    if student.observe(containers.sizes_after, given, build="build_mlp") != given:
        raise Finding("mlp.sizes_changed")


def alternates(student: Subject, function: str, n: int = 3) -> None:
    """n layers with a ReLU between each two, in an nn.Sequential."""
    build = f"{function}(nn.Linear(5, 5), {n})"
    if not student.observe(containers.is_sequential, build=build):
        raise Finding("tied.kind", function=function)
    kinds = [part.kind for part in student.observe(containers.parts, build=build)]
    required = (["Linear", "ReLU"] * n)[:-1]
    if kinds == [*required, "ReLU"]:
        raise Finding("tied.relu_last", function=function)
    if kinds != required:
        raise Finding("tied.parts", function=function, seen=kinds)


def is_one_layer(student: Subject, kind: str = "linear") -> None:
    """All places of tied(layer, 3) train the layer that was given."""
    alternates(student, "tied")
    seen = student.observe(containers.repeats, 3, kind, build="tied")
    if seen.weights > 1:
        raise Finding("tied.not_one_layer", seen=seen.weights)
    if not seen.given_used:
        raise Finding("tied.not_the_layer")


def are_deep_copies(student: Subject, kind: str = "linear") -> None:
    """The places of copied(layer, 3) share no storage with each other or the layer, and start with its numbers."""
    alternates(student, "copied")
    seen = student.observe(containers.repeats, 3, kind, build="copied")
    if seen.weights < 3:
        raise Finding("copied.shared")
    if seen.given_used:
        raise Finding("copied.layer_itself")
    if not seen.equal:
        raise Finding("copied.numbers")


def sums_over_the_places(student: Subject, rng: Rng) -> None:
    """The gradient of tied layers is the sum of the gradients that copies get."""
    is_one_layer(student)
    are_deep_copies(student)
    seen = student.observe(
        containers.repeat_gradients,
        rng.normal(3, 5),
        rng.normal(3, 5),
        0.5 * rng.normal(5, 5),
        3,
        build="(tied, copied)",
    )
    for name, own, summed in zip(("weight", "bias"), seen.tied, seen.summed, strict=True):
        if summed is None:
            raise Finding("gradients.missing", name=name)
        same_gradient(name, own, summed)


def stays_tied(student: Subject, x: Tensor) -> None:
    """An optimizer holds each parameter once, and after its steps all places agree."""
    is_one_layer(student)
    seen = student.observe(containers.trained, x, build=TIED)
    if seen.optimized != 2 or not seen.agree:
        raise Finding("tied.not_one_layer", seen=3)
