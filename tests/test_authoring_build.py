"""The committed notebooks are what the texts give, and nbgrader makes the same ones."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path

import pytest

from autograder.authoring import AuthoringError, build, stale
from autograder.catalogue import chapters, course_folder

WRITTEN_BY_AUTHORS = ("chapters", "starters", "nbgrader_config.py")


@pytest.fixture
def course(tmp_path: Path) -> Path:
    """A copy of what authors write, and nothing else."""
    copy = tmp_path / "course"
    copy.mkdir()
    for name in WRITTEN_BY_AUTHORS:
        origin = course_folder() / name
        (shutil.copytree if origin.is_dir() else shutil.copy)(origin, copy / name)
    return copy


def test_committed_notebooks_are_up_to_date() -> None:
    assert stale(course_folder()) == []


def test_building_twice_gives_the_same_bytes_and_leaves_nothing_else(course: Path) -> None:
    first = {path: path.read_bytes() for path in build(course)}
    second = {path: path.read_bytes() for path in build(course)}
    assert first == second
    assert len([path for path in first if path.suffix == ".ipynb"]) == 2 * len(chapters())
    assert sorted(path.name for path in course.iterdir()) == sorted(
        [*WRITTEN_BY_AUTHORS, "release", "source"]
    )


def test_stock_nbgrader_gives_the_committed_release(course: Path) -> None:
    shutil.copytree(course_folder() / "source", course / "source")
    scripts = sysconfig.get_path("scripts")
    for chapter in chapters():
        done = subprocess.run(
            [sys.executable, "-m", "nbgrader", "generate_assignment", chapter.assignment],
            cwd=course,
            env=os.environ | {"PATH": os.pathsep.join([scripts, os.environ["PATH"]])},
            capture_output=True,
            text=True,
        )
        assert done.returncode == 0, done.stderr
        made = course / "release" / chapter.assignment / chapter.notebook
        committed = course_folder() / "release" / chapter.assignment / chapter.notebook
        assert made.read_bytes() == committed.read_bytes()


def test_stale_tells_changed_missing_and_orphaned_notebooks_apart(course: Path) -> None:
    build(course)
    source = course / "source" / "01-blocks" / "blocks.ipynb"
    source.write_text(source.read_text(encoding="utf-8") + "\n", encoding="utf-8")
    (course / "release" / "01-blocks" / "blocks.ipynb").unlink()
    orphan = course / "source" / "99-gone" / "gone.ipynb"
    orphan.parent.mkdir()
    orphan.write_text("{}", encoding="utf-8")
    reports = stale(course)
    assert "source/01-blocks/blocks.ipynb is not what its chapter gives" in reports
    assert "release/01-blocks/blocks.ipynb is missing" in reports
    assert "source/99-gone/gone.ipynb belongs to no chapter" in reports


def test_files_of_a_chapter_lie_beside_its_notebooks_and_are_kept_up_to_date(course: Path) -> None:
    files = course / "chapters" / "files" / "blocks"
    (files / "data").mkdir(parents=True)
    (files / "sketch.png").write_bytes(b"a picture")
    (files / "data" / "points.csv").write_bytes(b"1,2")
    (files / ".hidden").write_bytes(b"an editor's")
    written = {path.relative_to(course).as_posix(): path.read_bytes() for path in build(course)}
    for folder in ("source/01-blocks", "release/01-blocks"):
        assert written[f"{folder}/sketch.png"] == b"a picture"
        assert written[f"{folder}/data/points.csv"] == b"1,2"
    assert not [name for name in written if ".hidden" in name]
    assert stale(course) == []

    (files / "sketch.png").write_bytes(b"another picture")
    (files / "data" / "points.csv").unlink()
    assert sorted(stale(course)) == [
        "release/01-blocks/data/points.csv belongs to no chapter",
        "release/01-blocks/sketch.png is not what its chapter gives",
        "source/01-blocks/data/points.csv belongs to no chapter",
        "source/01-blocks/sketch.png is not what its chapter gives",
    ]


def test_a_text_that_cannot_be_built_leaves_the_notebooks_alone(course: Path) -> None:
    built = {path: path.read_bytes() for path in build(course)}
    text = course / "chapters" / "en" / "blocks.md"
    text.write_text(text.read_text(encoding="utf-8").replace("kind: fix", "kind: write"), encoding="utf-8")
    with pytest.raises(AuthoringError, match=r"exercise FixedHiddenMLP: .* kind is 'write'"):
        build(course)
    assert {path: path.read_bytes() for path in built} == built


def test_a_folder_that_is_no_course_is_refused(tmp_path: Path) -> None:
    with pytest.raises(AuthoringError, match=r"is no course folder: it has no nbgrader_config\.py"):
        build(tmp_path)
