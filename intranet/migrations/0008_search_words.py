"""Found with the words of every day: names are sorted again, the index is made again, works have synonyms.

The index is made by a job: the words of an entry come from every domain, which a migration does not know.
"""

from __future__ import annotations

import csv
from datetime import UTC, datetime
from importlib.resources import files

import sqlalchemy as sa
from alembic import op

from intranet.search.words import sort_key

revision = "0008_search_words"
down_revision = "0007_safety"
branch_labels = None
depends_on = None

HOUSEHOLD = sa.table("core_household", sa.column("id", sa.Integer), sa.column("name"), sa.column("sort_name"))
OUTBOX = sa.table(
    "core_outbox",
    sa.column("job", sa.String),
    sa.column("payload", sa.JSON),
    sa.column("unique_key", sa.String),
    sa.column("created_at", sa.DateTime(timezone=True)),
    sa.column("due_at", sa.DateTime(timezone=True)),
    sa.column("attempts", sa.Integer),
    sa.column("error", sa.Text),
)
KEY = "search.rebuild:0008"


KIND = sa.table("core_works_kind", sa.column("code"), sa.column("synonyms"))


def upgrade() -> None:
    bind = op.get_bind()
    op.add_column(
        "core_works_kind", sa.Column("synonyms", sa.String(length=255), nullable=False, server_default="")
    )
    with files("intranet.data").joinpath("works_catalogue.csv").open(encoding="utf-8") as file:
        for row in csv.DictReader(file, delimiter=";"):
            bind.execute(sa.update(KIND).where(KIND.c.code == row["code"]).values(synonyms=row["synonyms"]))
    for identity, name in bind.execute(sa.select(HOUSEHOLD.c.id, HOUSEHOLD.c.name)).all():
        bind.execute(sa.update(HOUSEHOLD).where(HOUSEHOLD.c.id == identity).values(sort_name=sort_key(name)))
    at = datetime.now(UTC)
    if bind.scalar(sa.select(HOUSEHOLD.c.id).limit(1)) is not None:
        row = {"job": "search.rebuild", "payload": {}, "unique_key": KEY, "created_at": at, "due_at": at}
        bind.execute(sa.insert(OUTBOX).values(**row, attempts=0, error=""))


def downgrade() -> None:
    op.drop_column("core_works_kind", "synonyms")
    op.get_bind().execute(sa.delete(OUTBOX).where(OUTBOX.c.unique_key == KEY))
