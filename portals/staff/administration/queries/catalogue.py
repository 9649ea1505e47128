"""The catalogue of kinds of works."""

from __future__ import annotations

from sqlalchemy import (
    ColumnElement,
    bindparam,
    func,
    select,
)

from intranet.access import Scope
from intranet.rows import Statement
from intranet.search.folding import holds
from intranet.works.models import WorksKind
from portals.staff.administration.queries.paging import Asked, page


def _kinds(asked: Asked) -> list[ColumnElement[bool]]:
    wanted: list[ColumnElement[bool]] = []
    if "q" in asked:
        wanted.append(holds(WorksKind.label_fr, WorksKind.label_en, WorksKind.synonyms, WorksKind.code))
    if "trade" in asked:
        wanted.append(WorksKind.trade == bindparam("trade"))
    if "locked" in asked:
        wanted.append(WorksKind.locked_to_bailleur.is_(True))
    if "closed" not in asked:
        wanted.append(WorksKind.active.is_(True))
    return wanted


def kinds(_scope: Scope, asked: Asked, _sort: str) -> Statement:
    """Kinds of works by trade, a page at a time."""
    return page(
        select(
            WorksKind.id,
            WorksKind.code,
            WorksKind.trade,
            WorksKind.label_fr,
            WorksKind.label_en,
            WorksKind.default_holder,
            WorksKind.locked_to_bailleur,
            WorksKind.professional_only,
            WorksKind.active,
        )
        .where(*_kinds(asked))
        .order_by(WorksKind.trade, WorksKind.position, WorksKind.id)
    )


def kind_count(_scope: Scope, asked: Asked) -> Statement:
    return select(func.count()).select_from(WorksKind).where(*_kinds(asked))


def kind(_scope: Scope) -> Statement:
    return select(*WorksKind.__table__.columns).where(WorksKind.id == bindparam("id"))


def trades(_scope: Scope) -> Statement:
    return select(WorksKind.trade).distinct().order_by(WorksKind.trade)
