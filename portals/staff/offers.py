"""What the staff portal offers to the search and to downloads."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from flask import url_for
from sqlalchemy import bindparam, select

from intranet import permissions as p
from intranet.access import Actor, Scope, visible
from intranet.dossiers import queries as dossiers_queries
from intranet.dossiers.models import Dossier, Dwelling, Household
from intranet.dossiers.search import DOSSIER, DWELLING, all_dossiers, all_dwellings
from intranet.dossiers.wordings import STATES
from intranet.organisations.models import Organisation
from intranet.plugin_api import Exporter, SearchResult, SearchSource
from intranet.rows import Statement, fetch_all
from intranet.search.queries import newest
from intranet.translation import lazy_gettext as _l
from intranet.web.kept import spoken
from portals.staff.dossiers import SORTS, asked, list_filters
from portals.staff.queues import BY_KEY, clock


def found_dossiers(scope: Scope) -> Statement:
    """Dossiers that hold the words ``:q``, the latest indexed first, at most ``:limit``."""
    statement = (
        select(Dossier.id, Dossier.number, Dossier.state, Household.name, Dwelling.address)
        .select_from(Dossier)
        .join(Household, Household.id == Dossier.household_id)
        .outerjoin(Dwelling, Dwelling.id == Dossier.dwelling_id)
        .limit(bindparam("limit"))
    )
    return newest(visible(scope, statement, p.DOSSIER_READ, Dossier), DOSSIER, Dossier.id)


def found_dwellings(scope: Scope) -> Statement:
    """Dwellings that hold the words ``:q``, at most ``:limit``."""
    statement = (
        select(Dwelling.id, Dwelling.address, Dwelling.town, Dwelling.kind, Organisation.name)
        .select_from(Dwelling)
        .join(Organisation, Organisation.id == Dwelling.bailleur_id)
        .limit(bindparam("limit"))
    )
    return newest(visible(scope, statement, p.DWELLING_READ, Dwelling), DWELLING, Dwelling.id)


def find_dossiers(_person: Actor, query: str, limit: int) -> Sequence[SearchResult]:
    """Hits among the dossiers the person may read."""
    prefix, words = url_for("staff.dossiers"), spoken(STATES)
    return [
        SearchResult(
            name,
            f"{number} · {words[state].label}{f' · {address}' if address else ''}",
            f"{prefix}/{id_}",
        )
        for id_, number, state, name, address in fetch_all(found_dossiers, q=query, limit=limit)
    ]


def find_dwellings(_person: Actor, query: str, limit: int) -> Sequence[SearchResult]:
    """Hits among the dwellings."""
    prefix = url_for("staff.dwellings")
    return [
        SearchResult(f"{row.address}, {row.town}", f"{row.kind} · {row.name}", f"{prefix}/{row.id}")
        for row in fetch_all(found_dwellings, q=query, limit=limit)
    ]


def exported_dossiers(_person: Actor, filters: Mapping[str, str]) -> Iterable[Sequence[Any]]:
    """The dossiers that the list's filters leave, as cells."""
    names, params = asked({each.name: each.clean(filters.get(each.name, "")) for each in list_filters()})
    sort = filters.get("sort", "")
    rows = fetch_all(
        dossiers_queries.dossier_export,
        names,
        sort if sort in SORTS else "changed",
        BY_KEY.get(filters.get("queue", "")),
        **params,
        **clock(),
    )
    for row in rows:
        yield (
            row.number,
            row.name,
            str(STATES[row.state].label),
            row.opened_on,
            row.pole,
            row.adults,
            row.children,
            row.children_under_3,
            row.lone_parent,
            row.address or "",
            row.town or "",
            row.bailleur or "",
            row.entry_on,
            row.referent or "",
        )


HERE = ("staff",)
SEARCH = (
    SearchSource(DOSSIER, _l("Dossiers"), p.DOSSIER_READ, find_dossiers, all_dossiers, HERE, 10),
    SearchSource(DWELLING, _l("Logements"), p.DWELLING_READ, find_dwellings, all_dwellings, HERE, 20),
)
EXPORTERS = (
    Exporter(
        "dossiers",
        _l("Dossiers"),
        p.DOSSIER_EXPORT,
        (
            _l("Numéro"),
            _l("Ménage"),
            _l("État"),
            _l("Ouvert le"),
            _l("Pôle"),
            _l("Adultes"),
            _l("Enfants"),
            _l("Moins de 3 ans"),
            _l("Parent seul"),
            _l("Adresse"),
            _l("Ville"),
            _l("Bailleur"),
            _l("Entrée"),
            _l("Référent"),
        ),
        exported_dossiers,
        filters=list_filters,
    ),
)
