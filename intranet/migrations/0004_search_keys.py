"""An entry of the search is numbered by what it is about: its kind, then its object.

SQLite's index then looks within one kind by a range of numbers, and leads to the object without its entry. On
PostgreSQL the kind is a word of the entry's vector, written as nobody can type it: ``=dossier``. Its index takes new
words in at once: rows put aside for later are read one by one in each search.
"""

from __future__ import annotations

from importlib import import_module
from zlib import crc32

import sqlalchemy as sa
from alembic import op

revision = "0004_search_keys"
down_revision = "0003_counter_due"
branch_labels = None
depends_on = None

ENTRY = sa.table(
    "core_search_entry", sa.column("id", sa.BigInteger), sa.column("kind"), sa.column("object_id", sa.Integer)
)
UNIQUE = "uq_core_search_entry_kind_object_id"
EVENTS = ("insert", "delete", "update")


INDEX = (
    """CREATE VIRTUAL TABLE core_search_fts USING fts5(
        words,
        content='core_search_entry', content_rowid='id', columnsize=0,
        tokenize="unicode61 remove_diacritics 2", prefix='2 3'
    )""",
    """CREATE TRIGGER core_search_entry_insert AFTER INSERT ON core_search_entry BEGIN
        INSERT INTO core_search_fts (rowid, words) VALUES (new.id, new.words);
    END""",
    """CREATE TRIGGER core_search_entry_delete AFTER DELETE ON core_search_entry BEGIN
        INSERT INTO core_search_fts (core_search_fts, rowid, words) VALUES ('delete', old.id, old.words);
    END""",
    """CREATE TRIGGER core_search_entry_update AFTER UPDATE ON core_search_entry BEGIN
        INSERT INTO core_search_fts (core_search_fts, rowid, words) VALUES ('delete', old.id, old.words);
        INSERT INTO core_search_fts (rowid, words) VALUES (new.id, new.words);
    END""",
)
KIND = "array_to_tsvector(ARRAY['=' || kind::text]) || "
VECTOR = "to_tsvector('simple', words)"
FILL = "INSERT INTO core_search_fts (core_search_fts) VALUES ('rebuild')"


def upgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        _drop_index()
        with op.batch_alter_table("core_search_entry") as table:
            table.drop_constraint(UNIQUE, type_="unique")
        _number_by_object()
        for statement in (*INDEX, FILL):
            op.execute(statement)
        return
    op.drop_constraint(UNIQUE, "core_search_entry", type_="unique")
    op.execute("ALTER TABLE core_search_entry ALTER COLUMN id DROP DEFAULT, ALTER COLUMN id TYPE BIGINT")
    op.execute("DROP SEQUENCE core_search_entry_id_seq")
    _number_by_object()
    _index_vector(KIND + VECTOR, " WITH (fastupdate = off)")


def downgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        _drop_index()
        _number_in_order()
        with op.batch_alter_table("core_search_entry") as table:
            table.create_unique_constraint(UNIQUE, ["kind", "object_id"])
        for statement in (*import_module("intranet.migrations.0001_core").SQLITE_SEARCH, FILL):
            op.execute(statement)
        return
    _index_vector(VECTOR, "")
    _number_in_order()
    op.execute("ALTER TABLE core_search_entry ALTER COLUMN id TYPE INTEGER")
    op.execute("CREATE SEQUENCE core_search_entry_id_seq AS INTEGER OWNED BY core_search_entry.id")
    op.execute(
        "ALTER TABLE core_search_entry ALTER COLUMN id SET DEFAULT nextval('core_search_entry_id_seq')"
    )
    op.execute(
        "SELECT setval('core_search_entry_id_seq', (SELECT coalesce(max(id), 1) FROM core_search_entry))"
    )
    op.create_unique_constraint(UNIQUE, "core_search_entry", ["kind", "object_id"])


def _drop_index() -> None:
    for event in EVENTS:
        op.execute(f"DROP TRIGGER core_search_entry_{event}")
    op.execute("DROP TABLE core_search_fts")


def _index_vector(vector: str, options: str) -> None:
    """On PostgreSQL; the index goes with its column."""
    op.execute("ALTER TABLE core_search_entry DROP COLUMN vector")
    op.execute(
        f"ALTER TABLE core_search_entry ADD COLUMN vector tsvector GENERATED ALWAYS AS ({vector}) STORED"
    )
    op.execute(f"CREATE INDEX ix_core_search_entry_vector ON core_search_entry USING gin (vector){options}")


def _number_by_object() -> None:
    bind = op.get_bind()
    for kind in bind.scalars(sa.select(ENTRY.c.kind).distinct()).all():
        first = (crc32(kind.encode()) & 0x7FFFFFFF or 1) << 32
        op.execute(
            ENTRY.update()
            .where(ENTRY.c.kind == kind)
            .values(id=ENTRY.c.object_id + sa.literal(first, sa.BigInteger))
        )


def _number_in_order() -> None:
    op.execute(
        """UPDATE core_search_entry SET id = numbered.place
        FROM (SELECT id AS was, row_number() OVER (ORDER BY id) AS place FROM core_search_entry) AS numbered
        WHERE core_search_entry.id = numbered.was"""
    )
