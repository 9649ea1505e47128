"""Every table of the core, and the index of the search."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001_core"
down_revision = None
branch_labels = None
depends_on = None

# FTS5 keeps only the index (the words stay in their table). ``kind`` is a token of its own, so that a search
# within one kind walks that kind's postings only; ``_`` belongs to it.
SQLITE_SEARCH = (
    """CREATE VIRTUAL TABLE core_search_fts USING fts5(
        kind, words,
        content='core_search_entry', content_rowid='id', columnsize=0,
        tokenize="unicode61 remove_diacritics 2 tokenchars '_'", prefix='2 3'
    )""",
    """CREATE TRIGGER core_search_entry_insert AFTER INSERT ON core_search_entry BEGIN
        INSERT INTO core_search_fts (rowid, kind, words) VALUES (new.id, new.kind, new.words);
    END""",
    """CREATE TRIGGER core_search_entry_delete AFTER DELETE ON core_search_entry BEGIN
        INSERT INTO core_search_fts (core_search_fts, rowid, kind, words)
        VALUES ('delete', old.id, old.kind, old.words);
    END""",
    """CREATE TRIGGER core_search_entry_update AFTER UPDATE ON core_search_entry BEGIN
        INSERT INTO core_search_fts (core_search_fts, rowid, kind, words)
        VALUES ('delete', old.id, old.kind, old.words);
        INSERT INTO core_search_fts (rowid, kind, words) VALUES (new.id, new.kind, new.words);
    END""",
)
# The words are folded before they are stored, so the plain configuration is enough.
POSTGRESQL_SEARCH = (
    """ALTER TABLE core_search_entry ADD COLUMN vector tsvector
        GENERATED ALWAYS AS (to_tsvector('simple', words)) STORED""",
    "CREATE INDEX ix_core_search_entry_vector ON core_search_entry USING gin (vector)",
)


def upgrade() -> None:
    op.create_table(
        "core_organisation",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("phone", sa.String(length=32), nullable=False),
        sa.Column("address", sa.String(length=255), nullable=False),
        sa.Column("answer_days", sa.Integer(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_core_organisation")),
        sa.UniqueConstraint("name", name=op.f("uq_core_organisation_name")),
    )
    op.create_index(op.f("ix_core_organisation_kind"), "core_organisation", ["kind"], unique=False)
    op.create_table(
        "core_outbox",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("job", sa.String(length=60), nullable=False),
        sa.Column("payload", sa.JSON(), nullable=False),
        sa.Column("unique_key", sa.String(length=120), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("taken_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("error", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_core_outbox")),
        sa.UniqueConstraint("unique_key", name=op.f("uq_core_outbox_unique_key")),
    )
    op.create_index("ix_core_outbox_due", "core_outbox", ["done_at", "due_at"], unique=False)
    op.create_table(
        "core_phase",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=False),
        sa.Column("goals", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_core_phase")),
        sa.UniqueConstraint("name", name=op.f("uq_core_phase_name")),
    )
    op.create_table(
        "core_pole",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=8), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("audience", sa.String(length=255), nullable=False),
        sa.Column("confidentiality", sa.String(length=32), nullable=False),
        sa.Column("announced_households", sa.Integer(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_core_pole")),
        sa.UniqueConstraint("code", name=op.f("uq_core_pole_code")),
    )
    op.create_table(
        "core_search_entry",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("object_id", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(length=255), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_core_search_entry")),
        sa.UniqueConstraint("kind", "object_id", name=op.f("uq_core_search_entry_kind_object_id")),
    )
    op.create_table(
        "core_user",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("phone", sa.String(length=32), nullable=False),
        sa.Column("job_title", sa.String(length=120), nullable=False),
        sa.Column("password_hash", sa.String(length=255), nullable=True),
        sa.Column("password_changed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("language", sa.String(length=5), nullable=False),
        sa.Column("theme", sa.String(length=5), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("totp_secret", sa.String(length=255), nullable=True),
        sa.Column("totp_since", sa.DateTime(timezone=True), nullable=True),
        sa.Column("totp_last_step", sa.Integer(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_core_user")),
        sa.UniqueConstraint("email", name=op.f("uq_core_user_email")),
    )
    op.create_table(
        "core_works_kind",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=12), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("trade", sa.String(length=40), nullable=False),
        sa.Column("label_fr", sa.String(length=255), nullable=False),
        sa.Column("label_en", sa.String(length=255), nullable=False),
        sa.Column("default_holder", sa.String(length=32), nullable=False),
        sa.Column("locked_to_bailleur", sa.Boolean(), nullable=False),
        sa.Column("professional_only", sa.String(length=32), nullable=False),
        sa.Column("professional_condition", sa.String(length=40), nullable=False),
        sa.Column("consent", sa.String(length=24), nullable=False),
        sa.Column("hazard", sa.String(length=40), nullable=False),
        sa.Column("legal_basis", sa.String(length=160), nullable=False),
        sa.Column("lifetime_years", sa.Integer(), nullable=True),
        sa.Column("free_years", sa.Integer(), nullable=True),
        sa.Column("yearly_discount_pct", sa.Integer(), nullable=True),
        sa.Column("residual_pct", sa.Integer(), nullable=True),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_core_works_kind")),
        sa.UniqueConstraint("code", name=op.f("uq_core_works_kind_code")),
    )
    op.create_index(op.f("ix_core_works_kind_trade"), "core_works_kind", ["trade"], unique=False)
    op.create_table(
        "core_dwelling",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("bailleur_id", sa.Integer(), nullable=False),
        sa.Column("address", sa.String(length=255), nullable=False),
        sa.Column("postcode", sa.String(length=10), nullable=False),
        sa.Column("town", sa.String(length=80), nullable=False),
        sa.Column("floor", sa.String(length=40), nullable=False),
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("surface_m2", sa.Numeric(precision=6, scale=2), nullable=True),
        sa.Column("permit_year", sa.Integer(), nullable=True),
        sa.Column("asbestos", sa.String(length=32), nullable=False),
        sa.Column("asbestos_on", sa.Date(), nullable=True),
        sa.Column("lead", sa.String(length=32), nullable=False),
        sa.Column("lead_on", sa.Date(), nullable=True),
        sa.Column("dpe_class", sa.String(length=1), nullable=False),
        sa.Column("decent", sa.Boolean(), nullable=True),
        sa.Column("available", sa.Boolean(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["bailleur_id"], ["core_organisation.id"], name=op.f("fk_core_dwelling_bailleur_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_core_dwelling")),
    )
    op.create_index(op.f("ix_core_dwelling_bailleur_id"), "core_dwelling", ["bailleur_id"], unique=False)
    op.create_table(
        "core_membership",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("role", sa.String(length=32), nullable=False),
        sa.Column("pole_id", sa.Integer(), nullable=True),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["core_organisation.id"], name=op.f("fk_core_membership_organisation_id")
        ),
        sa.ForeignKeyConstraint(["pole_id"], ["core_pole.id"], name=op.f("fk_core_membership_pole_id")),
        sa.ForeignKeyConstraint(
            ["user_id"], ["core_user.id"], name=op.f("fk_core_membership_user_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_core_membership")),
        sa.UniqueConstraint(
            "user_id", "organisation_id", "role", name=op.f("uq_core_membership_user_id_organisation_id_role")
        ),
    )
    op.create_index(
        op.f("ix_core_membership_organisation_id"), "core_membership", ["organisation_id"], unique=False
    )
    op.create_index(op.f("ix_core_membership_user_id"), "core_membership", ["user_id"], unique=False)
    op.create_table(
        "core_recovery_code",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("code_digest", sa.String(length=255), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["user_id"], ["core_user.id"], name=op.f("fk_core_recovery_code_user_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_core_recovery_code")),
    )
    op.create_index(op.f("ix_core_recovery_code_user_id"), "core_recovery_code", ["user_id"], unique=False)
    op.create_table(
        "core_setting",
        sa.Column("key", sa.String(length=80), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_by", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["changed_by"], ["core_user.id"], name=op.f("fk_core_setting_changed_by")),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_core_setting")),
    )
    op.create_table(
        "core_sign_in_attempt",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("address", sa.String(length=45), nullable=False),
        sa.Column("outcome", sa.String(length=24), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["user_id"], ["core_user.id"], name=op.f("fk_core_sign_in_attempt_user_id"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_core_sign_in_attempt")),
    )
    op.create_index(
        op.f("ix_core_sign_in_attempt_address_at"), "core_sign_in_attempt", ["address", "at"], unique=False
    )
    op.create_index(op.f("ix_core_sign_in_attempt_at"), "core_sign_in_attempt", ["at"], unique=False)
    op.create_index(
        op.f("ix_core_sign_in_attempt_email_at"), "core_sign_in_attempt", ["email", "at"], unique=False
    )
    op.create_table(
        "core_single_use_link",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("purpose", sa.String(length=16), nullable=False),
        sa.Column("token_digest", sa.String(length=64), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["user_id"], ["core_user.id"], name=op.f("fk_core_single_use_link_user_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_core_single_use_link")),
        sa.UniqueConstraint("token_digest", name=op.f("uq_core_single_use_link_token_digest")),
    )
    op.create_index(
        op.f("ix_core_single_use_link_user_id"), "core_single_use_link", ["user_id"], unique=False
    )
    op.create_table(
        "core_site",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("pole_id", sa.Integer(), nullable=True),
        sa.Column("associated", sa.Boolean(), nullable=False),
        sa.Column("address", sa.String(length=255), nullable=False),
        sa.Column("phone", sa.String(length=32), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("notes", sa.Text(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["pole_id"], ["core_pole.id"], name=op.f("fk_core_site_pole_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_core_site")),
        sa.UniqueConstraint("name", name=op.f("uq_core_site_name")),
    )
    op.create_index(op.f("ix_core_site_pole_id"), "core_site", ["pole_id"], unique=False)
    op.create_table(
        "core_submission",
        sa.Column("key", sa.String(length=32), nullable=False),
        sa.Column("user_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("location", sa.String(length=500), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["user_id"], ["core_user.id"], name=op.f("fk_core_submission_user_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("key", "user_id", name=op.f("pk_core_submission")),
    )
    op.create_index(op.f("ix_core_submission_at"), "core_submission", ["at"], unique=False)
    op.create_table(
        "core_household",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("phone", sa.String(length=32), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("contact_choice", sa.String(length=120), nullable=False),
        sa.Column("adults", sa.Integer(), nullable=False),
        sa.Column("children", sa.Integer(), nullable=False),
        sa.Column("children_under_3", sa.Integer(), nullable=False),
        sa.Column("lone_parent", sa.Boolean(), nullable=False),
        sa.Column("pole_id", sa.Integer(), nullable=False),
        sa.Column("site_id", sa.Integer(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["pole_id"], ["core_pole.id"], name=op.f("fk_core_household_pole_id")),
        sa.ForeignKeyConstraint(["site_id"], ["core_site.id"], name=op.f("fk_core_household_site_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_core_household")),
    )
    op.create_index(op.f("ix_core_household_pole_id"), "core_household", ["pole_id"], unique=False)
    op.create_index(op.f("ix_core_household_site_id"), "core_household", ["site_id"], unique=False)
    op.create_table(
        "core_session",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("membership_id", sa.Integer(), nullable=False),
        sa.Column("secret_digest", sa.String(length=64), nullable=False),
        sa.Column("second_factor", sa.Boolean(), nullable=False),
        sa.Column("address", sa.String(length=45), nullable=False),
        sa.Column("agent", sa.String(length=255), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["membership_id"],
            ["core_membership.id"],
            name=op.f("fk_core_session_membership_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["core_user.id"], name=op.f("fk_core_session_user_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_core_session")),
        sa.UniqueConstraint("secret_digest", name=op.f("uq_core_session_secret_digest")),
    )
    op.create_index(op.f("ix_core_session_user_id"), "core_session", ["user_id"], unique=False)
    op.create_table(
        "core_dossier",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("number", sa.String(length=16), nullable=False),
        sa.Column("household_id", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("state_since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("opened_on", sa.Date(), nullable=False),
        sa.Column("referent_id", sa.Integer(), nullable=True),
        sa.Column("technical_id", sa.Integer(), nullable=True),
        sa.Column("tisf_id", sa.Integer(), nullable=True),
        sa.Column("dwelling_id", sa.Integer(), nullable=True),
        sa.Column("bailleur_id", sa.Integer(), nullable=True),
        sa.Column("allocated_on", sa.Date(), nullable=True),
        sa.Column("entry_on", sa.Date(), nullable=True),
        sa.Column("joined_on", sa.Date(), nullable=True),
        sa.Column("joining_revoked_on", sa.Date(), nullable=True),
        sa.Column("visited_on", sa.Date(), nullable=True),
        sa.Column("left_on", sa.Date(), nullable=True),
        sa.Column("left_reason", sa.String(length=32), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["bailleur_id"], ["core_organisation.id"], name=op.f("fk_core_dossier_bailleur_id")
        ),
        sa.ForeignKeyConstraint(
            ["dwelling_id"], ["core_dwelling.id"], name=op.f("fk_core_dossier_dwelling_id")
        ),
        sa.ForeignKeyConstraint(
            ["household_id"], ["core_household.id"], name=op.f("fk_core_dossier_household_id")
        ),
        sa.ForeignKeyConstraint(["referent_id"], ["core_user.id"], name=op.f("fk_core_dossier_referent_id")),
        sa.ForeignKeyConstraint(
            ["technical_id"], ["core_user.id"], name=op.f("fk_core_dossier_technical_id")
        ),
        sa.ForeignKeyConstraint(["tisf_id"], ["core_user.id"], name=op.f("fk_core_dossier_tisf_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_core_dossier")),
        sa.UniqueConstraint("number", name=op.f("uq_core_dossier_number")),
    )
    op.create_index("ix_core_dossier_changed", "core_dossier", ["changed_at", "id"], unique=False)
    op.create_index(op.f("ix_core_dossier_dwelling_id"), "core_dossier", ["dwelling_id"], unique=False)
    op.create_index(op.f("ix_core_dossier_household_id"), "core_dossier", ["household_id"], unique=False)
    op.create_index(
        "ix_core_dossier_list", "core_dossier", ["bailleur_id", "state", "changed_at", "id"], unique=False
    )
    op.create_index(op.f("ix_core_dossier_referent_id"), "core_dossier", ["referent_id"], unique=False)
    op.create_index(
        "ix_core_dossier_state_changed", "core_dossier", ["state", "changed_at", "id"], unique=False
    )
    op.create_index(op.f("ix_core_dossier_technical_id"), "core_dossier", ["technical_id"], unique=False)
    op.create_index(op.f("ix_core_dossier_tisf_id"), "core_dossier", ["tisf_id"], unique=False)
    op.create_table(
        "core_document",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("dossier_id", sa.Integer(), nullable=True),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("name", sa.String(length=160), nullable=False),
        sa.Column("media_type", sa.String(length=80), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("thumbnail_digest", sa.String(length=64), nullable=False),
        sa.Column("width", sa.Integer(), nullable=True),
        sa.Column("height", sa.Integer(), nullable=True),
        sa.Column("audience", sa.String(length=60), nullable=False),
        sa.Column("uploaded_by", sa.Integer(), nullable=True),
        sa.Column("uploaded_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["dossier_id"], ["core_dossier.id"], name=op.f("fk_core_document_dossier_id")
        ),
        sa.ForeignKeyConstraint(["uploaded_by"], ["core_user.id"], name=op.f("fk_core_document_uploaded_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_core_document")),
    )
    op.create_index(op.f("ix_core_document_digest"), "core_document", ["digest"], unique=False)
    op.create_index(op.f("ix_core_document_dossier_id"), "core_document", ["dossier_id"], unique=False)
    op.create_table(
        "core_dossier_grant",
        sa.Column("dossier_id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("granted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("granted_by", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["dossier_id"],
            ["core_dossier.id"],
            name=op.f("fk_core_dossier_grant_dossier_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["granted_by"], ["core_user.id"], name=op.f("fk_core_dossier_grant_granted_by")
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["core_user.id"], name=op.f("fk_core_dossier_grant_user_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("dossier_id", "user_id", name=op.f("pk_core_dossier_grant")),
    )
    op.create_index(op.f("ix_core_dossier_grant_user_id"), "core_dossier_grant", ["user_id"], unique=False)
    op.create_table(
        "core_dossier_note",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("dossier_id", sa.Integer(), nullable=False),
        sa.Column("author_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["author_id"], ["core_user.id"], name=op.f("fk_core_dossier_note_author_id")),
        sa.ForeignKeyConstraint(
            ["dossier_id"],
            ["core_dossier.id"],
            name=op.f("fk_core_dossier_note_dossier_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_core_dossier_note")),
    )
    op.create_index(
        op.f("ix_core_dossier_note_dossier_id"), "core_dossier_note", ["dossier_id"], unique=False
    )
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
    op.create_index(
        op.f("ix_core_dossier_read_dossier_id"), "core_dossier_read", ["dossier_id"], unique=False
    )
    op.create_index(op.f("ix_core_dossier_read_on"), "core_dossier_read", ["on"], unique=False)
    op.create_index(op.f("ix_core_dossier_read_user_id"), "core_dossier_read", ["user_id"], unique=False)
    op.create_table(
        "core_split",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("dossier_id", sa.Integer(), nullable=False),
        sa.Column("dwelling_id", sa.Integer(), nullable=False),
        sa.Column("bailleur_id", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("turn", sa.String(length=32), nullable=True),
        sa.Column("turn_since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("silent", sa.Boolean(), nullable=False),
        sa.Column("reminded_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reminders", sa.Integer(), nullable=False),
        sa.Column("household_answered_on", sa.Date(), nullable=True),
        sa.Column("household_answered_at_place", sa.String(length=120), nullable=False),
        sa.Column("agreed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("message", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["bailleur_id"], ["core_organisation.id"], name=op.f("fk_core_split_bailleur_id")
        ),
        sa.ForeignKeyConstraint(["dossier_id"], ["core_dossier.id"], name=op.f("fk_core_split_dossier_id")),
        sa.ForeignKeyConstraint(
            ["dwelling_id"], ["core_dwelling.id"], name=op.f("fk_core_split_dwelling_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_core_split")),
    )
    op.create_index(op.f("ix_core_split_bailleur_id"), "core_split", ["bailleur_id"], unique=False)
    op.create_index(op.f("ix_core_split_dossier_id"), "core_split", ["dossier_id"], unique=False)
    op.create_index(op.f("ix_core_split_dwelling_id"), "core_split", ["dwelling_id"], unique=False)
    op.create_index("ix_core_split_turn", "core_split", ["state", "turn", "turn_since"], unique=False)
    op.create_index(
        "uq_core_split_open",
        "core_split",
        ["dossier_id", "dwelling_id"],
        unique=True,
        sqlite_where=sa.text("state NOT IN ('withdrawn', 'amended')"),
        postgresql_where=sa.text("state NOT IN ('withdrawn', 'amended')"),
    )
    op.create_table(
        "core_timeline",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("kind", sa.String(length=60), nullable=False),
        sa.Column("actor_id", sa.Integer(), nullable=True),
        sa.Column("actor_name", sa.String(length=120), nullable=False),
        sa.Column("side", sa.String(length=16), nullable=False),
        sa.Column("dossier_id", sa.Integer(), nullable=True),
        sa.Column("subject", sa.String(length=40), nullable=False),
        sa.Column("subject_id", sa.Integer(), nullable=False),
        sa.Column("from_state", sa.String(length=255), nullable=False),
        sa.Column("to_state", sa.String(length=255), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("data", sa.JSON(), nullable=False),
        sa.Column("audience", sa.String(length=60), nullable=False),
        sa.ForeignKeyConstraint(["actor_id"], ["core_user.id"], name=op.f("fk_core_timeline_actor_id")),
        sa.ForeignKeyConstraint(
            ["dossier_id"], ["core_dossier.id"], name=op.f("fk_core_timeline_dossier_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_core_timeline")),
    )
    op.create_index(op.f("ix_core_timeline_at"), "core_timeline", ["at"], unique=False)
    op.create_index("ix_core_timeline_dossier_at", "core_timeline", ["dossier_id", "at", "id"], unique=False)
    op.create_index(op.f("ix_core_timeline_kind"), "core_timeline", ["kind"], unique=False)
    op.create_table(
        "core_contract",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("number", sa.String(length=24), nullable=False),
        sa.Column("split_id", sa.Integer(), nullable=False),
        sa.Column("dossier_id", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("support_technical", sa.Text(), nullable=False),
        sa.Column("support_social", sa.Text(), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=True),
        sa.Column("ends_on", sa.Date(), nullable=True),
        sa.Column("days_a_week", sa.Integer(), nullable=False),
        sa.Column("partner_id", sa.Integer(), nullable=True),
        sa.Column("lines", sa.JSON(), nullable=False),
        sa.Column("document_id", sa.Integer(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("signed_on", sa.Date(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["document_id"], ["core_document.id"], name=op.f("fk_core_contract_document_id")
        ),
        sa.ForeignKeyConstraint(
            ["dossier_id"], ["core_dossier.id"], name=op.f("fk_core_contract_dossier_id")
        ),
        sa.ForeignKeyConstraint(
            ["partner_id"], ["core_organisation.id"], name=op.f("fk_core_contract_partner_id")
        ),
        sa.ForeignKeyConstraint(["split_id"], ["core_split.id"], name=op.f("fk_core_contract_split_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_core_contract")),
        sa.UniqueConstraint("number", name=op.f("uq_core_contract_number")),
    )
    op.create_index(op.f("ix_core_contract_dossier_id"), "core_contract", ["dossier_id"], unique=False)
    op.create_index(op.f("ix_core_contract_split_id"), "core_contract", ["split_id"], unique=False)
    op.create_table(
        "core_split_version",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("split_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("side", sa.String(length=32), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sent_by", sa.Integer(), nullable=True),
        sa.Column("message", sa.Text(), nullable=False),
        sa.Column("lines", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["sent_by"], ["core_user.id"], name=op.f("fk_core_split_version_sent_by")),
        sa.ForeignKeyConstraint(
            ["split_id"], ["core_split.id"], name=op.f("fk_core_split_version_split_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_core_split_version")),
        sa.UniqueConstraint("split_id", "number", name=op.f("uq_core_split_version_split_id_number")),
    )
    op.create_index(op.f("ix_core_split_version_split_id"), "core_split_version", ["split_id"], unique=False)
    op.create_table(
        "core_works_line",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("split_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("kind_id", sa.Integer(), nullable=True),
        sa.Column("label", sa.String(length=255), nullable=False),
        sa.Column("room", sa.String(length=60), nullable=False),
        sa.Column("need", sa.String(length=32), nullable=False),
        sa.Column("cause", sa.String(length=32), nullable=False),
        sa.Column("condition_met", sa.Boolean(), nullable=True),
        sa.Column("holder", sa.String(length=32), nullable=False),
        sa.Column("tenant_share_pct", sa.Integer(), nullable=True),
        sa.Column("materials_payer", sa.String(length=32), nullable=False),
        sa.Column("materials_cents", sa.Integer(), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.Column("consent_on", sa.Date(), nullable=True),
        sa.Column("default_holder", sa.String(length=32), nullable=True),
        sa.Column("default_rule", sa.String(length=40), nullable=False),
        sa.Column("lock", sa.String(length=40), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["kind_id"], ["core_works_kind.id"], name=op.f("fk_core_works_line_kind_id")),
        sa.ForeignKeyConstraint(
            ["split_id"], ["core_split.id"], name=op.f("fk_core_works_line_split_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_core_works_line")),
    )
    op.create_index(op.f("ix_core_works_line_split_id"), "core_works_line", ["split_id"], unique=False)
    op.create_table(
        "core_chantier",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("contract_id", sa.Integer(), nullable=False),
        sa.Column("dossier_id", sa.Integer(), nullable=False),
        sa.Column("dwelling_id", sa.Integer(), nullable=False),
        sa.Column("bailleur_id", sa.Integer(), nullable=False),
        sa.Column("partner_id", sa.Integer(), nullable=False),
        sa.Column("animator_id", sa.Integer(), nullable=True),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("state_since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("planned_start", sa.Date(), nullable=True),
        sa.Column("planned_end", sa.Date(), nullable=True),
        sa.Column("started_on", sa.Date(), nullable=True),
        sa.Column("finished_on", sa.Date(), nullable=True),
        sa.Column("handed_over_on", sa.Date(), nullable=True),
        sa.Column("safety_note", sa.String(length=255), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["animator_id"], ["core_user.id"], name=op.f("fk_core_chantier_animator_id")),
        sa.ForeignKeyConstraint(
            ["bailleur_id"], ["core_organisation.id"], name=op.f("fk_core_chantier_bailleur_id")
        ),
        sa.ForeignKeyConstraint(
            ["contract_id"], ["core_contract.id"], name=op.f("fk_core_chantier_contract_id")
        ),
        sa.ForeignKeyConstraint(
            ["dossier_id"], ["core_dossier.id"], name=op.f("fk_core_chantier_dossier_id")
        ),
        sa.ForeignKeyConstraint(
            ["dwelling_id"], ["core_dwelling.id"], name=op.f("fk_core_chantier_dwelling_id")
        ),
        sa.ForeignKeyConstraint(
            ["partner_id"], ["core_organisation.id"], name=op.f("fk_core_chantier_partner_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_core_chantier")),
        sa.UniqueConstraint("contract_id", name=op.f("uq_core_chantier_contract_id")),
    )
    op.create_index(op.f("ix_core_chantier_animator_id"), "core_chantier", ["animator_id"], unique=False)
    op.create_index(op.f("ix_core_chantier_bailleur_id"), "core_chantier", ["bailleur_id"], unique=False)
    op.create_index(op.f("ix_core_chantier_dossier_id"), "core_chantier", ["dossier_id"], unique=False)
    op.create_index(op.f("ix_core_chantier_dwelling_id"), "core_chantier", ["dwelling_id"], unique=False)
    op.create_index(op.f("ix_core_chantier_partner_id"), "core_chantier", ["partner_id"], unique=False)
    op.create_index(op.f("ix_core_chantier_state"), "core_chantier", ["state"], unique=False)
    op.create_table(
        "core_line_answer",
        sa.Column("line_id", sa.Integer(), nullable=False),
        sa.Column("side", sa.String(length=32), nullable=False),
        sa.Column("answer", sa.String(length=32), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("counter_holder", sa.String(length=32), nullable=True),
        sa.Column("counter_share_pct", sa.Integer(), nullable=True),
        sa.Column("counter_payer", sa.String(length=32), nullable=True),
        sa.Column("by_id", sa.Integer(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["by_id"], ["core_user.id"], name=op.f("fk_core_line_answer_by_id")),
        sa.ForeignKeyConstraint(
            ["line_id"], ["core_works_line.id"], name=op.f("fk_core_line_answer_line_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("line_id", "side", name=op.f("pk_core_line_answer")),
    )
    op.create_table(
        "core_line_comment",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("line_id", sa.Integer(), nullable=False),
        sa.Column("side", sa.String(length=32), nullable=False),
        sa.Column("author_id", sa.Integer(), nullable=False),
        sa.Column("author_name", sa.String(length=120), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["author_id"], ["core_user.id"], name=op.f("fk_core_line_comment_author_id")),
        sa.ForeignKeyConstraint(
            ["line_id"], ["core_works_line.id"], name=op.f("fk_core_line_comment_line_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_core_line_comment")),
    )
    op.create_index(op.f("ix_core_line_comment_line_id"), "core_line_comment", ["line_id"], unique=False)
    op.create_table(
        "core_signature",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("contract_id", sa.Integer(), nullable=False),
        sa.Column("side", sa.String(length=32), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("signed_on", sa.Date(), nullable=False),
        sa.Column("recorded_by", sa.Integer(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["contract_id"],
            ["core_contract.id"],
            name=op.f("fk_core_signature_contract_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["recorded_by"], ["core_user.id"], name=op.f("fk_core_signature_recorded_by")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_core_signature")),
        sa.UniqueConstraint("contract_id", "side", name=op.f("uq_core_signature_contract_id_side")),
    )
    op.create_index(op.f("ix_core_signature_contract_id"), "core_signature", ["contract_id"], unique=False)
    op.create_table(
        "core_session_note",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("chantier_id", sa.Integer(), nullable=False),
        sa.Column("on", sa.Date(), nullable=False),
        sa.Column("author_id", sa.Integer(), nullable=False),
        sa.Column("author_name", sa.String(length=120), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["author_id"], ["core_user.id"], name=op.f("fk_core_session_note_author_id")),
        sa.ForeignKeyConstraint(
            ["chantier_id"],
            ["core_chantier.id"],
            name=op.f("fk_core_session_note_chantier_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_core_session_note")),
    )
    op.create_index(
        op.f("ix_core_session_note_chantier_id"), "core_session_note", ["chantier_id"], unique=False
    )
    op.create_table(
        "core_start_check",
        sa.Column("chantier_id", sa.Integer(), nullable=False),
        sa.Column("item", sa.String(length=32), nullable=False),
        sa.Column("checked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("checked_by", sa.Integer(), nullable=False),
        sa.Column("note", sa.String(length=255), nullable=False),
        sa.ForeignKeyConstraint(
            ["chantier_id"],
            ["core_chantier.id"],
            name=op.f("fk_core_start_check_chantier_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["checked_by"], ["core_user.id"], name=op.f("fk_core_start_check_checked_by")
        ),
        sa.PrimaryKeyConstraint("chantier_id", "item", name=op.f("pk_core_start_check")),
    )
    op.create_table(
        "core_task",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("chantier_id", sa.Integer(), nullable=False),
        sa.Column("line_id", sa.Integer(), nullable=True),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("label", sa.String(length=255), nullable=False),
        sa.Column("room", sa.String(length=60), nullable=False),
        sa.Column("trade", sa.String(length=40), nullable=False),
        sa.Column("holder", sa.String(length=32), nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("before_blocked", sa.String(length=32), nullable=True),
        sa.Column("blocked_reason", sa.String(length=255), nullable=False),
        sa.Column("planned_minutes", sa.Integer(), nullable=False),
        sa.Column("done_on", sa.Date(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["chantier_id"], ["core_chantier.id"], name=op.f("fk_core_task_chantier_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["line_id"], ["core_works_line.id"], name=op.f("fk_core_task_line_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_core_task")),
    )
    op.create_index(op.f("ix_core_task_chantier_id"), "core_task", ["chantier_id"], unique=False)
    op.create_index(op.f("ix_core_task_line_id"), "core_task", ["line_id"], unique=False)
    op.create_table(
        "core_hours",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("chantier_id", sa.Integer(), nullable=False),
        sa.Column("task_id", sa.Integer(), nullable=False),
        sa.Column("role", sa.String(length=32), nullable=False),
        sa.Column("person", sa.String(length=80), nullable=False),
        sa.Column("on", sa.Date(), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.Column("entered_by", sa.Integer(), nullable=False),
        sa.Column("entered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("client_key", sa.String(length=40), nullable=False),
        sa.ForeignKeyConstraint(
            ["chantier_id"], ["core_chantier.id"], name=op.f("fk_core_hours_chantier_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["entered_by"], ["core_user.id"], name=op.f("fk_core_hours_entered_by")),
        sa.ForeignKeyConstraint(
            ["task_id"], ["core_task.id"], name=op.f("fk_core_hours_task_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_core_hours")),
        sa.UniqueConstraint("chantier_id", "client_key", name=op.f("uq_core_hours_chantier_id_client_key")),
    )
    op.create_index(op.f("ix_core_hours_chantier_id"), "core_hours", ["chantier_id"], unique=False)
    op.create_index(op.f("ix_core_hours_task_id"), "core_hours", ["task_id"], unique=False)
    op.create_table(
        "core_reserve",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("task_id", sa.Integer(), nullable=False),
        sa.Column("text", sa.String(length=255), nullable=False),
        sa.Column("lifted_by", sa.String(length=32), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("lifted_on", sa.Date(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["task_id"], ["core_task.id"], name=op.f("fk_core_reserve_task_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_core_reserve")),
    )
    op.create_index(op.f("ix_core_reserve_task_id"), "core_reserve", ["task_id"], unique=False)
    op.create_table(
        "core_site_photo",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("chantier_id", sa.Integer(), nullable=False),
        sa.Column("task_id", sa.Integer(), nullable=True),
        sa.Column("document_id", sa.Integer(), nullable=False),
        sa.Column("moment", sa.String(length=32), nullable=False),
        sa.Column("spot", sa.String(length=60), nullable=False),
        sa.Column("caption", sa.String(length=255), nullable=False),
        sa.Column("shows_people", sa.Boolean(), nullable=False),
        sa.Column("taken_on", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(
            ["chantier_id"],
            ["core_chantier.id"],
            name=op.f("fk_core_site_photo_chantier_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["document_id"], ["core_document.id"], name=op.f("fk_core_site_photo_document_id")
        ),
        sa.ForeignKeyConstraint(
            ["task_id"], ["core_task.id"], name=op.f("fk_core_site_photo_task_id"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_core_site_photo")),
        sa.UniqueConstraint("document_id", name=op.f("uq_core_site_photo_document_id")),
    )
    op.create_index(op.f("ix_core_site_photo_chantier_id"), "core_site_photo", ["chantier_id"], unique=False)
    op.create_index(
        op.f("ix_core_site_photo_chantier_id_spot_moment"),
        "core_site_photo",
        ["chantier_id", "spot", "moment"],
        unique=False,
    )

    if op.get_bind().dialect.name == "sqlite":
        for statement in SQLITE_SEARCH:
            op.execute(statement)
    else:
        for statement in POSTGRESQL_SEARCH:
            op.execute(statement)


def downgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        op.execute("DROP TABLE core_search_fts")
    op.drop_index(op.f("ix_core_site_photo_chantier_id_spot_moment"), table_name="core_site_photo")
    op.drop_index(op.f("ix_core_site_photo_chantier_id"), table_name="core_site_photo")
    op.drop_table("core_site_photo")
    op.drop_index(op.f("ix_core_reserve_task_id"), table_name="core_reserve")
    op.drop_table("core_reserve")
    op.drop_index(op.f("ix_core_hours_task_id"), table_name="core_hours")
    op.drop_index(op.f("ix_core_hours_chantier_id"), table_name="core_hours")
    op.drop_table("core_hours")
    op.drop_index(op.f("ix_core_task_line_id"), table_name="core_task")
    op.drop_index(op.f("ix_core_task_chantier_id"), table_name="core_task")
    op.drop_table("core_task")
    op.drop_table("core_start_check")
    op.drop_index(op.f("ix_core_session_note_chantier_id"), table_name="core_session_note")
    op.drop_table("core_session_note")
    op.drop_index(op.f("ix_core_signature_contract_id"), table_name="core_signature")
    op.drop_table("core_signature")
    op.drop_index(op.f("ix_core_line_comment_line_id"), table_name="core_line_comment")
    op.drop_table("core_line_comment")
    op.drop_table("core_line_answer")
    op.drop_index(op.f("ix_core_chantier_state"), table_name="core_chantier")
    op.drop_index(op.f("ix_core_chantier_partner_id"), table_name="core_chantier")
    op.drop_index(op.f("ix_core_chantier_dwelling_id"), table_name="core_chantier")
    op.drop_index(op.f("ix_core_chantier_dossier_id"), table_name="core_chantier")
    op.drop_index(op.f("ix_core_chantier_bailleur_id"), table_name="core_chantier")
    op.drop_index(op.f("ix_core_chantier_animator_id"), table_name="core_chantier")
    op.drop_table("core_chantier")
    op.drop_index(op.f("ix_core_works_line_split_id"), table_name="core_works_line")
    op.drop_table("core_works_line")
    op.drop_index(op.f("ix_core_split_version_split_id"), table_name="core_split_version")
    op.drop_table("core_split_version")
    op.drop_index(op.f("ix_core_contract_split_id"), table_name="core_contract")
    op.drop_index(op.f("ix_core_contract_dossier_id"), table_name="core_contract")
    op.drop_table("core_contract")
    op.drop_index(op.f("ix_core_timeline_kind"), table_name="core_timeline")
    op.drop_index("ix_core_timeline_dossier_at", table_name="core_timeline")
    op.drop_index(op.f("ix_core_timeline_at"), table_name="core_timeline")
    op.drop_table("core_timeline")
    op.drop_index(
        "uq_core_split_open",
        table_name="core_split",
        sqlite_where=sa.text("state NOT IN ('withdrawn', 'amended')"),
        postgresql_where=sa.text("state NOT IN ('withdrawn', 'amended')"),
    )
    op.drop_index("ix_core_split_turn", table_name="core_split")
    op.drop_index(op.f("ix_core_split_dwelling_id"), table_name="core_split")
    op.drop_index(op.f("ix_core_split_dossier_id"), table_name="core_split")
    op.drop_index(op.f("ix_core_split_bailleur_id"), table_name="core_split")
    op.drop_table("core_split")
    op.drop_index(op.f("ix_core_dossier_read_user_id"), table_name="core_dossier_read")
    op.drop_index(op.f("ix_core_dossier_read_on"), table_name="core_dossier_read")
    op.drop_index(op.f("ix_core_dossier_read_dossier_id"), table_name="core_dossier_read")
    op.drop_table("core_dossier_read")
    op.drop_index(op.f("ix_core_dossier_note_dossier_id"), table_name="core_dossier_note")
    op.drop_table("core_dossier_note")
    op.drop_index(op.f("ix_core_dossier_grant_user_id"), table_name="core_dossier_grant")
    op.drop_table("core_dossier_grant")
    op.drop_index(op.f("ix_core_document_dossier_id"), table_name="core_document")
    op.drop_index(op.f("ix_core_document_digest"), table_name="core_document")
    op.drop_table("core_document")
    op.drop_index(op.f("ix_core_dossier_tisf_id"), table_name="core_dossier")
    op.drop_index(op.f("ix_core_dossier_technical_id"), table_name="core_dossier")
    op.drop_index("ix_core_dossier_state_changed", table_name="core_dossier")
    op.drop_index(op.f("ix_core_dossier_referent_id"), table_name="core_dossier")
    op.drop_index("ix_core_dossier_list", table_name="core_dossier")
    op.drop_index(op.f("ix_core_dossier_household_id"), table_name="core_dossier")
    op.drop_index(op.f("ix_core_dossier_dwelling_id"), table_name="core_dossier")
    op.drop_index("ix_core_dossier_changed", table_name="core_dossier")
    op.drop_table("core_dossier")
    op.drop_index(op.f("ix_core_session_user_id"), table_name="core_session")
    op.drop_table("core_session")
    op.drop_index(op.f("ix_core_household_site_id"), table_name="core_household")
    op.drop_index(op.f("ix_core_household_pole_id"), table_name="core_household")
    op.drop_table("core_household")
    op.drop_index(op.f("ix_core_submission_at"), table_name="core_submission")
    op.drop_table("core_submission")
    op.drop_index(op.f("ix_core_site_pole_id"), table_name="core_site")
    op.drop_table("core_site")
    op.drop_index(op.f("ix_core_single_use_link_user_id"), table_name="core_single_use_link")
    op.drop_table("core_single_use_link")
    op.drop_index(op.f("ix_core_sign_in_attempt_email_at"), table_name="core_sign_in_attempt")
    op.drop_index(op.f("ix_core_sign_in_attempt_at"), table_name="core_sign_in_attempt")
    op.drop_index(op.f("ix_core_sign_in_attempt_address_at"), table_name="core_sign_in_attempt")
    op.drop_table("core_sign_in_attempt")
    op.drop_table("core_setting")
    op.drop_index(op.f("ix_core_recovery_code_user_id"), table_name="core_recovery_code")
    op.drop_table("core_recovery_code")
    op.drop_index(op.f("ix_core_membership_user_id"), table_name="core_membership")
    op.drop_index(op.f("ix_core_membership_organisation_id"), table_name="core_membership")
    op.drop_table("core_membership")
    op.drop_index(op.f("ix_core_dwelling_bailleur_id"), table_name="core_dwelling")
    op.drop_table("core_dwelling")
    op.drop_index(op.f("ix_core_works_kind_trade"), table_name="core_works_kind")
    op.drop_table("core_works_kind")
    op.drop_table("core_user")
    op.drop_table("core_search_entry")
    op.drop_table("core_pole")
    op.drop_table("core_phase")
    op.drop_index("ix_core_outbox_due", table_name="core_outbox")
    op.drop_table("core_outbox")
    op.drop_index(op.f("ix_core_organisation_kind"), table_name="core_organisation")
    op.drop_table("core_organisation")
