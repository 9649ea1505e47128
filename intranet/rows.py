"""Reading rows quickly: columns instead of objects, each statement built once.

A *builder* is a module-level function ``(scope, *args) -> Select``. Its statement is kept for each
(builder, scope, args), so that a request only fills in parameters. Everything runs on the session's own
connection, in the request's one transaction.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, cast

from flask import g
from flask_login import current_user
from sqlalchemy import Executable, Row, Select
from sqlalchemy.engine import Connection, CursorResult

from intranet.access import Actor, registry
from intranet.extensions import db

Statement = Select[*tuple[Any, ...]]
"""A select of any columns."""

Builder = Callable[..., Statement]


def _connection() -> Connection:
    """The session's connection, asked of the session once for each transaction."""
    known = g.get("rows_connection")
    if known is None or not known.in_transaction():
        known = g.rows_connection = db.session.connection()
    return cast(Connection, known)


def _run(
    source: Builder | Executable, args: tuple[Any, ...], params: dict[str, Any]
) -> CursorResult[*tuple[Any, ...]]:
    connection = _connection()
    if isinstance(source, Executable):
        return connection.execute(source, params)
    actor: Actor = current_user._get_current_object()
    scope = actor.scope if actor.is_authenticated else None
    kept = registry().statements
    key = (source, scope, args)
    statement = kept.get(key)
    if statement is None:
        statement = kept[key] = source(scope, *args)
    if scope is not None:
        params = {**actor.params, **params}
    return connection.execute(statement, params)


def fetch_all(source: Builder | Executable, *args: Any, **params: Any) -> Sequence[Row[*tuple[Any, ...]]]:
    """Every row. ``args`` shape the statement (hashable, few values), ``params`` fill it."""
    return _run(source, args, params).all()


def fetch_one(source: Builder | Executable, *args: Any, **params: Any) -> Row[*tuple[Any, ...]] | None:
    """The first row, or ``None``."""
    return _run(source, args, params).first()


def fetch_value(source: Builder | Executable, *args: Any, **params: Any) -> Any:
    """The first column of the first row, or ``None``."""
    return _run(source, args, params).scalar()
