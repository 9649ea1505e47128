"""The bailleur's own dwellings: facts, tenant, chosen contact, splits. Nothing else of the family."""

from __future__ import annotations

from flask import abort, render_template, request
from flask.typing import ResponseReturnValue

from intranet import permissions as p
from intranet.access import requires
from intranet.clock import today
from intranet.dossiers.insurance import attestations
from intranet.dossiers.wordings import SURVEYS
from intranet.rows import fetch_all, fetch_one, fetch_value
from intranet.translation import lazy_gettext as _l
from intranet.web.listing import Filter, Listing
from intranet.works.models import Side
from intranet.works.wordings import state_word
from portals.bailleur import queries
from portals.bailleur.blueprint import bp

FILTERS = (
    Filter("q", _l("Locataire ou adresse"), kind="text"),
    Filter("occupied", _l("Occupation"), (("yes", _l("Attribué")), ("no", _l("Sans locataire")))),
)
SORTS = {"address": _l("Adresse")}


@bp.get("/dwellings")
@requires(p.DWELLING_READ)
def dwellings() -> ResponseReturnValue:
    """List, two statements."""
    listing = Listing.of(request.args, filters=FILTERS, sorts=SORTS, default_sort="address")
    searched, occupied = bool(listing.values["q"]), listing.values["occupied"]
    params = {"q": listing.values["q"]} if searched else {}
    rows = fetch_all(
        queries.dwelling_list, searched, occupied, limit=listing.limit, offset=listing.offset, **params
    )
    total = fetch_value(queries.dwelling_count, searched, occupied, **params)
    return render_template("bailleur/dwellings.html", listing=listing.with_rows(rows, total))


@bp.get("/dwellings/<int:dwelling_id>")
@requires(p.DWELLING_READ)
def dwelling(dwelling_id: int) -> ResponseReturnValue:
    """One dwelling; 404 for another bailleur's."""
    row = fetch_one(queries.dwelling_page, dwelling_id=dwelling_id)
    if row is None:
        abort(404)
    insured = fetch_one(attestations, dossier_id=row.dossier_id) if row.dossier_id else None
    splits = fetch_all(queries.dwelling_splits, dwelling_id=dwelling_id)
    return render_template(
        "bailleur/dwelling.html",
        dwelling=row,
        surveys=SURVEYS,
        insured=insured,
        today=today(),
        splits=[(each, state_word(each.state, Side.BAILLEUR)) for each in splits],
    )
