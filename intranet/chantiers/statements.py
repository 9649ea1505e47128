"""The statements of chantiers: columns only, one builder a projection, all under the policy of single chantiers.

``queries`` runs them.

What every side reads stands in ``_COMMON``. The partner also gets the contact and the technical diagnosis, never
the pôle nor the site; the bailleur gets progress and dates, never hours by person nor notes (``domain.md`` §6).
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import BindParameter, ColumnElement, bindparam, case, false, func, or_, select
from sqlalchemy.orm import aliased

from intranet import permissions as p
from intranet.access import ACTOR, OrganisationKind, Scope, visible
from intranet.accounts.models import User
from intranet.chantiers.insurance import insured
from intranet.chantiers.machine import DONE
from intranet.chantiers.models import (
    Chantier,
    Hours,
    Reserve,
    StartCheck,
    Task,
)
from intranet.chantiers.rules import BY_HAND
from intranet.chantiers.search import CHANTIER_PARTNER
from intranet.chantiers.terms import ChantierState, TaskState
from intranet.dossiers.joins import with_home
from intranet.dossiers.models import Dossier, Dwelling, Household
from intranet.organisations.models import Organisation
from intranet.rows import Statement
from intranet.search.queries import newest
from intranet.works.models import Contract, Split
from intranet.works.terms import ContractState, Side, SplitState

_COMMON = (
    Chantier.id,
    Chantier.dossier_id,
    Chantier.state,
    Chantier.state_since,
    Chantier.planned_start,
    Chantier.planned_end,
    Chantier.started_on,
    Chantier.finished_on,
    Chantier.handed_over_on,
    Chantier.version,
    Household.name.label("tenant"),
    Dwelling.address,
    Dwelling.postcode,
    Dwelling.town,
    Dwelling.floor,
    Dwelling.kind,
    Organisation.name.label("partner"),
)

_AMENDMENT = aliased(Split)
_AMENDING = (
    select(func.count())
    .select_from(_AMENDMENT)
    .where(
        _AMENDMENT.amends_id == Contract.split_id,
        _AMENDMENT.number > 0,  # what ALC prepares is its own business
        _AMENDMENT.state.in_((SplitState.PROPOSED, SplitState.COUNTERED, SplitState.AGREED)),
    )
    .correlate(Contract)
    .scalar_subquery()
)

_ON_SITE = (
    Chantier.safety_note,
    Chantier.animator_id,
    Chantier.partner_id,
    User.name.label("animator"),
    Household.phone,
    Household.contact_choice,
    Dwelling.surface_m2,
    Dwelling.permit_year,
    Dwelling.asbestos,
    Dwelling.asbestos_on,
    Dwelling.lead,
    Dwelling.lead_on,
    Dwelling.dpe_class,
    Contract.number.label("contract_number"),
    Contract.state.label("contract_state"),
    Contract.sealed_document_id.label("contract_document"),
    _AMENDING.label("amending"),
    Dossier.state.label("dossier_state"),
    Dossier.referent_id,
    Dossier.technical_id,
    Dossier.entry_on,
)


_FOUND = (Household.name.label("tenant"), Dwelling.address, Dwelling.town)


def _tasks_of(*criteria: ColumnElement[bool]) -> Any:
    return (
        select(func.count())
        .select_from(Task)
        .where(Task.chantier_id == Chantier.id, *criteria)
        .correlate(Chantier)
        .scalar_subquery()
    )


def _minutes(column: Any) -> Any:
    return (
        select(func.coalesce(func.sum(column), 0))
        .where(column.class_.chantier_id == Chantier.id)
        .correlate(Chantier)
        .scalar_subquery()
    )


def _progress() -> tuple[Any, ...]:
    return (
        _tasks_of().label("total"),
        _tasks_of(Task.state.in_(DONE)).label("done"),
        _tasks_of(Task.state == TaskState.BLOCKED).label("blocked"),
    )


def _at_home(statement: Statement) -> Statement:
    """``statement``, which holds the chantier, with its household and its dwelling."""
    return with_home(statement, Chantier.dossier_id, Chantier.dwelling_id)


def _chantiers(scope: Scope, *columns: Any) -> Statement:
    statement = (
        _at_home(select(*columns).select_from(Chantier))
        .join(Organisation, Organisation.id == Chantier.partner_id)
        .join(Contract, Contract.id == Chantier.contract_id)
        .outerjoin(User, User.id == Chantier.animator_id)
    )
    return visible(scope, statement, p.CHANTIER_READ, Chantier)


def _filtered(
    statement: Statement, states: tuple[ChantierState, ...], mine: bool, searched: bool
) -> Statement:
    if states:
        statement = statement.where(Chantier.state.in_(states))
    if mine:
        statement = statement.where(Chantier.animator_id == ACTOR.user_id)
    if searched:
        pattern: BindParameter[str] = bindparam("pattern")
        statement = statement.where(
            or_(Household.name.ilike(pattern, escape="\\"), Dwelling.address.ilike(pattern, escape="\\"))
        )
    return statement


_ORDERS: dict[str, tuple[Any, ...]] = {
    "since": (Chantier.state_since.desc(), Chantier.id.desc()),
    "start": (func.coalesce(Chantier.started_on, Chantier.planned_start), Chantier.id),
    "tenant": (Household.name, Chantier.id),
}


def chantier_list(
    scope: Scope,
    states: tuple[ChantierState, ...] = (),
    mine: bool = False,
    searched: bool = False,
    order: str = "since",
) -> Statement:
    """A page of chantiers with their progress (``:limit``, ``:offset``; ``:pattern`` if searched).

    ``ready`` counts the items of the start list that hold today (``:today``).
    """
    ticked = (
        select(func.count())
        .select_from(StartCheck)
        .where(StartCheck.chantier_id == Chantier.id, StartCheck.item.in_(BY_HAND))
        .correlate(Chantier)
        .scalar_subquery()
    )
    signed = case((Contract.state == ContractState.SIGNED, 1), else_=0)
    ready = ticked + case((insured(), 1), else_=0) + signed
    statement = _chantiers(scope, *_COMMON, User.name.label("animator"), *_progress(), ready.label("ready"))
    statement = _filtered(statement, states, mine, searched).order_by(*_ORDERS[order])
    return statement.limit(bindparam("limit")).offset(bindparam("offset"))


def chantier_count(
    scope: Scope, states: tuple[ChantierState, ...] = (), mine: bool = False, searched: bool = False
) -> Statement:
    """How many chantiers the filters leave."""
    return _filtered(_chantiers(scope, func.count(Chantier.id)), states, mine, searched)


def chantier_header(scope: Scope) -> Statement:
    """Head of one chantier (``:chantier_id``), as its own side may see it."""
    columns: tuple[Any, ...] = (*_COMMON, *_progress())
    if scope.kind is not OrganisationKind.BAILLEUR:
        columns += (
            *_ON_SITE,
            _minutes(Task.planned_minutes).label("planned_minutes"),
            _minutes(Hours.minutes).label("minutes"),
        )
    return _chantiers(scope, *columns).where(Chantier.id == bindparam("chantier_id"))


def progress(scope: Scope) -> Statement:
    """``total``, ``done`` and ``blocked`` tasks of one chantier (``:chantier_id``)."""
    return _chantiers(scope, *_progress()).where(Chantier.id == bindparam("chantier_id"))


def of_chantier(scope: Scope, statement: Statement) -> Statement:
    """``statement``, which joins the chantier, on the one chantier ``:chantier_id``."""
    statement = statement.where(Chantier.id == bindparam("chantier_id"))
    return visible(scope, statement, p.CHANTIER_READ, Chantier)


def not_for_bailleur(scope: Scope, statement: Statement) -> Statement:
    """Nothing for a bailleur, whoever asks: the page leaving it out is not enough."""
    return statement.where(false()) if scope.kind is OrganisationKind.BAILLEUR else statement


def tasks(scope: Scope) -> Statement:
    """Tasks of a chantier in order, with the minutes spent; a bailleur reads neither these nor the reasons."""
    columns: tuple[Any, ...] = (
        Task.id,
        Task.position,
        Task.label,
        Task.room,
        Task.trade,
        Task.holder,
        Task.state,
        Task.done_on,
    )
    if scope.kind is not OrganisationKind.BAILLEUR:
        spent = (
            select(func.coalesce(func.sum(Hours.minutes), 0))
            .where(Hours.task_id == Task.id)
            .correlate(Task)
            .scalar_subquery()
        )
        columns += (
            Task.version,
            Task.before_blocked,
            Task.blocked_reason,
            Task.blocked_rule,
            Task.planned_minutes,
            spent.label("minutes"),
        )
    statement = select(*columns).join(Chantier, Chantier.id == Task.chantier_id)
    return of_chantier(scope, statement).order_by(Task.position, Task.id)


_RESERVE = (
    Reserve.id,
    Reserve.task_id,
    Reserve.text,
    Reserve.lifted_by,
    Reserve.due_on,
    Reserve.lifted_on,
    Reserve.version,
    Task.label.label("task"),
    Task.room,
)


def _reserves(*columns: Any) -> Statement:
    return (
        select(*_RESERVE, *columns)
        .join(Task, Task.id == Reserve.task_id)
        .join(Chantier, Chantier.id == Task.chantier_id)
    )


def reserves(scope: Scope) -> Statement:
    """Reserves of a chantier, the nearest date first."""
    return of_chantier(scope, _reserves()).order_by(Reserve.due_on, Reserve.id)


def reserves_due(scope: Scope, side: Side) -> Statement:
    """Reserves a side has still to lift, on every chantier it sees, the nearest date first."""
    statement = (
        _at_home(
            _reserves(Chantier.id.label("chantier_id"), Household.name.label("tenant"), Dwelling.address)
        )
        .where(Reserve.lifted_on.is_(None), Reserve.lifted_by == side)
        .order_by(Reserve.due_on, Reserve.id)
        .limit(50)
    )
    return visible(scope, statement, p.CHANTIER_READ, Chantier)


def blocked_tasks(scope: Scope) -> Statement:
    """Blocked tasks on every chantier under way that the person sees. Not for a bailleur."""
    blocked = select(
        Task.id,
        Task.label,
        Task.room,
        Task.blocked_reason,
        Chantier.id.label("chantier_id"),
        Household.name.label("tenant"),
        Dwelling.address,
    ).join(Chantier, Chantier.id == Task.chantier_id)
    statement = (
        _at_home(blocked)
        .where(Task.state == TaskState.BLOCKED, Chantier.state != ChantierState.HANDED_OVER)
        .order_by(Chantier.id, Task.position)
        .limit(50)
    )
    return not_for_bailleur(scope, visible(scope, statement, p.CHANTIER_READ, Chantier))


def found(scope: Scope) -> Statement:
    """Chantiers whose words hold ``:q``, newest first, at most ``:limit``."""
    statement = _chantiers(scope, Chantier.id, Chantier.state, *_FOUND)
    return newest(statement, CHANTIER_PARTNER, Chantier.id).limit(bindparam("limit"))
