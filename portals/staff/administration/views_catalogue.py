"""The catalogue of works. For the coordination and administrators."""

from __future__ import annotations

from flask import abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import get_locale

from intranet import permissions as p
from intranet.access import actor, requires
from intranet.rows import fetch_all, fetch_one
from intranet.timeline.queries import entries_about
from intranet.translation import gettext as _
from intranet.translation import lazy_gettext as _l
from intranet.web.answering import DONE, obey, sent_version
from intranet.web.listing import Filter
from intranet.works.service import kinds as service
from portals.staff.administration import queries
from portals.staff.administration.forms import HOLDERS, PROFESSIONALS, KindForm
from portals.staff.administration.lists import read_list
from portals.staff.blueprint import bp


@bp.get("/administration/catalogue")
@requires(p.CATALOGUE_MANAGE)
def catalogue() -> str:
    """The kinds of works, by trade."""
    filters = [
        Filter("q", _l("Rechercher"), kind="text", placeholder=_l("Libellé, code")),
        Filter("trade", _l("Corps d’état"), [(row.trade, row.trade) for row in fetch_all(queries.trades)]),
        Filter("locked", _l("Réservés au bailleur"), kind="check"),
        Filter("closed", _l("Aussi hors service"), kind="check"),
    ]
    listing = read_list(
        queries.kinds,
        queries.kind_count,
        filters=filters,
        sorts={"trade": _l("Corps d’état")},
        default_sort="trade",
    )
    return render_template(
        "staff/administration/catalogue.html",
        listing=listing,
        holders=dict(HOLDERS),
        professionals=dict(PROFESSIONALS),
        english=str(get_locale()) == "en",
    )


@bp.route("/administration/catalogue/<int:kind_id>", methods=["GET", "POST"])
@requires(p.CATALOGUE_MANAGE)
def catalogue_kind(kind_id: int) -> ResponseReturnValue:
    """Change any value of a kind of works."""
    stored = fetch_one(queries.kind, id=kind_id)
    if stored is None:
        abort(404)
    form = KindForm(obj=stored)
    if not form.is_submitted():
        form.show_hazards(stored.hazard)
    status = obey(form, lambda: service.change_kind(actor(), kind_id, sent_version(), form.fields()))
    back = (url_for("staff.catalogue"), _("Catalogue"))
    if status == DONE:
        flash(_("C’est enregistré. Les lignes déjà écrites gardent leurs valeurs."), "success")
        return redirect(back[0], DONE)
    return (
        render_template(
            "staff/administration/fiche.html",
            form=form,
            title=f"{stored.code} · {stored.label_fr}",
            stored=fetch_one(queries.kind, id=kind_id),
            entries=entries_about("works_kind", kind_id, "alc"),
            back=back,
        ),
        status,
    )
