"""Properties of chapter 1's exercises, demanded by public and hidden checks alike. No reference is needed."""

from __future__ import annotations

import torch
from torch import Tensor

from autograder.checks.exercises import Rng
from autograder.checks.expectations import close, has_shape, is_tensor
from autograder.checks.findings import Finding
from autograder.checks.probes import blocks
from autograder.checks.probes.functions import Plain, result
from autograder.checks.probes.inside import calls, lost_state
from autograder.checks.probes.modules import built, children, entries, forward, printed, repeated
from autograder.checks.properties import modules
from autograder.checks.subjects import Raised, Subject

SQUARE = "MySequential(nn.Linear(4, 4), nn.Linear(4, 4), nn.Linear(4, 4))"
CHIMERA = "probes.blocks.chimera(build_chimera)"
GIVES_ONE = "probes.blocks.gives_one(FixedHiddenMLP())"
EQUAL_WIDTHS = "Parallel(nn.Linear(5, 5), nn.Linear(5, 5))"


def depends_on_negative_inputs(student: Subject, rng: Rng) -> None:
    """A relu on the input instead of on the hidden values makes all negative inputs alike."""
    output = is_tensor(student.observe(forward, -rng.uniform(3, 20) - 0.1))
    if output.dim() == 2 and len(output) == 3 and close(output[:1].expand_as(output), output):
        raise Finding("relu.on_input")


def registers_children(student: Subject) -> None:
    """Every one of three modules given is a child of its own."""
    modules.nothing_lost(student)
    kept = len(student.observe(children))
    if kept != 3:
        raise Finding("children.overwritten", seen=kept, required=3)


def refuses_non_modules(student: Subject) -> None:
    """The constructor raises TypeError for a function."""
    registers_children(student)
    refused = student.attempt(built, build="MySequential(nn.Linear(4, 4), torch.relu)")
    if not isinstance(refused, Raised):
        raise Finding("container.accepts_non_module")
    if not refused.is_a("TypeError"):
        raise Finding("error.type", required="TypeError")


def chains(student: Subject, rng: Rng) -> None:
    """Every child is called once, with what the one before it returned."""
    registers_children(student)
    seen = student.observe(calls, rng.normal(3, 4), build=SQUARE)
    if any(call.given_input and not call.given_previous for call in seen[1:]):
        raise Finding("chain.original_input")
    if len(seen) != 3 or not all(call.given_previous for call in seen[1:]):
        raise Finding("calls.count", child="the children", times=modules.times(len(seen)), required="3 times")


def chains_if_registered(student: Subject, rng: Rng) -> None:
    """As far as registered children tell, they are chained; what is in a list is judged by its output."""
    if not student.observe(lost_state):
        chains(student, rng)


def constant_is_buffer(student: Subject, rng: Rng) -> None:
    """rand_weight is saved with the model, is no parameter, and no second copy is kept."""
    for entry in student.observe(entries).buffers:
        if entry.name == "rand_weight" and entry.trainable:
            raise Finding("constant.needs_gradient")
        if entry.name == "rand_weight" and entry.shape != (20, 20):
            raise Finding("shapes.differ", name=entry.name, seen=entry.shape, required=(20, 20))
        if entry.name == "rand_weight":
            modules.nothing_lost(student)
            return
    trainable = {entry.name: entry.trainable for entry in student.observe(entries).parameters}
    if "rand_weight" in trainable:
        raise Finding("constant.trained" if trainable["rand_weight"] else "constant.is_parameter")
    first, second = student.observe(repeated, rng.normal(3, 20))
    if not modules.same_numbers(first, second):
        raise Finding("constant.redrawn")
    raise Finding("buffer.missing")


def linear_is_shared(student: Subject) -> None:
    """One linear layer and nothing else is trained; what became of the constant is another check's business."""
    seen = [name for name in modules.parameter_names(student) if name != "rand_weight"]
    if len(seen) > 2:
        raise Finding("layer.not_shared", seen=seen)
    if seen != ["linear.weight", "linear.bias"]:
        modules.nothing_lost(student)
        raise Finding("names.differ", seen=seen, required=["linear.weight", "linear.bias"])


def stays_within_one(student: Subject, rng: Rng) -> None:
    """With positive weights the sum of X is the sum of |X|, so the output shows how far it was halved."""
    output = has_shape(student.observe(blocks.with_positive_weights, 10 * rng.uniform(3, 20)), ())
    if output.is_complex() or not -1 <= float(output) <= 1:
        raise Finding("norm.above_one")


def keeps_a_sum_of_one(student: Subject, rng: Rng) -> None:
    """Where the linear layer gives (1, 0, ..., 0) whatever comes in, nothing has to be halved."""
    if close(has_shape(student.observe(forward, rng.normal(1, 20), build=GIVES_ONE), ()), torch.tensor(0.5)):
        raise Finding("norm.halved_at_one")


def sum_stands_last(student: Subject) -> None:
    """FixedHiddenMLP reduces the batch to one number, so nothing can follow it."""
    kinds = [child.kind for child in student.observe(children, build=CHIMERA)]
    stand_in = blocks.HiddenMLPStandIn.__name__
    if stand_in in kinds[:-1]:
        raise Finding("chimera.sum_not_last")
    if stand_in not in kinds:
        raise Finding("chimera.blocks")


def predicts_names(student: Subject, required: list[str]) -> None:
    """chimera_names() returns the names that a chimera has; the usual slips are told apart."""
    seen: Plain = student.observe(result, build="chimera_names").value
    if seen == required:
        return
    if not isinstance(seen, list) or not all(isinstance(name, str) for name in seen):
        raise Finding("predict.not_names")
    if any("rand_weight" in name for name in seen):
        raise Finding("predict.buffer_listed")
    if seen == [name.replace(".2.", ".1.") for name in required]:
        raise Finding("predict.relu_takes_index")
    if any(not name[:1].isdigit() for name in seen):
        raise Finding("predict.prefix_forgotten")
    raise Finding("predict.names_differ", seen=len(set(seen) & set(required)), required=len(required))


def predicts_print(student: Subject, required: str) -> None:
    """predict_print() returns what print shows; blanks at line ends and around the text do not count."""
    seen: Plain = student.observe(result, build="predict_print").value
    if not isinstance(seen, str):
        raise Finding("predict.not_text")
    if [line.rstrip() for line in seen.strip().splitlines()] != required.splitlines():
        raise Finding("predict.print_differs")


def both_see_the_input(student: Subject, rng: Rng) -> None:
    """Neither branch is fed the other's output, and the outputs stand side by side."""
    x = rng.normal(3, 5)
    if any(
        call.given_previous and not call.given_input for call in student.observe(calls, x, build=EQUAL_WIDTHS)
    ):
        raise Finding("parallel.chained")
    shape = tuple(is_tensor(student.observe(forward, x, build=EQUAL_WIDTHS)).shape)
    if len(shape) == 3:
        raise Finding("cat.new_dimension")
    if shape == (6, 5):
        raise Finding("cat.samples")


def every_block_is_new(student: Subject) -> None:
    """stack() calls make_block once a block, and every block has its own weight."""
    is_sequential(student)
    seen = student.observe(blocks.stacked, 3, build="stack")
    if seen.weights < 3:
        raise Finding("stack.same_block", seen=seen.weights)
    if seen.made != 3:
        raise Finding("stack.calls", seen=seen.made)


def is_sequential(student: Subject) -> None:
    """stack(make_block, 3) is an nn.Sequential of three blocks."""
    seen = student.observe(blocks.stacked, 3, build="stack")
    if not seen.is_sequential or seen.blocks != 3:
        raise Finding("stack.kind", seen=seen.blocks)


def returns_input(student: Subject, x: Tensor, build: str) -> None:
    """An empty container gives back what it was given."""
    if not close(is_tensor(student.observe(forward, x, build=build)), x):
        raise Finding("container.empty")


def prints_factor(student: Subject, build: str, line: str) -> None:
    """The repr of what is built holds the line."""
    text, _ = student.observe(printed, build=build)
    if line in text.splitlines():
        return
    alone, as_str = student.observe(printed)
    if "Scale(Scale(" in "".join(alone.split()):
        raise Finding("repr.class_name_twice")
    if "factor=2.0" in as_str and "factor=2.0" not in alone:
        raise Finding("repr.str_only")
    if student.observe(blocks.extra_text) == "NoneType":
        raise Finding("repr.not_text")
    raise Finding("repr.differs", seen=alone)
