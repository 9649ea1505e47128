"""Coming in with a reference and a code, saying who one is, and leaving."""

from __future__ import annotations

from flask import abort, current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from intranet.access import public
from intranet.accounts.door import keep_language
from intranet.accounts.service import LANGUAGES as SITE_LANGUAGES
from intranet.accounts.session import client_address, load_actor
from intranet.current import person
from intranet.errors import Refused
from intranet.extensions import db
from intranet.guests import service, session
from intranet.guests.blueprint import bp
from intranet.guests.forms import EnterForm, IntroduceForm
from intranet.guests.session import Guest, guest
from intranet.guests.texts import LANGUAGES, door_texts
from intranet.translation import gettext as _
from intranet.web.forms import apply_refusal
from intranet.works.terms import Side

FAMILY = "voice.family"


TOLD = {"guest.over": "door.over"}
"""The key of what is told of a refusal in the languages that the site's texts do not exist in."""


def home_of(who: Guest, language: str = "") -> str:
    """Where a guest works: the split for a bailleur's, the family's page for a household's, in the door's language."""
    if who.side is Side.HOUSEHOLD and FAMILY in current_app.view_functions:
        return url_for(FAMILY, lang=language or None)
    return url_for("guests.split" if who.side is Side.BAILLEUR else "guests.introduce")


@bp.route("", methods=["GET", "POST"])
@public
def enter() -> ResponseReturnValue:
    """Type the reference and the code of the letter. One answer for whatever is wrong, in the reader's language."""
    inside = guest()
    if request.method == "GET" and inside is not None:
        return redirect(home_of(inside))
    asked = request.args.get("lang", "")
    if request.method == "GET" and asked in SITE_LANGUAGES:
        reference = request.args.get("reference") or None
        return keep_language(redirect(url_for("guests.enter", reference=reference), 303), asked)
    language = _language()
    form = EnterForm(reference=request.args.get("reference", ""))
    if not form.answered():
        return _door(form, language, "door.missing" if form.errors else "")
    try:
        reference = service.enter(form.reference.data or "", form.code.data or "", client_address())
    except Refused as refused:
        apply_refusal(form, refused)
        form.code.data = ""
        return _door(form, language, TOLD.get(refused.rule, "door.wrong"))
    session.open_session(reference, language)
    entered = guest()
    if entered is None:  # revoked at this very instant
        return redirect(url_for("guests.enter"), 303)
    first = url_for("guests.introduce") if entered.side is Side.BAILLEUR else home_of(entered, language)
    return keep_language(redirect(first, 303), entered.language)


@bp.route("/qui", methods=["GET", "POST"])
@public
def introduce() -> ResponseReturnValue:
    """Say who answers, before the first answer; again if the person at the keyboard changes."""
    who = guest()
    if who is None:
        return redirect(url_for("guests.enter"), 303)
    form = IntroduceForm()
    form.function.flags.required = who.side is Side.BAILLEUR
    if not form.answered():
        return _introduction(form, who)
    try:
        person = service.introduce(who, form.name.data or "", form.function.data or "")
    except Refused as refused:
        db.session.rollback()
        apply_refusal(form, refused)
        return _introduction(form, who)
    session.name_person(person)
    return redirect(home_of(who, _language()), 303)


@bp.post("/quitter")
@public
def leave() -> ResponseReturnValue:
    """Leave: this browser forgets the access, which stays open for its time."""
    if guest() is None:
        abort(404)
    language = _language()
    session.close_session()
    if language:
        flash(door_texts(language)("door.left"), "success")
        return redirect(url_for("guests.enter", lang=language), 303)
    flash(_("Vous êtes sorti. Votre référence et votre code restent valables."), "success")
    return redirect(url_for("guests.enter"), 303)


def _language() -> str:
    """The family's language that the site's texts do not exist in: the one asked for, or of who was here last."""
    asked = request.args.get("lang") or session.last_language()
    return asked if asked in LANGUAGES and asked not in SITE_LANGUAGES else ""


def _door(form: EnterForm, language: str, told: str = "") -> ResponseReturnValue:
    status = 422 if form.errors else 200
    languages = tuple(door_texts(each) for each in LANGUAGES)
    if language:
        t = door_texts(language)
        return render_template("guests/door.html", form=form, t=t, told=told, languages=languages), status
    account = person() if person().is_authenticated else load_actor()
    page = render_template("guests/enter.html", form=form, account=account, languages=languages)
    return page, status


def _introduction(form: IntroduceForm, who: Guest) -> ResponseReturnValue:
    status = 422 if form.errors else 200
    language = _language() or (who.language if who.language not in SITE_LANGUAGES else "")
    if who.side is Side.HOUSEHOLD and language:
        t, home = door_texts(language), home_of(who, language)
        languages = tuple(door_texts(each) for each in LANGUAGES)
        return render_template("guests/who.html", form=form, t=t, home=home, languages=languages), status
    return render_template("guests/introduce.html", form=form, guest=who, home=home_of(who)), status
