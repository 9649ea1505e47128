"""The tenant's attestation of insurance: added, listed, and shown on the dossier."""

from __future__ import annotations

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from intranet import permissions as p
from intranet.access import actor, require, requires
from intranet.clock import today
from intranet.documents.uploads import receives_files, sent_file
from intranet.dossiers import service
from intranet.dossiers.commands import AttestInsurance
from intranet.dossiers.insurance import attestations
from intranet.dossiers.models import Dossier
from intranet.errors import Refused
from intranet.plugin_api import Actor
from intranet.rows import fetch_all
from intranet.translation import gettext as _
from intranet.web.answering import DONE, obey
from portals.staff.blueprint import bp
from portals.staff.dossiers import open_head
from portals.staff.forms import InsuranceForm


@bp.route("/dossiers/<int:dossier_id>/insurance", methods=["GET", "POST"])
@requires(p.DOSSIER_EDIT)
@receives_files
def dossier_insurance(dossier_id: int) -> ResponseReturnValue:
    """Add the attestation of the year; those before stay below."""
    require(p.DOSSIER_EDIT, Dossier, dossier_id, seen_by=p.DOSSIER_READ)
    form = InsuranceForm()

    def keep() -> None:
        file = sent_file()
        if file is None:
            raise Refused("insurance.file", _("Choisissez l’attestation : un PDF ou une photo."))
        command = AttestInsurance(dossier_id, form.valid_until.data or today())
        service.attest_insurance(actor(), command, file)

    status = obey(form, keep)
    if status == DONE:
        flash(_("Attestation enregistrée. Le bailleur la voit avec le logement."), "success")
        return redirect(url_for("staff.dossier", dossier_id=dossier_id), DONE)
    page = render_template(
        "staff/insurance.html",
        dossier=open_head(dossier_id),
        attestations=fetch_all(attestations, dossier_id=dossier_id),
        today=today(),
        form=form,
    )
    return page, status


def render_panel(person: Actor, dossier_id: int) -> str:
    """Until when the home is insured, once there is one."""
    found = fetch_all(attestations, dossier_id=dossier_id)
    last = found[0] if found and "bailleur" in found[0].audience else None
    if last is None and not person.may(p.DOSSIER_EDIT):
        return ""
    return render_template(
        "staff/insurance_panel.html",
        last=last,
        dossier_id=dossier_id,
        today=today(),
        may=person.may(p.DOSSIER_EDIT),
    )
