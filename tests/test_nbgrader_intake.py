"""What nbgrader must not open is moved aside, unopened, and nothing else is touched."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from autograder.frontends.nbgrader_intake import set_aside


@pytest.fixture
def submitted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    folder = Path("submitted", "eve", "01-blocks")
    folder.mkdir(parents=True)
    return folder


def test_ordinary_files_stay(submitted: Path) -> None:
    (submitted / "blocks.ipynb").write_text("{}")
    (submitted / "data").mkdir()
    (submitted / "data" / "notes.txt").write_text("mine")
    notebooks = [str(submitted / "blocks.ipynb")]
    set_aside("01-blocks", "*", notebooks)
    assert notebooks == [str(submitted / "blocks.ipynb")]
    assert not Path("set_aside").exists()


@pytest.mark.parametrize(
    "make",
    [
        os.mkfifo,
        lambda path: path.symlink_to("/dev/zero"),
        lambda path: path.symlink_to("../../bob/01-blocks/blocks.ipynb"),
        lambda path: path.symlink_to("nowhere"),
        lambda path: os.truncate(path.open("w").name, 1 << 40),
    ],
    ids=["pipe", "device", "sibling", "dangling link", "huge"],
)
@pytest.mark.parametrize("name", ["blocks.ipynb", "data/more.bin"])
def test_what_is_no_ordinary_file_is_moved(submitted: Path, make, name: str) -> None:
    (submitted / "data").mkdir()
    (submitted / "blocks.ipynb").write_text("{}")
    (submitted / name).unlink(missing_ok=True)
    make(submitted / name)
    notebooks = [str(submitted / "blocks.ipynb")]
    set_aside("01-blocks", "*", notebooks)
    assert not os.path.lexists(submitted / name)
    assert os.path.lexists(Path("set_aside", "eve", "01-blocks", name))
    assert notebooks == ([] if name == "blocks.ipynb" else [str(submitted / "blocks.ipynb")])


@pytest.mark.parametrize("linked", [Path("submitted", "eve"), Path("submitted", "eve", "01-blocks")])
def test_a_linked_folder_is_moved_and_not_entered(submitted: Path, linked: Path) -> None:
    theirs = Path("submitted", "bob", "01-blocks")
    theirs.mkdir(parents=True)
    (theirs / "blocks.ipynb").write_text("{}")
    submitted.rmdir()
    if linked.name == "eve":
        submitted.parent.rmdir()
        linked.symlink_to("bob")
    else:
        linked.symlink_to(Path("..", "bob", "01-blocks"))
    notebooks = [str(submitted / "blocks.ipynb")]
    set_aside("01-blocks", "*", notebooks)
    assert notebooks == []
    assert (theirs / "blocks.ipynb").is_file()
    assert not os.path.lexists(linked)
