"""Public checks of chapter 2, custom layers: what check() runs in the notebook."""

from autograder.checks.exercises import exercise
from autograder.checks.expectations import has_shape
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
from autograder.checks.properties.custom_layers import PERCEPTRON
from autograder.checks.properties.placement import follows_the_device
from autograder.checks.properties.rules import has_no_state

centered = exercise("CenteredLayer", build="CenteredLayer()")


@centered.check()
def test_CenteredLayer_mean_of_everything(student, rng):
    custom_layers.has_mean_zero(student, rng.normal(3, 5))


@centered.check()
def test_CenteredLayer_mean_along_dim(student, rng):
    custom_layers.centres_along_dim(student, rng)


@centered.check()
def test_CenteredLayer_input_unchanged(student, rng):
    modules.keeps_input(student, rng.normal(3, 5))


@centered.check()
def test_CenteredLayer_double_precision(student, rng):
    modules.takes_double(student, rng.normal(3, 5))


@centered.check()
def test_CenteredLayer_gradient_is_the_derivative(student, rng):
    x = rng.normal(3, 5)
    modules.keeps_input(student, x)
    modules.takes_double(student, x)
    functions.differentiates_right(student, x)


@centered.check()
def test_CenteredLayer_nothing_to_train(student, rng):
    student.observe(forward, rng.normal(3, 5))
    has_no_state(student)


@centered.check()
def test_CenteredLayer_placement(student, rng):
    x = rng.normal(3, 5)
    modules.keeps_input(student, x)
    follows_the_device(student, x)


linear = exercise("Linear", build="Linear(5, 7)")


@linear.check()
def test_Linear_any_leading_dimensions(student, rng):
    custom_layers.takes_leading_dimensions(student, rng)


@linear.check()
def test_Linear_scale_at_the_start(student, rng):
    custom_layers.keeps_the_scale(student, rng)


@linear.check()
def test_Linear_does_the_sum_itself(student, rng):
    custom_layers.does_the_sum_itself(student, rng.normal(3, 5))


@linear.check()
def test_Linear_parameter_names(student, rng):
    custom_layers.has_names(student, rng)


@linear.check()
def test_Linear_without_bias(student, rng):
    custom_layers.can_do_without_bias(student, rng)


@linear.check()
def test_Linear_gradients_reach_every_parameter(student, rng):
    custom_layers.stores_in_by_out(student, rng)
    modules.gradients_reach(student, rng.normal(50, 5))


@linear.check()
def test_Linear_placement(student, rng):
    custom_layers.stores_in_by_out(student, rng)
    custom_layers.stays_registered_on_gpu(student, rng.normal(3, 5))


perceptron = exercise("Perceptron", build=PERCEPTRON)


@perceptron.check()
def test_Perceptron_parameter_names(student, rng):
    custom_layers.has_two_layers(student, rng.normal(2, 3))


@perceptron.check()
def test_Perceptron_one_sigmoid_in_between(student, rng):
    custom_layers.squashes_once(student, rng)


@perceptron.check()
def test_Perceptron_output_shape(student, rng):
    has_shape(student.observe(forward, rng.normal(2, 4, 5)), (2, 4, 3))


@perceptron.check()
def test_Perceptron_placement(student, rng):
    custom_layers.is_made_of_own_linear(student)
    follows_the_device(student, rng.normal(3, 5))


@perceptron.check()
def test_Perceptron_names_of_the_example(student):
    custom_layers.lists_names(student, {"w": None, "layer1": {"w": None}}, ["w", "layer1.w"])


my_linear = exercise("MyLinear", build="MyLinear(5, 7)")


@my_linear.check()
def test_MyLinear_weight_gets_a_gradient(student, rng):
    custom_layers.gradient_reaches(student, rng, "weight")


@my_linear.check()
def test_MyLinear_bias_gets_a_gradient(student, rng):
    custom_layers.gradient_reaches(student, rng, "bias")


@my_linear.check()
def test_MyLinear_training_moves_both(student, rng):
    custom_layers.training_moves_both(student, rng)


@my_linear.check()
def test_MyLinear_prediction_is_given(student):
    custom_layers.answers_for_both(student)


@my_linear.check()
def test_MyLinear_parameter_names(student, rng):
    modules.has_parameter_names(student, ["weight", "bias"], rng.normal(3, 5))


@my_linear.check()
def test_MyLinear_relu_is_part_of_it(student, rng):
    custom_layers.is_never_negative(student, rng)


@my_linear.check()
def test_MyLinear_double_precision(student, rng):
    modules.nothing_lost(student)
    modules.takes_double(student, rng.normal(3, 5))


@my_linear.check()
def test_MyLinear_placement(student, rng):
    follows_the_device(student, rng.normal(3, 5))


sharpen = exercise("sharpen", build="sharpen")


@sharpen.check()
def test_sharpen_kernel_sums_to_one(student):
    custom_layers.kernel_sums_to_one(student)


@sharpen.check()
def test_sharpen_flat_grey_stays(student, rng):
    custom_layers.keeps_grey(student, 0.5, rng)


@sharpen.check()
def test_sharpen_edges_get_steeper(student, rng):
    custom_layers.steepens_an_edge(student, 0.4, 0.6, rng)


@sharpen.check()
def test_sharpen_weight_of_the_convolution(student):
    custom_layers.convolves_as_told(student)


@sharpen.check()
def test_sharpen_weight_is_fixed(student):
    custom_layers.weight_is_fixed(student)


@sharpen.check()
def test_sharpen_no_bias(student):
    custom_layers.has_no_bias(student)


@sharpen.check()
def test_sharpen_convolution_keeps_the_size(student):
    custom_layers.keeps_the_size(student)


@sharpen.check()
def test_sharpen_every_shape_of_image(student, rng):
    custom_layers.takes_every_shape(student, rng)


@sharpen.check()
def test_sharpen_pixels_stay_in_range(student, rng):
    custom_layers.stays_in_range(student, rng)


@sharpen.check()
def test_sharpen_input_unchanged(student, rng):
    img = rng.uniform(2, 1, 8, 10)
    custom_layers.sharpened(student, img)
    functions.keeps_arguments(student, img)


@sharpen.check()
def test_sharpen_placement(student, rng):
    img = rng.uniform(2, 1, 8, 10)
    custom_layers.sharpened(student, img)
    follows_the_device(student, img)


bilinear_reduction = exercise("BilinearReduction", build="BilinearReduction(5, 7)")


@bilinear_reduction.check()
def test_BilinearReduction_parameter_names(student, rng):
    modules.has_parameter_names(student, ["weight"], rng.normal(3, 5))


@bilinear_reduction.check()
def test_BilinearReduction_weight_shape(student):
    bilinear.has_the_weight(student)


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
def test_BilinearReduction_gradient_is_the_derivative(student):
    bilinear.has_right_gradient(student)


@bilinear_reduction.check()
def test_BilinearReduction_placement(student, rng):
    bilinear.has_the_weight(student)
    follows_the_device(student, rng.normal(3, 5))


half_fourier = exercise("HalfFourier", build="HalfFourier()")


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


@half_fourier.check()
def test_HalfFourier_number_of_coefficients(student):
    fourier.has_half_of_every_length(student)


@half_fourier.check()
def test_HalfFourier_frequency_2_peaks_at_index_2(student):
    fourier.peaks_where_it_swings(student)


@half_fourier.check()
def test_HalfFourier_double_precision(student, rng):
    fourier.takes_double(student, rng.normal(3, 8))


@half_fourier.check()
def test_HalfFourier_placement(student, rng):
    follows_the_device(student, rng.normal(3, 8))


shapes = exercise("output_shape", build="output_shape")
SIMPLE = {
    "nn.Linear(8, 2)": (10, 8),
    "nn.Flatten()": (10, 2, 3, 4),
    "nn.Embedding(100, 6)": (10, 4),
    "nn.BatchNorm2d(2)": (10, 2, 6, 8),
}
CONVOLUTIONS = {"nn.Conv1d(1, 2, 3)": (10, 1, 8), "nn.Conv2d(1, 2, 3)": (10, 1, 6, 8)}
POOLS = {"nn.MaxPool2d(2)": (10, 1, 6, 8), "nn.AvgPool1d(4)": (10, 1, 8)}
STRIDES = {"nn.Conv1d(1, 2, 3, stride=2)": (10, 1, 8), "nn.MaxPool2d(2)": (10, 1, 7, 9)}
PADDINGS = {"nn.Conv2d(1, 2, 3, padding=1)": (10, 1, 6, 8)}
DILATIONS = {"nn.Conv1d(1, 2, 3, dilation=2)": (10, 1, 8)}
TRANSPOSED = {"nn.ConvTranspose1d(1, 2, 2, stride=2)": (10, 1, 4)}
WIDTHS = {"nn.Linear(8, 2)": (10, 4), "nn.Conv2d(1, 2, 3)": (10, 2, 6, 8)}


@shapes.check()
def test_output_shape_nothing_is_run(student):
    layer_shapes.runs_nothing(student, SIMPLE)
    layer_shapes.runs_nothing(student, CONVOLUTIONS)


@shapes.check()
def test_output_shape_tuple_list_and_Size(student):
    layer_shapes.takes_every_kind(student, SIMPLE)


@shapes.check()
def test_output_shape_of_Linear(student):
    layer_shapes.gives(student, {"nn.Linear(8, 2)": (10, 8), "nn.Linear(4, 2)": (10, 6, 4)}, "shapes.linear")


@shapes.check()
def test_output_shape_of_Flatten(student):
    layer_shapes.gives(student, {"nn.Flatten()": (10, 2, 3, 4)}, "shapes.flatten")


@shapes.check()
def test_output_shape_of_Embedding(student):
    layer_shapes.gives(student, {"nn.Embedding(100, 6)": (10, 4)}, "shapes.embedding")


@shapes.check()
def test_output_shape_of_normalisation(student):
    layer_shapes.gives(
        student, {"nn.BatchNorm2d(2)": (10, 2, 6, 8), "nn.LayerNorm(8)": (10, 8)}, "shapes.kept"
    )


@shapes.check()
def test_output_shape_of_RNN(student):
    layer_shapes.gives(student, {"nn.RNN(8, 2, batch_first=True)": (10, 6, 8)}, "shapes.rnn")


@shapes.check()
def test_output_shape_of_adaptive_pooling(student):
    layer_shapes.gives(student, {"nn.AdaptiveAvgPool2d(2)": (10, 1, 6, 8)}, "shapes.adaptive")


@shapes.check()
def test_output_shape_of_convolution(student):
    layer_shapes.gives(student, CONVOLUTIONS, "shapes.kernel")


@shapes.check()
def test_output_shape_of_pooling(student):
    layer_shapes.gives(student, POOLS, "shapes.pooling")


@shapes.check()
def test_output_shape_stride_padding_and_dilation(student):
    layer_shapes.gives(student, CONVOLUTIONS, "shapes.kernel")
    layer_shapes.gives(student, POOLS, "shapes.pooling")
    layer_shapes.gives(student, STRIDES, "shapes.stride")
    layer_shapes.gives(student, PADDINGS, "shapes.padding")
    layer_shapes.gives(student, DILATIONS, "shapes.dilation")


@shapes.check()
def test_output_shape_of_transposed_convolution(student):
    layer_shapes.gives(student, CONVOLUTIONS, "shapes.kernel")
    layer_shapes.gives(student, TRANSPOSED, "shapes.transposed")


@shapes.check()
def test_output_shape_refuses_wrong_channels_and_features(student):
    layer_shapes.gives(student, {"nn.Linear(8, 2)": (10, 8), "nn.Linear(4, 2)": (10, 6, 4)}, "shapes.linear")
    layer_shapes.refuses_wrong_widths(student, WIDTHS)


embed = exercise("Embedding", build="Embedding(11, 5, padding_idx=3)")
LAYER_NORM = "LayerNorm(5)"


@embed.check()
def test_Embedding_weight(student):
    embedding.has_the_weight(student)


@embed.check()
def test_Embedding_is_your_own(student):
    embedding.is_its_own(student)


@embed.check()
def test_Embedding_ids_of_any_shape(student):
    embedding.takes_any_shape(student)


@embed.check()
def test_Embedding_ids_of_32_bits(student):
    embedding.takes_int32(student)


@embed.check()
def test_Embedding_refuses_floating_ids(student):
    embedding.refuses_floats(student)


@embed.check()
def test_Embedding_padding_row_starts_at_zero(student):
    embedding.starts_padded(student)


@embed.check()
def test_Embedding_padding_row_is_not_trained(student):
    embedding.keeps_padding(student)


@embed.check()
def test_Embedding_only_looked_up_rows_are_trained(student):
    embedding.trains_looked_up_rows(student)


@embed.check()
def test_Embedding_placement(student, rng):
    embedding.has_the_weight(student)
    follows_the_device(student, embedding.ids(rng, 3, 4))


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
def test_Embedding_LayerNorm_variance(student):
    layer_norm.divides_by_the_spread(student)


@embed.check()
def test_Embedding_LayerNorm_of_equal_values(student):
    layer_norm.survives_equal_values(student)


@embed.check()
def test_Embedding_LayerNorm_eps_under_the_root(student):
    layer_norm.adds_eps_under_the_root(student)


@embed.check()
def test_Embedding_LayerNorm_gradient_is_the_derivative(student):
    layer_norm.has_right_gradient(student)


@embed.check()
def test_Embedding_LayerNorm_placement(student, rng):
    layer_norm.has_the_parameters(student)
    follows_the_device(student, rng.normal(3, 5), build=LAYER_NORM)
