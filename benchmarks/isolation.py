"""What isolation costs a submission: from the order to fork until the first reply, by level and by layer.

    python benchmarks/isolation.py

Each figure is the median of 100 children of warm zygotes; each child confines itself and runs one cell. The
best level that works here runs beside every other one, and beside itself with one layer switched off.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass

from autograder.limits import Limits
from autograder.sandbox import zygote_process
from autograder.sandbox.client import Sandbox
from autograder.sandbox.levels import Level, best_level, level_report

CHILDREN = 100
WARM_UP = 5
OFF = "lambda *arguments, **options: None"
NO_MOUNTS = f"namespaces.mount_scratch = {OFF}"
LAYERS = {
    "seccomp": f"seccomp.restrict = {OFF}",
    "Landlock": f"landlock.restrict = {OFF}",
    "resource limits": f"resource_limits.restrict = {OFF}",
    "dropping capabilities": f"syscalls.drop_capabilities = {OFF}",
    "scratch folder and /proc of its own": NO_MOUNTS,
    "namespaces of its own (and their mounts)": f"namespaces.enter = {OFF}; {NO_MOUNTS}",
}
ONLY_FULL = ("scratch folder and /proc of its own", "namespaces of its own (and their mounts)")


@contextmanager
def switched_off(change: str) -> Iterator[None]:
    """Zygotes that are started meanwhile make this change to themselves first."""
    entrance = zygote_process.ENTRANCE
    modules = "landlock, namespaces, resource_limits, seccomp, syscalls"
    zygote_process.ENTRANCE = f"from autograder.sandbox import {modules}; {change}; {entrance}"
    try:
        yield
    finally:
        zygote_process.ENTRANCE = entrance


def milliseconds(sandbox: Sandbox) -> float:
    """What one child takes from the order to fork until its first reply."""
    started = time.perf_counter()
    with sandbox.child(Limits()) as child:
        child.run_cell("x = 1", "<cell 1>", 10)
        return 1000 * (time.perf_counter() - started)


@dataclass(frozen=True)
class Variant:
    """A way to run children: a level, and what its zygote changes about itself."""

    name: str
    level: Level
    change: str = "pass"


def side_by_side(variants: Sequence[Variant]) -> list[list[float]]:
    """The times of each one's children.

    In turn and in both orders of starting, so that a busy moment meets all alike: of zygotes that run beside
    each other the younger is a little faster.
    """
    taken: dict[Variant, list[float]] = {variant: [] for variant in variants}
    for order in (variants, variants[::-1]):
        with ExitStack() as stack:
            sandboxes = {}
            for variant in order:
                with switched_off(variant.change):
                    sandboxes[variant] = stack.enter_context(Sandbox(variant.level))
            for number in range(WARM_UP + CHILDREN // 2):
                for variant, sandbox in sandboxes.items():
                    seconds = milliseconds(sandbox)
                    if number >= WARM_UP:
                        taken[variant].append(seconds)
    return list(taken.values())


def main() -> None:
    """Prints a line for each weaker level and for each layer less, beside the best level."""
    best = Variant(best_level().value, best_level())
    variants = [
        Variant(report.level.value, report.level)
        for report in level_report()
        if report.works and report.level is not best.level
    ]
    variants += [
        Variant(f"{best.name} without {layer}", best.level, change)
        for layer, change in LAYERS.items()
        if best.level is Level.FULL or layer not in ONLY_FULL
    ]
    print(f"{'milliseconds from fork to first reply':<54} {'median':>7} {best.name:>9} {'change':>7}")
    for variant in variants:
        median, of_best = map(statistics.median, side_by_side([variant, best]))
        print(f"{variant.name:<54} {median:7.1f} {of_best:9.1f} {median - of_best:+7.1f}", flush=True)


if __name__ == "__main__":
    main()
