"""Properties of exercise 3.4: one network as a function of its weights, and as a module that owns them."""

from __future__ import annotations

from torch import Tensor

from autograder.checks.exercises import Rng
from autograder.checks.expectations import has_shape, same_output
from autograder.checks.findings import Finding
from autograder.checks.probes import activations
from autograder.checks.probes.functions import input_gradients, output, result
from autograder.checks.properties import functions
from autograder.checks.properties.modules import same_numbers
from autograder.checks.subjects import Raised, Subject

SHAPES = {"fc1.weight": (256, 784), "fc1.bias": (256,), "fc2.weight": (10, 256), "fc2.bias": (10,)}
DOES_NOT_FIT = ("cannot be multiplied", "must match", "size mismatch", "inconsistent tensor size")


def drawn(rng: Rng) -> dict[str, Tensor]:
    """Parameters of the size of a fresh ModuleNet's."""
    return {name: rng.normal(*shape) / shape[-1] ** 0.5 for name, shape in SHAPES.items()}


SAMPLE = Rng(0).normal(3, 784)
WEIGHTS = (drawn(Rng(1)), drawn(Rng(2)))
"""What later properties try the earlier ones on: the same for all, so that each is asked once."""


def takes_weights(student: Subject) -> None:
    """functional_net computes with the weights it is given, and with nothing else."""
    x, (params, others) = SAMPLE, WEIGHTS
    once = student.attempt(output, x, params, build="functional_net")
    if isinstance(once, Raised) and any(text in once.message for text in DOES_NOT_FIT):
        raise Finding("functional.transposed")
    first, other, again = student.observe(activations.three_times, x, params, others, build="functional_net")
    has_shape(first, (len(x), 10))
    if not same_numbers(first, again):
        raise Finding("functional.own_weights")
    if same_numbers(first, other):
        raise Finding("functional.params_ignored")


def same_scores(
    student: Subject, reference: Subject, x: Tensor = SAMPLE, params: dict[str, Tensor] = WEIGHTS[0]
) -> None:
    """VALUES of functional_net."""
    takes_weights(student)
    functions.same_results(student, reference, x, params, build="functional_net")


def same_gradients(
    student: Subject,
    reference: Subject,
    rng: Rng,
    x: Tensor = SAMPLE,
    params: dict[str, Tensor] = WEIGHTS[0],
) -> None:
    """GRADS of functional_net: they reach x and all parameters."""
    keeps_weights(student)
    functions.same_input_gradients(
        student, reference, rng, x, params, build="functional_net", name="x or a parameter"
    )


def keeps_weights(student: Subject) -> None:
    """INPUT of functional_net: x and the parameters."""
    takes_weights(student)
    functions.keeps_arguments(student, SAMPLE, WEIGHTS[0], build="functional_net")


def reaches_weights(student: Subject) -> None:
    """GRADS of functional_net, without a reference: x and each parameter gets some gradient."""
    keeps_weights(student)
    upstream = SAMPLE[:, :10]
    seen = student.observe(
        input_gradients, SAMPLE, WEIGHTS[0], upstream=upstream, options={}, build="functional_net"
    )
    if len(seen.gradients) != 5 or any(gradient is None for gradient in seen.gradients):
        raise Finding("gradients.missing", name="x or a parameter")


def takes_double(student: Subject, reference: Subject, rng: Rng) -> None:
    """DTYPE of functional_net: float64 weights and inputs give float64."""
    same_gradients(student, reference, rng)
    doubles = {name: tensor.double() for name, tensor in WEIGHTS[0].items()}
    functions.same_results(student, reference, SAMPLE.double(), doubles, build="functional_net")


def agrees_with_module(student: Subject, rng: Rng) -> None:
    """functional_net gives with ModuleNet's parameters what ModuleNet gives: no reference is needed."""
    x = rng.normal(3, 784)
    takes_weights(student)
    module, function = student.observe(activations.agreement, x, build="(functional_net, ModuleNet())")
    same_output(function, module)


def tells_same_from_other(student: Subject, rng: Rng) -> None:
    """same() is True for a network that computes the same, and False where one number of many differs."""
    x = rng.normal(3, 784)
    answers = [student.observe(activations.compared, x, shift, build="same") for shift in (0.0, 0.5)]
    for answer in answers:
        if answer.kind != "bool":
            raise Finding("same.not_bool", kind=answer.kind)
    if answers[1].value is not False:
        raise Finding("same.always_true" if answers[0].value else "same.reversed")
    if answers[0].value is not True:
        raise Finding("same.always_false")


def own_net_is_same(student: Subject, rng: Rng) -> None:
    """same() is True for the student's own ModuleNet."""
    x = rng.normal(3, 784)
    tells_same_from_other(student, rng)
    if student.observe(result, x, build="(lambda x: same(ModuleNet(), x))").value is not True:
        raise Finding("same.own_net")
