"""Earlier splits a new one may start from: of the same dwelling or bailleur, among those the person may read.

Another family is never named: a split is told apart by its dwelling, its day and its number of lines.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import bindparam, case, func, or_, select

from intranet import permissions as p
from intranet.access import Scope, visible
from intranet.dossiers.models import Dwelling
from intranet.rows import Statement, fetch_all
from intranet.works.models import Split, WorksLine
from intranet.works.terms import Holder, SplitState

MOST = 8


class Reusable(NamedTuple):
    """A split to start from. ``same_home``: it was for this very dwelling."""

    id: int
    address: str
    town: str
    kind: str
    state: SplitState
    created_at: datetime
    lines: int
    same_home: bool


def reusable(dwelling_id: int) -> Sequence[Reusable]:
    """What the split of that dwelling may start from, this dwelling's own first, then the latest. One statement."""
    rows = fetch_all(_reusable, dwelling_id=dwelling_id, most=MOST)
    return [
        Reusable(
            row.id,
            row.address,
            row.town,
            row.kind,
            row.state,
            row.created_at,
            row.line_count,
            row.dwelling_id == dwelling_id,
        )
        for row in rows
    ]


def _reusable(scope: Scope) -> Statement:
    lines = (
        select(func.count())
        .select_from(WorksLine)
        .where(WorksLine.split_id == Split.id, WorksLine.holder != Holder.DROPPED)
        .correlate(Split)
        .scalar_subquery()
    )
    here: Any = bindparam("dwelling_id")
    owner = select(Dwelling.bailleur_id).where(Dwelling.id == here).scalar_subquery()
    statement = (
        select(
            Split.id,
            Split.dwelling_id,
            Split.state,
            Split.created_at,
            Dwelling.address,
            Dwelling.town,
            Dwelling.kind,
            lines.label("line_count"),
        )
        .join(Dwelling, Dwelling.id == Split.dwelling_id)
        .where(
            or_(Split.dwelling_id == here, Split.bailleur_id == owner),
            Split.state != SplitState.DRAFT,
            lines > 0,
        )
        .order_by(case((Split.dwelling_id == here, 0), else_=1), Split.id.desc())
        .limit(bindparam("most"))
    )
    return visible(scope, statement, p.SPLIT_READ, Split)
