"""The path of a household, declared (``domain.md`` §2, §3).

Each step that one press makes is taken back by another, with a reason, while nothing stands on it.
``works`` and ``settled`` follow the chantier, so nobody's button moves them. A household leaves from
anywhere with a coded reason. When it comes back, its situation is looked at again: it starts from
``spotted``, or from ``allocated`` when its dwelling is still free; in both cases it joins anew.
"""

from __future__ import annotations

from dataclasses import dataclass

from intranet import permissions as p
from intranet.dossiers.terms import DossierState as S
from intranet.errors import Refused
from intranet.transitions import Machine, Transition
from intranet.translation import gettext as _

OPEN_STATES = frozenset(S) - {S.CLOSED, S.LEFT}
"""States of a dossier under way: it holds its dwelling."""

HOUSED_STATES = frozenset({S.ALLOCATED, S.JOINED, S.WORKS, S.SETTLED})
"""States in which the household has a dwelling."""


@dataclass(frozen=True, slots=True)
class Facts:
    """What the guards look at. ``dwelling_taken``: another open dossier holds the dwelling.

    ``works_noted``: a split stands on the allocation, so that it is no longer a slip to correct.
    """

    has_dwelling: bool = False
    dwelling_taken: bool = False
    works_noted: bool = False


def _has_dwelling(facts: Facts) -> Refused | None:
    if facts.has_dwelling:
        return None
    return Refused("dossier.dwelling_missing", _("Aucun logement n’est attribué."), field="dwelling_id")


def _dwelling_free(facts: Facts) -> Refused | None:
    if not facts.dwelling_taken:
        return None
    return Refused(
        "dossier.dwelling_taken",
        _("Ce logement est déjà attribué à un autre ménage. Choisissez-en un autre."),
        field="dwelling_id",
    )


def _nothing_noted(facts: Facts) -> Refused | None:
    if not facts.works_noted:
        return None
    return Refused(
        "dossier.works_noted",
        _(
            "Des travaux sont déjà relevés pour ce logement : retirez d’abord la répartition, ou enregistrez un départ."
        ),
    )


def _on(*states: S) -> frozenset[S]:
    return frozenset(states)


DOSSIER = Machine(
    "dossier",
    S,
    Transition("diagnose", _on(S.SPOTTED), S.DIAGNOSED, p.DOSSIER_EDIT, "dossier.diagnosed"),
    Transition("prepare", _on(S.DIAGNOSED), S.PREPARING, p.DOSSIER_EDIT, "dossier.preparing"),
    Transition(
        "allocate",
        _on(S.PREPARING),
        S.ALLOCATED,
        p.DOSSIER_ALLOCATE,
        "dossier.allocated",
        (_has_dwelling, _dwelling_free),
    ),
    Transition("join", _on(S.ALLOCATED), S.JOINED, p.DOSSIER_EDIT, "dossier.joined"),
    Transition(
        "revoke_joining",
        _on(S.JOINED, S.WORKS),
        S.ALLOCATED,
        p.DOSSIER_EDIT,
        "dossier.joining_revoked",
        needs_reason=True,
    ),
    Transition("start_works", _on(S.JOINED), S.WORKS, None, "dossier.works_started"),
    Transition("settle", _on(S.JOINED, S.WORKS), S.SETTLED, None, "dossier.settled"),
    Transition("close", _on(S.SETTLED), S.CLOSED, p.DOSSIER_EDIT, "dossier.closed", needs_reason=True),
    Transition("reopen", _on(S.CLOSED), S.SETTLED, p.DOSSIER_EDIT, "dossier.reopened", needs_reason=True),
    Transition(
        "undiagnose", _on(S.DIAGNOSED), S.SPOTTED, p.DOSSIER_EDIT, "dossier.undiagnosed", needs_reason=True
    ),
    Transition(
        "unprepare", _on(S.PREPARING), S.DIAGNOSED, p.DOSSIER_EDIT, "dossier.unprepared", needs_reason=True
    ),
    Transition(
        "unallocate",
        _on(S.ALLOCATED),
        S.PREPARING,
        p.DOSSIER_ALLOCATE,
        "dossier.unallocated",
        (_nothing_noted,),
        needs_reason=True,
    ),
    Transition("leave", OPEN_STATES, S.LEFT, p.DOSSIER_EDIT, "dossier.left", needs_reason=True),
    Transition("come_back", _on(S.LEFT), S.SPOTTED, p.DOSSIER_EDIT, "dossier.came_back"),
    Transition(
        "come_back_home",
        _on(S.LEFT),
        S.ALLOCATED,
        p.DOSSIER_ALLOCATE,
        "dossier.came_back",
        (_has_dwelling, _dwelling_free),
    ),
)
