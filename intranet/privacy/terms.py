"""What becomes of each text held about a household, column by column.

Every text or JSON column of a table that hangs on a dossier stands here once; a test says which one is missing.
What is left after an erasure are works in a dwelling, days, hours and states: figures about nobody.
"""

from __future__ import annotations

Said = tuple[str, str]
"""What is held, as the family is told it: what it is, and its words."""

DELETED = (
    "core_dossier_note",
    "core_dossier_grant",
    "core_line_comment",
    "core_session_note",
    "core_signing_code",
    "core_site_photo",
)
"""Tables whose rows go."""

EMPTIED = {
    "core_chantier": ("safety_note",),
    "core_commitment": ("done_note",),
    "core_contract": (
        "support_technical",
        "support_social",
        "support_volunteers",
        "insurance",
        "rent_offset",
        "failure",
    ),
    "core_guardrail_override": ("reason",),
    "core_hours": ("person",),
    "core_rent_offset": ("early_departure",),
    "core_reserve": ("text",),
    "core_split": ("household_answered_at_place", "message", "amend_reason"),
    "core_split_version": ("message",),
    "core_start_check": ("note",),
    "core_task": ("blocked_reason",),
    "core_timeline": ("reason", "data"),
    "core_works_line": ("wear", "tenant_cents"),
}
"""Columns that lose what they hold, in every row of the household's dossiers."""

EMPTIED_OF_THE_HOUSEHOLD = {
    "core_access_log": ("who",),
    "core_guest_access": ("sent_to", "person"),
    "core_line_answer": ("by_name",),
    "core_line_wording": ("by_name",),
    "core_rent_consent": ("by_name",),
    "core_signature": ("name", "address", "strokes", "reason"),
    "core_timeline": ("actor_name",),
}
"""The same, only where the side is the household's: what an agent of another side signed is not about the family."""

KEPT = {
    "core_access_log": ("reader", "side", "subject"),
    "core_chantier": (),
    "core_commitment": ("label", "room"),
    "core_contract": ("number", "lines"),
    "core_document": (
        "name",
        "sent_name",
        "media_type",
        "digest",
        "thumbnail_digest",
        "audience",
    ),  # the rows go, by command
    "core_dossier": ("number",),
    "core_guardrail_override": ("rule", "digest", "by_name"),
    "core_guest_access": ("reference", "code_digest", "language"),
    "core_hours": ("client_key",),
    "core_line_answer": ("digest",),
    "core_line_wording": ("digest", "wording", "act"),
    "core_rent_consent": ("digest",),
    "core_rent_offset": ("line_ids", "decency_attested_by", "digest"),
    "core_signature": ("digest",),
    "core_split_version": ("lines",),
    "core_task": ("label", "room", "trade", "blocked_rule"),
    "core_timeline": ("kind", "side", "subject", "from_state", "to_state", "audience"),
    "core_works_line": ("label", "room", "default_rule", "lock", "digest"),
}
"""Columns that stay: works of a dwelling, numbers, digests, and what staff and agents did."""

TOLD_OTHERWISE = frozenset(
    {
        "core_access_log.who",  # that the family itself looked
        "core_contract.failure",  # why a file could not be made: nothing about the family
        "core_contract.rent_offset",  # the clause, told as it was written
        "core_signature.strokes",  # the drawing stands in the contract, which is given with the files
        "core_signing_code.code_digest",
        "core_signing_code.document_digest",
        "core_split.message",  # that of the last version, told with it
        "core_timeline.data",  # told as sentences
        "core_works_line.wear",  # the amount it came to is told
    }
)
"""What is erased, yet needs no words of its own when the family asks what is held (RGPD, art. 15)."""

ON_THE_WAY = (
    "core_split",
    "core_works_line",
    "core_contract",
    "core_chantier",
    "core_task",
    "core_rent_offset",
)
"""Tables through which others hang on a dossier."""
