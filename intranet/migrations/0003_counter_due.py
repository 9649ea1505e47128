"""The day a counter-proposal offers for the bailleur's part."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003_counter_due"
down_revision = "0002_negotiation"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("core_line_answer", sa.Column("counter_due_on", sa.Date(), nullable=True))


def downgrade() -> None:
    op.drop_column("core_line_answer", "counter_due_on")
