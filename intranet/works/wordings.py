"""The split of works in words: labels of values, states as each side reads them, differences, what comes next."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any

from intranet.translation import gettext as _
from intranet.translation import lazy_gettext as _l
from intranet.translation import ngettext
from intranet.web.formatting import day, days_since, hours, money
from intranet.web.states import StateWord
from intranet.works.rules import Difference
from intranet.works.terms import (
    Answer,
    Cause,
    ContractState,
    Holder,
    Need,
    Payer,
    Side,
    SplitState,
)

SIDES: Mapping[Side, Any] = {
    Side.ALC: _l("ALC"),
    Side.BAILLEUR: _l("le bailleur"),
    Side.HOUSEHOLD: _l("la famille"),
    Side.PARTNER: _l("le partenaire travaux"),
}
HOLDERS: Mapping[Holder, Any] = {
    Holder.TENANT: _l("La famille"),
    Holder.BAILLEUR: _l("Le bailleur"),
    Holder.PARTNER: _l("Le partenaire travaux"),
    Holder.SHARED: _l("Partagé"),
    Holder.DROPPED: _l("Abandonné"),
}
PAYERS: Mapping[Payer, Any] = {
    Payer.TENANT: _l("La famille"),
    Payer.BAILLEUR: _l("Le bailleur"),
    Payer.ALC: _l("ALC"),
    Payer.PARTNER: _l("Le partenaire travaux"),
}
NEEDS: Mapping[Need, Any] = {Need.NEEDED: _l("Nécessaire"), Need.WISHED: _l("Souhaité")}
CAUSES: Mapping[Cause, Any] = {
    Cause.USE: _l("Usage et entretien courants"),
    Cause.DAMAGE: _l("Dégradation par le locataire"),
    Cause.WEAR: _l("Usure du temps"),
    Cause.BADLY_MADE: _l("Malfaçon"),
    Cause.FORCE_MAJEURE: _l("Force majeure"),
}
ANSWERS: Mapping[Answer, Any] = {
    Answer.WAITING: _l("En attente"),
    Answer.ACCEPTED: _l("Acceptée"),
    Answer.COUNTERED: _l("Contre-proposition"),
    Answer.REFUSED: _l("Refusée"),
}
HOUSEHOLD_ANSWERS: Mapping[Answer, Any] = {
    **ANSWERS,
    Answer.ACCEPTED: _l("D’accord"),
    Answer.REFUSED: _l("À discuter"),
    Answer.COUNTERED: _l("Quelqu’un d’autre"),
}
"""The same as the family says them: it refuses nothing for good, it wants to talk."""
HOUSEHOLD_WISHES: Mapping[Holder, Any] = {
    Holder.TENANT: _l("Veut le faire"),
    Holder.BAILLEUR: _l("C’est au bailleur"),
}
"""Who the family says does a line instead."""
ROOMS: tuple[Any, ...] = (
    _l("Entrée"),
    _l("Séjour"),
    _l("Cuisine"),
    _l("Chambre 1"),
    _l("Chambre 2"),
    _l("Chambre 3"),
    _l("Salle d’eau"),
    _l("Toilettes"),
    _l("Couloir"),
    _l("Balcon"),
    _l("Tout le logement"),
)
"""Suggested on the form; any other word is as good."""

_STATES: Mapping[SplitState, tuple[Any, Any, Any]] = {
    SplitState.DRAFT: (_l("En préparation"), "grey", "grey"),
    SplitState.PROPOSED: (_l("Proposée au bailleur"), "violet", "amber"),
    SplitState.COUNTERED: (_l("Revenue à ALC"), "amber", "violet"),
    SplitState.AGREED: (_l("D’accord"), "green", "green"),
    SplitState.SIGNED: (_l("Signée"), "green", "green"),
    SplitState.AMENDED: (_l("Reprise dans un avenant"), "grey", "grey"),
    SplitState.WITHDRAWN: (_l("Retirée"), "grey", "grey"),
}
_FOR_BAILLEUR: Mapping[SplitState, Any] = {
    SplitState.PROPOSED: _l("À vous de répondre"),
    SplitState.COUNTERED: _l("Chez ALC"),
}
"""Words that only ring true from the bailleur's side."""

_CONTRACT_STATES: Mapping[ContractState, tuple[Any, Any]] = {
    ContractState.PREPARED: (_l("À signer"), "amber"),
    ContractState.SIGNED: (_l("Signé"), "green"),
    ContractState.REFUSED: (_l("Refusé"), "red"),
    ContractState.REPLACED: (_l("Remplacé par un avenant"), "grey"),
    ContractState.CANCELLED: (_l("Annulé"), "grey"),
}


def state_word(state: SplitState, side: Side) -> StateWord:
    """The state of a split as that side reads it: amber when it is theirs to move."""
    label, for_alc, for_others = _STATES[state]
    if side is Side.BAILLEUR:
        label = _FOR_BAILLEUR.get(state, label)
    return StateWord(label, for_alc if side is Side.ALC else for_others)


def contract_state_word(state: ContractState) -> StateWord:
    return StateWord(*_CONTRACT_STATES[state])


def next_sentence(state: SplitState, side: Side, since: datetime, *, silent: bool = False) -> str:
    """What happens next, whose turn it is and since when, for the side that reads."""
    alc = side is Side.ALC
    match state:
        case SplitState.DRAFT:
            return str(_("ALC prépare la répartition, puis la propose au bailleur."))
        case SplitState.PROPOSED if side is Side.BAILLEUR:
            return str(
                _("À vous de répondre à chaque ligne, puis de renvoyer, %(since)s.", since=since_when(since))
            )
        case SplitState.PROPOSED:
            return str(_("Le bailleur doit répondre, %(since)s.", since=since_when(since)))
        case SplitState.COUNTERED if silent and alc:
            return str(
                _(
                    "Le bailleur n’a pas répondu à temps ; son silence ne vaut pas accord. "
                    "À vous de le relancer ou de proposer à nouveau, %(since)s.",
                    since=since_when(since),
                )
            )
        case SplitState.COUNTERED if alc:
            return str(
                _(
                    "À vous d’ajuster et de proposer à nouveau, ou de recueillir la réponse de la famille, "
                    "%(since)s.",
                    since=since_when(since),
                )
            )
        case SplitState.COUNTERED if silent:
            return str(
                _("Le délai de réponse est passé : la main est revenue à ALC le %(day)s.", day=day(since))
            )
        case SplitState.COUNTERED:
            return str(_("ALC étudie vos réponses, %(since)s.", since=since_when(since)))
        case SplitState.AGREED if alc:
            return str(
                _(
                    "Tout le monde est d’accord, %(since)s : à vous d’établir le contrat et de le faire signer.",
                    since=since_when(since),
                )
            )
        case SplitState.AGREED:
            return str(_("Tout le monde est d’accord : ALC établit le contrat de participation."))
        case SplitState.SIGNED:
            return str(_("Le contrat est signé : le chantier peut s’ouvrir."))
        case SplitState.AMENDED:
            return str(
                _("Un avenant reprend cette répartition ; elle se lit encore, mais ne se modifie plus.")
            )
        case _:
            return str(_("Cette répartition a été retirée ; elle se lit encore, mais ne se modifie plus."))


def since_when(since: datetime) -> str:
    """Since when, in the middle of a sentence: ``depuis le 3 février 2019 (12 jours)``."""
    days = days_since(since)
    if not days:
        return str(_("depuis aujourd’hui"))
    return str(
        ngettext(
            "depuis le %(day)s (%(num)d jour)", "depuis le %(day)s (%(num)d jours)", days, day=day(since)
        )
    )


def state_refusal(state: SplitState) -> str:
    """Why nothing can be done now: where the split is, in words. Answers a double click or the back button."""
    match state:
        case SplitState.DRAFT:
            return str(_("La répartition est encore en préparation : elle n’a pas été proposée au bailleur."))
        case SplitState.PROPOSED:
            return str(_("La répartition est déjà proposée : c’est au bailleur de répondre."))
        case SplitState.COUNTERED:
            return str(_("La répartition est revenue à ALC : c’est à ALC de proposer à nouveau."))
        case SplitState.AGREED:
            return str(_("La répartition est déjà acceptée par chacun : rouvrez-la pour la modifier."))
        case SplitState.SIGNED:
            return str(_("Le contrat est signé : la répartition ne se modifie plus."))
        case SplitState.AMENDED:
            return str(_("Un avenant a repris cette répartition."))
        case _:
            return str(_("La répartition a été retirée."))


def contract_state_refusal(state: ContractState) -> str:
    """Why nothing more can be done with a contract."""
    if state is ContractState.SIGNED:
        return str(_("Le contrat est signé par chacun : il ne se modifie plus."))
    if state is ContractState.REFUSED:
        return str(_("Une partie a refusé ce contrat : il ne se signe plus."))
    if state is ContractState.REPLACED:
        return str(_("Un avenant a remplacé ce contrat."))
    return str(_("Ce contrat est annulé."))


def who_does(holder: Holder, share: int | None) -> str:
    """The holder in words, with the tenant's share of what is shared."""
    if holder is Holder.SHARED:
        return str(_("Partagé (famille : %(share)s %%)", share=share))
    return str(HOLDERS[holder])


WHATS: Mapping[str, Any] = {
    "label": _l("libellé"),
    "room": _l("pièce"),
    "need": _l("nécessaire ou souhaité"),
    "cause": _l("cause"),
    "holder": _l("qui fait"),
    "tenant_share_pct": _l("part de la famille"),
    "materials_payer": _l("qui paie les matériaux"),
    "materials_cents": _l("matériaux"),
    "minutes": _l("temps prévu"),
    "tenant_cents": _l("part due par la famille"),
    "due_on": _l("date prévue pour le bailleur"),
}


def value_in_words(what: str, value: Any) -> str:
    """A value of a wording as people read it."""
    if value is None or value == "":
        return str(_("rien"))
    match what:
        case "holder":
            return str(HOLDERS[Holder(value)])
        case "materials_payer":
            return str(PAYERS[Payer(value)])
        case "need":
            return str(NEEDS[Need(value)])
        case "cause":
            return str(CAUSES[Cause(value)])
        case "materials_cents" | "tenant_cents":
            return money(value)
        case "due_on":
            return day(date.fromisoformat(value))
        case "minutes":
            return hours(value)
        case "tenant_share_pct":
            return f"{value} %"
        case _:
            return str(value)


def within(words: Any) -> str:
    """The words in the middle of a sentence: an article loses its capital, a name keeps it."""
    text = str(words)
    return text[:1].lower() + text[1:] if text[:3] in ("La ", "Le ", "The") else text


def before_in_words(due_on: date) -> str:
    """By when, inside a sentence."""
    return str(_("avant le %(day)s", day=day(due_on)))


def answer_in_words(answer: Mapping[str, Any], side: str = Side.BAILLEUR) -> str:
    """An answer of that side, with what it offers instead, if it does."""
    given = Answer(answer.get("answer", Answer.WAITING))
    if side == Side.HOUSEHOLD and answer.get("counter_holder"):
        return str(HOUSEHOLD_WISHES[Holder(answer["counter_holder"])]).lower()
    if given is not Answer.COUNTERED:
        return str((HOUSEHOLD_ANSWERS if side == Side.HOUSEHOLD else ANSWERS)[given]).lower()
    offers = []
    if answer.get("counter_holder"):
        offers.append(who_does(Holder(answer["counter_holder"]), answer.get("counter_share_pct")))
    if answer.get("counter_payer"):
        offers.append(_("matériaux payés par %(who)s", who=within(PAYERS[Payer(answer["counter_payer"])])))
    if answer.get("counter_due_on"):
        offers.append(before_in_words(date.fromisoformat(answer["counter_due_on"])))
    return str(_("contre-proposition : %(offers)s", offers=", ".join(offers)))


def difference_in_words(change: Difference) -> str:
    """One change, as a sentence that can stand alone."""
    line = f"{change.room} — {change.label}"
    match change.what:
        case "added":
            return str(
                _(
                    "%(line)s : ligne ajoutée (%(who)s).",
                    line=line,
                    who=value_in_words("holder", change.after),
                )
            )
        case "removed":
            return str(_("%(line)s : ligne retirée.", line=line))
        case "answer":
            return str(
                _(
                    "%(line)s : réponse de %(side)s, %(answer)s.",
                    line=line,
                    side=_("la famille") if change.side == Side.HOUSEHOLD else _("l’agence du bailleur"),
                    answer=answer_in_words(change.after, change.side),
                )
            )
        case what:
            return str(
                _(
                    "%(line)s : %(what)s, de « %(before)s » à « %(after)s ».",
                    line=line,
                    what=WHATS[what],
                    before=value_in_words(what, change.before),
                    after=value_in_words(what, change.after),
                )
            )


def in_words(changes: Iterable[Difference]) -> tuple[str, ...]:
    return tuple(difference_in_words(change) for change in changes)
