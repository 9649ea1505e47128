"""The bailleur's dwellings in the programme, each with how far it has come: split, contract, chantier, commitments."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Select, and_, bindparam, case, func, select
from sqlalchemy.orm import aliased

from intranet import permissions as p
from intranet.access import ACTOR, Scope, visible
from intranet.chantiers.models import Chantier
from intranet.commitments.models import Commitment
from intranet.commitments.queries import IN_STATE
from intranet.commitments.rules import CommitmentState
from intranet.dossiers.models import Dossier, Dwelling, Household
from intranet.search.folding import SortKey, holds
from intranet.works.models import Contract, ContractState, Split, SplitState
from portals.bailleur.queries.dwellings import with_tenant

_ENDED = (ContractState.CANCELLED, ContractState.REPLACED)


def _last_split() -> Any:
    """The last split that was sent to the bailleur for this household and dwelling."""
    sent = aliased(Split)
    return (
        select(func.max(sent.id))
        .where(
            sent.dossier_id == Dossier.id,
            sent.dwelling_id == Dwelling.id,
            sent.bailleur_id == ACTOR.organisation_id,
            sent.number > 0,
            sent.state != SplitState.WITHDRAWN,
        )
        .correlate(Dossier, Dwelling)
        .scalar_subquery()
    )


def _last_contract() -> Any:
    """The contract of this household and dwelling: the one in force, or the one being signed."""
    made, of_split = aliased(Contract), aliased(Split)
    return (
        select(func.max(made.id))
        .join(of_split, of_split.id == made.split_id)
        .where(
            of_split.dossier_id == Dossier.id,
            of_split.dwelling_id == Dwelling.id,
            of_split.bailleur_id == ACTOR.organisation_id,
            made.state.not_in(_ENDED),
        )
        .correlate(Dossier, Dwelling)
        .scalar_subquery()
    )


def _last_chantier() -> Any:
    site = aliased(Chantier)
    return (
        select(func.max(site.id))
        .where(
            site.dossier_id == Dossier.id,
            site.dwelling_id == Dwelling.id,
            site.bailleur_id == ACTOR.organisation_id,
        )
        .correlate(Dossier, Dwelling)
        .scalar_subquery()
    )


def _promised() -> Any:
    """Commitments of each dwelling: due, overdue, closed. One row a dwelling."""

    def number(state: CommitmentState) -> Any:
        return func.sum(case((IN_STATE[state], 1), else_=0)).label(state.value)

    counted = (CommitmentState.DUE, CommitmentState.OVERDUE, CommitmentState.DONE, CommitmentState.CONFIRMED)
    return (
        select(Commitment.dwelling_id, *(number(state) for state in counted))
        .where(Commitment.bailleur_id == ACTOR.organisation_id)
        .group_by(Commitment.dwelling_id)
        .subquery()
    )


def _portfolio(scope: Scope, searched: bool, late: bool, *, whole: bool) -> Select[Any]:
    promised = _promised()
    columns: tuple[Any, ...] = (
        Dwelling.id,
        Dwelling.address,
        Dwelling.postcode,
        Dwelling.town,
        Dwelling.kind,
        Household.name.label("tenant"),
        Split.id.label("split_id"),
        Split.state.label("split_state"),
        Contract.id.label("contract_id"),
        Contract.number.label("contract"),
        Contract.state.label("contract_state"),
        Chantier.id.label("chantier_id"),
        Chantier.state.label("chantier_state"),
        *(func.coalesce(promised.c[name], 0).label(name) for name in ("due", "overdue", "done", "confirmed")),
    )
    statement = with_tenant(*(columns if whole else (func.count(Dwelling.id),)))
    if whole:
        statement = (
            statement.outerjoin(Split, Split.id == _last_split())
            .outerjoin(Contract, Contract.id == _last_contract())
            .outerjoin(Chantier, Chantier.id == _last_chantier())
            .outerjoin(promised, promised.c.dwelling_id == Dwelling.id)
            .order_by(
                func.coalesce(promised.c.overdue, 0).desc(),
                SortKey(Dwelling.town),
                SortKey(Dwelling.address),
                Dwelling.id,
            )
        )
    if late:
        has = select(Commitment.id).where(
            and_(Commitment.dwelling_id == Dwelling.id, IN_STATE[CommitmentState.OVERDUE]),
            Commitment.bailleur_id == ACTOR.organisation_id,
        )
        statement = statement.where(has.exists())
    if searched:
        statement = statement.where(holds(Household.name, Dwelling.address))
    return visible(scope, statement, p.DWELLING_READ, Dwelling)


def portfolio_rows(scope: Scope, searched: bool, late: bool) -> Select[Any]:
    """Every dwelling the filters leave, those with the most overdue first.

    ``searched`` adds ``:q``; ``late``: with something overdue.
    """
    return _portfolio(scope, searched, late, whole=True)


def portfolio_page(scope: Scope, searched: bool, late: bool) -> Select[Any]:
    """A page of the same."""
    return portfolio_rows(scope, searched, late).limit(bindparam("limit")).offset(bindparam("offset"))


def portfolio_count(scope: Scope, searched: bool, late: bool) -> Select[Any]:
    """How many dwellings the filters leave."""
    return _portfolio(scope, searched, late, whole=False)
