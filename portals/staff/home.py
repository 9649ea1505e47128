"""The staff's home: what waits for me, what waits for others, what is new, and the programme."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple

from flask import render_template, url_for

from intranet import permissions as p
from intranet.access import Actor, actor, requires
from intranet.clock import now
from intranet.dossiers.queries import COUNT_UP_TO, programme
from intranet.rows import Row, fetch_all
from intranet.timeline.wordings import sentence
from intranet.translation import gettext as _
from intranet.translation import ngettext
from intranet.web.states import StateWord
from intranet.works.delays import Delay, days_between
from intranet.works.models import SplitState
from portals.staff import queries, queues
from portals.staff.blueprint import bp

SHOWN_MINE, SHOWN_LATE, SHOWN_OTHERS = 12, 6, 6
PAGES = {
    "dossier": ("staff.dossier", "dossier_id"),
    "split": ("staff.split", "split_id"),
    "new_contract": ("staff.split_contract", "split_id"),
    "new_chantier": ("staff.open_chantier", "contract_id"),
    "contract": ("staff.contract", "contract_id"),
    "commitment": ("staff.commitment", "commitment_id"),
    "rent": ("staff.split_rent", "split_id"),
    "access": ("staff.split_access", "split_id"),
    "insurance": ("staff.dossier_insurance", "dossier_id"),
    "chantier": ("staff.chantier", "chantier_id"),
    "personal_data": ("staff.dossier_personal_data", "dossier_id"),
}
READING = {
    "new_contract": "split",
    "new_chantier": "contract",
    "personal_data": "dossier",
    "access": "split",
    "insurance": "dossier",
}
"""The page to read for those who may not do what the queue waits for."""


@dataclass(frozen=True, slots=True)
class Block:
    """One half of the queues: its counters, and the oldest of what waits."""

    counters: Sequence[tuple[queues.Queue, int]]
    items: Sequence[Any]
    total: int

    @property
    def capped(self) -> bool:
        """Whether some queue is longer than what is counted."""
        return any(number > COUNT_UP_TO for _queue, number in self.counters)


class Late(NamedTuple):
    """An answer that is late: whose it is, and what is left of its delay."""

    row: Row
    who: str
    left: StateWord


@dataclass(frozen=True, slots=True)
class PhaseView:
    """A phase with its length, computed from its dates (both included)."""

    name: str
    starts_on: date
    ends_on: date

    @property
    def days(self) -> int:
        return (self.ends_on - self.starts_on).days + 1

    @property
    def weeks(self) -> int:
        return round(self.days / 7)


def _block(person: Actor, waiting: dict[str, int], rows: Sequence[Any], mine: bool, shown: int) -> Block:
    """The queues that are (or are not) the person's to move."""
    chosen = {
        queue.key: queue
        for queue in queues.QUEUES
        if not queue.apart and (queue.permission is not None and person.may(queue.permission)) is mine
    }
    counters = [(queue, waiting[key]) for key, queue in chosen.items() if waiting.get(key)]
    items = [
        (chosen[row.queue], row, _url(chosen[row.queue], row, mine)) for row in rows if row.queue in chosen
    ]
    return Block(counters, items[:shown], sum(number for _queue, number in counters))


def _url(queue: queues.Queue, row: Any, mine: bool) -> str:
    endpoint, name = PAGES[queue.target if mine else READING.get(queue.target, queue.target)]
    return url_for(endpoint, **{name: row.target_id})


@bp.get("/")
@requires(p.DOSSIER_READ)
def home() -> str:
    """Queues, news and the programme. Constant number of statements, whoever looks."""
    person, clock = actor(), queues.clock()
    waiting = {row.queue: row.waiting for row in fetch_all(queues.counts, **clock)}
    rows = fetch_all(queues.oldest, **clock)
    return render_template(
        "staff/home.html",
        mine=_block(person, waiting, rows, True, SHOWN_MINE),
        others=_block(person, waiting, rows, False, SHOWN_OTHERS),
        late=[_late(row) for row in fetch_all(queues.late_answers, limit=SHOWN_LATE, **clock)],
        late_total=waiting["late"],
        counted_up_to=COUNT_UP_TO,
        news=[(row, _said(row)) for row in fetch_all(queries.news)],
        programme=programme(),
        phases=[PhaseView(row.name, row.starts_on, row.ends_on) for row in fetch_all(queries.phases)],
    )


def _late(row: Row) -> Late:
    """Days left before the turn comes back; or that it came back; or that only the family is waited for."""
    if row.silent:
        return Late(row, row.bailleur, StateWord(_("Revenue sans réponse"), "red"))
    if row.state is not SplitState.PROPOSED:
        return Late(row, _("La famille"), StateWord(_("À recueillir"), "amber"))
    delay = Delay(row.turn_since, row.answer_days, row.more_time_until)
    days = max(0, days_between(now(), delay.back))
    left = ngettext("Encore %(num)d jour", "Encore %(num)d jours", days)
    return Late(row, row.bailleur, StateWord(left, "red" if delay.late(now()) else "amber"))


def _said(row: Any) -> str:
    return sentence(row.kind, {**row.data, "from_state": row.from_state, "to_state": row.to_state})
