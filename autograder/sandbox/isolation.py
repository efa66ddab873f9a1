"""The four levels of isolation, by name and in order."""

from __future__ import annotations

from enum import Enum


class Level(Enum):
    """How much stands between a student's code and the machine; `<` compares strength."""

    FULL = "full"
    SHARED = "shared"
    LANDLOCK = "landlock"
    NONE = "none"

    @property
    def strength(self) -> int:
        """3 for full down to 0 for none."""
        return 3 - list(Level).index(self)

    def __lt__(self, other: Level) -> bool:
        return self.strength < other.strength

    def __le__(self, other: Level) -> bool:
        return self.strength <= other.strength

    @property
    def uses_bubblewrap(self) -> bool:
        """Whether an outer wall with a file system of its own stands around the zygote."""
        return self in (Level.FULL, Level.SHARED)
