"""A row of any table, for tests that need data and not their meaning."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import Column, Connection, Table, insert
from sqlalchemy.types import JSON, Boolean, Date, DateTime, Enum, Integer, Numeric

MOMENT = datetime(2019, 3, 14, 9, tzinfo=UTC)


def fill_table(connection: Connection, table: Table) -> bool:
    """Insert one row, unless a column must name a row of another table; whether it was inserted."""
    columns = [column for column in table.columns if not column.nullable and column.default is None]
    needed = [
        column for column in columns if not (column.primary_key and column.autoincrement in (True, "auto"))
    ]
    if any(column.foreign_keys for column in needed):
        return False
    connection.execute(insert(table), {column.name: _value(column) for column in needed})
    return True


def _value(column: Column[Any]) -> Any:
    kind = column.type
    kind = getattr(kind, "impl_instance", kind)
    if isinstance(kind, Enum):
        return next(iter(kind.enum_class)) if kind.enum_class else kind.enums[0]
    for sort, value in (
        (Boolean, False),
        (Integer, 1),
        (Numeric, Decimal(1)),
        (DateTime, MOMENT),
        (Date, MOMENT.date()),
        (JSON, {}),
    ):
        if isinstance(kind, sort):
            return value
    return "x"
