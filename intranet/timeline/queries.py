"""Reading the history."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import bindparam, select

from intranet.rows import Row, fetch_all
from intranet.timeline.models import TimelineEntry
from intranet.timeline.wordings import sentence


class EntryView(NamedTuple):
    """One thing that happened, in words. ``who`` is empty when the clock did it."""

    at: datetime
    who: str
    side: str
    sentence: str
    reason: str
    kind: str


_COLUMNS = (
    TimelineEntry.at,
    TimelineEntry.kind,
    TimelineEntry.actor_name,
    TimelineEntry.side,
    TimelineEntry.from_state,
    TimelineEntry.to_state,
    TimelineEntry.reason,
    TimelineEntry.data,
)

_OF_DOSSIER = (
    select(*_COLUMNS)
    .where(TimelineEntry.dossier_id == bindparam("dossier_id"))
    .where(TimelineEntry.audience.like(bindparam("audience")))
    .order_by(TimelineEntry.at.desc(), TimelineEntry.id.desc())
    .limit(bindparam("entries"))
)
_OF_SUBJECT = (
    select(*_COLUMNS)
    .where(TimelineEntry.subject == bindparam("subject"))
    .where(TimelineEntry.subject_id == bindparam("subject_id"))
    .where(TimelineEntry.audience.like(bindparam("audience")))
    .order_by(TimelineEntry.at.desc(), TimelineEntry.id.desc())
    .limit(bindparam("entries"))
)


def entries(dossier_id: int, side: str, limit: int = 50) -> Sequence[EntryView]:
    """The latest events of a dossier that ``side`` may see, newest first. One statement.

    Whether the person may see the dossier at all is for the view to have asked.
    """
    rows = fetch_all(_OF_DOSSIER, dossier_id=dossier_id, audience=f"% {side} %", entries=limit)
    return [_view(row) for row in rows]


def entries_about(subject: str, subject_id: int, side: str, limit: int = 50) -> Sequence[EntryView]:
    """The latest events of one object (``user``, ``organisation``…) that ``side`` may see, newest first."""
    rows = fetch_all(
        _OF_SUBJECT, subject=subject, subject_id=subject_id, audience=f"% {side} %", entries=limit
    )
    return [_view(row) for row in rows]


def _view(row: Row) -> EntryView:
    facts = {**row.data, "from_state": row.from_state, "to_state": row.to_state}
    return EntryView(row.at, row.actor_name, row.side, sentence(row.kind, facts), row.reason, row.kind)
