"""Statements of ALC's pages of the split that no other side needs."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Select, bindparam, select

from intranet import permissions as p
from intranet.access import Scope, visible
from intranet.chantiers.models import Chantier
from intranet.dossiers.models import Dossier
from intranet.works.models import Split, SplitState

_CLOSED = (SplitState.WITHDRAWN, SplitState.AMENDED)


def open_split(scope: Scope) -> Select[Any]:
    """The open split of a dossier (``:dossier_id``) in the dwelling it holds today."""
    columns: tuple[Any, ...] = (Split.id, Split.state, Split.version, Split.number)
    statement = (
        select(*columns)
        .join(Dossier, Dossier.id == Split.dossier_id)
        .where(
            Split.dossier_id == bindparam("dossier_id"),
            Split.dwelling_id == Dossier.dwelling_id,
            Split.state.not_in(_CLOSED),
        )
        .order_by(Split.id.desc())
    )
    return visible(scope, statement, p.SPLIT_READ, Split)


def chantier_of(scope: Scope) -> Select[Any]:
    """The chantier opened from a contract (``:contract_id``)."""
    statement = select(Chantier.id).where(Chantier.contract_id == bindparam("contract_id"))
    return visible(scope, statement, p.CHANTIER_READ, Chantier)
