"""The home page: what waits for the bailleur, what waits for others, what is new."""

from __future__ import annotations

from typing import NamedTuple

from flask import render_template
from flask.typing import ResponseReturnValue

from intranet import permissions as p
from intranet.access import requires
from intranet.chantiers.queries import chantier_list
from intranet.rows import Row, fetch_all
from intranet.timeline.wordings import sentence
from intranet.web.formatting import days_since
from intranet.works.models import Side
from portals.bailleur import queries
from portals.bailleur.blueprint import bp


class Waiting(NamedTuple):
    """A split of a queue. ``days`` since the turn began; ``late`` past the delay agreed."""

    split: Row
    days: int
    late: bool


class News(NamedTuple):
    """One thing that happened, in words."""

    entry: Row
    sentence: str


@bp.get("/")
@requires(p.SPLIT_READ)
def home() -> ResponseReturnValue:
    """Queues of the bailleur's people, a constant number of statements."""
    splits = [_waiting(row) for row in fetch_all(queries.splits_under_way)]
    return render_template(
        "bailleur/home.html",
        mine=[each for each in splits if each.split.turn == Side.BAILLEUR],
        others=[each for each in splits if each.split.turn != Side.BAILLEUR],
        contracts=fetch_all(queries.contracts_to_sign),
        news=[_news(row) for row in fetch_all(queries.news)],
        chantiers=chantier_list(limit=12),
    )


def _waiting(row: Row) -> Waiting:
    days = days_since(row.turn_since)
    return Waiting(row, days, days > row.answer_days)


def _news(row: Row) -> News:
    facts = {**row.data, "from_state": row.from_state, "to_state": row.to_state}
    return News(row, sentence(row.kind, facts))
