"""Migrations: plain Alembic, one linear tree and one version table for each owner.

A shared tree with branches dies when a plugin is absent; here each owner stands alone. The core goes first,
then plugins after those they require. Tables of an owner are told by their prefix (``core_``, ``energy_``).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from textwrap import dedent, indent
from typing import Any, Literal

from alembic.autogenerate import compare_metadata, produce_migrations, render_python_code
from alembic.migration import MigrationContext
from alembic.operations import Operations
from alembic.script import ScriptDirectory
from flask import Flask
from sqlalchemy import Connection, MetaData, text

from intranet.access import registry
from intranet.core_hooks import load_models
from intranet.database import Model, UtcDateTime, writing
from intranet.extensions import db
from intranet.revisions import VERSION_TABLE, migrations_folder, newest

TEMPLATE_FOLDER = Path(__file__).parent / "migrations"
HEADS = "heads"
UPGRADE_LOCK = 7_406_001
"""Key of the PostgreSQL advisory lock: two servers that start together do not both migrate."""

# Made by migrations in the databases' own languages; no model describes them.
UNMODELLED_TABLES = ("core_search_fts",)
UNMODELLED_COLUMNS = frozenset({"core_search_entry.vector"})
UNMODELLED_INDEXES = frozenset({"ix_core_search_entry_vector"})


class MigrationFailed(Exception):
    """The database was left as it was; the message says why."""


def _scripts(owner: str) -> ScriptDirectory:
    folder = migrations_folder(owner)
    return ScriptDirectory(str(TEMPLATE_FOLDER), file_template="%(rev)s", version_locations=[str(folder)])


def _metadata() -> MetaData:
    """The tables of the core and of every enabled owner."""
    load_models()
    for each in registry().plugins.enabled.values():
        if find_spec(f"{each.package}.models"):
            import_module(f"{each.package}.models")
    return Model.metadata


def head(owner: str) -> str | None:
    """The end of the owner's tree of revisions, as Alembic reads it."""
    return _scripts(owner).get_current_head() if newest(owner) else None


def _owned(owner: str) -> Callable[..., bool]:
    """Alembic's ``include_object`` for one owner."""
    prefix = f"{owner}_"

    def include(item: Any, name: str | None, kind: str, _reflected: bool, _other: Any) -> bool:
        table = name if kind == "table" else item.table.name
        if not str(table).startswith(prefix) or str(table).startswith(UNMODELLED_TABLES):
            return False
        if kind == "column":
            return f"{table}.{name}" not in UNMODELLED_COLUMNS
        return not (kind == "index" and name in UNMODELLED_INDEXES)

    return include


def _render_item(kind: str, item: Any, _context: Any) -> str | Literal[False]:
    """Our own column types, written in a migration as what they are in the database."""
    if kind == "type" and isinstance(item, UtcDateTime):
        return "sa.DateTime(timezone=True)"
    if kind == "type" and type(item).__name__ == "Enum":
        return f"sa.String(length={item.length})"
    return False


def _context(connection: Connection, owner: str, **options: Any) -> MigrationContext:
    return MigrationContext.configure(
        connection,
        opts={
            "version_table": VERSION_TABLE + owner,
            "target_metadata": _metadata(),
            "include_object": _owned(owner),
            "compare_type": True,
            "render_as_batch": connection.dialect.name == "sqlite",
            "render_item": _render_item,
            "user_module_prefix": None,
            "transactional_ddl": True,
            **options,
        },
    )


@contextmanager
def _one_transaction() -> Iterator[Connection]:
    """A connection in one transaction that writes; on SQLite without foreign keys until its end.

    With them on, a batch rebuild of a table would delete its children.
    """
    with db.engine.connect() as connection, writing():
        sqlite = connection.dialect.name == "sqlite"
        driver = connection.connection.driver_connection
        if sqlite and driver is not None:
            driver.execute("PRAGMA foreign_keys=OFF")
        try:
            with connection.begin():
                if not sqlite:
                    connection.execute(text("SET LOCAL lock_timeout = 0"))  # the other may take long
                    connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": UPGRADE_LOCK})
                yield connection
                if sqlite:
                    _check_foreign_keys(connection)
        finally:
            if sqlite and driver is not None:
                driver.execute("PRAGMA foreign_keys=ON")


def _check_foreign_keys(connection: Connection) -> None:
    broken = connection.exec_driver_sql("PRAGMA foreign_key_check").all()
    if broken:
        tables = ", ".join(sorted({f"{row[0]} → {row[2]}" for row in broken}))
        raise MigrationFailed(f"{len(broken)} rows would point to nothing ({tables}). Nothing was changed.")


def _move(connection: Connection, owner: str, target: str) -> None:
    """Run the owner's revisions from where it stands forward to ``heads``, or back to another ``target``."""
    scripts = _scripts(owner)

    def steps(revision: Any, _context: MigrationContext) -> Any:
        if target == HEADS:
            return scripts._upgrade_revs(target, revision)
        return scripts._downgrade_revs(target, revision)

    context = _context(connection, owner, fn=steps, script=scripts)
    with Operations.context(context):
        context.run_migrations()


def upgrade_all(app: Flask) -> None:
    """Bring every enabled owner to its newest revision, all in one transaction."""
    with app.app_context(), _one_transaction() as connection:
        for owner in registry().plugins.owner_order():
            if newest(owner):
                _move(connection, owner, HEADS)


def downgrade(app: Flask, owner: str, revision: str = "base") -> None:
    """Take back the revisions of one owner after ``revision``; all of them unless told: its tables are gone then.

    Its version table stays, empty.
    """
    with app.app_context(), _one_transaction() as connection:
        _move(connection, owner, revision)


def check(app: Flask) -> list[str]:
    """What the models say and the migrated database does not, in words; empty when they agree."""
    found = []
    with app.app_context(), db.engine.connect() as connection:
        for owner in registry().plugins.owner_order():
            for difference in compare_metadata(_context(connection, owner), _metadata()):
                found.append(f"{owner}: {_in_words(difference)}")
    return found


def _in_words(difference: Any) -> str:
    if isinstance(difference, list):
        return "; ".join(_in_words(each) for each in difference)
    return " ".join(str(part) for part in difference if part is not None)


def revision(app: Flask, owner: str, message: str) -> Path:
    """Write the owner's next revision from the difference between its models and the database."""
    with app.app_context(), db.engine.connect() as connection:
        folder = migrations_folder(owner)
        folder.mkdir(exist_ok=True)
        scripts = _scripts(owner)
        context = _context(connection, owner)
        operations = produce_migrations(context, _metadata())
        assert operations.upgrade_ops is not None
        assert operations.downgrade_ops is not None
        number = len(list(folder.glob("[0-9]*.py"))) + 1
        written = scripts.generate_revision(
            f"{number:04d}_{owner}",
            message,
            head="head",
            version_path=str(folder),
            imports="",
            upgrades=_code(operations.upgrade_ops, context, as_batch=number > 1),
            downgrades=_code(operations.downgrade_ops, context, as_batch=number > 1),
        )
        assert written is not None
        return Path(written.path)


def _code(operations: Any, context: MigrationContext, *, as_batch: bool) -> str:
    """The body of ``upgrade`` or ``downgrade``. Batches, which SQLite needs to alter a table, only to alter."""
    code = render_python_code(
        operations, migration_context=context, render_as_batch=as_batch, render_item=_render_item
    )
    lines = [line for line in code.splitlines() if line.strip() and not line.lstrip().startswith("# ###")]
    return indent(dedent("\n".join(lines)), "    ").strip()
