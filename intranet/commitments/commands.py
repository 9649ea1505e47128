"""What people ask of a commitment, as frozen values. ``version`` is the one the form was opened with."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from intranet.works.terms import Side


@dataclass(frozen=True, slots=True)
class MarkDone:
    """The bailleur's works are done. The proof, a photo or an invoice, comes beside it."""

    commitment_id: int
    version: int
    done_on: date
    note: str = ""


@dataclass(frozen=True, slots=True)
class Confirm:
    """The works are there: seen by ALC, or by the household, who says so or whose référent records it."""

    commitment_id: int
    version: int
    side: Side


@dataclass(frozen=True, slots=True)
class SendBack:
    """The works are not there, or not as agreed: the commitment is the bailleur's again."""

    commitment_id: int
    version: int
    reason: str
