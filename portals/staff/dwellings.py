"""Dwellings: the list, a dwelling's page, and recording one."""

from __future__ import annotations

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from intranet import permissions as p
from intranet.access import actor, require, requires
from intranet.dossiers import queries as dossiers_queries
from intranet.dossiers import service
from intranet.dossiers.models import Dwelling
from intranet.dossiers.wordings import STATES, SURVEYS
from intranet.rows import fetch_all, fetch_one, fetch_value
from intranet.translation import gettext as _
from intranet.translation import lazy_gettext as _l
from intranet.web.answering import DONE, obey, sent_version
from intranet.web.listing import Filter, Listing
from portals.staff import queries
from portals.staff.blueprint import bp
from portals.staff.forms import KINDS, DwellingForm

SORTS = {"address": _l("Adresse"), "free": _l("Libres d’abord"), "newest": _l("Derniers enregistrés")}
DECENT = {True: "yes", False: "no", None: ""}


@bp.get("/dwellings")
@requires(p.DWELLING_READ)
def dwellings() -> str:
    """Every dwelling, with who lives there as far as the person may know."""
    filters = [
        Filter("q", _l("Rechercher"), kind="text", placeholder=_l("Adresse, bailleur")),
        Filter(
            "bailleur", _l("Bailleur"), [(str(row.id), row.label) for row in fetch_all(queries.bailleurs)]
        ),
        Filter("kind", _l("Type"), [(kind, kind) for kind in KINDS]),
        Filter("free", _l("Libres seulement"), kind="check"),
    ]
    listing = Listing.of(request.args, filters=filters, sorts=SORTS, default_sort="address")
    asked = tuple(listing.params)
    params = {name: int(text) if name == "bailleur" else text for name, text in listing.params.items()}
    params.pop("free", None)
    rows = fetch_all(
        dossiers_queries.dwelling_list,
        asked,
        listing.sort,
        **params,
        limit=listing.limit,
        offset=listing.offset,
    )
    total = fetch_value(dossiers_queries.dwelling_count, asked, **params)
    most = dossiers_queries.COUNT_UP_TO
    return render_template(
        "staff/dwellings.html", listing=listing.with_rows(rows, min(total, most), capped=total > most)
    )


@bp.get("/dwellings/<int:dwelling_id>")
@requires(p.DWELLING_READ)
def dwelling(dwelling_id: int) -> str:
    """One dwelling: what is known of it, who had it, what plugins add."""
    home = fetch_one(dossiers_queries.dwelling_page, dwelling_id=dwelling_id)
    if home is None:
        abort(404)
    return render_template(
        "staff/dwelling.html",
        home=home,
        dossiers=fetch_all(dossiers_queries.dwelling_dossiers, dwelling_id=dwelling_id),
        surveys=SURVEYS,
        words=STATES,
    )


@bp.route("/dwellings/new", methods=["GET", "POST"])
@requires(p.DWELLING_MANAGE)
def dwelling_new() -> ResponseReturnValue:
    """Record a dwelling that a bailleur offers."""
    form = DwellingForm()
    form.offer(fetch_all(queries.bailleurs))
    recorded: list[Dwelling] = []
    status = obey(form, lambda: recorded.append(service.record_dwelling(actor(), form.dwelling())))
    if status == DONE:
        flash(_("Logement enregistré."), "success")
        return redirect(url_for("staff.dwelling", dwelling_id=recorded[0].id), DONE)
    return render_template("staff/dwelling_form.html", form=form, home=None), status


@bp.route("/dwellings/<int:dwelling_id>/edit", methods=["GET", "POST"])
@requires(p.DWELLING_MANAGE)
def dwelling_edit(dwelling_id: int) -> ResponseReturnValue:
    """Correct a dwelling."""
    require(p.DWELLING_MANAGE, Dwelling, dwelling_id, seen_by=p.DWELLING_READ)
    home = fetch_one(dossiers_queries.dwelling_page, dwelling_id=dwelling_id)
    if home is None:
        abort(404)
    form = DwellingForm(obj=home)
    if not form.is_submitted():
        form.decent.data = DECENT[home.decent]
    form.offer(fetch_all(queries.bailleurs))
    status = obey(
        form, lambda: service.change_dwelling(actor(), dwelling_id, sent_version(), form.dwelling())
    )
    if status == DONE:
        flash(_("Logement enregistré."), "success")
        return redirect(url_for("staff.dwelling", dwelling_id=dwelling_id), DONE)
    home = fetch_one(dossiers_queries.dwelling_page, dwelling_id=dwelling_id)
    return render_template("staff/dwelling_form.html", form=form, home=home), status
