"""Looking for a few letters anywhere in a small table, and sorting as people read: accents and case count for neither.

What is long is searched through the index (``intranet.search.queries``); this reads every row.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, Dialect, String, bindparam, or_
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import GenericFunction
from sqlalchemy.types import TypeDecorator

from intranet.search.words import APOSTROPHES, DOUBLE, HYPHENS, MARKS, SINGLE, bare

ESCAPE = "\\"


class Bare(GenericFunction[str]):
    """``bare(column)``: SQLite asks ``words.bare`` (``intranet.database`` lends it), PostgreSQL does the same."""

    type = String()
    name = "bare"
    inherit_cache = True


class SortKey(GenericFunction[str]):
    """``sort_key(column)``: as ``words.sort_key``, to order the rows of a list by what its reader expects."""

    type = String()
    name = "sort_key"
    inherit_cache = True


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def _plain(column: str) -> str:
    """``words.plain`` in PostgreSQL's own words."""
    signs = APOSTROPHES + HYPHENS
    as_one = "'" * len(APOSTROPHES) + "-" * len(HYPHENS)
    written = f"translate({column}, {_quoted(signs)}, {_quoted(as_one)})"
    written = f"normalize(lower(regexp_replace(normalize({written}, NFKD), '{MARKS}', '', 'g')), NFKD)"
    written = f"regexp_replace({written}, '{MARKS}', '', 'g')"
    letters = "".join(letter + letter.upper() for letter in SINGLE if letter != "ı") + "ı"
    instead = "".join(SINGLE[letter] * 2 for letter in SINGLE if letter != "ı") + "i"
    written = f"translate({written}, {_quoted(letters)}, {_quoted(instead)})"
    for letter, both in DOUBLE.items():
        for each in (letter, "ẞ" if letter == "ß" else letter.upper()):
            written = f"replace({written}, '{each}', '{both}')"
    return written


@compiles(Bare, "postgresql")
def _bare_in_postgresql(element: Bare, compiler: SQLCompiler, **options: Any) -> str:
    return f"regexp_replace({_plain(compiler.process(element.clauses, **options))}, '[''\\s-]+', '', 'g')"


@compiles(SortKey, "postgresql")
def _sort_key_in_postgresql(element: SortKey, compiler: SQLCompiler, **options: Any) -> str:
    written = _plain(compiler.process(element.clauses, **options))
    written = f"replace(replace({written}, '''', ''), '-', ' ')"
    written = (
        f"regexp_replace(btrim(regexp_replace({written}, '\\s+', ' ', 'g')), '([0-9]+)', '00000000\\1', 'g')"
    )
    written = f"regexp_replace({written}, '0*([0-9]{{8,}})(?![0-9])', '\\1', 'g')"
    return f'({written}) COLLATE "C"'


class Typed(TypeDecorator[str]):
    """What a person typed, as a ``LIKE`` pattern: anywhere, its own ``%`` and ``_`` taken for themselves."""

    impl = String
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str:
        text = bare(value or "").replace(ESCAPE, ESCAPE * 2)
        return "%" + text.replace("%", ESCAPE + "%").replace("_", ESCAPE + "_") + "%"


def holds(*columns: Any, param: str = "q") -> ColumnElement[bool]:
    """Whether what ``:q`` says stands anywhere in one of ``columns``."""
    return or_(*(Bare(column).like(bindparam(param, type_=Typed()), escape=ESCAPE) for column in columns))
