"""A JupyterLab of its own for a test: settings, kernels' files and notebooks in one folder, nothing of the user's."""

from __future__ import annotations

import json
import os
import secrets
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

STARTS_WITHIN = 120
NO_NEWS = {"fetchNews": "false", "checkForUpdates": False}


@contextmanager
def jupyterlab(folder: Path, theme: str = "JupyterLab Light") -> Iterator[tuple[Path, str]]:
    """Runs `jupyter lab`; gives the folder of its notebooks and an address that takes a notebook's name."""
    notebooks = folder / "notebooks"
    notebooks.mkdir()
    write_settings(folder / "settings", theme)
    own = {
        "JUPYTER_CONFIG_DIR": "config",
        "JUPYTER_DATA_DIR": "data",
        "JUPYTER_RUNTIME_DIR": "runtime",
        "JUPYTERLAB_SETTINGS_DIR": "settings",
        "JUPYTERLAB_WORKSPACES_DIR": "workspaces",
        "IPYTHONDIR": "ipython",
    }
    environment = os.environ | {name: str(folder / place) for name, place in own.items()}
    token, port = secrets.token_hex(), free_port()
    options = {
        "ServerApp.ip": "127.0.0.1",
        "ServerApp.port": port,
        "ServerApp.port_retries": 0,
        "ServerApp.root_dir": notebooks,
        "ServerApp.open_browser": False,
        "ServerApp.allow_root": True,
        "IdentityProvider.token": token,
    }
    command = [sys.executable, "-m", "jupyterlab", *(f"--{name}={value}" for name, value in options.items())]
    with (folder / "log").open("wb") as log:
        server = subprocess.Popen(command, env=environment, stdout=log, stderr=log)
    try:
        wait_for(f"http://127.0.0.1:{port}/api?token={token}", server, folder / "log")
        yield notebooks, f"http://127.0.0.1:{port}/lab/tree/{{name}}?token={token}"
    finally:
        server.terminate()
        try:
            server.wait(30)
        except subprocess.TimeoutExpired:
            server.kill()
            server.wait()


def write_settings(folder: Path, theme: str) -> None:
    """The theme, and no question whether to fetch news."""
    plugins = folder / "@jupyterlab" / "apputils-extension"
    plugins.mkdir(parents=True)
    settings = {"notification": NO_NEWS, "themes": {"theme": theme}}
    for name, values in settings.items():
        (plugins / f"{name}.jupyterlab-settings").write_text(json.dumps(values), encoding="utf-8")


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


def wait_for(address: str, server: subprocess.Popen[bytes], log: Path) -> None:
    """Returns once the server answers; raises RuntimeError with its log if it ends or stays silent."""
    until = time.monotonic() + STARTS_WITHIN
    while server.poll() is None and time.monotonic() < until:
        try:
            urllib.request.urlopen(address, timeout=5).close()
        except (urllib.error.URLError, OSError):
            time.sleep(0.2)
        else:
            return
    raise RuntimeError(f"JupyterLab did not start:\n{log.read_text(encoding='utf-8', errors='replace')}")
