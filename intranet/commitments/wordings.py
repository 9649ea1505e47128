"""Commitments in words."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from intranet.commitments.rules import CommitmentState
from intranet.translation import gettext as _
from intranet.translation import lazy_gettext as _l
from intranet.translation import ngettext
from intranet.web.formatting import day
from intranet.web.states import StateWord
from intranet.works.terms import Side

S = CommitmentState

LABELS: Mapping[CommitmentState, Any] = {
    S.DUE: _l("À faire"),
    S.OVERDUE: _l("En retard"),
    S.DONE: _l("Fait, à confirmer"),
    S.CONFIRMED: _l("Confirmé"),
    S.WITHDRAWN: _l("Retiré"),
}
CONFIRMERS: Mapping[Side, Any] = {
    Side.HOUSEHOLD: _l("La famille les a vus et est d’accord"),
    Side.ALC: _l("Je les ai vus sur place"),
}
"""Who confirms, as the form asks it."""


def state_word(state: CommitmentState, side: Side) -> StateWord:
    """The state as that side reads it: amber when it is theirs to move, violet when it is the other's."""
    match state:
        case S.DUE | S.DONE:
            mover = Side.BAILLEUR if state is S.DUE else Side.ALC
            return StateWord(LABELS[state], "amber" if mover is side else "violet")
        case S.OVERDUE:
            return StateWord(LABELS[state], "red")
        case S.CONFIRMED:
            return StateWord(LABELS[state], "green")
        case _:
            return StateWord(LABELS[state], "grey")


def next_sentence(state: CommitmentState, side: Side, due_on: date, today: date) -> str:
    """What happens next, and whose move it is."""
    bailleur = side is Side.BAILLEUR
    match state:
        case S.DUE if bailleur:
            return str(_("À vous de le faire avant le %(day)s inclus, puis de le dire ici.", day=day(due_on)))
        case S.DUE:
            return str(_("Le bailleur doit le faire, au plus tard le %(day)s.", day=day(due_on)))
        case S.OVERDUE:
            late = (today - due_on).days
            who = _("À vous de le faire") if bailleur else _("Le bailleur devait le faire")
            return str(
                ngettext(
                    "%(who)s pour le %(day)s : %(num)d jour de retard.",
                    "%(who)s pour le %(day)s : %(num)d jours de retard.",
                    late,
                    who=who,
                    day=day(due_on),
                )
            )
        case S.DONE if bailleur:
            return str(_("Vous l’avez dit fait : la famille ou ALC le confirme."))
        case S.DONE:
            return str(_("Le bailleur dit l’avoir fait : à vous de confirmer, avec la famille."))
        case S.CONFIRMED:
            return str(_("C’est fait et confirmé : plus rien n’est attendu."))
        case _:
            return str(_("Un avenant, ou le départ de la famille, y a mis fin."))


def state_refusal(state: CommitmentState) -> str:
    """Why it cannot be done now: where the commitment is."""
    match state:
        case S.DUE | S.OVERDUE:
            return str(_("Le bailleur n’a pas (ou plus) dit que ces travaux sont faits."))
        case S.DONE:
            return str(_("Ces travaux sont déjà notés comme faits."))
        case S.CONFIRMED:
            return str(_("Ces travaux sont déjà confirmés."))
        case _:
            return str(_("Un avenant, ou le départ de la famille, a mis fin à cet engagement."))


def _of_line(sentence: Any) -> Any:
    return lambda facts: _(
        "%(what)s : %(room)s — %(line)s", what=sentence, room=facts["room"], line=facts["line"]
    )


def _confirmed(facts: Mapping[str, Any]) -> str:
    by_alc = facts["side"] == Side.HOUSEHOLD and not facts.get("alone")
    said = (
        _("a noté que la famille confirme les travaux du bailleur")
        if by_alc
        else _("a confirmé les travaux du bailleur")
    )
    return str(_of_line(said)(facts))


TIMELINE: dict[str, Any] = {
    "commitment.done": _of_line(_l("a déclaré terminés les travaux du bailleur")),
    "commitment.taken_back": _of_line(_l("a repris sa parole : travaux pas encore faits")),
    "commitment.confirmed": _confirmed,
    "commitment.sent_back": _of_line(_l("a renvoyé au bailleur des travaux dits faits")),
    "commitment.reminded": _l("Rappel au bailleur de ses engagements en retard (%(count)s)"),
}
"""What each event of this domain is called in the history."""
