"""Finding through the index: FTS5 on SQLite, a tsvector on PostgreSQL.

The words typed are a bound parameter (``q`` unless told), turned into each engine's own expression when it is
sent: a statement is built once and no text of a user reaches the expression's syntax.
"""

from __future__ import annotations

from typing import Any, TypeVar

from sqlalchemy import (
    ColumnElement,
    Dialect,
    Select,
    String,
    bindparam,
    column,
    func,
    literal_column,
    select,
    table,
)
from sqlalchemy.dialects.postgresql import TSQUERY
from sqlalchemy.types import TypeDecorator

from intranet.extensions import db
from intranet.search.models import SearchEntry
from intranet.search.words import query_words

S = TypeVar("S", bound=Select[*tuple[Any, ...]])
_FTS = table("core_search_fts", column("rowid"))
_MATCHED: ColumnElement[Any] = literal_column("core_search_fts")
_NOTHING = 'kind : "_"'  # no kind has that name


class Words(TypeDecorator[str]):
    """What a person typed, as the database's search expression within one kind."""

    impl = String
    cache_ok = True

    def __init__(self, kind: str) -> None:
        super().__init__()
        self.kind = kind

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str:
        words = query_words(value or "")
        if dialect.name == "sqlite":
            # A single letter is looked for as a word: as a beginning it would match nearly everything.
            ends = ['"' + word + ('"*' if len(word) > 1 else '"') for word in words]
            return f'kind : "{self.kind}" AND words : ({" AND ".join(ends)})' if ends else _NOTHING
        return " & ".join(f"'{word}':*" if len(word) > 1 else f"'{word}'" for word in words)


def _found(kind: str, param: str) -> tuple[Any, tuple[Any, ...], Any]:
    """What to select from, its criteria, and what orders it (newest entry last)."""
    typed = bindparam(param, type_=Words(kind))
    if db.engine.dialect.name == "sqlite":
        source = _FTS.join(SearchEntry, SearchEntry.id == _FTS.c.rowid)
        return source, (_MATCHED.op("MATCH", is_comparison=True)(typed),), _FTS.c.rowid
    vector: ColumnElement[Any] = literal_column("core_search_entry.vector")
    asked = func.to_tsquery("simple", typed, type_=TSQUERY)
    return SearchEntry, (SearchEntry.kind == kind, vector.op("@@")(asked)), SearchEntry.id


def matching(kind: str, param: str = "q") -> Select[int]:
    """The ids of the objects of ``kind`` whose words hold what ``:q`` says, for ``Model.id.in_(…)``.

    For a list that has its own order. Says nothing about who may see them: the caller's policy does.
    """
    source, criteria, _order = _found(kind, param)
    return select(SearchEntry.object_id).select_from(source).where(*criteria)


def newest(statement: S, kind: str, key: Any, param: str = "q") -> S:
    """``statement``, limited to what ``:q`` finds under ``kind`` and newest first.

    ``key`` is the column that holds the object's id. The index is walked from its end, so that with a limit
    only as many rows are read as are shown; the statement's own criteria decide who may see them.
    """
    source, criteria, order = _found(kind, param)
    return (
        statement.select_from(source)
        .where(*criteria, SearchEntry.object_id == key)
        .order_by(None)
        .order_by(order.desc())
    )
