"""Removing what a child wrote."""

from __future__ import annotations

import os
from pathlib import Path

from autograder.sandbox.removal import remove_tree


def test_a_tree_deeper_than_any_path_is_removed(tmp_path: Path) -> None:
    top, here = tmp_path / "top", os.getcwd()
    top.mkdir()
    os.chdir(top)
    try:
        for _ in range(5000):
            os.mkdir("d")
            os.chdir("d")
        Path("file").touch()
    finally:
        os.chdir(here)
    remove_tree(str(top))
    assert not top.exists()


def test_folders_without_rights_are_removed(tmp_path: Path) -> None:
    locked = tmp_path / "top" / "locked" / "inner"
    locked.mkdir(parents=True)
    (locked / "file").touch()
    locked.chmod(0)
    locked.parent.chmod(0)
    remove_tree(str(tmp_path / "top"))
    assert not (tmp_path / "top").exists()


def test_links_are_removed_and_not_followed(tmp_path: Path) -> None:
    kept = tmp_path / "kept"
    kept.mkdir(mode=0o750)
    (kept / "file").touch()
    top = tmp_path / "top"
    (top / "inner").mkdir(parents=True)
    for place in (top, top / "inner"):
        (place / "folder").symlink_to(kept)
        (place / "file").symlink_to(kept / "file")
        (place / "nowhere").symlink_to("/nonexistent")
    remove_tree(str(top))
    assert not top.exists()
    assert (kept / "file").is_file()
    assert kept.stat().st_mode & 0o777 == 0o750


def test_what_is_not_there_is_no_error(tmp_path: Path) -> None:
    remove_tree(str(tmp_path / "nowhere"))
