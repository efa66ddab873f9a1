"""What matplotlib and torch do otherwise in a process that can't fork, start programs or show anything."""

from __future__ import annotations

import functools
import inspect
from typing import Any

import matplotlib
import torch.utils.data

# More than the child may have would end it: OpenMP does not go on without a thread that it asked for.
MOST_THREADS = 4


def adapt_libraries() -> None:
    """Once, in the zygote."""
    close_plots_instead_of_showing()
    load_data_in_this_process()
    compile_nothing()
    keep_threads_few()


def close_plots_instead_of_showing() -> None:
    """`plt.show()` frees the figures: nobody looks, and open ones would pile up."""
    matplotlib.use("Agg")
    from matplotlib import pyplot

    def show(*arguments: Any, **options: Any) -> None:
        pyplot.close("all")

    pyplot.show = show


def load_data_in_this_process() -> None:
    """Every DataLoader gets `num_workers=0`, since the child can't fork."""
    original = torch.utils.data.DataLoader.__init__
    signature = inspect.signature(original)
    only_with_workers = ("prefetch_factor", "persistent_workers", "multiprocessing_context", "timeout")

    @functools.wraps(original)
    def without_workers(*arguments: Any, **options: Any) -> None:
        bound = signature.bind(*arguments, **options)
        if bound.arguments.get("num_workers"):
            bound.arguments["num_workers"] = 0
            for name in only_with_workers:
                bound.arguments.pop(name, None)
        original(*bound.args, **bound.kwargs)

    torch.utils.data.DataLoader.__init__ = without_workers  # type: ignore[method-assign]


def compile_nothing() -> None:
    """`torch.compile` gives back what it was given: it would start a C++ compiler."""

    def uncompiled(model: Any = None, **options: Any) -> Any:
        return model if model is not None else lambda function: function

    torch.compile = functools.wraps(torch.compile)(uncompiled)


def keep_threads_few() -> None:
    """`torch.set_num_threads` takes any number and sets one that the child may have."""
    original = torch.set_num_threads

    @functools.wraps(original)
    def few(number: int) -> None:
        original(min(number, MOST_THREADS))

    torch.set_num_threads = few  # type: ignore[assignment]
