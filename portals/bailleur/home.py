"""The home page: what waits for the bailleur, what waits for others, what is new."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

from flask import render_template
from flask.typing import ResponseReturnValue

from intranet import permissions as p
from intranet.access import requires
from intranet.chantiers.queries import chantier_list
from intranet.clock import today
from intranet.commitments.queries import Counts, View, commitments, counts
from intranet.commitments.rules import CommitmentState
from intranet.commitments.wordings import next_sentence
from intranet.rows import Row, fetch_all
from intranet.timeline.wordings import sentence
from intranet.web.states import StateWord
from intranet.works.delays import Delay
from intranet.works.models import Side
from intranet.works.turn import due_word
from portals.bailleur import queries
from portals.bailleur.blueprint import bp

OVERDUE_SHOWN = 6


class Waiting(NamedTuple):
    """A split of a queue. ``due``: by when the bailleur's answer is expected, or how late it is."""

    split: Row
    due: StateWord


class News(NamedTuple):
    """One thing that happened, in words."""

    entry: Row
    sentence: str


@bp.get("/")
@requires(p.SPLIT_READ)
def home() -> ResponseReturnValue:
    """Queues of the bailleur's people, a constant number of statements."""
    promised = counts()
    splits = [_waiting(row) for row in fetch_all(queries.splits_under_way)]
    contracts = fetch_all(queries.contracts_to_sign)
    to_sign = {each.number for each in contracts}
    return render_template(
        "bailleur/home.html",
        mine=[each for each in splits if each.split.turn == Side.BAILLEUR],
        others=[
            each for each in splits if each.split.turn != Side.BAILLEUR and each.split.contract not in to_sign
        ],
        contracts=contracts,
        rents=fetch_all(queries.rents_to_answer),
        promised=promised,
        overdue=[(each.row, _late(each.row.due_on)) for each in _overdue(promised)],
        news=[_news(row) for row in fetch_all(queries.news)],
        chantiers=chantier_list(limit=12),
    )


def _overdue(promised: Counts) -> Sequence[View]:
    return commitments(CommitmentState.OVERDUE, limit=OVERDUE_SHOWN) if promised.overdue else ()


def _late(due_on: date) -> str:
    return next_sentence(CommitmentState.OVERDUE, Side.BAILLEUR, due_on, today())


def _waiting(row: Row) -> Waiting:
    delay = Delay(row.turn_since, row.answer_days, row.more_time_until)
    return Waiting(row, due_word(delay, Side.BAILLEUR))


def _news(row: Row) -> News:
    facts = {**row.data, "from_state": row.from_state, "to_state": row.to_state}
    return News(row, sentence(row.kind, facts))
