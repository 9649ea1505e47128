"""Tables of wear grids."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import Date, ForeignKey, Integer, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from intranet.database import Model, UtcDateTime, now


class WearGrid(Model):
    """A bailleur's grid from a day on, with its source. Never changed: a new grid takes over.

    A bailleur without a grid follows the catalogue's own wear columns.
    """

    __tablename__ = "core_wear_grid"
    __table_args__ = (UniqueConstraint("bailleur_id", "starts_on"),)

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    bailleur_id: Mapped[int] = mapped_column(ForeignKey("core_organisation.id"))
    name: Mapped[str] = mapped_column(String(120))
    source: Mapped[str] = mapped_column(String(255))
    starts_on: Mapped[date] = mapped_column(Date)
    imported_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    imported_by: Mapped[int] = mapped_column(ForeignKey("core_user.id"))


class WearRate(Model):
    """How one kind of works wears in a grid: years in full, then a discount a year, down to a residual share."""

    __tablename__ = "core_wear_rate"

    grid_id: Mapped[int] = mapped_column(
        ForeignKey("core_wear_grid.id", ondelete="CASCADE"), primary_key=True
    )
    kind_id: Mapped[int] = mapped_column(ForeignKey("core_works_kind.id"), primary_key=True)
    lifetime_years: Mapped[int] = mapped_column(Integer)
    free_years: Mapped[int] = mapped_column(Integer)
    yearly_discount_pct: Mapped[int] = mapped_column(Integer)
    residual_pct: Mapped[int] = mapped_column(Integer)
