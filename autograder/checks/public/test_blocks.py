"""Public checks of chapter 1, blocks: what check() runs in the notebook."""

from autograder.checks.exercises import exercise
from autograder.checks.expectations import has_shape
from autograder.checks.probes.modules import forward, printed
from autograder.checks.properties import blocks, modules
from autograder.checks.properties.blocks import CHIMERA
from autograder.checks.properties.placement import follows_the_device

simple_net = exercise("SimpleNet", build="SimpleNet(7, 5, 3)")
SIMPLE_NET = {"fc1.weight": (5, 7), "fc1.bias": (5,), "fc2.weight": (3, 5), "fc2.bias": (3,)}


@simple_net.check()
def test_SimpleNet_parameter_names(student, rng):
    modules.has_parameter_names(student, list(SIMPLE_NET), rng.normal(3, 7))


@simple_net.check()
def test_SimpleNet_sizes_from_arguments(student, rng):
    modules.has_parameters(student, SIMPLE_NET, rng.normal(3, 7))


@simple_net.check()
def test_SimpleNet_output_shape(student, rng):
    modules.has_parameters(student, SIMPLE_NET, rng.normal(3, 7))
    has_shape(student.observe(forward, rng.normal(3, 7)), (3, 3))
    has_shape(student.observe(forward, rng.normal(2, 4, 7)), (2, 4, 3))


@simple_net.check()
def test_SimpleNet_scores_can_be_negative(student, rng):
    modules.has_parameters(student, SIMPLE_NET, rng.normal(3, 7))
    modules.can_be_negative(student, rng.normal(50, 7))


@simple_net.check()
def test_SimpleNet_relu_called_once(student, rng):
    modules.has_parameters(student, SIMPLE_NET, rng.normal(3, 7))
    modules.can_be_negative(student, rng.normal(50, 7))
    modules.called(student, rng.normal(3, 7), "relu", 1)


@simple_net.check()
def test_SimpleNet_gradients_reach_every_parameter(student, rng):
    modules.has_parameters(student, SIMPLE_NET, rng.normal(3, 7))
    modules.gradients_reach(student, rng.normal(50, 7))


@simple_net.check()
def test_SimpleNet_placement(student, rng):
    x = rng.normal(3, 7)
    modules.has_parameters(student, SIMPLE_NET, x)
    follows_the_device(student, x)


mlp = exercise("MLP", build="MLP()")
MLP_PARAMETERS = {
    "hidden.weight": (256, 20),
    "hidden.bias": (256,),
    "out.weight": (10, 256),
    "out.bias": (10,),
}


@mlp.check()
def test_MLP_parameter_names(student, rng):
    modules.has_parameter_names(student, list(MLP_PARAMETERS), rng.normal(3, 20))


@mlp.check()
def test_MLP_sizes(student, rng):
    modules.has_parameters(student, MLP_PARAMETERS, rng.normal(3, 20))


@mlp.check()
def test_MLP_output_shape(student, rng):
    has_shape(student.observe(forward, rng.normal(3, 20)), (3, 10))


@mlp.check()
def test_MLP_instances_share_nothing(student):
    modules.shares_nothing(student)


@mlp.check()
def test_MLP_negative_inputs_matter(student, rng):
    blocks.depends_on_negative_inputs(student, rng)


@mlp.check()
def test_MLP_placement(student, rng):
    x = rng.normal(3, 20)
    modules.has_parameters(student, MLP_PARAMETERS, x)
    follows_the_device(student, x)


sequential = exercise("MySequential", build="MySequential(nn.Linear(5, 4), nn.ReLU(), nn.Linear(4, 3))")


@sequential.check()
def test_MySequential_parameter_names(student):
    blocks.registers_children(student)
    modules.has_parameter_names(student, ["0.weight", "0.bias", "2.weight", "2.bias"])


@sequential.check()
def test_MySequential_chain(student, rng):
    blocks.chains(student, rng)


@sequential.check()
def test_MySequential_refuses_non_modules(student):
    blocks.refuses_non_modules(student)


@sequential.check()
def test_MySequential_empty(student, rng):
    blocks.returns_input(student, rng.normal(3, 5), build="MySequential()")


@sequential.check()
def test_MySequential_placement(student, rng):
    blocks.registers_children(student)
    follows_the_device(student, rng.normal(3, 5))


fixed = exercise("FixedHiddenMLP", build="FixedHiddenMLP()")


@fixed.check()
def test_FixedHiddenMLP_constant_is_a_buffer(student, rng):
    blocks.constant_is_buffer(student, rng)


@fixed.check()
def test_FixedHiddenMLP_saving_and_loading(student, rng):
    blocks.constant_is_buffer(student, rng)
    modules.saves_and_loads(student, rng.normal(3, 20))


@fixed.check()
def test_FixedHiddenMLP_double_precision(student, rng):
    blocks.constant_is_buffer(student, rng)
    modules.takes_double(student, rng.normal(3, 20))


@fixed.check()
def test_FixedHiddenMLP_linear_used_twice(student, rng):
    blocks.linear_is_shared(student)
    modules.called(student, rng.normal(3, 20), "linear", 2)


@fixed.check()
def test_FixedHiddenMLP_sum_within_one(student, rng):
    blocks.stays_within_one(student, rng)


@fixed.check()
def test_FixedHiddenMLP_placement(student, rng):
    blocks.constant_is_buffer(student, rng)
    follows_the_device(student, rng.normal(3, 20))


nest = exercise("NestMLP", build="NestMLP()")
NEST_NAMES = [f"{layer}.{kind}" for layer in ("net.0", "net.2", "linear") for kind in ("weight", "bias")]


@nest.check()
def test_NestMLP_parameter_names(student, rng):
    modules.has_parameter_names(student, NEST_NAMES, rng.normal(3, 20))


@nest.check()
def test_NestMLP_output_shape(student, rng):
    has_shape(student.observe(forward, rng.normal(3, 20)), (3, 16))


@nest.check()
def test_NestMLP_chimera_output(student, rng):
    blocks.sum_stands_last(student)
    has_shape(student.observe(forward, rng.normal(3, 20), build=CHIMERA), ())


@nest.check()
def test_NestMLP_names_of_your_own_chimera(student):
    modules.has_parameter_names(student, NEST_NAMES)
    blocks.sum_stands_last(student)
    blocks.predicts_names(student, modules.parameter_names(student, build=CHIMERA))


@nest.check()
def test_NestMLP_placement(student, rng):
    follows_the_device(student, rng.normal(3, 20))


parallel = exercise("Parallel", build="Parallel(nn.Linear(5, 4), nn.Linear(5, 3))")


@parallel.check()
def test_Parallel_parameter_names(student):
    required = ["net1.weight", "net1.bias", "net2.weight", "net2.bias"]
    modules.has_parameter_names(student, required)


@parallel.check()
def test_Parallel_both_see_the_input(student, rng):
    blocks.both_see_the_input(student, rng)


@parallel.check()
def test_Parallel_output_shape(student, rng):
    blocks.both_see_the_input(student, rng)
    has_shape(student.observe(forward, rng.normal(3, 5)), (3, 7))


@parallel.check()
def test_Parallel_stack_of_new_blocks(student):
    blocks.every_block_is_new(student)


@parallel.check()
def test_Parallel_placement(student, rng):
    follows_the_device(student, rng.normal(3, 5))


scale = exercise("Scale", build="Scale(2.0)")
PARENT = "nn.Sequential(Scale(2.0))"


@scale.check()
def test_Scale_output_shape(student, rng):
    has_shape(student.observe(forward, rng.normal(3, 5)), (3, 5))


@scale.check()
def test_Scale_printed_alone(student):
    blocks.prints_factor(student, "Scale(2.0)", "Scale(factor=2.0)")


@scale.check()
def test_Scale_printed_inside_a_parent(student):
    blocks.prints_factor(student, PARENT, "  (0): Scale(factor=2.0)")


@scale.check()
def test_Scale_print_of_your_own_class(student):
    blocks.prints_factor(student, PARENT, "  (0): Scale(factor=2.0)")
    blocks.predicts_print(student, student.observe(printed, build=PARENT)[1])


@scale.check()
def test_Scale_placement(student, rng):
    follows_the_device(student, rng.normal(3, 5))
