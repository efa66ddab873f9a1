"""Putting something in place of an attribute, and putting back exactly what was there."""

from __future__ import annotations

from typing import Any

ABSENT = object()


class Patches:
    """Replaced attributes, in the order of replacing."""

    def __init__(self) -> None:
        self._replaced: list[tuple[Any, str, Any]] = []

    def put(self, owner: Any, name: str, value: Any) -> None:
        """`owner.name = value`; what stood on the owner itself is kept, not what it inherits."""
        self._replaced.append((owner, name, vars(owner).get(name, ABSENT)))
        setattr(owner, name, value)

    def put_all(self, owner: Any, values: dict[str, Any]) -> None:
        """Several attributes of one owner."""
        for name, value in values.items():
            self.put(owner, name, value)

    def undo(self) -> None:
        """Puts everything back, the last replacement first."""
        while self._replaced:
            owner, name, value = self._replaced.pop()
            if value is ABSENT:
                delattr(owner, name)
            else:
                setattr(owner, name, value)
