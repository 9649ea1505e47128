"""Chantier and task, declared (``domain.md`` §3, §5).

Handing over a task is ALC's to decide; doing it is for those on site. A blocked task goes back to where it
was, hence one way out for each state it may have been blocked in.
"""

from __future__ import annotations

from dataclasses import dataclass

from intranet import permissions as p
from intranet.chantiers.terms import ChantierState as C
from intranet.chantiers.terms import StartItem
from intranet.chantiers.terms import TaskState as T
from intranet.chantiers.wordings import START_ITEMS
from intranet.errors import Refused
from intranet.transitions import Machine, Transition
from intranet.translation import gettext as _

UNDONE = frozenset({T.TO_DO, T.READY, T.DOING})
"""A task still to be finished."""

DONE = frozenset({T.DONE, T.ACCEPTED, T.RESERVE, T.LIFTED})
"""A task whose works are done, accepted or not: what progress counts."""

HANDED_OVER = frozenset({T.ACCEPTED, T.LIFTED, T.RESERVE})
"""A task ALC has decided on: accepted, or with a reserve that somebody lifts by a day, handed over or not."""

RUNNING = frozenset({C.OPEN, C.PAUSED})
BEFORE_START = frozenset({C.PREPARED, C.CLEARED})


@dataclass(frozen=True, slots=True)
class ChantierFacts:
    """What the guards of a chantier look at: missing items, labels of tasks, and what is to be confirmed.

    ``team``: the people of the dossier still to be named (R13). ``doubts``: sentences that do not forbid the move, but
    that somebody must have read: a reason, which is recorded, says so (``confirmed``).
    """

    missing: tuple[StartItem, ...] = ()
    undone: tuple[str, ...] = ()
    not_handed_over: tuple[str, ...] = ()
    unsafe: tuple[str, ...] = ()  # tasks still to be done that break a guard-rail of the home
    joined: bool = True
    team: tuple[str, ...] = ()
    doubts: tuple[str, ...] = ()
    confirmed: bool = False


@dataclass(frozen=True, slots=True)
class TaskFacts:
    """What the guards of a task look at."""

    chantier: C
    before_blocked: T | None = None
    open_reserves: int = 0
    unsafe: bool = False  # it breaks a guard-rail of the home as it is known today


def _listed(labels: tuple[str, ...], most: int = 5) -> str:
    shown = ", ".join(labels[:most])
    return f"{shown}…" if len(labels) > most else shown


def _may_start(facts: ChantierFacts) -> Refused | None:
    if not facts.missing:
        return None
    names = ", ".join(str(START_ITEMS[item]).lower() for item in facts.missing)
    return Refused("chantier.start_list", _("Il manque avant de démarrer : %(names)s.", names=names))


def _diagnostics_read(facts: ChantierFacts) -> Refused | None:
    if StartItem.DIAGNOSTICS not in facts.missing:
        return None
    return Refused(
        "chantier.diagnostics",
        _("Un constat a changé dans ce logement : lisez les diagnostics et cochez-les avant de reprendre."),
    )


def _safe(facts: ChantierFacts) -> Refused | None:
    if not facts.unsafe:
        return None
    return Refused(
        "chantier.unsafe",
        _(
            "Ce qui est connu du logement interdit maintenant : %(tasks)s. Il faut un avenant qui confie ces travaux "
            "au bailleur, ou un constat favorable.",
            tasks=_listed(facts.unsafe),
        ),
    )


def _family_joined(facts: ChantierFacts) -> Refused | None:
    if facts.joined:
        return None
    return Refused(
        "chantier.not_joined",
        _("L’adhésion de la famille n’est pas en cours : le chantier attend qu’elle soit enregistrée."),
    )


def _team_named(facts: ChantierFacts) -> Refused | None:
    """Each chantier has a social and a technical référent (R13)."""
    if not facts.team:
        return None
    return Refused(
        "chantier.team",
        _(
            "Il manque à l’équipe avant de démarrer : %(people)s. ALC les nomme sur le dossier.",
            people=", ".join(facts.team),
        ),
    )


def _confirmed(facts: ChantierFacts) -> Refused | None:
    if not facts.doubts or facts.confirmed:
        return None
    return Refused(
        "chantier.confirm",
        _("%(doubts)s Dites pourquoi vous continuez : ce sera noté.", doubts=" ".join(facts.doubts)),
        field="reason",
    )


def _all_done(facts: ChantierFacts) -> Refused | None:
    if not facts.undone:
        return None
    return Refused(
        "chantier.undone",
        _(
            "Ces tâches ne sont pas terminées : %(tasks)s. Terminez-les, ou indiquez pourquoi elles sont bloquées.",
            tasks=_listed(facts.undone),
        ),
    )


def _all_handed_over(facts: ChantierFacts) -> Refused | None:
    if not facts.not_handed_over:
        return None
    return Refused(
        "chantier.not_handed_over",
        _(
            "Ces tâches ne sont ni acceptées, ni sous réserve : %(tasks)s.",
            tasks=_listed(facts.not_handed_over),
        ),
    )


def _is_open(facts: TaskFacts) -> Refused | None:
    if facts.chantier is C.OPEN:
        return None
    if facts.chantier is C.PAUSED:
        return Refused("task.chantier_paused", _("Le chantier est en pause : reprenez-le d’abord."))
    if facts.chantier in BEFORE_START:
        return Refused("task.chantier_not_started", _("Le chantier n’a pas démarré."))
    return Refused("task.chantier_over", _("Le chantier est terminé."))


def _is_safe(facts: TaskFacts) -> Refused | None:
    if not facts.unsafe:
        return None
    return Refused(
        "task.unsafe",
        _(
            "Ce qui est connu du logement (amiante, plomb, décence) interdit cette tâche. Il faut un avenant qui la "
            "confie au bailleur, ou un constat favorable."
        ),
    )


def _is_not_over(facts: TaskFacts) -> Refused | None:
    if facts.chantier in RUNNING | BEFORE_START:
        return None
    return Refused("task.chantier_over", _("Le chantier est terminé."))


def _is_being_handed_over(facts: TaskFacts) -> Refused | None:
    if facts.chantier in (C.OPEN, C.FINISHED):
        return None
    if facts.chantier is C.HANDED_OVER:
        return Refused("task.handed_over", _("Le chantier est déjà réceptionné."))
    return Refused("task.chantier_not_open", _("La réception se fait sur un chantier ouvert ou terminé."))


def _may_be_lifted(facts: TaskFacts) -> Refused | None:
    """What was handed over with a reserve is put right afterwards."""
    return None if facts.chantier is C.HANDED_OVER else _is_being_handed_over(facts)


def _no_reserve_left(facts: TaskFacts) -> Refused | None:
    if facts.open_reserves == 0:
        return None
    return Refused("task.reserve_left", _("Une réserve n’est pas encore levée."))


PREPARED = (_family_joined, _team_named, _may_start, _safe)
"""What must hold before anyone lifts a tool."""

CHANTIER = Machine(
    "chantier",
    C,
    Transition("clear", frozenset({C.PREPARED}), C.CLEARED, p.CHANTIER_PREPARE, "chantier.cleared", PREPARED),
    Transition(
        "start",
        frozenset({C.CLEARED}),
        C.OPEN,
        p.CHANTIER_RUN,
        "chantier.started",
        (*PREPARED, _confirmed),
    ),
    Transition("unclear", frozenset({C.CLEARED}), C.PREPARED, p.CHANTIER_PREPARE, "chantier.uncleared"),
    Transition("pause", frozenset({C.OPEN}), C.PAUSED, p.CHANTIER_RUN, "chantier.paused", needs_reason=True),
    Transition(
        "resume",
        frozenset({C.PAUSED}),
        C.OPEN,
        p.CHANTIER_RUN,
        "chantier.resumed",
        (_family_joined, _safe, _diagnostics_read),
    ),
    Transition("finish", frozenset({C.OPEN}), C.FINISHED, p.CHANTIER_RUN, "chantier.finished", (_all_done,)),
    Transition(
        "reopen",
        frozenset({C.FINISHED}),
        C.OPEN,
        p.CHANTIER_RUN,
        "chantier.reopened",
        (_family_joined, _safe),
        needs_reason=True,
    ),
    Transition(
        "hand_over",
        frozenset({C.FINISHED}),
        C.HANDED_OVER,
        p.HANDOVER_DECIDE,
        "chantier.handed_over",
        (_all_handed_over, _confirmed),
    ),
)


def _was(state: T) -> Transition[T]:
    def came_from(facts: TaskFacts) -> Refused | None:
        if facts.before_blocked is state:
            return None
        return Refused(
            "task.before_blocked", _("Cette tâche n’était pas dans cet état avant d’être bloquée.")
        )

    return Transition(
        f"unblock_{state.value}",
        frozenset({T.BLOCKED}),
        state,
        p.CHANTIER_RUN,
        "task.unblocked",
        (_is_not_over, came_from, _is_safe),
    )


TASK = Machine(
    "task",
    T,
    Transition("prepare", frozenset({T.TO_DO}), T.READY, p.CHANTIER_RUN, "task.ready", (_is_open, _is_safe)),
    Transition(
        "start", frozenset({T.TO_DO, T.READY}), T.DOING, p.CHANTIER_RUN, "task.started", (_is_open, _is_safe)
    ),
    Transition("finish", frozenset({T.DOING}), T.DONE, p.CHANTIER_RUN, "task.done", (_is_open,)),
    Transition("resume", frozenset({T.DONE}), T.DOING, p.CHANTIER_RUN, "task.resumed", (_is_open, _is_safe)),
    Transition(
        "block", UNDONE, T.BLOCKED, p.CHANTIER_RUN, "task.blocked", (_is_not_over,), needs_reason=True
    ),
    *(_was(state) for state in (T.TO_DO, T.READY, T.DOING)),
    Transition(
        "accept",
        frozenset({T.DONE}),
        T.ACCEPTED,
        p.HANDOVER_DECIDE,
        "task.accepted",
        (_is_being_handed_over,),
    ),
    Transition(
        "reconsider",
        frozenset({T.ACCEPTED}),
        T.DONE,
        p.HANDOVER_DECIDE,
        "task.reconsidered",
        (_is_being_handed_over,),
        needs_reason=True,
    ),
    Transition(
        "reserve",
        frozenset({T.DONE, T.BLOCKED, T.RESERVE}),
        T.RESERVE,
        p.HANDOVER_DECIDE,
        "task.reserved",
        (_is_being_handed_over,),
    ),
    Transition(
        "lift",
        frozenset({T.RESERVE}),
        T.LIFTED,
        p.HANDOVER_DECIDE,
        "task.lifted",
        (_may_be_lifted, _no_reserve_left),
    ),
)
