"""Answers given without an account, taken over by an agent who has one."""

from __future__ import annotations

from flask import abort, flash, redirect, url_for
from flask.typing import ResponseReturnValue

from intranet import permissions as p
from intranet.access import actor, require, requires
from intranet.guests import queries as guests
from intranet.guests import service
from intranet.translation import ngettext
from intranet.works.models import Split
from portals.bailleur.blueprint import bp


@bp.post("/splits/<int:split_id>/guests/<int:access_id>/adopt")
@requires(p.GUEST_ADOPT)
def split_adopt(split_id: int, access_id: int) -> ResponseReturnValue:
    """Answer from now on for what was answered with a code; the code no longer opens anything."""
    require(p.GUEST_ADOPT, Split, split_id)
    if access_id not in {each.id for each in guests.to_adopt(split_id)}:
        abort(404)
    adopted = service.adopt(actor(), access_id)
    flash(
        ngettext(
            "%(num)d réponse est reprise à votre compte.",
            "%(num)d réponses sont reprises à votre compte.",
            adopted,
        ),
        "success",
    )
    return redirect(url_for("bailleur.split", split_id=split_id), 303)
