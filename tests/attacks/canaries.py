"""Secrets laid out where the walls must keep attacks from, and the look for them in what came back."""

from __future__ import annotations

import ctypes
import os
import secrets
import shutil
import socket
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any
from unittest.mock import patch

import autograder
import solutions
from autograder.authoring.answers import solved_cells
from autograder.catalogue import Chapter
from autograder.sandbox import visible
from tests.attacks.tools import PREFIX
from tests.classes import write_class

PACKAGE = Path(str(autograder.__file__)).parent
REPOSITORY = PACKAGE.parent
SIBLING = "sibling"
SHORTEST_LINE = 36


@dataclass(frozen=True)
class Canaries:
    """What is secret: `tokens` by what they stand for, and where an attacker finds everything.

    `full_points` is what the sibling earns if nobody disturbs it.
    """

    folder: Path
    tokens: Mapping[str, str]
    places: Mapping[str, Any]
    full_points: float

    @property
    def sibling(self) -> Path:
        """The notebook of the honest submission that is graded beside the attack."""
        return next(self.folder.glob(f"submitted/{SIBLING}/*/*.ipynb"))

    def found_in(self, data: bytes | str) -> list[str]:
        """Which secrets stand in some bytes."""
        text = data if isinstance(data, str) else data.decode("latin-1")
        found = [what for what, token in self.tokens.items() if token in text or escaped(token) in text]
        return found + [f"the line {line!r}" for line in secret_lines() if line in text]


def escaped(token: str) -> str:
    """A token as a report or a parameter's name may spell it."""
    return token.replace("-", "_")


@contextmanager
def laid_out(chapter: Chapter) -> Iterator[Canaries]:
    """Secrets in a folder that everybody may enter, so that nothing but the sandbox protects them."""
    tokens = {
        what: f"{PREFIX}{what}-{secrets.token_hex(8)}"
        for what in ("environment", "grades", "sibling", "home", "tmp", "queue")
    }
    folder = Path(tempfile.mkdtemp(prefix="attacks-"))
    loose = Path("/tmp", f"attacks-{secrets.token_hex(4)}.txt")
    with ExitStack() as stack:
        stack.callback(shutil.rmtree, folder)
        stack.callback(loose.unlink)
        home = {"GRADER_TOKEN": tokens["environment"], "HOME": str(folder / "home")}
        stack.enter_context(patch.dict(os.environ, home))
        loose.write_text(tokens["tmp"])
        for name in ("grades", "home"):
            (folder / name).mkdir()
            (folder / name / "notes.txt").write_text(tokens[name])
        solved = solved_cells(chapter)
        # Two exercises show harm as well as all would, in a third of the time.
        first, *_, last = solved
        code = {first: f"# {tokens['sibling']}\n{solved[first]}", last: solved[last]}
        write_class(folder / "submitted", chapter, {SIBLING: code})
        open_to_everybody(folder)
        loose.chmod(0o644)
        doors = stack.enter_context(open_doors(folder, tokens["queue"]))
        places = {
            "repository": str(REPOSITORY),
            "answers": [path for path in visible.forbidden_paths() if Path(path).exists()],
            "grades": str(folder / "grades"),
            "submitted": str(folder / "submitted"),
            "home": str(folder / "home"),
            "tmp": str(loose),
            "grader": os.getpid(),
            **doors,
        }
        points = sum(chapter.exercise(id).points for id in code)
        yield Canaries(folder, tokens, places, float(points))


def open_to_everybody(folder: Path) -> None:
    """Rights that hide nothing."""
    for path in [folder, *folder.rglob("*")]:
        path.chmod(0o755 if path.is_dir() else 0o644)


@contextmanager
def open_doors(folder: Path, token: str) -> Iterator[dict[str, Any]]:
    """Servers of the machine that answer whoever reaches them, and a message queue that everybody may read."""
    abstract_name = f"attacks-{secrets.token_hex(4)}"
    with (
        socket.create_server(("127.0.0.1", 0)) as tcp,
        socket.socket(socket.AF_UNIX) as by_path,
        socket.socket(socket.AF_UNIX) as abstract,
        message_queue(token) as queue,
    ):
        by_path.bind(str(folder / "socket"))
        abstract.bind("\0" + abstract_name)
        (folder / "socket").chmod(0o777)
        for server in (by_path, abstract):
            server.listen()
        yield {
            "tcp": tcp.getsockname()[1],
            "socket": str(folder / "socket"),
            "abstract": abstract_name,
            "queue": queue,
        }


@contextmanager
def message_queue(token: str) -> Iterator[int]:
    """The number of a System V queue with one message; -1 where the system has none."""
    libc = ctypes.CDLL(None)
    queue = libc.msgget(0, 0o1666)
    if queue >= 0:
        text = token.encode()
        libc.msgsnd(queue, (1).to_bytes(8, "little") + text, ctypes.c_size_t(len(text)), 0)
    try:
        yield queue
    finally:
        if queue >= 0:
            libc.msgctl(queue, 0, None)


@cache
def secret_lines() -> list[str]:
    """Lines of hidden checks, message catalogues and solutions that stand nowhere where students may look."""
    secret = [*PACKAGE.glob("checks/hidden/*.py"), *Path(str(solutions.__file__)).parent.glob("*.py")]
    known = [
        *(path for name in visible.KIT_FILES for path in source_files(PACKAGE / name)),
        *(REPOSITORY / "course" / "release").rglob("*.ipynb"),
        *Path(__file__).parent.glob("*.py"),
    ]
    text = "\n".join(path.read_text(encoding="utf-8") for path in known).replace('\\"', '"')
    lines = {line.strip() for path in secret for line in path.read_text(encoding="utf-8").splitlines()}
    return sorted(line for line in lines if len(line) >= SHORTEST_LINE and line not in text)


def source_files(path: Path) -> list[Path]:
    """The Python files in a folder, or the file itself; none where nothing is."""
    return sorted(path.rglob("*.py")) if path.is_dir() else [path] if path.is_file() else []
