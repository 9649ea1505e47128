"""A file bears a name that tells nothing; the sender's own is kept for her organisation alone."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006_file_names"
down_revision = "0005_access_log"
branch_labels = None
depends_on = None

DOCUMENT = sa.table(
    "core_document",
    sa.column("id", sa.Integer),
    sa.column("kind"),
    sa.column("name"),
    sa.column("sent_name"),
    sa.column("sent_by", sa.Integer),
    sa.column("uploaded_by", sa.Integer),
    sa.column("media_type"),
    sa.column("uploaded_at"),
)
MEMBERSHIP = sa.table(
    "core_membership", sa.column("user_id", sa.Integer), sa.column("organisation_id", sa.Integer)
)
ENTRY = sa.table("core_timeline", sa.column("id", sa.Integer), sa.column("kind"), sa.column("data", sa.JSON))
NOUNS = {"photo": "photo", "attachment": "piece", "insurance": "assurance"}
EXTENSIONS = {"image/jpeg": ".jpg", "application/pdf": ".pdf"}


def upgrade() -> None:
    with op.batch_alter_table("core_document") as table:
        table.add_column(sa.Column("sent_name", sa.String(160), nullable=False, server_default=""))
        table.add_column(sa.Column("sent_by", sa.Integer(), nullable=True))
        table.create_foreign_key(
            op.f("fk_core_document_sent_by_core_organisation"), "core_organisation", ["sent_by"], ["id"]
        )
    with op.batch_alter_table("core_document") as table:
        table.alter_column("sent_name", server_default=None, existing_type=sa.String(160))
    connection = op.get_bind()
    _rename(connection)
    _forget_in_the_history(connection)


def _rename(connection: sa.Connection) -> None:
    """Who belongs to one organisation sent from there; what others sent is known by its new name alone."""
    of = {
        user_id: organisation_id
        for user_id, organisation_id, places in connection.execute(
            sa.select(
                MEMBERSHIP.c.user_id,
                sa.func.min(MEMBERSHIP.c.organisation_id),
                sa.func.count(sa.distinct(MEMBERSHIP.c.organisation_id)),
            ).group_by(MEMBERSHIP.c.user_id)
        )
        if places == 1
    }
    sent = sa.select(DOCUMENT).where(DOCUMENT.c.kind.in_(NOUNS))
    for row in connection.execute(sent).all():
        day = str(row.uploaded_at)[:10]
        connection.execute(
            sa.update(DOCUMENT)
            .where(DOCUMENT.c.id == row.id)
            .values(
                name=f"{NOUNS[row.kind]}-{day}{EXTENSIONS.get(row.media_type, '')}",
                sent_name=row.name,
                sent_by=of.get(row.uploaded_by),
            )
        )


def _forget_in_the_history(connection: sa.Connection) -> None:
    told = sa.select(ENTRY.c.id, ENTRY.c.data).where(ENTRY.c.kind == "works.rent.documented")
    for row in connection.execute(told).all():
        left = {key: value for key, value in row.data.items() if key != "name"}
        connection.execute(sa.update(ENTRY).where(ENTRY.c.id == row.id).values(data=left))


def downgrade() -> None:
    with op.batch_alter_table("core_document") as table:
        table.drop_constraint(op.f("fk_core_document_sent_by_core_organisation"), type_="foreignkey")
        table.drop_column("sent_by")
        table.drop_column("sent_name")
