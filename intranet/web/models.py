"""The table of forms already sent."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from intranet.database import Model, UtcDateTime, now


class Submission(Model):
    """A form that was sent, by its one-time key. ``location`` is where its answer led, empty until it is known."""

    __tablename__ = "core_submission"

    key: Mapped[str] = mapped_column(String(32), primary_key=True)
    user_id: Mapped[int] = mapped_column(
        ForeignKey("core_user.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    location: Mapped[str] = mapped_column(String(500), default="")
    at: Mapped[datetime] = mapped_column(UtcDateTime, default=now, index=True)
