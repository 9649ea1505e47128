"""What must be read and confirmed before a chantier moves: nothing forbids it, and somebody answers for it.

The same for the command, which looks at the chantier in hand, and for the page, which has read its header.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

from sqlalchemy import Date, bindparam, or_, select

from intranet.chantiers.wordings import before_entry, overdue_works, too_early
from intranet.clock import today
from intranet.commitments.models import Commitment
from intranet.rows import fetch_all
from intranet.translation import gettext as _

CONFIRMED = frozenset({"start", "hand_over"})
"""The moves that ask for a word when something is not as it should be."""

_DAY = bindparam("day", type_=Date())
_DUE = (
    select(Commitment.label, Commitment.room)
    .where(
        Commitment.dossier_id == bindparam("dossier_id"),
        Commitment.withdrawn_on.is_(None),
        Commitment.done_on.is_(None),
        or_(_DAY.is_(None), Commitment.due_on <= _DAY),
    )
    .order_by(Commitment.due_on, Commitment.id)
)


def works_due(dossier_id: int, day: date | None = None) -> tuple[str, ...]:
    """What the bailleur has still to do for a family: all of it, or what was due by ``day``. One statement."""
    return tuple(f"{row.label} ({row.room})" for row in fetch_all(_DUE, dossier_id=dossier_id, day=day))


def doubts(move: str, chantier: Any, entry_on: date | None) -> Iterator[str]:
    """The sentences to confirm before ``move``, of a chantier or of its header."""
    if move == "start":
        if chantier.planned_start and today() < chantier.planned_start:
            yield too_early(chantier.planned_start)
        if entry_on and today() < entry_on:
            yield before_entry(entry_on)
        due = works_due(chantier.dossier_id, today())
        if due:
            yield overdue_works(due)
    elif move == "hand_over":
        due = works_due(chantier.dossier_id)
        if due:
            yield overdue_works(due)


def missing_team(dossier: Any) -> tuple[str, ...]:
    """Who is still to be named on the dossier before works start (R13): its social and technical référents."""
    places = ((dossier.referent_id, _("un référent")), (dossier.technical_id, _("un éducateur technique")))
    return tuple(str(word) for user_id, word in places if user_id is None)
