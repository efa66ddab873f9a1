"""Every attack of the corpus against the real grader: it wins nothing, and harms nobody."""

from __future__ import annotations

import importlib
from collections.abc import Iterator

import pytest

from autograder.catalogue import chapter
from autograder.grading.worker import probe_modules
from autograder.sandbox.client import Sandbox
from autograder.sandbox.isolation import Level
from tests.attacks.canaries import Canaries, laid_out
from tests.attacks.corpus import CORPUS, FAMILIES, WALLED, Attack
from tests.attacks.grading import faults, run
from tests.warm_sandboxes import WALLED as WORKING

BLOCKS = chapter("01-blocks")
AT_THE_WALLS = ("reading", "escaping")
for family in FAMILIES:
    importlib.import_module(f"tests.attacks.{family}")


@pytest.fixture(scope="module")
def canaries() -> Iterator[Canaries]:
    with laid_out(BLOCKS) as canaries:
        yield canaries


@pytest.fixture(scope="module")
def sandboxes(canaries: Canaries) -> Iterator[dict[Level, Sandbox]]:
    """One sandbox a level, started where the secrets lie already."""
    found: dict[Level, Sandbox] = {}
    yield found
    for sandbox in found.values():
        sandbox.close()


def cases() -> Iterator[object]:
    for attack in CORPUS.values():
        for level in WALLED:
            if level in WORKING and level in attack.levels:
                # Every attack meets the best walls; those against the walls themselves meet the thinnest, too.
                # The rest waits for a release.
                at_the_walls = level is Level.LANDLOCK and attack.family in AT_THE_WALLS
                slow = attack.slow or not (level is WORKING[0] or at_the_walls)
                marks = [pytest.mark.slow] if slow else []
                if attack.open_hole:
                    marks.append(pytest.mark.xfail(reason=attack.open_hole, strict=True))
                yield pytest.param(
                    attack, level, id=f"{attack.family}-{attack.name}-{level.value}", marks=marks
                )


@pytest.mark.parametrize(("attack", "level"), list(cases()))
def test_an_attack_wins_nothing_and_harms_nobody(
    attack: Attack, level: Level, canaries: Canaries, sandboxes: dict[Level, Sandbox]
) -> None:
    if level not in sandboxes:
        sandboxes[level] = Sandbox(level, preload=probe_modules())
    outcome = run(attack, BLOCKS, sandboxes[level], canaries)
    found = faults(outcome, canaries)
    assert not found, "\n".join([*found, outcome.last_words])
