"""The lines of a home are looked at again when what is known of it changes: a report, a year, its decency."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import bindparam, select

from intranet.access import Actor
from intranet.extensions import db
from intranet.translation import gettext as _
from intranet.works.facts import dwelling_facts, line_facts
from intranet.works.guardrails import DwellingFacts, lock
from intranet.works.machine import LineRefusal
from intranet.works.models import Split, WorksLine
from intranet.works.rules import propose_default
from intranet.works.service.concluding import end_split
from intranet.works.service.loading import facts_of, hold, take_split, trace
from intranet.works.terms import SplitState

_SPLITS = (
    select(Split.id)
    .where(Split.dwelling_id == bindparam("dwelling_id"), Split.state != SplitState.WITHDRAWN)
    .order_by(Split.id)
)


@dataclass(frozen=True, slots=True)
class Reassessed:
    """What a finding did to one split: lines locked and unlocked, those that must be given otherwise, what came back.

    ``to_amend``: the contract is signed, and what it gives the family or the partner may not be done any more.
    """

    split: Split
    locked: tuple[str, ...]
    unlocked: tuple[str, ...]
    refused: tuple[LineRefusal, ...]
    reopened: bool
    to_amend: bool

    @property
    def moved(self) -> bool:
        return bool(self.locked or self.unlocked or self.reopened or self.to_amend)


def hold_splits(dwelling_id: int) -> None:
    """Lock the splits of a home before the home itself, in the order in which everybody else takes them."""
    for split_id in db.session.scalars(_SPLITS, {"dwelling_id": dwelling_id}).all():
        hold(split_id)


def reassess(actor: Actor, dwelling_id: int) -> list[Reassessed]:
    """Look at every line of the home again: its default, its lock, and what "Pourquoi ?" says of both.

    Part of the command that wrote what is now known: does not commit. Nobody's answer is touched, for nobody was asked
    another thing; a split already agreed that could not be agreed any more comes back to ALC, its contract cancelled.
    """
    found = db.session.scalars(_SPLITS, {"dwelling_id": dwelling_id}).all()
    return [_look_again(actor, take_split(split_id)) for split_id in found]


def _look_again(actor: Actor, split: Split) -> Reassessed:
    home = dwelling_facts(split.dwelling)
    locked, unlocked = [], []
    for line in split.lines:
        before, line.lock = line.lock, _settle(line, home)
        if line.lock and line.lock != before:
            locked.append(line.label)
        elif before and not line.lock:
            unlocked.append(line.label)
    refused = facts_of(split).refusals
    reopened = bool(refused) and split.state is SplitState.AGREED
    if reopened:
        end_split(actor, split, _("Un constat a changé dans ce logement."), "reopen")
    elif locked or unlocked:
        trace("works.split.reassessed", split, actor, locked=len(locked), unlocked=len(unlocked))
    return Reassessed(
        split,
        tuple(locked),
        tuple(unlocked),
        refused,
        reopened,
        bool(refused) and split.state is SplitState.SIGNED,
    )


def _settle(line: WorksLine, home: DwellingFacts) -> str:
    """Write the line's default anew; the guard-rail that holds it now."""
    facts = line_facts(line)
    default = propose_default(facts.kind, facts.cause, facts.need, facts.consent_on)
    line.default_holder, line.default_rule = default.holder, default.rule
    return lock(facts, home)
