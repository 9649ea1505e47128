"""A chantier follows the amendment of its contract: its tasks become those of the contract now in force.

A line kept or changed keeps its task with its state and hours, a new line makes a task, a line that is no
longer to be done on site cancels its task when nothing was done on it, and is refused otherwise.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import delete, select

from intranet.access import Actor
from intranet.chantiers.image_right import right_of
from intranet.chantiers.loading import take_chantier
from intranet.chantiers.machine import UNDONE
from intranet.chantiers.models import Chantier, Hours, Reserve, SitePhoto, Task
from intranet.chantiers.photos import erase_people
from intranet.chantiers.recording import AUDIENCE
from intranet.chantiers.rules import SITE_HOLDERS
from intranet.chantiers.safety import give_back
from intranet.chantiers.search import index_chantier
from intranet.chantiers.terms import ChantierState, TaskState
from intranet.errors import Refused
from intranet.extensions import db
from intranet.timeline.service import record
from intranet.translation import gettext as _
from intranet.works.models import Contract
from intranet.works.terms import Holder

Lines = Sequence[Mapping[str, Any]]
"""Lines as ``Contract.lines`` holds them, with ``origin_id``: the line of the contract amended."""

_STARTED = frozenset({ChantierState.OPEN, ChantierState.PAUSED})


def check(former_contract_id: int, partner_id: int | None, lines: Lines) -> None:
    """Raise ``Refused`` when the amended lines take away works already begun, or another partner is named."""
    chantier = db.session.scalar(select(Chantier).where(Chantier.contract_id == former_contract_id))
    if chantier is None:
        return
    if chantier.partner_id != partner_id:
        raise Refused(
            "amendment.partner",
            _("Le chantier est ouvert : son partenaire travaux ne change pas par un avenant."),
            field="partner_id",
        )
    _refuse_begun(_left_behind(chantier, lines))


def apply(actor: Actor, contract: Contract) -> None:
    """Have the chantier follow ``contract``, an amendment just signed. Part of that command; does not commit.

    Raises ``Refused`` when works were begun meanwhile on a line it takes away.
    """
    if contract.amends_id is None:
        return
    chantier_id = db.session.scalar(select(Chantier.id).where(Chantier.contract_id == contract.amends_id))
    if chantier_id is None:
        return
    chantier = take_chantier(chantier_id)
    gone = _left_behind(chantier, contract.lines)
    _refuse_begun(gone)
    _hand_to_bailleur(gone, contract.lines)
    gone = [task for task in gone if task.holder is not Holder.BAILLEUR]
    chantier.contract_id = contract.id
    tasks = {task.line_id: task for task in _tasks(chantier)}
    for task in gone:
        _record(actor, chantier, "task.cancelled", task)
    db.session.execute(delete(Task).where(Task.id.in_([task.id for task in gone])))
    for position, line in enumerate(_in_order(contract.lines), start=1):
        _follow(actor, chantier, line, position, tasks.get(line.get("origin_id")))
    db.session.flush()
    give_back(actor, chantier)
    index_chantier(chantier.id)
    if right_of(chantier).agreed is False:
        erase_people([chantier])
    record(
        "chantier.amended",
        actor=actor,
        subject="chantier",
        subject_id=chantier.id,
        dossier_id=chantier.dossier_id,
        data={"number": contract.number},
        audience=AUDIENCE,
    )


def _follow(
    actor: Actor, chantier: Chantier, line: Mapping[str, Any], position: int, task: Task | None
) -> None:
    """The task of one line: the one it had, with its hours, or a new one."""
    fresh = task is None
    if task is None:
        started = chantier.state in _STARTED
        task = Task(chantier_id=chantier.id, state=TaskState.READY if started else TaskState.TO_DO)
        db.session.add(task)
    task.line_id = line["id"]
    task.position = position
    task.label = line["label"]
    task.room = line["room"]
    task.trade = line["trade"]
    task.holder = Holder(line["holder"])
    task.planned_minutes = line["minutes"]
    if fresh:
        db.session.flush()
        _record(actor, chantier, "task.added", task)


def _in_order(lines: Lines) -> list[Mapping[str, Any]]:
    """The lines done on site, room by room in the order of the visit."""
    rooms: dict[str, int] = {}
    for line in lines:
        rooms.setdefault(line["room"], len(rooms))
    kept = [line for line in lines if Holder(line["holder"]) in SITE_HOLDERS]
    return sorted(kept, key=lambda line: rooms[line["room"]])


def _tasks(chantier: Chantier) -> Sequence[Task]:
    return db.session.scalars(
        select(Task).where(Task.chantier_id == chantier.id).order_by(Task.position, Task.id)
    ).all()


def _left_behind(chantier: Chantier, lines: Lines) -> list[Task]:
    """The tasks whose line the amendment takes away, or gives to the bailleur."""
    kept = {line.get("origin_id") for line in lines if Holder(line["holder"]) in SITE_HOLDERS}
    return [
        task for task in _tasks(chantier) if task.line_id not in kept and task.holder is not Holder.BAILLEUR
    ]


def _refuse_begun(tasks: Sequence[Task]) -> None:
    begun = [task for task in tasks if _begun(task) and not task.blocked_rule]
    if begun:
        named = ", ".join(f"{task.label} ({task.room})" for task in begun)
        raise Refused(
            "amendment.begun",
            _(
                "Des travaux sont déjà commencés ou notés sur le chantier : %(tasks)s. Gardez ces lignes dans "
                "l’avenant, quitte à en réduire les heures.",
                tasks=named,
            ),
        )


def _hand_to_bailleur(tasks: Sequence[Task], lines: Lines) -> None:
    """What a guard-rail stopped under way goes to the bailleur with its hours: it stays blocked, to be handed over."""
    followed = {line.get("origin_id"): line["id"] for line in lines}
    for task in tasks:
        if task.blocked_rule and _begun(task):
            task.holder, task.blocked_rule = Holder.BAILLEUR, ""
            task.line_id = followed.get(task.line_id)


def _begun(task: Task) -> bool:
    """Whether anything was done on the task: its state, hours, a picture or a reserve says so."""
    state = task.before_blocked if task.state is TaskState.BLOCKED else task.state
    if state not in UNDONE or state is TaskState.DOING:
        return True
    marks = (
        select(Hours.id).where(Hours.task_id == task.id),
        select(SitePhoto.id).where(SitePhoto.task_id == task.id),
        select(Reserve.id).where(Reserve.task_id == task.id),
    )
    return any(db.session.scalar(mark.limit(1)) is not None for mark in marks)


def _record(actor: Actor, chantier: Chantier, kind: str, task: Task) -> None:
    record(
        kind,
        actor=actor,
        subject="task",
        subject_id=task.id,
        dossier_id=chantier.dossier_id,
        data={"task": task.label, "room": task.room},
        audience=AUDIENCE,
    )
