"""``/search?q=``: what may be seen, grouped by what it is."""

from __future__ import annotations

from typing import NamedTuple

from flask import Blueprint, render_template, request

from intranet import permissions as p
from intranet.access import Actor, actor, registry, requires
from intranet.plugin_api import SearchResult
from intranet.search.words import query_words
from intranet.web.navigation import portal_of

bp = Blueprint("search", __name__)

SHOWN = 25
LONGEST = 200


class Group(NamedTuple):
    """The hits of one source; ``more`` when there are others still."""

    label: str
    hits: list[SearchResult]
    more: bool


def find(person: Actor, query: str) -> list[Group]:
    """What the person may see that holds every word of ``query``, by source. Empty sources are left out."""
    if not query_words(query):
        return []
    portal = portal_of(person)
    name = portal.name if portal else ""
    groups = []
    for source in registry().search:
        if source.permission not in person.permissions or (source.portals and name not in source.portals):
            continue
        hits = list(source.find(person, query, SHOWN + 1))
        if hits:
            groups.append(Group(str(source.label), hits[:SHOWN], len(hits) > SHOWN))
    return groups


@bp.get("/search")
@requires(p.SEARCH_USE)
def results() -> str:
    """The page of results; without a query, the box alone."""
    query = request.args.get("q", "").replace("\x00", "").strip()[:LONGEST]
    return render_template("search/results.html", query=query, groups=find(actor(), query), shown=SHOWN)
