"""Pictures of modules for notebooks: what a model is made of, and what moves when it moves.

show_tree(model)                modules, the parameters and buffers that each of them owns
show_move(model)                which tensors follow the model to another device, and which stay behind
show_images(images)             grey images side by side, on one scale of brightness
show_spectrum(signal)           a signal and the sizes of its Fourier coefficients
show_reach(cells, kernel)       which cells of a row each output of a convolution or pooling reads
show_activations(*functions)    curves of activations, with their slopes if asked for
show_depth(*functions)          what is left of a gradient behind many activations in a row
show_dropout(layer, x)          what is dropped and what is scaled, in training and in evaluation
show_memory(a=a, b=b)           which names stand for the same memory
show_lost(model, names)         the same tree, with what you say the model has lost
show_storage(model)             which names of a state_dict stand for the same numbers
show_gradients(sizes)           sizes of gradients from layer to layer
"""

from __future__ import annotations

from autograder.pictures.activations import show_activations, show_depth, show_dropout, show_memory
from autograder.pictures.containers import show_gradients, show_lost, show_storage
from autograder.pictures.layers import show_images, show_reach, show_spectrum
from autograder.pictures.move import show_move
from autograder.pictures.tree import show_tree

__all__ = [
    "show_activations",
    "show_depth",
    "show_dropout",
    "show_gradients",
    "show_images",
    "show_lost",
    "show_memory",
    "show_move",
    "show_reach",
    "show_spectrum",
    "show_storage",
    "show_tree",
]
