"""Properties of exercises 2.1 to 2.5, demanded by public and hidden checks alike. No reference is needed."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor
from torch.nn import functional as F

from autograder.checks.exercises import Rng
from autograder.checks.expectations import close, has_shape, is_tensor
from autograder.checks.findings import Finding
from autograder.checks.probes import custom_layers as layer_probes
from autograder.checks.probes.functions import output, result
from autograder.checks.probes.inside import moved_by_step
from autograder.checks.probes.modules import entries, forward
from autograder.checks.properties import modules
from autograder.checks.properties.placement import follows_the_device
from autograder.checks.properties.rules import does_not_delegate, is_no_ready_made_layer
from autograder.checks.subjects import Raised, Subject

PERCEPTRON = "probes.custom_layers.perceptron(Perceptron, 5, 7, 3)"
SMALL_PERCEPTRON = "probes.custom_layers.perceptron(Perceptron, 3, 4, 1)"
MIDDLE = "nn.Sequential(nn.Linear(5, 4), MyLinear(4, 3), nn.Linear(3, 2))"
CONV = "make_sharpen_conv()"
KINDS_OF_IMAGE = {2: "(H, W)", 3: "(1, H, W)", 4: "(B, 1, H, W)"}
WIDE_LINEAR = "Linear(1024, 64)"
"""Narrower than its input, so that a scale by the wrong size shows."""


def raised(outcome: Any) -> bool:
    """Whether a call ended in an error, and not in a stub or an unknown name.

    PyTorch raises NotImplementedError too, for what it does not do, and gives a reason.
    """
    if not isinstance(outcome, Raised) or outcome.phase == "missing":
        return False
    return not outcome.is_a("NotImplementedError") or bool(outcome.message)


def shift(student: Subject, x: Tensor, build: str | None = None) -> Tensor:
    """What the layer took away from x."""
    found = has_shape(student.observe(forward, x, build=build), x.shape)
    if found.is_complex() or not found.isfinite().all():
        raise Finding("output.not_finite")
    return x - found.float()


def is_constant_along(amount: Tensor, dim: int) -> bool:
    """Whether the same was taken away all along a dimension."""
    return close(amount.select(dim, 0).unsqueeze(dim).expand_as(amount), amount)


def only_shifts(student: Subject, x: Tensor) -> None:
    """All numbers are moved by the same amount, so that their distances stay."""
    amount = shift(student, x)
    flat, given = amount.flatten(), x.flatten()
    if close(flat[:1].expand_as(flat), flat):
        return
    spread = given - given[0]
    distances = spread - (flat - flat[0])
    ratio = float(distances @ spread / (spread @ spread))
    if close(distances, ratio * spread):
        raise Finding("centered.rescaled")


def has_mean_zero(student: Subject, x: Tensor) -> None:
    """After the call the mean of all numbers is 0, up to rounding."""
    only_shifts(student, x)
    mean_vanishes((x - shift(student, x)).mean())


def mean_vanishes(means: Tensor) -> None:
    """Up to rounding."""
    if not means.abs().max() < 1e-6:
        raise Finding("centered.mean_not_zero")


def centres_along_dim(student: Subject, rng: Rng) -> None:
    """What is taken away is one number a slice: with dim=-1 one a row, with dim=0 one a column."""
    x, square, last, first = (
        rng.normal(3, 5),
        rng.normal(4, 4),
        "CenteredLayer(dim=-1)",
        "CenteredLayer(dim=0)",
    )
    only_shifts(student, x)
    if raised(student.attempt(forward, x, build=last)):
        amount = shift(student, square, build=last)
        if is_constant_along(amount, 0) and not is_constant_along(amount, 1):
            raise Finding("centered.keepdim")
    rows = shift(student, x, build=last)
    if is_constant_along(rows, 0) and is_constant_along(rows, 1):
        raise Finding("centered.dim_ignored")
    columns = shift(student, x, build=first)
    if is_constant_along(columns, 0) and is_constant_along(columns, 1):
        raise Finding("centered.zero_is_a_dim")
    mean_vanishes((x - rows).mean(dim=-1))
    mean_vanishes((x - columns).mean(dim=0))


def does_the_sum_itself(student: Subject, x: Tensor) -> None:
    """FORBID: no nn.Linear above or inside, no F.linear. An error in the call is another check's business."""
    is_no_ready_made_layer(student)
    outcome = student.attempt(output, x)
    if not isinstance(outcome, Raised):
        does_not_delegate(student, ["linear"], x)


def stores_in_by_out(student: Subject, rng: Rng) -> None:
    """Two registered parameters, (5, 7) and (7,), whatever their names."""
    x = rng.normal(3, 5)
    try:
        for name in student.observe(layer_probes.computed_tensors):
            raise Finding("parameter.computed", name=name)
        for entry in student.observe(entries).parameters:
            if entry.shape == (7, 5):
                raise Finding("linear.transposed", name=entry.name)
        modules.has_parameters(student, {"w": (5, 7), "b": (7,)}, x)
    except Finding:
        # A ready-made layer has other parameters, and that is not the mistake.
        does_the_sum_itself(student, x)
        raise


def has_names(student: Subject, rng: Rng) -> None:
    """NAMES: w, then b."""
    stores_in_by_out(student, rng)
    modules.has_parameter_names(student, ["w", "b"])


def can_do_without_bias(student: Subject, rng: Rng) -> None:
    """With bias=False, w alone is trained, the attribute b is None, and the layer still works."""
    stores_in_by_out(student, rng)
    build = "Linear(5, 7, bias=False)"
    names = modules.parameter_names(student, build)
    if len(names) > 1:
        raise Finding("linear.bias_kept")
    if names and modules.parameter_names(student) == ["w", "b"]:
        modules.has_parameter_names(student, ["w"], build=build)
    x = rng.normal(3, 5)
    outcome = student.attempt(forward, x, build=build)
    kind = student.observe(layer_probes.attribute_kind, "b", build=build)
    if kind != "NoneType" or raised(outcome):
        raise Finding("linear.b_is_not_none")
    zero = is_tensor(student.observe(forward, 0 * x, build=build))
    if zero.any():
        raise Finding("linear.bias_kept")


def takes_leading_dimensions(student: Subject, rng: Rng) -> None:
    """SHAPE with none, one and two leading dimensions."""
    stores_in_by_out(student, rng)
    has_shape(student.observe(forward, rng.normal(3, 5)), (3, 7))
    for lead in ((), (2, 4)):
        x = rng.normal(*lead, 5)
        if raised(student.attempt(forward, x)):
            raise Finding("linear.leading", shape=tuple(x.shape))
        has_shape(student.observe(forward, x), (*lead, 7))


def keeps_the_scale(student: Subject, rng: Rng) -> None:
    """INIT: standard normal numbers come out with a standard deviation between 0.3 and 3."""
    x = rng.normal(256, 1024)
    if raised(student.attempt(forward, x, build=WIDE_LINEAR)):
        stores_in_by_out(student, rng)
    y = has_shape(student.observe(forward, x, build=WIDE_LINEAR), (256, 64)).float()
    if not y.isfinite().all():
        raise Finding("output.not_finite")
    spread = float(y.std())
    if spread > 3:
        raise Finding("linear.starts_too_large", seen=f"{spread:.3g}")
    if spread < 0.3:
        raise Finding("linear.starts_too_small", seen=f"{spread:.2g}")
    if is_constant_along(y - y[:1], 1):
        raise Finding("linear.starts_alike")


def stays_registered_on_gpu(student: Subject, x: Tensor) -> None:
    """PLACE; and no .to(device), which copies nothing on the CPU, has made a plain tensor of a Parameter."""
    follows_the_device(student, x)
    for name in student.observe(layer_probes.computed_tensors_on_gpu):
        raise Finding("parameter.computed", name=name)


def is_made_of_own_linear(student: Subject, build: str | None = None) -> None:
    """The two layers are the student's Linear: PyTorch's would show by the names of its parameters."""
    names = modules.parameter_names(student, build)
    if any(name.endswith((".weight", ".bias")) for name in names):
        raise Finding("perceptron.nn_linear", seen=names)
    if any(name.startswith("Linear") for name in names):
        raise Finding("perceptron.class_name", seen=names)


def has_two_layers(student: Subject, x: Tensor) -> None:
    """NAMES and sizes of Perceptron(3, 4, 1); x (B, 3)."""
    is_made_of_own_linear(student, SMALL_PERCEPTRON)
    shapes = {"layer1.w": (3, 4), "layer1.b": (4,), "layer2.w": (4, 1), "layer2.b": (1,)}
    modules.has_parameter_names(student, list(shapes), x, build=SMALL_PERCEPTRON)
    for entry in student.observe(entries, build=SMALL_PERCEPTRON).parameters:
        if entry.shape != shapes[entry.name]:
            raise Finding("shapes.differ", name=entry.name, seen=entry.shape, required=shapes[entry.name])


def squashes_once(student: Subject, rng: Rng) -> None:
    """A sigmoid stands between the layers and none behind them."""
    is_made_of_own_linear(student)
    x = rng.normal(50, 5)
    scores = has_shape(student.observe(forward, x), (50, 3))
    if scores.is_complex() or not scores.isfinite().all():
        raise Finding("output.not_finite")
    scores = scores.float()
    if bool((scores.min() >= 0) & (scores.max() <= 1)):
        raise Finding("perceptron.sigmoid_last")
    twice, none = (is_tensor(student.observe(forward, k * x)).float() for k in (2, 0))
    if scores.shape == twice.shape == none.shape and close(twice - scores, scores - none):
        raise Finding("perceptron.no_sigmoid")


def lists_names(student: Subject, tree: dict[str, Any], required: list[str]) -> None:
    """qualified_names(tree) gives the required names; the usual slips are told apart."""
    seen = student.observe(result, tree, build="qualified_names").value
    if seen == required:
        return
    if not isinstance(seen, list) or not all(isinstance(name, str) for name in seen):
        raise Finding("qualified.not_names")
    if any(
        seen == [name.replace(".", other) for name in required] for other in ("_", "/", "-", ":", "::", "")
    ):
        raise Finding("qualified.separator")
    if any(name.startswith(("dict.", "NoneType.")) for name in seen):
        raise Finding("qualified.class_name")
    if any(name[:1] == "." for name in seen):
        raise Finding("qualified.leading_dot")
    if sorted(seen) == sorted(required):
        raise Finding("qualified.order")
    if set(seen) > set(required):
        raise Finding("qualified.modules_listed")
    if any(sorted(seen) == sorted(ends(name, parts) for name in required) for parts in (1, 2)):
        raise Finding("qualified.prefix_lost")
    raise Finding("qualified.differ", seen=len(set(seen) & set(required)), required=len(required))


def lists_names_as(student: Subject, reference: Subject, tree: dict[str, Any]) -> None:
    """The names of the reference, for the same tree."""
    required = reference.observe(result, tree, build="qualified_names").value
    assert isinstance(required, list)
    lists_names(student, tree, required)


def ends(name: str, parts: int) -> str:
    """The last parts of a dotted name."""
    return ".".join(name.split(".")[-parts:])


def gradient_reaches(student: Subject, rng: Rng, parameter: str) -> None:
    """GRADS in the middle of a network: the parameter, and the layer before, get a gradient."""
    x = rng.normal(3, 5)
    if len(modules.parameter_names(student)) < 2:
        modules.has_parameter_names(student, ["weight", "bias"], x)
    is_tensor(student.observe(forward, x))
    modules.keeps_input(student, x)
    if parameter in student.observe(layer_probes.replaced_parameters, x):
        raise Finding("parameter.replaced", name=parameter)
    for entry in student.observe(entries).parameters:
        if entry.name == parameter and not entry.trainable:
            raise Finding("parameter.frozen", name=parameter)
    if student.observe(layer_probes.ends_in_a_leaf, x):
        raise Finding("graph.new_leaf")
    reached = student.observe(layer_probes.has_gradient, x, build=MIDDLE)
    if not reached.get(f"1.{parameter}", True):
        raise Finding("gradients.missing", name=parameter)
    if not reached.get("0.weight", True):
        raise Finding("gradients.missing", name="the input")


def gradients_arrive(student: Subject, rng: Rng) -> None:
    """GRADS of both parameters."""
    for parameter in ("weight", "bias"):
        gradient_reaches(student, rng, parameter)


def training_moves_both(student: Subject, rng: Rng) -> None:
    """LEARN: steps of an optimizer change every parameter."""
    gradients_arrive(student, rng)
    for name, moved in student.observe(moved_by_step, rng.normal(50, 5)).items():
        if not moved:
            raise Finding("gradients.missing", name=name)


def is_never_negative(student: Subject, rng: Rng) -> None:
    """The ReLU is part of the layer."""
    y = is_tensor(student.observe(forward, rng.normal(50, 5)))
    if y.numel() and not y.is_complex() and y.min() < 0:
        raise Finding("mylinear.negative")


def answers_for_both(student: Subject) -> dict[str, Any]:
    """What why_it_does_not_train() returned, if it says True or False of weight and bias."""
    seen = student.observe(result, build="why_it_does_not_train").value
    if not isinstance(seen, dict) or set(seen) != {"weight", "bias"}:
        raise Finding("why.keys")
    if not all(isinstance(value, bool) for value in seen.values()):
        raise Finding("why.not_bool")
    return seen


def kernel(student: Subject) -> Tensor:
    """sharpen_kernel() as (3, 3) finite real numbers in float32."""
    found = has_shape(student.observe(output, build="sharpen_kernel"), (3, 3))
    if found.is_complex() or not found.isfinite().all():
        raise Finding("output.not_finite")
    return found.float()


def kernel_sums_to_one(student: Subject) -> None:
    """So that a flat grey image stays as grey as it was."""
    if abs(float(kernel(student).sum()) - 1) > 1e-4:
        raise Finding("kernel.sum")


def convolves_as_told(student: Subject) -> Tensor:
    """An nn.Conv2d whose weight (1, 1, 3, 3) is the kernel; returns the weight."""
    own = kernel(student)
    seen = student.observe(layer_probes.conv_settings, build=CONV)
    if not seen.is_conv2d:
        raise Finding("conv.kind", kind=seen.kind)
    if seen.weight is None or tuple(seen.weight.shape) != (1, 1, 3, 3):
        shape = None if seen.weight is None else tuple(seen.weight.shape)
        raise Finding("conv.weight_shape", seen=shape)
    if not close(seen.weight[0, 0].float(), own):
        raise Finding("conv.weight_differs")
    return seen.weight.float()


def has_no_bias(student: Subject) -> None:
    """The kernel alone makes the picture."""
    kernel(student)
    if student.observe(layer_probes.conv_settings, build=CONV).has_bias:
        raise Finding("conv.bias")


def weight_is_fixed(student: Subject) -> None:
    """No gradient is computed for the kernel."""
    convolves_as_told(student)
    if student.observe(layer_probes.conv_settings, build=CONV).trainable:
        raise Finding("conv.trainable")


def keeps_the_size(student: Subject) -> None:
    """make_sharpen_conv() gives an image back in the size it had."""
    convolves_as_told(student)
    img = torch.full((1, 1, 8, 10), 0.5)
    found = student.observe(forward, img, build=CONV)
    if tuple(is_tensor(found).shape) == (1, 1, 6, 8):
        raise Finding("conv.no_padding")
    has_shape(found, img.shape)


def sharpened(student: Subject, img: Tensor) -> Tensor:
    """sharpen(img) as real numbers in float32; its shape is another check's business."""
    outcome = student.attempt(output, img, build="sharpen")
    if raised(outcome):
        keeps_the_size(student)
        raise Finding("sharpen.refuses", shape=KINDS_OF_IMAGE[img.dim()])
    found = is_tensor(student.observe(output, img, build="sharpen"))
    if found.is_complex():
        raise Finding("output.dtype", seen=str(found.dtype), required="torch.float32")
    return found.float()


def interior(found: Tensor, img: Tensor) -> Tensor:
    """The pixels away from the border: all of them where the image came out smaller by it."""
    height, width = img.shape[-2:]
    if tuple(found.shape) == tuple(img.shape):
        return found[..., 1:-1, 1:-1]
    if tuple(found.shape) == (*img.shape[:-2], height - 2, width - 2):
        return found
    raise Finding("output.shape", seen=tuple(found.shape), required=tuple(img.shape))


def stays_in_range(student: Subject, rng: Rng) -> None:
    """Every pixel of the result is in [0, 1], also beside strong edges."""
    found = sharpened(student, (rng.uniform(2, 1, 8, 10) > 0.5).float())
    if not found.isfinite().all():
        raise Finding("output.not_finite")
    if found.numel() and not bool((found.min() >= 0) & (found.max() <= 1)):
        convolves_as_told(student)
        raise Finding("sharpen.out_of_range")


def applies_the_conv(student: Subject, rng: Rng) -> None:
    """Away from the border, the result is what the kernel makes of the image, clamped."""
    weight = convolves_as_told(student)
    has_no_bias(student)
    stays_in_range(student, rng)
    img = rng.uniform(3, 1, 7, 9)
    required = F.conv2d(img, weight).clamp(0, 1)
    if not close(interior(sharpened(student, img), img), required):
        raise Finding("sharpen.differs")


def keeps_grey(student: Subject, grey: float, rng: Rng) -> None:
    """A flat image is unchanged away from the border."""
    kernel_sums_to_one(student)
    img = torch.full((2, 1, 8, 10), grey)
    inside = interior(sharpened(student, img), img)
    if not close(inside, torch.full_like(inside, grey)):
        applies_the_conv(student, rng)
        raise Finding("sharpen.differs")


def steepens_an_edge(student: Subject, low: float, high: float, rng: Rng) -> None:
    """Beside a vertical or a horizontal edge, neighbours differ by more than before."""
    kernel_sums_to_one(student)
    steepest = 0.0
    for columns in (True, False):
        img = torch.full((2, 1, 10, 10), low)
        (img[..., 5:] if columns else img[..., 5:, :]).fill_(high)
        inside = interior(sharpened(student, img), img)
        steepest = max(steepest, *(float(inside.diff(dim=axis).abs().max()) for axis in (-1, -2)))
    if steepest <= high - low + 1e-4:
        applies_the_conv(student, rng)
        raise Finding("kernel.not_steeper")


def takes_every_shape(student: Subject, rng: Rng) -> None:
    """(H, W), (1, H, W) and (B, 1, H, W), also with B = 1, come back in the shape they had."""
    keeps_the_size(student)
    for shape in ((8, 10), (1, 8, 10), (1, 1, 8, 10), (3, 1, 8, 10)):
        img = rng.uniform(*shape)
        sharpened(student, img)
        has_shape(student.observe(output, img, build="sharpen"), shape)
