"""How transactions begin on SQLite: one writer at a time, waited for with patience."""

from __future__ import annotations

import threading
import time

import pytest
from flask import Flask
from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from intranet import database
from intranet.database import writing
from intranet.extensions import db

pytestmark = pytest.mark.sqlite_only


def test_a_second_writer_waits_for_the_first_and_loses_nothing(app: Flask) -> None:
    with app.app_context():
        engine = db.engine
    with writing(), engine.begin() as connection:
        connection.execute(text("CREATE TABLE tally (n INTEGER NOT NULL)"))
        connection.execute(text("INSERT INTO tally VALUES (0)"))

    def count() -> None:
        for _ in range(25):
            with writing(), engine.begin() as connection:
                seen = connection.execute(text("SELECT n FROM tally")).scalar_one()
                connection.execute(text("UPDATE tally SET n = :n"), {"n": seen + 1})

    threads = [threading.Thread(target=count) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with engine.begin() as connection:
        assert connection.execute(text("SELECT n FROM tally")).scalar_one() == 100


def test_patience_ends(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    with app.app_context():
        engine = db.engine
    with writing(), engine.connect() as first, engine.connect() as second:
        first.execute(text("SELECT 1"))
        monkeypatch.setattr(database, "PATIENCE_SECONDS", 0.05)
        started = time.monotonic()
        with pytest.raises(OperationalError, match="locked"):
            second.execute(text("SELECT 1"))
        assert time.monotonic() - started < 5


def test_a_reader_does_not_wait_for_a_writer(app: Flask) -> None:
    with app.app_context():
        engine = db.engine
    with writing(), engine.connect() as writer:
        writer.execute(text("SELECT 1"))
        with writing(False), engine.connect() as reader:
            assert reader.execute(text("SELECT count(*) FROM core_user")).scalar_one() == 0
