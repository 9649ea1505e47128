"""The table of settings an administrator changed."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from intranet.database import Model, UtcDateTime, now


class StoredSetting(Model):
    """A setting with a value other than its default. A disabled plugin's settings stay."""

    __tablename__ = "core_setting"

    key: Mapped[str] = mapped_column(String(80), primary_key=True)
    value: Mapped[str] = mapped_column(Text)
    changed_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    changed_by: Mapped[int | None] = mapped_column(ForeignKey("core_user.id"))
