"""What reading a file may answer: what is kept of it, or why nothing is."""

from __future__ import annotations

import enum
from dataclasses import dataclass


class Unfit(enum.StrEnum):
    """Why a file is not kept."""

    TYPE = "type"
    ACTIVE = "pdf_active"
    LOCKED = "pdf_locked"
    UNREADABLE = "pdf_unreadable"
    PIXELS = "pixels"
    DAMAGED = "damaged"
    HEAVY = "heavy"
    """It takes more time or memory to read than a file of ours does."""


class NotFit(Exception):
    """The argument says why."""

    def __init__(self, why: Unfit) -> None:
        super().__init__(why)
        self.why = why


@dataclass(frozen=True, slots=True)
class Fit:
    """What is kept of a file. ``looks``: of a PDF, the digest of what its pages show."""

    data: bytes
    media_type: str
    width: int | None = None
    height: int | None = None
    looks: str = ""
