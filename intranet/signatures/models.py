"""Tables of signatures."""

from __future__ import annotations

import enum
from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, Boolean, Date, ForeignKey, Integer, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from intranet.database import Model, UtcDateTime, choice, now
from intranet.works.terms import Side


class Method(enum.StrEnum):
    """How a party signed."""

    DRAWN = "drawn"  # on the screen, on site
    CODE = "code"  # a single-use code sent by mail or read out
    PAPER = "paper"  # on paper, scanned


class Signature(Model):
    """A party's signature, or its refusal, on the document whose ``digest`` (SHA-256) is kept with it."""

    __tablename__ = "core_signature"
    __table_args__ = (UniqueConstraint("contract_id", "side"),)

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    contract_id: Mapped[int] = mapped_column(ForeignKey("core_contract.id", ondelete="CASCADE"), index=True)
    side: Mapped[Side] = mapped_column(choice(Side))
    name: Mapped[str] = mapped_column(String(120))
    method: Mapped[Method] = mapped_column(choice(Method), default=Method.PAPER)
    signed_on: Mapped[date] = mapped_column(Date)
    digest: Mapped[str] = mapped_column(String(64), default="")
    address: Mapped[str] = mapped_column(String(45), default="")  # of the device that signed or recorded
    strokes: Mapped[list[Any] | None] = mapped_column(
        JSON
    )  # drawn: lists of [x, y] in thousandths of the pad
    document_id: Mapped[int | None] = mapped_column(ForeignKey("core_document.id"))  # the scan of the paper
    refused: Mapped[bool] = mapped_column(Boolean, default=False)
    reason: Mapped[str] = mapped_column(Text, default="")
    guest_id: Mapped[int | None] = mapped_column(ForeignKey("core_guest_access.id"))
    recorded_by: Mapped[int | None] = mapped_column(ForeignKey("core_user.id"))
    recorded_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)


class SigningCode(Model):
    """A single-use code to sign one contract for one side. Of the code only a digest is kept."""

    __tablename__ = "core_signing_code"

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    contract_id: Mapped[int] = mapped_column(ForeignKey("core_contract.id", ondelete="CASCADE"), index=True)
    side: Mapped[Side] = mapped_column(choice(Side))
    name: Mapped[str] = mapped_column(String(120))
    code_digest: Mapped[str] = mapped_column(String(64))
    document_digest: Mapped[str] = mapped_column(String(64))
    sent_to: Mapped[str] = mapped_column(String(254), default="")  # empty: read out
    attempts: Mapped[int] = mapped_column(Integer, default=0)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)
    used_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    created_by: Mapped[int] = mapped_column(ForeignKey("core_user.id"))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
