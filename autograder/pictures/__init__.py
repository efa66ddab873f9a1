"""Pictures of modules for notebooks: what a model is made of, and what moves when it moves.

show_tree(model)    modules, the parameters and buffers that each of them owns
show_move(model)    which tensors follow the model to another device, and which stay behind
"""

from __future__ import annotations

from autograder.pictures.move import show_move
from autograder.pictures.tree import show_tree

__all__ = ["show_move", "show_tree"]
