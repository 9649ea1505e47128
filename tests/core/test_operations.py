"""Health, metrics, request ids and the log."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
import structlog
from flask import Flask, request
from flask.testing import FlaskClient
from sqlalchemy import text

from intranet.access import Role, public
from intranet.app import create_app
from intranet.config import Settings
from intranet.database import writing
from intranet.extensions import db
from intranet.testing.contract import running
from intranet.testing.factories import make_user, sign_in

MakeSettings = Callable[..., Settings]


def log_lines(capsys: pytest.CaptureFixture[str]) -> list[dict[str, object]]:
    return [json.loads(line) for line in capsys.readouterr().err.splitlines() if line.startswith("{")]


def test_a_healthy_intranet_says_so_and_nothing_more(client: FlaskClient) -> None:
    answer = client.get("/healthz")
    assert answer.status_code == 200
    assert answer.get_json() == {"status": "ok", "failing": []}


def test_a_failing_check_answers_503_and_tells_why_only_in_the_log(
    app: Flask, client: FlaskClient, capsys: pytest.CaptureFixture[str]
) -> None:
    instance = app.extensions["intranet.settings"].instance
    for path in sorted(instance.rglob("*"), reverse=True):
        path.rmdir() if path.is_dir() else path.unlink()
    instance.rmdir()
    instance.write_text("a file where the folder was")
    answer = client.get("/healthz")
    assert answer.status_code == 503
    assert "core.instance" in answer.get_json()["failing"]
    assert str(instance) not in answer.get_data(as_text=True)
    assert any(line["event"] == "health_check_failed" for line in log_lines(capsys))


def test_metrics_do_not_exist_without_a_token(client: FlaskClient) -> None:
    assert client.get("/metrics", headers={"Authorization": "Bearer "}).status_code == 404


def test_metrics_open_with_the_token_and_not_with_another(make_settings: MakeSettings) -> None:
    with running(make_settings(METRICS_TOKEN="the right one")) as app:
        client = app.test_client()
        client.get("/healthz")
        assert client.get("/metrics", headers={"Authorization": "Bearer another"}).status_code == 404
        answer = client.get("/metrics", headers={"Authorization": "Bearer the right one"})
        assert answer.status_code == 200
        assert 'intranet_requests_total{endpoint="operations.healthz"' in answer.get_data(as_text=True)


def test_a_request_id_is_drawn_and_told(client: FlaskClient) -> None:
    first, second = (client.get("/healthz").headers["X-Request-ID"] for _ in range(2))
    assert first != second


def test_a_well_formed_request_id_is_kept(client: FlaskClient) -> None:
    answer = client.get("/healthz", headers={"X-Request-ID": "proxy-1234567"})
    assert answer.headers["X-Request-ID"] == "proxy-1234567"


@pytest.mark.parametrize("given", ["short", "a" * 65, "with space in it", "<script>alert</script>"])
def test_an_ill_formed_request_id_is_replaced(given: str, client: FlaskClient) -> None:
    assert client.get("/healthz", headers={"X-Request-ID": given}).headers["X-Request-ID"] != given


def test_the_access_log_tells_the_endpoint_and_neither_the_address_nor_the_person(
    app: Flask, client: FlaskClient, capsys: pytest.CaptureFixture[str]
) -> None:
    with app.app_context():
        user = make_user(Role.COORDINATOR, email="someone@alc.example")
        sign_in(client, user)
        capsys.readouterr()
        client.get("/password/a-secret-token?next=x")
        text = capsys.readouterr().err
    line = json.loads(next(line for line in text.splitlines() if '"request"' in line))
    assert line["endpoint"] == "accounts.reset_password"
    assert {"method", "status", "ms", "bytes", "request_id", "at"} <= set(line)
    assert "a-secret-token" not in text
    assert "someone@alc.example" not in text


def test_an_unexpected_error_shows_the_reference_that_is_in_the_log(
    settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    app = create_app(settings)

    @public
    def fails() -> str:
        raise RuntimeError("out of order")

    app.add_url_rule("/fails", "fails", fails)
    answer = app.test_client().get("/fails", headers={"X-Request-ID": "reference-1"})
    assert answer.status_code == 500
    assert "reference-1" in answer.get_data(as_text=True)
    assert "out of order" not in answer.get_data(as_text=True)
    error = next(line for line in log_lines(capsys) if line["event"] == "unexpected_error")
    assert error["request_id"] == "reference-1"
    assert "out of order" in str(error["exception"])


def test_the_error_has_a_page_even_when_it_is_who_asks_that_cannot_be_read(
    app: Flask, client: FlaskClient, capsys: pytest.CaptureFixture[str]
) -> None:
    with app.app_context():
        sign_in(client, make_user(Role.COORDINATOR))
        with writing():
            db.session.execute(text("ALTER TABLE core_session RENAME TO elsewhere"))
            db.session.commit()
    app.config["PROPAGATE_EXCEPTIONS"] = False
    for address in ("/staff/", "/account/profile"):
        answer = client.get(address)
        assert answer.status_code == 500
        assert "Référence" in answer.text
        assert [line["event"] for line in log_lines(capsys)].count("unexpected_error") == 1


def test_a_failing_statement_is_logged_without_its_values(
    app: Flask, capsys: pytest.CaptureFixture[str]
) -> None:
    with app.app_context(), pytest.raises(Exception, match="no_such_table") as caught:
        db.session.execute(text("SELECT * FROM no_such_table WHERE name = :name"), {"name": "Madame Secret"})
    assert "Madame Secret" not in str(caught.value)


def test_static_files_are_kept_a_year_by_browsers(client: FlaskClient) -> None:
    answer = client.get("/static/icons.txt")
    assert answer.status_code == 200
    assert "max-age=31536000" in answer.headers["Cache-Control"]


def test_a_sites_own_template_wins(make_settings: MakeSettings) -> None:
    settings = make_settings()
    own: Path = settings.instance / "templates" / "accounts" / "login.html"
    own.parent.mkdir(parents=True)
    own.write_text("La porte de la maison")
    with running(settings) as app:
        assert app.test_client().get("/login").get_data(as_text=True) == "La porte de la maison"


def test_two_first_answers_at_once_are_both_counted() -> None:
    """In a process of its own: here the figures were made long ago."""
    story = """
import sys, threading
from intranet.operations import metrics
sys.setswitchinterval(1e-6)
gate, failures = threading.Barrier(8), []
def answer():
    gate.wait()
    try:
        metrics.observe("page", "GET", 200, 0.01)
    except Exception as problem:
        failures.append(problem)
threads = [threading.Thread(target=answer) for _ in range(8)]
[thread.start() for thread in threads]
[thread.join() for thread in threads]
assert not failures, failures
assert b'intranet_requests_total{endpoint="page",method="GET",status="200"} 8.0' in metrics.exposition()
"""
    done = subprocess.run([sys.executable, "-c", story], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_a_browser_cannot_say_which_host_it_asked_through_a_proxy(make_settings: MakeSettings) -> None:
    """A proxy passes X-Forwarded-Host on as it came; the host it was asked for is in Host."""
    app = create_app(make_settings(TRUSTED_PROXIES="1"))

    @public
    def host() -> str:
        return request.host

    app.add_url_rule("/host", "host", host)
    answer = app.test_client().get("/host", headers={"X-Forwarded-Host": "evil.example"})
    assert answer.text == "localhost"


def test_what_an_error_quotes_is_in_no_log(app: Flask, capsys: pytest.CaptureFixture[str]) -> None:
    quoted = (
        "duplicate key\nDETAIL:  Key (name)=(Madame Secret) already exists.\nfor someone.else@example.org"
    )
    try:
        raise RuntimeError(quoted)
    except RuntimeError:
        structlog.get_logger().exception("it failed")
    lines = log_lines(capsys)
    assert lines
    for line in lines:
        assert "duplicate key" in str(line["exception"])
        assert "Secret" not in str(line)
        assert "someone.else" not in str(line)
