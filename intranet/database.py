"""The declarative base, the column types, and how transactions begin.

SQLite is opened in autocommit and told ``BEGIN`` (a request that reads) or ``BEGIN IMMEDIATE`` (one
that writes): with the driver's own implicit transactions two updates at once lose one silently.
"""

from __future__ import annotations

import enum
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime
from random import uniform
from time import monotonic, sleep
from typing import Any, cast

from sqlalchemy import DateTime, Enum, Insert, Integer, MetaData, Table, event
from sqlalchemy.engine import Connection, Dialect, Engine, ExceptionContext
from sqlalchemy.exc import DisconnectionError, OperationalError
from sqlalchemy.orm import DeclarativeBase, Mapped, declared_attr, mapped_column
from sqlalchemy.types import TypeDecorator

from intranet.clock import now as now  # the default of every instant column
from intranet.outages import Outage, outage_of
from intranet.search.words import bare, sort_key

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}


class Model(DeclarativeBase):
    """Base of every table. Core tables are ``core_*``; a plugin's are ``<plugin>_*``."""

    metadata = MetaData(naming_convention=NAMING)


class UtcDateTime(TypeDecorator[datetime]):
    """An instant: aware, in UTC, on both databases. A naive value is an error, never a guess."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("an instant needs a time zone")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def choice(values: type[enum.StrEnum]) -> Enum:
    """Column type of an enumeration: its value in a VARCHAR, checked on the way in."""
    return Enum(
        values,
        native_enum=False,
        create_constraint=False,
        length=32,
        validate_strings=True,
        values_callable=lambda members: [member.value for member in members],
    )


class Versioned:
    """Optimistic locking: each flush compares and raises ``version``.

    A form carries the version it was opened with; the service answers ``Stale`` when it differs.
    """

    version: Mapped[int] = mapped_column(Integer, nullable=False, default=1)

    @declared_attr.directive
    @classmethod
    def __mapper_args__(cls) -> dict[str, Any]:
        return {"version_id_col": cls.version}


PATIENCE_SECONDS = 10
"""How long a writer waits for another."""

SHORT_SECONDS = 0.1
"""After which it looks less often whether its turn has come."""

TRUSTED_SECONDS = 5.0
"""How long a connection to PostgreSQL may rest and be used again untried."""

_writes: ContextVar[bool] = ContextVar("intranet_writes", default=False)


@contextmanager
def writing(writes: bool = True) -> Iterator[None]:
    """Say whether transactions begun inside will write (``BEGIN IMMEDIATE`` on SQLite)."""
    token = _writes.set(writes)
    try:
        yield
    finally:
        _writes.reset(token)


def begin_as(writes: bool) -> Callable[[], None]:
    """Set the intent for the current context and return what undoes it (for request hooks)."""
    token = _writes.set(writes)
    return lambda: _writes.reset(token)


def set_up_engine(engine: Engine) -> None:
    """Attach the connection settings and, on SQLite, the explicit ``BEGIN``."""
    _renew_after_reading_only(engine)
    if engine.dialect.name != "sqlite":
        _give_up_waiting(engine)
        _try_after_rest(engine)
        return

    @event.listens_for(engine, "connect")
    def _configure(connection: Any, _record: Any) -> None:
        connection.isolation_level = None
        cursor = connection.cursor()
        for pragma in (
            "journal_mode=WAL",
            "foreign_keys=ON",
            "synchronous=NORMAL",
            f"busy_timeout={PATIENCE_SECONDS * 1000}",
            "temp_store=MEMORY",
            "cache_size=-2000",
        ):
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()
        # What statements ask for by name (``intranet.search.folding``).
        connection.create_function("bare", 1, _of_text(bare), deterministic=True)
        connection.create_function("sort_key", 1, _of_text(sort_key), deterministic=True)

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        driver = connection.connection.driver_connection
        if not _writes.get():
            cast(Any, driver).execute("BEGIN")
            return
        try:
            _begin_writing(driver)
        except OperationalError as refused:
            if outage_of(refused) is not Outage.READ_ONLY:
                raise
            # Opened while nothing could be written, a connection stays so: one opened now may write.
            connection.invalidate(refused)
            _begin_writing(connection.connection.driver_connection)


def _renew_after_reading_only(engine: Engine) -> None:
    """A server that takes no writes tells so to the connection that tries: all are opened anew.

    One opened while the database was read only would stay so after it no longer is.
    """

    @event.listens_for(engine, "handle_error")
    def _look(context: ExceptionContext) -> None:
        if context.sqlalchemy_exception is not None and (
            outage_of(context.sqlalchemy_exception) is Outage.READ_ONLY
        ):
            context.is_disconnect = True


def _give_up_waiting(engine: Engine) -> None:
    """Nobody waits for another's lock for ever: after a while the database says that it is busy."""

    @event.listens_for(engine, "connect")
    def _configure(connection: Any, _record: Any) -> None:
        before, connection.autocommit = connection.autocommit, True
        connection.execute(f"SET lock_timeout = '{PATIENCE_SECONDS}s'")
        connection.autocommit = before


def _try_after_rest(engine: Engine) -> None:
    """Try a connection that has rested before it is used again: the server may have gone, and come back, meanwhile.

    The pool's own ``pool_pre_ping`` tries at each request, a round trip more for every page.
    """

    @event.listens_for(engine, "checkin")
    def _rest(_connection: Any, record: Any) -> None:
        record.info["resting_since"] = monotonic()

    @event.listens_for(engine, "checkout")
    def _try(connection: Any, record: Any, _fairy: Any) -> None:
        since = record.info.get("resting_since")
        if since is None or monotonic() - since < TRUSTED_SECONDS:
            return
        try:
            engine.dialect.do_ping(connection)
        except engine.dialect.loaded_dbapi.Error as lost:
            raise DisconnectionError from lost


def _of_text(function: Callable[[str], str]) -> Callable[[str | None], str | None]:
    """The function as a database's own: nothing for nothing."""
    return lambda text: None if text is None else function(text)


def _begin_writing(connection: Any) -> None:
    """``BEGIN IMMEDIATE``, waiting for the other writer in short, uneven steps.

    SQLite's own waiting soon sleeps 25 ms and more at a time; a transaction here lasts less than one, so most of
    the time the lock would lie free while everyone sleeps.
    """
    connection.execute("PRAGMA busy_timeout=0")
    began = monotonic()
    try:
        while True:
            try:
                connection.execute("BEGIN IMMEDIATE")
                return
            except sqlite3.OperationalError as refused:
                # The code's first byte: "busy" may be for a particular reason, as when another process recovers.
                if (
                    refused.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY
                    or monotonic() > began + PATIENCE_SECONDS
                ):
                    raise OperationalError("BEGIN IMMEDIATE", (), refused) from refused
            # Whoever still has the lock by then has long work to do.
            sleep(uniform(0.0002, 0.0008) * (1 if monotonic() < began + SHORT_SECONDS else 20))
    finally:
        connection.execute(f"PRAGMA busy_timeout={PATIENCE_SECONDS * 1000}")


def insert_unless_there(dialect: Dialect, model: type[Model]) -> Any:
    """An ``INSERT`` that can say ``on_conflict_do_nothing`` or ``on_conflict_do_update``, on either database.

    A database's own language is loaded when it is spoken: the other's stays out of memory.
    """
    if dialect.name == "sqlite":
        from sqlalchemy.dialects.sqlite import insert
    else:
        from sqlalchemy.dialects.postgresql import insert  # type: ignore[assignment]
    return insert(cast(Table, model.__table__))


def insert_new(connection: Connection, model: type[Model]) -> Insert:
    """An ``INSERT`` that does nothing when a row with the same unique key exists already."""
    return cast(Insert, insert_unless_there(connection.dialect, model).on_conflict_do_nothing())
