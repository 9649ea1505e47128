"""Works against rent in words: the clause as one reads it, and what happened to it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from intranet.rent.offsets import OffsetView
from intranet.rent.rules import Terms, last_month
from intranet.translation import gettext as _
from intranet.translation import lazy_gettext as _l
from intranet.web.formatting import day, money, month
from intranet.web.states import StateWord

EARLY_DEPARTURE = _l(
    "Si la famille quitte le logement avant la fin, le bailleur lui verse le reste de la somme convenue, sur "
    "justification des dépenses effectuées, dans les deux mois de son départ."
)
"""What the form offers; the parties write what they agree."""


def clause(terms: Terms) -> str:
    """The figures in a sentence: how much, for how long, from when to when, how much in all."""
    first, last = terms.starts_on, last_month(terms.starts_on, terms.months)
    if terms.months == 1:
        return str(
            _(
                "%(amount)s de moins sur le loyer de %(first)s.",
                amount=money(terms.monthly_cents),
                first=month(first),
            )
        )
    return str(
        _(
            "%(amount)s de moins par mois pendant %(months)d mois, de %(first)s à %(last)s, soit %(total)s en tout.",
            amount=money(terms.monthly_cents),
            months=terms.months,
            first=month(first),
            last=month(last),
            total=money(terms.total_cents),
        )
    )


def state_word(offset: OffsetView) -> StateWord:
    """Where the clause stands, for whoever reads it."""
    if offset.problems:
        return StateWord(_l("À compléter"), "grey")
    answers = (offset.bailleur, offset.household)
    if any(each is not None and not each.given for each in answers):
        return StateWord(_l("Refusé"), "red")
    if offset.consented:
        return StateWord(_l("Accepté par les deux"), "green")
    return StateWord(_l("Attend un accord"), "amber")


def _told(sentence: Any) -> Any:
    """A sentence whose ``%(on)s`` is a day kept in ISO and ``%(amount)s`` an amount in cents."""

    def worded(facts: Mapping[str, Any]) -> str:
        on, cents = facts["on"], facts["monthly"]
        return str(sentence) % {
            **facts,
            "on": day(date.fromisoformat(on)) if on else "",
            "amount": money(cents) if cents else "",
            "months": facts["months"],
            "name": facts["name"],
        }

    return worded


TIMELINE: dict[str, Any] = {
    "works.rent.written": _told(
        _l("a écrit la déduction du loyer : %(amount)s par mois pendant %(months)s mois")
    ),
    "works.rent.documented": _l("a joint les justificatifs des travaux déduits du loyer"),
    "works.rent.removed": _l("a retiré la déduction du loyer"),
    "works.rent.consented": _l("a donné l’accord du bailleur aux travaux déduits du loyer"),
    "works.rent.refused": _l("a refusé, pour le bailleur, les travaux déduits du loyer"),
    "works.rent.tenant_consented": _told(
        _l("a recueilli l’accord de la famille aux travaux déduits du loyer (%(name)s, le %(on)s)")
    ),
    "works.rent.tenant_refused": _told(
        _l("a recueilli le refus de la famille des travaux déduits du loyer (%(name)s, le %(on)s)")
    ),
}
"""What each event of this domain is called in the history."""
