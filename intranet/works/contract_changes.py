"""What an amendment changes around the works: calendar, support, insurance, photos, partner. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any, NamedTuple

from intranet.translation import gettext as _
from intranet.web.formatting import day
from intranet.works.contract_works import days_counted


class Terms(NamedTuple):
    """What a contract says besides its lines and what comes off the rent."""

    starts_on: date
    ends_on: date
    days_a_week: int
    support_technical: str
    support_social: str
    support_volunteers: str
    insurance: str
    insured_until: date | None
    image_consent: bool | None
    partner_id: int | None

    @classmethod
    def of(cls, contract: Any) -> Terms:
        """Those of a contract, its object or its row."""
        return cls(*(getattr(contract, name) for name in cls._fields))


def terms_in_words(before: Terms, after: Terms) -> Iterator[str]:
    """A sentence for each thing that changes, dates and rhythm with what they were. Nothing: nothing changes."""
    if after.starts_on != before.starts_on:
        yield _(
            "Début prévu le %(after)s, au lieu du %(before)s.",
            after=day(after.starts_on),
            before=day(before.starts_on),
        )
    if after.ends_on != before.ends_on:
        yield _(
            "Fin prévue le %(after)s, au lieu du %(before)s.",
            after=day(after.ends_on),
            before=day(before.ends_on),
        )
    if after.days_a_week != before.days_a_week:
        yield _(
            "%(after)s par semaine, au lieu de %(before)s.",
            after=days_counted(after.days_a_week),
            before=days_counted(before.days_a_week),
        )
    if _support(after) != _support(before):
        yield _("L’accompagnement prévu change : il se lit plus loin.")
    if (after.insurance, after.insured_until) != (before.insurance, before.insured_until):
        yield _("L’assurance de la famille est mise à jour.")
    if after.image_consent != before.image_consent:
        yield _("Ce que la famille a répondu pour les photos change.")
    if after.partner_id != before.partner_id:
        yield _("Le partenaire travaux change.")


def _support(terms: Terms) -> tuple[str, str, str]:
    return terms.support_technical, terms.support_social, terms.support_volunteers
