"""What a bailleur undertook, computed from its dates: due, overdue, done, confirmed. Pure.

A commitment is one line of a signed contract that the bailleur does, alone or with the family. It is done when
the agent says so with a proof, and closed when the family or ALC confirms it.
"""

from __future__ import annotations

import enum
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, timedelta
from typing import Any, NamedTuple

from intranet.works.rules import BAILLEUR_HOLDERS
from intranet.works.terms import Holder

REMIND_EVERY = timedelta(days=7)
"""A bailleur is reminded of what is overdue once in this time, at most."""

EARLIEST_DONE = timedelta(days=730)
"""Works said to be done longer ago than this were mistyped."""


class CommitmentState(enum.StrEnum):
    """Where a commitment stands on a day. Never stored."""

    DUE = "due"
    OVERDUE = "overdue"
    DONE = "done"  # said by the bailleur, to be confirmed
    CONFIRMED = "confirmed"
    WITHDRAWN = "withdrawn"  # an amendment took the line away, or the family left


OPEN = frozenset({CommitmentState.DUE, CommitmentState.OVERDUE})
"""What the bailleur still has to do."""


def state_on(
    day: date, *, due_on: date, done_on: date | None, confirmed_on: date | None, withdrawn_on: date | None
) -> CommitmentState:
    """The state on ``day`` in Nice. Overdue from the day after ``due_on``."""
    if withdrawn_on is not None:
        return CommitmentState.WITHDRAWN
    if confirmed_on is not None:
        return CommitmentState.CONFIRMED
    if done_on is not None:
        return CommitmentState.DONE
    return CommitmentState.OVERDUE if day > due_on else CommitmentState.DUE


class Promise(NamedTuple):
    """A line of a contract that makes a commitment."""

    line_id: int
    label: str
    room: str
    digest: str
    due_on: date


def promises(
    lines: Iterable[Mapping[str, Any]], starts_on: date | None, ends_on: date | None, signed_on: date
) -> Iterator[Promise]:
    """The commitments in the fixed ``lines`` of a contract.

    Due on the day the line names. Else the bailleur's own works are due when the chantier starts, so that the
    family can begin, and works shared with the family when it ends.
    """
    for line in lines:
        holder = Holder(line["holder"])
        if holder not in BAILLEUR_HOLDERS:
            continue
        usual = ends_on if holder is Holder.SHARED else starts_on
        named = line.get("due_on")
        yield Promise(
            line["id"],
            line["label"],
            line["room"],
            line["digest"],
            date.fromisoformat(named) if named else usual or starts_on or signed_on,
        )
