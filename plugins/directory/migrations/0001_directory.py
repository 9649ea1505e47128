"""Tables of the directory."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001_directory"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "directory_entry",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("engagement", sa.String(length=32), nullable=False),
        sa.Column("contact", sa.String(length=120), nullable=False),
        sa.Column("phone", sa.String(length=32), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("services", sa.String(length=255), nullable=False),
        sa.Column("notes", sa.Text(), nullable=False),
        sa.Column("site_id", sa.Integer(), nullable=True),
        sa.Column("organisation_id", sa.Integer(), nullable=True),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["core_organisation.id"],
            name=op.f("fk_directory_entry_organisation_id"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["site_id"], ["core_site.id"], name=op.f("fk_directory_entry_site_id"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_directory_entry")),
        sa.UniqueConstraint("name", name=op.f("uq_directory_entry_name")),
    )
    op.create_index(op.f("ix_directory_entry_engagement"), "directory_entry", ["engagement"], unique=False)
    op.create_index(op.f("ix_directory_entry_kind"), "directory_entry", ["kind"], unique=False)
    op.create_index(
        op.f("ix_directory_entry_organisation_id"), "directory_entry", ["organisation_id"], unique=False
    )
    op.create_index(op.f("ix_directory_entry_site_id"), "directory_entry", ["site_id"], unique=False)


def downgrade() -> None:
    op.drop_index(op.f("ix_directory_entry_site_id"), table_name="directory_entry")
    op.drop_index(op.f("ix_directory_entry_organisation_id"), table_name="directory_entry")
    op.drop_index(op.f("ix_directory_entry_kind"), table_name="directory_entry")
    op.drop_index(op.f("ix_directory_entry_engagement"), table_name="directory_entry")
    op.drop_table("directory_entry")
