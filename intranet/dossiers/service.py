"""The path of a household: each command checks, changes, records in the history, and commits once.

The caller has asked ``require`` for the object; the role is checked again here. Every command may raise
``Refused`` (a rule says no), ``NotAllowed`` and, with a version, ``Stale``; nothing is written then.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from sqlalchemy import exists, select, update

from intranet import permissions as p
from intranet.access import Actor, require_may
from intranet.chantiers.stopping import stop_chantiers
from intranet.clock import today
from intranet.database import now
from intranet.dossiers import commands as c
from intranet.dossiers.allocation import change_dwelling, put_dwelling, record_dwelling
from intranet.dossiers.closing import still_due
from intranet.dossiers.dates import refuse_before, refuse_future
from intranet.dossiers.insurance import attest_insurance, close_attestations
from intranet.dossiers.loading import take_dossier
from intranet.dossiers.machine import DOSSIER, OPEN_STATES, Facts
from intranet.dossiers.models import Dossier, Dwelling
from intranet.dossiers.opening import edit_household, open_dossier
from intranet.dossiers.people import add_note, grant, name_people, revoke_grant
from intranet.dossiers.search import index_dossier
from intranet.dossiers.terms import DossierState, LeavingReason
from intranet.errors import Refused
from intranet.extensions import db
from intranet.freetext import checked
from intranet.timeline.service import commit, record
from intranet.translation import gettext as _
from intranet.works.models import Split, SplitState
from intranet.works.service import joining_ended, tenancy_ended

__all__ = [
    "add_note",
    "allocate",
    "attest_insurance",
    "change_dwelling",
    "close",
    "come_back",
    "diagnose",
    "edit_household",
    "grant",
    "leave",
    "name_people",
    "open_dossier",
    "prepare",
    "record_dwelling",
    "record_joining",
    "record_visit",
    "revoke_grant",
    "revoke_joining",
    "step_back",
    "works_finished",
    "works_started",
]

REASON_LENGTH = 1000
STEPS_BACK = ("undiagnose", "unprepare", "unallocate", "reopen")
"""The moves that undo a step of the path."""

WITH_BAILLEUR = ("alc", "bailleur")


def _facts(dossier: Dossier) -> Facts:
    """What the guards ask about the dossier's dwelling. Locks the dwelling, so that two cannot take it."""
    if dossier.dwelling_id is None:
        return Facts()
    db.session.execute(select(Dwelling.id).where(Dwelling.id == dossier.dwelling_id).with_for_update())
    taken = db.session.scalar(
        select(
            exists().where(
                Dossier.dwelling_id == dossier.dwelling_id,
                Dossier.id != dossier.id,
                Dossier.state.in_(OPEN_STATES),
            )
        )
    )
    return Facts(has_dwelling=True, dwelling_taken=bool(taken))


def _move(
    actor: Actor | None,
    dossier: Dossier,
    name: str,
    *,
    facts: Facts | None = None,
    reason: str = "",
    data: Mapping[str, Any] | None = None,
    audience: tuple[str, ...] = ("alc",),
) -> None:
    """Make the declared move and write it in the history. ``data["code"]`` is a reason given as a code."""
    came_from = dossier.state
    move = DOSSIER.check(name, came_from, facts or Facts(), reason or (data or {}).get("code", ""))
    dossier.state = move.target
    dossier.state_since = now()
    record(
        move.event,
        actor=actor,
        subject="dossier",
        subject_id=dossier.id,
        dossier_id=dossier.id,
        from_state=came_from,
        to_state=move.target,
        reason=reason,
        data=data,
        audience=audience,
    )


def diagnose(actor: Actor, command: c.Diagnose) -> Dossier:
    """Record the decision on eligibility: a person's, explained (R38). Référent, coordinator."""
    require_may(actor, p.DOSSIER_EDIT)
    dossier = take_dossier(command.dossier_id, command.version)
    explanation = checked(command.explanation, REASON_LENGTH, field="explanation")
    if not explanation:
        raise Refused(
            "dossier.diagnose.explanation", _("Expliquez la décision en quelques mots."), field="explanation"
        )
    if command.eligible:
        _move(actor, dossier, "diagnose", reason=explanation)
    else:
        if dossier.state is not DossierState.SPOTTED:
            DOSSIER.check("diagnose", dossier.state, Facts())
        dossier.left_reason = LeavingReason.NOT_ELIGIBLE
        dossier.left_on = today()
        _move(actor, dossier, "leave", reason=explanation, data={"code": LeavingReason.NOT_ELIGIBLE})
    commit()
    return dossier


def prepare(actor: Actor, dossier_id: int, version: int) -> Dossier:
    """The personal housing project begins. Référent, coordinator."""
    require_may(actor, p.DOSSIER_EDIT)
    dossier = take_dossier(dossier_id, version)
    _move(actor, dossier, "prepare")
    commit()
    return dossier


def allocate(actor: Actor, command: c.Allocate) -> Dossier:
    """Record the allocation (R28) of a known or a new dwelling. From here on the bailleur sees the tenant.

    A dwelling that is not decent may be recorded: bringing it to decency is the bailleur's (décret
    2002-120), and the split keeps those works with it.
    """
    require_may(actor, p.DOSSIER_ALLOCATE)
    dossier = take_dossier(command.dossier_id, command.version)
    refuse_future(command.allocated_on, field="allocated_on")
    if command.entry_on is not None:
        refuse_before(
            command.entry_on,
            command.allocated_on,
            _("L’entrée dans le logement ne peut pas précéder l’attribution."),
            field="entry_on",
        )
    dwelling = put_dwelling(actor, command)
    close_attestations(dossier.id)
    dossier.dwelling_id = dwelling.id
    dossier.bailleur_id = dwelling.bailleur_id
    _move(
        actor,
        dossier,
        "allocate",
        facts=_facts(dossier),
        data={"address": dwelling.address, "on": command.allocated_on.isoformat()},
        audience=WITH_BAILLEUR,
    )
    dossier.allocated_on = command.allocated_on
    dossier.entry_on = command.entry_on
    dossier.joined_on = dossier.joining_revoked_on = dossier.visited_on = None
    dwelling.available = False
    db.session.flush()
    index_dossier(dossier.id)
    commit()
    return dossier


def record_joining(actor: Actor, command: c.RecordJoining) -> Dossier:
    """The family joins: a dated adhésion (R29). Référent, coordinator."""
    require_may(actor, p.DOSSIER_EDIT)
    dossier = take_dossier(command.dossier_id, command.version)
    refuse_future(command.joined_on, field="joined_on")
    refuse_before(
        command.joined_on,
        dossier.joining_revoked_on,
        _("L’adhésion ne peut pas précéder la date à laquelle la précédente a pris fin."),
        field="joined_on",
    )
    dossier.joined_on = command.joined_on
    dossier.joining_revoked_on = None
    _move(actor, dossier, "join", data={"on": command.joined_on.isoformat()}, audience=WITH_BAILLEUR)
    commit()
    return dossier


def revoke_joining(actor: Actor, dossier_id: int, version: int, reason: str) -> Dossier:
    """The family takes its adhésion back, or it is ended; the reason stays with ALC.

    A contract to be signed is cancelled, a chantier ready or under way stops, and its partner sees it no more.
    """
    require_may(actor, p.DOSSIER_EDIT)
    joining_ended(actor, dossier_id)  # splits first, as in ``leave``
    dossier = take_dossier(dossier_id, version)
    _move(actor, dossier, "revoke_joining", reason=checked(reason, REASON_LENGTH, field="reason"))
    dossier.joined_on = None
    dossier.joining_revoked_on = today()
    stop_chantiers(actor, dossier_id)
    commit()
    return dossier


def record_visit(actor: Actor, command: c.RecordVisit) -> Dossier:
    """The day of the joint visit (R30). Éducateur technique, référent, coordinator."""
    require_may(actor, p.VISIT_WRITE)
    dossier = take_dossier(command.dossier_id, command.version)
    if dossier.state not in (DossierState.JOINED, DossierState.WORKS):
        raise Refused("dossier.visit.state", _("La visite commune a lieu une fois que la famille a adhéré."))
    refuse_future(command.visited_on, field="visited_on")
    refuse_before(
        command.visited_on,
        dossier.allocated_on,
        _("La visite ne peut pas précéder l’attribution du logement."),
        field="visited_on",
    )
    dossier.visited_on = command.visited_on
    record(
        "dossier.visited",
        actor=actor,
        subject="dossier",
        subject_id=dossier.id,
        dossier_id=dossier.id,
        data={"on": command.visited_on.isoformat()},
        audience=WITH_BAILLEUR,
    )
    commit()
    return dossier


def leave(actor: Actor, command: c.Leave) -> Dossier:
    """The household leaves, from anywhere, with a coded reason. Its dwelling is free again.

    A split still negotiated is withdrawn; the bailleur learns that the allocation ended, not why.
    """
    require_may(actor, p.DOSSIER_EDIT)
    # Splits first: the commands of a split lock it before its dossier, and so does this one.
    tenancy_ended(actor, command.dossier_id)
    dossier = take_dossier(command.dossier_id, command.version)
    refuse_future(command.left_on, field="left_on")
    refuse_before(
        command.left_on, dossier.opened_on, _("Le départ ne peut pas précéder l’ouverture."), field="left_on"
    )
    note = checked(command.note, REASON_LENGTH, field="note")
    housed = dossier.dwelling_id is not None
    _move(actor, dossier, "leave", reason=note, data={"code": command.reason})
    dossier.left_on = command.left_on
    dossier.left_reason = command.reason
    if housed:
        _free_dwelling(dossier, True)
        close_attestations(dossier.id)
        _allocation_ended(actor, dossier, command.left_on)
    commit()
    return dossier


def _free_dwelling(dossier: Dossier, available: bool) -> None:
    db.session.execute(update(Dwelling).where(Dwelling.id == dossier.dwelling_id).values(available=available))


def come_back(actor: Actor, dossier_id: int, version: int) -> Dossier:
    """A household that left returns: to its dwelling when that is still free, else to the start."""
    require_may(actor, p.DOSSIER_EDIT)
    dossier = take_dossier(dossier_id, version)
    facts = _facts(dossier)
    home = facts.has_dwelling and not facts.dwelling_taken
    _move(
        actor,
        dossier,
        "come_back_home" if home else "come_back",
        facts=facts,
        audience=WITH_BAILLEUR if home else ("alc",),
    )
    dossier.left_on = dossier.left_reason = None
    dossier.joined_on = dossier.joining_revoked_on = dossier.visited_on = None
    if home:
        _free_dwelling(dossier, False)
    else:
        dossier.dwelling_id = dossier.bailleur_id = dossier.allocated_on = dossier.entry_on = None
    db.session.flush()
    index_dossier(dossier.id)
    commit()
    return dossier


def close(actor: Actor, dossier_id: int, version: int, reason: str) -> Dossier:
    """The follow-up is over, says the reason. The dwelling is the family's home now: it stays off the free ones.

    What is still due then (``closing.still_due``) forbids nothing: the history keeps how much of it there was.
    """
    require_may(actor, p.DOSSIER_EDIT)
    dossier = take_dossier(dossier_id, version)
    why = checked(reason, REASON_LENGTH, field="reason")
    _move(actor, dossier, "close", reason=why, data={"due": len(still_due(dossier))})
    commit()
    return dossier


def step_back(actor: Actor, dossier_id: int, version: int, name: str, reason: str) -> Dossier:
    """Take the last step of the path back, with a reason: ``undiagnose``, ``unprepare``, ``unallocate``, ``reopen``.

    May: as for the step itself. An allocation is taken back while no works stand on it: its dwelling is free again,
    and the bailleur learns that it ended, not why.
    """
    if name not in STEPS_BACK:
        raise Refused("dossier.unknown_move", _("Cette action n’existe pas."))
    permission = DOSSIER.transitions[name].permission
    require_may(actor, permission or p.DOSSIER_EDIT)
    dossier = take_dossier(dossier_id, version)
    facts = Facts(works_noted=_works_noted(dossier)) if name == "unallocate" else Facts()
    _move(actor, dossier, name, facts=facts, reason=checked(reason, REASON_LENGTH, field="reason"))
    if name == "unallocate":
        _give_dwelling_back(actor, dossier)
    commit()
    return dossier


def _works_noted(dossier: Dossier) -> bool:
    standing = select(Split.id).where(
        Split.dossier_id == dossier.id, Split.dwelling_id == dossier.dwelling_id
    )
    return bool(db.session.scalar(select(standing.where(Split.state != SplitState.WITHDRAWN).exists())))


def _give_dwelling_back(actor: Actor, dossier: Dossier) -> None:
    _free_dwelling(dossier, True)
    close_attestations(dossier.id)
    _allocation_ended(actor, dossier, today())
    db.session.flush()  # told to the bailleur of the dwelling, which the dossier now leaves
    dossier.dwelling_id = dossier.bailleur_id = dossier.allocated_on = dossier.entry_on = None
    dossier.joining_revoked_on = None
    db.session.flush()
    index_dossier(dossier.id)


def _allocation_ended(actor: Actor, dossier: Dossier, on: date) -> None:
    record(
        "dossier.allocation_ended",
        actor=actor,
        subject="dossier",
        subject_id=dossier.id,
        dossier_id=dossier.id,
        data={"on": on.isoformat()},
        audience=("bailleur",),
    )


def works_started(actor: Actor, dossier_id: int) -> None:
    """Works begin, or go on once the family has joined again: the dossier follows. Part of the chantier's command."""
    _follow(actor, dossier_id, "start_works")


def works_finished(actor: Actor, dossier_id: int) -> None:
    """The works are handed over: the family settles in. Part of the chantier's command; does not commit."""
    _follow(actor, dossier_id, "settle")


def _follow(actor: Actor, dossier_id: int, name: str) -> None:
    dossier = take_dossier(dossier_id)
    if dossier.state in DOSSIER.transitions[name].sources:
        _move(actor, dossier, name, audience=WITH_BAILLEUR)
