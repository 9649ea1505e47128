"""Tables of commitments."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import Date, ForeignKey, Index, Integer, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from intranet.database import Model, UtcDateTime, Versioned, choice, now
from intranet.works.terms import Side


class Commitment(Versioned, Model):
    """One line of a signed contract that the bailleur does, alone or with the family.

    Due, overdue, done and confirmed are computed from the dates.
    """

    __tablename__ = "core_commitment"
    __table_args__ = (
        Index(None, "bailleur_id", "confirmed_on", "due_on"),
        Index("ix_core_commitment_open", "withdrawn_on", "done_on", "due_on"),
    )

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    contract_id: Mapped[int] = mapped_column(ForeignKey("core_contract.id"), index=True)
    line_id: Mapped[int] = mapped_column(ForeignKey("core_works_line.id"), unique=True)
    dossier_id: Mapped[int] = mapped_column(ForeignKey("core_dossier.id"), index=True)
    dwelling_id: Mapped[int] = mapped_column(ForeignKey("core_dwelling.id"), index=True)
    bailleur_id: Mapped[int] = mapped_column(ForeignKey("core_organisation.id"))
    label: Mapped[str] = mapped_column(String(255))
    room: Mapped[str] = mapped_column(String(60))
    due_on: Mapped[date] = mapped_column(Date)
    done_on: Mapped[date | None] = mapped_column(Date)
    done_note: Mapped[str] = mapped_column(Text, default="")
    done_by: Mapped[int | None] = mapped_column(ForeignKey("core_user.id"))
    document_id: Mapped[int | None] = mapped_column(ForeignKey("core_document.id"))  # photo or invoice
    confirmed_on: Mapped[date | None] = mapped_column(Date)
    confirmed_side: Mapped[Side | None] = mapped_column(choice(Side))  # household or ALC
    confirmed_by: Mapped[int | None] = mapped_column(ForeignKey("core_user.id"))
    withdrawn_on: Mapped[date | None] = mapped_column(Date)  # an amendment took the line away
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
