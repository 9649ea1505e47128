"""When the bailleur says nothing: reminders, then the turn comes back. Silence never agrees (``domain.md`` §3)."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import select

from intranet.clock import now
from intranet.extensions import db
from intranet.organisations.models import Organisation
from intranet.timeline.service import commit
from intranet.works.machine import SPLIT
from intranet.works.mailing import remind_bailleur, tell_alc
from intranet.works.models import Split
from intranet.works.rules import answer_delay
from intranet.works.service.loading import facts_of, take_split, trace
from intranet.works.service.moves import hand_over
from intranet.works.terms import SplitState
from intranet.works.workdays import deadline

REMINDER_DAYS = (7, 14)
_WAITING = (
    select(Split.id, Split.turn_since, Split.reminders, Organisation.answer_days)
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
        if at >= back_at(row.turn_since, row.answer_days):
            _take_back(row.id, row.turn_since)
        elif reminders_due(row.turn_since, at) > row.reminders:
            _remind(row.id, row.turn_since, at)


def back_at(since: datetime, answer_days: int) -> datetime:
    """When the turn comes back to ALC without an answer."""
    return deadline(since, answer_delay(answer_days))


def reminders_due(since: datetime, at: datetime) -> int:
    """How many reminders a turn begun at ``since`` should have had by ``at``."""
    return sum(at >= deadline(since, days) for days in REMINDER_DAYS)


def _still_waiting(split: Split, since: datetime) -> bool:
    return split.state is SplitState.PROPOSED and split.turn_since == since


def _take_back(split_id: int, since: datetime) -> None:
    split = take_split(split_id)
    if not _still_waiting(split, since):
        db.session.rollback()
        return
    move = SPLIT.check("fall_silent", split.state, facts_of(split))
    before = split.state
    hand_over(split, move.target, silent=True)
    trace(move.event, split, None, from_state=before)
    tell_alc("split_silent", split, message="", who="")
    commit()


def _remind(split_id: int, since: datetime, at: datetime) -> None:
    split = take_split(split_id)
    due = reminders_due(since, at)
    if not _still_waiting(split, since) or split.reminders >= due:
        db.session.rollback()
        return
    split.reminders = due
    split.reminded_at = at
    days = REMINDER_DAYS[due - 1]
    trace("works.split.reminded", split, None, days=days)
    remind_bailleur(split, days)
    commit()
