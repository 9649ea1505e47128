"""The path of a household as a line of steps: those behind, with their day, where it stands, those ahead."""

from __future__ import annotations

from datetime import date
from typing import Any, NamedTuple

from intranet.dossiers.models import DossierState as S
from intranet.translation import gettext as _
from intranet.translation import lazy_gettext as _l

STEPS: tuple[tuple[S, Any], ...] = (
    (S.SPOTTED, _l("Repérage")),
    (S.DIAGNOSED, _l("Diagnostic")),
    (S.PREPARING, _l("Projet logement")),
    (S.ALLOCATED, _l("Attribution")),
    (S.JOINED, _l("Adhésion")),
    (S.WORKS, _l("Travaux")),
    (S.SETTLED, _l("Installation")),
    (S.CLOSED, _l("Clôture")),
)
"""The states of the path in their order, as steps; leaving is none of them."""


class PathStep(NamedTuple):
    """One step. ``stands``: ``done``, ``now`` or ``ahead``; ``said`` is the same in words, for who hears the page."""

    label: str
    stands: str
    said: str
    on: date | None


def path_steps(head: Any, contract: Any) -> list[PathStep]:
    """Where the dossier stands; of a household that left, the days of what it had done."""
    days = {
        S.SPOTTED: head.opened_on,
        S.ALLOCATED: head.allocated_on,
        S.JOINED: head.joined_on,
        S.WORKS: (contract.started_on or contract.planned_start) if contract else None,
        S.SETTLED: contract.handed_over_on if contract else None,
    }
    states = [state for state, _label in STEPS]
    reached = states.index(head.state) if head.state in states else -1
    steps = []
    for place, (state, label) in enumerate(STEPS):
        if head.state is S.LEFT:
            stands = "done" if days.get(state) and state is not S.WORKS else "ahead"
        else:
            stands = "done" if place < reached else "now" if place == reached else "ahead"
        steps.append(PathStep(str(label), stands, _in_words(stands), days.get(state)))
    return steps


def _in_words(stands: str) -> str:
    return str({"done": _("fait"), "now": _("étape en cours")}.get(stands) or _("à venir"))
