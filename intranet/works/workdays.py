"""Business days in the Alpes-Maritimes, and the deadlines of a turn.

A delay is counted in days from the day the turn began, in Nice. When it ends on a Saturday, a Sunday or a
public holiday, it ends on the next business day (as art. 642 of the code de procédure civile has it).
"""

from __future__ import annotations

from collections.abc import Container
from datetime import date, datetime, time, timedelta
from functools import cache

from dateutil.easter import easter

from intranet.clock import PARIS

MORNING = time(8)
"""Nothing is sent in the night: what is due on a day is due from eight o'clock in Nice."""


FIXED = ((1, 1), (5, 1), (5, 8), (7, 14), (8, 15), (11, 1), (11, 11), (12, 25))
"""Month and day of the public holidays that never move (code du travail, art. L3133-1)."""

AFTER_EASTER = (1, 39, 50)
"""Days from Easter Sunday to Easter Monday, Ascension Day and Whit Monday (same article)."""


@cache
def public_holidays(year: int) -> Container[date]:
    """Those of metropolitan France: only Alsace-Moselle and overseas add to them."""
    sunday = easter(year)
    return frozenset(
        [date(year, month, day) for month, day in FIXED]
        + [sunday + timedelta(days=days) for days in AFTER_EASTER]
    )


def is_business_day(day: date) -> bool:
    return day.weekday() < 5 and day not in public_holidays(day.year)


def next_business_day(day: date) -> date:
    """``day`` itself when people work on it, else the first one after it when they do."""
    while not is_business_day(day):
        day += timedelta(days=1)
    return day


def deadline(since: datetime, days: int) -> datetime:
    """When a delay of ``days`` counted from ``since`` has run out (an instant, in Nice)."""
    day = next_business_day(since.astimezone(PARIS).date() + timedelta(days=days))
    return datetime.combine(day, MORNING, PARIS)
