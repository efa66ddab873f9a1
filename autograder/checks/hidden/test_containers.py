"""Hidden checks of chapter 4, containers."""

from autograder.checks.exercises import exercise
from autograder.checks.expectations import has_shape, same_list
from autograder.checks.probes.containers import saved_names
from autograder.checks.probes.inside import lost_state
from autograder.checks.probes.modules import built, forward
from autograder.checks.properties import audits, chains, containers, modules, rules
from autograder.checks.properties.chains import COPIED, TIED
from autograder.checks.properties.containers import BRANCHES, LEFT, RIGHT
from autograder.checks.properties.placement import follows_the_device

my_model = exercise("MyModel", build="MyModel()")


@my_model.check()
def test_MyModel_parameter_names(student, rng):
    chains.has_the_names(student, rng.normal(3, 10))
    chains.list_of_four(student, rng.normal(3, 10))


@my_model.check(seeds=3)
def test_MyModel_each_layer_called_once(student, rng):
    chains.calls_each_layer(student, rng.normal(3, 10))


@my_model.check()
def test_MyModel_output_shape(student, rng):
    x = rng.normal(3, 10)
    chains.calls_each_layer(student, x)
    has_shape(student.observe(forward, x), (3, 30))


@my_model.check(seeds=3)
def test_MyModel_range(student, rng):
    chains.stays_in_the_range_of_tanh(student, rng)


@my_model.check(seeds=3)
def test_MyModel_values(student, reference, rng):
    chains.stays_in_the_range_of_tanh(student, rng)
    modules.same_values(student, reference, rng.normal(3, 10))


@my_model.check(seeds=3)
def test_MyModel_gradients(student, reference, rng):
    chains.stays_in_the_range_of_tanh(student, rng)
    modules.same_gradients_as(student, reference, rng, rng.normal(3, 10))


@my_model.check()
def test_MyModel_instances_share_nothing(student, rng):
    chains.list_of_four(student, rng.normal(3, 10))
    modules.shares_nothing(student)


@my_model.check()
def test_MyModel_saving_and_loading(student, reference, rng):
    x = rng.normal(3, 10)
    chains.calls_each_layer(student, x)
    modules.survives_saving(student, reference, x)


@my_model.check()
def test_MyModel_double_precision(student, reference, rng):
    x = rng.normal(3, 10)
    chains.calls_each_layer(student, x)
    modules.follows_double(student, reference, x)


@my_model.check()
def test_MyModel_placement(student, rng):
    x = rng.normal(3, 10)
    chains.calls_each_layer(student, x)
    follows_the_device(student, x)


lost = exercise("lost", build="lost")


@lost.check(seeds=3)
def test_lost_plain_tensor(student, rng):
    audits.finds(student, "tensor", audits.some_name(rng))


@lost.check(seeds=3)
def test_lost_tensors_of_every_kind(student, rng):
    audits.finds(student, "unusual tensors", audits.some_name(rng))


@lost.check(seeds=3)
def test_lost_in_a_list(student, rng):
    audits.finds(student, "list", audits.some_name(rng))


@lost.check(seeds=3)
def test_lost_in_a_tuple(student, rng):
    audits.finds(student, "tuple", audits.some_name(rng))


@lost.check(seeds=3)
def test_lost_in_a_dictionary(student, rng):
    audits.finds(student, "dictionary", audits.some_name(rng))


@lost.check(seeds=3)
def test_lost_in_a_list_of_lists(student, rng):
    audits.finds(student, "nested list", audits.some_name(rng))


@lost.check(seeds=3)
def test_lost_in_lists_dictionaries_and_tuples_nested(student, rng):
    name = audits.some_name(rng)
    audits.finds(student, "list of dictionaries", name)
    audits.finds(student, "dictionary of tuples", name)


@lost.check(seeds=3)
def test_lost_modules(student, rng):
    name = audits.some_name(rng)
    audits.finds(student, "list of modules", name)
    audits.finds(student, "dictionary of modules", name)
    audits.finds(student, "hidden module", name)


@lost.check(seeds=3)
def test_lost_parameters_in_a_list(student, rng):
    audits.finds(student, "list of parameters", audits.some_name(rng))


@lost.check(seeds=3)
def test_lost_copies_of_what_is_registered(student, rng):
    audits.finds(student, "copies", audits.some_name(rng))


@lost.check(points=2, seeds=3)
def test_lost_three_levels_down(student, rng):
    audits.finds(student, "depth 3", audits.some_name(rng))


@lost.check(seeds=3)
def test_lost_in_a_module_with_two_names(student, rng):
    audits.finds_tensor_of_shared_module(student, audits.some_name(rng))


@lost.check(seeds=3)
def test_lost_no_parameters_buffers_or_children(student, rng):
    audits.finds_nothing(student, "buffers", audits.some_name(rng))


@lost.check(seeds=3)
def test_lost_no_None(student, rng):
    audits.finds_nothing(student, "None", audits.some_name(rng))


@lost.check(seeds=3)
def test_lost_no_numbers_texts_and_functions(student, rng):
    audits.finds_nothing(student, "plain values", audits.some_name(rng))


@lost.check(seeds=3)
def test_lost_no_second_mention(student, rng):
    audits.finds_nothing(student, "mentions elsewhere", audits.some_name(rng))


@lost.check(seeds=3)
def test_lost_parent_in_a_list(student, rng):
    name = audits.some_name(rng)
    audits.names_modules_as_a_whole(student, name)
    audits.finds_nothing(student, "owner", name)


@lost.check(seeds=3)
def test_lost_modules_named_as_a_whole(student, rng):
    audits.names_modules_as_a_whole(student, audits.some_name(rng))


@lost.check(seeds=3)
def test_lost_no_path_twice(student, rng):
    audits.names_each_path_once(student, audits.some_name(rng))


@lost.check()
def test_lost_nothing_in_PyTorchs_own_classes(student, rng):
    audits.finds_nothing_in_torch(student, audits.some_name(rng))


@lost.check(seeds=3)
def test_lost_constant_beside_a_layer(student, rng):
    name = audits.some_name(rng)
    audits.finds_only(student, "FixedHiddenMLP", name)
    audits.finds_only(student, "FixedHiddenMLP", "rand_weight")


@lost.check(seeds=3)
def test_lost_all_of_it_and_nothing_else(student, rng):
    audits.finds_only(student, "much", audits.some_name(rng))


@lost.check()
def test_lost_leaves_the_module_alone(student, rng):
    audits.leaves_the_module_alone(student, audits.some_name(rng))


build_mlp = exercise("build_mlp", build="build_mlp([5, 7, 3])")
LONG = "build_mlp([5, 7, 6, 3])"
SINGLE = "build_mlp([5, 3])"


@build_mlp.check(points=2)
def test_build_mlp_layers(student):
    chains.is_ordinary_mlp(student)
    chains.is_mlp(student, [5, 7, 6, 3], "ReLU", LONG)


@build_mlp.check()
def test_build_mlp_parameter_names(student, reference):
    chains.is_ordinary_mlp(student)
    for build in (LONG, SINGLE):
        modules.same_parameter_names(student, reference, build=build)


@build_mlp.check()
def test_build_mlp_two_sizes(student):
    chains.is_ordinary_mlp(student)
    chains.is_mlp(student, [5, 3], "ReLU", SINGLE)


@build_mlp.check(seeds=3)
def test_build_mlp_values(student, reference, rng):
    chains.is_ordinary_mlp(student)
    for build in (LONG, SINGLE):
        modules.same_values(student, reference, rng.normal(3, 5), build=build)


@build_mlp.check(seeds=3)
def test_build_mlp_gradients(student, reference, rng):
    chains.is_ordinary_mlp(student)
    modules.same_gradients_as(student, reference, rng, rng.normal(3, 5), build=LONG)


@build_mlp.check()
def test_build_mlp_other_activations(student):
    chains.is_ordinary_mlp(student)
    chains.is_mlp(student, [5, 7, 3], "Tanh", "build_mlp([5, 7, 3], nn.Tanh)")
    chains.is_mlp(student, [5, 7, 3], "ELU", "build_mlp([5, 7, 3], activation=lambda: nn.ELU(0.5))")


@build_mlp.check(seeds=3)
def test_build_mlp_values_with_another_activation(student, reference, rng):
    build = "build_mlp([5, 7, 3], lambda: nn.ELU(0.5))"
    chains.is_ordinary_mlp(student)
    chains.is_mlp(student, [5, 7, 3], "ELU", build)
    modules.same_values(student, reference, rng.normal(3, 5), build=build)


@build_mlp.check()
def test_build_mlp_every_activation_is_new(student):
    chains.makes_every_activation_anew(student)


@build_mlp.check()
def test_build_mlp_too_few_sizes(student):
    chains.builds_a_chain(student)
    for what, sizes in (("a list of one size", [5]), ("an empty list of sizes", [])):
        rules.refuses(student, what, sizes, build="build_mlp", allowed=("ValueError",))


@build_mlp.check()
def test_build_mlp_sizes_unchanged(student):
    chains.leaves_sizes_alone(student)


@build_mlp.check()
def test_build_mlp_tuple_of_sizes(student):
    chains.leaves_sizes_alone(student)
    chains.is_ordinary_mlp(student)
    chains.is_mlp(student, [5, 7, 6, 3], "ReLU", "build_mlp((5, 7, 6, 3))")


@build_mlp.check()
def test_build_mlp_saving_and_loading(student, rng):
    x = rng.normal(3, 5)
    chains.builds_what_runs(student, x)
    modules.saves_and_loads(student, x, build=LONG)


@build_mlp.check()
def test_build_mlp_double_precision(student, rng):
    x = rng.normal(3, 5)
    chains.builds_what_runs(student, x)
    modules.takes_double(student, x)


@build_mlp.check()
def test_build_mlp_placement(student, rng):
    x = rng.normal(3, 5)
    chains.builds_what_runs(student, x)
    follows_the_device(student, x)


residual = exercise("ResidualStack", build="ResidualStack(5, 4)")


@residual.check()
def test_ResidualStack_parameter_names(student, reference, rng):
    containers.stacks_layers(student, rng.normal(3, 5))
    modules.same_parameter_names(student, reference, build="ResidualStack(6, 3)")


@residual.check()
def test_ResidualStack_sizes(student, reference, rng):
    containers.has_layers(student, rng.normal(3, 5))
    modules.fits(student, reference)


@residual.check(seeds=3)
def test_ResidualStack_input_unchanged(student, rng):
    x = rng.normal(3, 5)
    modules.nothing_lost(student, x)
    modules.keeps_input(student, x)


@residual.check(seeds=3)
def test_ResidualStack_without_weights_it_returns_its_input(student, rng):
    containers.adds_to_the_input(student, rng.normal(3, 5))


@residual.check(seeds=3)
def test_ResidualStack_each_step_starts_from_the_last(student, rng):
    containers.feeds_each_the_last(student, rng.normal(3, 5))


@residual.check(seeds=3)
def test_ResidualStack_rows_stay_apart(student, rng):
    containers.keeps_rows_apart(student, rng.normal(3, 5))


@residual.check(seeds=3)
def test_ResidualStack_values(student, reference, rng):
    x = rng.normal(3, 5)
    containers.has_layers(student, x)
    containers.keeps_rows_apart(student, x)
    modules.same_values(student, reference, x)
    modules.same_values(student, reference, rng.normal(3, 6), build="ResidualStack(6, 1)")


@residual.check(seeds=3)
def test_ResidualStack_gradient_reaches_layer_0_of_50(student, reference, rng):
    containers.reaches_layer_0(student, reference, rng)


@residual.check(seeds=3)
def test_ResidualStack_gradients(student, reference, rng):
    containers.reaches_layer_0(student, reference, rng)
    containers.keeps_rows_apart(student, rng.normal(3, 5))
    modules.same_gradients_as(student, reference, rng, rng.normal(3, 5))


@residual.check()
def test_ResidualStack_instances_share_nothing(student, rng):
    modules.nothing_lost(student, rng.normal(3, 5))
    modules.shares_nothing(student)


@residual.check()
def test_ResidualStack_saving_and_loading(student, rng):
    x = rng.normal(3, 5)
    modules.nothing_lost(student, x)
    modules.saves_and_loads(student, x)


@residual.check()
def test_ResidualStack_double_precision(student, rng):
    x = rng.normal(3, 5)
    modules.nothing_lost(student, x)
    modules.takes_double(student, x)


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
def test_Branches_parameter_names(student, reference, rng):
    containers.takes_or_refuses_any_name(student, rng.normal(3, 5))
    modules.same_parameter_names(student, reference)


@branches.check(seeds=3)
def test_Branches_only_the_chosen_runs(student, rng):
    containers.runs_the_chosen_branch(student, rng.normal(3, 5))


@branches.check(seeds=3)
def test_Branches_values(student, reference, rng):
    x = rng.normal(3, 5)
    if not student.observe(lost_state):
        containers.runs_the_chosen_branch(student, x)
    for build in (LEFT, RIGHT):
        modules.same_values_of_given(student, reference, x, build=build)


@branches.check(seeds=3)
def test_Branches_only_the_chosen_gets_gradients(student, rng):
    containers.only_the_chosen_gets_gradients(student, rng.normal(3, 5))


@branches.check(seeds=3)
def test_Branches_gradients(student, reference, rng):
    x = rng.normal(3, 5)
    containers.only_the_chosen_gets_gradients(student, x)
    for build in (LEFT, RIGHT):
        modules.same_gradients_as(student, reference, rng, x, build=build)


@branches.check()
def test_Branches_unknown_name(student, rng):
    containers.lists_the_known(student, rng.normal(3, 5))


@branches.check()
def test_Branches_name_with_a_dot(student, rng):
    containers.takes_or_refuses_any_name(student, rng.normal(3, 5))
    build, allowed = "Branches({'a.b': nn.Linear(5, 4)})", (*rules.MISUSE, "KeyError")
    rules.refuses(student, "a branch named 'a.b'", build=build, allowed=allowed, probe=built)


@branches.check()
def test_Branches_dictionary_of_its_own(student, rng):
    containers.keeps_branches_of_its_own(student, rng.normal(3, 5))


@branches.check()
def test_Branches_saving_and_loading(student, reference, rng):
    x = rng.normal(3, 5)
    modules.nothing_lost(student)
    modules.survives_saving(student, reference, x, build=RIGHT)


@branches.check()
def test_Branches_double_precision(student, reference, rng):
    x = rng.normal(3, 5)
    modules.nothing_lost(student)
    modules.follows_double(student, reference, x, build=LEFT)


@branches.check()
def test_Branches_placement(student, rng):
    x = rng.normal(3, 5)
    containers.runs_the_chosen_branch(student, x)
    follows_the_device(student, x, build=RIGHT)


tied = exercise("tied", build=TIED)


@tied.check()
def test_tied_layers(student):
    chains.alternates(student, "tied")
    chains.alternates(student, "tied", n=1)


@tied.check()
def test_tied_is_one_layer(student):
    for kind in ("linear", "normed"):
        chains.is_one_layer(student, kind)


@tied.check()
def test_tied_keys_of_state_dict(student):
    chains.is_one_layer(student)
    keys = [f"{index}.{kind}" for index in (0, 2, 4) for kind in ("weight", "bias")]
    same_list("tied.keys", student.observe(saved_names), keys)


@tied.check(seeds=3)
def test_tied_values(student, reference, rng):
    chains.is_one_layer(student)
    modules.same_values(student, reference, rng.normal(3, 5))


@tied.check(seeds=3)
def test_tied_stays_tied_in_training(student, rng):
    chains.stays_tied(student, rng.normal(3, 5))


@tied.check()
def test_tied_copied_layers(student):
    chains.alternates(student, "copied")
    chains.alternates(student, "copied", n=1)


@tied.check()
def test_tied_copied_are_deep_copies(student):
    for kind in ("linear", "normed"):
        chains.are_deep_copies(student, kind)


@tied.check(seeds=3)
def test_tied_copied_values(student, reference, rng):
    chains.are_deep_copies(student)
    modules.same_values(student, reference, rng.normal(3, 5), build=COPIED)


@tied.check()
def test_tied_copied_parameter_names(student, reference):
    chains.are_deep_copies(student)
    modules.same_parameter_names(student, reference, build=COPIED)


@tied.check(seeds=3)
def test_tied_gradient_is_the_sum_over_the_places(student, rng):
    chains.sums_over_the_places(student, rng)


@tied.check(seeds=3)
def test_tied_gradients(student, reference, rng):
    chains.is_one_layer(student)
    chains.are_deep_copies(student)
    for build in (TIED, COPIED):
        modules.same_gradients_as(student, reference, rng, rng.normal(3, 5), build=build)


@tied.check()
def test_tied_saving_and_loading(student, reference, rng):
    chains.is_one_layer(student)
    chains.are_deep_copies(student)
    for build in (TIED, COPIED):
        modules.survives_saving(student, reference, rng.normal(3, 5), build=build)


@tied.check()
def test_tied_double_precision(student, rng):
    chains.is_one_layer(student)
    chains.are_deep_copies(student)
    for build in (TIED, COPIED):
        modules.takes_double(student, rng.normal(3, 5), build=build)


@tied.check()
def test_tied_placement(student, rng):
    chains.is_one_layer(student)
    chains.are_deep_copies(student)
    for build in (TIED, COPIED):
        follows_the_device(student, rng.normal(3, 5), build=build)
