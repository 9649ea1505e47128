"""Opening a dossier, and correcting what is held about a family."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from intranet import permissions as p
from intranet.access import actor, require, requires, shows
from intranet.clock import today
from intranet.dossiers import commands as c
from intranet.dossiers import service
from intranet.dossiers.models import Dossier
from intranet.rows import fetch_all
from intranet.timeline.models import ReadSubject
from intranet.translation import gettext as _
from intranet.web.answering import DONE, SHOWN, obey, sent_version
from portals.staff import queries
from portals.staff.blueprint import bp
from portals.staff.dossiers import open_head
from portals.staff.forms import HouseholdForm, OpenDossierForm


def _poles(current: int | None = None) -> list[Any]:
    """The pôles the person may choose: her own if she is confined to one, and the household's present one."""
    own = actor().pole_id
    return [row for row in fetch_all(queries.poles) if own is None or row.id in (own, current)]


@bp.route("/dossiers/new", methods=["GET", "POST"])
@requires(p.DOSSIER_CREATE)
def dossier_new() -> ResponseReturnValue:
    """Spot a household: its dossier opens with a number."""
    form = OpenDossierForm()
    form.offer(_poles(), fetch_all(queries.sites))
    opened: list[Dossier] = []
    status = obey(form, lambda: opened.append(service.open_dossier(actor(), form.command())))
    if status == DONE:
        flash(_("Dossier %(number)s ouvert.", number=opened[0].number), "success")
        return redirect(url_for("staff.dossier", dossier_id=opened[0].id), DONE)
    if status == SHOWN:
        form.opened_on.data = today()
    return render_template("staff/household.html", form=form, dossier=None), status


@bp.route("/dossiers/<int:dossier_id>/edit", methods=["GET", "POST"])
@requires(p.DOSSIER_EDIT)
@shows(ReadSubject.HOUSEHOLD)
def dossier_edit(dossier_id: int) -> ResponseReturnValue:
    """Correct what is held about the family."""
    require(p.DOSSIER_EDIT, Dossier, dossier_id, seen_by=p.DOSSIER_READ)
    head = open_head(dossier_id)
    form = HouseholdForm(obj=head)
    form.offer(_poles(head.pole_id), fetch_all(queries.sites))
    status = obey(
        form,
        lambda: service.edit_household(actor(), c.EditHousehold(dossier_id, sent_version(), form.fields())),
    )
    if status == DONE:
        flash(_("Fiche du ménage enregistrée."), "success")
        return redirect(url_for("staff.dossier", dossier_id=dossier_id), DONE)
    return render_template("staff/household.html", form=form, dossier=open_head(dossier_id)), status
