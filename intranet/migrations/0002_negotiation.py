"""What the negotiation needs up to signature: wordings, wear, rent, guests, signatures, commitments."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from intranet.search.words import sort_key

revision = "0002_negotiation"
down_revision = "0001_core"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "core_wear_grid",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("bailleur_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("source", sa.String(length=255), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("imported_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("imported_by", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["bailleur_id"], ["core_organisation.id"], name=op.f("fk_core_wear_grid_bailleur_id")
        ),
        sa.ForeignKeyConstraint(
            ["imported_by"], ["core_user.id"], name=op.f("fk_core_wear_grid_imported_by")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_core_wear_grid")),
        sa.UniqueConstraint("bailleur_id", "starts_on", name=op.f("uq_core_wear_grid_bailleur_id_starts_on")),
    )
    op.create_table(
        "core_wear_rate",
        sa.Column("grid_id", sa.Integer(), nullable=False),
        sa.Column("kind_id", sa.Integer(), nullable=False),
        sa.Column("lifetime_years", sa.Integer(), nullable=False),
        sa.Column("free_years", sa.Integer(), nullable=False),
        sa.Column("yearly_discount_pct", sa.Integer(), nullable=False),
        sa.Column("residual_pct", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["grid_id"], ["core_wear_grid.id"], name=op.f("fk_core_wear_rate_grid_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["kind_id"], ["core_works_kind.id"], name=op.f("fk_core_wear_rate_kind_id")),
        sa.PrimaryKeyConstraint("grid_id", "kind_id", name=op.f("pk_core_wear_rate")),
    )
    op.create_table(
        "core_guest_access",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("reference", sa.String(length=24), nullable=False),
        sa.Column("split_id", sa.Integer(), nullable=False),
        sa.Column("side", sa.String(length=32), nullable=False),
        sa.Column("code_digest", sa.String(length=64), nullable=False),
        sa.Column("language", sa.String(length=8), nullable=False),
        sa.Column("sent_to", sa.String(length=254), nullable=False),
        sa.Column("person", sa.String(length=120), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.Integer(), nullable=False),
        sa.Column("adopted_by", sa.Integer(), nullable=True),
        sa.Column("adopted_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["adopted_by"], ["core_user.id"], name=op.f("fk_core_guest_access_adopted_by")
        ),
        sa.ForeignKeyConstraint(
            ["created_by"], ["core_user.id"], name=op.f("fk_core_guest_access_created_by")
        ),
        sa.ForeignKeyConstraint(
            ["split_id"], ["core_split.id"], name=op.f("fk_core_guest_access_split_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_core_guest_access")),
        sa.UniqueConstraint("reference", name=op.f("uq_core_guest_access_reference")),
    )
    with op.batch_alter_table("core_guest_access", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_core_guest_access_split_id"), ["split_id"], unique=False)
    op.create_table(
        "core_rent_offset",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("split_id", sa.Integer(), nullable=False),
        sa.Column("monthly_cents", sa.Integer(), nullable=False),
        sa.Column("months", sa.Integer(), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("documented_cents", sa.Integer(), nullable=False),
        sa.Column("document_id", sa.Integer(), nullable=True),
        sa.Column("line_ids", sa.JSON(), nullable=False),
        sa.Column("early_departure", sa.Text(), nullable=False),
        sa.Column("decency_attested_on", sa.Date(), nullable=False),
        sa.Column("decency_attested_by", sa.String(length=120), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["document_id"], ["core_document.id"], name=op.f("fk_core_rent_offset_document_id")
        ),
        sa.ForeignKeyConstraint(
            ["split_id"], ["core_split.id"], name=op.f("fk_core_rent_offset_split_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_core_rent_offset")),
        sa.UniqueConstraint("split_id", name=op.f("uq_core_rent_offset_split_id")),
    )
    op.create_table(
        "core_commitment",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("contract_id", sa.Integer(), nullable=False),
        sa.Column("line_id", sa.Integer(), nullable=False),
        sa.Column("dossier_id", sa.Integer(), nullable=False),
        sa.Column("dwelling_id", sa.Integer(), nullable=False),
        sa.Column("bailleur_id", sa.Integer(), nullable=False),
        sa.Column("label", sa.String(length=255), nullable=False),
        sa.Column("room", sa.String(length=60), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("done_on", sa.Date(), nullable=True),
        sa.Column("done_note", sa.Text(), nullable=False),
        sa.Column("done_by", sa.Integer(), nullable=True),
        sa.Column("document_id", sa.Integer(), nullable=True),
        sa.Column("confirmed_on", sa.Date(), nullable=True),
        sa.Column("confirmed_side", sa.String(length=32), nullable=True),
        sa.Column("confirmed_by", sa.Integer(), nullable=True),
        sa.Column("withdrawn_on", sa.Date(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["bailleur_id"], ["core_organisation.id"], name=op.f("fk_core_commitment_bailleur_id")
        ),
        sa.ForeignKeyConstraint(
            ["confirmed_by"], ["core_user.id"], name=op.f("fk_core_commitment_confirmed_by")
        ),
        sa.ForeignKeyConstraint(
            ["contract_id"], ["core_contract.id"], name=op.f("fk_core_commitment_contract_id")
        ),
        sa.ForeignKeyConstraint(
            ["document_id"], ["core_document.id"], name=op.f("fk_core_commitment_document_id")
        ),
        sa.ForeignKeyConstraint(["done_by"], ["core_user.id"], name=op.f("fk_core_commitment_done_by")),
        sa.ForeignKeyConstraint(
            ["dossier_id"], ["core_dossier.id"], name=op.f("fk_core_commitment_dossier_id")
        ),
        sa.ForeignKeyConstraint(
            ["dwelling_id"], ["core_dwelling.id"], name=op.f("fk_core_commitment_dwelling_id")
        ),
        sa.ForeignKeyConstraint(["line_id"], ["core_works_line.id"], name=op.f("fk_core_commitment_line_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_core_commitment")),
        sa.UniqueConstraint("line_id", name=op.f("uq_core_commitment_line_id")),
    )
    with op.batch_alter_table("core_commitment", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_core_commitment_bailleur_id_confirmed_on_due_on"),
            ["bailleur_id", "confirmed_on", "due_on"],
            unique=False,
        )
        batch_op.create_index(batch_op.f("ix_core_commitment_contract_id"), ["contract_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_core_commitment_dossier_id"), ["dossier_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_core_commitment_dwelling_id"), ["dwelling_id"], unique=False)
    op.create_table(
        "core_guardrail_override",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("line_id", sa.Integer(), nullable=False),
        sa.Column("rule", sa.String(length=40), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=False),
        sa.Column("by_name", sa.String(length=120), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["by_id"], ["core_user.id"], name=op.f("fk_core_guardrail_override_by_id")),
        sa.ForeignKeyConstraint(
            ["line_id"],
            ["core_works_line.id"],
            name=op.f("fk_core_guardrail_override_line_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_core_guardrail_override")),
        sa.UniqueConstraint(
            "line_id", "rule", "digest", name=op.f("uq_core_guardrail_override_line_id_rule_digest")
        ),
    )
    with op.batch_alter_table("core_guardrail_override", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_core_guardrail_override_line_id"), ["line_id"], unique=False)
    op.create_table(
        "core_line_wording",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("line_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("wording", sa.JSON(), nullable=False),
        sa.Column("act", sa.String(length=20), nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=True),
        sa.Column("by_name", sa.String(length=120), nullable=False),
        sa.Column("side", sa.String(length=32), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["by_id"], ["core_user.id"], name=op.f("fk_core_line_wording_by_id")),
        sa.ForeignKeyConstraint(
            ["line_id"], ["core_works_line.id"], name=op.f("fk_core_line_wording_line_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_core_line_wording")),
        sa.UniqueConstraint("line_id", "number", name=op.f("uq_core_line_wording_line_id_number")),
    )
    op.create_table(
        "core_rent_consent",
        sa.Column("offset_id", sa.Integer(), nullable=False),
        sa.Column("side", sa.String(length=32), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("given", sa.Boolean(), nullable=False),
        sa.Column("by_name", sa.String(length=120), nullable=False),
        sa.Column("on", sa.Date(), nullable=False),
        sa.Column("recorded_by", sa.Integer(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["offset_id"],
            ["core_rent_offset.id"],
            name=op.f("fk_core_rent_consent_offset_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["recorded_by"], ["core_user.id"], name=op.f("fk_core_rent_consent_recorded_by")
        ),
        sa.PrimaryKeyConstraint("offset_id", "side", name=op.f("pk_core_rent_consent")),
    )
    op.create_table(
        "core_signing_code",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("contract_id", sa.Integer(), nullable=False),
        sa.Column("side", sa.String(length=32), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("code_digest", sa.String(length=64), nullable=False),
        sa.Column("document_digest", sa.String(length=64), nullable=False),
        sa.Column("sent_to", sa.String(length=254), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_by", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["contract_id"],
            ["core_contract.id"],
            name=op.f("fk_core_signing_code_contract_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["created_by"], ["core_user.id"], name=op.f("fk_core_signing_code_created_by")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_core_signing_code")),
    )
    with op.batch_alter_table("core_signing_code", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_core_signing_code_contract_id"), ["contract_id"], unique=False)
    op.create_table(
        "core_contract_text",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("part", sa.String(length=40), nullable=False),
        sa.Column("language", sa.String(length=8), nullable=False),
        sa.Column("title", sa.String(length=120), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=False),
        sa.Column("by_name", sa.String(length=120), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["by_id"], ["core_user.id"], name=op.f("fk_core_contract_text_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_core_contract_text")),
    )
    with op.batch_alter_table("core_contract_text", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_core_contract_text_part_language_id"), ["part", "language", "id"], unique=False
        )
    with op.batch_alter_table("core_contract", schema=None) as batch_op:
        batch_op.add_column(sa.Column("support_volunteers", sa.Text(), nullable=False, server_default=""))
        batch_op.add_column(sa.Column("insurance", sa.String(length=255), nullable=False, server_default=""))
        batch_op.add_column(sa.Column("insured_until", sa.Date(), nullable=True))
        batch_op.add_column(sa.Column("image_consent", sa.Boolean(), nullable=True))
        batch_op.add_column(sa.Column("amends_id", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("rent_offset", sa.JSON(), nullable=True))
        batch_op.add_column(sa.Column("reading_document_id", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("sealed_document_id", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("failure", sa.String(length=255), nullable=False, server_default=""))
        batch_op.create_foreign_key(
            batch_op.f("fk_core_contract_amends_id"), "core_contract", ["amends_id"], ["id"]
        )
        batch_op.create_foreign_key(
            batch_op.f("fk_core_contract_reading_document_id"),
            "core_document",
            ["reading_document_id"],
            ["id"],
        )
        batch_op.create_foreign_key(
            batch_op.f("fk_core_contract_sealed_document_id"), "core_document", ["sealed_document_id"], ["id"]
        )
    with op.batch_alter_table("core_line_answer", schema=None) as batch_op:
        batch_op.add_column(sa.Column("by_name", sa.String(length=120), nullable=False, server_default=""))
        batch_op.add_column(sa.Column("guest_id", sa.Integer(), nullable=True))
        batch_op.create_foreign_key(
            batch_op.f("fk_core_line_answer_guest_id"), "core_guest_access", ["guest_id"], ["id"]
        )
    with op.batch_alter_table("core_line_comment", schema=None) as batch_op:
        batch_op.add_column(sa.Column("resolves", sa.Boolean(), nullable=False, server_default=sa.false()))
        batch_op.alter_column("author_id", existing_type=sa.INTEGER(), nullable=True)
    with op.batch_alter_table("core_signature", schema=None) as batch_op:
        batch_op.add_column(sa.Column("method", sa.String(length=32), nullable=False, server_default="paper"))
        batch_op.add_column(sa.Column("digest", sa.String(length=64), nullable=False, server_default=""))
        batch_op.add_column(sa.Column("address", sa.String(length=45), nullable=False, server_default=""))
        batch_op.add_column(sa.Column("strokes", sa.JSON(), nullable=True))
        batch_op.add_column(sa.Column("document_id", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("refused", sa.Boolean(), nullable=False, server_default=sa.false()))
        batch_op.add_column(sa.Column("reason", sa.Text(), nullable=False, server_default=""))
        batch_op.add_column(sa.Column("guest_id", sa.Integer(), nullable=True))
        batch_op.alter_column("recorded_by", existing_type=sa.INTEGER(), nullable=True)
        batch_op.create_foreign_key(
            batch_op.f("fk_core_signature_document_id"), "core_document", ["document_id"], ["id"]
        )
        batch_op.create_foreign_key(
            batch_op.f("fk_core_signature_guest_id"), "core_guest_access", ["guest_id"], ["id"]
        )
    with op.batch_alter_table("core_split", schema=None) as batch_op:
        batch_op.add_column(sa.Column("more_time_until", sa.Date(), nullable=True))
        batch_op.add_column(sa.Column("amends_id", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("reused_from_id", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("amend_reason", sa.Text(), nullable=False, server_default=""))
        batch_op.create_index(
            "uq_core_split_amends",
            ["amends_id"],
            unique=True,
            sqlite_where=sa.text("state <> 'withdrawn'"),
            postgresql_where=sa.text("state <> 'withdrawn'"),
        )
        batch_op.create_foreign_key(
            batch_op.f("fk_core_split_reused_from_id"), "core_split", ["reused_from_id"], ["id"]
        )
        batch_op.create_foreign_key(
            batch_op.f("fk_core_split_amends_id"), "core_split", ["amends_id"], ["id"]
        )
    with op.batch_alter_table("core_works_line", schema=None) as batch_op:
        batch_op.add_column(sa.Column("tenant_cents", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("due_on", sa.Date(), nullable=True))
        batch_op.add_column(sa.Column("consent_document_id", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("wear", sa.JSON(), nullable=True))
        batch_op.add_column(sa.Column("fixed", sa.Boolean(), nullable=False, server_default=sa.false()))
        batch_op.add_column(sa.Column("origin_id", sa.Integer(), nullable=True))
        batch_op.create_index(batch_op.f("ix_core_works_line_origin_id"), ["origin_id"], unique=False)
        batch_op.create_foreign_key(
            batch_op.f("fk_core_works_line_origin_id"), "core_works_line", ["origin_id"], ["id"]
        )
        batch_op.create_foreign_key(
            batch_op.f("fk_core_works_line_consent_document_id"),
            "core_document",
            ["consent_document_id"],
            ["id"],
        )
    # Who answered was known by account only; each contract was signed on its one document.
    op.execute(
        "UPDATE core_line_answer SET by_name = (SELECT name FROM core_user WHERE core_user.id = by_id) "
        "WHERE by_id IS NOT NULL"
    )
    op.execute(
        "UPDATE core_signature SET digest = coalesce((SELECT d.digest FROM core_document d "
        "JOIN core_contract c ON c.document_id = d.id WHERE c.id = contract_id), '')"
    )
    with op.batch_alter_table("core_dossier", schema=None) as batch_op:
        batch_op.create_index("ix_core_dossier_state_since", ["state", "state_since", "id"], unique=False)
    op.add_column("core_document", sa.Column("valid_until", sa.Date(), nullable=True))
    op.create_index("ix_core_commitment_open", "core_commitment", ["withdrawn_on", "done_on", "due_on"])
    op.create_index("ix_core_contract_state", "core_contract", ["state", "created_at"])
    with op.batch_alter_table("core_household", schema=None) as batch_op:
        batch_op.add_column(sa.Column("sort_name", sa.String(length=255), nullable=False, server_default=""))
        batch_op.add_column(sa.Column("erased_on", sa.Date(), nullable=True))
        batch_op.create_index("ix_core_household_sort_name", ["sort_name", "id"], unique=False)
    _sort_names()
    _first_wordings()


def _first_wordings() -> None:
    """The history of the lines already there begins with the wording they have now."""
    said = (
        "kind_id",
        "label",
        "room",
        "need",
        "cause",
        "holder",
        "tenant_share_pct",
        "materials_payer",
        "materials_cents",
        "minutes",
        "tenant_cents",
        "due_on",
    )
    line = sa.table(
        "core_works_line",
        sa.column("id"),
        sa.column("digest"),
        sa.column("created_at", sa.DateTime(timezone=True)),
        *(sa.column(name) for name in said),
    )
    wording = sa.table(
        "core_line_wording",
        sa.column("line_id"),
        sa.column("number"),
        sa.column("digest"),
        sa.column("wording", sa.JSON),
        sa.column("act"),
        sa.column("by_name"),
        sa.column("side"),
        sa.column("at", sa.DateTime(timezone=True)),
    )
    connection = op.get_bind()
    for row in connection.execute(sa.select(line)).all():
        first = {
            "line_id": row.id,
            "number": 1,
            "digest": row.digest,
            "wording": {name: getattr(row, name) for name in said},
            "act": "added",
            "by_name": "",
            "side": "alc",
            "at": row.created_at,
        }
        connection.execute(sa.insert(wording).values(first))


def _sort_names() -> None:
    """What the households already there are sorted under."""
    household = sa.table(
        "core_household", sa.column("id", sa.Integer), sa.column("name"), sa.column("sort_name")
    )
    connection = op.get_bind()
    for identity, name in connection.execute(sa.select(household.c.id, household.c.name)).all():
        connection.execute(
            sa.update(household).where(household.c.id == identity).values(sort_name=sort_key(name))
        )


def downgrade() -> None:
    op.drop_index("ix_core_contract_state", "core_contract")
    op.drop_index("ix_core_commitment_open", "core_commitment")
    with op.batch_alter_table("core_document", schema=None) as batch_op:
        batch_op.drop_column("valid_until")
    with op.batch_alter_table("core_household", schema=None) as batch_op:
        batch_op.drop_index("ix_core_household_sort_name")
        batch_op.drop_column("erased_on")
        batch_op.drop_column("sort_name")
    with op.batch_alter_table("core_dossier", schema=None) as batch_op:
        batch_op.drop_index("ix_core_dossier_state_since")
    with op.batch_alter_table("core_works_line", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("fk_core_works_line_consent_document_id"), type_="foreignkey")
        batch_op.drop_constraint(batch_op.f("fk_core_works_line_origin_id"), type_="foreignkey")
        batch_op.drop_index(batch_op.f("ix_core_works_line_origin_id"))
        batch_op.drop_column("origin_id")
        batch_op.drop_column("fixed")
        batch_op.drop_column("wear")
        batch_op.drop_column("consent_document_id")
        batch_op.drop_column("due_on")
        batch_op.drop_column("tenant_cents")
    with op.batch_alter_table("core_split", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("fk_core_split_amends_id"), type_="foreignkey")
        batch_op.drop_constraint(batch_op.f("fk_core_split_reused_from_id"), type_="foreignkey")
        batch_op.drop_index(
            "uq_core_split_amends",
            sqlite_where=sa.text("state <> 'withdrawn'"),
            postgresql_where=sa.text("state <> 'withdrawn'"),
        )
        batch_op.drop_column("reused_from_id")
        batch_op.drop_column("amend_reason")
        batch_op.drop_column("amends_id")
        batch_op.drop_column("more_time_until")
    with op.batch_alter_table("core_signature", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("fk_core_signature_guest_id"), type_="foreignkey")
        batch_op.drop_constraint(batch_op.f("fk_core_signature_document_id"), type_="foreignkey")
        batch_op.alter_column("recorded_by", existing_type=sa.INTEGER(), nullable=False)
        batch_op.drop_column("guest_id")
        batch_op.drop_column("reason")
        batch_op.drop_column("refused")
        batch_op.drop_column("document_id")
        batch_op.drop_column("strokes")
        batch_op.drop_column("address")
        batch_op.drop_column("digest")
        batch_op.drop_column("method")
    with op.batch_alter_table("core_line_comment", schema=None) as batch_op:
        batch_op.alter_column("author_id", existing_type=sa.INTEGER(), nullable=False)
        batch_op.drop_column("resolves")
    with op.batch_alter_table("core_line_answer", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("fk_core_line_answer_guest_id"), type_="foreignkey")
        batch_op.drop_column("guest_id")
        batch_op.drop_column("by_name")
    with op.batch_alter_table("core_contract", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("fk_core_contract_sealed_document_id"), type_="foreignkey")
        batch_op.drop_constraint(batch_op.f("fk_core_contract_reading_document_id"), type_="foreignkey")
        batch_op.drop_constraint(batch_op.f("fk_core_contract_amends_id"), type_="foreignkey")
        batch_op.drop_column("failure")
        batch_op.drop_column("sealed_document_id")
        batch_op.drop_column("reading_document_id")
        batch_op.drop_column("rent_offset")
        batch_op.drop_column("amends_id")
        batch_op.drop_column("image_consent")
        batch_op.drop_column("insured_until")
        batch_op.drop_column("insurance")
        batch_op.drop_column("support_volunteers")
    with op.batch_alter_table("core_contract_text", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_core_contract_text_part_language_id"))
    op.drop_table("core_contract_text")
    with op.batch_alter_table("core_signing_code", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_core_signing_code_contract_id"))
    op.drop_table("core_signing_code")
    op.drop_table("core_rent_consent")
    op.drop_table("core_line_wording")
    with op.batch_alter_table("core_guardrail_override", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_core_guardrail_override_line_id"))
    op.drop_table("core_guardrail_override")
    with op.batch_alter_table("core_commitment", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_core_commitment_dwelling_id"))
        batch_op.drop_index(batch_op.f("ix_core_commitment_dossier_id"))
        batch_op.drop_index(batch_op.f("ix_core_commitment_contract_id"))
        batch_op.drop_index(batch_op.f("ix_core_commitment_bailleur_id_confirmed_on_due_on"))
    op.drop_table("core_commitment")
    op.drop_table("core_rent_offset")
    with op.batch_alter_table("core_guest_access", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_core_guest_access_split_id"))
    op.drop_table("core_guest_access")
    op.drop_table("core_wear_rate")
    op.drop_table("core_wear_grid")
