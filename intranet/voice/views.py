"""The household's own page, reached with its reference and its code."""

from __future__ import annotations

from dataclasses import replace

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from intranet import permissions as p
from intranet.access import actor, guest_page, require
from intranet.clock import today
from intranet.errors import NotAllowed, Refused
from intranet.extensions import db
from intranet.guests.service import introduce
from intranet.guests.session import Guest, guest, name_person
from intranet.voice import answering
from intranet.voice.showing import NOTHING_TYPED, Typed, family_page
from intranet.voice.texts import LANGUAGES, words
from intranet.works import service
from intranet.works.models import Split
from intranet.works.queries import live_contract
from intranet.works.terms import SplitState

bp = Blueprint("voice", __name__, url_prefix="/acces")

SHOWN, DONE, CONFLICT, UNPROCESSABLE = 200, 303, 409, 422


def chosen_language(usual: str) -> str:
    """The language asked for in the address, else the usual one of this family."""
    asked = request.args.get("lang", "")
    return asked if asked in LANGUAGES else usual or LANGUAGES[0]


@bp.route("/famille", methods=["GET", "POST"])
@guest_page(p.SPLIT_VOICE)
def family() -> ResponseReturnValue:
    """Read the list line by line, and say “agreed” or “to discuss”."""
    who = guest()
    if who is None:
        abort(404)
    require(p.SPLIT_VOICE, Split, who.split_id)
    language = chosen_language(who.language)
    if request.method == "POST":
        return _answer(who, language)
    return _page(who, language), SHOWN


def _answer(who: Guest, language: str) -> ResponseReturnValue:
    typed = answering.typed_in(request.form)
    person = replace(actor(), name=typed.person)
    try:
        heard = service.answer_as_household(
            person, answering.command(who.split_id, typed, request.form, today())
        )
    except NotAllowed:
        raise
    except Refused as why:
        db.session.rollback()
        return _page(who, language, answering.refused(typed, why)), UNPROCESSABLE
    state = heard.split.state
    if typed.person != who.person:
        name_person(introduce(who, typed.person))
    if heard.asked_again:
        return _page(who, language, answering.asked_again(typed, heard.asked_again)), CONFLICT
    flash(words(language)("told.all_agreed" if state is SplitState.AGREED else "told.thanks"), "success")
    return redirect(url_for("voice.family", lang=language), DONE)


def _page(who: Guest, language: str, typed: Typed = NOTHING_TYPED) -> str:
    page = family_page(who.split_id, language, typed)
    contract = live_contract(who.split_id)
    return render_template(
        "voice/family.html",
        page=page,
        contract=contract if contract is not None and contract.document_id is not None else None,
        t=page.words,
        here="voice.family",
        arguments={},
        person=typed.person or who.person,
        user=f"guest-{who.access_id}",
    )
