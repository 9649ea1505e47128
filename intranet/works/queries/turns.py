"""Whose turn it is in a split, since when, until when, and how long each side kept it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import bindparam, or_, select

from intranet.clock import now
from intranet.organisations.models import Organisation
from intranet.rows import Row, fetch_all, fetch_one
from intranet.timeline.models import TimelineEntry
from intranet.works.delays import Delay, days_between
from intranet.works.machine import TURN
from intranet.works.models import Split
from intranet.works.terms import Side, SplitState

GRANTED = "works.split.time_granted"

_MOVES = (
    select(
        TimelineEntry.at,
        TimelineEntry.kind,
        TimelineEntry.to_state,
        TimelineEntry.reason,
        TimelineEntry.actor_name,
        TimelineEntry.data,
    )
    .join(Split, Split.dossier_id == TimelineEntry.dossier_id)  # the history is indexed by dossier
    .where(
        Split.id == bindparam("split_id"),
        TimelineEntry.subject == "split",
        TimelineEntry.subject_id == Split.id,
        or_(TimelineEntry.to_state != "", TimelineEntry.kind == GRANTED),
    )
    .order_by(TimelineEntry.id)
)
_TURN = (
    select(
        Split.state,
        Split.turn,
        Split.turn_since,
        Split.silent,
        Split.more_time_until,
        Organisation.answer_days,
        Organisation.name.label("bailleur"),
    )
    .join(Organisation, Organisation.id == Split.bailleur_id)
    .where(Split.id == bindparam("split_id"))
)


class TurnDays(NamedTuple):
    """Days spent with a side on a version (0: before anything was sent). ``running``: still counting."""

    number: int
    side: Side
    days: int
    running: bool


class Grant(NamedTuple):
    """More time granted in this turn: by whom, and why."""

    who: str
    reason: str


class Turn(NamedTuple):
    """Where the split stands. ``delay`` is that of the bailleur's turn, and of nothing else.

    ``turns`` are the turns one after the other, ``totals`` the days of each side: they add up.
    """

    side: Side | None
    since: datetime
    days: int
    silent: bool
    bailleur: str
    answer_days: int
    delay: Delay | None
    grant: Grant | None
    turns: Sequence[TurnDays]
    totals: Mapping[Side, int]


def turn_of(split_id: int, at: datetime | None = None) -> Turn | None:
    """Whose turn it is and all that both sides may know of its delay. Two statements."""
    moment = at or now()
    head = fetch_one(_TURN, split_id=split_id)
    if head is None:
        return None
    entries = fetch_all(_MOVES, split_id=split_id)
    turns, totals = _count(entries, moment)
    waiting = head.state is SplitState.PROPOSED
    delay = Delay(head.turn_since, head.answer_days, head.more_time_until) if waiting else None
    return Turn(
        side=head.turn,
        since=head.turn_since,
        days=days_between(head.turn_since, moment),
        silent=head.silent,
        bailleur=head.bailleur,
        answer_days=head.answer_days,
        delay=delay,
        grant=_grant(entries) if delay is not None and delay.until is not None else None,
        turns=turns,
        totals=totals,
    )


def turn_days(split_id: int, at: datetime | None = None) -> tuple[Sequence[TurnDays], Mapping[Side, int]]:
    """Days spent with each side: turn by turn, and in total by side. One statement.

    Days are calendar days in Nice, counted by the nights spent with a side, so that turns add up to the life
    of the split. A split nobody has to move (signed, withdrawn) counts no more.
    """
    return _count(fetch_all(_MOVES, split_id=split_id), at or now())


def _count(entries: Sequence[Row], moment: datetime) -> tuple[Sequence[TurnDays], Mapping[Side, int]]:
    moves = [entry for entry in entries if entry.to_state]
    turns: list[TurnDays] = []
    totals: dict[Side, int] = defaultdict(int)
    ends = [*(move.at for move in moves[1:]), moment][: len(moves)]
    for move, end in zip(moves, ends, strict=True):
        holder = TURN[SplitState(move.to_state)]
        if holder is None:
            continue
        days = days_between(move.at, end)
        totals[holder] += days
        turns.append(TurnDays(move.data.get("number", 0), holder, days, move is moves[-1]))
    return turns, dict(totals)


def _grant(entries: Sequence[Row]) -> Grant | None:
    """The last grant of the present turn."""
    for entry in reversed(entries):
        if entry.kind == GRANTED:
            return Grant(entry.actor_name, entry.reason)
        if entry.to_state:
            return None
    return None
