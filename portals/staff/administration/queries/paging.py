"""Lists of administration: which filters are on, and one page at a time."""

from __future__ import annotations

from sqlalchemy import (
    bindparam,
)

from intranet.rows import Statement

Asked = tuple[str, ...]
"""Which filters are on."""


def page(statement: Statement) -> Statement:
    """The rows of ``:limit`` from ``:offset``."""
    return statement.limit(bindparam("limit")).offset(bindparam("offset"))
