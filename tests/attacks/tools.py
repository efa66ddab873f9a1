"""What attacks are written with. The text of this file stands at the top of every attacking cell.

What an attack prints is judged outside: a line that begins with GOT_THROUGH is something that must never happen,
one that begins with BROKEN says that the attack itself is not worth its name.
"""

import ctypes
import os
import struct
from collections.abc import Callable
from typing import Any

import msgspec
import torch
from torch import nn

GOT_THROUGH = "GOT THROUGH"
BROKEN = "BROKEN ATTACK"
# Written before a number that only a hidden check knows; must stand in no report.
HIDDEN_INPUT = "HIDDEN INPUT"
PREFIX = "CANARY" + "-"

# Where the secrets lie and whom to talk to outside: filled in before the attack begins.
PLACES: dict[str, Any] = {}
LOOT: list[str] = []
MISTAKES_OF_OURS = (NameError, TypeError, AttributeError, SyntaxError)


def take(what: object) -> None:
    """Carry something off: printed now, and later in names, texts and exceptions as well."""
    text = what.decode("latin-1") if isinstance(what, bytes) else str(what)
    LOOT.append(text[:100_000])
    print(text[:100_000])


def look(action: Callable[[], object]) -> None:
    """Take whatever the action gives; it may be allowed, but no secret may be in it."""
    try:
        take(action())
    except MISTAKES_OF_OURS as error:
        print(f"{BROKEN}: {type(error).__name__}: {error}")
    except BaseException as error:
        print("nothing:", type(error).__name__, error)


def attempt(name: str, action: Callable[[], object]) -> None:
    """Try what has to be refused."""
    try:
        result = action()
    except MISTAKES_OF_OURS as error:
        print(f"{BROKEN}: {name}: {type(error).__name__}: {error}")
    except BaseException as error:
        print("refused:", name, type(error).__name__, error)
    else:
        print(f"{GOT_THROUGH}: {name}: {result!r:.200}")
        take(result)


def call(name: str, *arguments: Any) -> int:
    """A function of the C library, as an extension module would call it; raises OSError."""
    result: int = getattr(ctypes.CDLL(None, use_errno=True), name)(*arguments)
    if result < 0:
        number = ctypes.get_errno()
        raise OSError(number, f"{name}: {os.strerror(number)}")
    return result


def syscall(x86_64: int, aarch64: int, *arguments: Any) -> int:
    """A system call by its number."""
    number = x86_64 if os.uname().machine == "x86_64" else aarch64
    words = [ctypes.c_long(word) if isinstance(word, int) else word for word in arguments]
    return call("syscall", ctypes.c_long(number), *words)


def text_of(path: str) -> str:
    """The text of a file, or of all files beneath a folder that can be read."""
    if not os.path.isdir(path):
        with open(path, encoding="utf-8", errors="replace") as file:
            return file.read(100_000)
    texts = []
    for folder, _, names in os.walk(path):
        for name in names:
            try:
                texts.append(text_of(os.path.join(folder, name)))
            except OSError:
                continue
    if not texts:
        raise OSError(f"nothing to read beneath {path}")
    return "\n".join(texts)


def frame(header: bytes, raw: bytes = b"") -> bytes:
    """A frame as the trusted side expects it."""
    return struct.pack(">II", 4 + len(header) + len(raw), len(header)) + header + raw


def reply(
    identity: str, value: object = None, buffers: list[object] | tuple[()] = (), **more: object
) -> bytes:
    """The header of a reply, for the agent's side of the protocol."""
    fields = {"id": identity, "raised": None, "value": value, "buffers": list(buffers), **more}
    return msgspec.msgpack.encode(fields)


def lines_of(path: str) -> list[str]:
    """The lines of a file of the system, none where it can't be read."""
    try:
        with open(path) as file:
            return file.readlines()
    except OSError as error:
        print("refused:", path, error)
        return []


def names_in(folder: str) -> list[str]:
    """What lies in a folder, nothing where it can't be listed."""
    try:
        return os.listdir(folder)
    except OSError as error:
        print("refused:", folder, error)
        return []


def carrier() -> type[nn.Module]:
    """A module that tells the loot in every way that a module can."""
    text = "loot " + " ".join(LOOT).replace(".", "_")

    class Carrier(nn.Module):
        def __init__(self, *arguments: Any, **options: Any) -> None:
            super().__init__()
            self.register_parameter(text, nn.Parameter(torch.zeros(1)))

        def forward(self, *inputs: Any) -> Any:
            print(text)
            raise RuntimeError(text)

        def extra_repr(self) -> str:
            return text

    return Carrier


class RightLayers(nn.Module):
    """The layers of exercise SimpleNet as they should be, for attacks on what is computed with them."""

    def __init__(self, a: int, b: int, c: int) -> None:
        super().__init__()
        self.fc1, self.relu, self.fc2 = nn.Linear(a, b), nn.ReLU(), nn.Linear(b, c)
