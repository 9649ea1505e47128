"""ALC's view of the chantiers: opening one from its contract, following it, handing the works over."""

from __future__ import annotations

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from wtforms.validators import Optional

from intranet import permissions as p
from intranet.access import actor, require, requires
from intranet.chantiers import queries, service
from intranet.chantiers.commands import EditChantier
from intranet.chantiers.models import Chantier
from intranet.chantiers.page import working_page
from intranet.chantiers.terms import ChantierState
from intranet.chantiers.views import Problem, add_handover_views, add_site_views
from intranet.chantiers.wordings import CHANTIER_STATES, state_word
from intranet.dossiers.wordings import SURVEYS
from intranet.errors import Refused
from intranet.extensions import db
from intranet.translation import gettext as _
from intranet.translation import lazy_gettext as _l
from intranet.web.answering import CONFLICT, DONE, UNPROCESSABLE, obey, sent_version
from intranet.web.forms import BaseForm, DateField, SelectField, TextField, apply_refusal
from intranet.web.listing import Filter, Listing
from intranet.works.terms import Side
from portals.staff.blueprint import bp

FILTERS = (
    Filter("q", _l("Locataire ou adresse"), kind="text"),
    Filter("state", _l("État"), [(state.value, word.label) for state, word in CHANTIER_STATES.items()]),
)
SORTS = {"since": _l("Dernier changement"), "start": _l("Date de début"), "tenant": _l("Locataire")}


class OpenForm(BaseForm):
    """When the works are planned, and who runs them."""

    planned_start = DateField(_l("Début prévu"), [Optional()])
    planned_end = DateField(_l("Fin prévue"), [Optional()])
    animator_id = SelectField(_l("Animateur technique"), coerce=int)
    safety_note = TextField(_l("Consigne de sécurité utile sur place"), [Optional()], max_length=255)


@bp.get("/chantiers")
@requires(p.CHANTIER_READ)
def chantiers() -> ResponseReturnValue:
    """Every chantier the person may follow, two statements."""
    listing = Listing.of(request.args, filters=FILTERS, sorts=SORTS, default_sort="since")
    chosen, search = listing.values["state"], listing.values["q"]
    states = (ChantierState(chosen),) if chosen else tuple(ChantierState)
    rows = queries.chantier_list(
        states, search=search, order=listing.sort, limit=listing.limit, offset=listing.offset
    )
    total = queries.chantier_count(states, search=search)
    return render_template(
        "staff/chantiers/list.html",
        listing=listing.with_rows(rows, total),
        words={state: state_word(state, Side.ALC) for state in ChantierState},
    )


@bp.route("/contracts/<int:contract_id>/chantier", methods=["GET", "POST"])
@requires(p.CHANTIER_PREPARE)
def open_chantier(contract_id: int) -> ResponseReturnValue:
    """Open the chantier of a signed contract; when it is open already, go to it."""
    contract = queries.contract_to_open(contract_id)
    if contract is None:
        abort(404)
    if contract.chantier_id is not None:
        return redirect(url_for("staff.chantier", chantier_id=contract.chantier_id), 303)
    people = queries.animators(contract.partner_id) if contract.partner_id else ()
    form = OpenForm(planned_start=contract.starts_on, planned_end=contract.ends_on)
    form.animator_id.choices = [(0, _l("À désigner plus tard")), *((row.id, row.name) for row in people)]
    status = 200
    if form.answered():
        try:
            opened = service.open_from_contract(
                actor(),
                contract_id,
                form.planned_start.data,
                form.planned_end.data,
                form.animator_id.data or None,
                form.safety_note.data or "",
            )
            return redirect(url_for("staff.chantier", chantier_id=opened.id), 303)
        except Refused as refused:
            db.session.rollback()
            apply_refusal(form, refused)
    if form.errors:
        status = 422
    return render_template("staff/chantiers/open.html", form=form, contract=contract), status


@bp.route("/chantiers/<int:chantier_id>/edit", methods=["GET", "POST"])
@requires(p.CHANTIER_PREPARE)
def chantier_edit(chantier_id: int) -> ResponseReturnValue:
    """Change who runs the chantier, its planned dates and its safety note."""
    require(p.CHANTIER_PREPARE, Chantier, chantier_id, seen_by=p.CHANTIER_READ)
    row = queries.chantier_header(chantier_id)
    if row is None:
        abort(404)
    form = OpenForm(
        planned_start=row.planned_start,
        planned_end=row.planned_end,
        animator_id=row.animator_id or 0,
        safety_note=row.safety_note,
    )
    people = [(each.id, each.name) for each in queries.animators(row.partner_id)]
    if row.animator_id and row.animator_id not in dict(
        people
    ):  # left since: she stays until another is chosen
        people.append((row.animator_id, row.animator))
    form.animator_id.choices = [(0, _l("À désigner plus tard")), *people]

    def edit() -> None:
        command = EditChantier(
            chantier_id,
            sent_version(),
            form.animator_id.data or None,
            form.planned_start.data,
            form.planned_end.data,
            form.safety_note.data or "",
        )
        service.edit_chantier(actor(), command)

    status = obey(form, edit)
    if status == DONE:
        flash(_("Le chantier est modifié."), "success")
        return redirect(url_for("staff.chantier", chantier_id=chantier_id), DONE)
    if status == CONFLICT:  # what was typed stays, over the chantier as it is now
        row = queries.chantier_header(chantier_id) or row
    version = sent_version() if status == UNPROCESSABLE else row.version
    return render_template("staff/chantiers/edit.html", form=form, chantier=row, version=version), status


@bp.get("/chantiers/<int:chantier_id>")
@requires(p.CHANTIER_READ)
def chantier(chantier_id: int) -> ResponseReturnValue:
    """The chantier as it stands: ALC sees what the partner does as it does it."""
    return show(chantier_id, None)


def show(chantier_id: int, problem: Problem | None) -> str:
    """The page, with what was refused in one of its forms."""
    return _render("staff/chantiers/page.html", chantier_id, problem)


@bp.get("/chantiers/<int:chantier_id>/handover")
@requires(p.CHANTIER_READ)
def chantier_handover(chantier_id: int) -> ResponseReturnValue:
    """The works handed over, task by task."""
    return show_handover(chantier_id, None)


def show_handover(chantier_id: int, problem: Problem | None) -> str:
    """The handover page, with what was refused in one of its forms."""
    return _render("staff/chantiers/handover.html", chantier_id, problem)


def _render(template: str, chantier_id: int, problem: Problem | None) -> str:
    person = actor()
    shown = working_page(person, Side.ALC, chantier_id, problem)
    attesting = url_for("staff.dossier_insurance", dossier_id=shown["chantier"].dossier_id)
    return render_template(
        template,
        **shown,
        insurance_url=attesting if person.may(p.DOSSIER_EDIT) else "",
        may_run=person.may(p.CHANTIER_RUN),
        may_decide=person.may(p.HANDOVER_DECIDE),
        may_edit=person.may(p.CHANTIER_PREPARE)
        and shown["chantier"].state in queries.UNDER_WAY
        and not shown["chantier"].finished_on,
        remove_any=True,
        may_agree=True,
        show_partner=True,
        survey_words=SURVEYS,
        prefix=url_for("staff.chantier", chantier_id=chantier_id),
        files=url_for("documents.file", document_id=0).removesuffix("/0"),
    )


add_site_views(bp, show)
add_handover_views(bp, show_handover)
