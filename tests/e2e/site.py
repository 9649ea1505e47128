"""A real installation for the browser: gunicorn and the worker on a copy of the loaded demonstration."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

from intranet.access import registry
from intranet.app import create_app
from intranet.config import Settings
from intranet.database import writing
from intranet.extensions import db
from intranet.migrate import upgrade_all
from tooling.shell import ROOT

PATIENCE = 90.0  # seconds for the server to answer, on a machine that does much else
FORGOTTEN = ("INTRANET_", "DATABASE_URL", "SMTP_URL", "STORAGE_URL", "SECRET_KEY")
"""Settings of whoever runs the tests must not reach the installation under test."""


@dataclass(frozen=True, slots=True)
class Site:
    """A running installation."""

    address: str
    folder: Path

    def url(self, path: str) -> str:
        return self.address + path


def environment(folder: Path, **more: str) -> dict[str, str]:
    """The environment of an installation in ``folder``, and nothing of the caller's own settings."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(FORGOTTEN)}
    return {**kept, "INTRANET_INSTANCE": str(folder), "LOG_LEVEL": "WARNING", **more}


def load_template(folder: Path) -> Path:
    """An installation with the demonstration in it and nobody connected; it is only copied from now on."""
    folder.mkdir(parents=True, exist_ok=True)
    app = create_app(Settings.from_env(environment(folder)))
    upgrade_all(app)
    with app.app_context():
        with writing():
            for demo in registry().demos:
                demo.load()
        db.session.remove()
        with db.engine.connect() as connection:
            connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
        db.engine.dispose()
    return folder


@contextmanager
def running_site(template: Path, folder: Path, **more: str) -> Iterator[Site]:
    """Serve a copy of ``template`` in ``folder``; the server's output is ``folder/server.log``."""
    shutil.copytree(template, folder)
    port = _free_port()
    address = f"http://127.0.0.1:{port}"
    with (folder / "server.log").open("wb") as log:
        server = subprocess.Popen(
            [sys.executable, "-m", "intranet.cli", "run", "--port", str(port), "--workers", "2"],
            cwd=ROOT,
            env=environment(folder, BASE_URL=address, **more),
            stdout=log,
            stderr=subprocess.STDOUT,
        )
        try:
            _wait_for(address + "/healthz", server, folder / "server.log")
            yield Site(address, folder)
        finally:
            server.terminate()
            try:
                server.wait(timeout=20)
            except subprocess.TimeoutExpired:
                server.kill()
                server.wait()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait_for(url: str, server: subprocess.Popen[bytes], log: Path) -> None:
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        if server.poll() is not None:
            raise RuntimeError(f"the server ended with status {server.returncode}:\n{log.read_text()}")
        try:
            with urlopen(url, timeout=2) as answer:
                if answer.status == 200:
                    return
        except (URLError, ConnectionError, TimeoutError):
            time.sleep(0.1)
    raise RuntimeError(f"the server did not answer within {PATIENCE:.0f} s:\n{log.read_text()}")
