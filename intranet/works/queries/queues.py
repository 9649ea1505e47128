"""Queues for the home pages: splits where it is my turn, and those where others are waited for."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Select, bindparam, select

from intranet import permissions as p
from intranet.access import Scope, visible
from intranet.dossiers.joins import with_home
from intranet.dossiers.models import Dwelling, Household
from intranet.organisations.models import Organisation
from intranet.rows import Row, fetch_all
from intranet.works.machine import TURN
from intranet.works.models import Split
from intranet.works.rules import side_of
from intranet.works.terms import Side, SplitState


class QueueRow(NamedTuple):
    """A split waiting for somebody. ``silent``: the bailleur let its delay pass."""

    split_id: int
    dossier_id: int
    tenant: str
    address: str
    town: str
    bailleur: str
    state: SplitState
    turn_since: datetime
    silent: bool


def my_turn(limit: int = 50) -> Sequence[QueueRow]:
    """Splits the signed-in person's side must move, the longest waiting first, among those she may see."""
    return _rows(fetch_all(_queue, True, limit=limit))


def waiting_for_others(limit: int = 50) -> Sequence[QueueRow]:
    """Splits under way where another side must move, the longest waiting first."""
    return _rows(fetch_all(_queue, False, limit=limit))


def _rows(rows: Sequence[Row]) -> Sequence[QueueRow]:
    return [QueueRow._make(row) for row in rows]


def _queue(scope: Scope, mine: bool) -> Select[Any]:
    mover = side_of(scope)
    states = [state for state, side in TURN.items() if side is not None and (side is mover) is mine]
    columns: tuple[Any, ...] = (
        Split.id,
        Split.dossier_id,
        Household.name,
        Dwelling.address,
        Dwelling.town,
        Organisation.name,
        Split.state,
        Split.turn_since,
        Split.silent,
    )
    statement = (
        with_home(select(*columns), Split.dossier_id, Split.dwelling_id)
        .join(Organisation, Organisation.id == Split.bailleur_id)
        .where(Split.state.in_(states))
        .order_by(Split.turn_since, Split.id)
        .limit(bindparam("limit"))
    )
    if mover is not Side.ALC:
        statement = statement.where(Split.number > 0)
    return visible(scope, statement, p.SPLIT_READ, Split)
