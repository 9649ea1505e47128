"""A database that is locked, full or read only for a while: 503 with words and what was typed; then all goes on."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager

import psycopg
import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event, make_url, select

from intranet import database
from intranet.access import Role
from intranet.accounts.models import User
from intranet.extensions import db
from intranet.outages import Outage, outage_of
from intranet.testing.factories import csrf_token, make_user, sign_in

ADDRESS = "/account/profile"
NAME = "Camille Étienne-Lafitte, remplaçante"
OURS = {"Sec-Fetch-Site": "same-origin"}


@pytest.fixture
def browser(app: Flask, client: FlaskClient) -> FlaskClient:
    app.config["PROPAGATE_EXCEPTIONS"] = False
    with app.app_context():
        sign_in(client, make_user(Role.COORDINATOR, email="camille@alc.example"))
    return client


def form(browser: FlaskClient, **values: str) -> dict[str, str]:
    own = {"csrf_token": csrf_token(browser, ADDRESS), "submission": "a-key-of-the-form"}
    return {**own, "name": NAME, "phone": "", "language": "fr", "theme": "auto", **values}


def name_of_camille(app: Flask) -> str | None:
    with app.app_context():
        return db.session.scalar(select(User.name).where(User.email == "camille@alc.example"))


@contextmanager
def another_writer(app: Flask) -> Iterator[None]:
    """Somebody who holds what a writer needs."""
    url = make_url(app.config["SQLALCHEMY_DATABASE_URI"])
    if url.get_backend_name() == "sqlite":
        with closing(sqlite3.connect(str(url.database), isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            yield
        return
    libpq = url.set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(libpq) as other:
        other.execute("LOCK TABLE core_user IN EXCLUSIVE MODE")
        yield


def test_a_locked_database_gives_back_what_was_typed_and_takes_it_when_sent_again(
    app: Flask, browser: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent = form(browser)
    monkeypatch.setattr(database, "PATIENCE_SECONDS", 0.2)
    with app.app_context():
        db.engine.dispose()  # patience is told to a connection when it is opened
    with another_writer(app):
        assert browser.get(ADDRESS).status_code == 200, "reading goes on"
        answer = browser.post(ADDRESS, data=sent, headers=OURS)
        fragment = browser.post(ADDRESS, data=sent, headers={"HX-Request": "true"})
    assert answer.status_code == 503
    assert int(answer.headers["Retry-After"]) > 0
    assert "Rien n’a été enregistré" in answer.text
    assert NAME in answer.text, "to send again, or to copy"
    assert f'action="{ADDRESS}"' in answer.text
    assert fragment.status_code == 503
    assert fragment.headers["HX-Retarget"] == "#main"
    assert "<html" not in fragment.text

    assert browser.post(ADDRESS, data=sent).status_code == 303, "the key of the form is free again"
    assert name_of_camille(app) == NAME


@pytest.mark.sqlite_only
def test_a_full_disk_stops_writing_in_words_and_not_reading_and_all_comes_back(
    app: Flask, browser: FlaskClient
) -> None:
    pages = [1]

    def limit(connection: sqlite3.Connection, _record: object, _proxy: object) -> None:
        """As a disk without room does: no page is added to the file."""
        connection.execute(f"PRAGMA max_page_count={pages[0]}")

    with app.app_context():
        with closing(db.engine.raw_connection()) as connection:
            connection.execute("VACUUM")  # no page is free inside the file
        event.listen(db.engine, "checkout", limit)
    notes = "Ça déborde déjà là où ça a été gardé. " * 100
    own = {"csrf_token": csrf_token(browser, "/directory/new"), "submission": "a-key-of-the-form"}
    sent = {**own, "name": "Régie", "kind": "partner", "engagement": "mobilised", "notes": notes.strip()}
    answer = browser.post("/directory/new", data=sent, headers=OURS)
    assert answer.status_code == 503
    assert "disque du serveur est plein" in answer.text
    assert notes.strip() in answer.text
    assert browser.get("/directory/").status_code == 200
    pages[0] = 1_000_000
    assert browser.post("/directory/new", data=sent).status_code == 303


@pytest.mark.sqlite_only
def test_a_connection_opened_while_nothing_could_be_written_is_replaced_at_the_next_write(
    app: Flask, browser: FlaskClient
) -> None:
    sent = form(browser)
    with app.app_context(), closing(db.engine.raw_connection()) as connection:
        connection.execute("PRAGMA query_only=ON")
    assert browser.post(ADDRESS, data=sent).status_code == 303
    assert name_of_camille(app) == NAME


@pytest.mark.postgresql_only
def test_after_a_spell_of_reading_only_the_first_write_says_so_and_the_next_is_done(
    app: Flask, browser: FlaskClient
) -> None:
    sent = form(browser)
    url = make_url(app.config["SQLALCHEMY_DATABASE_URI"])
    libpq = url.set(drivername="postgresql").render_as_string(hide_password=False)
    change = f"ALTER DATABASE {url.database} SET default_transaction_read_only = "
    with psycopg.connect(libpq, autocommit=True) as other, app.app_context():
        other.execute(change + "on")
        db.engine.dispose()
        db.session.scalar(select(User.id))  # a connection from that time rests in the pool
        db.session.remove()
        other.execute("SET default_transaction_read_only = off")
        other.execute(change + "off")
    answer = browser.post(ADDRESS, data=sent)
    assert answer.status_code == 503
    assert "ne peut être que lu" in answer.text
    assert browser.post(ADDRESS, data=sent).status_code == 303


def test_a_fault_stays_a_fault() -> None:
    assert outage_of(OSError(2, "no such file")) is None
    assert outage_of(OSError(28, "no space left on device")) is Outage.FULL
    assert outage_of(sqlite3.IntegrityError("a key twice")) is None
    assert outage_of(ValueError()) is None
