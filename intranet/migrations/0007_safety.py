"""A task remembers the guard-rail that stopped it, so that it goes on by itself once the reason is lifted."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007_safety"
down_revision = "0006_file_names"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "core_task", sa.Column("blocked_rule", sa.String(length=40), nullable=False, server_default="")
    )


def downgrade() -> None:
    op.drop_column("core_task", "blocked_rule")
