"""The arithmetic of a chantier: pure functions, no session, no request."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from intranet.chantiers.terms import HoursRole, StartItem
from intranet.works.terms import Holder

LONGEST_DAY = 12 * 60
"""Minutes one person can have worked in a day; more is a slip of the thumb."""

SITE_HOLDERS = (Holder.TENANT, Holder.SHARED, Holder.PARTNER)
"""Holders whose lines become tasks; the bailleur's own works are not on this chantier (``domain.md`` §3)."""

BY_FACT = frozenset({StartItem.CONTRACT, StartItem.INSURANCE})
"""Items that what is recorded answers: the contract signed, the attestation on the dossier."""

SAFETY_RULES = frozenset({"asbestos", "lead", "decency"})
"""The guard-rails of ``works.guardrails`` that follow what is known of the home: they stop works agreed before."""

BY_HAND = tuple(item for item in StartItem if item not in BY_FACT)
"""Items somebody ticks."""


class Progress(NamedTuple):
    """How far a chantier is, in tasks and in minutes."""

    done: int
    total: int


def missing_items(
    ticked: Iterable[StartItem], *, contract_signed: bool, insured: bool
) -> tuple[StartItem, ...]:
    """What still stops the start, in the order of the list. ``insured``: on the day of start."""
    have = set(ticked) - BY_FACT
    if contract_signed:
        have.add(StartItem.CONTRACT)
    if insured:
        have.add(StartItem.INSURANCE)
    return tuple(item for item in StartItem if item not in have)


def too_long(minutes: int, already: int) -> bool:
    """Whether one more entry would give a person more hours in a day than she can have worked."""
    return minutes + already > LONGEST_DAY


def done_with_pct(minutes: Mapping[HoursRole, int]) -> int | None:
    """The « faire avec » rate (R9): the share of all hours done by the family and its helpers, in percent.

    ``None`` until an hour is entered.
    """
    total = sum(minutes.values())
    if not total:
        return None
    own = minutes.get(HoursRole.FAMILY, 0) + minutes.get(HoursRole.HELPER, 0)
    return round(100 * own / total)
