"""Tables of the directory."""

from __future__ import annotations

import enum
from datetime import datetime

from sqlalchemy import ForeignKey, Integer, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from intranet.database import Model, UtcDateTime, Versioned, choice, now


class EntryKind(enum.StrEnum):
    """What an entry describes."""

    SITE = "site"
    PARTNER = "partner"


class Engagement(enum.StrEnum):
    """How far a site or partner is engaged in the programme (R5)."""

    SOUNDED_OUT = "sounded_out"
    MOBILISED = "mobilised"
    UNDER_CONVENTION = "under_convention"


class Entry(Versioned, Model):
    """A site or partner, and whom to ask for there.

    ``site_id`` or ``organisation_id`` ties it to the core's own row, when there is one.
    """

    __tablename__ = "directory_entry"

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    kind: Mapped[EntryKind] = mapped_column(choice(EntryKind), index=True)
    name: Mapped[str] = mapped_column(String(120), unique=True)
    engagement: Mapped[Engagement] = mapped_column(
        choice(Engagement), default=Engagement.SOUNDED_OUT, index=True
    )
    contact: Mapped[str] = mapped_column(String(120), default="")
    phone: Mapped[str] = mapped_column(String(32), default="")
    email: Mapped[str] = mapped_column(String(254), default="")
    services: Mapped[str] = mapped_column(String(255), default="")
    notes: Mapped[str] = mapped_column(Text, default="")
    site_id: Mapped[int | None] = mapped_column(ForeignKey("core_site.id", ondelete="SET NULL"), index=True)
    organisation_id: Mapped[int | None] = mapped_column(
        ForeignKey("core_organisation.id", ondelete="SET NULL"), index=True
    )
    changed_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now, onupdate=now)
