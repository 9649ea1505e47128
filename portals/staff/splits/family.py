"""The household's page on the phone of somebody of ALC: the family answers, she says where and when."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from intranet import permissions as p
from intranet.access import actor, require, requires
from intranet.clock import today
from intranet.errors import NotAllowed, Refused
from intranet.extensions import db
from intranet.translation import gettext as _
from intranet.voice import answering
from intranet.voice.queries import language_of
from intranet.voice.showing import NOTHING_TYPED, Typed, family_page
from intranet.voice.texts import words
from intranet.voice.views import chosen_language
from intranet.web.answering import CONFLICT, DONE, SHOWN, UNPROCESSABLE
from intranet.works import service
from intranet.works.models import Split
from intranet.works.service.household import Heard
from intranet.works.terms import SplitState
from portals.staff.blueprint import bp
from portals.staff.splits.household import HouseholdForm

_ON_THE_FORM = frozenset({"answered_on", "place"})


@bp.route("/splits/<int:split_id>/family", methods=["GET", "POST"])
@requires(p.SPLIT_HOUSEHOLD)
def split_family(split_id: int) -> ResponseReturnValue:
    """The family's own page, in its language, with the place and the day of the answer."""
    require(p.SPLIT_HOUSEHOLD, Split, split_id, seen_by=p.SPLIT_READ)
    language = chosen_language(language_of(split_id))
    form = HouseholdForm()
    if request.method == "POST":
        return _record(split_id, language, form)
    form.answered_on.data = today()
    return _page(split_id, language, form), SHOWN


def _record(split_id: int, language: str, form: HouseholdForm) -> ResponseReturnValue:
    typed = answering.typed_in(request.form)
    if not form.validate() or form.answered_on.data is None:
        return _page(split_id, language, form, typed), UNPROCESSABLE
    try:
        heard = service.record_voice(
            actor(),
            answering.command(split_id, typed, request.form, form.answered_on.data, form.place.data or ""),
        )
    except NotAllowed:
        raise
    except Refused as why:
        db.session.rollback()
        if why.field in _ON_THE_FORM:
            form[why.field].errors = [str(why.message)]
        else:
            typed = answering.refused(typed, why)
        return _page(split_id, language, form, typed), UNPROCESSABLE
    return _recorded(split_id, language, form, typed, heard)


def _recorded(
    split_id: int, language: str, form: HouseholdForm, typed: Typed, heard: Heard
) -> ResponseReturnValue:
    agreed = heard.split.state is SplitState.AGREED
    if heard.hindrance is not None:
        reason = str(heard.hindrance.message)
        flash(
            _(
                "Les réponses sont enregistrées, mais l’accord n’est pas encore possible : %(why)s",
                why=reason,
            ),
            "warning",
        )
    if heard.asked_again:
        again = answering.asked_again(typed, heard.asked_again)
        return _page(split_id, language, form, again), CONFLICT
    flash(words(language)("told.all_agreed" if agreed else "told.thanks"), "success")
    return redirect(url_for("staff.split_family", split_id=split_id, lang=language), DONE)


def _page(split_id: int, language: str, form: HouseholdForm, typed: Typed = NOTHING_TYPED) -> str:
    page = family_page(split_id, language, typed)
    return render_template(
        "staff/splits/family.html",
        page=page,
        t=page.words,
        form=form,
        here="staff.split_family",
        arguments={"split_id": split_id},
        person=typed.person,
        staff=True,
        witness=("staff.commitment_confirm", "staff.commitment_send_back"),
        user=actor().user_id,
    )
