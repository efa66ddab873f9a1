"""Small modules, right and wrong, each with the phase in which it ends on CUDA.

They hold the simulation to account: tests run them all on it, and `parity` on a real GPU.
"""

from autograder.simulated_gpu.variants import (
    earlier_right,
    earlier_wrong,
    later_right,
    later_training_right,
    later_wrong,
    layers_right,
    layers_wrong,
    recurrent_right,
    recurrent_wrong,
    state_right,
    state_wrong,
    tensors_right,
    tensors_wrong,
    training_right,
    training_wrong,
    unjudged,
)
from autograder.simulated_gpu.variants.collection import VARIANTS, Variant

__all__ = [
    "VARIANTS",
    "Variant",
    "earlier_right",
    "earlier_wrong",
    "later_right",
    "later_training_right",
    "later_wrong",
    "layers_right",
    "layers_wrong",
    "recurrent_right",
    "recurrent_wrong",
    "state_right",
    "state_wrong",
    "tensors_right",
    "tensors_wrong",
    "training_right",
    "training_wrong",
    "unjudged",
]
