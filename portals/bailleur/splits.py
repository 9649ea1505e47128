"""The splits a bailleur answers: list, table, one small form a line, sending back."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from intranet import permissions as p
from intranet.access import actor, require, requires
from intranet.errors import NotAllowed, Refused, Stale
from intranet.extensions import db
from intranet.rows import fetch_all, fetch_one, fetch_value
from intranet.timeline.queries import entries_about
from intranet.web.listing import Filter, Listing
from intranet.works import queries as works
from intranet.works import service, table
from intranet.works.commands import SendBack
from intranet.works.machine import may_now
from intranet.works.models import Side, Split, SplitState
from intranet.works.problem import Problem
from intranet.works.turn import turn_block
from intranet.works.wordings import next_sentence, state_word
from portals.bailleur import queries
from portals.bailleur.answers import read_answer
from portals.bailleur.blueprint import bp
from portals.bailleur.search import pattern

SEEN_STATES = tuple(state for state in SplitState if state is not SplitState.DRAFT)
FILTERS = (
    Filter("q", _l("Locataire ou adresse"), kind="text"),
    Filter("turn", _l("À qui le tour"), ((Side.BAILLEUR, _l("À vous")), (Side.ALC, _l("À ALC")))),
    Filter(
        "state",
        _l("État"),
        tuple((state.value, state_word(state, Side.BAILLEUR).label) for state in SEEN_STATES),
    ),
)
SORTS = {
    "since": _l("Les plus récentes"),
    "waiting": _l("Les plus anciennes"),
    "tenant": _l("Locataire"),
    "address": _l("Adresse"),
}


@bp.get("/splits")
@requires(p.SPLIT_READ)
def splits() -> ResponseReturnValue:
    """List with filters, two statements."""
    listing = Listing.of(request.args, filters=FILTERS, sorts=SORTS, default_sort="since")
    values = listing.values
    states = (SplitState(values["state"]),) if values["state"] else ()
    turn = Side(values["turn"]) if values["turn"] else None
    params = {"pattern": pattern(values["q"])} if values["q"] else {}
    rows = fetch_all(
        queries.split_list,
        states,
        turn,
        bool(params),
        listing.sort,
        limit=listing.limit,
        offset=listing.offset,
        **params,
    )
    total = fetch_value(queries.split_count, states, turn, bool(params), **params)
    worded = [(row, state_word(row.state, Side.BAILLEUR)) for row in rows]
    return render_template("bailleur/splits.html", listing=listing.with_rows(worded, total))


@bp.get("/splits/<int:split_id>")
@requires(p.SPLIT_READ)
def split(split_id: int) -> ResponseReturnValue:
    """One split as the bailleur reads it; 404 for another's, or for a draft never sent."""
    return _page(split_id)


@bp.get("/splits/<int:split_id>/versions")
@requires(p.SPLIT_READ)
def split_versions(split_id: int) -> ResponseReturnValue:
    """Every version sent, with what each one changed."""
    head = fetch_one(queries.split_page, split_id=split_id)
    if head is None:
        abort(404)
    return render_template("bailleur/versions.html", split=head, versions=works.compared(split_id))


@bp.post("/splits/<int:split_id>/lines/<int:line_id>/answer")
@requires(p.SPLIT_ANSWER)
def split_answer(split_id: int, line_id: int) -> ResponseReturnValue:
    """Accept, counter-propose or refuse one line."""
    return _at_line(
        split_id, line_id, lambda: service.answer_line(actor(), read_answer(request.form, line_id))
    )


@bp.post("/splits/<int:split_id>/lines/<int:line_id>/comments")
@requires(p.SPLIT_ANSWER)
def split_comment(split_id: int, line_id: int) -> ResponseReturnValue:
    """Remark something on one line."""
    text = request.form.get("comment", "")
    return _at_line(split_id, line_id, lambda: service.comment(actor(), line_id, text))


@bp.post("/splits/<int:split_id>/accept")
@requires(p.SPLIT_ANSWER)
def split_accept(split_id: int) -> ResponseReturnValue:
    """Accept every line that is not in discussion."""
    require(p.SPLIT_ANSWER, Split, split_id)
    try:
        service.accept_undisputed(actor(), split_id, _version())
    except NotAllowed:
        raise
    except Refused as refused:
        return _refused(split_id, refused)
    return redirect(url_for("bailleur.split", split_id=split_id), 303)


@bp.post("/splits/<int:split_id>/send-back")
@requires(p.SPLIT_ANSWER)
def split_send_back(split_id: int) -> ResponseReturnValue:
    """Give the turn back to ALC. A second sending finds it sent and says so."""
    require(p.SPLIT_ANSWER, Split, split_id)
    message = request.form.get("message", "")
    try:
        service.send_back(actor(), SendBack(split_id, _version(), message))
    except NotAllowed:
        raise
    except Refused as refused:
        return _refused(split_id, refused, message)
    flash(_("Vos réponses sont parties chez ALC."), "success")
    return redirect(url_for("bailleur.split", split_id=split_id), 303)


def _version() -> int:
    """The version the form was opened with; 0, which matches nothing, when it was tampered with."""
    text = request.form.get("version", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0


def _at_line(split_id: int, line_id: int, command: Callable[[], Any]) -> ResponseReturnValue:
    """Run what was asked at one line; give the row to htmx, else lead back to it."""
    if fetch_value(queries.line_to_answer, split_id=split_id, line_id=line_id) is None:
        abort(404)
    try:
        command()
    except NotAllowed:
        raise
    except Refused as refused:
        db.session.rollback()
        problem = Problem.of(request.form, line_id, refused)
        status = 409 if isinstance(refused, Stale) else 422
        return (_row(split_id, line_id, problem) if _by_htmx() else _page(split_id, problem)[0]), status
    if _by_htmx():
        return _row(split_id, line_id)
    return redirect(url_for("bailleur.split", split_id=split_id, _anchor=f"line-{line_id}"), 303)


def _by_htmx() -> bool:
    return "HX-Request" in request.headers


def _refused(split_id: int, refused: Refused, message: str = "") -> ResponseReturnValue:
    db.session.rollback()
    body, _ok = _page(split_id, refused=refused, message=message)
    return body, 409 if isinstance(refused, Stale) else 422


def _row(split_id: int, line_id: int, problem: Problem | None = None) -> str:
    """The one row, and the bar that counts what is left."""
    shown = _context(split_id, problem)
    return render_template("bailleur/_row.html", lines=shown["table"].only(line_id), **shown)


def _page(
    split_id: int, problem: Problem | None = None, refused: Refused | None = None, message: str = ""
) -> tuple[str, int]:
    shown = _context(split_id, problem)
    page = render_template(
        "bailleur/split.html",
        **shown,
        groups=shown["table"].groups,
        refused=refused,
        typed_message=message,
        contract=fetch_one(queries.contract_of, split_id=split_id),
        changes=works.changes(split_id),
        turn=turn_block(split_id, Side.BAILLEUR),
        history=entries_about("split", split_id, Side.BAILLEUR, 12),
    )
    return page, 200


def _context(split_id: int, problem: Problem | None) -> dict[str, Any]:
    """What the table and the bar need, in a constant number of statements."""
    head = fetch_one(queries.split_page, split_id=split_id)
    if head is None:
        abort(404)
    person = actor()
    return {
        "split": head,
        "state": state_word(head.state, Side.BAILLEUR),
        "sentence": next_sentence(head.state, Side.BAILLEUR, head.turn_since, silent=head.silent),
        "table": _table(head),
        "side": Side.BAILLEUR,
        "base": url_for("bailleur.split", split_id=split_id),
        "problem": problem,
        "can_answer": may_now("answer_line", head.state) and person.may(p.SPLIT_ANSWER),
        "can_decide": False,
        "can_comment": may_now("comment_bailleur", head.state) and person.may(p.SPLIT_ANSWER),
        "holders": table.FREE_HOLDERS,
        "holders_locked": table.LOCKED_HOLDERS,
        "payers": table.PAYER_OPTIONS,
    }


def _table(head: Any) -> table.Table:
    return table.arrange(
        works.sent_lines(head.id),
        head.state,
        Side.BAILLEUR,
        works.comments(head.id),
        works.last_differences(head.id),
    )
