"""The outbox: nothing is lost, nothing is done twice, nothing blocks the rest."""

from __future__ import annotations

import dataclasses
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from email.message import Message
from pathlib import Path
from typing import Any

import pytest
import time_machine
from aiosmtpd.controller import Controller
from flask import Flask
from sqlalchemy import select

from intranet.access import Role, registry
from intranet.config import Settings
from intranet.database import now
from intranet.extensions import db
from intranet.jobs import service
from intranet.jobs.models import OutboxRow
from intranet.jobs.registration import check_outbox
from intranet.jobs.service import (
    FORGOTTEN,
    MAX_ATTEMPTS,
    PermanentFailure,
    claim,
    delay_after,
    drop,
    enqueue,
    enqueue_intervals,
    lanes,
    retry,
    run_due,
)
from intranet.mail.service import queue_mail
from intranet.plugin_api import Job
from intranet.testing.factories import make_user, sign_in
from tests.conftest import running_app

ROOT = Path(__file__).parents[2]


@pytest.fixture
def runs(app: Flask, db_session: Any, monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    """What the job ``trial.run`` was given, each time it ran; ``trial.fail`` fails; ``trial.hourly`` repeats."""
    seen: list[dict[str, Any]] = []

    def fail(_payload: dict[str, Any]) -> None:
        raise RuntimeError("it failed")

    def refuse(_payload: dict[str, Any]) -> None:
        raise PermanentFailure("no such reader as someone@example.org")

    def forget(payload: dict[str, Any]) -> dict[str, Any]:
        return {"to": payload["to"], FORGOTTEN: True}

    jobs = {
        **registry().jobs,
        "trial.refused": Job("trial.refused", refuse, lane="mail", forget=forget),
        "trial.run": Job("trial.run", seen.append),
        "trial.fail": Job("trial.fail", fail),
        "trial.hourly": Job("trial.hourly", seen.append, every_seconds=3600),
    }
    replaced = dataclasses.replace(registry(), jobs=jobs)
    monkeypatch.setitem(app.extensions, "intranet", replaced)
    return seen


def rows() -> list[OutboxRow]:
    db.session.rollback()
    return list(db.session.scalars(select(OutboxRow).order_by(OutboxRow.id)))


def test_a_job_runs_after_the_commit_and_once(runs: list[Any]) -> None:
    enqueue("trial.run", {"n": 1})
    db.session.commit()
    assert run_due() == 1
    assert run_due() == 0
    assert runs == [{"n": 1}]


def test_a_job_rolled_back_never_runs(runs: list[Any]) -> None:
    enqueue("trial.run", {"n": 1})
    db.session.rollback()
    assert run_due() == 0
    assert runs == []


def test_a_job_nobody_registered_is_refused_at_once(runs: list[Any]) -> None:
    with pytest.raises(LookupError, match=r"trial\.unknown"):
        enqueue("trial.unknown", {})


def test_the_same_key_is_queued_once_even_when_already_done(runs: list[Any]) -> None:
    for _time in range(2):
        enqueue("trial.run", {"n": 1}, unique_key="only-once")
        db.session.commit()
        run_due()
    enqueue("trial.run", {"n": 2}, unique_key="only-once")
    db.session.commit()
    assert run_due() == 0
    assert runs == [{"n": 1}]


def test_a_job_waits_for_its_time(runs: list[Any]) -> None:
    with time_machine.travel(now(), tick=False) as clock:
        enqueue("trial.run", {}, due_at=now() + timedelta(days=7))
        db.session.commit()
        assert run_due() == 0
        clock.shift(timedelta(days=7, seconds=1))
        assert run_due() == 1


def test_jobs_run_in_the_order_they_were_due(runs: list[Any]) -> None:
    for number in range(5):
        enqueue("trial.run", {"n": number})
    db.session.commit()
    run_due(limit=3)
    assert [each["n"] for each in runs] == [0, 1, 2]


def test_a_failure_is_tried_again_later_each_time_and_given_up_in_the_end(runs: list[Any]) -> None:
    with time_machine.travel(now(), tick=False) as clock:
        enqueue("trial.fail", {})
        enqueue("trial.run", {"n": 1})
        db.session.commit()
        assert run_due() == 2, "one that fails does not stop the next"
        assert runs == [{"n": 1}]
        assert run_due() == 0
        for attempt in range(1, MAX_ATTEMPTS):
            clock.shift(delay_after(attempt) + timedelta(seconds=1))
            assert run_due() == 1
        row = rows()[0]
        assert row.attempts == MAX_ATTEMPTS
        assert row.error == "RuntimeError: it failed"
        assert "given up" in str(check_outbox())
        clock.shift(timedelta(days=2))
        assert run_due() == 0
        assert check_outbox() is None, "who watches was told; an old failure hides no new one"
        retry(row.id)
        assert run_due() == 1
        assert drop(row.id)
        assert not drop(row.id)
        assert [each.job for each in rows()] == ["trial.run"]


def test_a_job_that_would_fail_the_same_way_is_not_tried_again_and_keeps_no_address(runs: list[Any]) -> None:
    enqueue("trial.refused", {"to": "someone@example.org", "code": "1234"})
    db.session.commit()
    assert run_due() == 1
    row = rows()[0]
    assert row.attempts == MAX_ATTEMPTS
    assert row.error == "PermanentFailure: no such reader as [address]"
    assert row.payload == {"to": "someone@example.org", FORGOTTEN: True}
    assert check_outbox() is None
    with pytest.raises(LookupError, match="forgotten"):
        retry(row.id)


def test_a_lane_goes_on_while_another_waits(runs: list[Any]) -> None:
    enqueue("trial.refused", {"to": "someone@example.org"})
    enqueue("trial.run", {"n": 1})
    db.session.commit()
    assert lanes() >= {"", "mail"}
    assert run_due(lane="") == 1
    assert runs == [{"n": 1}]
    assert rows()[0].attempts == 0


def test_what_nobody_enabled_can_run_waits_for_its_owner(runs: list[Any]) -> None:
    db.session.add(OutboxRow(job="absent.plugin", payload={}, due_at=now() - timedelta(days=1)))
    db.session.commit()
    assert run_due() == 0
    assert check_outbox() is None


def test_the_wait_after_a_failure_grows_up_to_six_hours() -> None:
    waits = [delay_after(attempt) for attempt in range(1, MAX_ATTEMPTS + 1)]
    assert waits[0] == timedelta(seconds=30)
    assert waits == sorted(waits)
    assert waits[-1] == timedelta(hours=6)


def test_a_row_taken_by_a_worker_that_died_is_taken_again_when_its_lease_ends(runs: list[Any]) -> None:
    with time_machine.travel(now(), tick=False) as clock:
        enqueue("trial.run", {"n": 1})
        db.session.commit()
        assert claim() is not None
        assert claim() is None, "another worker leaves it alone"
        clock.shift(service.LEASE + timedelta(seconds=1))
        assert run_due() == 1
        assert runs == [{"n": 1}]


def test_what_was_sent_is_forgotten_once_done(runs: list[Any]) -> None:
    enqueue("trial.run", {"secret": "link"})
    db.session.commit()
    run_due()
    assert rows()[0].payload == {}


def test_two_workers_never_take_the_same_row(app: Flask, runs: list[Any]) -> None:
    for number in range(40):
        enqueue("trial.run", {"n": number})
    db.session.commit()

    def work() -> None:
        with app.app_context():
            while run_due(limit=1):
                pass

    workers = [threading.Thread(target=work) for _number in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert sorted(each["n"] for each in runs) == list(range(40))


def test_a_job_that_repeats_is_queued_once_an_interval_by_however_many_workers(
    app: Flask, runs: list[Any]
) -> None:
    def hourly() -> int:
        return sum(row.job == "trial.hourly" for row in rows())

    at = now().replace(minute=10)
    enqueue_intervals(at)
    app.extensions.pop("intranet.intervals")  # as another worker would
    enqueue_intervals(at + timedelta(minutes=20))
    assert hourly() == 1
    enqueue_intervals(at + timedelta(hours=1))
    assert hourly() == 2


def test_finished_rows_are_forgotten_but_not_the_keys_that_still_refuse(runs: list[Any]) -> None:
    with time_machine.travel(now(), tick=False) as clock:
        enqueue("trial.run", {})
        enqueue("trial.run", {}, unique_key="kept")
        enqueue("trial.run", {}, unique_key="every:slot")
        db.session.commit()
        run_due()
        clock.shift(timedelta(days=8))
        service.sweep({})
        assert [row.unique_key for row in rows()] == ["kept"]
        clock.shift(timedelta(days=400))
        service.sweep({})
        assert rows() == []


def test_the_health_check_names_a_worker_that_is_not_running(runs: list[Any]) -> None:
    assert check_outbox() is None
    enqueue("trial.run", {}, due_at=now() - timedelta(hours=1))
    db.session.commit()
    assert "intranet worker" in str(check_outbox())


class Post:
    """A mail server that keeps what it receives. ``before`` is called before each message is accepted."""

    def __init__(self, before: Callable[[], None] = lambda: None) -> None:
        self.before = before
        self.messages: list[Message] = []

    async def handle_RCPT(
        self, _server: Any, _session: Any, envelope: Any, address: str, _options: Any
    ) -> str:
        if address.startswith("nobody@"):
            return "550 5.1.1 no such user"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:
        from email import message_from_bytes

        self.before()
        self.messages.append(message_from_bytes(envelope.content))
        return "250 OK"


@pytest.fixture
def post() -> Iterator[tuple[Post, str]]:
    handler = Post()
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    controller = Controller(handler, hostname="127.0.0.1", port=port)
    controller.start()
    try:
        yield handler, f"smtp://127.0.0.1:{port}"
    finally:
        controller.stop()


def start_worker(settings: Settings, log: Path) -> subprocess.Popen[bytes]:
    """``intranet worker``, once it says that it works; its output goes to ``log``."""
    environment = {
        **os.environ,
        "INTRANET_INSTANCE": str(settings.instance),
        "DATABASE_URL": settings.database_url,
        "SECRET_KEY": settings.secret_key,
        "SMTP_URL": settings.smtp_url,
        "PYTHONPATH": str(ROOT),
    }
    with log.open("wb") as output:
        worker = subprocess.Popen(
            [sys.executable, "-m", "intranet.cli", "worker"],
            env=environment,
            cwd=settings.instance,
            stdout=output,
            stderr=output,
        )
    wait_for(lambda: b"worker started" in log.read_bytes() or worker.poll() is not None)
    assert worker.poll() is None, log.read_text()
    return worker


def wait_for(condition: Callable[[], Any], seconds: float = 30.0) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.05)


@pytest.mark.slow
def test_a_worker_killed_between_the_commit_and_the_mail_loses_nothing_and_sends_once(
    make_settings: Callable[..., Settings], post: tuple[Post, str], tmp_path: Path
) -> None:
    """The first worker is killed -9 while it holds the row; its lease ends; a second one sends the mail, once."""
    handler, url = post
    settings = make_settings(SMTP_URL=url)
    with running_app(settings) as app, app.app_context():
        queue_mail("password", to="someone@example.org", language="fr", name="Quelqu’un", url="https://x/y")
        db.session.commit()

        # A server that never answers: the worker stands between the commit and the mail.
        silent = socket.create_server(("127.0.0.1", 0))
        to_silence = dataclasses.replace(settings, smtp_url=f"smtp://127.0.0.1:{silent.getsockname()[1]}")
        stuck = start_worker(to_silence, tmp_path / "stuck.log")
        try:
            wait_for(lambda: rows()[0].attempts == 1)
        finally:
            os.kill(stuck.pid, signal.SIGKILL)
            assert stuck.wait(10) == -signal.SIGKILL
            silent.close()
        row = rows()[0]
        assert row.done_at is None
        assert row.taken_until is not None
        row.taken_until = now() - timedelta(seconds=1)  # five minutes later
        db.session.commit()

        second, third = (start_worker(settings, tmp_path / f"{name}.log") for name in ("second", "third"))
        try:
            wait_for(lambda: rows()[0].done_at is not None)
            time.sleep(1.5)
        finally:
            for worker in (second, third):
                worker.terminate()
            codes = [worker.wait(15) for worker in (second, third)]
        assert codes == [0, 0], "SIGTERM is a clean stop"
        assert [message["To"] for message in handler.messages] == ["someone@example.org"]


def test_an_address_refused_for_good_is_told_to_the_administrator_and_its_link_is_forgotten(
    make_settings: Callable[..., Settings], post: tuple[Post, str]
) -> None:
    _handler, url = post
    settings = make_settings(SMTP_URL=url)
    with running_app(settings) as app:
        client, other = app.test_client(), app.test_client()
        with app.app_context():
            sign_in(client, make_user(Role.ADMIN))
            sign_in(other, make_user(Role.REFERENT))
            make_user(Role.AGENT, email="nobody@example.org", name="Rémi Introuvable")
            queue_mail(
                "invitation", to="nobody@example.org", language="fr", name="Rémi", url="https://x/secret"
            )
            db.session.commit()
            assert run_due() == 1
            row = rows()[0]
            assert row.attempts == MAX_ATTEMPTS
            assert "secret" not in str(row.payload)
        home = client.get("/staff/").text
        assert "Rémi Introuvable" in home
        assert "nobody@example.org" in home
        assert "nobody@example.org" not in other.get("/staff/").text
