"""What time it is: one place to ask, so that a story can be played at its own dates.

Instants are in UTC; a *day* is the one it is in Nice.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

PARIS = ZoneInfo("Europe/Paris")

_played: ContextVar[datetime | None] = ContextVar("intranet_clock", default=None)


def now() -> datetime:
    """The present instant, in UTC."""
    return _played.get() or datetime.now(UTC)


def today() -> date:
    """The day it is in Nice."""
    return now().astimezone(PARIS).date()


@contextmanager
def at(instant: datetime) -> Iterator[None]:
    """Play what is inside as if it happened at ``instant`` (aware). For the demonstration's stories."""
    if instant.tzinfo is None:
        raise ValueError("an instant needs a time zone")
    token = _played.set(instant.astimezone(UTC))
    try:
        yield
    finally:
        _played.reset(token)
