"""Tables of the history and of the read-access log."""

from __future__ import annotations

import enum
from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, Boolean, Date, ForeignKey, Index, Integer, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from intranet.database import Model, UtcDateTime, now


class TimelineEntry(Model):
    """One thing that happened: who, when, what, from, to, why.

    ``kind`` is a dotted name (``works.split.proposed``) whose wording stands in ``timeline.wordings``.
    ``audience`` holds the sides that see it, space separated and padded (`` alc bailleur ``), so that
    a ``LIKE '% bailleur %'`` finds a side. ``actor_name`` and ``side`` are kept as they were that day.
    """

    __tablename__ = "core_timeline"
    __table_args__ = (Index("ix_core_timeline_dossier_at", "dossier_id", "at", "id"),)

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime, default=now, index=True)
    kind: Mapped[str] = mapped_column(String(60), index=True)
    actor_id: Mapped[int | None] = mapped_column(ForeignKey("core_user.id"))
    actor_name: Mapped[str] = mapped_column(String(120), default="")
    side: Mapped[str] = mapped_column(String(16), default="")  # the actor's; empty for the clock
    dossier_id: Mapped[int | None] = mapped_column(ForeignKey("core_dossier.id"))
    subject: Mapped[str] = mapped_column(
        String(40)
    )  # dossier, split, works_line, contract, chantier, task, user…
    subject_id: Mapped[int] = mapped_column(Integer)
    from_state: Mapped[str] = mapped_column(String(255), default="")
    to_state: Mapped[str] = mapped_column(String(255), default="")
    reason: Mapped[str] = mapped_column(Text, default="")
    data: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    audience: Mapped[str] = mapped_column(String(60), default=" alc ")


class ReadSubject(enum.StrEnum):
    """What of a dossier was read."""

    DOSSIER = "dossier"
    HOUSEHOLD = "household"
    NOTES = "notes"
    PERSONAL_DATA = "personal_data"
    DWELLING = "dwelling"
    SPLIT = "split"
    CONTRACT = "contract"
    CHANTIER = "chantier"
    COMMITMENT = "commitment"
    FILE = "file"


class AccessLogEntry(Model):
    """Who read what of which dossier, or was ``refused`` it: the first time of the day. Kept 6 to 12 months.

    ``reader`` tells persons apart, those who have no account too; ``who`` and ``side`` are kept as they were that day.
    """

    __tablename__ = "core_access_log"
    __table_args__ = (UniqueConstraint("dossier_id", "on", "reader", "subject", "subject_id", "refused"),)

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    dossier_id: Mapped[int] = mapped_column(ForeignKey("core_dossier.id", ondelete="CASCADE"))
    on: Mapped[date] = mapped_column(Date)
    at: Mapped[datetime] = mapped_column(UtcDateTime, default=now, index=True)
    reader: Mapped[str] = mapped_column(String(40))
    user_id: Mapped[int | None] = mapped_column(ForeignKey("core_user.id", ondelete="CASCADE"), index=True)
    who: Mapped[str] = mapped_column(String(120), default="")
    side: Mapped[str] = mapped_column(String(16), default="")
    subject: Mapped[str] = mapped_column(String(24))  # ReadSubject
    subject_id: Mapped[int] = mapped_column(Integer)
    refused: Mapped[bool] = mapped_column(Boolean, default=False)
