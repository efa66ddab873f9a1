"""Hidden checks of chapter 3, activations."""

import torch
from torch.nn import functional as F

from autograder.checks.exercises import exercise
from autograder.checks.properties import activations, dropout, functional_net, functions, in_place, modules
from autograder.checks.properties import saturation as slopes
from autograder.checks.properties.activations import ARGUMENTS
from autograder.checks.properties.placement import follows_the_device
from autograder.checks.properties.rules import has_no_state, refuses

sigmoid = exercise("sigmoid", build="sigmoid")


def wide(rng):
    """Small numbers, numbers between -100 and 100, and 0."""
    return torch.cat((rng.normal(20), 200 * rng.uniform(40) - 100, torch.linspace(-100, 100, 41)))


@sigmoid.check(seeds=3)
def test_sigmoid_values(student, reference, rng):
    activations.follows_formula(student, reference, "sigmoid", wide(rng))


@sigmoid.check(seeds=3)
def test_sigmoid_gradients(student, reference, rng):
    activations.derives(student, reference, rng, "sigmoid", rng.normal(3, 5))
    activations.derives_at_zero(student, reference, rng, "sigmoid")


@sigmoid.check()
def test_sigmoid_gradient_of_large_numbers(student, reference, rng):
    activations.follows_formula(student, reference, "sigmoid", wide(rng))
    activations.derives_far_out(student, "sigmoid", torch.tensor([-1000.0, -100.0, 100.0, 1000.0]))


@sigmoid.check(seeds=3)
def test_sigmoid_tanh_values(student, reference, rng):
    activations.follows_formula(student, reference, "tanh", wide(rng))


@sigmoid.check(seeds=3)
def test_sigmoid_tanh_gradients(student, reference, rng):
    activations.follows_formula(student, reference, "tanh", wide(rng))
    activations.derives(student, reference, rng, "tanh", rng.normal(3, 5))
    activations.derives_at_zero(student, reference, rng, "tanh")
    activations.derives_far_out(student, "tanh", torch.tensor([-1000.0, -100.0, 100.0, 1000.0]))


@sigmoid.check(seeds=3)
def test_sigmoid_relu_values(student, reference, rng):
    activations.follows_formula(student, reference, "relu", wide(rng))


@sigmoid.check(seeds=3)
def test_sigmoid_relu_gradients(student, reference, rng):
    activations.derives(student, reference, rng, "relu", rng.normal(3, 5))


@sigmoid.check(seeds=3)
def test_sigmoid_leaky_relu_values(student, reference, rng):
    activations.follows_formula(student, reference, "leaky_relu", wide(rng))
    activations.takes_slope(student, reference, wide(rng), 0.3)


@sigmoid.check()
def test_sigmoid_leaky_relu_slope_above_one(student, reference, rng):
    activations.takes_steep_slope(student, reference, wide(rng))


@sigmoid.check(seeds=3)
def test_sigmoid_leaky_relu_gradients(student, reference, rng):
    x = rng.normal(3, 5)
    activations.takes_steep_slope(student, reference, x)
    activations.derives(student, reference, rng, "leaky_relu", x)
    activations.derives(student, reference, rng, "leaky_relu", x, negative_slope=0.3)


@sigmoid.check()
def test_sigmoid_softmax_sums_to_one(student, rng):
    x = 2 * rng.normal(3, 5)
    for dim in (0, 1, -1):
        activations.sums_to_one(student, x, dim)
    activations.sums_to_one(student, rng.normal(2, 3, 5), 1)


@sigmoid.check(seeds=3)
def test_sigmoid_softmax_values(student, reference, rng):
    x = 20 * rng.uniform(3, 5) - 10
    for dim in (0, 1, -1):
        activations.sums_to_one(student, x, dim)
        activations.follows_formula(student, reference, "softmax", x, dim)


@sigmoid.check()
def test_sigmoid_softmax_of_large_numbers(student, rng):
    activations.sums_to_one(student, rng.normal(3, 5), 1)
    activations.survives_large_numbers(student, rng)


@sigmoid.check()
def test_sigmoid_softmax_of_rows_far_apart(student, rng):
    activations.sums_to_one(student, rng.normal(3, 5), 1)
    activations.survives_far_slices(student, rng)


@sigmoid.check()
def test_sigmoid_softmax_shift_invariance(student, reference, rng):
    activations.sums_to_one(student, rng.normal(3, 5), 1)
    activations.follows_formula(student, reference, "softmax", rng.normal(3, 5), 1)
    activations.ignores_shifts(student, rng)


@sigmoid.check(seeds=3)
def test_sigmoid_softmax_gradients(student, reference, rng):
    x = rng.normal(3, 5)
    for dim in (0, 1, -1):
        activations.sums_to_one(student, x, dim)
        activations.derives(student, reference, rng, "softmax", x, dim)
    activations.survives_far_slices(student, rng)
    activations.derives_far_out(student, "softmax", torch.tensor([[1000.0, 1001.0], [-1000.0, 3.0]]), 1)


@sigmoid.check(points=0.5)
def test_sigmoid_printed_table(student, reference):
    for name in ("sigmoid", "relu", "tanh"):
        activations.follows_formula(student, reference, name, torch.tensor([0.8068, -0.8068]))


@sigmoid.check(points=0.5)
def test_sigmoid_values_at_infinity(student, reference, rng):
    far = torch.tensor([torch.inf, -torch.inf])
    limits = {"sigmoid": [1.0, 0.0], "tanh": [1.0, -1.0], "relu": [torch.inf, 0.0], "leaky_relu": far}
    for name, limit in limits.items():
        activations.follows_formula(student, reference, name, wide(rng))
        activations.has_limits(student, name, far, torch.as_tensor(limit))
    activations.sums_to_one(student, rng.normal(3, 5), 1)
    activations.survives_far_slices(student, rng)
    masked = torch.tensor([[-torch.inf, 1.0, 1.0], [3.0, -torch.inf, -torch.inf]])
    activations.has_limits(student, "softmax", masked, torch.tensor([[0, 0.5, 0.5], [1, 0, 0]]), 1)


@sigmoid.check(points=0.5)
def test_sigmoid_input_unchanged(student, rng):
    for name in ARGUMENTS:
        activations.keeps_each_argument(student, name, rng)


@sigmoid.check(points=0.5)
def test_sigmoid_double_precision(student, reference, rng):
    for name in ARGUMENTS:
        activations.follows_double(student, reference, rng, name)


@sigmoid.check(points=0.5)
def test_sigmoid_built_by_hand(student, rng):
    for name in ARGUMENTS:
        activations.is_built_by_hand(student, rng, name)


@sigmoid.check(points=0.5)
def test_sigmoid_placement(student, reference, rng):
    activations.sums_to_one(student, rng.normal(3, 5), 1)
    for name in ARGUMENTS:
        activations.follows_device(student, reference, rng, name)


relu = exercise("ReLU", build="ReLU()")


@relu.check(seeds=3)
def test_ReLU_values(student, rng):
    for x in (rng.normal(3, 5), rng.normal(2, 3, 4)):
        in_place.rectifies(student, x, in_place.PLAIN)
        in_place.rectifies(student, x, in_place.IN_PLACE)


@relu.check()
def test_ReLU_input_unchanged(student, rng):
    in_place.leaves_input(student, rng.normal(3, 5))


@relu.check(points=2)
def test_ReLU_inplace_overwrites(student, rng):
    in_place.overwrites_input(student, rng.normal(3, 5))


@relu.check(seeds=3)
def test_ReLU_gradients(student, reference, rng):
    in_place.derives_in_both_modes(student, reference, rng)


@relu.check()
def test_ReLU_inplace_on_a_leaf(student, reference, rng):
    in_place.derives_in_both_modes(student, reference, rng)
    in_place.leaves_leaves_alone(student, rng.normal(3, 5))


@relu.check()
def test_ReLU_repr(student, rng):
    in_place.shows_inplace(student, rng.normal(3, 5))


@relu.check()
def test_ReLU_no_state(student):
    has_no_state(student)


@relu.check()
def test_ReLU_saving_and_loading(student, rng):
    has_no_state(student)
    in_place.leaves_input(student, rng.normal(3, 5))
    modules.saves_and_loads(student, rng.normal(3, 5))


@relu.check()
def test_ReLU_double_precision(student, rng):
    for build in (in_place.PLAIN, in_place.IN_PLACE):
        modules.takes_double(student, rng.normal(3, 5), build)


@relu.check()
def test_ReLU_placement(student, reference, rng):
    x = rng.normal(3, 5)
    in_place.derives_in_both_modes(student, reference, rng)
    for build in (in_place.PLAIN, in_place.IN_PLACE):
        follows_the_device(student, x, build=build)


residual = exercise("residual_relu", build="residual_relu")


@residual.check(points=2, seeds=3)
def test_residual_relu_values(student, reference, rng):
    in_place.adds_relu(student, torch.tensor([-1.0, 2.0]))
    in_place.adds_relu(student, rng.normal(3, 5))


@residual.check(seeds=3)
def test_residual_relu_gradients(student, reference, rng):
    in_place.derives_the_sum(student, reference, rng, rng.normal(3, 5))


@residual.guard()
def test_residual_relu_input_unchanged(student, rng):
    in_place.keeps_residual_input(student, rng.normal(3, 5))


@residual.guard()
def test_residual_relu_double_precision(student, reference, rng):
    x = rng.normal(3, 5)
    in_place.adds_relu(student, x)
    functions.same_results(student, reference, x.double())


@residual.guard()
def test_residual_relu_placement(student, reference, rng):
    x = rng.normal(3, 5)
    in_place.derives_the_sum(student, reference, rng, x)
    follows_the_device(student, x)


def torch_allows(operate):
    """Whether the in-place version of a computation raises nothing and has the other one's output and gradient."""
    seen = []
    for inplace in (False, True):
        leaf = torch.tensor([[-1.0, 2.0, -3.0]], requires_grad=True)
        try:
            output = operate(leaf, inplace)
            output.sum().backward()
        except RuntimeError:
            return False
        seen.append((output.detach(), leaf.grad))
    return all(torch.equal(plain, written) for plain, written in zip(*seen, strict=True))


def relu_after_linear(leaf, inplace):
    """A linear layer keeps its input for backward, not its output."""
    return F.relu(F.linear(leaf, torch.tensor([[1.0, 2.0, 0.5], [-1.0, 1.0, 1.0]])), inplace=inplace)


def relu_on_a_leaf(leaf, inplace):
    """Autograd refuses to lose the only copy."""
    return F.relu(leaf, inplace=inplace)


def relu_before_a_second_use(leaf, inplace):
    """The sum reads what relu has overwritten."""
    h = leaf * 1
    return h + F.relu(h, inplace=inplace)


def relu_and_mul_after_exp(leaf, inplace):
    """exp keeps its output for backward."""
    return torch.exp(leaf).relu_().mul_(2) if inplace else torch.exp(leaf).relu().mul(2)


@residual.check(points=0.5)
def test_residual_relu_case_after_linear(student):
    allowed = torch_allows(relu_after_linear)
    in_place.judges_case(student, "relu after linear", allowed, "inplace.too_careful")


@residual.check(points=0.5)
def test_residual_relu_case_leaf(student):
    in_place.judges_case(student, "relu on a leaf", torch_allows(relu_on_a_leaf), "inplace.leaf")


@residual.check(points=0.5)
def test_residual_relu_case_second_use(student):
    case, allowed = "relu before a second use of its input", torch_allows(relu_before_a_second_use)
    in_place.judges_case(student, case, allowed, "inplace.second_use")


@residual.check(points=0.5)
def test_residual_relu_case_after_exp(student):
    allowed = torch_allows(relu_and_mul_after_exp)
    in_place.judges_case(student, "relu_ and mul_ after exp", allowed, "inplace.saved_output")


net = exercise("functional_net", build="ModuleNet()")
ON_IMAGES = "nn.Sequential(nn.Flatten(), ModuleNet())"


@net.check()
def test_functional_net_takes_its_weights_from_params(student):
    functional_net.takes_weights(student)


@net.check(seeds=3)
def test_functional_net_values(student, reference, rng):
    functional_net.same_scores(student, reference, rng.normal(3, 784), functional_net.drawn(rng))


@net.check(seeds=3)
def test_functional_net_gradients(student, reference, rng):
    x, params = rng.normal(3, 784), functional_net.drawn(rng)
    functional_net.same_gradients(student, reference, rng, x, params)


@net.check()
def test_functional_net_arguments_unchanged(student):
    functional_net.keeps_weights(student)


@net.check()
def test_functional_net_double_precision(student, reference, rng):
    functional_net.takes_double(student, reference, rng)


@net.check()
def test_functional_net_module_parameter_names(student, reference, rng):
    modules.same_parameter_names(student, reference, rng.normal(3, 784))
    modules.fits(student, reference, rng.normal(3, 784))


@net.check(seeds=3)
def test_functional_net_module_values(student, reference, rng):
    modules.same_values(student, reference, rng.normal(3, 784))


@net.check()
def test_functional_net_module_gradients(student, reference, rng):
    modules.same_gradients_as(student, reference, rng, rng.normal(3, 784))


@net.check()
def test_functional_net_module_saving_and_loading(student, reference, rng):
    modules.survives_saving(student, reference, rng.normal(3, 784))


@net.check()
def test_functional_net_module_double_precision(student, reference, rng):
    modules.follows_double(student, reference, rng.normal(3, 784))


@net.check()
def test_functional_net_module_on_images(student, reference, rng):
    modules.same_values(student, reference, rng.normal(3, 784))
    modules.same_values(student, reference, rng.normal(3, 1, 28, 28), build=ON_IMAGES)


@net.check()
def test_functional_net_same_tells_apart(student, reference, rng):
    functional_net.same_scores(student, reference)
    functional_net.tells_same_from_other(student, rng)


@net.check()
def test_functional_net_equals_the_module(student, reference, rng):
    functional_net.same_scores(student, reference)
    modules.same_parameter_names(student, reference, rng.normal(3, 784))
    modules.same_values(student, reference, rng.normal(3, 784))
    functional_net.agrees_with_module(student, rng)
    functional_net.own_net_is_same(student, rng)


@net.check()
def test_functional_net_placement(student, reference, rng):
    x = rng.normal(3, 784)
    modules.fits(student, reference, x)
    follows_the_device(student, x)
    functional_net.same_gradients(student, reference, rng)
    follows_the_device(student, x, functional_net.WEIGHTS[0], build="functional_net")


drop = exercise("MyDropout", build=dropout.DROPOUT)


@drop.check(points=2)
def test_MyDropout_eval_is_the_identity(student, rng):
    dropout.is_identity_in_eval(student, dropout.many(rng))


@drop.check(seeds=3)
def test_MyDropout_share_of_zeros(student, rng):
    dropout.drops_the_share(student, dropout.many(rng))
    dropout.drops_the_share(student, dropout.many(rng), build="MyDropout()", p=0.5)


@drop.check(seeds=3)
def test_MyDropout_scale_of_survivors(student, rng):
    dropout.scales_survivors(student, dropout.many(rng))
    dropout.scales_survivors(student, dropout.many(rng), build="MyDropout(0.6)", p=0.6)


@drop.check()
def test_MyDropout_keeps_the_mean(student, rng):
    dropout.keeps_the_mean(student, dropout.many(rng))


@drop.check()
def test_MyDropout_draws_anew_in_every_call(student, rng):
    dropout.draws_anew(student, dropout.many(rng))


@drop.check(seeds=3)
def test_MyDropout_gradient_follows_the_mask(student, rng):
    dropout.reuses_the_mask(student, dropout.many(rng))


@drop.check()
def test_MyDropout_p_of_zero(student, rng):
    dropout.drops_nothing(student, dropout.many(rng))


@drop.check()
def test_MyDropout_p_of_one(student, rng):
    dropout.drops_everything(student, dropout.many(rng))


@drop.check()
def test_MyDropout_refuses_other_p(student, rng):
    dropout.is_identity_in_eval(student)
    for p in (1.5, -0.1):
        what = f"a dropout probability of {p}"
        refuses(student, what, rng.normal(3, 5), build=f"MyDropout(p={p})", allowed=["ValueError"])


@drop.check()
def test_MyDropout_input_unchanged(student, rng):
    functions.keeps_arguments(student, rng.normal(3, 5))


@drop.check()
def test_MyDropout_no_state(student):
    has_no_state(student)


@drop.check()
def test_MyDropout_double_precision(student, rng):
    modules.takes_double(student, rng.normal(3, 5))


@drop.check()
def test_MyDropout_placement(student, rng):
    dropout.reuses_the_mask(student)
    follows_the_device(student, rng.normal(3, 5))


@drop.check(points=3)
def test_MyDropout_net_keeps_all_in_eval(student, rng):
    dropout.net_keeps_all_in_eval(student, rng.normal(1250, 8))


@drop.check(points=2)
def test_MyDropout_net_drops_its_share(student, rng):
    dropout.net_drops_the_share(student, rng.normal(1250, 8))


@drop.check(seeds=3)
def test_MyDropout_net_values_in_eval(student, reference, rng):
    dropout.net_keeps_all_in_eval(student)
    modules.same_values(student, reference, rng.normal(3, 8), build=f"{dropout.NET}.eval()")


@drop.guard(seeds=3)
def test_MyDropout_net_gradients(student, reference, rng):
    dropout.net_keeps_all_in_eval(student)
    modules.same_gradients_as(student, reference, rng, rng.normal(3, 8), build=f"{dropout.NET}.eval()")


@drop.guard()
def test_MyDropout_net_has_one_linear_layer(student, reference, rng):
    modules.fits(student, reference, rng.normal(3, 8), build=dropout.NET)


@drop.guard()
def test_MyDropout_net_saving_and_loading(student, reference, rng):
    dropout.net_keeps_all_in_eval(student)
    modules.survives_saving(student, reference, rng.normal(3, 8), build=dropout.NET)


@drop.guard()
def test_MyDropout_net_placement(student, reference, rng):
    dropout.reuses_the_mask(student)
    modules.fits(student, reference, rng.normal(3, 8), build=dropout.NET)
    follows_the_device(student, rng.normal(3, 8), build=dropout.NET)


saturation = exercise("saturation", build="saturation")


@saturation.check(seeds=3)
def test_saturation_values(student, reference, rng):
    for build in (slopes.SIGMOID, slopes.TANH, slopes.LEAKY):
        for x in (rng.normal(3, 5), 3 * rng.normal(2, 3, 4)):
            slopes.slopes(student, reference, x, build)


@saturation.check()
def test_saturation_known_slopes(student):
    zero = torch.zeros(3)
    slopes.differentiates(student, zero, zero + 0.25, slopes.SIGMOID)
    slopes.differentiates(student, zero, zero + 1, slopes.TANH)
    x = torch.tensor([-3.0, -0.5, 0.5, 3.0])
    slopes.differentiates(student, x, torch.tensor([0.2, 0.2, 1.0, 1.0]), slopes.LEAKY)


@saturation.check()
def test_saturation_leaves_no_graph_on_x(student, reference, rng):
    slopes.slopes(student, reference, rng.normal(3, 5), slopes.SIGMOID)
    slopes.leaves_caller_alone(student, rng)


@saturation.check()
def test_saturation_double_precision(student, reference, rng):
    slopes.slopes(student, reference, rng.normal(3, 5), slopes.SIGMOID)
    slopes.slopes(student, reference, rng.normal(3, 5).double(), slopes.SIGMOID)


@saturation.check()
def test_saturation_dead_and_alive(student, rng):
    slopes.tells_dead_from_alive(student, rng)


@saturation.check()
def test_saturation_dead_for_every_sample(student, rng):
    slopes.looks_at_every_sample(student, rng)


@saturation.check()
def test_saturation_dead_units_of_all_layers(student, reference, rng):
    slopes.weighs_units(student, reference, rng)


@saturation.check()
def test_saturation_dead_units_at_any_depth(student, reference, rng):
    slopes.finds_every_relu(student, reference, rng)


@saturation.check()
def test_saturation_no_relu_at_all(student, rng):
    slopes.is_zero_without_relu(student, rng)


@saturation.check()
def test_saturation_dead_units_in_eval_mode(student, rng):
    slopes.runs_in_eval_mode(student, rng)


@saturation.check(points=2)
def test_saturation_net_is_left_as_it_was(student, rng):
    slopes.leaves_net_alone(student, rng)


@saturation.check()
def test_saturation_placement(student, reference, rng):
    x = rng.normal(3, 5)
    slopes.slopes(student, reference, x, slopes.SIGMOID)
    follows_the_device(student, x, build=slopes.SIGMOID)
    slopes.tells_dead_from_alive(student, rng)
    follows_the_device(student, rng.normal(3, 4), build=slopes.DEAD)
