"""Tables of works against rent."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import JSON, Boolean, Date, ForeignKey, Integer, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from intranet.database import Model, UtcDateTime, Versioned, choice, now
from intranet.works.terms import Side


class RentOffset(Versioned, Model):
    """What is taken off the rent for the family's works. ``monthly_cents`` × ``months`` ≤ ``documented_cents``.

    ``digest`` is that of the figures, the lines and the terms: a consent holds for it alone.
    """

    __tablename__ = "core_rent_offset"

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    split_id: Mapped[int] = mapped_column(ForeignKey("core_split.id", ondelete="CASCADE"), unique=True)
    monthly_cents: Mapped[int] = mapped_column(Integer)
    months: Mapped[int] = mapped_column(Integer)
    starts_on: Mapped[date] = mapped_column(Date)
    documented_cents: Mapped[int] = mapped_column(Integer)
    document_id: Mapped[int | None] = mapped_column(ForeignKey("core_document.id"))  # quotes, receipts
    line_ids: Mapped[list[int]] = mapped_column(JSON)
    early_departure: Mapped[str] = mapped_column(Text)
    decency_attested_on: Mapped[date] = mapped_column(Date)
    decency_attested_by: Mapped[str] = mapped_column(String(120))
    digest: Mapped[str] = mapped_column(String(64))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)


class RentConsent(Model):
    """Bailleur's or tenant's answer to exact figures; worth nothing once ``digest`` is no longer the offset's."""

    __tablename__ = "core_rent_consent"

    offset_id: Mapped[int] = mapped_column(
        ForeignKey("core_rent_offset.id", ondelete="CASCADE"), primary_key=True
    )
    side: Mapped[Side] = mapped_column(choice(Side), primary_key=True)
    digest: Mapped[str] = mapped_column(String(64))
    given: Mapped[bool] = mapped_column(Boolean)
    by_name: Mapped[str] = mapped_column(String(120))
    on: Mapped[date] = mapped_column(Date)
    recorded_by: Mapped[int | None] = mapped_column(ForeignKey("core_user.id"))
    at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
