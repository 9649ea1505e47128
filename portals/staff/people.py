"""Notes, the people who follow a household, and who may open a protected dossier."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from intranet import permissions as p
from intranet.access import Role, actor, require, requires, shows
from intranet.dossiers import queries as dossiers_queries
from intranet.dossiers import service
from intranet.dossiers.models import Dossier
from intranet.dossiers.people import PLACES
from intranet.organisations.models import Confidentiality
from intranet.rows import fetch_all
from intranet.timeline.models import ReadSubject
from intranet.translation import gettext as _
from intranet.web.answering import DONE, obey, sent_version
from portals.staff.blueprint import bp
from portals.staff.dossiers import open_head
from portals.staff.forms import GrantForm, NoteForm, PeopleForm

ALL_NOTES = 200


@bp.get("/dossiers/<int:dossier_id>/notes")
@requires(p.DOSSIER_READ)
@shows(ReadSubject.NOTES)
def dossier_notes(dossier_id: int) -> ResponseReturnValue:
    """Every note of the dossier."""
    return _notes(dossier_id, NoteForm(), 200)


@bp.post("/dossiers/<int:dossier_id>/notes")
@requires(p.DOSSIER_EDIT)
def dossier_note_add(dossier_id: int) -> ResponseReturnValue:
    """Write a note."""
    require(p.DOSSIER_EDIT, Dossier, dossier_id, seen_by=p.DOSSIER_READ)
    form = NoteForm()
    status = obey(form, lambda: service.add_note(actor(), dossier_id, form.text.data or ""))
    if status == DONE:
        flash(_("Note enregistrée."), "success")
        return redirect(url_for("staff.dossier", dossier_id=dossier_id, _anchor="notes"), DONE)
    return _notes(dossier_id, form, status)


def _notes(dossier_id: int, form: NoteForm, status: int) -> ResponseReturnValue:
    head = open_head(dossier_id)
    found = fetch_all(dossiers_queries.notes, dossier_id=dossier_id, limit=ALL_NOTES)
    return render_template("staff/notes.html", dossier=head, notes=found, form=form), status


@bp.route("/dossiers/<int:dossier_id>/people", methods=["GET", "POST"])
@requires(p.DOSSIER_EDIT)
def dossier_people(dossier_id: int) -> ResponseReturnValue:
    """Name référent, éducateur technique and TISF."""
    require(p.DOSSIER_EDIT, Dossier, dossier_id, seen_by=p.DOSSIER_READ)
    head = open_head(dossier_id)
    form = PeopleForm(obj=head)
    staff = fetch_all(dossiers_queries.staff_people)
    for place, roles in PLACES.items():
        form[place].choices = _candidates(staff, roles, head, place)
    status = obey(form, lambda: service.name_people(actor(), form.command(dossier_id, sent_version())))
    if status == DONE:
        flash(_("Équipe du dossier enregistrée."), "success")
        return redirect(url_for("staff.dossier", dossier_id=dossier_id), DONE)
    return _people(dossier_id, form, GrantForm(formdata=None), staff, status)


@bp.post("/dossiers/<int:dossier_id>/grants")
@requires(p.DOSSIER_GRANT)
def dossier_grant(dossier_id: int) -> ResponseReturnValue:
    """Open a protected dossier to one person of the team."""
    require(p.DOSSIER_GRANT, Dossier, dossier_id, seen_by=p.DOSSIER_READ)
    form = GrantForm()
    staff = fetch_all(dossiers_queries.staff_people)
    form.user_id.choices = _grantable(staff)
    status = obey(form, lambda: service.grant(actor(), dossier_id, form.user_id.data))
    if status == DONE:
        flash(_("Dossier ouvert à cette personne."), "success")
        return redirect(url_for("staff.dossier_people", dossier_id=dossier_id), DONE)
    if not actor().may(p.DOSSIER_EDIT):
        abort(status)
    head = open_head(dossier_id)
    people = PeopleForm(obj=head, formdata=None)
    for place, roles in PLACES.items():
        people[place].choices = _candidates(staff, roles, head, place)
    return _people(dossier_id, people, form, staff, status)


@bp.post("/dossiers/<int:dossier_id>/grants/<int:user_id>/revoke")
@requires(p.DOSSIER_GRANT)
def dossier_grant_revoke(dossier_id: int, user_id: int) -> ResponseReturnValue:
    """Close it to that person again."""
    require(p.DOSSIER_GRANT, Dossier, dossier_id, seen_by=p.DOSSIER_READ)
    service.revoke_grant(actor(), dossier_id, user_id)
    flash(_("Cette personne n’a plus accès au dossier par ce biais."), "success")
    return redirect(url_for("staff.dossier_people", dossier_id=dossier_id), DONE)


def _people(
    dossier_id: int, form: PeopleForm, grant_form: GrantForm, staff: Any, status: int
) -> ResponseReturnValue:
    head = open_head(dossier_id)
    protected = head.confidentiality is Confidentiality.CHILD_PROTECTION
    grants: Sequence[Any] = ()
    if protected and actor().may(p.DOSSIER_GRANT):
        grants = fetch_all(dossiers_queries.grants, dossier_id=dossier_id)
        grant_form.user_id.choices = _grantable(staff)
    page = render_template(
        "staff/people.html",
        dossier=head,
        form=form,
        grant_form=grant_form,
        grants=grants,
        may_grant=protected and actor().may(p.DOSSIER_GRANT),
    )
    return page, status


def _candidates(staff: Any, roles: frozenset[Role], head: Any, place: str) -> list[tuple[Any, str]]:
    """Who may fill a place: people of that function, of the household's pôle or of none, and the present one."""
    found = {
        row.id: row.name
        for row in staff
        if row.role in roles and (row.pole_id in (None, head.pole_id) or row.id == getattr(head, place))
    }
    return [("", _("Personne pour l’instant")), *found.items()]


def _grantable(staff: Any) -> list[tuple[Any, str]]:
    return [("", "—"), *{row.id: row.name for row in staff}.items()]
