"""Beside a line or a split, for the bailleur: why, its written consent, and what comes off the rent."""

from __future__ import annotations

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf.file import FileField

from intranet import permissions as p
from intranet.access import actor, require, requires
from intranet.documents.uploads import receives_files, sent_file
from intranet.errors import NotAllowed, Refused, Stale
from intranet.extensions import db
from intranet.rent.commands import AnswerOffset
from intranet.rent.queries import offset_of
from intranet.rent.service import answer_offset
from intranet.rent.wordings import clause, state_word
from intranet.web.forms import BaseForm, apply_refusal
from intranet.works import queries, service
from intranet.works.machine import may_now
from intranet.works.models import Split
from intranet.works.queries import LineView
from intranet.works.why import explain
from portals.bailleur.blueprint import bp


class PaperForm(BaseForm):
    """A paper of the bailleur's own, if it likes: pressing the button is already written and dated."""

    file = FileField(
        _l("Votre courrier, si vous en avez un (facultatif)"),
        description=_l("Un PDF ou une photo."),
        render_kw={"accept": "application/pdf,image/*"},
    )


@bp.get("/splits/<int:split_id>/lines/<int:line_id>/why")
@requires(p.SPLIT_READ)
def split_line_why(split_id: int, line_id: int) -> ResponseReturnValue:
    """The six tests as they speak of the line it was sent; only the list for htmx."""
    require(p.SPLIT_READ, Split, split_id)
    line = _line(split_id, line_id)
    why = explain(line, queries.facts_of_kind(line.kind_id) if line.kind_id else None)
    if "HX-Request" in request.headers:
        return render_template("works/_why.html", why=why)
    return render_template("works/why.html", line=line, why=why, back=_back(split_id, line_id))


@bp.route("/splits/<int:split_id>/lines/<int:line_id>/consent", methods=["GET", "POST"])
@receives_files
@requires(p.SPLIT_ANSWER)
def split_line_consent(split_id: int, line_id: int) -> ResponseReturnValue:
    """Give the written consent of art. 7 f, or join a paper to the one given."""
    require(p.SPLIT_ANSWER, Split, split_id, seen_by=p.SPLIT_READ)
    line = _line(split_id, line_id)
    form, status = PaperForm(), 200
    if form.answered():
        try:
            service.give_consent(actor(), line_id, _number("version"), sent_file("file"))
            flash(_("Votre accord écrit est enregistré."), "success")
            return redirect(_back(split_id, line_id), 303)
        except NotAllowed:
            raise
        except Refused as refused:
            db.session.rollback()
            apply_refusal(form, refused)
            status = 409 if isinstance(refused, Stale) else 422
            line = _line(split_id, line_id)
    head = queries.split_header(split_id)
    page = render_template(
        "works/consent.html",
        line=line,
        form=form,
        back=_back(split_id, line_id),
        side="bailleur",
        open=head is not None and may_now("give_consent", head.state),
        version=line.version,
    )
    return page, status


@bp.route("/splits/<int:split_id>/rent", methods=["GET", "POST"])
@requires(p.SPLIT_READ)
def split_rent(split_id: int) -> ResponseReturnValue:
    """What would come off the rent, and the bailleur's answer to these very figures."""
    require(p.SPLIT_READ, Split, split_id)
    refused: Refused | None = None
    if request.method == "POST":
        require(p.SPLIT_ANSWER, Split, split_id, seen_by=p.SPLIT_READ)
        sent = request.form
        given = sent.get("answer") == "yes"
        try:
            answer_offset(
                actor(), AnswerOffset(split_id, sent.get("digest", ""), given, sent.get("reason", ""))
            )
            flash(_("Votre accord est enregistré.") if given else _("Votre refus est enregistré."), "success")
            return redirect(url_for("bailleur.split_rent", split_id=split_id), 303)
        except NotAllowed:
            raise
        except Refused as problem:
            db.session.rollback()
            refused = problem
    offset, head = offset_of(split_id), queries.split_header(split_id)
    if offset is None or head is None:
        abort(404)
    page = render_template(
        "bailleur/rent.html",
        split=head,
        offset=offset,
        clause=clause(offset.terms),
        state=state_word(offset),
        refused=refused,
        reason=request.form.get("reason", ""),
        may_answer=may_now("answer_rent", head.state) and actor().may(p.SPLIT_ANSWER),
    )
    return page, 200 if refused is None else 409 if isinstance(refused, Stale) else 422


def _line(split_id: int, line_id: int) -> LineView:
    """The line as the bailleur may read it: as it was sent."""
    found = next((line for line in queries.sent_lines(split_id) if line.id == line_id), None)
    if found is None:
        abort(404)
    return found


def _back(split_id: int, line_id: int) -> str:
    return url_for("bailleur.split", split_id=split_id, _anchor=f"line-{line_id}")


def _number(name: str) -> int:
    """A number the form carries; 0, which matches nothing, when it was tampered with."""
    text = request.form.get(name, "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0
