"""Finding one's dwellings by their address, or by the name of the household they house."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import url_for
from sqlalchemy import Select, bindparam, or_

from intranet import permissions as p
from intranet.access import Actor, Scope, visible
from intranet.dossiers.models import Dossier, Dwelling, Household
from intranet.dossiers.search import DOSSIER_BAILLEUR, DWELLING, all_dossiers_for_bailleurs
from intranet.plugin_api import SearchResult, SearchSource
from intranet.rows import fetch_all
from intranet.search.folding import SortKey
from intranet.search.queries import matching
from intranet.translation import lazy_gettext as _l
from portals.bailleur.queries.dwellings import with_tenant


def found(scope: Scope) -> Select[Any]:
    """Dwellings that hold the words ``:q`` or whose household does (``:tenant``, the same), at most ``:limit``."""
    statement = (
        with_tenant(
            Dwelling.id, Dwelling.address, Dwelling.town, Dwelling.kind, Household.name.label("tenant")
        )
        .where(or_(Dwelling.id.in_(matching(DWELLING)), Dossier.id.in_(matching(DOSSIER_BAILLEUR, "tenant"))))
        .order_by(SortKey(Dwelling.town), SortKey(Dwelling.address), Dwelling.id)
        .limit(bindparam("limit"))
    )
    return visible(scope, statement, p.DWELLING_READ, Dwelling)


def find(_person: Actor, query: str, limit: int) -> Sequence[SearchResult]:
    """Hits among the dwellings of the agent's bailleur, let or not."""
    prefix = url_for("bailleur.dwellings")
    return [
        SearchResult(
            row.tenant or row.address,
            f"{row.address}, {row.town} · {row.kind}" if row.tenant else f"{row.town} · {row.kind}",
            f"{prefix}/{row.id}",
        )
        for row in fetch_all(found, q=query, tenant=query, limit=limit)
    ]


DWELLINGS = SearchSource(
    kind=DOSSIER_BAILLEUR,
    label=_l("Logements"),
    permission=p.DWELLING_READ,
    find=find,
    index=all_dossiers_for_bailleurs,
    portals=("bailleur",),
)
