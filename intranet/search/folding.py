"""Looking for a few letters anywhere in a small table: accents and case count on neither side.

What is long is searched through the index (``intranet.search.queries``); this reads every row.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, Dialect, String, bindparam, or_
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import GenericFunction
from sqlalchemy.types import TypeDecorator

from intranet.search.words import bare

ESCAPE = "\\"
_MARKS = "[\u0300-\u036f]"


class Bare(GenericFunction[str]):
    """``bare(column)``: SQLite asks ``words.bare`` (``intranet.database`` lends it), PostgreSQL does the same."""

    type = String()
    name = "bare"
    inherit_cache = True


@compiles(Bare, "postgresql")
def _in_postgresql(element: Bare, compiler: SQLCompiler, **options: Any) -> str:
    column = compiler.process(element.clauses, **options)
    plain = f"regexp_replace(normalize(lower({column}), NFKD), '{_MARKS}', '', 'g')"
    return f"replace(replace(replace({plain}, 'œ', 'oe'), 'æ', 'ae'), '’', '''')"


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
