"""Tables of accesses without an account."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Integer, String
from sqlalchemy.orm import Mapped, mapped_column

from intranet.database import Model, UtcDateTime, choice, now
from intranet.works.terms import Side


class GuestAccess(Model):
    """One split, opened to one side by a reference and a code. Of the code only a digest is kept.

    ``person`` is who last said their name with it. It ends with its time, its revocation or its split.
    """

    __tablename__ = "core_guest_access"

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    reference: Mapped[str] = mapped_column(String(24), unique=True)
    split_id: Mapped[int] = mapped_column(ForeignKey("core_split.id", ondelete="CASCADE"), index=True)
    side: Mapped[Side] = mapped_column(choice(Side))
    code_digest: Mapped[str] = mapped_column(String(64))
    language: Mapped[str] = mapped_column(String(8), default="fr")
    sent_to: Mapped[str] = mapped_column(String(254), default="")  # empty: printed as a letter
    person: Mapped[str] = mapped_column(String(120), default="")
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)
    revoked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    seen_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    created_by: Mapped[int] = mapped_column(ForeignKey("core_user.id"))
    adopted_by: Mapped[int | None] = mapped_column(ForeignKey("core_user.id"))
    adopted_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
