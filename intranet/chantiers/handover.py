"""Handing the works over, line by line: accepted, or with a reserve that somebody lifts by a date."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm.attributes import flag_modified

from intranet import permissions as p
from intranet.access import Actor, require_may
from intranet.chantiers.commands import AcceptAll, HandOverTask
from intranet.chantiers.loading import gone, stale, take_chantier, take_task, task_facts
from intranet.chantiers.machine import TASK
from intranet.chantiers.models import Reserve, Task
from intranet.chantiers.moves import SHORT
from intranet.chantiers.recording import record_task
from intranet.chantiers.terms import TaskState
from intranet.clock import today
from intranet.errors import Refused
from intranet.extensions import db
from intranet.health_words import checked_note
from intranet.timeline.service import commit
from intranet.translation import gettext as _
from intranet.works.terms import Side


def hand_over_task(actor: Actor, command: HandOverTask) -> Task:
    """Accept a task, or put a reserve on it. ALC's coordinator and éducateur technique.

    A second press of the same button does nothing; ``Stale`` when somebody else decided meanwhile.
    """
    require_may(actor, p.HANDOVER_DECIDE)
    task, chantier = take_task(command.task_id)
    name = "accept" if command.accepted else "reserve"
    if task.version != command.version:
        if _decided(task, command):
            return task
        raise stale(actor, chantier.dossier_id)
    text = checked_note(command.text, SHORT, field="text", multiline=False)
    move = TASK.check(name, task.state, task_facts(task, chantier))
    before, task.state = task.state, move.target
    if not command.accepted:
        db.session.add(_reserve(task, command, text))
        task.before_blocked, task.blocked_reason, task.blocked_rule = None, "", ""
        if before is TaskState.RESERVE:
            flag_modified(task, "state")  # it stays, yet the task is no longer what the form showed
    record_task(actor, task, chantier, move.event, before, text)
    commit()
    return task


def accept_all(actor: Actor, command: AcceptAll) -> int:
    """Accept every task the page showed as done, in one gesture; how many. The same people as for one.

    ``Stale`` when one of them is no longer as it was shown: nothing is accepted then. Accepted already: left so.
    """
    require_may(actor, p.HANDOVER_DECIDE)
    chantier = take_chantier(command.chantier_id)
    tasks = db.session.scalars(
        select(Task)
        .where(Task.chantier_id == chantier.id, Task.id.in_(command.versions))
        .order_by(Task.position, Task.id)
        .execution_options(populate_existing=True)
    ).all()
    accepted = 0
    for task in tasks:
        if task.state is TaskState.ACCEPTED:
            continue
        if task.version != command.versions[task.id]:
            raise stale(actor, chantier.dossier_id)
        move = TASK.check("accept", task.state, task_facts(task, chantier))
        before, task.state = task.state, move.target
        record_task(actor, task, chantier, move.event, before)
        accepted += 1
    commit()
    return accepted


def _decided(task: Task, command: HandOverTask) -> bool:
    if command.accepted:
        return task.state is TaskState.ACCEPTED
    return task.state is TaskState.RESERVE and bool(
        db.session.scalar(
            select(Reserve.id).where(Reserve.task_id == task.id, Reserve.text == command.text.strip())
        )
    )


def _reserve(task: Task, command: HandOverTask, text: str) -> Reserve:
    if not text:
        raise Refused("reserve.text", _("Dites ce qui reste à reprendre."), field="text")
    if command.lifted_by is None:
        raise Refused("reserve.who", _("Dites qui lève la réserve."), field="lifted_by")
    if command.due_on is None:
        raise Refused("reserve.when", _("Donnez une date limite."), field="due_on")
    if command.due_on < today():
        raise Refused("reserve.past", _("Cette date est déjà passée."), field="due_on")
    return Reserve(task_id=task.id, text=text, lifted_by=Side(command.lifted_by), due_on=command.due_on)


def lift_reserve(actor: Actor, reserve_id: int, version: int) -> Reserve:
    """The reserve is put right, seen by ALC. With the last one, the task is lifted."""
    require_may(actor, p.HANDOVER_DECIDE)
    task_id = db.session.scalar(select(Reserve.task_id).where(Reserve.id == reserve_id))
    if task_id is None:
        raise gone()
    task, chantier = take_task(task_id)
    reserve = db.session.get_one(Reserve, reserve_id, populate_existing=True)
    if reserve.lifted_on is not None:
        return reserve
    if reserve.version != version:
        raise stale(actor, chantier.dossier_id)
    reserve.lifted_on = today()
    db.session.flush()
    facts = task_facts(task, chantier)
    before = task.state
    if facts.open_reserves == 0:
        task.state = TASK.check("lift", task.state, facts).target
    record_task(actor, task, chantier, "task.reserve_lifted", before, reserve.text)
    commit()
    return reserve
