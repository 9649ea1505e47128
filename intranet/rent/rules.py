"""Works set against the rent (loi n° 89-462, art. 6 a; ``domain.md`` §4, Guard-rails). Pure.

The owner of a decent home and its tenant may agree, in so many words, that the tenant does works and pays less
rent for a while. The clause says which works, how much, for how long, and what happens if the tenant leaves
early. Money is in cents, durations in months. What is refused is refused with a sentence.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import date, timedelta
from typing import Any, NamedTuple

from intranet.translation import lazy_gettext as _l
from intranet.works.rules import TENANT_HOLDERS
from intranet.works.terms import Cause, Holder

MOST_MONTHLY = 500_000
"""Cents: 5 000 € a month is no rent of a social landlord's."""

MOST_MONTHS = 60
MOST_COST = 10_000_000
"""Cents: 100 000 €, above which a figure was mistyped."""

FARTHEST = timedelta(days=730)
"""How far from today the first month may be: beyond, a year was mistyped."""


@dataclass(frozen=True, slots=True)
class Terms:
    """All that a consent is given to. ``lines`` are (id, digest of the wording); ``document`` is its SHA-256."""

    monthly_cents: int
    months: int
    starts_on: date
    documented_cents: int
    document: str
    lines: tuple[tuple[int, str], ...]
    early_departure: str
    decency_attested_on: date
    decency_attested_by: str

    @property
    def total_cents(self) -> int:
        """What comes off the rent in all."""
        return self.monthly_cents * self.months


@dataclass(frozen=True, slots=True)
class LineFacts:
    """A line set against the rent. ``makes_decent``: it brings the home to decency (décret 2002-120)."""

    label: str
    holder: Holder
    cause: Cause
    makes_decent: bool


class Problem(NamedTuple):
    """Why these terms cannot be agreed. ``field`` is the input the reason belongs to."""

    rule: str
    message: Any
    field: str = ""


def digest(terms: Terms) -> str:
    """SHA-256 of the terms, the same on every machine: a consent holds for it alone."""
    plain = {
        **asdict(terms),
        "lines": sorted(terms.lines),
        "starts_on": terms.starts_on.isoformat(),
        "decency_attested_on": terms.decency_attested_on.isoformat(),
    }
    text = json.dumps(plain, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def last_month(starts_on: date, months: int) -> date:
    """The first day of the last month with less rent."""
    reached = starts_on.year * 12 + starts_on.month - 1 + max(months, 1) - 1
    return date(reached // 12, reached % 12 + 1, 1)


def most_months(monthly_cents: int, documented_cents: int) -> int:
    """For how many whole months that amount may come off without passing the documented cost."""
    return documented_cents // monthly_cents if monthly_cents > 0 else 0


def wrong_figures(terms: Terms, today: date) -> Iterator[Problem]:
    """What is wrong with the terms in themselves: absurd figures, more than the documented cost, blanks."""
    if not 0 < terms.monthly_cents <= MOST_MONTHLY:
        yield Problem("rent.monthly", _l("La baisse va de 0,01 à 5 000 € par mois."), "monthly_cents")
    if not 0 < terms.months <= MOST_MONTHS:
        yield Problem("rent.months", _l("La durée va de 1 à 60 mois."), "months")
    if not 0 < terms.documented_cents <= MOST_COST:
        yield Problem("rent.cost", _l("Le coût justifié va de 0,01 à 100 000 €."), "documented_cents")
    elif terms.total_cents > terms.documented_cents:
        yield Problem(
            "rent.cap",
            _l(
                "La baisse dépasse le coût justifié des travaux : à ce montant, %(months)s mois au plus.",
                months=most_months(terms.monthly_cents, terms.documented_cents),
            ),
            "months",
        )
    if abs(terms.starts_on - today) > FARTHEST:
        yield Problem(
            "rent.starts_on",
            _l("Le premier mois est à moins de deux ans d’ici : vérifiez l’année."),
            "starts_on",
        )
    if not terms.early_departure.strip():
        yield Problem(
            "rent.early_departure",
            _l("Dites comment la famille est dédommagée si elle part avant la fin : la loi le demande."),
            "early_departure",
        )
    if terms.decency_attested_on > today:
        yield Problem(
            "rent.attested", _l("L’attestation ne peut pas être datée du futur."), "decency_attested_on"
        )
    if not terms.decency_attested_by.strip():
        yield Problem(
            "rent.attested", _l("Indiquez qui atteste que le logement est décent."), "decency_attested_by"
        )


def missing(terms: Terms) -> Iterator[Problem]:
    """What is still to come before anybody can consent: the proof of the cost."""
    if not terms.document:
        yield Problem(
            "rent.document", _l("Joignez les devis ou les factures qui justifient le coût."), "file"
        )


def wrong_works(lines: Sequence[LineFacts], decent: bool | None) -> Iterator[Problem]:
    """Why these works, in this home, cannot be set against the rent."""
    if decent is False:
        yield Problem(
            "rent.not_decent",
            _l(
                "Le logement n’est pas décent : la loi ne permet pas de déduire des travaux du loyer. "
                "Le bailleur doit d’abord le rendre décent."
            ),
        )
    elif decent is None:
        yield Problem(
            "rent.decency_unknown",
            _l(
                "On ne sait pas si le logement est décent. Enregistrez-le sur la fiche du logement : "
                "sans cela, aucun travail ne se déduit du loyer."
            ),
        )
    if not lines:
        yield Problem("rent.lines", _l("Choisissez au moins une ligne faite par la famille."), "line_ids")
    for line in lines:
        if line.holder not in TENANT_HOLDERS:
            yield Problem(
                "rent.not_tenant",
                _l("« %(label)s » n’est pas fait par la famille : rien à déduire.", label=line.label),
                "line_ids",
            )
        elif line.makes_decent:
            yield Problem(
                "rent.makes_decent",
                _l(
                    "« %(label)s » rend le logement décent : ces travaux sont dus par le bailleur et ne se "
                    "déduisent jamais du loyer.",
                    label=line.label,
                ),
                "line_ids",
            )
        elif line.cause is Cause.DAMAGE:
            yield Problem(
                "rent.damage",
                _l(
                    "« %(label)s » répare une dégradation, à la charge de la famille : rien à déduire.",
                    label=line.label,
                ),
                "line_ids",
            )
