"""What every test may ask for: settings, an application on a fresh database, a client, a count of SQL.

The database is SQLite, or the server that TEST_DATABASE_URL names (`./dev test` runs both).
Users, households and dossiers come from `intranet.testing`.
"""

from __future__ import annotations

import gc
import os
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from flask import Flask, has_app_context
from flask.testing import FlaskClient
from sqlalchemy import event
from sqlalchemy.orm import scoped_session

from intranet.app import create_app
from intranet.config import Settings
from intranet.extensions import db
from intranet.migrate import upgrade_all
from intranet.rows import reader
from tests import prepared
from tests.databases import Databases, open_databases

ON_POSTGRESQL = bool(os.environ.get("TEST_DATABASE_URL"))
NOT_HERE = "sqlite_only" if ON_POSTGRESQL else "postgresql_only"
# Each test has an application of its own: looked through every 700 objects, they cost a quarter of the run.
gc.set_threshold(50_000, 20, 50)
prepared.install()
HOUSEKEEPING = ("BEGIN", "COMMIT", "ROLLBACK", "PRAGMA", "SAVEPOINT", "RELEASE")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Skip, with a reason that is reported, what speaks of the other database.

    What touches no database is told once, by the run on SQLite: on PostgreSQL it would say the same.
    """
    for item in items:
        if item.get_closest_marker(NOT_HERE):
            item.add_marker(pytest.mark.skip(reason=f"{NOT_HERE}: the other run covers it"))
    if ON_POSTGRESQL:
        same = [item for item in items if not _touches_a_database(item)]
        config.hook.pytest_deselected(items=same)
        items[:] = [item for item in items if _touches_a_database(item)]


def _touches_a_database(item: pytest.Item) -> bool:
    """Every database of a test is a copy that the fixture ``databases`` makes."""
    return "databases" in getattr(item, "fixturenames", ())


@dataclass
class Statements:
    """The SQL statements seen so far, in order."""

    texts: list[str] = field(default_factory=list)

    @property
    def count(self) -> int:
        return len(self.texts)


def build_settings(url: str, folder: Path, **environment: str) -> Settings:
    """Settings as an installation would have them; `environment` adds to them or replaces them."""
    defaults = {
        "DATABASE_URL": url,
        "INTRANET_INSTANCE": str(folder),
        "SECRET_KEY": "a key for tests only, long enough to pass",
    }
    return Settings.from_env({**defaults, **environment})


class Browser(FlaskClient):
    """A client each of whose requests has a context of its own, as on a server.

    Inside `db_session` Flask would otherwise lend it the test's: its `g` (hence the first person signed in) and
    its database session. Afterwards the test's session forgets what it had read, so that it sees the changes.
    """

    def open(self, *args: Any, **kwargs: Any) -> Any:
        with self.application.app_context():
            answer = super().open(*args, **kwargs)
        if has_app_context():
            db.session.rollback()
        return answer


@contextmanager
def running_app(settings: Settings) -> Iterator[Flask]:
    """An application whose connections are closed on leaving, so that its database can be removed."""
    app = create_app(settings)
    app.testing = True
    app.test_client_class = Browser
    prepared.lend(app, settings)
    try:
        yield app
    finally:
        with app.app_context():
            db.session.remove()
            for engine in db.engines.values():
                engine.dispose()


@pytest.fixture(scope="session")
def databases(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Databases]:
    """The migrated template of this worker, and its copies."""
    folder = tmp_path_factory.mktemp("databases")
    worker = os.environ.get("PYTEST_XDIST_WORKER", "main")
    with open_databases(os.environ.get("TEST_DATABASE_URL"), folder, worker) as found:
        with running_app(build_settings(found.template_url, folder)) as app:
            upgrade_all(app)
            with app.app_context():
                prepared.STATEMENTS.begin_with(db.engine)
        found.freeze()
        yield found


@pytest.fixture
def database_url(databases: Databases) -> Iterator[str]:
    """A migrated, empty database of this test's own."""
    with databases.copy() as url:
        yield url


@pytest.fixture
def make_settings(database_url: str, tmp_path: Path) -> Callable[..., Settings]:
    """Settings with more environment: `make_settings(INTRANET_PLUGINS="energy")`."""

    def make(**environment: str) -> Settings:
        return build_settings(database_url, tmp_path / "instance", **environment)

    return make


@pytest.fixture
def settings(make_settings: Callable[..., Settings]) -> Settings:
    return make_settings()


@pytest.fixture
def app(settings: Settings) -> Iterator[Flask]:
    with running_app(settings) as running:
        yield running


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


@pytest.fixture
def db_session(app: Flask) -> Iterator[scoped_session[Any]]:
    """The session, inside an application context that lasts as long as the test."""
    with app.app_context():
        yield db.session


@pytest.fixture
def count_statements(app: Flask) -> Callable[[], AbstractContextManager[Statements]]:
    """`with count_statements() as seen: …; assert seen.count == 3` (transaction control is left out)."""

    @contextmanager
    def counting() -> Iterator[Statements]:
        seen = Statements()

        def read(statement: str) -> None:
            seen.texts.append(statement)

        def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
            if not statement.lstrip().upper().startswith(HOUSEKEEPING):
                seen.texts.append(statement)

        with app.app_context():
            engine, watchers = db.engine, reader().watchers
        watchers.append(read)
        event.listen(engine, "before_cursor_execute", note)
        try:
            yield seen
        finally:
            event.remove(engine, "before_cursor_execute", note)
            watchers.remove(read)

    return counting
