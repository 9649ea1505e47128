"""Figures and dates of the programme as a whole, from dossiers, contracts and chantiers.

Figures are about nobody; a count of families under five is told as such (``domain.md`` §6).
"""

from __future__ import annotations

from collections.abc import Callable
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
"""Fewer families than this are told as "moins de 5"."""

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
        "family_hours", _l("Heures des familles et des proches"), HOURS, p.INDICATOR_READ, family_hours, 60
    ),
    Indicator("done_with", _l("Part faite avec la famille"), PERCENT, p.INDICATOR_READ, done_with, 70),
)
