"""Which unchanged demo cells a submission needs; the others cost nothing, because they do not run."""

from __future__ import annotations

from bisect import bisect
from collections.abc import Mapping, Sequence, Set

from autograder.submissions.code import Code


def needed_demos(students: Mapping[int, Code], demos: Mapping[int, Code], setup: Set[str]) -> set[int]:
    """The places of the demos that must run, given every cell's place in the notebook.

    A demo is needed where a cell of the student's, or another needed demo, reads a name that it makes and
    that neither the setup nor an earlier cell of the student's makes. Of several demos that make it, the
    last one before the reader counts, else the first one after: a function reads when it is called.
    """
    first_made = {name: places[0] for name, places in _makers(students).items()}
    makers = _makers(demos)
    needed: set[int] = set()
    readers = list(students.items())
    while readers:
        place, code = readers.pop()
        for name in code.needs & makers.keys() - setup:
            if first_made.get(name, place) < place:
                continue
            demo = _nearest(makers[name], place)
            if demo not in needed:
                needed.add(demo)
                readers.append((demo, demos[demo]))
    return needed


def _makers(cells: Mapping[int, Code]) -> dict[str, list[int]]:
    """For every name the places of the cells that make it, in the notebook's order."""
    makers: dict[str, list[int]] = {}
    for place in sorted(cells):
        for name in cells[place].binds:
            makers.setdefault(name, []).append(place)
    return makers


def _nearest(places: Sequence[int], reader: int) -> int:
    """The last of the sorted places that is before the reader, else the first one."""
    return places[max(bisect(places, reader - 1) - 1, 0)]
