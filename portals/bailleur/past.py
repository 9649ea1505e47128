"""What a line and a split went through, as the bailleur was sent it: nothing of what ALC only drafted."""

from __future__ import annotations

from flask import abort, render_template, request
from flask.typing import ResponseReturnValue

from intranet import permissions as p
from intranet.access import requires
from intranet.rows import fetch_one
from intranet.works import queries as works
from intranet.works import table
from intranet.works.comparing import compare
from intranet.works.models import Side
from intranet.works.queries.replying import split_to_answer
from intranet.works.story import episodes
from portals.bailleur.blueprint import bp


@bp.get("/splits/<int:split_id>/lines/<int:line_id>/history")
@requires(p.SPLIT_READ)
def split_line_history(split_id: int, line_id: int) -> ResponseReturnValue:
    """The wordings of one line that were sent, what each side answered, what was set aside and why."""
    head = fetch_one(split_to_answer, split_id=split_id)
    if head is None:
        abort(404)
    shown = table.arrange(
        works.sent_lines(split_id), head.state, Side.BAILLEUR, works.comments(split_id, Side.BAILLEUR)
    )
    line = next(iter(shown.only(line_id)), None)
    if line is None:
        abort(404)
    return render_template(
        "bailleur/past.html",
        split=head,
        line=line,
        answers=table.answers(line),
        episodes=episodes(works.sent_past(split_id, line_id)),
        thread=line.comments,
    )


@bp.get("/splits/<int:split_id>/versions")
@requires(p.SPLIT_READ)
def split_versions(split_id: int) -> ResponseReturnValue:
    """Two versions side by side, and what each sending changed."""
    head = fetch_one(split_to_answer, split_id=split_id)
    if head is None:
        abort(404)
    kept = works.kept_versions(split_id)
    return render_template(
        "bailleur/versions.html",
        split=head,
        versions=works.told(kept),
        comparison=compare(kept, request.args.get("left", ""), request.args.get("right", "")),
    )
