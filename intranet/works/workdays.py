"""Business days in the Alpes-Maritimes, and the deadlines of a turn.

A delay is counted in days from the day the turn began, in Nice. When it ends on a Saturday, a Sunday or a
public holiday, it ends on the next business day (as art. 642 of the code de procédure civile has it).
"""

from __future__ import annotations

from collections.abc import Container
from datetime import date, datetime, time, timedelta
from functools import cache

from intranet.clock import PARIS

MORNING = time(8)
"""Nothing is sent in the night: what is due on a day is due from eight o'clock in Nice."""


@cache
def _public_holidays(year: int) -> Container[date]:
    import holidays  # some megabytes that few requests need

    # The Alpes-Maritimes have those of metropolitan France: only Alsace-Moselle and overseas add to them.
    return frozenset(holidays.country_holidays("FR", years=year))


def is_business_day(day: date) -> bool:
    return day.weekday() < 5 and day not in _public_holidays(day.year)


def next_business_day(day: date) -> date:
    """``day`` itself when people work on it, else the first one after it when they do."""
    while not is_business_day(day):
        day += timedelta(days=1)
    return day


def deadline(since: datetime, days: int) -> datetime:
    """When a delay of ``days`` counted from ``since`` has run out (an instant, in Nice)."""
    day = next_business_day(since.astimezone(PARIS).date() + timedelta(days=days))
    return datetime.combine(day, MORNING, PARIS)
