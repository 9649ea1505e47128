"""Finding one's chantiers by the tenant's name or the address."""

from __future__ import annotations

from collections.abc import Sequence

from flask import url_for

from intranet import permissions as p
from intranet.access import Actor
from intranet.chantiers.search import CHANTIER_PARTNER, index_entries
from intranet.chantiers.statements import found
from intranet.plugin_api import SearchResult, SearchSource
from intranet.rows import fetch_all
from intranet.translation import lazy_gettext as _l


def find(_actor: Actor, query: str, limit: int) -> Sequence[SearchResult]:
    """The person's chantiers that match."""
    rows = fetch_all(found, q=query, limit=limit)
    return [
        SearchResult(
            row.tenant, f"{row.address}, {row.town}", url_for("partner.chantier", chantier_id=row.id)
        )
        for row in rows
    ]


CHANTIERS = SearchSource(
    kind=CHANTIER_PARTNER,
    label=_l("Chantiers"),
    permission=p.CHANTIER_READ,
    find=find,
    index=index_entries,
    portals=("partner",),
)
