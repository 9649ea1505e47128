"""What may be asked of a dossier or a dwelling: frozen values, made by forms, obeyed by the service.

``version`` is the one the form was opened with; another since then is ``Stale``.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from intranet.dossiers.terms import LeavingReason, Survey


@dataclass(frozen=True, slots=True)
class HouseholdFields:
    """All that is held about a family, and nothing more (``domain.md`` §6)."""

    name: str
    pole_id: int
    phone: str = ""
    email: str = ""
    contact_choice: str = ""
    adults: int = 1
    children: int = 0
    children_under_3: int = 0
    lone_parent: bool = False
    site_id: int | None = None


@dataclass(frozen=True, slots=True)
class OpenDossier:
    """Spot a household. ``opened_on`` gives the year of the number; today when not said."""

    household: HouseholdFields
    opened_on: date | None = None
    referent_id: int | None = None


@dataclass(frozen=True, slots=True)
class EditHousehold:
    dossier_id: int
    version: int  # of the household
    household: HouseholdFields


@dataclass(frozen=True, slots=True)
class Diagnose:
    """A person's decision, explained. Not eligible: the household leaves with that reason."""

    dossier_id: int
    version: int
    eligible: bool
    explanation: str


@dataclass(frozen=True, slots=True)
class DwellingFields:
    """A home as its bailleur describes it. ``decent``: ``None`` while nobody has looked."""

    bailleur_id: int
    address: str
    postcode: str
    kind: str  # T1 … T6
    town: str = "Nice"
    floor: str = ""
    surface_m2: Decimal | None = None
    permit_year: int | None = None
    asbestos: Survey = Survey.MISSING
    asbestos_on: date | None = None
    lead: Survey = Survey.MISSING
    lead_on: date | None = None
    dpe_class: str = ""
    decent: bool | None = None


@dataclass(frozen=True, slots=True)
class Allocate:
    """Give the household a dwelling: one already recorded (``dwelling_id``) or a new one (``dwelling``)."""

    dossier_id: int
    version: int
    allocated_on: date
    dwelling_id: int | None = None
    dwelling: DwellingFields | None = None
    entry_on: date | None = None


@dataclass(frozen=True, slots=True)
class RecordJoining:
    dossier_id: int
    version: int
    joined_on: date


@dataclass(frozen=True, slots=True)
class RecordVisit:
    dossier_id: int
    version: int
    visited_on: date


@dataclass(frozen=True, slots=True)
class Leave:
    """``note`` is ALC's own explanation; ``reason`` the code that is counted."""

    dossier_id: int
    version: int
    reason: LeavingReason
    left_on: date
    note: str = ""


@dataclass(frozen=True, slots=True)
class AttestInsurance:
    """The tenant's home is insured until that day, says the file sent with it."""

    dossier_id: int
    valid_until: date


@dataclass(frozen=True, slots=True)
class NamePeople:
    """The trio of R20. ``None`` leaves a place empty, which the dossier's page warns of."""

    dossier_id: int
    version: int
    referent_id: int | None
    technical_id: int | None
    tisf_id: int | None
