"""Where each owner's tables stand, without Alembic: every server asks at its start, and must start lightly.

Revisions are numbered files, ``0001_<owner>.py``: the last one is the newest (the contract checks it).
"""

from __future__ import annotations

from dataclasses import dataclass
from importlib import import_module
from pathlib import Path

from flask import Flask
from sqlalchemy import column, inspect, select, table

from intranet.access import registry
from intranet.extensions import db
from intranet.pluginsystem.manager import CORE

VERSION_TABLE = "alembic_version_"


@dataclass(frozen=True, slots=True)
class Status:
    """Where one owner stands: the revision in the database and the newest one known."""

    owner: str
    current: str | None
    head: str | None

    @property
    def up_to_date(self) -> bool:
        return self.current == self.head


def migrations_folder(owner: str) -> Path:
    """Where the owner's revisions are."""
    package = "intranet" if owner == CORE else registry().plugins.enabled[owner].package
    return Path(str(import_module(package).__file__)).parent / "migrations"


def newest(owner: str) -> str | None:
    """The owner's last revision; ``None`` when it has no table."""
    return max((path.stem for path in migrations_folder(owner).glob("[0-9]*.py")), default=None)


def status(app: Flask) -> list[Status]:
    """Where each enabled owner that has migrations stands."""
    with app.app_context(), db.engine.connect() as connection:
        known = set(inspect(connection).get_table_names())

        def current(owner: str) -> str | None:
            versions = table(VERSION_TABLE + owner, column("version_num"))
            return connection.scalar(select(versions.c.version_num)) if versions.name in known else None

        owners = registry().plugins.owner_order()
        return [Status(owner, current(owner), newest(owner)) for owner in owners if newest(owner)]


def pending(app: Flask) -> list[str]:
    """The owners whose tables are not up to date."""
    return [each.owner for each in status(app) if not each.up_to_date]
