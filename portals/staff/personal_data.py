"""What is held about a family: shown, given to it as an archive, and erased after a preview."""

from __future__ import annotations

from itertools import groupby

from flask import abort, flash, redirect, render_template, send_file, url_for
from flask.typing import ResponseReturnValue

from intranet import permissions as p
from intranet.access import actor, require, requires, shows
from intranet.deletion import reasons_to_keep
from intranet.dossiers.models import Dossier, Household
from intranet.extensions import db
from intranet.privacy import service
from intranet.privacy.keeping import kept_until
from intranet.timeline.models import ReadSubject
from intranet.translation import gettext as _
from intranet.web.answering import DONE, SHOWN, obey, sent_version
from portals.staff.blueprint import bp
from portals.staff.forms import EraseForm


@bp.get("/dossiers/<int:dossier_id>/personal-data")
@requires(p.HOUSEHOLD_ERASE)
@shows(ReadSubject.PERSONAL_DATA)
def dossier_personal_data(dossier_id: int) -> ResponseReturnValue:
    """All that is held, and whether it may be erased."""
    require(p.HOUSEHOLD_ERASE, Dossier, dossier_id)
    return _page(dossier_id, EraseForm(formdata=None), SHOWN)


@bp.post("/dossiers/<int:dossier_id>/personal-data/archive")
@requires(p.HOUSEHOLD_ERASE)
@shows(ReadSubject.PERSONAL_DATA)
def dossier_personal_data_archive(dossier_id: int) -> ResponseReturnValue:
    """The same with the files, to hand over; a post, because the history keeps it."""
    require(p.HOUSEHOLD_ERASE, Dossier, dossier_id)
    number = db.session.get_one(Dossier, dossier_id).number
    archive = service.take_away(actor(), dossier_id)
    answer = send_file(archive, mimetype="application/zip", as_attachment=True, download_name=f"{number}.zip")
    answer.headers["Cache-Control"] = "private, no-store"
    return answer


@bp.post("/dossiers/<int:dossier_id>/personal-data/erase")
@requires(p.HOUSEHOLD_ERASE)
def dossier_erase(dossier_id: int) -> ResponseReturnValue:
    """Erase, once the number of the dossier was typed."""
    require(p.HOUSEHOLD_ERASE, Dossier, dossier_id)
    form = EraseForm()
    command = service.EraseHousehold(dossier_id, sent_version(), form.typed.data or "")
    status = obey(form, lambda: service.erase_household(actor(), command))
    if status == DONE:
        flash(
            _("Les données de la famille sont effacées. Restent des travaux, des dates et des heures."),
            "success",
        )
        return redirect(url_for("staff.dossier_personal_data", dossier_id=dossier_id), DONE)
    return _page(dossier_id, form, status)


def _page(dossier_id: int, form: EraseForm, status: int) -> ResponseReturnValue:
    dossier = db.session.get(Dossier, dossier_id)
    if dossier is None:
        abort(404)
    household = db.session.get_one(Household, dossier.household_id)
    held = [(str(item.label), item.value) for item in service.personal_data(household)]
    page = render_template(
        "staff/personal_data.html",
        dossier=dossier,
        household=household,
        held=[
            (label, [value for _label, value in items])
            for label, items in groupby(held, key=lambda it: it[0])
        ],
        reasons=reasons_to_keep(household),
        until=kept_until(dossier.changed_at),
        form=form,
    )
    return page, status
