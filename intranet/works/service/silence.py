"""When the bailleur says nothing: reminders, then the turn comes back. Silence never agrees (``domain.md`` §3)."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import select

from intranet.clock import now
from intranet.extensions import db
from intranet.organisations.models import Organisation
from intranet.timeline.service import commit
from intranet.works.delays import Delay, days_between
from intranet.works.machine import SPLIT
from intranet.works.mailing import remind_bailleur, tell_alc
from intranet.works.models import Split
from intranet.works.service.granting import delay_of
from intranet.works.service.loading import facts_of, take_split, trace
from intranet.works.service.moves import hand_over
from intranet.works.terms import SplitState

_WAITING = (
    select(Split.id, Split.turn_since, Split.reminders, Split.more_time_until, Organisation.answer_days)
    .join(Organisation, Organisation.id == Split.bailleur_id)
    .where(Split.state == SplitState.PROPOSED)
    .order_by(Split.turn_since, Split.id)
)


def sweep_silence(_payload: dict[str, Any] | None = None) -> None:
    """Remind or take back every split whose delay has run out. Run every hour; running it again is harmless.

    A worker that was stopped for long sends the latest reminder only. Each split has its own transaction.
    """
    at = now()
    waiting = db.session.execute(_WAITING).all()
    db.session.rollback()
    for row in waiting:
        delay = Delay(row.turn_since, row.answer_days, row.more_time_until)
        if at >= delay.back:
            _take_back(row.id, at)
        elif delay.reminders_due(at) > row.reminders:
            _remind(row.id, at)


def _take_back(split_id: int, at: datetime) -> None:
    split = take_split(split_id)
    if (
        split.state is not SplitState.PROPOSED or at < delay_of(split).back
    ):  # answered or given time meanwhile
        db.session.rollback()
        return
    move = SPLIT.check("fall_silent", split.state, facts_of(split))
    before, days = split.state, days_between(split.turn_since, at)
    hand_over(split, move.target, silent=True)
    trace(move.event, split, None, from_state=before, days=days)
    tell_alc("split_silent", split, message="", who="", days=days)
    commit()


def _remind(split_id: int, at: datetime) -> None:
    split = take_split(split_id)
    delay = delay_of(split)
    due = delay.reminders_due(at)
    if split.state is not SplitState.PROPOSED or split.reminders >= due:
        db.session.rollback()
        return
    split.reminders = due
    split.reminded_at = at
    days = days_between(split.turn_since, at)
    trace("works.split.reminded", split, None, days=days)
    remind_bailleur(split, delay, days)
    commit()
