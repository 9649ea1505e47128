"""Figures and dates of the programme as a whole, from dossiers, contracts and chantiers.

Figures are about nobody: none is told that is of fewer than five, nor one from which such a figure could be worked
out (``domain.md`` §6).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from typing import Any

from sqlalchemy import case, func, select

from intranet import permissions as p
from intranet.chantiers.models import Chantier, Hours, HoursRole
from intranet.dossiers.models import Dossier
from intranet.extensions import db
from intranet.plugin_api import Indicator
from intranet.translation import lazy_gettext as _l
from intranet.works.models import Contract

FAMILIES, HOURS, PERCENT, NUMBER = "families", "hours", "percent", ""
TOLD_FROM = 5
"""Fewer than this are told as "moins de 5"; hours and shares of fewer families are not told at all."""

FAMILY_AND_HELPERS = (HoursRole.FAMILY, HoursRole.HELPER)


def _counted(column: Any) -> Callable[[date, date], float | None]:
    """How many contracts or chantiers have that day between ``since`` and ``until``, both included."""

    def count(since: date, until: date) -> float | None:
        statement = select(func.count()).where(column >= since, column <= until)
        return float(db.session.scalar(statement) or 0)

    return count


def _families(column: Any) -> Callable[[date, date], float | None]:
    """How many families have that day of their dossier in the span; one that came back under another counts once."""

    def count(since: date, until: date) -> float | None:
        families = func.count(Dossier.household_id.distinct())
        return float(db.session.scalar(select(families).where(column >= since, column <= until)) or 0)

    return count


def family_hours(since: date, until: date) -> float | None:
    """Hours of the families and of those who help them."""
    statement = select(func.sum(Hours.minutes)).where(
        Hours.on >= since, Hours.on <= until, Hours.role.in_(FAMILY_AND_HELPERS)
    )
    return float(db.session.scalar(statement) or 0) / 60


def done_with(since: date, until: date) -> float | None:
    """The share of all hours on site that families and helpers gave, in % (R9); unknown without hours."""
    theirs = func.sum(case((Hours.role.in_(FAMILY_AND_HELPERS), Hours.minutes), else_=0))
    row = db.session.execute(
        select(theirs, func.sum(Hours.minutes)).where(Hours.on >= since, Hours.on <= until)
    ).one()
    return 100 * float(row[0]) / float(row[1]) if row[1] else None


def families_on_site(since: date, until: date) -> float | None:
    """Of how many families the hours of the span tell."""
    statement = (
        select(func.count(Dossier.household_id.distinct()))
        .select_from(Hours)
        .join(Chantier, Chantier.id == Hours.chantier_id)
        .join(Dossier, Dossier.id == Chantier.dossier_id)
        .where(Hours.on >= since, Hours.on <= until)
    )
    return float(db.session.scalar(statement) or 0)


def families_behind(indicator: Indicator, since: date, until: date) -> float:
    """How many the figure of that span is about; none when nobody says."""
    if indicator.families is not None:
        return indicator.families(since, until) or 0
    return (indicator.value(since, until) or 0) if indicator.unit in (FAMILIES, NUMBER) else 0


def withheld(parts: Sequence[float], total: float) -> tuple[frozenset[int], bool]:
    """Which of ``parts`` are not told, and whether their total is not: ``parts`` say how many each is about.

    What is under five is withheld. If what is then missing between the total and the parts told comes to fewer than
    five, it could be worked out: the smallest part is withheld too (complementary suppression), and when none is
    left, the total. What falls in no part counts as withheld.
    """
    hidden = {index for index, size in enumerate(parts) if 0 < size < TOLD_FROM}
    others = sorted(index for index, size in enumerate(parts) if size >= TOLD_FROM)
    others.sort(key=lambda index: parts[index])
    while (
        others
        and 0 < total - sum(size for index, size in enumerate(parts) if index not in hidden) < TOLD_FROM
    ):
        hidden.add(others.pop(0))
    missing = total - sum(size for index, size in enumerate(parts) if index not in hidden)
    return frozenset(hidden), 0 < total < TOLD_FROM or 0 < missing < TOLD_FROM


INDICATORS = (
    Indicator(
        "spotted", _l("Familles repérées"), FAMILIES, p.INDICATOR_READ, _families(Dossier.opened_on), 10
    ),
    Indicator(
        "joined", _l("Familles adhérentes"), FAMILIES, p.INDICATOR_READ, _families(Dossier.joined_on), 20
    ),
    Indicator("housed", _l("Familles relogées"), FAMILIES, p.INDICATOR_READ, _families(Dossier.entry_on), 30),
    Indicator("contracts", _l("Contrats signés"), NUMBER, p.INDICATOR_READ, _counted(Contract.signed_on), 40),
    Indicator(
        "handed_over",
        _l("Chantiers réceptionnés"),
        NUMBER,
        p.INDICATOR_READ,
        _counted(Chantier.handed_over_on),
        50,
    ),
    Indicator(
        "family_hours",
        _l("Heures des familles et des proches"),
        HOURS,
        p.INDICATOR_READ,
        family_hours,
        60,
        families=families_on_site,
    ),
    Indicator(
        "done_with",
        _l("Part faite avec la famille"),
        PERCENT,
        p.INDICATOR_READ,
        done_with,
        70,
        families=families_on_site,
    ),
)
