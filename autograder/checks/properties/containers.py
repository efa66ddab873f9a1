"""Properties of chapter 4's modules that decide the flow: ResidualStack (4.4) and Branches (4.5)."""

from __future__ import annotations

import torch
from torch import Tensor

from autograder.checks.exercises import Rng
from autograder.checks.expectations import close, has_shape, is_tensor
from autograder.checks.findings import Finding
from autograder.checks.probes import containers
from autograder.checks.probes.modules import Output, backward, entries, forward, reached_by_gradient, state
from autograder.checks.properties import modules, rules
from autograder.checks.subjects import Raised, StudentRaisedError, Subject

BRANCHES = "Branches({'left': nn.Linear(5, 4), 'right': nn.Linear(5, 4)})"
LEFT, RIGHT = (f"probes.containers.asked({BRANCHES}, '{which}')" for which in ("left", "right"))
CLASHING = ("forward", "type", "parameters", "keys", "pop", "children")
"""Names that nn.Module or one of its containers uses itself."""


def stacks_layers(student: Subject, x: Tensor) -> None:
    """Every one of the four layers has weights of its own."""
    held = student.observe(containers.parts, "layers")
    if len(held) > 1 and all(part.same_as == 0 for part in held):
        raise Finding("shortcut.same_layer", depth=len(held), seen=len(student.observe(entries).parameters))
    names = [f"layers.{index}.{kind}" for index in range(4) for kind in ("weight", "bias")]
    modules.has_parameter_names(student, names, x)


def has_layers(student: Subject, x: Tensor) -> None:
    """What the other properties need: layers that are registered, whatever their names."""
    if len(modules.parameter_names(student)) != 8:
        stacks_layers(student, x)


def adds_to_the_input(student: Subject, x: Tensor) -> None:
    """With weights and biases of zero, the output is the input; x holds negative numbers too."""
    modules.nothing_lost(student, x)
    modules.keeps_input(student, x)
    output = has_shape(student.observe(containers.with_scaled_identities, x, 0.0), x.shape)
    if close(output, x):
        return
    if close(output, torch.zeros_like(x)):
        raise Finding("shortcut.no_skip")
    raise Finding("shortcut.relu_on_sum" if close(output, x.relu()) else "shortcut.changes_input")


def feeds_each_the_last(student: Subject, x: Tensor) -> None:
    """Each layer's result is added to what the layer was given, not to the network's input.

    With unit matrices and a positive input every step doubles; a step that starts from the network's
    input again only adds it once more.
    """
    adds_to_the_input(student, x)
    positive = x.abs() + 0.1
    output = is_tensor(student.observe(containers.with_scaled_identities, positive, 1.0))
    if close(output, 5 * positive) or close(output, 2 * positive):
        raise Finding("shortcut.original_input")


def keeps_rows_apart(student: Subject, x: Tensor) -> None:
    """BATCH, where the shortcut is right."""
    feeds_each_the_last(student, x)
    modules.rows_independent(student, x)


def can_go_backward(student: Subject, x: Tensor) -> None:
    """Backward works: nothing that it needs was overwritten."""
    feeds_each_the_last(student, x)
    seen = student.attempt(reached_by_gradient, x)
    if isinstance(seen, Raised):
        overwritten = "modified by an inplace operation" in seen.message
        raise Finding("shortcut.overwritten") if overwritten else StudentRaisedError(seen)


SMALLEST_NORM = 1e-3
"""Of the gradient of layer 0 at depth 50, for an upstream gradient of norm 1.

Measured at width 16 over 100 seeds: 9e3 at least with the shortcut, 4e-19 at most without one.
"""


def reaches_layer_0(student: Subject, reference: Subject, rng: Rng) -> None:
    """At depth 50 the gradient of the first layer has not vanished."""
    x, upstream = rng.normal(3, 16), rng.normal(3, 16)
    has_layers(student, rng.normal(3, 5))
    can_go_backward(student, rng.normal(3, 5))
    build = "ResidualStack(16, 50)"
    modules.fits(student, reference, x, build)
    given = reference.observe(state, build=build)
    seen = student.observe(backward, x, upstream=upstream, load_state=given, build=build)
    has_shape(seen.output, (3, 16))
    gradient = seen.parameters.get("layers.0.weight")
    if gradient is None:
        raise Finding("gradients.missing", name="layers.0.weight")
    if not float(gradient.abs().double().norm() / upstream.norm()) > SMALLEST_NORM:
        raise Finding("shortcut.vanishing")


def takes_or_refuses_any_name(student: Subject, x: Tensor) -> None:
    """A branch under a name of nn.Module's own is refused when the model is built, or works."""
    modules.nothing_lost(student, build=BRANCHES)
    ordinary = student.attempt(forward, x, build=LEFT)
    if isinstance(ordinary, Raised):
        # It fails under ordinary names too: another check's business.
        return
    for name in CLASHING:
        clash = student.observe(containers.clashing_name, x, name, build="Branches")
        if not clash.refused and not clash.works:
            raise Finding("branches.clash", branch=name)


def branch_that_runs(student: Subject, x: Tensor, asked: str, other: str) -> str:
    """The name of the one layer that is called for the branch `asked`; names are another check's business."""
    build = {"left": LEFT, "right": RIGHT}[asked]
    owners = {name.rpartition(".")[0] for name in modules.parameter_names(student, build)}
    seen = [name for name in student.observe(containers.called_names, x, build=build) if name in owners]
    is_tensor(student.observe(forward, x, build=build))
    if len(set(seen)) > 1:
        raise Finding("branches.all_run", asked=asked, ran=other)
    if len(seen) != 1:
        times = modules.times(len(seen))
        raise Finding("calls.count", child=f"branches.{asked}", times=times, required="once")
    return seen[0]


def runs_the_chosen_branch(student: Subject, x: Tensor) -> None:
    """The branch that was asked for is called once, and no other."""
    modules.nothing_lost(student, build=BRANCHES)
    for asked, other in (("left", "right"), ("right", "left")):
        branch_that_runs(student, x, asked, other)


def only_the_chosen_gets_gradients(student: Subject, x: Tensor) -> None:
    """After backward through one branch, its parameters have a gradient and the other's have none or zero."""
    modules.nothing_lost(student, build=BRANCHES)
    for build, asked, other in ((LEFT, "left", "right"), (RIGHT, "right", "left")):
        branch = branch_that_runs(student, x, asked, other)
        for name, reached in student.observe(reached_by_gradient, x, build=build).items():
            if name.rpartition(".")[0] == branch and not reached:
                raise Finding("gradients.missing", name=name)
            if name.rpartition(".")[0] != branch and reached:
                raise Finding("branches.gradient_elsewhere")


def lists_the_known(student: Subject, x: Tensor) -> None:
    """An unknown name is refused, and the error lists the names that there are."""
    modules.nothing_lost(student, build=BRANCHES)
    is_tensor(student.observe(forward, x, build=LEFT))
    raised = rules.refuses(
        student, "an unknown branch", x, "upper", build=BRANCHES, allowed=("KeyError", "ValueError")
    )
    if "left" not in raised.message or "right" not in raised.message:
        raise Finding("branches.unlisted")


def keeps_branches_of_its_own(student: Subject, x: Tensor) -> None:
    """What happens to the caller's dictionary later does not change the module."""
    modules.nothing_lost(student, build=BRANCHES)
    seen = student.observe(containers.after_dictionary_changed, x, build="Branches")
    if seen.names_before != seen.names_after or differ(seen.before, seen.after):
        raise Finding("branches.follows_dictionary")


def differ(before: Output, after: Output) -> bool:
    """Whether two outputs differ; both must be tensors."""
    return not close(is_tensor(before), is_tensor(after))
