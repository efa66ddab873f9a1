"""What mutation testing of a chapter found, and its text."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from tests.mutation.equivalents import as_entry, stale
from tests.mutation.mutants import Change, Mutant
from tests.mutation.running import BREAKS, DIES, LIVES, Fate

LEAST = 0.95
"""The share of the mutants that are not equivalent which the checks must notice."""


@dataclass(frozen=True)
class Result:
    """The fates of a chapter's mutants, and which of them are listed as equivalent."""

    module: str
    original: str
    fates: Mapping[Mutant, Fate]
    equivalent: Mapping[Change, str]

    def of(self, kind: str) -> list[Mutant]:
        """The mutants of one fate that are not listed."""
        return [m for m, fate in self.fates.items() if fate.kind == kind and m.change not in self.equivalent]

    @property
    def stale(self) -> list[str]:
        """Entries of the list that are no longer true."""
        made = {mutant.change for mutant in self.fates}
        living = {mutant.change for mutant, fate in self.fates.items() if fate.kind == LIVES}
        return stale(self.equivalent, made, living)

    @property
    def share(self) -> float:
        """How many of the mutants that are not equivalent the checks notice."""
        dead, living = len(self.of(DIES)), len(self.of(LIVES)) + len(self.of(BREAKS))
        return dead / (dead + living) if dead + living else 1.0

    @property
    def good(self) -> bool:
        """Whether nothing has to be done."""
        return self.share >= LEAST and not self.stale and not self.of(BREAKS)

    def text(self) -> str:
        """The survivors as diffs, each with an entry for the list, and the figures."""
        path = f"solutions/{self.module}.py"
        parts = [
            f"{mutant.diff(self.original, path)}\n\n{as_entry(self.module, mutant.change)}"
            for mutant in self.of(LIVES)
        ]
        parts += [
            f"{mutant.diff(self.original, path)}\n\nbreaks a check: {self.fates[mutant].reason}"
            for mutant in self.of(BREAKS)
        ]
        parts += [f"stale in the list of equivalent mutants: {line}" for line in self.stale]
        return "\n\n".join([*parts, self.summary()])

    def summary(self) -> str:
        """The figures in one line."""
        return (
            f"{self.module}: {len(self.fates)} mutants, {len(self.equivalent)} equivalent; "
            f"the hidden checks notice {len(self.of(DIES))} of the other "
            f"{len(self.fates) - len(self.equivalent)} ({self.share:.1%})"
        )
