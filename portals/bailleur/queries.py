"""What a bailleur reads: its own columns, never the full dossier (``domain.md`` §6).

No statement here names the pôle, the site, the référent, the notes, nor the phone and address of a
family beyond the contact it chose. Every one is limited by the same policies as single objects.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import Select, bindparam, func, or_, select
from sqlalchemy.orm import aliased

from intranet import permissions as p
from intranet.access import ACTOR, Scope, visible
from intranet.dossiers.models import Dossier, DossierState, Dwelling, Household
from intranet.organisations.models import Organisation
from intranet.timeline.models import TimelineEntry
from intranet.works.models import (
    Answer,
    Contract,
    ContractState,
    LineAnswer,
    Side,
    Signature,
    Split,
    SplitState,
    WorksLine,
)

UNDER_WAY = (SplitState.PROPOSED, SplitState.COUNTERED, SplitState.AGREED)

_SPLIT = (
    Split.id,
    Split.state,
    Split.number,
    Split.turn,
    Split.turn_since,
    Split.silent,
    Household.name.label("tenant"),
    Dwelling.address,
    Dwelling.postcode,
    Dwelling.town,
    Dwelling.floor,
    Dwelling.kind,
)


def _lines() -> Any:
    return (
        select(func.count())
        .select_from(WorksLine)
        .where(WorksLine.split_id == Split.id)
        .correlate(Split)
        .scalar_subquery()
        .label("lines")
    )


def _answered() -> Any:
    """How many lines hold an answer of the bailleur to their present wording."""
    return (
        select(func.count())
        .select_from(WorksLine)
        .join(LineAnswer, LineAnswer.line_id == WorksLine.id)
        .where(
            WorksLine.split_id == Split.id,
            LineAnswer.side == Side.BAILLEUR,
            LineAnswer.digest == WorksLine.digest,
            LineAnswer.answer != Answer.WAITING,
        )
        .correlate(Split)
        .scalar_subquery()
        .label("answered")
    )


def _splits(scope: Scope, *columns: Any) -> Select[Any]:
    statement = (
        select(*columns)
        .select_from(Split)
        .join(Dossier, Dossier.id == Split.dossier_id)
        .join(Household, Household.id == Dossier.household_id)
        .join(Dwelling, Dwelling.id == Split.dwelling_id)
    )
    return visible(scope, statement, p.SPLIT_READ, Split)


def splits_under_way(scope: Scope) -> Select[Any]:
    """Splits not yet signed, the longest waiting first, with the delay agreed (days)."""
    return (
        _splits(scope, *_SPLIT, _lines(), _answered(), Organisation.answer_days)
        .join(Organisation, Organisation.id == Split.bailleur_id)
        .where(Split.state.in_(UNDER_WAY))
        .order_by(Split.turn_since, Split.id)
        .limit(100)
    )


def _contracts(scope: Scope, *columns: Any) -> Select[Any]:
    statement = (
        select(*columns)
        .select_from(Contract)
        .join(Split, Split.id == Contract.split_id)
        .join(Dossier, Dossier.id == Contract.dossier_id)
        .join(Household, Household.id == Dossier.household_id)
        .join(Dwelling, Dwelling.id == Split.dwelling_id)
        .outerjoin(Organisation, Organisation.id == Contract.partner_id)
    )
    return visible(scope, statement, p.CONTRACT_READ, Contract)


_CONTRACT = (
    Contract.id,
    Contract.number,
    Contract.state,
    Contract.created_at,
    Contract.document_id,
    Household.name.label("tenant"),
    Dwelling.address,
    Dwelling.postcode,
    Dwelling.town,
)


def contracts_to_sign(scope: Scope) -> Select[Any]:
    """Contracts prepared that the bailleur has not signed yet, oldest first."""
    signed = select(Signature.id).where(Signature.contract_id == Contract.id, Signature.side == Side.BAILLEUR)
    return (
        _contracts(scope, *_CONTRACT)
        .where(Contract.state == ContractState.PREPARED, ~signed.exists())
        .order_by(Contract.created_at, Contract.id)
        .limit(50)
    )


def split_list(
    scope: Scope, states: tuple[SplitState, ...], turn: Side | None, searched: bool, sort: str
) -> Select[Any]:
    """A page of splits. ``searched`` adds ``:pattern`` on the tenant's name and the address."""
    return _filtered(_splits(scope, *_SPLIT, _lines(), _answered()), states, turn, searched).order_by(
        *(
            {
                "since": (Split.turn_since.desc(), Split.id.desc()),
                "waiting": (Split.turn_since, Split.id),
                "tenant": (Household.name, Split.id),
                "address": (Dwelling.town, Dwelling.address, Split.id),
            }[sort]
        )
    ).limit(bindparam("limit")).offset(bindparam("offset"))  # fmt: skip


def split_count(
    scope: Scope, states: tuple[SplitState, ...], turn: Side | None, searched: bool
) -> Select[Any]:
    """How many splits the filters leave."""
    return _filtered(_splits(scope, func.count(Split.id)), states, turn, searched)


def _filtered(
    statement: Select[Any], states: tuple[SplitState, ...], turn: Side | None, searched: bool
) -> Select[Any]:
    if states:
        statement = statement.where(Split.state.in_(states))
    if turn:
        statement = statement.where(Split.turn == turn)
    if searched:
        pattern: Any = bindparam("pattern")
        statement = statement.where(
            or_(Household.name.ilike(pattern, escape="\\"), Dwelling.address.ilike(pattern, escape="\\"))
        )
    return statement


def split_page(scope: Scope) -> Select[Any]:
    """Head of one split (``:split_id``): dwelling, tenant, chosen contact, household size."""
    return _splits(
        scope,
        *_SPLIT,
        Split.version,
        Split.dossier_id,
        Split.dwelling_id,
        Split.message,
        Split.agreed_at,
        Split.household_answered_on,
        Household.contact_choice,
        (Household.adults + Household.children).label("people"),
        Dwelling.surface_m2,
        Dwelling.permit_year,
        Dwelling.asbestos,
        Dwelling.lead,
    ).where(Split.id == bindparam("split_id"))


def _dwellings(scope: Scope, *columns: Any) -> Select[Any]:
    latest = aliased(Dossier)
    tenancy = (
        select(func.max(latest.id))
        .where(latest.dwelling_id == Dwelling.id, latest.state != DossierState.LEFT)
        .correlate(Dwelling)
        .scalar_subquery()
    )
    statement = (
        select(*columns)
        .select_from(Dwelling)
        .outerjoin(Dossier, Dossier.id == tenancy)
        .outerjoin(Household, Household.id == Dossier.household_id)
    )
    return visible(scope, statement, p.DWELLING_READ, Dwelling)


def dwelling_list(scope: Scope, searched: bool, occupied: str) -> Select[Any]:
    """A page of dwellings with their tenant. ``occupied``: ``yes``, ``no`` or empty."""
    return (
        _dwellings_filtered(
            _dwellings(
                scope,
                Dwelling.id,
                Dwelling.address,
                Dwelling.postcode,
                Dwelling.town,
                Dwelling.floor,
                Dwelling.kind,
                Dwelling.surface_m2,
                Dwelling.available,
                Household.name.label("tenant"),
                Dossier.entry_on,
            ),
            searched,
            occupied,
        )
        .order_by(Dwelling.town, Dwelling.address, Dwelling.id)
        .limit(bindparam("limit"))
        .offset(bindparam("offset"))
    )


def dwelling_count(scope: Scope, searched: bool, occupied: str) -> Select[Any]:
    """How many dwellings the filters leave."""
    return _dwellings_filtered(_dwellings(scope, func.count(Dwelling.id)), searched, occupied)


def _dwellings_filtered(statement: Select[Any], searched: bool, occupied: str) -> Select[Any]:
    if searched:
        pattern: Any = bindparam("pattern")
        statement = statement.where(
            or_(Household.name.ilike(pattern, escape="\\"), Dwelling.address.ilike(pattern, escape="\\"))
        )
    if occupied == "yes":
        statement = statement.where(Household.id.is_not(None))
    elif occupied == "no":
        statement = statement.where(Household.id.is_(None))
    return statement


def dwelling_page(scope: Scope) -> Select[Any]:
    """One dwelling (``:dwelling_id``), its facts and its tenant."""
    return _dwellings(
        scope,
        Dwelling.id,
        Dwelling.address,
        Dwelling.postcode,
        Dwelling.town,
        Dwelling.floor,
        Dwelling.kind,
        Dwelling.surface_m2,
        Dwelling.permit_year,
        Dwelling.asbestos,
        Dwelling.asbestos_on,
        Dwelling.lead,
        Dwelling.lead_on,
        Dwelling.dpe_class,
        Dwelling.decent,
        Dossier.id.label("dossier_id"),
        Dossier.allocated_on,
        Dossier.entry_on,
        Household.name.label("tenant"),
        Household.contact_choice,
        (Household.adults + Household.children).label("people"),
    ).where(Dwelling.id == bindparam("dwelling_id"))


def dwelling_splits(scope: Scope) -> Select[Any]:
    """Splits of one dwelling (``:dwelling_id``), newest first."""
    return (
        _splits(scope, *_SPLIT, _lines(), _answered())
        .where(Split.dwelling_id == bindparam("dwelling_id"))
        .order_by(Split.id.desc())
    )


def contract_page(scope: Scope) -> Select[Any]:
    """Head of one contract (``:contract_id``)."""
    return _contracts(
        scope,
        *_CONTRACT,
        Contract.split_id,
        Contract.starts_on,
        Contract.ends_on,
        Contract.days_a_week,
        Contract.signed_on,
        Contract.lines,
        Organisation.name.label("partner"),
    ).where(Contract.id == bindparam("contract_id"))


def contract_of(scope: Scope) -> Select[Any]:
    """The latest contract of a split (``:split_id``) that was not cancelled."""
    return (
        _contracts(scope, Contract.id, Contract.number, Contract.state)
        .where(Contract.split_id == bindparam("split_id"), Contract.state != ContractState.CANCELLED)
        .order_by(Contract.id.desc())
        .limit(1)
    )


def news(scope: Scope) -> Select[Any]:
    """What concerns the bailleur in the dossiers it houses, since it houses them; latest first.

    A split with another bailleur, even on the day the household moved, is none of its business.
    """
    mine = select(Split.id).where(Split.bailleur_id == ACTOR.organisation_id)
    return (
        select(
            TimelineEntry.at,
            TimelineEntry.kind,
            TimelineEntry.actor_name,
            TimelineEntry.side,
            TimelineEntry.from_state,
            TimelineEntry.to_state,
            TimelineEntry.data,
            Household.name.label("tenant"),
            Dwelling.id.label("dwelling_id"),
            Dwelling.address,
        )
        .join(Dossier, Dossier.id == TimelineEntry.dossier_id)
        .join(Household, Household.id == Dossier.household_id)
        .join(Dwelling, Dwelling.id == Dossier.dwelling_id)
        .where(
            TimelineEntry.audience.contains(" bailleur "),
            Dwelling.bailleur_id == ACTOR.organisation_id,
            TimelineEntry.at >= Dossier.allocated_on,
            or_(TimelineEntry.subject != "split", TimelineEntry.subject_id.in_(mine)),
        )
        .order_by(TimelineEntry.at.desc(), TimelineEntry.id.desc())
        .limit(10)
    )
