"""A line with its kind, its split, its dwelling and the bailleur's answer, in one row: all that answering it needs."""

from __future__ import annotations

from sqlalchemy import and_, bindparam, func, select

from intranet.accounts.models import User
from intranet.clock import today
from intranet.dossiers.models import Dossier, Dwelling
from intranet.rows import Row
from intranet.works.guardrails import DwellingFacts, LineFacts
from intranet.works.models import LineAnswer, Split, WorksKind, WorksLine
from intranet.works.rules import WORDING_COLUMNS, KindFacts, Wording
from intranet.works.terms import Side

_KIND_COLUMNS = (
    "code",
    "trade",
    "default_holder",
    "locked_to_bailleur",
    "professional_only",
    "professional_condition",
    "consent",
    "hazard",
    "legal_basis",
)
LINE = (
    select(
        WorksLine.id,
        WorksLine.split_id,
        WorksLine.digest,
        WorksLine.condition_met,
        WorksLine.consent_on,
        WorksLine.fixed,
        *(getattr(WorksLine, name) for name in WORDING_COLUMNS),
        *(getattr(WorksKind, name).label(f"kind_{name}") for name in _KIND_COLUMNS),
        Split.state,
        Split.number,
        Split.version.label("split_version"),
        Split.dossier_id,
        Split.dwelling_id,
        Dossier.state.label("dossier_state"),
        Dossier.dwelling_id.label("home_id"),
        Dwelling.permit_year,
        Dwelling.asbestos,
        Dwelling.lead,
        Dwelling.decent,
        LineAnswer.answer,
        LineAnswer.digest.label("answer_digest"),
        LineAnswer.counter_holder,
        LineAnswer.counter_share_pct,
        LineAnswer.counter_payer,
        LineAnswer.counter_due_on,
        LineAnswer.by_id,
        LineAnswer.at,
        func.coalesce(User.name, LineAnswer.by_name).label("by_name"),
    )
    .join(Split, Split.id == WorksLine.split_id)
    .join(Dossier, Dossier.id == Split.dossier_id)
    .join(Dwelling, Dwelling.id == Split.dwelling_id)
    .outerjoin(WorksKind, WorksKind.id == WorksLine.kind_id)
    .outerjoin(LineAnswer, and_(LineAnswer.line_id == WorksLine.id, LineAnswer.side == Side.BAILLEUR))
    .outerjoin(User, User.id == LineAnswer.by_id)
    .where(WorksLine.id == bindparam("line_id"))
)


def worded(row: Row) -> Wording:
    """What the line says."""
    return Wording(**{name: getattr(row, name) for name in WORDING_COLUMNS})


def facts_with(row: Row, wanted: Wording, consents: bool) -> LineFacts:
    """What the guard-rails look at, were the line worded so and the landlord's consent given."""
    kind = None
    if row.kind_code is not None:
        kind = KindFacts(**{name: getattr(row, f"kind_{name}") for name in _KIND_COLUMNS})
    return LineFacts(
        kind=kind,
        label=wanted.label,
        need=wanted.need,
        cause=wanted.cause,
        holder=wanted.holder,
        materials_payer=wanted.materials_payer,
        condition_met=row.condition_met,
        consent_on=today() if consents else row.consent_on,
    )


def home_of(row: Row) -> DwellingFacts:
    """What they look at of the dwelling."""
    return DwellingFacts(row.permit_year, row.asbestos, row.lead, row.decent)
