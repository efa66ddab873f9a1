"""Which submissions are found behind a path."""

from __future__ import annotations

import os
import sys

import pytest

from autograder.submissions.discovery import Submission, find_submissions
from autograder.submissions.errors import Unreadable, UsageError
from autograder.submissions.reading import read_bytes


@pytest.fixture
def place(tmp_path):
    """Makes empty files below the test's folder."""

    def make(*names):
        for name in names:
            path = tmp_path / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.touch()
        return tmp_path

    return make


def found(*paths):
    return [(one.student, one.assignment, one.path.name) for one in find_submissions(list(paths))]


def test_a_submitted_tree_names_student_and_assignment(place):
    root = place(
        "s002/01-blocks/blocks.ipynb",
        "s001/02-custom-layers/custom_layers.ipynb",
        "s001/01-blocks/blocks.ipynb",
    )
    assert find_submissions([root]) == [
        Submission("s001", "01-blocks", root / "s001/01-blocks/blocks.ipynb"),
        Submission("s001", "02-custom-layers", root / "s001/02-custom-layers/custom_layers.ipynb"),
        Submission("s002", "01-blocks", root / "s002/01-blocks/blocks.ipynb"),
    ]


def test_only_the_chapters_notebook_counts_in_a_tree(place):
    root = place(
        "s001/01-blocks/blocks.ipynb", "s001/01-blocks/scratch.ipynb", "s001/01-blocks/timestamp.txt"
    )
    assert found(root) == [("s001", "01-blocks", "blocks.ipynb")]


def test_a_missing_notebook_is_still_a_submission_that_says_so_when_read(place):
    root = place("s001/01-blocks/my_blocks.ipynb")
    (submission,) = find_submissions([root])
    with pytest.raises(Unreadable, match=r"^no blocks.ipynb in s001/01-blocks$"):
        read_bytes(submission.path)


def test_a_folder_of_notebooks_takes_students_from_file_names(place):
    root = place("bob.ipynb", "alice.ipynb", "notes.txt")
    assert found(root) == [("alice", None, "alice.ipynb"), ("bob", None, "bob.ipynb")]


def test_a_single_notebook_takes_its_student_from_the_tree_around_it_or_its_name(place, monkeypatch):
    root = place("s001/01-blocks/blocks.ipynb", "else/where/carol.ipynb")
    assert found(root / "s001/01-blocks/blocks.ipynb") == [("s001", "01-blocks", "blocks.ipynb")]
    assert found(root / "else/where/carol.ipynb") == [("carol", None, "carol.ipynb")]
    monkeypatch.chdir(root / "s001/01-blocks")
    assert found(root.__class__("blocks.ipynb")) == [("s001", "01-blocks", "blocks.ipynb")]


def test_a_student_folder_and_an_assignment_folder_can_be_given(place):
    root = place("s001/01-blocks/blocks.ipynb")
    expected = [("s001", "01-blocks", "blocks.ipynb")]
    assert found(root / "s001") == expected
    assert found(root / "s001/01-blocks") == expected


def test_an_assignment_folder_without_its_notebook_is_a_folder_of_notebooks(place):
    root = place("01-blocks/alice.ipynb", "01-blocks/bob.ipynb")
    assert [student for student, _, _ in found(root / "01-blocks")] == ["alice", "bob"]


def test_a_notebook_beside_the_assignment_folders_is_not_lost(place):
    root = place(
        "s001/blocks.ipynb", "s001/scratch.ipynb", "s002/01-blocks/blocks.ipynb", "s002/blocks.ipynb"
    )
    assert found(root) == [("s001", "01-blocks", "blocks.ipynb"), ("s002", "01-blocks", "blocks.ipynb")]
    assert find_submissions([root])[1].path.parent.name == "01-blocks"


def test_a_folder_that_is_no_assignment_is_reported_once(place):
    root = place("s001/09-extra/a.ipynb", "s001/09-extra/b.ipynb", "s001/empty/readme.txt")
    assert found(root) == [("s001", "09-extra", "a.ipynb")]


def test_hidden_files_and_checkpoints_are_ignored(place):
    root = place(
        "s001/01-blocks/blocks.ipynb",
        "s001/01-blocks/.ipynb_checkpoints/blocks.ipynb",
        ".ipynb_checkpoints/x.ipynb",
        ".hidden/01-blocks/blocks.ipynb",
        "._s001.ipynb",
        "s001/.ipynb_checkpoints/blocks.ipynb",
    )
    assert found(root) == [("s001", "01-blocks", "blocks.ipynb")]


def test_the_same_notebook_given_twice_counts_once(place):
    root = place("s001/01-blocks/blocks.ipynb")
    assert len(found(root, root, root / "s001/01-blocks/blocks.ipynb")) == 1


def test_two_submissions_of_one_student_are_refused(place):
    root = place(
        "a/s001/01-blocks/blocks.ipynb", "b/s001/01-blocks/blocks.ipynb", "c/bob.ipynb", "d/bob.ipynb"
    )
    with pytest.raises(UsageError, match=r"two submissions of 's001' to 01-blocks"):
        find_submissions([root / "a", root / "b"])
    with pytest.raises(UsageError, match=r"two submissions of 'bob': .*bob.ipynb and .*bob.ipynb"):
        find_submissions([root / "c", root / "d"])


def test_paths_without_notebooks_are_refused(place):
    root = place("empty/readme.txt", "notes.txt")
    for path, why in [
        ("nowhere", "does not exist"),
        ("empty", "holds no notebooks"),
        ("notes.txt", "neither"),
    ]:
        with pytest.raises(UsageError, match=why):
            find_submissions([root / path])
    with pytest.raises(UsageError, match="does not exist"):
        find_submissions([root / "a\0b"])


def test_links_are_listed_never_followed_and_unreadable(place):
    root = place(
        "outside/01-blocks/blocks.ipynb",
        "class/s001/readme.txt",
        "class/s002/01-blocks/readme.txt",
    )
    (root / "class/s001/01-blocks").symlink_to(root / "outside/01-blocks")
    (root / "class/s002/01-blocks/blocks.ipynb").symlink_to(root / "outside/01-blocks/blocks.ipynb")
    (root / "class/s003").symlink_to(root / "outside")
    submissions = find_submissions([root / "class"])
    assert [one.student for one in submissions] == ["s001", "s002", "s003"]
    for submission in submissions:
        with pytest.raises(Unreadable, match="symbolic link"):
            read_bytes(submission.path)


def test_a_folder_and_a_pipe_named_like_notebooks_are_listed_and_unreadable(tmp_path):
    (tmp_path / "alice.ipynb").mkdir()
    os.mkfifo(tmp_path / "bob.ipynb")
    submissions = find_submissions([tmp_path])
    assert [one.student for one in submissions] == ["alice", "bob"]
    for submission in submissions:
        with pytest.raises(Unreadable, match="not a file but"):
            read_bytes(submission.path)


@pytest.mark.skipif(sys.platform != "linux", reason="other file systems refuse such names")
def test_names_that_are_not_text_become_printable(tmp_path):
    for name in (b"caf\xe9.ipynb", b"two\nlines\x1b[31m.ipynb", "zoë.ipynb".encode()):
        with open(os.fsencode(tmp_path) + b"/" + name, "w"):
            pass
    students = [one.student for one in find_submissions([tmp_path])]
    assert students == ["caf\\xe9", "two\\nlines\\x1b[31m", "zoë"]
