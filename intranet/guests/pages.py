"""What a bailleur's guest reads and answers: the one split her access names, in a light frame."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import flash, redirect, url_for
from flask.typing import ResponseReturnValue

from intranet import permissions as p
from intranet.access import actor, guest_page
from intranet.commitments.listing import worded
from intranet.commitments.queries import commitments
from intranet.guests.blueprint import bp
from intranet.translation import gettext as _
from intranet.works import queries as works
from intranet.works.desk import Desk
from intranet.works.terms import Side

HERE = "guests.split"


def _address(_split_id: int) -> str:
    """The guest's cookie names the split: no address of hers does."""
    return url_for(HERE)


def _around(split_id: int) -> Mapping[str, Any]:
    contract = works.live_contract(split_id)
    promised = worded(commitments(), Side.BAILLEUR) if contract is not None else []
    return {"contract": contract, "promised": promised}


DESK = Desk("guests", _address, _around)


@bp.get("/repartition")
@guest_page(p.SPLIT_ANSWER)
def split() -> ResponseReturnValue:
    """The split as the bailleur reads it; to be answered once one has said who one is."""
    return DESK.show(_mine())


@bp.get("/repartition/versions")
@guest_page(p.SPLIT_ANSWER)
def split_versions() -> ResponseReturnValue:
    """Two versions side by side, and what each sending changed."""
    return DESK.versions(_mine())


@bp.get("/repartition/lines/<int:line_id>/history")
@guest_page(p.SPLIT_ANSWER)
def split_line_history(line_id: int) -> ResponseReturnValue:
    """The wordings of one line that were sent, and what each side answered."""
    return DESK.past(_mine(), line_id)


@bp.post("/repartition/lines/<int:line_id>/answer")
@guest_page(p.SPLIT_ANSWER)
def split_answer(line_id: int) -> ResponseReturnValue:
    """Accept, counter-propose or refuse one line."""
    return _named() or DESK.answer(_mine(), line_id)


@bp.post("/repartition/lines/<int:line_id>/comments")
@guest_page(p.SPLIT_ANSWER)
def split_comment(line_id: int) -> ResponseReturnValue:
    """Remark something on one line."""
    return _named() or DESK.comment(_mine(), line_id)


@bp.post("/repartition/lines/<int:line_id>/resolve")
@guest_page(p.SPLIT_ANSWER)
def split_resolve(line_id: int) -> ResponseReturnValue:
    """Say that what was discussed on one line is settled."""
    return _named() or DESK.resolve(_mine(), line_id)


@bp.post("/repartition/accept")
@guest_page(p.SPLIT_ANSWER)
def split_accept() -> ResponseReturnValue:
    """Accept every line that is not in discussion."""
    return _named() or DESK.accept(_mine())


@bp.post("/repartition/send-back")
@guest_page(p.SPLIT_ANSWER)
def split_send_back() -> ResponseReturnValue:
    """Give the turn back to ALC."""
    return _named() or DESK.send_back(_mine())


def _mine() -> int:
    split_id = actor().guest_split_id
    assert split_id is not None  # only a guest comes here
    return split_id


def _named() -> ResponseReturnValue | None:
    """To the page that asks who answers, for a guest who has not said it: a forged or an old form."""
    if actor().name:
        return None
    flash(_("Dites d’abord qui vous êtes : chaque réponse porte un nom."), "warning")
    return redirect(url_for("guests.introduce"), 303)
