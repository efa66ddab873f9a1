"""Intake: files that are no notebooks, and notebooks that are traps."""

import json
import os
import socket
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tests.attacks.corpus import handed_in_as

Places = Mapping[str, Any]


def notebook(*sources: object, **metadata: object) -> str:
    """A notebook of code cells, with whatever as their source."""
    cells = [{"cell_type": "code", "source": source, "metadata": {}, "outputs": []} for source in sources]
    return json.dumps({"cells": cells, "metadata": metadata, "nbformat": 4, "nbformat_minor": 4})


@handed_in_as(status="unreadable")
def link_to_a_siblings_notebook(path: Path, places: Places) -> None:
    """A link is not followed: nobody hands in another's work."""
    path.symlink_to(places["sibling"])


@handed_in_as(status="unreadable")
def link_to_a_secret(path: Path, places: Places) -> None:
    """A link to a file of the instructor's is not read, and no word of it is repeated."""
    path.symlink_to(places["tmp"])


@handed_in_as(status="unreadable")
def named_pipe(path: Path, places: Places) -> None:
    """A pipe that nobody writes to is not waited for."""
    os.mkfifo(path)


@handed_in_as(status="unreadable")
def device(path: Path, places: Places) -> None:
    """A device that never ends is not read."""
    path.symlink_to("/dev/zero")


@handed_in_as(status="unreadable")
def listening_socket(path: Path, places: Places) -> None:
    """A socket is no file."""
    short = Path("/tmp") / f"attack-{os.getpid()}.socket"
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(short))
    short.rename(path)


@handed_in_as(status="unreadable")
def folder_in_place_of_a_file(path: Path, places: Places) -> None:
    """A folder is no file."""
    path.mkdir()


@handed_in_as(status="unreadable")
def sparse_file(path: Path, places: Places) -> None:
    """A file of a terabyte that takes no room is not taken into memory."""
    with path.open("wb") as file:
        file.truncate(1 << 40)


@handed_in_as(status="unreadable")
def deep_json(path: Path, places: Places) -> None:
    """JSON in JSON in JSON exhausts nobody's stack."""
    path.write_text('{"cells": ' + "[" * 500_000 + "]" * 500_000 + "}")


@handed_in_as(status="unreadable")
def endless_cells(path: Path, places: Places) -> None:
    """A million empty cells are counted before they are built."""
    path.write_text('{"nbformat": 4, "metadata": {}, "cells": [' + ",".join(["{}"] * 1_000_000) + "]}")


@handed_in_as()
def lone_surrogates(path: Path, places: Places) -> None:
    """Characters that are none do not reach the protocol or a report."""
    source = "class Parallel:\n    name = '\\ud800\\udfff'\nprint('\\ud800')\nraise ValueError('\\ud800')"
    path.write_text(notebook(source.encode().decode("unicode_escape"), title="\ud800"))


@handed_in_as(limits={"cell_seconds": 1.0})
def source_that_breaks_parsers(path: Path, places: Places) -> None:
    """Code nested as nobody nests it, endless numbers and null bytes stop no parser of the grader's."""
    sources = [
        "(" * 30_000,
        "-" * 30_000 + "1",
        "not " * 8_000 + "1",
        "lambda: " * 4_000 + "1",
        "x" + ".a" * 15_000,
        "x" + "()" * 15_000,
        "1 if 1 else " * 2_500 + "1",
        "f'{" * 5_000,
        "9" * 30_000,
        "if 1:\n" + "".join(" " * depth + "if 1:\n" for depth in range(1, 99)) + " " * 99 + "pass",
        "x = 1\0\0",
        "[" * 190 + "]" * 190,
        "%magic\n" * 4_000,
        "a = b = " * 4_000 + "1",
        "\N{ZERO WIDTH SPACE}" * 10_000,
        "class A" + "(object, metaclass=type)" + ":" + "\n @x" * 5_000,
    ]
    path.write_text(notebook(*sources))


@handed_in_as()
def forged_metadata(path: Path, places: Places) -> None:
    """Outputs and metadata that claim points, scores and grade ids are not read as such."""
    content = json.loads(notebook("class Parallel: pass"))
    forged = {
        "output_type": "execute_result",
        "data": {"text/plain": "26.0"},
        "metadata": {},
        "execution_count": 1,
    }
    for grade_id in ("Parallel", "Parallel-check", "MLP-check", "bonus"):
        content["cells"].append(
            {
                "cell_type": "code",
                "source": f"26.0  # {grade_id}",
                "outputs": [forged],
                "metadata": {
                    "nbgrader": {"grade": True, "grade_id": grade_id, "points": 1000, "locked": True}
                },
            }
        )
    content["metadata"] = {"score": 26.0, "autograder": {"assignment": "01-blocks", "score": 26.0}}
    path.write_text(json.dumps(content))


@handed_in_as()
def conftest_beside_the_notebook(path: Path, places: Places) -> None:
    """Files beside a notebook are never collected, imported or read as settings."""
    path.write_text(notebook("class Parallel: pass"))
    for name in (
        "conftest.py",
        "test_blocks.py",
        "sitecustomize.py",
        "torch.py",
        "solutions.py",
        "pytest.py",
    ):
        path.with_name(name).write_text("raise SystemExit('GOT THROUGH: imported by the grader')")
    path.with_name("pytest.ini").write_text("[pytest]\naddopts = --collect-only -p conftest\n")
    path.with_name("pyproject.toml").write_text("[tool.pytest.ini_options]\naddopts = '--help'\n")


@handed_in_as(status="unreadable")
def text_of_another_kind(path: Path, places: Places) -> None:
    """Bytes of a pickle, a program or a picture are no notebook, whatever they are called."""
    path.write_bytes(b"\x80\x04\x95cbuiltins\nprint\n(S'x'\ntR." + os.urandom(1000))


@handed_in_as(status="unreadable")
def notebook_of_another_assignment(path: Path, places: Places) -> None:
    """A notebook that claims to belong elsewhere waits for a human, and its claim is only a text."""
    path.write_text(notebook("1", autograder={"assignment": "../../etc/<script>alert(1)</script>\x1b[31m"}))
