"""Public checks of chapter 3, activations: what check() runs in the notebook."""

import torch

from autograder.checks.exercises import exercise
from autograder.checks.expectations import has_shape
from autograder.checks.probes.modules import forward
from autograder.checks.properties import activations, dropout, functional_net, functions, in_place, modules
from autograder.checks.properties import saturation as slopes
from autograder.checks.properties.activations import ARGUMENTS, TORCHS_OWN, WIDE
from autograder.checks.properties.placement import follows_the_device
from autograder.checks.properties.rules import has_no_state, refuses

sigmoid = exercise("sigmoid", build="sigmoid")


@sigmoid.check()
def test_sigmoid_values(student, rng):
    activations.follows_formula(student, TORCHS_OWN, "sigmoid", WIDE)
    activations.follows_formula(student, TORCHS_OWN, "sigmoid", rng.normal(3, 5))


@sigmoid.check()
def test_sigmoid_gradient_of_large_numbers(student, rng):
    activations.follows_formula(student, TORCHS_OWN, "sigmoid", WIDE)
    activations.derives_far_out(student, "sigmoid", torch.tensor([-200.0, 200.0]))


@sigmoid.check()
def test_sigmoid_tanh_values(student, rng):
    activations.follows_formula(student, TORCHS_OWN, "tanh", WIDE)
    activations.follows_formula(student, TORCHS_OWN, "tanh", rng.normal(3, 5))


@sigmoid.check()
def test_sigmoid_relu_values(student, rng):
    activations.follows_formula(student, TORCHS_OWN, "relu", rng.normal(3, 5))


@sigmoid.check()
def test_sigmoid_leaky_relu_values(student, rng):
    activations.follows_formula(student, TORCHS_OWN, "leaky_relu", rng.normal(3, 5))
    activations.takes_slope(student, TORCHS_OWN, rng.normal(3, 5), 0.3)


@sigmoid.check()
def test_sigmoid_leaky_relu_slope_above_one(student, rng):
    activations.takes_steep_slope(student, TORCHS_OWN, rng.normal(3, 5))


@sigmoid.check()
def test_sigmoid_softmax_sums_to_one(student, rng):
    for dim in (0, 1, -1):
        activations.sums_to_one(student, rng.normal(4, 3), dim)


@sigmoid.check()
def test_sigmoid_softmax_values(student, rng):
    activations.sums_to_one(student, rng.normal(4, 3), 1)
    activations.follows_formula(student, TORCHS_OWN, "softmax", rng.normal(4, 3), 1)


@sigmoid.check()
def test_sigmoid_softmax_of_large_numbers(student, rng):
    activations.sums_to_one(student, rng.normal(4, 3), 1)
    activations.survives_large_numbers(student, rng)


@sigmoid.check()
def test_sigmoid_gradients(student, rng):
    for name, arguments in ARGUMENTS.items():
        x = rng.normal(3, 5)
        if name == "softmax":
            activations.sums_to_one(student, x, *arguments)
        activations.derives(student, TORCHS_OWN, rng, name, x, *arguments)
        if name in ("sigmoid", "tanh"):
            activations.follows_formula(student, TORCHS_OWN, name, WIDE)
            activations.derives_at_zero(student, TORCHS_OWN, rng, name)


@sigmoid.check()
def test_sigmoid_values_at_infinity(student, rng):
    far = torch.tensor([torch.inf, -torch.inf])
    for name in ("sigmoid", "tanh", "relu", "leaky_relu"):
        activations.follows_formula(student, TORCHS_OWN, name, WIDE)
        activations.has_torchs_limits(student, name, far)


@sigmoid.check()
def test_sigmoid_input_unchanged(student, rng):
    for name in ARGUMENTS:
        activations.keeps_each_argument(student, name, rng)


@sigmoid.check()
def test_sigmoid_built_by_hand(student, rng):
    for name in ARGUMENTS:
        activations.is_built_by_hand(student, rng, name)


@sigmoid.check()
def test_sigmoid_placement(student, rng):
    activations.sums_to_one(student, rng.normal(4, 3), 1)
    for name in ARGUMENTS:
        activations.follows_device(student, TORCHS_OWN, rng, name)


relu = exercise("ReLU", build="ReLU()")


@relu.check()
def test_ReLU_values(student, rng):
    in_place.rectifies(student, rng.normal(4, 3), in_place.PLAIN)
    in_place.rectifies(student, rng.normal(4, 3), in_place.IN_PLACE)


@relu.check()
def test_ReLU_input_unchanged(student, rng):
    in_place.leaves_input(student, rng.normal(4, 3))


@relu.check()
def test_ReLU_inplace_overwrites(student, rng):
    in_place.overwrites_input(student, rng.normal(4, 3))


@relu.check()
def test_ReLU_gradients(student, rng):
    in_place.derives_in_both_modes(student, TORCHS_OWN, rng)


@relu.check()
def test_ReLU_inplace_on_a_leaf(student, rng):
    in_place.derives_in_both_modes(student, TORCHS_OWN, rng)
    in_place.leaves_leaves_alone(student, rng.normal(4, 3))


@relu.check()
def test_ReLU_repr(student, rng):
    in_place.shows_inplace(student, rng.normal(4, 3))


@relu.check()
def test_ReLU_no_state(student):
    has_no_state(student)


@relu.check()
def test_ReLU_placement(student, rng):
    in_place.derives_in_both_modes(student, TORCHS_OWN, rng)
    follows_the_device(student, rng.normal(4, 3))


residual = exercise("residual_relu", build="residual_relu")


@residual.check()
def test_residual_relu_values(student, rng):
    in_place.adds_relu(student, rng.normal(4, 3))


@residual.check()
def test_residual_relu_input_unchanged(student, rng):
    in_place.keeps_residual_input(student, rng.normal(4, 3))


@residual.check()
def test_residual_relu_safe_inplace_answers(student):
    for case in in_place.CASES:
        in_place.said(student, case)


net = exercise("functional_net", build="ModuleNet()")


@net.check()
def test_functional_net_takes_its_weights_from_params(student):
    functional_net.takes_weights(student)


@net.check()
def test_functional_net_arguments_unchanged(student):
    functional_net.keeps_weights(student)


@net.check()
def test_functional_net_module_parameter_names(student, rng):
    x = rng.normal(3, 784)
    modules.has_parameter_names(student, list(functional_net.SHAPES), x)
    modules.has_parameters(student, functional_net.SHAPES, x)


@net.check()
def test_functional_net_module_output(student, rng):
    x = rng.normal(3, 784)
    modules.has_parameters(student, functional_net.SHAPES, x)
    has_shape(student.observe(forward, x), (3, 10))
    modules.can_be_negative(student, x)


@net.check()
def test_functional_net_module_on_images(student, rng):
    modules.has_parameters(student, functional_net.SHAPES, rng.normal(3, 784))
    on_images = "nn.Sequential(nn.Flatten(), ModuleNet())"
    has_shape(student.observe(forward, rng.normal(3, 1, 28, 28), build=on_images), (3, 10))


@net.check()
def test_functional_net_equals_the_module(student, rng):
    modules.has_parameter_names(student, list(functional_net.SHAPES), rng.normal(3, 784))
    modules.can_be_negative(student, rng.normal(3, 784))
    functional_net.agrees_with_module(student, rng)


@net.check()
def test_functional_net_gradients(student, rng):
    modules.has_parameter_names(student, list(functional_net.SHAPES), rng.normal(3, 784))
    modules.can_be_negative(student, rng.normal(3, 784))
    functional_net.agrees_with_module(student, rng)
    functional_net.reaches_weights(student)


@net.check()
def test_functional_net_same_tells_apart(student, rng):
    modules.has_parameter_names(student, list(functional_net.SHAPES), rng.normal(3, 784))
    modules.can_be_negative(student, rng.normal(3, 784))
    functional_net.agrees_with_module(student, rng)
    functional_net.own_net_is_same(student, rng)


@net.check()
def test_functional_net_placement(student, rng):
    x = rng.normal(3, 784)
    modules.has_parameters(student, functional_net.SHAPES, x)
    follows_the_device(student, x)
    modules.has_parameter_names(student, list(functional_net.SHAPES), rng.normal(3, 784))
    modules.can_be_negative(student, rng.normal(3, 784))
    functional_net.agrees_with_module(student, rng)
    functional_net.reaches_weights(student)
    follows_the_device(student, x, functional_net.WEIGHTS[0], build="functional_net")


drop = exercise("MyDropout", build=dropout.DROPOUT)


@drop.check()
def test_MyDropout_eval_is_the_identity(student):
    dropout.is_identity_in_eval(student)


@drop.check()
def test_MyDropout_share_of_zeros(student):
    dropout.drops_the_share(student)


@drop.check()
def test_MyDropout_scale_of_survivors(student):
    dropout.scales_survivors(student)


@drop.check()
def test_MyDropout_draws_anew_in_every_call(student):
    dropout.draws_anew(student)


@drop.check()
def test_MyDropout_p_of_zero(student):
    dropout.drops_nothing(student)


@drop.check()
def test_MyDropout_p_of_one(student):
    dropout.drops_everything(student)


@drop.check()
def test_MyDropout_refuses_other_p(student, rng):
    dropout.is_identity_in_eval(student)
    what = "a dropout probability of 2"
    refuses(student, what, rng.normal(4, 3), build="MyDropout(p=2.0)", allowed=["ValueError"])


@drop.check()
def test_MyDropout_input_unchanged(student, rng):
    functions.keeps_arguments(student, rng.normal(4, 3))


@drop.check()
def test_MyDropout_no_state(student):
    has_no_state(student)


@drop.check()
def test_MyDropout_placement(student, rng):
    dropout.reuses_the_mask(student)
    follows_the_device(student, rng.normal(4, 3))


@drop.check()
def test_MyDropout_net_keeps_all_in_eval(student):
    dropout.net_keeps_all_in_eval(student)


@drop.check()
def test_MyDropout_net_drops_its_share(student):
    dropout.net_drops_the_share(student)


saturation = exercise("saturation", build="saturation")


@saturation.check()
def test_saturation_values(student, rng):
    x = rng.normal(3, 5)
    slopes.differentiates(student, x, torch.sigmoid(x) * torch.sigmoid(-x), slopes.SIGMOID)
    slopes.differentiates(student, x, 1 - torch.tanh(x).square(), slopes.TANH)


@saturation.check()
def test_saturation_leaves_no_graph_on_x(student, rng):
    x = rng.normal(3, 5)
    slopes.differentiates(student, x, torch.sigmoid(x) * torch.sigmoid(-x), slopes.SIGMOID)
    slopes.leaves_caller_alone(student, rng)


@saturation.check()
def test_saturation_dead_and_alive(student, rng):
    slopes.tells_dead_from_alive(student, rng)


@saturation.check()
def test_saturation_dead_for_every_sample(student, rng):
    slopes.looks_at_every_sample(student, rng)


@saturation.check()
def test_saturation_no_relu_at_all(student, rng):
    slopes.is_zero_without_relu(student, rng)


@saturation.check()
def test_saturation_net_is_left_as_it_was(student, rng):
    slopes.leaves_net_alone(student, rng)


@saturation.check()
def test_saturation_placement(student, rng):
    x = rng.normal(3, 5)
    slopes.differentiates(student, x, torch.sigmoid(x) * torch.sigmoid(-x), slopes.SIGMOID)
    follows_the_device(student, x, build=slopes.SIGMOID)
