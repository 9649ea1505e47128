"""How long a bailleur has to answer: due day, reminders, return of the turn, and more time when it is granted.

All of it follows from three values: when the turn began, the days agreed with the bailleur, and the last day a
coordinator granted. Pure: it reads nothing.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import NamedTuple

from intranet.clock import PARIS
from intranet.works.rules import answer_delay
from intranet.works.workdays import MORNING, deadline, next_business_day

REMINDER_DAYS = (7, 14)
"""Days after which a silent bailleur is reminded (``domain.md`` §3, Silence)."""

SOON = timedelta(days=3)
"""A reminder that would follow a grant of more time within this is left out: the grant's mail reminds already."""

LONGEST_GRANT = timedelta(days=92)
"""The furthest day more time is granted to: three months from today."""


class Delay(NamedTuple):
    """The delay of one turn of the bailleur. ``until`` is the last day granted, itself included."""

    since: datetime
    agreed_days: int
    until: date | None = None

    @property
    def due(self) -> datetime:
        """When the delay agreed has run out: the answer is late from then on."""
        return self._at_least(deadline(self.since, self.agreed_days))

    @property
    def back(self) -> datetime:
        """When the turn comes back to ALC without an answer."""
        return self._at_least(deadline(self.since, answer_delay(self.agreed_days)))

    @property
    def reminders(self) -> tuple[datetime, ...]:
        """When each reminder leaves. More time moves them by as many days as it moves the return."""
        usual = deadline(self.since, answer_delay(self.agreed_days))
        moved = (self.back.date() - usual.date()).days
        return tuple(deadline(self.since, days + moved) for days in REMINDER_DAYS)

    def reminders_due(self, at: datetime) -> int:
        """How many reminders the turn should have had by ``at``."""
        return sum(at >= reminder for reminder in self.reminders)

    def late(self, at: datetime) -> bool:
        """Whether the answer is later than agreed."""
        return at >= self.due

    def _at_least(self, usual: datetime) -> datetime:
        return usual if self.until is None else max(usual, morning_after(self.until))


def morning_after(last: date) -> datetime:
    """The morning that follows a delay whose last day is ``last``: a business day in Nice."""
    return datetime.combine(next_business_day(last + timedelta(days=1)), MORNING, PARIS)


def days_between(start: datetime, end: datetime) -> int:
    """Days in Nice from one instant to another, counted by the nights: they add up, whatever the clocks do."""
    return (end.astimezone(PARIS).date() - start.astimezone(PARIS).date()).days
