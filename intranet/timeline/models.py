"""Tables of the history and of the read-access log."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, Date, ForeignKey, Index, Integer, String, Text, UniqueConstraint
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


class DossierRead(Model):
    """Who opened which dossier, once a day for each person. Kept 6 to 12 months."""

    __tablename__ = "core_dossier_read"
    __table_args__ = (UniqueConstraint("dossier_id", "user_id", "on"),)

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    dossier_id: Mapped[int] = mapped_column(ForeignKey("core_dossier.id", ondelete="CASCADE"), index=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("core_user.id", ondelete="CASCADE"), index=True)
    on: Mapped[date] = mapped_column(Date, index=True)
    first_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
