"""What the states, codes and events of a dossier are called on screen, for ALC's staff and for a bailleur."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from intranet.dossiers.terms import DossierState as S
from intranet.dossiers.terms import LeavingReason, Survey
from intranet.translation import gettext as _
from intranet.translation import lazy_gettext as _l
from intranet.web.formatting import day
from intranet.web.states import StateWord

STATES: dict[S, StateWord] = {
    S.SPOTTED: StateWord(_l("Repéré"), "grey"),
    S.DIAGNOSED: StateWord(_l("Diagnostic validé"), "blue"),
    S.PREPARING: StateWord(_l("En préparation"), "blue"),
    S.ALLOCATED: StateWord(_l("Logement attribué"), "amber"),
    S.JOINED: StateWord(_l("Adhésion enregistrée"), "blue"),
    S.WORKS: StateWord(_l("En travaux"), "blue"),
    S.SETTLED: StateWord(_l("Installé"), "green"),
    S.CLOSED: StateWord(_l("Clos"), "green"),
    S.LEFT: StateWord(_l("Parti"), "grey"),
}

_FOR_BAILLEUR: dict[S, StateWord] = {
    S.ALLOCATED: StateWord(_l("Logement attribué"), "blue"),
    S.JOINED: StateWord(_l("Travaux en discussion"), "blue"),
    S.CLOSED: StateWord(_l("Installé"), "green"),
    S.LEFT: StateWord(_l("Attribution terminée"), "grey"),
}

LEAVING: dict[LeavingReason, Any] = {
    LeavingReason.REHOUSED_ELSEWHERE: _l("Relogé ailleurs"),
    LeavingReason.MOVED_AWAY: _l("A quitté la région"),
    LeavingReason.WITHDREW: _l("S’est retiré"),
    LeavingReason.NOT_ELIGIBLE: _l("Ne remplit pas les conditions"),
    LeavingReason.OFFER_REFUSED: _l("A refusé le logement proposé"),
    LeavingReason.LOST_CONTACT: _l("Plus de nouvelles"),
    LeavingReason.OTHER: _l("Autre raison"),
}

SURVEYS: dict[Survey, Any] = {
    Survey.MISSING: _l("Rapport absent"),
    Survey.CLEAR: _l("Rien trouvé"),
    Survey.FOUND: _l("Présence trouvée"),
}

DECENT: dict[bool | None, Any] = {True: _l("Oui"), False: _l("Non"), None: _l("Pas encore vérifié")}

PEOPLE: dict[str, Any] = {
    "referent_id": _l("référent"),
    "technical_id": _l("éducateur technique"),
    "tisf_id": _l("TISF"),
}

_NEXT: dict[S, Any] = {
    S.SPOTTED: _l("À l’équipe de décider du diagnostic"),
    S.DIAGNOSED: _l("À l’équipe de lancer le projet logement de la famille"),
    S.PREPARING: _l("En attente d’un logement : à l’équipe d’enregistrer l’attribution"),
    S.ALLOCATED: _l("À l’équipe d’enregistrer l’adhésion de la famille"),
    S.JOINED: _l("À l’équipe de relever les travaux lors de la visite commune"),
    S.WORKS: _l("Le chantier est en cours"),
    S.SETTLED: _l("La famille s’installe : suivi à 1, 3, 6 et 12 mois"),
    S.CLOSED: _l("Le suivi est terminé"),
    S.LEFT: _l("La famille a quitté le parcours ; elle peut y revenir"),
}


def state_word(state: S, side: str = "alc") -> StateWord:
    """The word and colour of a state, as that side reads it. A bailleur learns nothing from before."""
    if side == "bailleur":
        return _FOR_BAILLEUR.get(state, STATES[state])
    return STATES[state]


def next_sentence(state: S, *, visited: bool = False) -> str:
    """What happens next and whose turn it is, without the date since when."""
    if state is S.JOINED and visited:
        return str(_("À l’équipe de préparer la répartition des travaux"))
    return str(_NEXT[state])


Facts = Mapping[str, Any]


def _on(facts: Facts) -> str:
    """The day in ``facts``, as written on screen."""
    on = facts.get("on")
    return day(date.fromisoformat(on)) if on else ""


def _left(facts: Facts) -> str:
    code = facts.get("code", "")
    reason = LEAVING[LeavingReason(code)] if code in set(LeavingReason) else ""
    return str(_("a enregistré le départ du ménage (%(reason)s)", reason=str(reason).lower()))


def _named(facts: Facts) -> str:
    people = facts.get("people") or {}
    said = (f"{PEOPLE[place]} : {name or _('personne')}" for place, name in people.items() if place in PEOPLE)
    return str(_("a changé les personnes du dossier (%(people)s)", people=", ".join(said)))


def _dated(sentence: Any) -> Any:
    return lambda facts: str(sentence) % {"on": _on(facts)}


def finding_words(changes: Mapping[str, Any]) -> list[str]:
    """What became known of a home, one sentence a fact: ``asbestos``, ``lead``, ``permit_year``, ``decent``."""
    said = []
    for name, value in changes.items():
        match name:
            case "asbestos":
                said.append(_("Amiante : %(found)s", found=str(SURVEYS[Survey(value)]).lower()))
            case "lead":
                said.append(_("Plomb : %(found)s", found=str(SURVEYS[Survey(value)]).lower()))
            case "permit_year":
                said.append(_("Année du permis de construire : %(year)s", year=value or _("inconnue")))
            case "decent":
                said.append(_("Logement décent : %(decent)s", decent=str(DECENT[value]).lower()))
    return [str(each) for each in said]


def _finding(facts: Facts) -> str:
    words = " ; ".join(finding_words(facts.get("changes") or {}))
    return str(_("a noté un constat sur le logement (%(words)s)", words=words))


TIMELINE: dict[str, Any] = {
    "dossier.opened": _l("a ouvert le dossier %(number)s"),
    "dossier.household_changed": _l("a modifié la fiche du ménage"),
    "dossier.diagnosed": _l("a validé le diagnostic"),
    "dossier.preparing": _l("a lancé le projet logement"),
    "dossier.allocated": _l("a enregistré l’attribution du logement %(address)s"),
    "dossier.joined": _dated(_l("a enregistré l’adhésion de la famille, datée du %(on)s")),
    "dossier.joining_revoked": _l("a mis fin à l’adhésion de la famille"),
    "dossier.visited": _dated(_l("a enregistré la visite commune du %(on)s")),
    "dossier.works_started": _l("a fait passer le dossier en travaux"),
    "dossier.settled": _l("a terminé les travaux : la famille s’installe"),
    "dossier.closed": _l("a clos le dossier"),
    "dossier.reopened": _l("a rouvert le dossier"),
    "dossier.undiagnosed": _l("est revenu sur la décision du diagnostic"),
    "dossier.unprepared": _l("est revenu sur le lancement du projet logement"),
    "dossier.unallocated": _l("est revenu sur l’attribution du logement"),
    "dossier.left": _left,
    "dossier.allocation_ended": _dated(_l("a mis fin à l’attribution le %(on)s")),
    "dossier.came_back": _l("a rouvert le dossier : la famille revient"),
    "dossier.people_named": _named,
    "dossier.granted": _l("a ouvert ce dossier protégé à %(person)s"),
    "dossier.grant_revoked": _l("a retiré à %(person)s l’accès à ce dossier protégé"),
    "dossier.insured": _dated(_l("a ajouté l’attestation d’assurance, valable jusqu’au %(on)s")),
    "dossier.data_taken": _l("a remis à la famille une copie de ses données"),
    "dossier.erased": _l("a effacé les données de la famille"),
    "dossier.finding": _finding,
    "dossier.note_added": _l("a écrit une note"),
    "dwelling.recorded": _l("a enregistré le logement %(address)s"),
    "dwelling.changed": _l("a modifié le logement %(address)s"),
}
"""Kind of event → its sentence in the history."""
