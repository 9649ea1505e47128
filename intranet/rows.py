"""Reading rows quickly: columns instead of objects, each statement built and compiled once.

A *builder* is a module-level function ``(scope, *args) -> Select``. Its statement is kept for each
(builder, scope, args), compiled, with what each column's type does to a value; a request only fills in parameters
and runs it on the driver's own connection. What SQLAlchemy does anew at each execution (finding the compiled text,
a context, a result, its metadata) costs more than most of our statements do.

A request that only reads has a connection of its own, on SQLite in one transaction (``begin_reading`` …
``end_reading``, called by the gate). Everything else reads on the session's connection, in the session's transaction.
"""

from __future__ import annotations

import enum
from collections import namedtuple
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING, Any, cast

from flask import Flask
from sqlalchemy import Enum, Executable, Select, event
from sqlalchemy.engine import Connection, Dialect, Engine
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import PoolProxiedConnection
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.types import TypeEngine

from intranet.current import notes, person, this_app
from intranet.database import UtcDateTime
from intranet.extensions import db

Statement = Select[*tuple[Any, ...]]
"""A select of any columns."""

NUMERIC = 1700
"""PostgreSQL's number of the type ``numeric``: all that SQLAlchemy asks of a column's type there."""

MOST_RESTING = 4
"""How many connections wait for the next reading: one for each of a server's threads."""

Builder = Callable[..., Statement]
Processor = Callable[[Any], Any]

if TYPE_CHECKING:

    class Row(tuple[Any, ...]):
        """A row: a tuple whose columns are also attributes, by their label."""

        __slots__ = ()
        _fields: tuple[str, ...]

        def __getattr__(self, name: str) -> Any: ...

else:
    Row = tuple


class Kept:
    """A compiled statement: its text, how its parameters go in and how its columns come out."""

    __slots__ = ("_columns", "_filled", "_names", "_row", "text")

    def __init__(self, statement: Executable, dialect: Dialect) -> None:
        compiled = cast(SQLCompiler, cast(Any, statement).compile(dialect=dialect))
        missing = {name for bind, name in compiled.bind_names.items() if bind.required}
        # A list of constants (IN) becomes as many parameters.
        whole = compiled.construct_expanded_state(dict.fromkeys(missing))
        self.text = whole.statement
        into = {
            name: processor
            for bind, name in compiled.bind_names.items()
            if (processor := _into(bind.type, dialect)) is not None
        }
        into |= cast(dict[str, Processor], whole.processors)
        names: Sequence[str] = (whole.positiontup or ()) if compiled.positional else tuple(whole.parameters)
        self._names = None if compiled.positional else names
        # A parameter to be given: its name and what its type does to it. A constant: no name, and itself.
        self._filled: list[tuple[str | None, Any]] = [
            (name, into.get(name))
            if name in missing
            else (None, into[name](value) if name in into else value)
            for name in names
            for value in (whole.parameters[name],)
        ]
        if compiled.insert_prefetch or compiled.update_prefetch:
            raise TypeError(f"columns with a default of Python must be given: {compiled}")
        columns = compiled._result_columns
        names = [each.keyname for each in columns]
        self._row = cast(
            Callable[[Sequence[Any]], Row], partial(tuple.__new__, namedtuple("Row", names, rename=True))
        )
        self._columns: list[tuple[int, Processor]] = [
            (index, out)
            for index, each in enumerate(columns)
            if (out := _out_of(each.type, dialect)) is not None
        ]

    def parameters(self, given: Mapping[str, Any]) -> Any:
        """What the driver is given. ``KeyError`` names a parameter that was forgotten."""
        values = [
            into if name is None else given[name] if into is None else into(given[name])
            for name, into in self._filled
        ]
        return values if self._names is None else dict(zip(self._names, values, strict=True))

    def rows(self, found: Sequence[Sequence[Any]]) -> list[Row]:
        """Rows, each column as its type has it."""
        if self._columns:
            found = lists = [list(values) for values in found]
            for index, processor in self._columns:
                for values in lists:
                    values[index] = processor(values[index])
        return list(map(self._row, found))


def _into(kind: TypeEngine[Any], dialect: Dialect) -> Processor | None:
    """What a parameter's type does to the value given."""
    if isinstance(kind, UtcDateTime) and dialect.name == "sqlite":
        return _written
    return kind.dialect_impl(dialect).bind_processor(dialect)


def _written(instant: datetime | None) -> str | None:
    """An instant as SQLite keeps it. ``ValueError`` for one without a time zone, as everywhere."""
    if instant is None:
        return None
    if instant.tzinfo is None:
        raise ValueError("an instant needs a time zone")
    return instant.astimezone(UTC).replace(tzinfo=None).isoformat(" ", "microseconds")


def _out_of(kind: TypeEngine[Any], dialect: Dialect) -> Processor | None:
    """What a column's type does to the driver's value. An enumeration is looked up, without asking the type."""
    if isinstance(kind, Enum) and kind.enum_class is not None:
        members: dict[str | None, enum.Enum | None] = {member.value: member for member in kind.enum_class}
        members[None] = None
        return members.__getitem__
    if isinstance(kind, UtcDateTime) and dialect.name == "sqlite":
        return _instant
    return cast(Processor | None, kind.dialect_impl(dialect).result_processor(dialect, NUMERIC))


def _instant(text: str | None) -> datetime | None:
    """An instant as SQLite keeps it: in UTC, without saying so."""
    return None if text is None else datetime.fromisoformat(text).replace(tzinfo=UTC)


class Reader:
    """The kept statements of one application, and who wants to see them run."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.kept: dict[Any, Kept] = {}
        self.watchers: list[Callable[[str], None]] = []
        self.resting: list[PoolProxiedConnection] = []
        event.listen(engine, "engine_disposed", self._let_go)

    def _let_go(self, _engine: Engine) -> None:
        """The engine closes its connections: ours, too."""
        with suppress(IndexError):  # another thread may take the last one
            while True:
                self.resting.pop().invalidate()

    def statement(self, source: Builder | Executable, args: tuple[Any, ...], scope: Any) -> Kept:
        """The statement of a builder for a scope, or one that is ready made."""
        key = (source, scope, args)
        found = self.kept.get(key)
        if found is None:
            built = source if isinstance(source, Executable) else source(scope, *args)
            found = self.kept[key] = Kept(built, self.engine.dialect)
        return found

    def run(self, kept: Kept, given: Mapping[str, Any], reading: Reading | None) -> Any:
        """The driver's cursor, after the statement."""
        for watch in self.watchers:
            watch(kept.text)
        parameters = kept.parameters(given)
        try:
            driver = self._session_driver() if reading is None else reading.driver()
            return driver.execute(kept.text, parameters)
        except self.engine.dialect.loaded_dbapi.Error as error:
            raise DBAPIError.instance(
                kept.text, parameters, error, self.engine.dialect.loaded_dbapi.Error, hide_parameters=True
            ) from error

    def _session_driver(self) -> Any:
        here = notes()
        known: tuple[Connection, Any] | None = here.get("rows_connection")
        if known is None or not known[0].in_transaction():
            connection = db.session.connection()
            known = here["rows_connection"] = (connection, connection.connection.driver_connection)
        return known[1]


class Reading:
    """One request's own connection, taken when the first row is asked for; on SQLite, its one transaction."""

    __slots__ = ("_connection", "_driver", "_engine", "reader")

    def __init__(self, reader: Reader) -> None:
        self.reader = reader
        self._engine = reader.engine
        self._connection: PoolProxiedConnection | None = None
        self._driver: DBAPIConnection | None = None

    def driver(self) -> Any:
        if self._driver is None:
            try:
                connection = self.reader.resting.pop()
            except IndexError:
                connection = self._engine.raw_connection()
            driver: Any = connection.driver_connection
            try:
                if self._engine.dialect.name == "sqlite":
                    driver.execute("BEGIN")
                else:
                    # Each statement sees what is committed when it starts, in a transaction or not: no BEGIN.
                    driver.autocommit = True
            except self._engine.dialect.loaded_dbapi.Error:
                connection.invalidate()
                raise
            self._connection, self._driver = connection, driver
        return self._driver

    def end(self) -> None:
        """Give the connection back as it was. Nothing was written.

        On SQLite the next reading takes it: through the pool it would cost as much as a statement. A server's goes
        back to the pool, which tries the ones that rested too long.
        """
        if self._connection is None:
            return
        try:
            if self._engine.dialect.name == "sqlite":
                cast(DBAPIConnection, self._driver).commit()
                if len(self.reader.resting) < MOST_RESTING:
                    self.reader.resting.append(self._connection)
                    return
            else:
                cast(Any, self._driver).autocommit = False  # refused when the connection was lost
            self._connection.close()
        except self._engine.dialect.loaded_dbapi.Error:
            self._connection.invalidate()


def reader() -> Reader:
    """Of this application."""
    return cast(Reader, this_app().extensions["intranet.reader"])


def begin_reading() -> None:
    """From here on, this request's rows come by a connection of their own."""
    notes()["reading"] = Reading(reader())


def end_reading() -> None:
    """Give that connection back; rows come by the session's from here on."""
    reading: Reading | None = notes().pop("reading", None)
    if reading is not None:
        reading.end()


def _run(source: Builder | Executable, args: tuple[Any, ...], params: dict[str, Any]) -> tuple[Kept, Any]:
    reading: Reading | None = notes().get("reading")
    of = reader() if reading is None else reading.reader
    scope = None
    if not isinstance(source, Executable):
        who = person()
        if who.is_authenticated:
            scope = who.scope
            params = {**who.params, **params}
    kept = of.statement(source, args, scope)
    return kept, of.run(kept, params, reading)


def fetch_all(source: Builder | Executable, *args: Any, **params: Any) -> Sequence[Row]:
    """Every row. ``args`` shape the statement (hashable, few values), ``params`` fill it."""
    kept, cursor = _run(source, args, params)
    return kept.rows(cursor.fetchall())


def fetch_one(source: Builder | Executable, *args: Any, **params: Any) -> Row | None:
    """The first row, or ``None``."""
    kept, cursor = _run(source, args, params)
    values = cursor.fetchone()
    cursor.close()
    return None if values is None else kept.rows((values,))[0]


def fetch_value(source: Builder | Executable, *args: Any, **params: Any) -> Any:
    """The first column of the first row, or ``None``."""
    row = fetch_one(source, *args, **params)
    return None if row is None else row[0]


def write(statement: Executable, **params: Any) -> None:
    """Run a kept ``INSERT`` or ``UPDATE`` of columns, all of them given, in the session's transaction.

    For commands that write the same few columns many times; the session is not told, and runs no default.
    """
    if notes().get("reading") is not None:
        raise RuntimeError("a request that reads may not write")
    of = reader()
    of.run(of.statement(statement, (), None), params, None)


def init_app(app: Flask) -> None:
    """A reader for the application."""
    with app.app_context():
        app.extensions["intranet.reader"] = Reader(db.engine)
