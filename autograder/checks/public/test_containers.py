"""Public checks of chapter 4, containers: what check() runs in the notebook."""

from autograder.checks.exercises import exercise
from autograder.checks.expectations import has_shape, same_list
from autograder.checks.probes.containers import saved_names
from autograder.checks.probes.modules import forward
from autograder.checks.properties import audits, chains, containers, modules, rules
from autograder.checks.properties.chains import COPIED, TIED
from autograder.checks.properties.containers import BRANCHES, LEFT
from autograder.checks.properties.placement import follows_the_device

my_model = exercise("MyModel", build="MyModel()")


@my_model.check()
def test_MyModel_parameter_names(student, rng):
    chains.has_the_names(student, rng.normal(3, 10))


@my_model.check()
def test_MyModel_sizes(student, rng):
    chains.list_of_four(student, rng.normal(3, 10))
    modules.has_parameters(student, chains.MY_MODEL)


@my_model.check()
def test_MyModel_each_layer_called_once(student, rng):
    chains.calls_each_layer(student, rng.normal(3, 10))


@my_model.check()
def test_MyModel_output_shape(student, rng):
    x = rng.normal(3, 10)
    chains.calls_each_layer(student, x)
    has_shape(student.observe(forward, x), (3, 30))


@my_model.check()
def test_MyModel_range(student, rng):
    chains.stays_in_the_range_of_tanh(student, rng)


@my_model.check()
def test_MyModel_placement(student, rng):
    x = rng.normal(3, 10)
    chains.calls_each_layer(student, x)
    follows_the_device(student, x)


lost = exercise("lost", build="lost")


@lost.check()
def test_lost_plain_tensor(student):
    audits.finds(student, "tensor", "scale")


@lost.check()
def test_lost_in_a_list(student):
    audits.finds(student, "list", "things")


@lost.check()
def test_lost_in_a_tuple(student):
    audits.finds(student, "tuple", "things")


@lost.check()
def test_lost_in_a_dictionary(student):
    audits.finds(student, "dictionary", "table")


@lost.check()
def test_lost_in_a_list_of_lists(student):
    audits.finds(student, "nested list", "things")


@lost.check()
def test_lost_modules(student):
    audits.finds(student, "list of modules", "layers")


@lost.check()
def test_lost_in_a_submodule(student):
    audits.finds(student, "depth 1", "scale")


@lost.check()
def test_lost_no_parameters_buffers_or_children(student):
    audits.finds_nothing(student, "buffers", "gain")


@lost.check()
def test_lost_no_numbers_texts_and_functions(student):
    audits.finds_nothing(student, "plain values", "size")


@lost.check()
def test_lost_no_second_mention(student):
    audits.finds_nothing(student, "mentions", "order")


@lost.check()
def test_lost_constant_beside_a_layer(student):
    audits.finds_only(student, "FixedHiddenMLP", "rand_weight")


build_mlp = exercise("build_mlp", build="build_mlp([5, 7, 3])")


@build_mlp.check()
def test_build_mlp_layers(student):
    chains.is_ordinary_mlp(student)


@build_mlp.check()
def test_build_mlp_parameter_names(student):
    chains.is_ordinary_mlp(student)
    modules.has_parameter_names(student, ["0.weight", "0.bias", "2.weight", "2.bias"])


@build_mlp.check()
def test_build_mlp_two_sizes(student):
    chains.is_ordinary_mlp(student)
    chains.is_mlp(student, [5, 3], "ReLU", "build_mlp([5, 3])")


@build_mlp.check()
def test_build_mlp_another_activation(student):
    chains.is_ordinary_mlp(student)
    chains.is_mlp(student, [5, 7, 3], "Tanh", "build_mlp([5, 7, 3], nn.Tanh)")


@build_mlp.check()
def test_build_mlp_output_shape(student, rng):
    chains.is_ordinary_mlp(student)
    has_shape(student.observe(forward, rng.normal(4, 5)), (4, 3))


@build_mlp.check()
def test_build_mlp_too_few_sizes(student):
    chains.builds_a_chain(student)
    rules.refuses(student, "a list of one size", [5], build="build_mlp", allowed=("ValueError",))


@build_mlp.check()
def test_build_mlp_sizes_unchanged(student):
    chains.leaves_sizes_alone(student)


@build_mlp.check()
def test_build_mlp_placement(student, rng):
    chains.is_ordinary_mlp(student)
    follows_the_device(student, rng.normal(3, 5))


residual = exercise("ResidualStack", build="ResidualStack(5, 4)")


@residual.check()
def test_ResidualStack_parameter_names(student, rng):
    containers.stacks_layers(student, rng.normal(3, 5))


@residual.check()
def test_ResidualStack_output_shape(student, rng):
    x = rng.normal(3, 5)
    containers.adds_to_the_input(student, x)
    has_shape(student.observe(forward, x), (3, 5))


@residual.check()
def test_ResidualStack_input_unchanged(student, rng):
    x = rng.normal(3, 5)
    modules.nothing_lost(student, x)
    modules.keeps_input(student, x)


@residual.check()
def test_ResidualStack_without_weights_it_returns_its_input(student, rng):
    containers.adds_to_the_input(student, rng.normal(3, 5))


@residual.check()
def test_ResidualStack_backward_works(student, rng):
    containers.can_go_backward(student, rng.normal(3, 5))


@residual.check()
def test_ResidualStack_rows_stay_apart(student, rng):
    containers.keeps_rows_apart(student, rng.normal(3, 5))


@residual.check()
def test_ResidualStack_placement(student, rng):
    x = rng.normal(3, 5)
    containers.can_go_backward(student, x)
    follows_the_device(student, x)


branches = exercise("Branches", build=BRANCHES)


@branches.check()
def test_Branches_registered(student):
    modules.nothing_lost(student)


@branches.check()
def test_Branches_names_that_clash(student, rng):
    containers.takes_or_refuses_any_name(student, rng.normal(3, 5))


@branches.check()
def test_Branches_parameter_names(student, rng):
    containers.takes_or_refuses_any_name(student, rng.normal(3, 5))
    names = [f"branches.{side}.{kind}" for side in ("left", "right") for kind in ("weight", "bias")]
    modules.has_parameter_names(student, names)


@branches.check()
def test_Branches_only_the_chosen_runs(student, rng):
    containers.runs_the_chosen_branch(student, rng.normal(3, 5))


@branches.check()
def test_Branches_only_the_chosen_gets_gradients(student, rng):
    containers.only_the_chosen_gets_gradients(student, rng.normal(3, 5))


@branches.check()
def test_Branches_unknown_name(student, rng):
    containers.lists_the_known(student, rng.normal(3, 5))


@branches.check()
def test_Branches_dictionary_of_its_own(student, rng):
    containers.keeps_branches_of_its_own(student, rng.normal(3, 5))


@branches.check()
def test_Branches_placement(student, rng):
    x = rng.normal(3, 5)
    containers.runs_the_chosen_branch(student, x)
    follows_the_device(student, x, build=LEFT)


tied = exercise("tied", build=TIED)


@tied.check()
def test_tied_layers(student):
    chains.alternates(student, "tied")


@tied.check()
def test_tied_is_one_layer(student):
    chains.is_one_layer(student)


@tied.check()
def test_tied_keys_of_state_dict(student):
    chains.is_one_layer(student)
    keys = [f"{index}.{kind}" for index in (0, 2, 4) for kind in ("weight", "bias")]
    same_list("tied.keys", student.observe(saved_names), keys)


@tied.check()
def test_tied_stays_tied_in_training(student, rng):
    chains.stays_tied(student, rng.normal(3, 5))


@tied.check()
def test_tied_copied_layers(student):
    chains.alternates(student, "copied")


@tied.check()
def test_tied_copied_are_deep_copies(student):
    chains.are_deep_copies(student)


@tied.check()
def test_tied_gradient_is_the_sum_over_the_places(student, rng):
    chains.sums_over_the_places(student, rng)


@tied.check()
def test_tied_placement(student, rng):
    chains.is_one_layer(student)
    chains.are_deep_copies(student)
    for build in (TIED, COPIED):
        follows_the_device(student, rng.normal(3, 5), build=build)
