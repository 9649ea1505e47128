"""More time for a bailleur that asked for it: the coordinator's."""

from __future__ import annotations

from datetime import date

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from intranet import permissions as p
from intranet.access import actor, require, requires
from intranet.errors import NotAllowed, Refused, Stale
from intranet.extensions import db
from intranet.translation import gettext as _
from intranet.web.answering import CONFLICT, DONE, UNPROCESSABLE, sent_version
from intranet.web.formatting import day
from intranet.web.reading import parse_date
from intranet.works import service
from intranet.works.commands import GrantTime
from intranet.works.models import Split
from portals.staff.blueprint import bp
from portals.staff.splits.table import page


@bp.post("/splits/<int:split_id>/more-time")
@requires(p.SPLIT_GRANT_TIME)
def split_more_time(split_id: int) -> ResponseReturnValue:
    """Move the day the answer is due, with a reason that the bailleur reads."""
    require(p.SPLIT_GRANT_TIME, Split, split_id, seen_by=p.SPLIT_READ)
    try:
        until = _typed_day()
        service.grant_time(
            actor(), GrantTime(split_id, sent_version(), until, request.form.get("reason", ""))
        )
    except NotAllowed:
        raise
    except Refused as refused:
        db.session.rollback()
        status = CONFLICT if isinstance(refused, Stale) else UNPROCESSABLE
        return page(split_id, refused=refused), status
    flash(_("Le bailleur a jusqu’au %(day)s pour répondre. Il en est averti.", day=day(until)), "success")
    return redirect(url_for("staff.split", split_id=split_id, _anchor="turn"), DONE)


def _typed_day() -> date:
    try:
        return parse_date(request.form.get("until", ""))
    except ValueError as error:
        raise Refused("split.grant_time.day", str(error), field="until") from None
