"""Safety follows the dwelling: what a finding stops on its chantiers, and what gives the tasks back.

The guard-rails of the split (``works.guardrails``) are asked again of the line behind each task. A task that breaks
one is blocked, and named so; once the reason is lifted it goes on from where it was. The chantier itself goes on when
somebody has read the diagnostics again and says so.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from flask_babel import force_locale
from sqlalchemy import bindparam, select
from sqlalchemy.orm import joinedload

from intranet.access import Actor
from intranet.chantiers.machine import CHANTIER, RUNNING, UNDONE
from intranet.chantiers.models import Chantier, StartCheck, Task
from intranet.chantiers.recording import AUDIENCE, record_chantier, record_task
from intranet.chantiers.rules import SAFETY_RULES
from intranet.chantiers.terms import ChantierState, StartItem, TaskState
from intranet.chantiers.wordings import SAFETY_WORDS, safety_pause
from intranet.database import now
from intranet.dossiers.models import Dwelling
from intranet.extensions import db
from intranet.works.facts import dwelling_facts, line_facts
from intranet.works.guardrails import check_line
from intranet.works.models import WorksLine
from intranet.works.terms import Holder

STOPPABLE = frozenset(ChantierState) - {ChantierState.FINISHED, ChantierState.HANDED_OVER}
"""States in which something is still to be done on site."""

_LINES = (
    select(Task.id, WorksLine)
    .join(WorksLine, WorksLine.id == Task.line_id)
    .where(
        Task.chantier_id == bindparam("chantier_id"),
        Task.state.in_(UNDONE | {TaskState.BLOCKED}),
        Task.holder != Holder.BAILLEUR,
    )
    .options(joinedload(WorksLine.kind))
    .execution_options(populate_existing=True)
)
_CHANTIERS = (
    select(Chantier)
    .where(Chantier.dwelling_id == bindparam("dwelling_id"), Chantier.state.in_(STOPPABLE))
    .order_by(Chantier.id)
    .with_for_update()
    .execution_options(populate_existing=True)
)


@dataclass(frozen=True, slots=True)
class Stopped:
    """What a finding did to one chantier: the tasks it blocked or gave back, and whether the works stopped."""

    chantier: Chantier
    blocked: tuple[str, ...]
    freed: tuple[str, ...]
    halted: bool

    @property
    def moved(self) -> bool:
        return bool(self.blocked or self.freed or self.halted)


def unsafe_tasks(chantier: Chantier) -> Mapping[int, str]:
    """The tasks still to be done that break a guard-rail of the home as it is known today: id → its rule."""
    home = dwelling_facts(db.session.get_one(Dwelling, chantier.dwelling_id))
    found = {}
    for task_id, line in db.session.execute(_LINES, {"chantier_id": chantier.id}):
        broken = [each.rule for each in check_line(line_facts(line), home) if each.rule in SAFETY_RULES]
        if broken:
            found[task_id] = broken[0]
    return found


def follow_dwelling(actor: Actor, dwelling_id: int, *, alarm: bool) -> list[Stopped]:
    """Have the chantiers of a home follow what is now known of it. Part of the command that wrote it; no commit.

    ``alarm``: asbestos or lead was found, and everyone on site must read it. The tick "diagnostics lus" is taken back
    then, and by any finding before the works start; a chantier under way is paused by an alarm or an unsafe task.
    """
    found = db.session.scalars(_CHANTIERS, {"dwelling_id": dwelling_id}).all()
    return [_follow(actor, chantier, alarm) for chantier in found]


def _follow(actor: Actor, chantier: Chantier, alarm: bool) -> Stopped:
    unsafe = unsafe_tasks(chantier)
    blocked, freed = [], []
    tasks = select(Task).where(Task.chantier_id == chantier.id).order_by(Task.position, Task.id)
    for task in db.session.scalars(tasks.execution_options(populate_existing=True)):
        if task.id in unsafe and task.state in UNDONE:
            _block(actor, task, chantier, unsafe[task.id])
            blocked.append(task.label)
        elif task.id in unsafe and task.blocked_rule:
            task.blocked_rule = unsafe[task.id]
        elif task.blocked_rule:
            _free(actor, task, chantier)
            freed.append(task.label)
    halted = False
    if alarm or blocked or chantier.state not in RUNNING:
        halted = _halt(actor, chantier, alarm or bool(blocked))
    db.session.flush()
    return Stopped(chantier, tuple(blocked), tuple(freed), halted)


def block_unsafe(actor: Actor, chantier: Chantier) -> None:
    """A finding came between the signatures and the opening: what it forbids is blocked at once. Does not commit."""
    unsafe = unsafe_tasks(chantier)
    if not unsafe:
        return
    for task in db.session.scalars(select(Task).where(Task.id.in_(unsafe)).order_by(Task.position)).all():
        _block(actor, task, chantier, unsafe[task.id])


def _block(actor: Actor, task: Task, chantier: Chantier, rule: str) -> None:
    before, task.state = task.state, TaskState.BLOCKED
    task.before_blocked, task.blocked_rule = before, rule
    with force_locale("fr"):
        task.blocked_reason = str(SAFETY_WORDS[rule])
    record_task(actor, task, chantier, "task.stopped", before, task.blocked_reason, AUDIENCE)


def give_back(actor: Actor, chantier: Chantier) -> None:
    """The tasks that an amendment made harmless go on. Part of that command: does not commit."""
    unsafe = unsafe_tasks(chantier)
    stopped = select(Task).where(Task.chantier_id == chantier.id, Task.blocked_rule != "")
    for task in db.session.scalars(stopped).all():
        if task.id not in unsafe:
            _free(actor, task, chantier)


def _free(actor: Actor, task: Task, chantier: Chantier) -> None:
    """The reason is lifted: the task is back where it was. Does not commit."""
    before, task.state = task.state, task.before_blocked or TaskState.TO_DO
    task.before_blocked, task.blocked_reason, task.blocked_rule = None, "", ""
    record_task(actor, task, chantier, "task.unblocked", before)


def _halt(actor: Actor, chantier: Chantier, serious: bool) -> bool:
    """The diagnostics are to be read again; a chantier cleared or under way stops. Whether it did."""
    check = db.session.get(StartCheck, (chantier.id, StartItem.DIAGNOSTICS))
    if check is not None:
        db.session.delete(check)
    move = {ChantierState.CLEARED: "unclear", ChantierState.OPEN: "pause" if serious else ""}
    name = move.get(chantier.state, "")
    if not name:
        return False
    with force_locale("fr"):
        reason = str(safety_pause())
    before, chantier.state = chantier.state, CHANTIER.transitions[name].target
    chantier.state_since = now()
    record_chantier(actor, chantier, CHANTIER.transitions[name].event, before, reason, AUDIENCE)
    return True
