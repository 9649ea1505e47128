"""Splits proposed to the bailleur, with how far it has answered."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Select, bindparam, func, select

from intranet import permissions as p
from intranet.access import Scope, visible
from intranet.dossiers.joins import with_home
from intranet.dossiers.models import Dwelling, Household
from intranet.organisations.models import Organisation
from intranet.search.folding import SortKey, holds
from intranet.works.models import (
    Answer,
    Contract,
    ContractState,
    LineAnswer,
    Side,
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


def _contract() -> Any:
    """The number of the contract being signed, if it is established."""
    return (
        select(Contract.number)
        .where(Contract.split_id == Split.id, Contract.state == ContractState.PREPARED)
        .correlate(Split)
        .scalar_subquery()
        .label("contract")
    )


def _splits(scope: Scope, *columns: Any) -> Select[Any]:
    statement = with_home(select(*columns).select_from(Split), Split.dossier_id, Split.dwelling_id)
    return visible(scope, statement, p.SPLIT_READ, Split)


def splits_under_way(scope: Scope) -> Select[Any]:
    """Splits not yet signed, the longest waiting first, with the delay agreed (days)."""
    return (
        _splits(
            scope,
            *_SPLIT,
            _lines(),
            _answered(),
            _contract(),
            Organisation.answer_days,
            Split.more_time_until,
        )
        .join(Organisation, Organisation.id == Split.bailleur_id)
        .where(Split.state.in_(UNDER_WAY))
        .order_by(Split.turn_since, Split.id)
        .limit(100)
    )


def split_list(
    scope: Scope, states: tuple[SplitState, ...], turn: Side | None, searched: bool, sort: str
) -> Select[Any]:
    """A page of splits. ``searched`` adds ``:q`` on the tenant's name and the address."""
    return _filtered(_splits(scope, *_SPLIT, _lines(), _answered()), states, turn, searched).order_by(
        *(
            {
                "since": (Split.turn_since.desc(), Split.id.desc()),
                "waiting": (Split.turn_since, Split.id),
                "tenant": (Household.name, Split.id),
                "address": (SortKey(Dwelling.town), SortKey(Dwelling.address), Split.id),
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
        statement = statement.where(holds(Household.name, Dwelling.address))
    return statement


def dwelling_splits(scope: Scope) -> Select[Any]:
    """Splits of one dwelling (``:dwelling_id``), newest first."""
    return (
        _splits(scope, *_SPLIT, _lines(), _answered())
        .where(Split.dwelling_id == bindparam("dwelling_id"))
        .order_by(Split.id.desc())
    )
