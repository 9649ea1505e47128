"""How many households the programme has: one definition for each word, whatever page says it (R2).

- *announced*: what the programme's text says of a pôle, or of the whole;
- *counted*: every household that came into the programme, also those that left or whose dossier is closed;
- *followed*: those with a dossier open today.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from sqlalchemy import case, func, select

from intranet.access import Scope
from intranet.dossiers.machine import OPEN_STATES
from intranet.dossiers.models import Dossier, Household
from intranet.organisations.models import Pole
from intranet.rows import Row, Statement, fetch_all
from intranet.settings.service import value


class Programme(NamedTuple):
    """The pôles, the largest announced first, and what they add up to."""

    poles: Sequence[Row]
    announced: int
    announced_by_poles: int
    counted: int
    followed: int


def programme() -> Programme:
    """The households by pôle and in all. A pôle out of service announces nothing, but its households count.

    Figures about nobody: not limited to the person's own pôle. One statement, and the setting.
    """
    rows = fetch_all(households_by_pole)
    return Programme(
        rows,
        int(value("core.programme.announced_households")),
        sum(row.announced for row in rows),
        sum(row.counted for row in rows),
        sum(row.followed for row in rows),
    )


def households_by_pole(_scope: Scope) -> Statement:
    """Every pôle with its households announced, counted and followed."""
    followed = Household.id.in_(
        select(Dossier.household_id).where(
            Dossier.state.in_(sorted(OPEN_STATES))
        )  # in order: kept by its text
    )
    return (
        select(
            Pole.id,
            Pole.code,
            Pole.name,
            Pole.audience,
            Pole.confidentiality,
            Pole.active,
            case((Pole.active, Pole.announced_households), else_=0).label("announced"),
            func.count(Household.id).label("counted"),
            func.count(case((followed, Household.id))).label("followed"),
        )
        .outerjoin(Household, Household.pole_id == Pole.id)
        .group_by(Pole.id)
        .order_by(Pole.active.desc(), Pole.announced_households.desc(), Pole.id)
    )
