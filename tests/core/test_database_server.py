"""Connections to PostgreSQL: tried after a rest, given back as they were."""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy import literal, select, text
from sqlalchemy.exc import DBAPIError

from intranet import database
from intranet.extensions import db
from intranet.rows import begin_reading, end_reading, fetch_value

pytestmark = pytest.mark.postgresql_only

_OWN = text("SELECT pg_backend_pid()")
_END = text("SELECT pg_terminate_backend(:process, 5000)")


def test_a_connection_lost_while_it_rested_is_replaced(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    with app.app_context(), db.engine.connect() as other:
        with db.engine.connect() as resting:
            process = resting.execute(_OWN).scalar_one()
        other.execute(_END, {"process": process})  # as a server that restarts does
        monkeypatch.setattr(database, "TRUSTED_SECONDS", 0.0)
        with db.engine.connect() as again:
            assert again.execute(_OWN).scalar_one() != process


def test_a_reading_that_found_its_connection_lost_leaves_it_to_nobody(app: Flask) -> None:
    with app.test_request_context(), db.engine.connect() as other:
        begin_reading()
        process = fetch_value(select(text("pg_backend_pid()")))
        other.execute(_END, {"process": process})
        with pytest.raises(DBAPIError):
            fetch_value(select(literal(1)))
        end_reading()
        with db.engine.connect() as again:
            assert again.execute(_OWN).scalar_one() != process


def test_what_reads_after_a_reading_has_a_transaction_again(app: Flask) -> None:
    with app.test_request_context():
        begin_reading()
        assert fetch_value(select(literal(1))) == 1
        end_reading()
        with db.engine.connect() as same:
            same.execute(text("CREATE TABLE unsaved (n INTEGER)"))
            same.rollback()
        with db.engine.connect() as same:
            assert same.execute(text("SELECT to_regclass('unsaved')")).scalar_one() is None
