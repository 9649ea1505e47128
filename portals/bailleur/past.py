"""What a line and a split went through, as the bailleur was sent it: nothing of what ALC only drafted."""

from __future__ import annotations

from flask.typing import ResponseReturnValue

from intranet import permissions as p
from intranet.access import requires
from portals.bailleur.blueprint import bp
from portals.bailleur.splits import DESK


@bp.get("/splits/<int:split_id>/lines/<int:line_id>/history")
@requires(p.SPLIT_READ)
def split_line_history(split_id: int, line_id: int) -> ResponseReturnValue:
    """The wordings of one line that were sent, what each side answered, what was set aside and why."""
    return DESK.past(split_id, line_id)


@bp.get("/splits/<int:split_id>/versions")
@requires(p.SPLIT_READ)
def split_versions(split_id: int) -> ResponseReturnValue:
    """Two versions side by side, and what each sending changed."""
    return DESK.versions(split_id)
