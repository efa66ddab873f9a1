"""Which levels of isolation work on this machine, found by doing."""

from __future__ import annotations

import socket
import sys
import tempfile
from dataclasses import dataclass
from functools import cache

import msgspec

from autograder.sandbox import bubblewrap, launch
from autograder.sandbox.isolation import Level
from autograder.sandbox.stage import Stage
from autograder.sandbox.trial import HOLDS

__all__ = ["Level", "LevelReport", "best_level", "level_report"]

TRIAL_SECONDS = 30.0
ENTRANCE = "from autograder.sandbox.trial import main; main({})"


@dataclass(frozen=True)
class LevelReport:
    """Whether a level works here; if not, why not and how to get it."""

    level: Level
    works: bool
    reason: str
    remedy: str


@cache
def try_level(level: Level) -> LevelReport:
    """Build the level's walls around a throw-away process and let it run against them."""
    reason = why_not(level)
    if reason is None:
        return LevelReport(level, True, "", "")
    return LevelReport(level, False, reason, remedy(level))


def why_not(level: Level) -> str | None:
    """What the level fails at; None if it holds."""
    if sys.platform == "win32":
        return "Windows can't fork a warm process"
    if sys.platform != "linux":
        return None if level is Level.NONE else "only Linux has what this level is made of"
    if level.uses_bubblewrap and not bubblewrap.installed():
        return "bubblewrap (bwrap) is not installed"
    try:
        answer, log = run_trial(level)
    except OSError as error:
        return str(error)
    if answer == HOLDS.decode():
        return None
    last_lines = " ".join(log.strip().splitlines()[-2:])
    return answer or last_lines or "the trial ended without a word"


def run_trial(level: Level) -> tuple[str, str]:
    """What the trial inside answered, and what it printed."""
    stage = Stage()
    ours, theirs = socket.socketpair()
    try:
        with ours, theirs, tempfile.TemporaryFile() as log:
            process = launch.start(level, stage, ENTRANCE.format(theirs.fileno()), theirs.fileno(), log)
            theirs.close()
            ours.settimeout(TRIAL_SECONDS)
            answer = b""
            try:
                ours.sendall(msgspec.json.encode(launch.setup_for(level, stage, [])) + b"\n")
                while part := ours.recv(1 << 16):
                    answer += part
            except (ConnectionError, TimeoutError):
                answer = b""
            finally:
                process.kill()
                process.wait()
            log.seek(0)
            return answer.decode(errors="replace"), log.read().decode(errors="replace")
    finally:
        stage.close()


def remedy(level: Level) -> str:
    """How to get a level that does not work."""
    if sys.platform != "linux":
        return "grade on Linux, or in a Linux container or virtual machine"
    if level.uses_bubblewrap and not bubblewrap.installed():
        return "install the package `bubblewrap` of your distribution"
    return {
        Level.FULL: "allow unprivileged user namespaces: sysctl kernel.unprivileged_userns_clone=1 (Debian), "
        "user.max_user_namespaces above 0, kernel.apparmor_restrict_unprivileged_userns=0 (Ubuntu 24.04)",
        Level.SHARED: "let bubblewrap make a user namespace: on Ubuntu 24.04 give /usr/bin/bwrap an AppArmor "
        "profile with `userns,`; in Docker run with --security-opt seccomp=unconfined "
        "--security-opt systempaths=unconfined",
        Level.LANDLOCK: "use Linux 6.2 or newer with Landlock among the active security modules "
        "(boot with lsm=landlock,...)",
        Level.NONE: "start the grader as an ordinary user who can read the Python environment",
    }[level]


def best_level() -> Level:
    """The strongest level that works here; found once per process."""
    return next((level for level in Level if try_level(level).works), Level.NONE)


def level_report() -> list[LevelReport]:
    """Every level from the strongest down, tried."""
    return [try_level(level) for level in Level]
