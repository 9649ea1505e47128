"""The catalogue as a form offers it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from sqlalchemy import bindparam, select

from intranet.rows import fetch_all, fetch_one
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


_FACTS = tuple(KindFacts.__dataclass_fields__)
_KIND = select(*(getattr(WorksKind, name) for name in _FACTS)).where(WorksKind.id == bindparam("kind_id"))


class KindChoice(NamedTuple):
    """A kind of works on offer. ``professional_condition`` names the question of ``guardrails.CONDITIONS``."""

    id: int
    code: str
    trade: str
    label_fr: str
    label_en: str
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


def facts_of_kind(kind_id: int) -> KindFacts | None:
    """What the rules look at in one kind, still on offer or not."""
    row = fetch_one(_KIND, kind_id=kind_id)
    return KindFacts(**{name: getattr(row, name) for name in _FACTS}) if row else None


def kind_choices() -> Sequence[KindChoice]:
    """The active kinds, grouped by trade, in the order of the catalogue."""
    return [KindChoice._make(row) for row in fetch_all(_CHOICES)]
