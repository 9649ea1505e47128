"""What a line of works costs or takes the family: time, money and day, each with its drawing."""

from __future__ import annotations

from datetime import date
from typing import NamedTuple

from intranet.voice.texts import Words
from intranet.works.terms import Holder, Payer


class Fact(NamedTuple):
    """Something the line costs or takes, with its drawing."""

    icon: str
    text: str


def facts(
    say: Words,
    *,
    holder: Holder,
    minutes: int,
    payer: Payer,
    cents: int,
    owed: int | None,
    due_on: date | None,
) -> tuple[Fact, ...]:
    """What the family has to know before it says yes. ``owed``: its part of the mending of a damage (cents)."""
    if holder is Holder.DROPPED:
        return ()
    found = []
    if minutes:
        found.append(Fact("clock", say("line.time", time=say.time(minutes))))
    if cents:
        found.append(Fact("currency-euro", say(f"line.materials_{payer}", amount=say.amount(cents))))
    if owed:
        found.append(Fact("currency-euro", say("line.owed", amount=say.amount(owed))))
    if due_on is not None:
        found.append(Fact("calendar-event", say("line.due", date=say.day(due_on))))
    return tuple(found)
