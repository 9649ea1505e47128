"""What a line and a split went through: every wording of a line, the versions sent side by side."""

from __future__ import annotations

from flask import abort, render_template, request, url_for
from flask.typing import ResponseReturnValue

from intranet import permissions as p
from intranet.access import require, requires
from intranet.works import queries, table
from intranet.works.comparing import compare
from intranet.works.machine import may_now
from intranet.works.models import Side, Split
from intranet.works.story import episodes
from portals.staff.blueprint import bp


@bp.get("/splits/<int:split_id>/lines/<int:line_id>/history")
@requires(p.SPLIT_READ)
def split_line_history(split_id: int, line_id: int) -> ResponseReturnValue:
    """Every wording of one line, who wrote it and when, what was sent and set aside; and what was said of it."""
    require(p.SPLIT_READ, Split, split_id)
    head = queries.split_header(split_id)
    shown = (
        table.arrange(queries.split_lines(split_id), head.state, Side.ALC, queries.comments(split_id))
        if head
        else None
    )
    line = next(iter(shown.only(line_id)), None) if shown else None
    if head is None or line is None:
        abort(404)
    return render_template(
        "works/past.html",
        split=head,
        home=url_for("staff.split", split_id=split_id),
        line=line,
        answers=table.answers(line),
        episodes=episodes(queries.line_past(split_id, line_id)),
        thread=line.comments,
    )


@bp.get("/splits/<int:split_id>/versions")
@requires(p.SPLIT_READ)
def split_versions(split_id: int) -> ResponseReturnValue:
    """Two versions side by side, what ALC prepares among them; and what each sending changed."""
    require(p.SPLIT_READ, Split, split_id)
    head = queries.split_header(split_id)
    if head is None:
        abort(404)
    kept = queries.kept_versions(split_id)
    prepares = may_now("change_line", head.state)
    present = queries.present_version(queries.split_lines(split_id)) if prepares else None
    return render_template(
        "works/versions.html",
        split=head,
        home=url_for("staff.split", split_id=split_id),
        versions=queries.told(kept),
        comparison=compare(kept, request.args.get("left", ""), request.args.get("right", ""), present),
    )
