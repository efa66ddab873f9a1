"""Hidden checks of chapter 1, blocks."""

import torch

from autograder.checks.exercises import exercise
from autograder.checks.expectations import has_shape, is_tensor, same_list
from autograder.checks.findings import Finding
from autograder.checks.probes import blocks as block_probes
from autograder.checks.probes.inside import calls, device_after_move, moved_by_step
from autograder.checks.probes.modules import children, entries, forward, printed
from autograder.checks.properties import blocks, modules
from autograder.checks.properties.blocks import CHIMERA
from autograder.checks.properties.placement import follows_the_device

simple_net = exercise("SimpleNet", build="SimpleNet(7, 5, 3)")


@simple_net.check()
def test_SimpleNet_parameter_names(student, reference, rng):
    modules.same_parameter_names(student, reference, rng.normal(3, 7))


@simple_net.check()
def test_SimpleNet_sizes_from_arguments(student, reference, rng):
    modules.fits(student, reference, rng.normal(3, 7))


@simple_net.check()
def test_SimpleNet_output_shape(student, rng):
    for lead in ((3,), (2, 4)):
        x = rng.normal(*lead, 100)
        has_shape(student.observe(forward, x, build="SimpleNet(100, 50, 10)"), (*lead, 10))


@simple_net.check(seeds=3)
def test_SimpleNet_values(student, reference, rng):
    modules.same_values(student, reference, rng.normal(3, 7))


@simple_net.check(seeds=3)
def test_SimpleNet_gradients(student, reference, rng):
    modules.same_gradients_as(student, reference, rng, rng.normal(3, 7))


@simple_net.check()
def test_SimpleNet_relu_called_once(student, reference, rng):
    x = rng.normal(3, 7)
    modules.same_values(student, reference, x)
    modules.called(student, x, "relu", 1)


@simple_net.check()
def test_SimpleNet_saving_and_loading(student, reference, rng):
    modules.survives_saving(student, reference, rng.normal(3, 7))


@simple_net.check()
def test_SimpleNet_double_precision(student, reference, rng):
    modules.follows_double(student, reference, rng.normal(3, 7))


@simple_net.check()
def test_SimpleNet_placement(student, reference, rng):
    x = rng.normal(3, 7)
    modules.fits(student, reference, x)
    follows_the_device(student, x)


mlp = exercise("MLP", build="MLP()")


@mlp.check()
def test_MLP_parameter_names(student, reference, rng):
    modules.same_parameter_names(student, reference, rng.normal(3, 20))


@mlp.check()
def test_MLP_parameter_count(student, reference, rng):
    modules.fits(student, reference, rng.normal(3, 20))
    sizes = [torch.Size(entry.shape).numel() for entry in student.observe(entries).parameters]
    same_list("parameters.count", [sum(sizes)], [7946])


@mlp.check()
def test_MLP_two_children(student, reference, rng):
    modules.fits(student, reference, rng.normal(3, 20))
    owners = [child.name for child in student.observe(children) if child.entries]
    if len(owners) != 2:
        raise Finding("children.count", seen=owners, required=2)


@mlp.check()
def test_MLP_instances_share_nothing(student, reference, rng):
    modules.fits(student, reference, rng.normal(3, 20))
    modules.shares_nothing(student)


@mlp.check(seeds=3)
def test_MLP_values(student, reference, rng):
    modules.fits(student, reference, rng.normal(3, 20))
    blocks.depends_on_negative_inputs(student, rng)
    modules.same_values(student, reference, rng.normal(3, 20))


@mlp.check(seeds=3)
def test_MLP_gradients(student, reference, rng):
    modules.fits(student, reference, rng.normal(3, 20))
    blocks.depends_on_negative_inputs(student, rng)
    modules.same_gradients_as(student, reference, rng, rng.normal(3, 20))


@mlp.check()
def test_MLP_saving_and_loading(student, reference, rng):
    modules.survives_saving(student, reference, rng.normal(3, 20))


@mlp.check()
def test_MLP_double_precision(student, reference, rng):
    modules.follows_double(student, reference, rng.normal(3, 20))


@mlp.check()
def test_MLP_placement(student, reference, rng):
    x = rng.normal(3, 20)
    modules.fits(student, reference, x)
    follows_the_device(student, x)


sequential = exercise("MySequential", build="MySequential(nn.Linear(5, 4), nn.ReLU(), nn.Linear(4, 3))")
TWICE = "(lambda block: MySequential(block, block))(nn.Linear(4, 4))"
NESTED = "MySequential(nn.Linear(5, 4), MySequential(nn.ReLU(), nn.Linear(4, 3)))"


@sequential.check()
def test_MySequential_parameter_names(student, reference):
    blocks.registers_children(student)
    modules.same_parameter_names(student, reference)


@sequential.check()
def test_MySequential_refuses_non_modules(student):
    blocks.refuses_non_modules(student)


@sequential.check()
def test_MySequential_chain(student, rng):
    blocks.chains(student, rng)


@sequential.check(seeds=3)
def test_MySequential_values(student, reference, rng):
    blocks.chains_if_registered(student, rng)
    modules.same_values_of_given(student, reference, rng.normal(3, 5))


@sequential.check(seeds=3)
def test_MySequential_gradients(student, reference, rng):
    blocks.chains(student, rng)
    modules.same_gradients_as(student, reference, rng, rng.normal(3, 5))


@sequential.check()
def test_MySequential_empty(student, rng):
    blocks.returns_input(student, rng.normal(3, 5), build="MySequential()")


@sequential.check()
def test_MySequential_same_module_twice(student, reference, rng):
    blocks.chains(student, rng)
    x = rng.normal(3, 4)
    if len(student.observe(calls, x, build=TWICE)) == 1:
        raise Finding("container.applied_once")
    modules.same_values(student, reference, x, build=TWICE)


@sequential.check()
def test_MySequential_nested(student, reference, rng):
    blocks.chains(student, rng)
    modules.same_parameter_names(student, reference, build=NESTED)
    modules.same_values(student, reference, rng.normal(3, 5), build=NESTED)


@sequential.check()
def test_MySequential_saving_and_loading(student, reference, rng):
    blocks.chains(student, rng)
    modules.survives_saving(student, reference, rng.normal(3, 5))


@sequential.check()
def test_MySequential_train_and_eval(student):
    blocks.registers_children(student)
    modules.reaches_all_modules(student, build=NESTED)


@sequential.check()
def test_MySequential_placement(student, rng):
    blocks.registers_children(student)
    follows_the_device(student, rng.normal(3, 5))


fixed = exercise("FixedHiddenMLP", build="FixedHiddenMLP()")


@fixed.check(points=2)
def test_FixedHiddenMLP_constant_is_a_buffer(student, rng):
    blocks.constant_is_buffer(student, rng)


@fixed.check()
def test_FixedHiddenMLP_saving_and_loading(student, reference, rng):
    blocks.constant_is_buffer(student, rng)
    modules.survives_saving(student, reference, rng.normal(3, 20))


@fixed.check()
def test_FixedHiddenMLP_double_precision(student, reference, rng):
    blocks.constant_is_buffer(student, rng)
    modules.follows_double(student, reference, rng.normal(3, 20))


@fixed.check()
def test_FixedHiddenMLP_constant_moves(student, rng):
    blocks.constant_is_buffer(student, rng)
    if student.observe(device_after_move, "rand_weight") != "meta":
        raise Finding("constant.left_behind")


@fixed.check()
def test_FixedHiddenMLP_ends_on_an_infinite_input(student, rng):
    student.observe(forward, rng.normal(3, 20))
    student.attempt(block_probes.with_positive_weights, torch.full((3, 20), torch.inf))
    one_infinite = rng.uniform(3, 20)
    one_infinite[0, 0] = torch.inf
    student.attempt(block_probes.with_positive_weights, one_infinite)


@fixed.guard()
def test_FixedHiddenMLP_parameter_names(student):
    blocks.linear_is_shared(student)


@fixed.guard()
def test_FixedHiddenMLP_linear_used_twice(student, rng):
    blocks.linear_is_shared(student)
    modules.called(student, rng.normal(3, 20), "linear", 2)


@fixed.guard()
def test_FixedHiddenMLP_sum_within_one(student, rng):
    blocks.stays_within_one(student, rng)
    blocks.keeps_a_sum_of_one(student, rng)


@fixed.guard(cost=2, seeds=3)
def test_FixedHiddenMLP_values(student, reference, rng):
    blocks.constant_is_buffer(student, rng)
    blocks.linear_is_shared(student)
    blocks.stays_within_one(student, rng)
    modules.same_values(student, reference, rng.normal(3, 20))


@fixed.guard(seeds=3)
def test_FixedHiddenMLP_gradients(student, reference, rng):
    blocks.constant_is_buffer(student, rng)
    blocks.linear_is_shared(student)
    blocks.stays_within_one(student, rng)
    modules.same_gradients_as(student, reference, rng, rng.normal(3, 20))


@fixed.guard()
def test_FixedHiddenMLP_input_unchanged(student, rng):
    modules.keeps_input(student, rng.normal(3, 20))


@fixed.guard()
def test_FixedHiddenMLP_constant_is_not_trained(student, rng):
    blocks.constant_is_buffer(student, rng)
    if student.observe(moved_by_step, rng.normal(3, 20)).get("rand_weight", True):
        raise Finding("constant.trained")


@fixed.check()
def test_FixedHiddenMLP_placement(student, rng):
    blocks.constant_is_buffer(student, rng)
    follows_the_device(student, rng.normal(3, 20))


nest = exercise("NestMLP", build="NestMLP()")


@nest.check()
def test_NestMLP_parameter_names(student, reference, rng):
    modules.same_parameter_names(student, reference, rng.normal(3, 20))


@nest.check(seeds=3)
def test_NestMLP_values(student, reference, rng):
    modules.same_values(student, reference, rng.normal(3, 20))


@nest.check(seeds=3)
def test_NestMLP_gradients(student, reference, rng):
    modules.same_gradients_as(student, reference, rng, rng.normal(3, 20))


@nest.check()
def test_NestMLP_saving_and_loading(student, reference, rng):
    modules.survives_saving(student, reference, rng.normal(3, 20))


@nest.check()
def test_NestMLP_double_precision(student, reference, rng):
    modules.follows_double(student, reference, rng.normal(3, 20))


@nest.check()
def test_NestMLP_chimera_parameters(student, reference):
    blocks.sum_stands_last(student)
    modules.same_parameter_names(student, reference, build=CHIMERA)
    modules.fits(student, reference, build=CHIMERA)


@nest.check()
def test_NestMLP_chimera_output(student, reference, rng):
    blocks.sum_stands_last(student)
    x = rng.normal(3, 20)
    has_shape(student.observe(forward, x, build=CHIMERA), ())
    modules.same_gradients_as(student, reference, rng, x, build=CHIMERA)


@nest.check()
def test_NestMLP_chimera_saving_and_loading(student, reference, rng):
    blocks.sum_stands_last(student)
    modules.survives_saving(student, reference, rng.normal(3, 20), build=CHIMERA)


@nest.check(points=2)
def test_NestMLP_predicted_names(student, reference):
    blocks.predicts_names(student, modules.parameter_names(reference, build=CHIMERA))


@nest.check()
def test_NestMLP_placement(student, reference, rng):
    x = rng.normal(3, 20)
    modules.fits(student, reference, x)
    follows_the_device(student, x)


parallel = exercise("Parallel", build="Parallel(nn.Linear(5, 4), nn.Linear(5, 3))")


@parallel.check()
def test_Parallel_parameter_names(student, reference):
    modules.same_parameter_names(student, reference)


@parallel.check()
def test_Parallel_both_see_the_input(student, rng):
    blocks.both_see_the_input(student, rng)


@parallel.check(seeds=3)
def test_Parallel_values(student, reference, rng):
    blocks.both_see_the_input(student, rng)
    modules.same_values_of_given(student, reference, rng.normal(3, 5))


@parallel.check()
def test_Parallel_dim(student, reference, rng):
    blocks.both_see_the_input(student, rng)
    x, build = rng.normal(2, 3, 5), "Parallel(nn.Linear(5, 4), nn.Linear(5, 4), dim=1)"
    if tuple(is_tensor(student.observe(forward, x, build=build)).shape) == (2, 3, 8):
        raise Finding("cat.dim_ignored")
    modules.same_values_of_given(student, reference, x, build=build)


@parallel.check(seeds=3)
def test_Parallel_gradients(student, reference, rng):
    blocks.both_see_the_input(student, rng)
    modules.same_gradients_as(student, reference, rng, rng.normal(3, 5))


@parallel.check()
def test_Parallel_rows_stay_apart(student, rng):
    blocks.both_see_the_input(student, rng)
    modules.rows_independent(student, rng.normal(3, 5))


@parallel.check(points=2)
def test_Parallel_stack_of_new_blocks(student):
    blocks.every_block_is_new(student)


@parallel.check()
def test_Parallel_stack_values(student, reference, rng):
    blocks.every_block_is_new(student)
    modules.same_values(student, reference, rng.normal(3, 4), build="stack(lambda: nn.Linear(4, 4), 3)")


@parallel.check()
def test_Parallel_stack_of_none(student, rng):
    blocks.is_sequential(student)
    blocks.returns_input(student, rng.normal(3, 4), build="stack(lambda: nn.Linear(4, 4), 0)")


@parallel.check()
def test_Parallel_placement(student, rng):
    follows_the_device(student, rng.normal(3, 5))


scale = exercise("Scale", build="Scale(2.0)")
PARENT = "nn.Sequential(Scale(2.0))"


@scale.check()
def test_Scale_values(student, reference, rng):
    modules.same_values(student, reference, rng.normal(3, 5), build="Scale(-1.5)")


@scale.check()
def test_Scale_gradients(student, reference, rng):
    modules.same_gradients_as(student, reference, rng, rng.normal(3, 5), build="Scale(-1.5)")


@scale.check()
def test_Scale_printed_alone(student):
    blocks.prints_factor(student, "Scale(2.0)", "Scale(factor=2.0)")


@scale.check()
def test_Scale_printed_inside_a_parent(student):
    blocks.prints_factor(student, PARENT, "  (0): Scale(factor=2.0)")


@scale.check()
def test_Scale_predicted_print(student, reference):
    blocks.predicts_print(student, reference.observe(printed, build=PARENT)[1])


@scale.check()
def test_Scale_placement(student, rng):
    follows_the_device(student, rng.normal(3, 5))
