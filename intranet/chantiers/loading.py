"""Taking a chantier or one of its tasks in hand to change it: locked, and of the version the page showed."""

from __future__ import annotations

from datetime import date

from sqlalchemy import func, select

from intranet.access import Actor
from intranet.chantiers.doubts import doubts, missing_team
from intranet.chantiers.insurance import insured_on
from intranet.chantiers.machine import DONE, HANDED_OVER, ChantierFacts, TaskFacts
from intranet.chantiers.models import Chantier, Reserve, StartCheck, Task
from intranet.chantiers.rules import missing_items
from intranet.chantiers.safety import unsafe_tasks
from intranet.chantiers.terms import TaskState
from intranet.dossiers.models import Dossier
from intranet.errors import Refused, Stale
from intranet.extensions import db
from intranet.timeline.queries import entries
from intranet.timeline.service import SIDES
from intranet.translation import gettext as _
from intranet.works.machine import JOINED_STATES
from intranet.works.models import Contract
from intranet.works.terms import ContractState


def gone() -> Refused:
    """What the command was about is no longer there."""
    return Refused("chantier.gone", _("Cet enregistrement n’existe plus."))


def stale(actor: Actor, dossier_id: int) -> Stale:
    """The refusal, with the last things that happened, as far as the person's side may know them."""
    side = SIDES.get(actor.scope.kind, "")
    changes = tuple(f"{entry.who} {entry.sentence}".strip() for entry in entries(dossier_id, side, 3))
    return Stale(
        _("Quelqu’un a mis ce chantier à jour depuis que vous avez ouvert la page. Rien n’a été enregistré."),
        changes,
    )


def take_chantier(chantier_id: int) -> Chantier:
    """The chantier, locked until the commit: every command on it takes its turn."""
    chantier = db.session.get(Chantier, chantier_id, with_for_update=True, populate_existing=True)
    if chantier is None:
        raise gone()
    return chantier


def take_task(task_id: int) -> tuple[Task, Chantier]:
    """The task and its chantier, the chantier locked first."""
    chantier_id = db.session.scalar(select(Task.chantier_id).where(Task.id == task_id))
    if chantier_id is None:
        raise gone()
    chantier = take_chantier(chantier_id)
    task = db.session.get(Task, task_id, populate_existing=True)
    if task is None:
        raise gone()
    return task, chantier


def task_of(chantier: Chantier, task_id: int) -> Task:
    """The task, if it is one of the chantier's."""
    task = db.session.get(Task, task_id)
    if task is None or task.chantier_id != chantier.id:
        raise gone()
    return task


def chantier_facts(
    chantier: Chantier, starts_on: date, move: str = "", confirmed: bool = False
) -> ChantierFacts:
    """What the guards of the chantier look at; the family's insurance is asked for the day ``starts_on``.

    ``move`` names what is about to be done: what is to be confirmed depends on it.
    """
    tasks = db.session.execute(
        select(Task.id, Task.label, Task.state)
        .where(Task.chantier_id == chantier.id)
        .order_by(Task.position, Task.id)
    ).all()
    ticked = db.session.scalars(select(StartCheck.item).where(StartCheck.chantier_id == chantier.id))
    contract = db.session.scalar(select(Contract.state).where(Contract.id == chantier.contract_id))
    attested = db.session.scalar(insured_on(), {"chantier_id": chantier.id, "day": starts_on})
    dossier = db.session.get_one(Dossier, chantier.dossier_id)
    unsafe = unsafe_tasks(chantier)
    over = DONE | {TaskState.BLOCKED}
    return ChantierFacts(
        missing=missing_items(
            ticked, contract_signed=contract is ContractState.SIGNED, insured=attested is not None
        ),
        undone=tuple(task.label for task in tasks if task.state not in over),
        not_handed_over=tuple(task.label for task in tasks if task.state not in HANDED_OVER),
        unsafe=tuple(task.label for task in tasks if task.id in unsafe),
        joined=dossier.state in JOINED_STATES,
        team=missing_team(dossier),
        doubts=tuple(doubts(move, chantier, dossier.entry_on)),
        confirmed=confirmed,
    )


def task_facts(task: Task, chantier: Chantier) -> TaskFacts:
    """What the guards of the task look at."""
    left = db.session.scalar(
        select(func.count()).where(Reserve.task_id == task.id, Reserve.lifted_on.is_(None))
    )
    return TaskFacts(chantier.state, task.before_blocked, left or 0, task.id in unsafe_tasks(chantier))
