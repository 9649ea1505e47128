"""The tenant's insurance, as the right to start asks for it: an attestation on the dossier, good on the day of start.

Nobody ticks it (``domain.md`` §5: "tenant's insurance valid"). An attestation of a former dwelling is kept for ALC
alone (``dossiers.insurance.close_attestations``) and counts for nothing.
"""

from __future__ import annotations

from datetime import date

from sqlalchemy import ColumnElement, Date, Select, bindparam, case, select

from intranet.chantiers.models import Chantier
from intranet.clock import today
from intranet.documents.models import Document, DocumentKind

_TODAY = bindparam("today", type_=Date())
OF_THIS_HOME = (
    Document.dossier_id == Chantier.dossier_id,
    Document.kind == DocumentKind.INSURANCE,
    Document.audience.contains("bailleur"),
)
_START_DAY = case((Chantier.planned_start > _TODAY, Chantier.planned_start), else_=_TODAY)
"""The day of start as far as it is known: the one planned, or today once that day has come (``:today``)."""


def start_day(planned_start: date | None) -> date:
    """The same for a chantier in hand."""
    return max(today(), planned_start or today())


def insured() -> ColumnElement[bool]:
    """Whether the chantier's family is insured on the day of start (``:today``)."""
    return select(Document.id).where(*OF_THIS_HOME, Document.valid_until >= _START_DAY).exists()


def insured_on() -> Select[int]:
    """An attestation of the chantier ``:chantier_id`` that is good on ``:day``."""
    return (
        select(Document.id)
        .join(Chantier, Chantier.dossier_id == Document.dossier_id)
        .where(*OF_THIS_HOME, Document.valid_until >= bindparam("day", type_=Date()))
        .where(Chantier.id == bindparam("chantier_id"))
        .limit(1)
    )
