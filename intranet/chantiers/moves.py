"""The chantier and its tasks go from state to state; the right to start is ticked."""

from __future__ import annotations

from sqlalchemy import func, select

from intranet import permissions as p
from intranet.access import Actor, require_may
from intranet.chantiers.insurance import start_day
from intranet.chantiers.loading import chantier_facts, stale, take_chantier, take_task, task_facts
from intranet.chantiers.machine import BEFORE_START, CHANTIER, TASK
from intranet.chantiers.models import Chantier, Reserve, StartCheck, Task
from intranet.chantiers.recording import ON_SITE, record_chantier, record_task
from intranet.chantiers.terms import ChantierState, StartItem, TaskState
from intranet.clock import today
from intranet.database import now
from intranet.dossiers import service as dossiers
from intranet.errors import Refused
from intranet.extensions import db
from intranet.health_words import checked_note
from intranet.timeline.service import commit, record
from intranet.translation import gettext as _

HANDLED_APART = frozenset({"accept", "reserve", "lift"})
"""Moves of a task that need more than a reason: ``handover`` makes them."""

SHORT = 255


def tick_start(actor: Actor, chantier_id: int, item: StartItem, note: str = "") -> None:
    """Tick one item of the right to start. Ticked already: nothing happens. What is recorded ticks itself."""
    chantier = _take_list(actor, chantier_id, item)
    note = checked_note(note, SHORT, field="note", multiline=False)
    if db.session.get(StartCheck, (chantier.id, item)) is not None:
        return
    db.session.add(StartCheck(chantier_id=chantier.id, item=item, checked_by=actor.user_id, note=note))
    _record_check(actor, chantier, "chantier.item_ticked", item, note)


def untick_start(actor: Actor, chantier_id: int, item: StartItem) -> None:
    """Take a tick back; a chantier already cleared is in preparation again."""
    chantier = _take_list(actor, chantier_id, item)
    check = db.session.get(StartCheck, (chantier.id, item))
    if check is None:
        return
    db.session.delete(check)
    if chantier.state is ChantierState.CLEARED:
        _move(actor, chantier, "unclear", "")
    _record_check(actor, chantier, "chantier.item_unticked", item, "")


def _take_list(actor: Actor, chantier_id: int, item: StartItem) -> Chantier:
    """The chantier whose list is open: before the start, or paused with its diagnostics to be read again."""
    require_may(actor, p.CHANTIER_PREPARE)
    chantier = take_chantier(chantier_id)
    if item is StartItem.CONTRACT:
        raise Refused(
            "chantier.contract_item",
            _("La signature du contrat se constate d’elle-même : elle ne se coche pas."),
        )
    if item is StartItem.INSURANCE:
        raise Refused(
            "chantier.insurance_item",
            _("L’assurance se constate d’après l’attestation jointe au dossier : elle ne se coche pas."),
        )
    if chantier.state is ChantierState.PAUSED and item is StartItem.DIAGNOSTICS:
        return chantier
    if chantier.state not in BEFORE_START:
        raise Refused("chantier.started", _("Le chantier a démarré : la liste ne change plus."))
    return chantier


def _record_check(actor: Actor, chantier: Chantier, kind: str, item: StartItem, note: str) -> None:
    record(
        kind,
        actor=actor,
        subject="chantier",
        subject_id=chantier.id,
        dossier_id=chantier.dossier_id,
        reason=note,
        data={"item": item},
        audience=ON_SITE,
    )
    commit()


def move_chantier(
    actor: Actor, chantier_id: int, transition: str, version: int, reason: str = ""
) -> Chantier:
    """Move the chantier. Already there because the button was pressed twice: nothing happens.

    Raises ``Refused`` naming what is missing, ``Stale`` when somebody moved it meanwhile.
    """
    move = CHANTIER.transitions.get(transition)
    if move is None or move.permission is None:
        raise _unknown()
    require_may(actor, move.permission)
    chantier = take_chantier(chantier_id)
    if chantier.version != version:
        if chantier.state is move.target:
            return chantier
        raise stale(actor, chantier.dossier_id)
    _move(actor, chantier, transition, checked_note(reason, SHORT, field="reason", multiline=False))
    commit()
    return chantier


def _move(actor: Actor, chantier: Chantier, name: str, reason: str) -> None:
    starts_on = today() if name == "start" else start_day(chantier.planned_start)
    facts = chantier_facts(chantier, starts_on, name, bool(reason))
    move = CHANTIER.check(name, chantier.state, facts, reason)
    before, chantier.state, chantier.state_since = chantier.state, move.target, now()
    match name:
        case "start":
            chantier.started_on = chantier.started_on or today()
            _prepare_tasks(chantier)
        case "finish":
            chantier.finished_on = today()
        case "reopen":
            chantier.finished_on = None
        case "hand_over":
            chantier.handed_over_on = today()
    left = _open_reserves(chantier) if name == "hand_over" else 0
    record_chantier(actor, chantier, move.event, before, reason, reserves=left)
    if name in ("start", "resume"):
        dossiers.works_started(actor, chantier.dossier_id)
    elif name == "hand_over":
        dossiers.works_finished(actor, chantier.dossier_id)


def _open_reserves(chantier: Chantier) -> int:
    """How many reserves are still to be lifted."""
    left = (
        select(func.count())
        .select_from(Reserve)
        .join(Task, Task.id == Reserve.task_id)
        .where(Task.chantier_id == chantier.id, Reserve.lifted_on.is_(None))
    )
    return db.session.scalar(left) or 0


def _prepare_tasks(chantier: Chantier) -> None:
    """Tools and materials are there: what was to do is ready."""
    for task in db.session.scalars(
        select(Task).where(Task.chantier_id == chantier.id, Task.state == TaskState.TO_DO)
    ):
        task.state = TASK.check("prepare", task.state, task_facts(task, chantier)).target


def move_task(actor: Actor, task_id: int, transition: str, version: int, reason: str = "") -> Task:
    """Move a task: start, finish, block with a reason, unblock… A second tap on the same button does nothing."""
    move = TASK.transitions.get(transition)
    if move is None or move.permission is None or transition in HANDLED_APART:
        raise _unknown()
    require_may(actor, move.permission)
    task, chantier = take_task(task_id)
    if task.version != version:
        if task.state is move.target:
            return task
        raise stale(actor, chantier.dossier_id)
    reason = checked_note(reason, SHORT, field="reason", multiline=False)
    TASK.check(transition, task.state, task_facts(task, chantier), reason)
    before, task.state = task.state, move.target
    if move.target is TaskState.BLOCKED:
        task.before_blocked, task.blocked_reason = before, reason
    elif before is TaskState.BLOCKED:
        task.before_blocked, task.blocked_reason, task.blocked_rule = None, "", ""
    task.done_on = (task.done_on or today()) if move.target is TaskState.DONE else None
    record_task(actor, task, chantier, move.event, before, reason)
    commit()
    return task


def _unknown() -> Refused:
    return Refused("chantier.unknown_move", _("Cette action n’existe pas."))
