"""The command line, as an administrator types it."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from flask import Flask
from flask.cli import ScriptInfo

from intranet import migrate
from intranet.app import create_app
from intranet.cli import cli
from intranet.config import Settings

ROOT = Path(__file__).parent.parent.parent
Run = Callable[..., Result]


@pytest.fixture
def environment(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """The test's own settings, as the environment of a command."""
    values = {
        "DATABASE_URL": settings.database_url,
        "INTRANET_INSTANCE": str(settings.instance),
        "SECRET_KEY": settings.secret_key,
    }
    for name, value in values.items():
        monkeypatch.setenv(name, value)
    return values


@pytest.fixture
def run(app: Flask, environment: dict[str, str]) -> Run:
    """Run a command in this process."""

    def invoke(*arguments: str, typed: str | None = None) -> Result:
        return CliRunner().invoke(cli, arguments, input=typed, obj=ScriptInfo(create_app=create_app))

    return invoke


def test_status_and_check_tell_that_all_is_well(run: Run) -> None:
    assert str(migrate.head("core")) in run("db", "status").output
    assert "Models and database agree." in run("db", "check").output


def test_a_revision_of_a_database_that_is_behind_is_refused_in_words(app: Flask, run: Run) -> None:
    migrate.downgrade(app, "directory")
    refused = run("db", "revision", "directory")
    assert refused.exit_code != 0
    assert "intranet db upgrade" in refused.output
    assert len(list((ROOT / "plugins" / "directory" / "migrations").glob("0*.py"))) == 1


def test_plugins_are_listed_even_when_one_is_missing(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("INTRANET_PLUGINS", "nowhere")
    output = run("plugins", "list").output
    assert re.search(r"nowhere\s+plugin\s+missing", output)
    assert re.search(r"directory\s+plugin\s+disabled\s+1 tables", output)
    assert re.search(r"staff\s+portal\s+enabled", output)


def test_a_purge_asks_for_the_name(run: Run, monkeypatch: pytest.MonkeyPatch, settings: Settings) -> None:
    monkeypatch.setenv("INTRANET_PLUGINS", "")
    refused = run("plugins", "purge", "directory", typed="yes\n")
    assert refused.exit_code != 0
    assert "nothing was changed" in refused.output
    done = run("plugins", "purge", "directory", typed="directory\n")
    assert done.exit_code == 0, done.output
    assert list(settings.instance.glob("purged-directory-*.json"))


def test_the_first_administrator_can_sign_in(run: Run, app: Flask) -> None:
    made = run(
        "user", "create", "--email", "First@alc.example", "--name", "Première Personne",
        "--organisation", "ALC", "--password", "Bricolage-2018!",
    )  # fmt: skip
    assert made.exit_code == 0, made.output
    app.config["WTF_CSRF_ENABLED"] = False
    answer = app.test_client().post(
        "/login", data={"email": "first@alc.example", "password": "Bricolage-2018!"}
    )
    assert answer.status_code == 303


def test_a_weak_password_is_refused_in_words(run: Run) -> None:
    made = run(
        "user", "create", "--email", "a@alc.example", "--name", "A",
        "--organisation", "ALC", "--password", "azerty",
    )  # fmt: skip
    assert made.exit_code != 0
    assert "Traceback" not in made.output


def test_what_stops_the_start_is_said_without_a_traceback(environment: dict[str, str]) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "intranet.cli", "db", "status"],
        cwd=ROOT,
        env={**os.environ, "INTRANET_PLUGINS": "nowhere"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert "nowhere, which is not installed" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.slow
def test_the_server_serves_runs_its_jobs_beside_it_and_leaves_nothing_running(
    app: Flask, environment: dict[str, str], tmp_path: Path
) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    address, log = f"http://127.0.0.1:{port}", tmp_path / "log"
    with log.open("w") as stream:
        server = subprocess.Popen(
            [sys.executable, "-m", "intranet.cli", "run"],
            cwd=ROOT,
            env={**os.environ, "PORT": str(port), "METRICS_TOKEN": "token"},
            start_new_session=True,
            stderr=stream,
        )
    try:
        for _ in range(20):
            wait_until(lambda: status_of(f"{address}/healthz") == 200)
        counted = urllib.request.Request(f"{address}/metrics", headers={"Authorization": "Bearer token"})
        with urllib.request.urlopen(counted) as answer:
            text = answer.read().decode()
        found = re.search(r"intranet_requests_total\{[^}]*operations\.healthz[^}]*\} (\d+)", text)
        assert found is not None
        assert int(found[1]) >= 20  # over both processes
        elsewhere = urllib.request.Request(f"{address}/evil/login", headers={"SCRIPT_NAME": "/evil"})
        with pytest.raises(urllib.error.HTTPError, match="404"):  # no browser moves the application
            urllib.request.urlopen(elsewhere)
        wait_until(lambda: "worker started" in log.read_text())
    finally:
        server.send_signal(signal.SIGTERM)
        server.wait(timeout=30)
    wait_until(lambda: "worker stopped" in log.read_text())
    assert server.returncode == 0


def status_of(address: str) -> int:
    """The status of a page; 0 when nobody answers."""
    try:
        with urllib.request.urlopen(address) as answer:
            return int(answer.status)
    except OSError:
        return 0


def wait_until(holds: Callable[[], bool]) -> None:
    """Wait for it, half a minute at most."""
    deadline = time.monotonic() + 30
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.1)
