"""The home page: what waits for those on site, then their chantiers."""

from __future__ import annotations

from flask import render_template
from flask.typing import ResponseReturnValue

from intranet import permissions as p
from intranet.access import actor, requires
from intranet.chantiers import queries
from intranet.chantiers.terms import ChantierState, StartItem
from intranet.chantiers.wordings import state_word
from intranet.clock import today
from intranet.signatures.queries import to_sign
from intranet.works.terms import Side
from portals.partner.blueprint import bp

TO_GATHER = len(StartItem)
"""Items of the start list, as the page of a chantier counts them."""


@bp.get("/")
@requires(p.CHANTIER_READ)
def home() -> ResponseReturnValue:
    """Queues and chantiers: four statements, whatever their number."""
    chantiers = queries.chantier_list(order="start")
    by_state = {state: [row for row in chantiers if row.state is state] for state in queries.UNDER_WAY}
    person = actor().name
    running = by_state[ChantierState.OPEN]
    return render_template(
        "partner/home.html",
        to_sign=to_sign(Side.PARTNER),
        running=[row for row in running if row.animator == person]
        + [r for r in running if r.animator != person],
        incomplete=[row for row in by_state[ChantierState.PREPARED] if row.ready < TO_GATHER],
        to_clear=[row for row in by_state[ChantierState.PREPARED] if row.ready >= TO_GATHER],
        cleared=by_state[ChantierState.CLEARED],
        paused=by_state[ChantierState.PAUSED],
        finished=by_state[ChantierState.FINISHED],
        blocked=queries.blocked_tasks(),
        reserves=queries.reserves_due(Side.PARTNER),
        to_gather=TO_GATHER,
        today=today(),
        word=lambda state: state_word(state, Side.PARTNER),
    )
