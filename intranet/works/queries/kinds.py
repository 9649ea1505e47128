"""The catalogue as a form offers it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from sqlalchemy import select

from intranet.rows import fetch_all
from intranet.works.models import WorksKind
from intranet.works.rules import KindFacts
from intranet.works.terms import DefaultHolder, Professional

_CHOICES = (
    select(
        WorksKind.id,
        WorksKind.code,
        WorksKind.trade,
        WorksKind.label_fr,
        WorksKind.label_en,
        WorksKind.synonyms,
        WorksKind.locked_to_bailleur,
        WorksKind.professional_only,
        WorksKind.professional_condition,
        WorksKind.consent,
        WorksKind.legal_basis,
        WorksKind.default_holder,
        WorksKind.hazard,
    )
    .where(WorksKind.active)
    .order_by(WorksKind.trade, WorksKind.position)
)


class KindChoice(NamedTuple):
    """A kind of works on offer. ``professional_condition`` names the question of ``guardrails.CONDITIONS``."""

    id: int
    code: str
    trade: str
    label_fr: str
    label_en: str
    synonyms: str
    locked_to_bailleur: bool
    professional_only: Professional
    professional_condition: str
    consent: str
    legal_basis: str
    default_holder: DefaultHolder
    hazard: str

    @property
    def facts(self) -> KindFacts:
        """What the rules look at, to show a default before the line is saved."""
        return KindFacts(
            code=self.code,
            trade=self.trade,
            default_holder=self.default_holder,
            locked_to_bailleur=self.locked_to_bailleur,
            professional_only=self.professional_only,
            professional_condition=self.professional_condition,
            consent=self.consent,
            hazard=self.hazard,
            legal_basis=self.legal_basis,
        )


def kind_choices() -> Sequence[KindChoice]:
    """The active kinds, grouped by trade, in the order of the catalogue."""
    return [KindChoice._make(row) for row in fetch_all(_CHOICES)]
