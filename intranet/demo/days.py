"""Past days of the demonstration, counted back from today, so that waiting times make sense on any day."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, time, timedelta

from intranet.clock import PARIS, at, today

SATURDAY = 5


def days_ago(days: int) -> date:
    """So many calendar days ago."""
    return today() - timedelta(days=days)


def working_days_ago(days: int) -> date:
    """So many working days ago (Monday to Friday). Later steps of a story never fall before earlier ones."""
    day = today()
    while days:
        day -= timedelta(days=1)
        if day.weekday() < SATURDAY:
            days -= 1
    return day


def working_days_ahead(days: int) -> date:
    """So many working days from today."""
    day = today()
    while days:
        day += timedelta(days=1)
        if day.weekday() < SATURDAY:
            days -= 1
    return day


def planned_day(days_ago: int) -> date:
    """A working day in the past, or to come when ``days_ago`` is negative."""
    return working_days_ago(days_ago) if days_ago >= 0 else working_days_ahead(-days_ago)


@contextmanager
def on(day: date, hour: int = 10, minute: int = 0) -> Iterator[date]:
    """Play what is inside on ``day`` at that time in Nice."""
    with at(datetime.combine(day, time(hour, minute), PARIS)):
        yield day
