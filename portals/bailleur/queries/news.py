"""What happened lately in the bailleur's dwellings."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Select, or_, select

from intranet.access import ACTOR, Scope
from intranet.dossiers.joins import with_home
from intranet.dossiers.models import Dossier, Dwelling, Household
from intranet.timeline.models import TimelineEntry
from intranet.works.models import Side, Split


def news(scope: Scope) -> Select[Any]:
    """What concerns the bailleur in the dossiers it houses, since it houses them; latest first.

    A split with another bailleur, even on the day the household moved, is none of its business; what its own people
    did is no news to them.
    """
    mine = select(Split.id).where(Split.bailleur_id == ACTOR.organisation_id)
    columns: tuple[Any, ...] = (
        TimelineEntry.at,
        TimelineEntry.kind,
        TimelineEntry.actor_name,
        TimelineEntry.side,
        TimelineEntry.from_state,
        TimelineEntry.to_state,
        TimelineEntry.data,
        Household.name.label("tenant"),
        Dwelling.id.label("dwelling_id"),
        Dwelling.address,
    )
    return (
        with_home(select(*columns), TimelineEntry.dossier_id, Dossier.dwelling_id)
        .where(
            TimelineEntry.audience.contains(" bailleur "),
            Dwelling.bailleur_id == ACTOR.organisation_id,
            TimelineEntry.side != Side.BAILLEUR,
            TimelineEntry.at >= Dossier.allocated_on,
            or_(TimelineEntry.subject != "split", TimelineEntry.subject_id.in_(mine)),
        )
        .order_by(TimelineEntry.at.desc(), TimelineEntry.id.desc())
        .limit(10)
    )
