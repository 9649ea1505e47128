"""The tables of the notices."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001_notices"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "notices_notice",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("text", sa.String(length=200), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notices_notice")),
    )


def downgrade() -> None:
    op.drop_table("notices_notice")
