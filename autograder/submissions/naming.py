"""File names as text that any report can hold."""

from __future__ import annotations


def printable(name: str) -> str:
    """The name with undecodable bytes, control characters and line breaks written as backslash escapes."""
    return "".join(char if char.isprintable() else _escaped(char) for char in name)


def _escaped(char: str) -> str:
    # Python keeps a byte of a file name that is not UTF-8 as a surrogate (PEP 383).
    if "\udc80" <= char <= "\udcff":
        return f"\\x{ord(char) - 0xDC00:02x}"
    return char.encode("unicode_escape").decode("ascii")
