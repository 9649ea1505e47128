"""Works against rent for tests, written and consented to through the real services."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from intranet.clock import today
from intranet.database import writing
from intranet.rent.commands import AnswerOffset, SaveOffset, TenantAnswer
from intranet.rent.offsets import OffsetView, offset_of
from intranet.rent.service import answer_offset, attach_document, record_tenant, save_offset
from intranet.testing.files import paper, received
from intranet.testing.works import fresh, lines_of, make_parties
from intranet.works.rules import TENANT_HOLDERS

RECEIPT = paper()
"""An empty page."""


def offset_command(split_id: int, version: int = 0, **changes: Any) -> SaveOffset:
    """50 € a month for a year against 600 € of works: what the law allows, unless ``changes`` say otherwise."""
    values: dict[str, Any] = {
        "monthly_cents": 5_000,
        "months": 12,
        "starts_on": today().replace(day=1) + timedelta(days=62),
        "documented_cents": 60_000,
        "line_ids": tuple(line.id for line in lines_of(split_id) if line.holder in TENANT_HOLDERS),
        "early_departure": "Le bailleur verse le reste dans les deux mois.",
        "decency_attested_on": today(),
        "decency_attested_by": "Jean Agence",
    }
    return SaveOffset(split_id, version, **{**values, **changes})


def make_offset(split_id: int, *, documented: bool = True, **changes: Any) -> OffsetView:
    """The clause of a split in ALC's hands, with its receipts."""
    actor = make_parties(fresh(split_id)).coordinator
    with writing():
        version = save_offset(actor, offset_command(split_id, **changes)).version
        if documented:
            attach_document(actor, split_id, version, received(RECEIPT, "devis.pdf"))
    return view_of(split_id)


def view_of(split_id: int) -> OffsetView:
    """The clause as it is now."""
    view = offset_of(split_id)
    assert view is not None
    return view


def consent_bailleur(split_id: int, *, given: bool = True, digest: str = "") -> None:
    """The bailleur's agent answers the figures."""
    command = AnswerOffset(split_id, digest or view_of(split_id).digest, given, "" if given else "Trop long.")
    with writing():
        answer_offset(make_parties(fresh(split_id)).agent, command)


def consent_tenant(split_id: int, *, given: bool = True, digest: str = "") -> None:
    """The tenant's answer, taken by the coordinator."""
    why = "" if given else "Trop peu."
    command = TenantAnswer(split_id, digest or view_of(split_id).digest, given, "Mme Essai", today(), why)
    with writing():
        record_tenant(make_parties(fresh(split_id)).coordinator, command)
