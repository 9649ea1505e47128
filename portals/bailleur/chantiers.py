"""A chantier as its landlord reads it: progress, dates, what was done. Not hours by person, not notes."""

from __future__ import annotations

from flask import abort, render_template, url_for
from flask.typing import ResponseReturnValue

from intranet import permissions as p
from intranet.access import requires
from intranet.chantiers import queries
from intranet.chantiers.page import words
from intranet.chantiers.rules import Progress
from intranet.chantiers.wordings import next_sentence, state_word, task_word
from intranet.clock import today
from intranet.works.terms import Side
from portals.bailleur.blueprint import bp


@bp.get("/chantiers/<int:chantier_id>")
@requires(p.CHANTIER_READ)
def chantier(chantier_id: int) -> ResponseReturnValue:
    """Four statements; 404 for a dwelling of another landlord."""
    head = queries.chantier_header(chantier_id)
    if head is None:
        abort(404)
    rooms: dict[str, list[object]] = {}
    for row in queries.tasks(chantier_id):
        rooms.setdefault(row.room, []).append((row, task_word(row.state)))
    return render_template(
        "bailleur/chantier.html",
        chantier=head,
        word=state_word(head.state, Side.BAILLEUR),
        sentence=next_sentence(head.state),
        progress=Progress(head.done, head.total),
        rooms=rooms,
        spots=queries.photo_spots(chantier_id),
        reserves=queries.reserves(chantier_id),
        today=today(),
        may_run=False,
        may_decide=False,
        files=url_for("documents.file", document_id=0).removesuffix("/0"),
        **words(),
    )
