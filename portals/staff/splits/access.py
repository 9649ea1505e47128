"""Accesses without an account: opened by mail or by letter, listed, closed."""

from __future__ import annotations

from typing import Any

from flask import abort, flash, redirect, render_template, session, url_for
from flask.typing import ResponseReturnValue
from flask_babel import force_locale
from wtforms.validators import NumberRange

from intranet import permissions as p
from intranet.access import actor, require, requires
from intranet.clock import PARIS, now, today
from intranet.errors import Refused
from intranet.guests import queries as guests
from intranet.guests import service
from intranet.guests.rules import LANGUAGES, LONGEST_DAYS, grouped
from intranet.guests.service import OpenedAccess
from intranet.guests.texts import door_texts
from intranet.guests.wordings import LANGUAGES as NAMES
from intranet.guests.wordings import state_word
from intranet.mail.service import link
from intranet.rows import Row
from intranet.settings.service import value
from intranet.translation import gettext as _
from intranet.translation import lazy_gettext as _l
from intranet.web.answering import DONE, SHOWN, obey
from intranet.web.forms import BaseForm, IntegerField, RadioField, SelectField, TextField, required
from intranet.works import queries as works
from intranet.works.models import Side, Split, SplitState
from portals.staff.blueprint import bp

MAIL, LETTER = "mail", "letter"


class AccessForm(BaseForm):
    """For whom, how, in which language, for how long."""

    side = RadioField(_l("Pour qui"), default=Side.BAILLEUR.value)
    how = RadioField(
        _l("Comment"),
        choices=[(MAIL, _l("Par courriel")), (LETTER, _l("Par lettre, à imprimer"))],
        default=MAIL,
    )
    email = TextField(
        _l("Adresse électronique"),
        max_length=254,
        description=_l("Pour un envoi par courriel seulement."),
        render_kw={"type": "email", "autocomplete": "off", "autocapitalize": "none"},
    )
    language = SelectField(_l("Langue"), choices=list(NAMES.items()), default="fr")
    days = IntegerField(
        _l("Ouvert pendant, en jours"),
        [required(), NumberRange(1, LONGEST_DAYS, _l("De 1 à 180 jours."))],
        render_kw={"inputmode": "numeric"},
    )

    @property
    def chosen_side(self) -> Side:
        return Side(self.side.data)


@bp.route("/splits/<int:split_id>/access", methods=["GET", "POST"])
@requires(p.GUEST_INVITE)
def split_access(split_id: int) -> ResponseReturnValue:
    """The accesses of a split, and the form that opens another. A letter leads to a page shown once."""
    require(p.GUEST_INVITE, Split, split_id, seen_by=p.SPLIT_READ)
    head = works.split_header(split_id)
    if head is None:
        abort(404)
    form = AccessForm(days=int(value(service.DAYS_SETTING)))
    form.side.choices = _sides(head)
    if len(form.side.choices) == 1 and not form.is_submitted():
        form.side.data = form.side.choices[0][0]
    opened: list[OpenedAccess] = []
    status = obey(form, lambda: opened.append(_open(form, split_id)))
    if status != DONE:
        return _page(form, head), status
    if form.how.data == LETTER:
        session[LETTER] = {"access": opened[0].access_id, "code": opened[0].code}
        return redirect(_letter_of(split_id, opened[0].access_id), DONE)
    flash(_("Le code est parti à %(address)s.", address=form.email.data), "success")
    return redirect(url_for("staff.split_access", split_id=split_id), DONE)


@bp.get("/splits/<int:split_id>/access/<int:access_id>/letter")
@requires(p.GUEST_INVITE)
def split_access_letter(split_id: int, access_id: int) -> ResponseReturnValue:
    """The letter, once and to whoever opened the access: her browser alone holds the code, and gives it up here."""
    require(p.GUEST_INVITE, Split, split_id, seen_by=p.SPLIT_READ)
    head = works.split_header(split_id)
    access = next((each for each in guests.accesses(split_id) if each.id == access_id), None)
    if head is None or access is None:
        abort(404)
    kept = session.pop(LETTER, None)
    if kept is None or kept["access"] != access_id:
        return render_template(
            "staff/splits/letter_shown.html", split=head, access=access, closable=_closable(access)
        )
    return _letter(head, access, kept["code"])


@bp.post("/splits/<int:split_id>/access/<int:access_id>/revoke")
@requires(p.GUEST_INVITE)
def split_access_revoke(split_id: int, access_id: int) -> ResponseReturnValue:
    """Close one: whoever is inside is outside at the next click."""
    require(p.GUEST_INVITE, Split, split_id, seen_by=p.SPLIT_READ)
    if not guests.is_access_of(split_id, access_id):
        abort(404)
    service.revoke_access(actor(), access_id)
    flash(_("L’accès est fermé. Les réponses déjà données restent."), "success")
    return redirect(url_for("staff.split_access", split_id=split_id), DONE)


def _open(form: AccessForm, split_id: int) -> OpenedAccess:
    email = form.email.data or ""
    if form.how.data == MAIL and not email:
        raise Refused("guest.email", _("Écrivez l’adresse à laquelle envoyer le code."), field="email")
    return service.open_access(
        actor(),
        split_id,
        form.chosen_side,
        email=email if form.how.data == MAIL else "",
        language=form.language.data or "fr",
        days=form.days.data,
    )


def _sides(head: Any) -> list[tuple[str, Any]]:
    """The bailleur only once it was sent something."""
    family = (Side.HOUSEHOLD.value, _("La famille : %(name)s", name=head.tenant))
    bailleur = (Side.BAILLEUR.value, _("Le bailleur : %(name)s", name=head.bailleur))
    return [bailleur, family] if head.number else [family]


def _page(form: AccessForm, head: Any) -> str:
    rows = guests.accesses(head.id)
    return render_template(
        "staff/splits/access.html",
        form=form,
        split=head,
        accesses=[(row, state_word(row, now()), _closable(row)) for row in rows],
        open_to_new=head.state is not SplitState.WITHDRAWN,
        door=link("guests.enter"),
    )


def _closable(access: Row) -> bool:
    return access.revoked_at is None and bool(access.expires_at > now())


def _letter_of(split_id: int, access_id: int) -> str:
    return url_for("staff.split_access_letter", split_id=split_id, access_id=access_id)


def _letter(head: Any, access: Row, code: str) -> ResponseReturnValue:
    """The letter, in its reader's language, in a page that no browser keeps: the code is nowhere else."""
    if access.side is Side.HOUSEHOLD:
        return _family_letter(head, access, code)
    language = access.language if access.language in LANGUAGES[Side.BAILLEUR] else "fr"
    door = link("guests.enter")
    reference = grouped(access.reference)
    with force_locale(language):
        page = render_template(
            "staff/splits/letter.html",
            split=head,
            reference=reference,
            code=code,
            language=language,
            door=door.partition("://")[2],
            picture=_qr(link("guests.enter", reference=reference), code),
            until=access.expires_at,
            person=actor(),
            today=today(),
        )
    return page, SHOWN, {"Cache-Control": "no-store"}


def _family_letter(head: Any, access: Row, code: str) -> ResponseReturnValue:
    """The same to a family, in its own language: those of the site and three more."""
    t, reference = door_texts(access.language), grouped(access.reference)
    page = render_template(
        "staff/splits/family_letter.html",
        split=head,
        t=t,
        reference=reference,
        code=code,
        door=link("guests.enter").partition("://")[2],
        picture=_qr(link("guests.enter", reference=reference, lang=t.language), code),
        written=t.day(today()),
        until=t.day(access.expires_at.astimezone(PARIS).date()),
        person=actor(),
    )
    return page, SHOWN, {"Cache-Control": "no-store"}


def _qr(url: str, code: str) -> str:
    """A picture of the address with the reference and the code: who holds the letter holds both.

    The code stands after the ``#``: no browser sends it, so that no log and no other site ever has it.
    """
    import segno  # only here

    return str(segno.make(f"{url}#{code}", error="m").svg_data_uri(scale=4, border=2, light="white"))
