"""Tables of the notices."""

from __future__ import annotations

from sqlalchemy import Integer, String
from sqlalchemy.orm import Mapped, mapped_column

from intranet.database import Model


class Notice(Model):
    """A line pinned to the board."""

    __tablename__ = "notices_notice"

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    text: Mapped[str] = mapped_column(String(200))
