"""The vocabulary of checks: one small function a property, shared by all chapters.

Each observes and judges, and first demands what it builds on in the same words as the check whose
business that is. The replay reports a mistake once and the checks that stop at it as not reached,
so a missing parameter does not also cost a message about values, gradients and saving.
"""

from __future__ import annotations

from torch import Tensor

from autograder.checks.exercises import Rng
from autograder.checks.expectations import close, is_tensor, same_gradients, same_list, same_output
from autograder.checks.findings import Finding
from autograder.checks.probes import inside, modules
from autograder.checks.probes.modules import Entry, Output
from autograder.checks.probes.state import match
from autograder.checks.subjects import Raised, Subject

LOST_IN = {
    "class": "storage.shared",
    "container": "registration.container",
    "tensor": "registration.tensor",
}
"""The finding for each kind of place that `lost_state` reports."""


def entries(subject: Subject, build: str | None = None) -> list[tuple[str, Entry]]:
    """Parameters and buffers by name, in order."""
    found = subject.observe(modules.entries, build=build)
    return [(entry.name, entry) for entry in found.parameters + found.buffers]


def parameter_names(subject: Subject, build: str | None = None) -> list[str]:
    """The names that named_parameters() gives."""
    return [entry.name for entry in subject.observe(modules.entries, build=build).parameters]


def nothing_lost(student: Subject, x: Tensor | None = None, build: str | None = None) -> None:
    """No module or tensor lies where PyTorch can't see it; raises the finding that names the place."""
    for lost in student.observe(inside.lost_state, build=build):
        raise Finding(LOST_IN.get(lost.place, "registration.tensor"), name=lost.name)
    if x is not None and not parameter_names(student, build):
        first, second = student.observe(modules.repeated, x, build=build)
        if not same_numbers(first, second):
            raise Finding("layers.made_in_forward")


def same_numbers(a: Output, b: Output) -> bool:
    """Whether two outputs are tensors with equal shape and numbers."""
    return (
        a.tensor is not None
        and b.tensor is not None
        and a.tensor.shape == b.tensor.shape
        and bool((a.tensor == b.tensor).all())
    )


def same_parameter_names(
    student: Subject, reference: Subject, x: Tensor | None = None, build: str | None = None
) -> None:
    """NAMES: the reference's names in its order."""
    has_parameter_names(student, parameter_names(reference, build), x, build)


def has_parameter_names(
    student: Subject, required: list[str], x: Tensor | None = None, build: str | None = None
) -> None:
    """NAMES: exactly these, in order. `x` is an input, to tell layers that forward makes anew."""
    seen = parameter_names(student, build)
    if seen != required:
        if len(seen) < len(required):
            nothing_lost(student, x, build)
        raise Finding("names.differ", seen=seen, required=required)


def fits(student: Subject, reference: Subject, x: Tensor | None = None, build: str | None = None) -> None:
    """The student's parameters and buffers can hold the reference's values, whatever their names."""
    own, given = entries(student, build), entries(reference, build)
    if match(own, given) is not None:
        return
    same_parameter_names(student, reference, x, build)
    same_list("buffers.differ", [n for n, _ in own], [n for n, _ in given])
    for (name, seen), (_, required) in zip(own, given, strict=True):
        if seen.shape != required.shape:
            raise Finding("shapes.differ", name=name, seen=seen.shape, required=required.shape)


def has_parameters(student: Subject, required: dict[str, tuple[int, ...]], x: Tensor | None = None) -> None:
    """As many parameters as required, of the required shapes; their names are another check's business."""
    seen = student.observe(modules.entries).parameters
    if len(seen) != len(required):
        has_parameter_names(student, list(required), x)
    if sorted(entry.shape for entry in seen) == sorted(required.values()):
        return
    for entry, shape in zip(seen, required.values(), strict=True):
        if entry.shape != shape:
            raise Finding("shapes.differ", name=entry.name, seen=entry.shape, required=shape)


def same_values(student: Subject, reference: Subject, *inputs: Tensor, build: str | None = None) -> None:
    """VALUES: the same output on the same input with the same weights."""
    fits(student, reference, inputs[0], build)
    state = reference.observe(modules.state, build=build)
    seen = student.observe(modules.forward, *inputs, build=build, load_state=state)
    same_output(seen, reference.observe(modules.forward, *inputs, build=build, load_state=state))


def same_values_of_given(student: Subject, reference: Subject, x: Tensor, build: str | None = None) -> None:
    """VALUES of a container whose modules the build expression makes: the same seed gives both the same ones.

    Nothing is loaded, so a container that registers nothing can still be right in what it computes.
    """
    seen = student.observe(modules.forward, x, build=build)
    same_output(seen, reference.observe(modules.forward, x, build=build))


def same_gradients_as(
    student: Subject, reference: Subject, rng: Rng, *inputs: Tensor, build: str | None = None
) -> None:
    """GRADS: every parameter and the input get the reference's gradient under a random upstream gradient."""
    fits(student, reference, inputs[0], build)
    state = reference.observe(modules.state, build=build)
    output = reference.observe(modules.forward, *inputs, build=build, load_state=state)
    upstream = rng.normal(*is_tensor(output).shape)
    seen = student.observe(modules.backward, *inputs, upstream=upstream, load_state=state, build=build)
    required = reference.observe(modules.backward, *inputs, upstream=upstream, load_state=state, build=build)
    same_output(seen.output, required.output)
    try:
        same_gradients(seen, required)
    except Finding:
        keeps_input(student, inputs[0], build)
        raise


def survives_saving(student: Subject, reference: Subject, x: Tensor, build: str | None = None) -> None:
    """TRIP, where the reference's parameters fit."""
    fits(student, reference, x, build)
    saves_and_loads(student, x, build)


def saves_and_loads(student: Subject, x: Tensor, build: str | None = None) -> None:
    """TRIP: saved, and loaded strictly into a fresh instance, it gives the same output."""
    trip = student.observe(modules.round_trip, x, build=build)
    is_tensor(trip.before)
    if trip.missing or trip.unexpected:
        raise Finding("round_trip.keys", missing=trip.missing, unexpected=trip.unexpected)
    if not same_numbers(trip.before, trip.after):
        raise Finding("round_trip.differs")


def follows_double(student: Subject, reference: Subject, x: Tensor, build: str | None = None) -> None:
    """DTYPE, where the reference's parameters fit."""
    fits(student, reference, x, build)
    takes_double(student, x, build)


def takes_double(student: Subject, x: Tensor, build: str | None = None) -> None:
    """DTYPE: after .double() it takes and gives float64."""
    is_tensor(student.observe(modules.forward, x, build=build))
    seen = student.attempt(modules.as_double, x, build=build)
    if isinstance(seen, Raised):
        raise Finding("dtype.fixed", how="raised an error")
    if str(is_tensor(seen).dtype) != "torch.float64":
        raise Finding("dtype.fixed", how=f"returned {is_tensor(seen).dtype}")


def shares_nothing(student: Subject, build: str | None = None) -> None:
    """FRESH: two instances, both alive, have storage of their own."""
    shared = student.observe(modules.shared_between_instances, build=build)
    if shared:
        raise Finding("storage.shared", name=shared[0])


def can_be_negative(student: Subject, x: Tensor, build: str | None = None) -> None:
    """Over a large batch x, some output is below zero."""
    output = is_tensor(student.observe(modules.forward, x, build=build))
    if output.numel() and not output.is_complex() and output.min() >= 0:
        raise Finding("output.never_negative")


def gradients_reach(student: Subject, x: Tensor, build: str | None = None) -> None:
    """GRADS, without a reference: after backward every trainable parameter has a gradient that is not all zero."""
    output = is_tensor(student.observe(modules.forward, x, build=build))
    if not output.numel():
        raise Finding("output.shape", seen=tuple(output.shape), required="not empty")
    for name, reached in student.observe(modules.reached_by_gradient, x, build=build).items():
        if not reached:
            raise Finding("gradients.missing", name=name)


def keeps_input(student: Subject, x: Tensor, build: str | None = None) -> None:
    """INPUT: the caller's tensor is unchanged after the call."""
    after = student.observe(modules.input_after, x, build=build)
    if after.shape != x.shape or not bool((after == x).all()):
        raise Finding("input.changed")


def called(student: Subject, x: Tensor, child: str, required: int, build: str | None = None) -> None:
    """CALL: the child is called through __call__, so that hooks fire, this many times."""
    seen = [call.child for call in student.observe(inside.calls, x, build=build)].count(child)
    if seen != required:
        raise Finding("calls.count", child=child, times=times(seen), required=times(required))


def rows_independent(student: Subject, x: Tensor, build: str | None = None) -> None:
    """BATCH: every row comes out as it does alone; x (B, ...) with B > 1."""
    together = is_tensor(student.observe(modules.forward, x, build=build))
    for index in range(len(x)):
        alone = is_tensor(student.observe(modules.forward, x[index : index + 1], build=build))
        if together.shape[:1] != x.shape[:1] or not close(together[index : index + 1], alone):
            raise Finding("batch.mixed")


def reaches_all_modules(student: Subject, build: str | None = None) -> None:
    """MODE: train() and eval() on the root reach every module of the tree."""
    for mode in (True, False):
        for name, training in student.observe(inside.training_flags, mode, build=build):
            if training is not mode:
                raise Finding("modes.not_reached", name=name)


def times(count: int) -> str:
    """A count in words, as messages say it."""
    return {0: "never", 1: "once", 2: "twice"}.get(count, f"{count} times")
