"""Properties of a layer that looks up rows of its weight."""

from __future__ import annotations

import torch
from torch import Tensor

from autograder.checks.exercises import Rng
from autograder.checks.expectations import has_shape, is_tensor
from autograder.checks.findings import Finding
from autograder.checks.probes import embedding
from autograder.checks.probes import modules as module_probes
from autograder.checks.properties import modules, rules
from autograder.checks.subjects import Raised, Subject

PADDED = "Embedding(11, 5, padding_idx=3)"
PADDED_WITH_ZERO = "Embedding(11, 5, padding_idx=0)"
UNPADDED = "Embedding(11, 5)"
ALL_IDS = torch.arange(11)


def ids(rng: Rng, *shape: int) -> Tensor:
    """Ids below 11."""
    return (11 * rng.uniform(*shape)).long().clamp(max=10)


def drawn(*shape: int) -> Tensor:
    """Ids, the same for the same shape: checks that ask the same question share the answer."""
    return ids(Rng(2), *shape)


def has_the_weight(student: Subject) -> None:
    """One parameter, a row an id."""
    modules.has_parameter_names(student, ["weight"], ALL_IDS)
    modules.has_parameters(student, {"weight": (11, 5)}, ALL_IDS)


def is_its_own(student: Subject) -> None:
    """FORBID: torch's embedding does not do the work, and its layer is not derived from."""
    rules.is_no_ready_made_layer(student)
    rules.does_not_delegate(student, ["embedding"], drawn(3, 4))


def takes_any_shape(student: Subject) -> None:
    """SHAPE: a row for each id, in the shape that the ids have."""
    for lead in ((3, 4), (4,), (2, 3, 4), ()):
        has_shape(student.observe(module_probes.forward, drawn(*lead)), (*lead, 5))


def takes_int32(student: Subject) -> None:
    """int32 ids give what the same ids give as int64."""
    x = drawn(3, 4)
    wide = student.observe(module_probes.forward, x)
    is_tensor(wide)
    narrow = student.attempt(module_probes.forward, x.int())
    if isinstance(narrow, Raised) or not modules.same_numbers(wide, narrow):
        raise Finding("embedding.int32")


def starts_padded(student: Subject) -> None:
    """The padding row starts at zero, be it row 3 or row 0; no other does."""
    has_the_weight(student)
    if first_weight(student, PADDED)[3].any():
        raise Finding("padding.start")
    if first_weight(student, PADDED_WITH_ZERO)[0].any():
        raise Finding("padding.index_zero")
    if not first_weight(student, UNPADDED).any(dim=1).all():
        raise Finding("padding.unasked")


def first_weight(student: Subject, build: str) -> Tensor:
    """The weight (11, 5) of a new layer."""
    return has_weight_shape(rules.initial_values(student, "weight", build))


def has_weight_shape(weight: Tensor | None) -> Tensor:
    """The weight or its gradient, if it has the shape (11, 5)."""
    if weight is None:
        raise Finding("gradients.missing", name="weight")
    if tuple(weight.shape) != (11, 5):
        raise Finding("shapes.differ", name="weight", seen=tuple(weight.shape), required=(11, 5))
    return weight


def starts_normal(student: Subject, build: str) -> None:
    """INIT: mean 0, standard deviation 1, and the tails of N(0, 1); `build` makes a large weight without padding."""
    has_the_weight(student)
    weight = rules.initial_values(student, "weight", build).float()
    if not (weight.mean().abs() < 0.02 and (weight.std() - 1).abs() < 0.02):
        raise Finding("embedding.start")
    if not 0.04 < float((weight.abs() > 2).float().mean()) < 0.05:
        raise Finding("embedding.not_normal")


def keeps_padding(student: Subject, build: str = PADDED, row: int = 3) -> None:
    """The padding row gets no gradient and is still zero after five steps."""
    starts_padded(student)
    seen = student.observe(embedding.trained, ALL_IDS, 5, build=build)
    if has_weight_shape(seen.gradient)[row].any() or has_weight_shape(seen.after)[row].any():
        raise Finding("padding.trained")


def trains_looked_up_rows(student: Subject) -> None:
    """The rows that were looked up move, all of them without padding, and no other does."""
    keeps_padding(student)
    looked_up = torch.tensor([[1, 7, 0], [7, 9, 1]])
    seen = student.observe(embedding.trained, looked_up, 5, build=UNPADDED)
    gradient = has_weight_shape(seen.gradient)
    due = torch.zeros(11, dtype=torch.bool)
    due[looked_up.flatten()] = True
    moved = (has_weight_shape(seen.after) != has_weight_shape(seen.before)).any(dim=1)
    if (moved & ~due).any() or gradient[~due].any():
        raise Finding("embedding.other_rows")
    if (due & ~moved).any():
        raise Finding("embedding.row_not_trained")


def takes_double(student: Subject) -> None:
    """DTYPE: after .double() the same ids give float64."""
    has_the_weight(student)
    x = drawn(3, 4)
    is_tensor(student.observe(module_probes.forward, x))
    seen = student.attempt(module_probes.forward, x, build=f"{PADDED}.double()")
    if isinstance(seen, Raised):
        raise Finding("embedding.double", how="an error was raised")
    if str(is_tensor(seen).dtype) != "torch.float64":
        raise Finding("embedding.double", how=f"the output is {is_tensor(seen).dtype}")


def refuses_floats(student: Subject) -> None:
    """ERR: ids of a floating dtype, whole numbers though they are, end in one of the errors that the text names."""
    wrong = drawn(3, 4).float()
    rules.refuses(student, "ids of dtype float32", wrong, allowed=("IndexError", "TypeError", "RuntimeError"))
