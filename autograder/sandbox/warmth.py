"""What a zygote does once so that its children need not: imports, and the first of everything slow."""

from __future__ import annotations

import gc
import importlib
import os
import sys
from collections.abc import Sequence

import torch

from autograder.sandbox.agent import rehearse
from autograder.sandbox.shell import StudentShell, make_shell
from autograder.torchvision_on_cpu import make_torchvision_importable


class NotReadyError(Exception):
    """This process must not fork children; the message says why."""


def warm_up(preload: Sequence[str]) -> StudentShell:
    """Import everything, take one training step and make the shell.

    A preloaded module that has a function `warm_up` has it called.

    Raises NotReadyError if a second thread has appeared: the children of such a process hang.
    """
    torch.set_num_threads(1)
    make_torchvision_importable()
    shell = make_shell()
    for name in preload:
        module = importlib.import_module(name)
        getattr(module, "warm_up", lambda: None)()
    # An optimizer's first step imports torch._dynamo, which takes a second.
    layer = torch.nn.Linear(2, 2)
    optimizer = torch.optim.Adam(layer.parameters())
    layer(torch.ones(1, 2)).sum().backward()
    optimizer.step()
    rehearse(shell)
    if sys.platform == "linux":
        tasks = os.listdir("/proc/self/task")
        if len(tasks) != 1:
            raise NotReadyError(f"a zygote must have one thread, not {len(tasks)}")
    gc.collect()
    # Children would otherwise copy every page whose garbage collector header is touched.
    gc.freeze()
    return shell
