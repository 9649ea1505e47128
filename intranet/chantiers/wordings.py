"""What the states, items and roles of a chantier are called on screen, and what happens next."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from intranet.chantiers.terms import ChantierState, HoursRole, Moment, StartItem, TaskState
from intranet.translation import gettext as _
from intranet.translation import lazy_gettext as _l
from intranet.translation import ngettext
from intranet.web.formatting import day, hours
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
    Holder.BAILLEUR: _l("le bailleur"),
}

SAFETY_WORDS: dict[str, Any] = {
    "asbestos": _l("Amiante possible dans ce logement : ne percez pas, ne poncez pas, ne déposez aucun sol."),
    "lead": _l("Plomb possible dans ce logement : ne grattez et ne poncez aucune peinture."),
    "decency": _l("Ces travaux rendent le logement décent : ils reviennent au bailleur."),
}
"""Why a guard-rail of the home stopped a task, by the rule: never a medical cause (``domain.md`` §6)."""

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


def ticked_by(who: str, at: datetime) -> str:
    """Who ticked an item of the start list, and when."""
    return f"{who}, {day(at)}"


def contract_fact(signed: bool) -> str:
    """What the start list says of the contract."""
    return str(_("constaté d’après le contrat") if signed else _("il manque une signature"))


def insurance_fact(until: date | None, starts_on: date, today: date) -> str:
    """What the start list says of the family's insurance, good ``until`` a day, for works that begin another."""
    if until is None:
        return str(_("aucune attestation n’est jointe au dossier"))
    if until < today:
        return str(_("attestation expirée le %(day)s", day=day(until)))
    if until < starts_on:
        return str(
            _(
                "attestation valable jusqu’au %(day)s, avant le début prévu le %(start)s",
                day=day(until),
                start=day(starts_on),
            )
        )
    return str(_("attestation valable jusqu’au %(day)s", day=day(until)))


def safety_pause() -> Any:
    """Why a chantier stopped of itself."""
    return _("Un constat a changé dans ce logement (amiante, plomb ou décence).")


def overdue_works(works: Sequence[str]) -> str:
    """The bailleur's works that should be done by now, as a sentence to confirm."""
    return str(_("Le bailleur n’a pas encore fait : %(works)s.", works=", ".join(works)))


def too_early(on: date) -> str:
    """The start comes before the day planned."""
    return str(_("Le démarrage est prévu le %(day)s.", day=day(on)))


def before_entry(on: date) -> str:
    """The start comes before the family has its keys."""
    return str(_("La famille entre dans les lieux le %(day)s seulement.", day=day(on)))


def task_word(state: TaskState) -> StateWord:
    return TASK_STATES[state]


def next_sentence(state: ChantierState, reserves: int = 0) -> Any:
    """What happens next, and whose turn it is. ``reserves``: how many are still to be lifted."""
    if state is ChantierState.HANDED_OVER and reserves:
        return ngettext(
            "Les travaux sont réceptionnés ; il reste %(num)d réserve à lever.",
            "Les travaux sont réceptionnés ; il reste %(num)d réserves à lever.",
            reserves,
        )
    return NEXT[state]


def _hours_of(facts: Mapping[str, Any]) -> str:
    on = date.fromisoformat(facts["on"]) if facts["on"] else None
    return str(
        _(
            "a saisi %(hours)s sur « %(task)s » pour le %(day)s",
            hours=hours(facts["minutes"] or 0),
            task=facts["task"],
            day=day(on),
        )
    )


def _hours_back(facts: Mapping[str, Any]) -> str:
    return str(
        _("a retiré %(hours)s de « %(task)s »", hours=hours(facts["minutes"] or 0), task=facts["task"])
    )


def _item(sentence: Any) -> Any:
    def word(facts: Mapping[str, Any]) -> str:
        return str(sentence) % {"item": str(START_ITEMS.get(facts["item"], "")).lower()}

    return word


def _photo(sentence: Any) -> Any:
    def word(facts: Mapping[str, Any]) -> str:
        moment = str(MOMENTS.get(facts["moment"], "")).lower()
        return str(sentence) % {"moment": moment, "spot": facts["spot"] or _("logement")}

    return word


def _image_agreed(facts: Mapping[str, Any]) -> str:
    if not facts["on"]:
        return str(_("a noté que la famille accepte de paraître sur les photos"))
    on = day(date.fromisoformat(facts["on"]))
    return str(
        _("a noté que la famille accepte de paraître sur les photos (accord écrit du %(day)s)", day=on)
    )


def _image_refused(facts: Mapping[str, Any]) -> str:
    """A refusal, and how many pictures went with it."""
    if not facts["photos"]:
        return str(_("a noté que la famille ne veut pas paraître sur les photos"))
    return str(
        ngettext(
            "a noté que la famille ne veut plus paraître sur les photos ; %(num)d photo est effacée",
            "a noté que la famille ne veut plus paraître sur les photos ; %(num)d photos sont effacées",
            facts["photos"],
        )
    )


def _handed_over(facts: Mapping[str, Any]) -> str:
    left = facts["reserves"] or 0
    if not left:
        return str(_("a réceptionné le chantier"))
    return str(
        ngettext(
            "a réceptionné le chantier, avec %(num)d réserve à lever",
            "a réceptionné le chantier, avec %(num)d réserves à lever",
            left,
        )
    )


def _edited(facts: Mapping[str, Any]) -> str:
    """What of the chantier's organisation changed; of the safety note only that it did."""
    changed = (facts["fields"] or "").split(",")
    said = []
    if "animator_id" in changed:
        said.append(_("animateur : %(name)s", name=facts["animator"] or _("à désigner")))
    for name, key, words in (
        ("planned_start", "start", _("début prévu : %(day)s")),
        ("planned_end", "end", _("fin prévue : %(day)s")),
    ):
        if name in changed:
            on = day(date.fromisoformat(facts[key])) if facts[key] else _("sans date")
            said.append(words % {"day": on})
    if "safety_note" in changed:
        said.append(_("consigne de sécurité"))
    return str(_("a modifié le chantier (%(what)s)", what=", ".join(map(str, said))))


TIMELINE: dict[str, Any] = {
    "chantier.opened": _l("a ouvert le chantier (%(tasks)s tâches)"),
    "chantier.item_ticked": _item(_l("a coché avant le démarrage : %(item)s")),
    "chantier.item_unticked": _item(_l("a décoché avant le démarrage : %(item)s")),
    "chantier.cleared": _l("a confirmé que tout est prêt pour démarrer"),
    "chantier.uncleared": _l("a remis le chantier en préparation"),
    "chantier.started": _l("a démarré le chantier"),
    "chantier.paused": _l("a mis le chantier en pause"),
    "chantier.resumed": _l("a repris le chantier"),
    "chantier.finished": _l("a terminé le chantier : il reste à réceptionner"),
    "chantier.reopened": _l("a rouvert le chantier"),
    "chantier.edited": _edited,
    "chantier.handed_over": _handed_over,
    "chantier.hours_entered": _hours_of,
    "chantier.hours_removed": _hours_back,
    "chantier.photo_added": _photo(_l("a ajouté une photo (%(moment)s, %(spot)s)")),
    "chantier.photo_removed": _photo(_l("a supprimé une photo (%(moment)s, %(spot)s)")),
    "chantier.image_agreed": _image_agreed,
    "chantier.image_refused": _image_refused,
    "chantier.note_written": _l("a écrit un compte rendu de séance"),
    "chantier.amended": _l("a mis le chantier en accord avec l’avenant %(number)s"),
    "task.added": _l("« %(task)s » (%(room)s) s’ajoute au chantier, par avenant"),
    "task.cancelled": _l("« %(task)s » (%(room)s) est retirée du chantier, par avenant"),
    "task.ready": _l("« %(task)s » (%(room)s) est prête"),
    "task.started": _l("a commencé « %(task)s » (%(room)s)"),
    "task.done": _l("a terminé « %(task)s » (%(room)s)"),
    "task.resumed": _l("a repris « %(task)s » (%(room)s)"),
    "task.blocked": _l("a signalé un blocage sur « %(task)s » (%(room)s)"),
    "task.stopped": _l("« %(task)s » (%(room)s) est arrêtée : un constat a changé dans le logement"),
    "task.unblocked": _l("a débloqué « %(task)s » (%(room)s)"),
    "task.accepted": _l("a accepté « %(task)s » (%(room)s)"),
    "task.reconsidered": _l("est revenu sur l’acceptation de « %(task)s » (%(room)s)"),
    "task.reserved": _l("a mis une réserve sur « %(task)s » (%(room)s)"),
    "task.reserve_lifted": _l("a levé une réserve sur « %(task)s » (%(room)s)"),
}
"""Sentences of the history, by kind of event."""
