"""A migrated database for each test: migrated once in each worker, then copied.

Copying isolates fully: services commit for themselves, so a test cannot be undone by a rollback.
"""

from __future__ import annotations

import os
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from itertools import count
from pathlib import Path
from typing import Protocol

import psycopg
from psycopg import sql
from sqlalchemy import make_url


class Databases(Protocol):
    """Where the databases of a test run live."""

    template_url: str

    def freeze(self) -> None:
        """The template is migrated and nobody is connected to it: from now on it is only copied."""

    def copy(self) -> AbstractContextManager[str]:
        """The URL of a copy of the template, removed on leaving."""


class SqliteDatabases:
    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.template = folder / "template.db"
        self.template_url = f"sqlite:///{self.template}"
        self.numbers = count(1)

    def freeze(self) -> None:
        """Bring the write-ahead log into the file, so that the file alone is the database."""
        connection = sqlite3.connect(self.template)
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        connection.close()

    @contextmanager
    def copy(self) -> Iterator[str]:
        path = self.folder / f"test-{next(self.numbers)}.db"
        shutil.copyfile(self.template, path)
        try:
            yield f"sqlite:///{path}"
        finally:
            for suffix in ("", "-wal", "-shm"):
                path.with_name(path.name + suffix).unlink(missing_ok=True)


class PostgresqlDatabases:
    def __init__(self, url: str, worker: str) -> None:
        self.server = make_url(url)
        self.prefix = f"intranet_{worker}_{os.getpid()}"
        self.template = f"{self.prefix}_template"
        self.template_url = self._url(self.template)
        self.numbers = count(1)
        libpq = self.server.set(drivername="postgresql").render_as_string(hide_password=False)
        self.connection = psycopg.connect(libpq, autocommit=True)
        self._execute("CREATE DATABASE {} TEMPLATE template0 ENCODING 'UTF8'", self.template)

    def freeze(self) -> None:
        self._execute("ALTER DATABASE {} ALLOW_CONNECTIONS false", self.template)

    @contextmanager
    def copy(self) -> Iterator[str]:
        name = f"{self.prefix}_{next(self.numbers)}"
        # Twice as fast as the default for a database this small (PostgreSQL 15 and newer).
        self._execute("CREATE DATABASE {} TEMPLATE {} STRATEGY FILE_COPY", name, self.template)
        try:
            yield self._url(name)
        finally:
            self._execute("DROP DATABASE {} WITH (FORCE)", name)

    def close(self) -> None:
        self._execute("DROP DATABASE {} WITH (FORCE)", self.template)
        self.connection.close()

    def _url(self, name: str) -> str:
        return self.server.set(database=name).render_as_string(hide_password=False)

    def _execute(self, statement: str, *names: str) -> None:
        self.connection.execute(sql.SQL(statement).format(*map(sql.Identifier, names)))


@contextmanager
def open_databases(url: str | None, folder: Path, worker: str) -> Iterator[Databases]:
    """PostgreSQL if `url` names a server, else SQLite files in `folder`."""
    if not url:
        yield SqliteDatabases(folder)
        return
    databases = PostgresqlDatabases(url, worker)
    try:
        yield databases
    finally:
        databases.close()
