"""Finding through the index: FTS5 on SQLite, a tsvector on PostgreSQL.

The words typed are a bound parameter (``q`` unless told), turned into each engine's own expression when it is
sent: a statement is built once and no text of a user reaches the expression's syntax.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple, TypeVar

from sqlalchemy import (
    BigInteger,
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
from sqlalchemy.types import TypeDecorator

from intranet.extensions import db
from intranet.search.models import OBJECTS, SearchEntry, first_of
from intranet.search.words import Typed, query_words

S = TypeVar("S", bound=Select[*tuple[Any, ...]])
_FTS = table("core_search_fts", column("rowid", BigInteger))
_MATCHED: ColumnElement[Any] = literal_column("core_search_fts")
_NOTHING = '"_"'  # no word is written so


class Words(TypeDecorator[str]):
    """What a person typed, as the database's search expression."""

    impl = String
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str:
        words = query_words(value or "")
        if dialect.name == "sqlite":
            return (
                " AND ".join(_asked(each, _beginning_sqlite, " AND ", " OR ") for each in words) or _NOTHING
            )
        return " & ".join(_asked(each, _beginning_postgresql, " & ", " | ") for each in words)


# A single letter is looked for as a word: as a beginning it would match nearly everything.


def _beginning_sqlite(word: str) -> str:
    return f'"{word}"*' if len(word) > 1 else f'"{word}"'


def _beginning_postgresql(word: str) -> str:
    return f"'{word}':*" if len(word) > 1 else f"'{word}'"


def _asked(typed: Typed, beginning: Callable[[str], str], both: str, either: str) -> str:
    """One thing typed: its one word, or its parts, or all of them in one."""
    if typed.parts == (typed.joined,):
        return beginning(typed.joined)
    return f"({beginning(typed.joined)}{either}({both.join(map(beginning, typed.parts))}))"


class _Found(NamedTuple):
    """What to select from, which object each entry is about, what numbers the entries, and the criteria."""

    source: Any
    object_id: Any
    number: Any
    criteria: tuple[Any, ...]


def _found(kind: str, param: str) -> _Found:
    typed = bindparam(param, type_=Words())
    if db.engine.dialect.name == "sqlite":
        first, number = first_of(kind), _FTS.c.rowid
        matches = _MATCHED.op("MATCH", is_comparison=True)(typed)
        return _Found(_FTS, number - first, number, (matches, number.between(first, first + OBJECTS - 1)))
    vector: ColumnElement[Any] = literal_column("core_search_entry.vector")
    holds = vector.op("@@", is_comparison=True)
    # The kind is one of the vector's words, as the migration wrote it; a cast leaves its sign alone. Two criteria:
    # joined in one, a query in which PostgreSQL finds no word would be the kind alone, and find all of it.
    of_kind: ColumnElement[Any] = literal_column(f"'''={kind}'''::tsquery")
    criteria = holds(of_kind), holds(func.to_tsquery("simple", typed))
    return _Found(SearchEntry, SearchEntry.object_id, SearchEntry.id, criteria)


def matching(kind: str, param: str = "q") -> Select[int]:
    """The ids of the objects of ``kind`` whose words hold what ``:q`` says, for ``Model.id.in_(…)``.

    For a list that has its own order. Says nothing about who may see them: the caller's policy does.
    """
    found = _found(kind, param)
    return select(found.object_id).select_from(found.source).where(*found.criteria)


def newest(statement: S, kind: str, key: Any, param: str = "q") -> S:
    """``statement``, limited to what ``:q`` finds under ``kind``, the object made last first.

    ``key`` is the column that holds the object's id. The index is walked from its end, so that with a limit
    only as many rows are read as are shown; the statement's own criteria decide who may see them.
    """
    found = _found(kind, param)
    return (
        statement.select_from(found.source)
        .where(*found.criteria, key == found.object_id)
        .order_by(None)
        .order_by(found.number.desc())
    )
