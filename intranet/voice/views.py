"""The household's own page, reached with its reference and its code."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from intranet import permissions as p
from intranet.access import Actor, actor, guest_page, require
from intranet.chantiers.photos import take_image_back
from intranet.clock import today
from intranet.commitments import service as commitments
from intranet.commitments.commands import SendBack
from intranet.commitments.models import Commitment
from intranet.errors import NotAllowed, Refused
from intranet.extensions import db
from intranet.freetext import tidy
from intranet.guests.service import introduce
from intranet.guests.session import Guest, guest, name_person
from intranet.voice import answering
from intranet.voice.contract import family_contract
from intranet.voice.promises import told_of
from intranet.voice.showing import NOTHING_TYPED, Typed, family_page
from intranet.voice.texts import LANGUAGES, words
from intranet.web.answering import refusal_of, sent_version, status_of
from intranet.works import service
from intranet.works.models import Contract, Split
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
    """Read the list line by line, and say who does it, or that it is to be discussed."""
    who = guest()
    if who is None:
        abort(404)
    require(p.SPLIT_VOICE, Split, who.split_id)
    language = chosen_language(who.language)
    if request.method == "POST":
        return _answer(who, language)
    return _page(who, language), SHOWN


@bp.post("/famille/commitments/<int:commitment_id>/done")
@guest_page(p.COMMITMENT_VOICE)
def commitment_seen(commitment_id: int) -> ResponseReturnValue:
    """The family has seen it: the bailleur's works are done."""

    def confirm(person: Actor) -> None:
        commitments.confirm_as_household(person, commitment_id, sent_version())

    return _witness(commitment_id, confirm, "promise.thanks_done")


@bp.post("/famille/commitments/<int:commitment_id>/not-done")
@guest_page(p.COMMITMENT_VOICE)
def commitment_missing(commitment_id: int) -> ResponseReturnValue:
    """It is not done, and what is missing."""

    def send_back(person: Actor) -> None:
        command = SendBack(commitment_id, sent_version(), request.form.get("reason", ""))
        commitments.send_back_as_household(person, command)

    return _witness(commitment_id, send_back, "promise.thanks_missing")


@bp.get("/famille/contrat")
@guest_page(p.SPLIT_VOICE)
def contract() -> ResponseReturnValue:
    """The contract to read along, in plain words and in the family's language."""
    who = guest()
    if who is None:
        abort(404)
    require(p.SPLIT_VOICE, Split, who.split_id)
    page = family_contract(who.split_id, chosen_language(who.language))
    require(p.CONTRACT_READ, Contract, page.id)
    user = f"guest-{who.access_id}"
    return render_template("voice/contract.html", page=page, t=page.words, user=user), SHOWN


@bp.post("/famille/image/take-back")
@guest_page(p.SPLIT_VOICE)
def image_taken_back() -> ResponseReturnValue:
    """The family is no longer on the pictures: those it is on are erased."""
    who = guest()
    if who is None:
        abort(404)
    require(p.SPLIT_VOICE, Split, who.split_id)
    language = chosen_language(who.language)
    take_image_back(replace(actor(), name=who.person or words(LANGUAGES[0])("image.who")), who.split_id)
    flash(words(language)("image.thanks"), "success")
    return redirect(url_for("voice.family", lang=language), DONE)


def _witness(commitment_id: int, command: Callable[[Actor], None], thanks: str) -> ResponseReturnValue:
    who = guest()
    if who is None:
        abort(404)
    require(p.COMMITMENT_VOICE, Commitment, commitment_id)
    language = chosen_language(who.language)
    person = tidy(request.form.get("person", ""), multiline=False)
    why = refusal_of(lambda: command(replace(actor(), name=person)))
    if why is not None:
        typed = Typed(
            person=person,
            told=told_of(why),
            field=why.field or "",
            promise=commitment_id,
            missing=request.form.get("reason", ""),
        )
        return _page(who, language, typed), status_of(why)
    if person != who.person:
        name_person(introduce(who, person))
    flash(words(language)(thanks), "success")
    return redirect(url_for("voice.family", lang=language), DONE)


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
    live = live_contract(who.split_id)
    return render_template(
        "voice/family.html",
        page=page,
        contract=live if live is not None and live.document_id is not None else None,
        t=page.words,
        here="voice.family",
        arguments={},
        staff=False,
        witness=("voice.commitment_seen", "voice.commitment_missing"),
        person=typed.person or who.person,
        user=f"guest-{who.access_id}",
    )
