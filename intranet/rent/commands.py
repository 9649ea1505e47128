"""What people ask of works against rent, as frozen values. Money in cents, durations in months.

``version`` is the ``RentOffset.version`` the form was opened with (0: there was none); ``digest`` is that of the
figures that were on the screen when somebody consented to them.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class SaveOffset:
    """The whole clause as it should be. Any change drops the consents given before."""

    split_id: int
    version: int
    monthly_cents: int
    months: int
    starts_on: date
    documented_cents: int
    line_ids: tuple[int, ...]
    early_departure: str
    decency_attested_on: date
    decency_attested_by: str


@dataclass(frozen=True, slots=True)
class AnswerOffset:
    """The bailleur's answer to exact figures. A refusal says why."""

    split_id: int
    digest: str
    given: bool
    reason: str = ""


@dataclass(frozen=True, slots=True)
class TenantAnswer:
    """The tenant's answer to exact figures, as its référent took it: by whom, on which day."""

    split_id: int
    digest: str
    given: bool
    by_name: str
    on: date
    reason: str = ""
