"""What there is of each plugin, in the code and in the database; and how to remove one for good."""

from __future__ import annotations

import enum
import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, MetaData, Table, delete, inspect, select, text

from intranet.access import registry
from intranet.config import settings
from intranet.database import writing
from intranet.extensions import db
from intranet.jobs.models import OutboxRow
from intranet.pluginsystem.errors import StartRefused
from intranet.pluginsystem.manager import CORE
from intranet.search.models import SearchEntry
from intranet.settings.models import StoredSetting

VERSION_TABLE = "alembic_version_"


class PluginState(enum.StrEnum):
    ENABLED = "enabled"
    DISABLED = "disabled"  # installed, left out by INTRANET_PLUGINS; its data are kept
    ORPHAN = "orphan"  # its tables are there, its code is not
    MISSING = "missing"  # INTRANET_PLUGINS names it, and it is not installed


@dataclass(frozen=True, slots=True)
class PluginStatus:
    """One plugin, for the list. ``tables`` counts those in the database."""

    name: str
    label: Any
    state: PluginState
    source: str
    tables: int
    portal: bool = False


def plugin_statuses(missing: Iterable[str] = ()) -> list[PluginStatus]:
    """Every portal and plugin known to the code, the settings or the database, by name.

    ``missing`` are names that INTRANET_PLUGINS asks for and nothing answers to: a running application has
    none, for it would not have started.
    """
    missing = frozenset(missing)
    plugins = registry().plugins
    tables = _tables_by_owner(inspect(db.engine).get_table_names())
    statuses = []
    for name in sorted({*plugins.found, *tables, *missing} - {CORE}):
        found = plugins.found.get(name)
        statuses.append(
            PluginStatus(
                name=name,
                label=found.plugin.label if found else name,
                state=_state(name, missing),
                source=found.source if found else "",
                tables=len(tables.get(name, ())),
                portal=bool(found and found.plugin.portal),
            )
        )
    return statuses


def _state(name: str, missing: frozenset[str]) -> PluginState:
    plugins = registry().plugins
    if name in plugins.enabled:
        return PluginState.ENABLED
    if name in missing:
        return PluginState.MISSING
    return PluginState.DISABLED if name in plugins.found else PluginState.ORPHAN


def _tables_by_owner(names: Iterable[str]) -> dict[str, list[str]]:
    """The tables of every owner that has a version table, told by their prefix."""
    names = list(names)
    owners = [name.removeprefix(VERSION_TABLE) for name in names if name.startswith(VERSION_TABLE)]
    return {owner: sorted(name for name in names if name.startswith(f"{owner}_")) for owner in owners}


def purge(name: str, export: Path) -> list[str]:
    """Drop every table of a plugin and its version row, after writing them to ``export`` (JSON).

    Its settings, waiting jobs and search entries go too.

    For whoever may use the command line. Refused for the core and for a plugin that is enabled: another
    process would go on using it. Returns the tables dropped.
    """
    if name == CORE or name in registry().plugins.enabled:
        raise StartRefused(
            f"{name} is in service. Take it out of INTRANET_PLUGINS, restart, then purge it."
            if name != CORE
            else "The core cannot be purged."
        )
    tables = _tables_by_owner(inspect(db.engine).get_table_names()).get(name)
    if tables is None:
        raise StartRefused(f"The database holds nothing of a plugin called {name}.")
    with writing(), db.engine.begin() as connection:
        metadata = MetaData()
        metadata.reflect(connection, only=tables)
        owned = [table for table in metadata.sorted_tables if table.name in tables]
        export.write_text(_exported(connection, name, owned), encoding="utf-8")
        for table in reversed(owned):
            table.drop(connection)
        for kept in (StoredSetting.key, OutboxRow.job):
            connection.execute(delete(kept.class_).where(kept.startswith(f"{name}.", autoescape=True)))
        connection.execute(delete(SearchEntry).where(SearchEntry.kind == name))
        connection.execute(text(f'DROP TABLE "{VERSION_TABLE}{name}"'))
    return tables


def default_export(name: str) -> Path:
    """Where a purge writes unless told otherwise: the instance folder, with the date."""
    return settings().instance / f"purged-{name}-{datetime.now():%Y%m%d-%H%M%S}.json"  # noqa: DTZ005 (local)


def _exported(connection: Connection, name: str, tables: list[Table]) -> str:
    rows = {
        table.name: [dict(row) for row in connection.execute(select(table)).mappings()] for table in tables
    }
    stored = connection.execute(
        select(StoredSetting.key, StoredSetting.value).where(
            StoredSetting.key.startswith(f"{name}.", autoescape=True)
        )
    )
    content = {"plugin": name, "settings": {row.key: row.value for row in stored}, "tables": rows}
    return json.dumps(content, ensure_ascii=False, indent=1, default=_as_json)


def _as_json(value: Any) -> Any:
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return str(value)
    if isinstance(value, bytes):
        return value.hex()
    raise TypeError(f"cannot write a {type(value).__name__}")
