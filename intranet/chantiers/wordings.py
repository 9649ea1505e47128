"""What the states, items and roles of a chantier are called on screen, and what happens next."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l

from intranet.chantiers.terms import ChantierState, HoursRole, Moment, StartItem, TaskState
from intranet.web.states import StateWord
from intranet.works.terms import Holder, Side

CHANTIER_STATES = {
    ChantierState.PREPARED: StateWord(_l("En préparation"), "grey"),
    ChantierState.CLEARED: StateWord(_l("Prêt à démarrer"), "amber"),
    ChantierState.OPEN: StateWord(_l("En cours"), "blue"),
    ChantierState.PAUSED: StateWord(_l("En pause"), "red"),
    ChantierState.FINISHED: StateWord(_l("À réceptionner"), "amber"),
    ChantierState.HANDED_OVER: StateWord(_l("Réceptionné"), "green"),
}

TASK_STATES = {
    TaskState.TO_DO: StateWord(_l("À faire"), "grey"),
    TaskState.READY: StateWord(_l("Prête"), "grey"),
    TaskState.DOING: StateWord(_l("En cours"), "blue"),
    TaskState.DONE: StateWord(_l("Terminée"), "green"),
    TaskState.ACCEPTED: StateWord(_l("Acceptée"), "green"),
    TaskState.RESERVE: StateWord(_l("Avec réserve"), "amber"),
    TaskState.LIFTED: StateWord(_l("Réserve levée"), "green"),
    TaskState.BLOCKED: StateWord(_l("Bloquée"), "red"),
}

START_ITEMS = {
    StartItem.CONTRACT: _l("Contrat de participation signé"),
    StartItem.INSURANCE: _l("Assurance du locataire en cours"),
    StartItem.DIAGNOSTICS: _l("Diagnostics amiante et plomb lus"),
    StartItem.PROTECTION: _l("Équipements de protection remis"),
    StartItem.MATERIALS: _l("Outils et matériaux prêts"),
    StartItem.FAMILY: _l("Famille disponible"),
    StartItem.NEIGHBOURS: _l("Voisins prévenus"),
}

HOURS_ROLES = {
    HoursRole.FAMILY: _l("Famille"),
    HoursRole.HELPER: _l("Entraide"),
    HoursRole.PARTNER: _l("Compagnons"),
    HoursRole.ALC: _l("ALC"),
}

MOMENTS = {Moment.BEFORE: _l("Avant"), Moment.DURING: _l("Pendant"), Moment.AFTER: _l("Après")}

HOLDERS = {
    Holder.TENANT: _l("la famille"),
    Holder.SHARED: _l("la famille et le bailleur"),
    Holder.PARTNER: _l("les compagnons"),
}

SIDES = {
    Side.ALC: _l("ALC"),
    Side.BAILLEUR: _l("le bailleur"),
    Side.HOUSEHOLD: _l("la famille"),
    Side.PARTNER: _l("les compagnons"),
}

CHANTIER_MOVES = {
    "clear": _l("Tout est prêt"),
    "unclear": _l("Revoir la préparation"),
    "start": _l("Démarrer le chantier"),
    "pause": _l("Mettre en pause"),
    "resume": _l("Reprendre le chantier"),
    "finish": _l("Terminer le chantier"),
    "reopen": _l("Rouvrir le chantier"),
    "hand_over": _l("Réceptionner le chantier"),
}

TASK_MOVES = {
    "prepare": _l("Prête"),
    "start": _l("Commencer"),
    "finish": _l("Terminé"),
    "resume": _l("Pas fini"),
    "block": _l("Bloqué"),
    "unblock_to_do": _l("Débloquer"),
    "unblock_ready": _l("Débloquer"),
    "unblock_doing": _l("Débloquer"),
    "accept": _l("Accepter"),
    "reconsider": _l("Revoir"),
    "reserve": _l("Mettre une réserve"),
    "lift": _l("Réserve levée"),
}

NEXT = {
    ChantierState.PREPARED: _l("La liste de démarrage est à compléter par les compagnons et ALC."),
    ChantierState.CLEARED: _l("Tout est prêt : les compagnons démarrent au premier jour de travaux."),
    ChantierState.OPEN: _l("Les travaux avancent ; les compagnons tiennent les tâches à jour."),
    ChantierState.PAUSED: _l("Le chantier attend : les compagnons ou ALC le reprennent."),
    ChantierState.FINISHED: _l("ALC réceptionne les travaux, tâche par tâche."),
    ChantierState.HANDED_OVER: _l("La famille s’installe ; le suivi commence."),
}


def state_word(state: ChantierState, side: Side = Side.ALC) -> StateWord:
    """The word of a state for a side: amber only for those who are to act."""
    word = CHANTIER_STATES[state]
    if word.colour == "amber" and side is not WHOSE_TURN.get(state):
        return StateWord(word.label, "violet")
    return word


WHOSE_TURN = {ChantierState.CLEARED: Side.PARTNER, ChantierState.FINISHED: Side.ALC}


def task_word(state: TaskState) -> StateWord:
    return TASK_STATES[state]


def next_sentence(state: ChantierState) -> Any:
    """What happens next, and whose turn it is."""
    return NEXT[state]
