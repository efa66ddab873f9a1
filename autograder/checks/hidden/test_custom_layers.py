"""Hidden checks of chapter 2, custom layers."""

import torch

from autograder.checks.exercises import exercise
from autograder.checks.expectations import close, is_tensor
from autograder.checks.findings import Finding
from autograder.checks.probes.functions import output
from autograder.checks.probes.modules import forward
from autograder.checks.properties import (
    bilinear,
    custom_layers,
    embedding,
    fourier,
    functions,
    layer_norm,
    layer_shapes,
    modules,
)
from autograder.checks.properties.custom_layers import MIDDLE, PERCEPTRON
from autograder.checks.properties.functions import same_input_gradients
from autograder.checks.properties.placement import follows_the_device
from autograder.checks.properties.rules import MISUSE, has_no_state
from autograder.checks.subjects import Raised

centered = exercise("CenteredLayer", build="CenteredLayer()")


@centered.check(seeds=3)
def test_CenteredLayer_mean_of_everything(student, reference, rng):
    for x in (torch.arange(1.0, 6.0), rng.normal(3, 5), rng.normal(2, 3, 4)):
        custom_layers.has_mean_zero(student, x)
        functions.same_results(student, reference, x)


@centered.check(seeds=3)
def test_CenteredLayer_mean_along_one_dimension(student, reference, rng):
    custom_layers.centres_along_dim(student, rng)
    for dim in (-1, 0, 1, 2):
        functions.same_results(student, reference, rng.normal(2, 3, 4), build=f"CenteredLayer({dim})")


@centered.check(seeds=3)
def test_CenteredLayer_mean_along_several_dimensions(student, reference, rng):
    custom_layers.centres_along_dim(student, rng)
    for dims in ((0, 2), (1, 2), (-1,)):
        functions.same_results(student, reference, rng.normal(2, 3, 4), build=f"CenteredLayer(dim={dims})")


@centered.check()
def test_CenteredLayer_rows_stay_apart(student, rng):
    custom_layers.centres_along_dim(student, rng)
    modules.rows_independent(student, rng.normal(3, 5), build="CenteredLayer(dim=-1)")


@centered.check()
def test_CenteredLayer_input_unchanged(student, rng):
    modules.keeps_input(student, rng.normal(3, 5))
    custom_layers.centres_along_dim(student, rng)
    modules.keeps_input(student, rng.normal(3, 5), build="CenteredLayer(dim=-1)")


@centered.check()
def test_CenteredLayer_whole_numbers(student, rng):
    x = (10 * rng.normal(3, 5)).long()
    seen = student.attempt(output, x)
    if isinstance(seen, Raised):
        modules.keeps_input(student, rng.normal(3, 5))
        if not seen.is_a(*MISUSE):
            raise Finding("centered.whole_numbers")
        return
    custom_layers.has_mean_zero(student, rng.normal(3, 5))
    shifted = is_tensor(seen)
    if not shifted.is_floating_point() or not close(shifted.float(), x - x.float().mean()):
        raise Finding("centered.whole_numbers")


@centered.check()
def test_CenteredLayer_double_precision(student, rng):
    modules.takes_double(student, rng.normal(3, 5))
    custom_layers.centres_along_dim(student, rng)
    modules.takes_double(student, rng.normal(3, 5), build="CenteredLayer(dim=-1)")


@centered.check(seeds=3)
def test_CenteredLayer_gradient_is_the_derivative(student, rng):
    x = rng.normal(3, 5)
    modules.keeps_input(student, x)
    modules.takes_double(student, x)
    functions.differentiates_right(student, x)
    custom_layers.centres_along_dim(student, rng)
    functions.differentiates_right(student, x, build="CenteredLayer(dim=-1)")


@centered.check()
def test_CenteredLayer_nothing_to_train(student, rng):
    student.observe(forward, rng.normal(3, 5))
    has_no_state(student)
    has_no_state(student, build="CenteredLayer(dim=-1)")


@centered.check()
def test_CenteredLayer_placement(student, rng):
    x = rng.normal(3, 5)
    modules.keeps_input(student, x)
    follows_the_device(student, x)
    custom_layers.centres_along_dim(student, rng)
    follows_the_device(student, x, build="CenteredLayer(dim=-1)")


linear = exercise("Linear", build="Linear(5, 7)")


@linear.check()
def test_Linear_any_leading_dimensions(student, rng):
    custom_layers.takes_leading_dimensions(student, rng)


@linear.check(seeds=3)
def test_Linear_values(student, reference, rng):
    custom_layers.takes_leading_dimensions(student, rng)
    for shape in ((5,), (3, 5), (2, 4, 5)):
        modules.same_values(student, reference, rng.normal(*shape))


@linear.check(seeds=3)
def test_Linear_gradients(student, reference, rng):
    custom_layers.takes_leading_dimensions(student, rng)
    modules.same_gradients_as(student, reference, rng, rng.normal(3, 5))
    modules.same_gradients_as(student, reference, rng, rng.normal(2, 4, 5))


@linear.check(points=3, seeds=3)
def test_Linear_scale_at_the_start(student, rng):
    custom_layers.keeps_the_scale(student, rng)


@linear.guard(cost=3)
def test_Linear_does_the_sum_itself(student, rng):
    custom_layers.does_the_sum_itself(student, rng.normal(3, 5))


@linear.guard()
def test_Linear_parameter_names(student, rng):
    custom_layers.has_names(student, rng)


@linear.guard()
def test_Linear_without_bias(student, reference, rng):
    custom_layers.can_do_without_bias(student, rng)
    modules.same_values(student, reference, rng.normal(3, 5), build="Linear(5, 7, bias=False)")


@linear.guard()
def test_Linear_saving_and_loading(student, reference, rng):
    custom_layers.stores_in_by_out(student, rng)
    modules.survives_saving(student, reference, rng.normal(3, 5))


@linear.guard()
def test_Linear_double_precision(student, reference, rng):
    custom_layers.stores_in_by_out(student, rng)
    modules.follows_double(student, reference, rng.normal(3, 5))


@linear.guard()
def test_Linear_instances_share_nothing(student, rng):
    custom_layers.stores_in_by_out(student, rng)
    modules.shares_nothing(student)


@linear.guard()
def test_Linear_placement(student, rng):
    custom_layers.stores_in_by_out(student, rng)
    custom_layers.stays_registered_on_gpu(student, rng.normal(3, 5))


perceptron = exercise("Perceptron", build=PERCEPTRON)


@perceptron.check()
def test_Perceptron_parameter_names(student, rng):
    custom_layers.has_two_layers(student, rng.normal(2, 3))


@perceptron.check(seeds=3)
def test_Perceptron_values(student, reference, rng):
    custom_layers.squashes_once(student, rng)
    modules.same_values(student, reference, rng.normal(3, 5))
    modules.same_values(student, reference, rng.normal(2, 4, 5))


@perceptron.check(seeds=3)
def test_Perceptron_gradients(student, reference, rng):
    custom_layers.squashes_once(student, rng)
    modules.same_gradients_as(student, reference, rng, rng.normal(3, 5))


@perceptron.check()
def test_Perceptron_saving_and_loading(student, reference, rng):
    custom_layers.is_made_of_own_linear(student)
    modules.survives_saving(student, reference, rng.normal(3, 5))


@perceptron.check()
def test_Perceptron_double_precision(student, reference, rng):
    custom_layers.is_made_of_own_linear(student)
    modules.follows_double(student, reference, rng.normal(3, 5))


@perceptron.check()
def test_Perceptron_placement(student, rng):
    custom_layers.is_made_of_own_linear(student)
    follows_the_device(student, rng.normal(3, 5))


@perceptron.check()
def test_Perceptron_names_of_parameters_and_children(student, reference):
    for tree in (
        {"w": None, "layer1": {"w": None}},
        {"layer1": {"w": None, "b": None}, "layer2": {"w": None, "b": None}},
        {"scale": None, "shift": None},
        {},
    ):
        custom_layers.lists_names_as(student, reference, tree)


@perceptron.check()
def test_Perceptron_names_three_levels_deep(student, reference):
    tree = {
        "encoder": {"first": {"gate": {"w": None}, "b": None}, "second": {"w": None}},
        "head": {"w": None},
    }
    custom_layers.lists_names_as(student, reference, tree)


@perceptron.check()
def test_Perceptron_names_of_own_parameters_first(student, reference):
    for tree in (
        {"layer1": {"w": None}, "w": None},
        {"net": {"out": {"w": None}, "in_scale": None}, "w": None, "head": {"b": None}},
    ):
        custom_layers.lists_names_as(student, reference, tree)


@perceptron.check()
def test_Perceptron_names_with_empty_children(student, reference):
    custom_layers.lists_names_as(student, reference, {"act": {}, "layer": {"w": None, "drop": {}}})
    custom_layers.lists_names_as(student, reference, {"act": {}})


my_linear = exercise("MyLinear", build="MyLinear(5, 7)")


@my_linear.check()
def test_MyLinear_weight_gets_a_gradient(student, rng):
    custom_layers.gradient_reaches(student, rng, "weight")


@my_linear.check()
def test_MyLinear_bias_gets_a_gradient(student, rng):
    custom_layers.gradient_reaches(student, rng, "bias")


@my_linear.check(seeds=3)
def test_MyLinear_gradients(student, reference, rng):
    custom_layers.gradients_arrive(student, rng)
    custom_layers.is_never_negative(student, rng)
    modules.same_gradients_as(student, reference, rng, rng.normal(3, 5))
    modules.same_gradients_as(student, reference, rng, rng.normal(2, 4, 5))


@my_linear.check()
def test_MyLinear_training_moves_both(student, rng):
    custom_layers.training_moves_both(student, rng)


@my_linear.check(points=2)
def test_MyLinear_predicted_gradients(student):
    if custom_layers.answers_for_both(student) != {"weight": False, "bias": False}:
        raise Finding("why.differs")


@my_linear.guard()
def test_MyLinear_parameter_names(student, reference, rng):
    modules.same_parameter_names(student, reference, rng.normal(3, 5))
    modules.fits(student, reference, rng.normal(3, 5))


@my_linear.guard()
def test_MyLinear_relu_is_part_of_it(student, rng):
    custom_layers.is_never_negative(student, rng)


@my_linear.guard(seeds=3)
def test_MyLinear_values(student, reference, rng):
    custom_layers.is_never_negative(student, rng)
    modules.same_values(student, reference, rng.normal(3, 5))
    modules.same_values(student, reference, rng.normal(2, 4, 5))


@my_linear.guard()
def test_MyLinear_in_mid_network_values(student, reference, rng):
    custom_layers.is_never_negative(student, rng)
    modules.same_values(student, reference, rng.normal(3, 5), build=MIDDLE)


@my_linear.guard()
def test_MyLinear_input_unchanged(student, rng):
    modules.keeps_input(student, rng.normal(3, 5))


@my_linear.guard()
def test_MyLinear_nothing_unregistered(student):
    modules.nothing_lost(student)


@my_linear.guard()
def test_MyLinear_saving_and_loading(student, reference, rng):
    modules.survives_saving(student, reference, rng.normal(3, 5))


@my_linear.guard()
def test_MyLinear_double_precision(student, reference, rng):
    modules.follows_double(student, reference, rng.normal(3, 5))


@my_linear.guard()
def test_MyLinear_placement(student, rng):
    follows_the_device(student, rng.normal(3, 5))


sharpen = exercise("sharpen", build="sharpen")


@sharpen.check()
def test_sharpen_kernel_sums_to_one(student):
    custom_layers.kernel_sums_to_one(student)


@sharpen.check()
def test_sharpen_flat_grey_stays(student, rng):
    for grey in (0.5, 0.2, 0.9):
        custom_layers.keeps_grey(student, grey, rng)


@sharpen.check()
def test_sharpen_edges_get_steeper(student, rng):
    for low, high in ((0.4, 0.6), (0.3, 0.5)):
        custom_layers.steepens_an_edge(student, low, high, rng)


@sharpen.check()
def test_sharpen_convolution_keeps_the_size(student):
    custom_layers.keeps_the_size(student)


@sharpen.check()
def test_sharpen_every_shape_of_image(student, rng):
    custom_layers.takes_every_shape(student, rng)


@sharpen.check()
def test_sharpen_weight_is_fixed(student):
    custom_layers.weight_is_fixed(student)


@sharpen.check()
def test_sharpen_pixels_stay_in_range(student, rng):
    custom_layers.stays_in_range(student, rng)


@sharpen.check(seeds=3)
def test_sharpen_applies_the_kernel(student, rng):
    custom_layers.applies_the_conv(student, rng)


@sharpen.guard()
def test_sharpen_weight_of_the_convolution(student):
    custom_layers.convolves_as_told(student)


@sharpen.guard()
def test_sharpen_no_bias(student):
    custom_layers.has_no_bias(student)


@sharpen.guard()
def test_sharpen_input_unchanged(student, rng):
    img = rng.uniform(2, 1, 8, 10)
    custom_layers.sharpened(student, img)
    functions.keeps_arguments(student, img)


@sharpen.guard()
def test_sharpen_placement(student, rng):
    img = rng.uniform(2, 1, 8, 10)
    custom_layers.sharpened(student, img)
    follows_the_device(student, img)


bilinear_reduction = exercise("BilinearReduction", build="BilinearReduction(5, 7)")


@bilinear_reduction.check()
def test_BilinearReduction_parameter_names(student, reference, rng):
    modules.same_parameter_names(student, reference, rng.normal(3, 5))


@bilinear_reduction.check()
def test_BilinearReduction_weight_shape(student, reference, rng):
    modules.fits(student, reference, rng.normal(3, 5))


@bilinear_reduction.check()
def test_BilinearReduction_is_your_own(student):
    bilinear.is_its_own(student)


@bilinear_reduction.check()
def test_BilinearReduction_output_shape(student):
    bilinear.takes_any_dimensions(student)


@bilinear_reduction.check()
def test_BilinearReduction_every_pair_counts(student):
    bilinear.weighs_every_pair(student)


@bilinear_reduction.check()
def test_BilinearReduction_twice_the_input_is_four_times_the_output(student):
    bilinear.is_quadratic(student)


@bilinear_reduction.check()
def test_BilinearReduction_rows_stay_apart(student):
    bilinear.rows_stay_apart(student)


@bilinear_reduction.check(points=2, seeds=3)
def test_BilinearReduction_values(student, reference, rng):
    bilinear.weighs_every_pair(student)
    bilinear.rows_stay_apart(student)
    bilinear.is_quadratic(student)
    modules.same_values(student, reference, rng.normal(3, 5))
    bilinear.takes_any_dimensions(student)
    modules.same_values(student, reference, rng.normal(2, 4, 5))
    modules.same_values(student, reference, rng.normal(5))


@bilinear_reduction.check()
def test_BilinearReduction_double_precision(student, reference, rng):
    modules.follows_double(student, reference, rng.normal(3, 5))


@bilinear_reduction.check(seeds=3)
def test_BilinearReduction_values_in_float64(student, rng):
    x, weight = rng.normal(3, 5).double(), rng.normal(5, 5, 7).double()
    required = torch.zeros(3, 7, dtype=torch.float64)
    for i in range(5):
        for j in range(5):
            for k in range(7):
                required[:, k] += weight[i, j, k] * x[:, i] * x[:, j]
    bilinear.same_in_float64(student, x, weight, required)


@bilinear_reduction.check()
def test_BilinearReduction_gradient_is_the_derivative(student):
    bilinear.has_right_gradient(student)


@bilinear_reduction.check()
def test_BilinearReduction_gradient_of_a_pair_and_its_mirror_image(student):
    bilinear.has_symmetric_gradient(student)


@bilinear_reduction.check(seeds=3)
def test_BilinearReduction_gradients(student, reference, rng):
    bilinear.has_symmetric_gradient(student)
    bilinear.rows_stay_apart(student)
    bilinear.is_quadratic(student)
    modules.same_gradients_as(student, reference, rng, rng.normal(3, 5))


@bilinear_reduction.check()
def test_BilinearReduction_input_unchanged(student, rng):
    modules.keeps_input(student, rng.normal(3, 5))


@bilinear_reduction.check()
def test_BilinearReduction_saving_and_loading(student, reference, rng):
    modules.survives_saving(student, reference, rng.normal(3, 5))


@bilinear_reduction.check()
def test_BilinearReduction_placement(student, reference, rng):
    x = rng.normal(3, 5)
    modules.fits(student, reference, x)
    follows_the_device(student, x)


half_fourier = exercise("HalfFourier", build="HalfFourier()")
# Divided, so that the rounding of sums written out in float32 stays below the tolerance.
POWER = "(lambda fourier: lambda x: fourier(x).abs().square() / 20)(HalfFourier())"


def coefficients(x):
    """By the definition: products with the waves, added up in float64."""
    n = x.shape[-1]
    turns = torch.outer(torch.arange(n), torch.arange((n + 1) // 2)).double() / n
    waves = torch.polar(torch.ones_like(turns), -2 * torch.pi * turns)
    return x.to(torch.complex128) @ waves


@half_fourier.check()
def test_HalfFourier_owns_nothing(student, rng):
    student.observe(forward, rng.normal(3, 8))
    modules.nothing_lost(student)
    has_no_state(student)


@half_fourier.check()
def test_HalfFourier_complex_output(student, rng):
    fourier.is_complex(student, rng.normal(3, 8))


@half_fourier.check()
def test_HalfFourier_rows_stay_apart(student):
    fourier.rows_stay_apart(student)


@half_fourier.check(points=2)
def test_HalfFourier_number_of_coefficients(student):
    fourier.has_half_of_every_length(student)


@half_fourier.check()
def test_HalfFourier_frequency_2_peaks_at_index_2(student):
    fourier.peaks_where_it_swings(student)


@half_fourier.check(points=2, seeds=3)
def test_HalfFourier_values(student, rng):
    for n in (8, 9, 11, 1, 2):
        x = rng.normal(13, n)
        fourier.has_coefficients(student, x, coefficients(x).to(torch.complex64))


@half_fourier.check()
def test_HalfFourier_leading_dimensions(student, rng):
    for shape in ((3, 8), (8,), (2, 3, 9), (2, 1, 3, 10)):
        x = rng.normal(*shape)
        fourier.has_coefficients(student, x, coefficients(x).to(torch.complex64))


@half_fourier.check()
def test_HalfFourier_double_precision(student, rng):
    x = rng.normal(3, 9)
    fourier.has_coefficients(student, x, coefficients(x).to(torch.complex64))
    fourier.is_exact_in_double(student, x, coefficients(x.double()))


@half_fourier.check(seeds=3)
def test_HalfFourier_gradients(student, reference, rng):
    modules.keeps_input(student, rng.normal(3, 8))
    for n in (8, 9):
        x = rng.normal(3, n)
        fourier.has_coefficients(student, x, coefficients(x).to(torch.complex64))
        same_input_gradients(student, reference, rng, x, build=POWER)


@half_fourier.check()
def test_HalfFourier_input_unchanged(student, rng):
    modules.keeps_input(student, rng.normal(3, 8))


@half_fourier.check()
def test_HalfFourier_placement(student, rng):
    follows_the_device(student, rng.normal(3, 8))


shapes = exercise("output_shape", build="output_shape")

LINEAR = {"nn.Linear(5, 7)": (3, 5), "nn.Linear(4, 9)": (2, 3, 4), "nn.Linear(6, 2)": (6,)}
FLATTEN = {
    "nn.Flatten()": (3, 4, 5, 7),
    "nn.Flatten(0)": (3, 4, 5),
    "nn.Flatten(2)": (3, 4, 5, 7),
    "nn.Flatten(1, 2)": (3, 4, 5, 7),
    "nn.Flatten(0, -2)": (3, 4, 5, 7),
    "nn.Flatten(-2)": (3, 4, 5, 7),
}
KEPT = {
    "nn.BatchNorm1d(4)": (3, 4),
    "nn.BatchNorm1d(5)": (3, 5, 7),
    "nn.BatchNorm2d(4)": (3, 4, 5, 7),
    "nn.LayerNorm(7)": (3, 4, 7),
    "nn.LayerNorm((5, 7))": (3, 4, 5, 7),
}
EMBEDDING = {"nn.Embedding(11, 5)": (3, 4), "nn.Embedding(13, 6)": (4,), "nn.Embedding(9, 2)": (2, 3, 4)}
RNN = {
    "nn.RNN(5, 7, batch_first=True)": (3, 4, 5),
    "nn.RNN(6, 4, num_layers=2, batch_first=True)": (3, 8, 6),
}
BIDIRECTIONAL = {"nn.RNN(5, 7, num_layers=2, batch_first=True, bidirectional=True)": (3, 4, 5)}
KERNEL = {
    "nn.Conv1d(3, 5, 4)": (2, 3, 11),
    "nn.Conv2d(3, 5, 4)": (2, 3, 11, 9),
    "nn.Conv3d(3, 5, 2)": (2, 3, 7, 5, 6),
    "nn.Conv2d(4, 6, 3, groups=2, bias=False)": (3, 4, 8, 13),
}
POOLING = {
    "nn.MaxPool1d(3)": (2, 4, 12),
    "nn.MaxPool2d(2)": (2, 4, 12, 8),
    "nn.AvgPool1d(2)": (2, 5, 10),
    "nn.AvgPool2d(3)": (2, 3, 9, 12),
    "nn.MaxPool2d(4, 1)": (2, 4, 9, 8),
    "nn.AvgPool2d(2, 1)": (2, 3, 5, 7),
}
STRIDE = {
    "nn.Conv1d(3, 5, 3, stride=2)": (2, 3, 8),
    "nn.Conv2d(3, 5, 2, 4)": (2, 3, 13, 12),
    "nn.Conv3d(3, 5, 2, 3)": (2, 3, 9, 10, 7),
    "nn.MaxPool1d(3, 2)": (2, 4, 12),
    "nn.MaxPool2d(4)": (2, 4, 11, 15),
    "nn.AvgPool1d(2, 3)": (2, 4, 10),
    "nn.AvgPool2d(3)": (2, 4, 10, 11),
}
PADDING = {
    "nn.Conv1d(3, 5, 4, padding=2)": (2, 3, 11),
    "nn.Conv2d(3, 5, 3, padding=1)": (2, 3, 9, 12),
    "nn.Conv3d(3, 5, 2, padding=1)": (2, 3, 4, 5, 6),
    "nn.Conv2d(3, 5, 3, padding=2, padding_mode='circular')": (2, 3, 9, 12),
    "nn.MaxPool1d(4, 1, padding=2)": (2, 4, 9),
    "nn.MaxPool2d(3, 1, padding=1)": (2, 4, 9, 7),
    "nn.AvgPool1d(3, 1, padding=1)": (2, 4, 10),
    "nn.AvgPool2d(4, 1, padding=2)": (2, 4, 9, 7),
}
PADDING_WORDS = {
    "nn.Conv1d(3, 5, 3, padding='same')": (2, 3, 11),
    "nn.Conv2d(3, 5, 3, padding='same', dilation=2)": (2, 3, 9, 12),
    "nn.Conv3d(3, 5, 3, padding='same')": (2, 3, 5, 6, 7),
    "nn.Conv1d(3, 5, 3, padding='valid', stride=2)": (2, 3, 11),
    "nn.Conv2d(3, 5, 4, padding='valid')": (2, 3, 9, 12),
}
DILATION = {
    "nn.Conv1d(3, 5, 3, dilation=2)": (2, 3, 11),
    "nn.Conv2d(3, 5, 3, dilation=3)": (2, 3, 9, 12),
    "nn.Conv3d(3, 5, 2, dilation=2)": (2, 3, 5, 6, 7),
    "nn.MaxPool1d(3, 1, dilation=2)": (2, 4, 11),
    "nn.MaxPool2d(2, 1, dilation=3)": (2, 4, 9, 7),
}
CEIL_MODE = {
    "nn.MaxPool1d(3, 2, ceil_mode=True)": (2, 4, 12),
    "nn.MaxPool2d(2, ceil_mode=True)": (2, 4, 11, 13),
    "nn.AvgPool1d(3, 2, ceil_mode=True)": (2, 4, 12),
    "nn.AvgPool2d(4, ceil_mode=True)": (2, 4, 11, 13),
    "nn.MaxPool2d(3, ceil_mode=True)": (2, 4, 9, 12),
}
LAST_WINDOW = {
    "nn.MaxPool1d(2, 3, ceil_mode=True)": (2, 4, 9),
    "nn.MaxPool2d(2, 2, padding=1, ceil_mode=True)": (2, 4, 7, 11),
    "nn.AvgPool1d(2, 4, ceil_mode=True)": (2, 4, 8),
    "nn.AvgPool2d(2, 2, padding=1, ceil_mode=True)": (2, 4, 5, 9),
}
ADAPTIVE = {
    "nn.AdaptiveAvgPool1d(5)": (2, 4, 12),
    "nn.AdaptiveAvgPool2d(3)": (2, 4, 9, 11),
    "nn.AdaptiveAvgPool2d((5, 1))": (2, 4, 9, 11),
    "nn.AdaptiveAvgPool1d(9)": (2, 4, 6),
}
ADAPTIVE_NONE = {
    "nn.AdaptiveAvgPool2d((None, 3))": (2, 4, 9, 11),
    "nn.AdaptiveAvgPool2d((3, None))": (2, 4, 9, 11),
}
TRANSPOSED = {
    "nn.ConvTranspose1d(3, 5, 4)": (2, 3, 7),
    "nn.ConvTranspose1d(3, 5, 4, stride=3, padding=1)": (2, 3, 7),
    "nn.ConvTranspose2d(3, 5, 3, stride=2)": (2, 3, 7, 4),
    "nn.ConvTranspose2d(3, 5, 3, dilation=2, padding=1)": (2, 3, 7, 4),
}
OUTPUT_PADDING = {
    "nn.ConvTranspose1d(3, 5, 4, stride=3, padding=1, output_padding=2)": (2, 3, 7),
    "nn.ConvTranspose2d(3, 5, 3, stride=2, output_padding=1)": (2, 3, 7, 4),
}
TUPLES = {
    "nn.Conv2d(3, 5, (2, 4), (1, 3), (1, 2), (3, 1))": (2, 3, 9, 12),
    "nn.Conv3d(3, 5, (2, 1, 3), stride=(1, 2, 3))": (2, 3, 5, 7, 9),
    "nn.MaxPool1d((3,), (2,))": (2, 4, 11),
    "nn.AvgPool1d((3,), stride=(2,), padding=(1,))": (2, 4, 11),
    "nn.MaxPool2d((2, 3), (1, 2), padding=(0, 1), dilation=(2, 1))": (2, 4, 9, 13),
    "nn.AvgPool2d((2, 3), padding=(1, 0))": (2, 4, 9, 13),
    "nn.AvgPool2d((2, 3), 1, (1, 0))": (2, 4, 9, 13),
    "nn.ConvTranspose2d(3, 5, (2, 3), (3, 2), (1, 0), (2, 1))": (2, 3, 7, 4),
}
CASES: dict[str, layer_shapes.Cases] = {
    "shapes.linear": LINEAR,
    "shapes.flatten": FLATTEN,
    "shapes.kept": KEPT,
    "shapes.embedding": EMBEDDING,
    "shapes.rnn": RNN,
    "shapes.rnn_directions": BIDIRECTIONAL,
    "shapes.kernel": KERNEL,
    "shapes.pooling": POOLING,
    "shapes.stride": STRIDE,
    "shapes.padding": PADDING,
    "shapes.padding_words": PADDING_WORDS,
    "shapes.dilation": DILATION,
    "shapes.ceil_mode": CEIL_MODE,
    "shapes.last_window": LAST_WINDOW,
    "shapes.adaptive": ADAPTIVE,
    "shapes.adaptive_none": ADAPTIVE_NONE,
    "shapes.transposed": TRANSPOSED,
    "shapes.output_padding": OUTPUT_PADDING,
    "shapes.tuples": TUPLES,
}
WRONG_WIDTHS = {
    "nn.Linear(5, 7)": (3, 7),
    "nn.Conv1d(3, 5, 3)": (2, 5, 11),
    "nn.Conv2d(3, 5, 3)": (2, 5, 3, 9),
    "nn.Conv3d(3, 5, 2)": (2, 4, 5, 6, 7),
    "nn.ConvTranspose1d(3, 5, 3)": (2, 5, 7),
    "nn.ConvTranspose2d(3, 5, 3)": (2, 5, 7, 3),
    "nn.BatchNorm1d(4)": (3, 5),
    "nn.BatchNorm2d(4)": (3, 5, 4, 7),
    "nn.LayerNorm(7)": (3, 7, 4),
    "nn.LayerNorm((5, 7))": (3, 5, 7, 5),
    "nn.RNN(5, 7, batch_first=True)": (3, 5, 7),
}


def layers_of_any_setting(rng):
    """Two of each kind that slides a window, with settings drawn anew, some of them for each axis."""

    def draw(low, high, axes):
        drawn = [low + int((high - low + 1) * number) for number in rng.uniform(axes).clamp(max=0.999)]
        return tuple(drawn) if rng.uniform(1) < 0.5 else drawn[0]

    cases = {}
    for axes, kind in [
        (n, kind) for n in (1, 2, 3) for kind in ("Conv", "ConvTranspose", "MaxPool", "AvgPool")
    ]:
        if (axes, kind) in ((3, "ConvTranspose"), (3, "MaxPool"), (3, "AvgPool")):
            continue
        for _ in range(2):
            kernel, stride, dilation = draw(2, 4, axes), draw(1, 3, axes), draw(1, 2, axes)
            settings = f"{kernel}, stride={stride}, padding={draw(0, 1, axes)}"
            if kind == "ConvTranspose":
                # torch wants the output padding smaller than the stride or the dilation.
                settings += f", dilation=2, output_padding={draw(0, 1, axes)}"
            elif kind != "AvgPool":
                settings += f", dilation={dilation}"
            if kind in ("MaxPool", "AvgPool"):
                settings += f", ceil_mode={bool(rng.uniform(1) < 0.5)}"
            else:
                settings = f"4, 6, {settings}"
            sizes = [9 + int(6 * number) for number in rng.uniform(axes)]
            cases[f"nn.{kind}{axes}d({settings})"] = (2, 4, *sizes)
    return cases


def counts_windows(student):
    layer_shapes.gives(student, KERNEL, "shapes.kernel")
    layer_shapes.gives(student, POOLING, "shapes.pooling")
    layer_shapes.gives(student, STRIDE, "shapes.stride")


@shapes.check()
def test_output_shape_nothing_is_run(student):
    for cases in CASES.values():
        layer_shapes.runs_nothing(student, cases)


@shapes.check()
def test_output_shape_tuple_list_and_Size(student):
    for cases in (LINEAR, FLATTEN, KEPT, EMBEDDING, RNN, KERNEL, POOLING, ADAPTIVE, TRANSPOSED):
        layer_shapes.takes_every_kind(student, cases)


@shapes.check()
def test_output_shape_of_Linear(student):
    layer_shapes.gives(student, LINEAR, "shapes.linear")


@shapes.check()
def test_output_shape_of_Flatten(student):
    layer_shapes.gives(student, FLATTEN, "shapes.flatten")


@shapes.check()
def test_output_shape_of_normalisation(student):
    layer_shapes.gives(student, KEPT, "shapes.kept")


@shapes.check()
def test_output_shape_of_Embedding(student):
    layer_shapes.gives(student, EMBEDDING, "shapes.embedding")


@shapes.check()
def test_output_shape_of_RNN(student):
    layer_shapes.gives(student, RNN, "shapes.rnn")
    layer_shapes.gives(student, BIDIRECTIONAL, "shapes.rnn_directions")


@shapes.check()
def test_output_shape_of_convolution(student):
    layer_shapes.gives(student, KERNEL, "shapes.kernel")


@shapes.check()
def test_output_shape_of_pooling(student):
    layer_shapes.gives(student, POOLING, "shapes.pooling")


@shapes.check()
def test_output_shape_incomplete_window_is_dropped(student):
    counts_windows(student)


@shapes.check()
def test_output_shape_padding(student):
    layer_shapes.gives(student, KERNEL, "shapes.kernel")
    layer_shapes.gives(student, POOLING, "shapes.pooling")
    layer_shapes.gives(student, PADDING, "shapes.padding")


@shapes.check()
def test_output_shape_padding_same_and_valid(student):
    counts_windows(student)
    layer_shapes.gives(student, PADDING_WORDS, "shapes.padding_words")


@shapes.check()
def test_output_shape_dilation(student):
    layer_shapes.gives(student, KERNEL, "shapes.kernel")
    layer_shapes.gives(student, POOLING, "shapes.pooling")
    layer_shapes.gives(student, DILATION, "shapes.dilation")


@shapes.check()
def test_output_shape_ceil_mode(student):
    counts_windows(student)
    layer_shapes.gives(student, CEIL_MODE, "shapes.ceil_mode")


@shapes.check()
def test_output_shape_last_window_with_ceil_mode(student):
    counts_windows(student)
    layer_shapes.gives(student, PADDING, "shapes.padding")
    layer_shapes.gives(student, CEIL_MODE, "shapes.ceil_mode")
    layer_shapes.gives(student, LAST_WINDOW, "shapes.last_window")


@shapes.check()
def test_output_shape_of_adaptive_pooling(student):
    layer_shapes.gives(student, ADAPTIVE, "shapes.adaptive")
    layer_shapes.gives(student, ADAPTIVE_NONE, "shapes.adaptive_none")


@shapes.check()
def test_output_shape_of_transposed_convolution(student):
    layer_shapes.gives(student, KERNEL, "shapes.kernel")
    layer_shapes.gives(student, TRANSPOSED, "shapes.transposed")
    layer_shapes.gives(student, OUTPUT_PADDING, "shapes.output_padding")


@shapes.check()
def test_output_shape_settings_for_each_axis(student):
    for finding, cases in CASES.items():
        layer_shapes.gives(student, cases, finding)


@shapes.check(points=2, seeds=3)
def test_output_shape_any_setting(student, rng):
    for finding, cases in CASES.items():
        layer_shapes.gives(student, cases, finding)
    layer_shapes.gives(student, layers_of_any_setting(rng), "shapes.combined")


@shapes.check(points=2)
def test_output_shape_refuses_wrong_channels_and_features(student):
    layer_shapes.gives(student, LINEAR, "shapes.linear")
    layer_shapes.refuses_wrong_widths(student, WRONG_WIDTHS)


embed = exercise("Embedding", build="Embedding(11, 5, padding_idx=3)")
LAYER_NORM = "LayerNorm(5)"


@embed.check()
def test_Embedding_parameter_names(student, reference, rng):
    modules.same_parameter_names(student, reference, embedding.ids(rng, 3, 4))


@embed.check()
def test_Embedding_weight_shape(student, reference, rng):
    modules.fits(student, reference, embedding.ids(rng, 3, 4))


@embed.check()
def test_Embedding_is_your_own(student):
    embedding.is_its_own(student)


@embed.check()
def test_Embedding_starts_normal(student):
    embedding.starts_normal(student, "Embedding(257, 301)")


@embed.check()
def test_Embedding_padding_row_starts_at_zero(student):
    embedding.starts_padded(student)


@embed.check()
def test_Embedding_ids_of_any_shape(student):
    embedding.takes_any_shape(student)


@embed.check()
def test_Embedding_ids_of_32_bits(student):
    embedding.takes_int32(student)


@embed.check()
def test_Embedding_refuses_floating_ids(student):
    embedding.refuses_floats(student)


@embed.check(seeds=3)
def test_Embedding_values(student, reference, rng):
    embedding.is_its_own(student)
    embedding.starts_padded(student)
    embedding.takes_any_shape(student)
    for build in (embedding.PADDED, embedding.UNPADDED):
        for lead in ((3, 4), (2, 3, 4), (7,)):
            modules.same_values(student, reference, embedding.ids(rng, *lead), build=build)


@embed.check(points=2)
def test_Embedding_padding_row_is_not_trained(student):
    embedding.keeps_padding(student)
    embedding.keeps_padding(student, embedding.PADDED_WITH_ZERO, row=0)


@embed.check()
def test_Embedding_only_looked_up_rows_are_trained(student):
    embedding.trains_looked_up_rows(student)


@embed.check(seeds=3)
def test_Embedding_gradients(student, reference, rng):
    embedding.is_its_own(student)
    embedding.takes_any_shape(student)
    embedding.trains_looked_up_rows(student)
    for build in (embedding.PADDED, embedding.UNPADDED):
        modules.same_gradients_as(student, reference, rng, embedding.ids(rng, 6, 4), build=build)


@embed.check()
def test_Embedding_rows_stay_apart(student, rng):
    embedding.takes_any_shape(student)
    modules.rows_independent(student, embedding.ids(rng, 3, 4))


@embed.check()
def test_Embedding_saving_and_loading(student, reference, rng):
    modules.survives_saving(student, reference, embedding.ids(rng, 3, 4))


@embed.check()
def test_Embedding_double_precision(student):
    embedding.takes_double(student)


@embed.check()
def test_Embedding_placement(student, reference, rng):
    x = embedding.ids(rng, 3, 4)
    modules.fits(student, reference, x)
    follows_the_device(student, x)


@embed.check()
def test_Embedding_LayerNorm_parameter_names(student, reference, rng):
    modules.same_parameter_names(student, reference, rng.normal(3, 5), LAYER_NORM)


@embed.check()
def test_Embedding_LayerNorm_starts_with_ones_and_zeros(student):
    layer_norm.starts_plain(student)


@embed.check()
def test_Embedding_LayerNorm_is_your_own(student):
    layer_norm.is_its_own(student)


@embed.check()
def test_Embedding_LayerNorm_rows_stay_apart(student):
    layer_norm.rows_stand_alone(student)


@embed.check()
def test_Embedding_LayerNorm_leading_dimensions(student):
    layer_norm.takes_any_dimensions(student)


@embed.check()
def test_Embedding_LayerNorm_variance(student):
    layer_norm.divides_by_the_spread(student)


@embed.check()
def test_Embedding_LayerNorm_of_equal_values(student):
    layer_norm.survives_equal_values(student)


@embed.check()
def test_Embedding_LayerNorm_eps_under_the_root(student):
    layer_norm.adds_eps_under_the_root(student)


@embed.check(seeds=3)
def test_Embedding_LayerNorm_values(student, reference, rng):
    for lead in ((3,), (2, 4)):
        layer_norm.same_values(student, reference, rng, *lead)


@embed.check(seeds=3)
def test_Embedding_LayerNorm_gradients(student, reference, rng):
    layer_norm.same_gradients_as(student, reference, rng, 3, 4)


@embed.check()
def test_Embedding_LayerNorm_input_unchanged(student, rng):
    modules.keeps_input(student, rng.normal(3, 5), LAYER_NORM)


@embed.check()
def test_Embedding_LayerNorm_saving_and_loading(student, rng):
    layer_norm.has_the_parameters(student)
    modules.saves_and_loads(student, rng.normal(3, 5), LAYER_NORM)


@embed.check()
def test_Embedding_LayerNorm_double_precision(student, rng):
    layer_norm.has_the_parameters(student)
    modules.takes_double(student, rng.normal(3, 5), LAYER_NORM)


@embed.check()
def test_Embedding_LayerNorm_placement(student, rng):
    layer_norm.has_the_parameters(student)
    follows_the_device(student, rng.normal(3, 5), build=LAYER_NORM)
