from __future__ import annotations

import shutil
import subprocess
import sys

import pytest
import torch

from autograder.sandbox import bubblewrap, launch, levels, visible
from autograder.sandbox.client import Sandbox, SandboxError
from autograder.sandbox.levels import Level, best_level, level_report, run_trial
from autograder.sandbox.stage import Stage
from tests.warm_sandboxes import WALLED

HIDDEN_PACKAGE = "packaging"


@pytest.fixture(params=WALLED, ids=lambda level: level.value)
def level(request):
    return request.param


def test_levels_are_ordered_by_strength():
    assert sorted(Level) == [Level.NONE, Level.LANDLOCK, Level.SHARED, Level.FULL]
    assert Level("landlock") < Level.FULL
    assert Level.FULL >= Level.SHARED


def test_the_best_level_is_the_strongest_that_works():
    reports = level_report()
    assert [report.level for report in reports] == list(Level)
    assert best_level() == max(report.level for report in reports if report.works)
    for report in reports:
        assert report.works == (not report.reason) == (not report.remedy)


def test_without_bubblewrap_the_report_says_how_to_get_it(monkeypatch):
    monkeypatch.setattr(shutil, "which", lambda name: None)
    report = levels.try_level.__wrapped__(Level.FULL)
    assert not report.works
    assert "bubblewrap" in report.reason
    assert "install" in report.remedy


def test_a_wall_that_can_not_be_built_is_reported_with_what_the_system_said(monkeypatch):
    monkeypatch.setattr(
        bubblewrap, "command", lambda kit, environment, inside: [sys.executable, "-c", "1 / 0"]
    )
    report = levels.try_level.__wrapped__(Level.SHARED)
    assert not report.works
    assert "ZeroDivisionError" in report.reason


def test_only_linux_has_walls(monkeypatch):
    monkeypatch.setattr(sys, "platform", "darwin")
    assert [levels.why_not(level) is None for level in Level] == [False, False, False, True]
    monkeypatch.setattr(sys, "platform", "win32")
    assert [levels.why_not(level) is None for level in Level] == [False] * 4
    with pytest.raises(SandboxError, match="Windows"):
        Sandbox(Level.NONE)


def test_a_trial_that_finds_an_answer_in_reach_fails(level, monkeypatch):
    monkeypatch.setattr(visible, "forbidden_paths", lambda: ["/nonexistent", torch.__file__])
    stage_answer, _ = run_trial(level)
    assert stage_answer == f"it can read {torch.__file__}"


def test_a_zygote_that_finds_an_answer_in_reach_refuses_to_start(monkeypatch):
    monkeypatch.setattr(visible, "forbidden_paths", lambda: [torch.__file__])
    with pytest.raises(SandboxError, match="student code could read"):
        Sandbox(WALLED[0])


def test_a_zygote_that_can_import_an_answer_refuses_to_start(monkeypatch):
    copy = visible.copy_kit_files

    def copy_too_much(target):
        copy(target)
        (target / "solutions").mkdir(mode=0o755)
        (target / "solutions" / "__init__.py").write_text("")

    monkeypatch.setattr(visible, "copy_kit_files", copy_too_much)
    with pytest.raises(SandboxError, match="module solutions"):
        Sandbox(WALLED[0])


def test_a_package_in_the_environment_can_be_masked(level, monkeypatch):
    # As after an ordinary install, where the kit's packages lie beside torch.
    folders = [site / HIDDEN_PACKAGE for site in visible.site_folders() if (site / HIDDEN_PACKAGE).is_dir()]
    assert folders
    monkeypatch.setattr(visible, "forbidden_paths", lambda: [str(folder) for folder in folders])
    assert run_trial(level)[0].startswith("it can read")
    monkeypatch.setattr(visible, "installed_kit_packages", lambda: [str(folder) for folder in folders])
    monkeypatch.setattr(bubblewrap, "installed_kit_packages", visible.installed_kit_packages)
    assert run_trial(level)[0] == "holds"


def test_masked_folders_are_left_out_of_the_readable_ones(tmp_path):
    for name in ("lib/site/torch", "lib/site/autograder/checks", "lib/site/solutions", "bin"):
        (tmp_path / name).mkdir(parents=True)
    (tmp_path / "lib64").symlink_to("lib")
    (tmp_path / "answers").symlink_to("lib/site/solutions")
    masked = [tmp_path / "lib/site/autograder", tmp_path / "lib/site/solutions"]
    readable = list(visible.around_masked(tmp_path, masked))
    assert readable == [str(tmp_path / "bin"), str(tmp_path / "lib/site/torch")]


def test_the_visible_files_hold_no_answers_and_are_enough_to_import(tmp_path):
    visible.copy_kit_files(tmp_path)
    names = {str(path.relative_to(tmp_path / "autograder")) for path in tmp_path.rglob("*.py")}
    secret = ("checks/hidden", "checks/public", "checks/messages", "grading", "authoring", "frontends")
    assert not [name for name in names if name.startswith(secret)]
    assert "sandbox/client.py" not in names
    code = f"import sys; sys.path[:] = [{str(tmp_path)!r}, *(p for p in sys.path if p not in {visible.import_paths_to_hide()!r})]; "
    code += "import autograder.sandbox.zygote, autograder.sandbox.trial"
    subprocess.run([sys.executable, "-I", "-c", code], check=True)


def test_a_command_hides_the_machine_and_the_checkout():
    stage = Stage()
    try:
        line = launch.command(Level.FULL, stage, "pass")
    finally:
        stage.close()
    assert "--clearenv" in line
    assert "--unshare-all" in line
    bound = [
        line[index + 1] for index, word in enumerate(line) if word in ("--ro-bind", "--ro-bind-try", "--bind")
    ]
    assert "--bind" not in line
    assert not [
        path for path in bound if path in ("/", "/etc", "/home", "/root", str(visible.PACKAGE.parent))
    ]
