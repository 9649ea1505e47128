"""Writing a task's move down, and who reads the reason given for it."""

from __future__ import annotations

from intranet.access import Actor
from intranet.chantiers.models import Chantier, Task
from intranet.chantiers.terms import ChantierState, TaskState
from intranet.timeline.service import record

AUDIENCE = ("alc", "bailleur", "partner")
"""Who follows the progress."""

ON_SITE = ("alc", "partner")
"""Who reads hours, notes and reasons."""


def record_task(
    actor: Actor,
    task: Task,
    chantier: Chantier,
    event: str,
    before: TaskState,
    reason: str = "",
    audience: tuple[str, ...] | None = None,
) -> None:
    """Write a task's move down. ``audience``: who reads it, when the reason is no free text."""
    record(
        event,
        actor=actor,
        subject="task",
        subject_id=task.id,
        dossier_id=chantier.dossier_id,
        from_state=before,
        to_state=task.state,
        reason=reason,
        data={"task": task.label, "room": task.room},
        audience=audience or audience_of(reason),
    )


def record_chantier(
    actor: Actor,
    chantier: Chantier,
    event: str,
    before: ChantierState,
    reason: str = "",
    audience: tuple[str, ...] | None = None,
    reserves: int = 0,
) -> None:
    """Write a chantier's move down. ``audience``: who reads it, when the reason is no free text.

    ``reserves``: how many are handed over with it.
    """
    record(
        event,
        actor=actor,
        subject="chantier",
        subject_id=chantier.id,
        dossier_id=chantier.dossier_id,
        from_state=before,
        to_state=chantier.state,
        reason=reason,
        data={"reserves": reserves} if reserves else None,
        audience=audience or audience_of(reason),
    )


def audience_of(reason: str) -> tuple[str, ...]:
    """A reason is a free text about a family: it stays between ALC and the works partner."""
    return ON_SITE if reason else AUDIENCE
