"""Accounts: list, invite, correct, roles, and what one does when something went wrong. For administrators."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from intranet import permissions as p
from intranet.access import Actor, actor, requires
from intranet.accounts import people as service
from intranet.accounts.wordings import ROLES
from intranet.clock import now
from intranet.errors import Refused
from intranet.extensions import db
from intranet.rows import fetch_all, fetch_one, fetch_value
from intranet.timeline.queries import entries_about
from intranet.translation import gettext as _
from intranet.translation import lazy_gettext as _l
from intranet.web.answering import DONE, obey, sent_version
from intranet.web.listing import Filter
from intranet.web.states import StateWord
from portals.staff.administration import queries
from portals.staff.administration.forms import InviteForm, PersonForm, PlaceForm
from portals.staff.administration.lists import read_list
from portals.staff.blueprint import bp

STATES = {
    "active": StateWord(_l("Actif"), "green"),
    "invited": StateWord(_l("Invité"), "violet"),
    "inactive": StateWord(_l("Désactivé"), "grey"),
}
SORTS = {"name": _l("Nom"), "newest": _l("Derniers créés"), "seen": _l("Vus en dernier")}


@bp.get("/administration/users")
@requires(p.USER_MANAGE)
def users() -> str:
    """Every account, with its roles."""
    filters = [
        Filter("q", _l("Rechercher"), kind="text", placeholder=_l("Nom, adresse")),
        Filter("role", _l("Rôle"), [(role.value, word) for role, word in ROLES.items()]),
        Filter(
            "organisation",
            _l("Organisme"),
            [(row.id, row.label) for row in fetch_all(queries.organisation_choices)],
        ),
        Filter("state", _l("État"), [(key, word.label) for key, word in STATES.items()]),
    ]
    listing = read_list(
        queries.people, queries.people_count, filters=filters, sorts=SORTS, default_sort="name"
    )
    places: dict[int, list[str]] = {}
    shown = {f"id_{place}": person.id for place, person in enumerate(listing.rows)}
    for row in fetch_all(queries.places_of, **{**dict.fromkeys(queries.PLACES, 0), **shown}):
        places.setdefault(row.user_id, []).append(f"{ROLES[row.role]}, {row.organisation}")
    return render_template("staff/administration/users.html", listing=listing, places=places, states=STATES)


@bp.route("/administration/users/new", methods=["GET", "POST"])
@requires(p.USER_MANAGE)
def user_new() -> ResponseReturnValue:
    """Invite someone."""
    form = InviteForm()
    form.offer(fetch_all(queries.organisation_choices), fetch_all(queries.pole_choices))
    invited: list[int] = []
    status = obey(form, lambda: invited.append(service.invite(actor(), form.command())))
    if status == DONE:
        flash(_("L’invitation part par courriel. Son lien reste valable sept jours."), "success")
        return redirect(url_for("staff.user", user_id=invited[0]), DONE)
    return render_template("staff/administration/user_new.html", form=form), status


@bp.route("/administration/users/<int:user_id>", methods=["GET", "POST"])
@requires(p.USER_MANAGE)
def user(user_id: int) -> ResponseReturnValue:
    """One account: who, roles, history; correct who."""
    form = PersonForm(obj=_person(user_id))
    status = obey(form, lambda: service.edit_person(actor(), form.command(user_id, sent_version())))
    if status == DONE:
        flash(_("C’est enregistré."), "success")
        return redirect(url_for("staff.user", user_id=user_id), DONE)
    return _show(user_id, form, PlaceForm(formdata=None), status)


@bp.post("/administration/users/<int:user_id>/places")
@requires(p.USER_MANAGE)
def user_place_add(user_id: int) -> ResponseReturnValue:
    """Give a role in an organisation."""
    person = _person(user_id)
    form = PlaceForm()
    form.offer(fetch_all(queries.organisation_choices), fetch_all(queries.pole_choices))
    status = obey(form, lambda: service.add_place(actor(), user_id, form.place()))
    if status == DONE:
        flash(_("Le rôle est donné."), "success")
        return redirect(url_for("staff.user", user_id=user_id), DONE)
    return _show(user_id, PersonForm(formdata=None, obj=person), form, status)


@bp.post("/administration/users/<int:user_id>/places/<int:membership_id>/end")
@requires(p.USER_MANAGE)
def user_place_end(user_id: int, membership_id: int) -> ResponseReturnValue:
    """Take a role away."""
    return _do(user_id, lambda me: service.end_place(me, user_id, membership_id), _("Le rôle est retiré."))


@bp.post("/administration/users/<int:user_id>/<any(deactivate, reactivate):verb>")
@requires(p.USER_MANAGE)
def user_activity(user_id: int, verb: str) -> ResponseReturnValue:
    """Close the account, or open it again."""
    active = verb == "reactivate"
    return _do(
        user_id,
        lambda me: service.set_active(me, user_id, sent_version(), active),
        _("Le compte est réactivé.") if active else _("Le compte est désactivé, ses sessions sont fermées."),
    )


@bp.post("/administration/users/<int:user_id>/invite-again")
@requires(p.USER_MANAGE)
def user_invite_again(user_id: int) -> ResponseReturnValue:
    """Send a new invitation."""
    return _do(user_id, lambda me: service.invite_again(me, user_id), _("Une nouvelle invitation part."))


@bp.post("/administration/users/<int:user_id>/end-sessions")
@requires(p.USER_MANAGE)
def user_end_sessions(user_id: int) -> ResponseReturnValue:
    """Sign the person out everywhere."""
    return _do(user_id, lambda me: service.end_sessions(me, user_id), _("Ses sessions sont fermées."))


@bp.post("/administration/users/<int:user_id>/reset-second-factor")
@requires(p.USER_MANAGE)
def user_reset_second_factor(user_id: int) -> ResponseReturnValue:
    """Remove a lost second factor."""
    return _do(
        user_id,
        lambda me: service.reset_second_factor(me, user_id),
        _("La double vérification est retirée ; la personne en installera une autre."),
    )


def _do(user_id: int, command: Callable[[Actor], None], done: str) -> ResponseReturnValue:
    """A button: do it and come back, with the reason when it was refused."""
    try:
        command(actor())
    except LookupError:
        abort(404)
    except Refused as refused:
        db.session.rollback()
        flash(str(refused.message), "error")
    else:
        flash(done, "success")
    return redirect(url_for("staff.user", user_id=user_id), DONE)


def _person(user_id: int) -> Any:
    found = fetch_one(queries.person, user_id=user_id)
    if found is None:
        abort(404)
    return found


def _show(user_id: int, form: PersonForm, place_form: PlaceForm, status: int) -> ResponseReturnValue:
    person = _person(user_id)
    place_form.offer(fetch_all(queries.organisation_choices), fetch_all(queries.pole_choices))
    return (
        render_template(
            "staff/administration/user.html",
            person=person,
            form=form,
            place_form=place_form,
            places=fetch_all(queries.person_places, user_id=user_id),
            sessions=fetch_value(queries.open_sessions, user_id=user_id, at=now()),
            entries=entries_about("user", user_id, "alc"),
            state=STATES[person.state],
            roles=ROLES,
            is_me=user_id == actor().user_id,
        ),
        status,
    )
