"""The splits a bailleur answers: list, table, one small form a line, sending back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue

from intranet import permissions as p
from intranet.access import requires
from intranet.guests import queries as guests
from intranet.rows import fetch_all, fetch_one, fetch_value
from intranet.translation import lazy_gettext as _l
from intranet.web.listing import Filter, Listing
from intranet.works.desk import Desk
from intranet.works.models import Side, SplitState
from intranet.works.wordings import state_word
from portals.bailleur import queries
from portals.bailleur.blueprint import bp

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
    params = {"q": values["q"]} if values["q"] else {}
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


def _address(split_id: int) -> str:
    return url_for("bailleur.split", split_id=split_id)


def _around(split_id: int) -> Mapping[str, Any]:
    return {
        "contract": fetch_one(queries.contract_of, split_id=split_id),
        "standing_links": {"split": "bailleur.split", "contract": "bailleur.contract"},
        "to_adopt": guests.to_adopt(split_id),
    }


DESK = Desk("bailleur", _address, _around)


@bp.get("/splits/<int:split_id>")
@requires(p.SPLIT_READ)
def split(split_id: int) -> ResponseReturnValue:
    """One split as the bailleur reads it; 404 for another's, or for a draft never sent."""
    return DESK.show(split_id)


@bp.post("/splits/<int:split_id>/lines/<int:line_id>/answer")
@requires(p.SPLIT_ANSWER)
def split_answer(split_id: int, line_id: int) -> ResponseReturnValue:
    """Accept, counter-propose or refuse one line."""
    return DESK.answer(split_id, line_id)


@bp.post("/splits/<int:split_id>/lines/<int:line_id>/comments")
@requires(p.SPLIT_ANSWER)
def split_comment(split_id: int, line_id: int) -> ResponseReturnValue:
    """Remark something on one line."""
    return DESK.comment(split_id, line_id)


@bp.post("/splits/<int:split_id>/lines/<int:line_id>/resolve")
@requires(p.SPLIT_ANSWER)
def split_resolve(split_id: int, line_id: int) -> ResponseReturnValue:
    """Say that what was discussed on one line is settled."""
    return DESK.resolve(split_id, line_id)


@bp.post("/splits/<int:split_id>/accept")
@requires(p.SPLIT_ANSWER)
def split_accept(split_id: int) -> ResponseReturnValue:
    """Accept every line that is not in discussion."""
    return DESK.accept(split_id)


@bp.post("/splits/<int:split_id>/send-back")
@requires(p.SPLIT_ANSWER)
def split_send_back(split_id: int) -> ResponseReturnValue:
    """Give the turn back to ALC. A second sending finds it sent and says so."""
    return DESK.send_back(split_id)
