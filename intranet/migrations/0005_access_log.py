"""The access log holds each object read and each refusal, and readers without an account."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005_access_log"
down_revision = "0004_search_keys"
branch_labels = None
depends_on = None

KEY = ["dossier_id", "on", "reader", "subject", "subject_id", "refused"]


def upgrade() -> None:
    op.create_table(
        "core_access_log",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("dossier_id", sa.Integer(), nullable=False),
        sa.Column("on", sa.Date(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reader", sa.String(length=40), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=True),
        sa.Column("who", sa.String(length=120), nullable=False),
        sa.Column("side", sa.String(length=16), nullable=False),
        sa.Column("subject", sa.String(length=24), nullable=False),
        sa.Column("subject_id", sa.Integer(), nullable=False),
        sa.Column("refused", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["dossier_id"],
            ["core_dossier.id"],
            name=op.f("fk_core_access_log_dossier_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["core_user.id"], name=op.f("fk_core_access_log_user_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_core_access_log")),
        sa.UniqueConstraint(*KEY, name=op.f(f"uq_core_access_log_{'_'.join(KEY)}")),
    )
    op.create_index(op.f("ix_core_access_log_at"), "core_access_log", ["at"])
    op.create_index(op.f("ix_core_access_log_user_id"), "core_access_log", ["user_id"])
    op.execute(
        """INSERT INTO core_access_log
            (dossier_id, "on", at, reader, user_id, who, side, subject, subject_id, refused)
        SELECT read.dossier_id, read."on", read.first_at, 'user:' || read.user_id, read.user_id, person.name,
            'alc', 'dossier', read.dossier_id, false
        FROM core_dossier_read AS read JOIN core_user AS person ON person.id = read.user_id"""
    )
    op.drop_table("core_dossier_read")


def downgrade() -> None:
    op.create_table(
        "core_dossier_read",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("dossier_id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("on", sa.Date(), nullable=False),
        sa.Column("first_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["dossier_id"],
            ["core_dossier.id"],
            name=op.f("fk_core_dossier_read_dossier_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["core_user.id"], name=op.f("fk_core_dossier_read_user_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_core_dossier_read")),
        sa.UniqueConstraint(
            "dossier_id", "user_id", "on", name=op.f("uq_core_dossier_read_dossier_id_user_id_on")
        ),
    )
    for column in ("dossier_id", "on", "user_id"):
        op.create_index(op.f(f"ix_core_dossier_read_{column}"), "core_dossier_read", [column])
    op.execute(
        """INSERT INTO core_dossier_read (dossier_id, user_id, "on", first_at)
        SELECT dossier_id, user_id, "on", min(at) FROM core_access_log
        WHERE user_id IS NOT NULL AND side = 'alc' AND NOT refused GROUP BY dossier_id, user_id, "on" """
    )
    op.drop_table("core_access_log")
