"""Tables of households, dwellings and dossiers."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import Boolean, Date, ForeignKey, Index, Integer, Numeric, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship, validates

from intranet.accounts.models import User
from intranet.database import Model, UtcDateTime, Versioned, choice, now
from intranet.dossiers.terms import DossierState, LeavingReason, Survey
from intranet.organisations.models import Organisation, Pole, Site
from intranet.search.words import sort_key

__all__ = [
    "Dossier",
    "DossierGrant",
    "DossierNote",
    "DossierState",
    "Dwelling",
    "Household",
    "LeavingReason",
    "Survey",
]


def _sort_name(context: Any) -> str:
    """What a household inserted by its columns is sorted under."""
    return sort_key(str(context.get_current_parameters()["name"]))


class Household(Versioned, Model):
    """A family. Minimal data only: no income, health, nationality, origin; no field for them exists."""

    __tablename__ = "core_household"
    __table_args__ = (Index("ix_core_household_sort_name", "sort_name", "id"),)

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    name: Mapped[str] = mapped_column(String(120))  # the tenant's full name
    sort_name: Mapped[str] = mapped_column(String(255), default=_sort_name)  # where it stands in lists
    phone: Mapped[str] = mapped_column(String(32), default="")
    email: Mapped[str] = mapped_column(String(254), default="")
    contact_choice: Mapped[str] = mapped_column(String(120), default="")  # how the family asks to be reached
    adults: Mapped[int] = mapped_column(Integer, default=1)
    children: Mapped[int] = mapped_column(Integer, default=0)
    children_under_3: Mapped[int] = mapped_column(Integer, default=0)
    lone_parent: Mapped[bool] = mapped_column(Boolean, default=False)
    pole_id: Mapped[int] = mapped_column(ForeignKey("core_pole.id"), index=True)
    site_id: Mapped[int | None] = mapped_column(ForeignKey("core_site.id"), index=True)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    erased_on: Mapped[date | None] = mapped_column(Date)  # all that said who it is, at its request or in time

    pole: Mapped[Pole] = relationship(lazy="raise")
    site: Mapped[Site | None] = relationship(lazy="raise")

    @validates("name")
    def _sorted_under(self, _key: str, name: str) -> str:
        self.sort_name = sort_key(name)
        return name


class Dwelling(Versioned, Model):
    """A home a bailleur allocates."""

    __tablename__ = "core_dwelling"

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    bailleur_id: Mapped[int] = mapped_column(ForeignKey("core_organisation.id"), index=True)
    address: Mapped[str] = mapped_column(String(255))
    postcode: Mapped[str] = mapped_column(String(10))
    town: Mapped[str] = mapped_column(String(80), default="Nice")
    floor: Mapped[str] = mapped_column(String(40), default="")
    kind: Mapped[str] = mapped_column(String(8))  # T1 … T6
    surface_m2: Mapped[Decimal | None] = mapped_column(Numeric(6, 2))
    permit_year: Mapped[int | None] = mapped_column(
        Integer
    )  # of the building permit; 1997 counts as before July
    asbestos: Mapped[Survey] = mapped_column(choice(Survey), default=Survey.MISSING)
    asbestos_on: Mapped[date | None] = mapped_column(Date)
    lead: Mapped[Survey] = mapped_column(choice(Survey), default=Survey.MISSING)
    lead_on: Mapped[date | None] = mapped_column(Date)
    dpe_class: Mapped[str] = mapped_column(String(1), default="")  # A … G, empty when unknown
    decent: Mapped[bool | None] = mapped_column(Boolean)  # None: not yet known
    available: Mapped[bool] = mapped_column(Boolean, default=True)

    bailleur: Mapped[Organisation] = relationship(lazy="raise")


class Dossier(Versioned, Model):
    """One household's path. ``number`` says nothing of the pôle. ``bailleur_id`` follows the dwelling.

    ``changed_at`` moves with every event of the dossier; lists sort by it.
    """

    __tablename__ = "core_dossier"
    __table_args__ = (
        Index("ix_core_dossier_list", "bailleur_id", "state", "changed_at", "id"),
        Index("ix_core_dossier_changed", "changed_at", "id"),
        Index("ix_core_dossier_state_changed", "state", "changed_at", "id"),
        Index("ix_core_dossier_state_since", "state", "state_since", "id"),
    )

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    number: Mapped[str] = mapped_column(String(16), unique=True)  # 2018-0042
    household_id: Mapped[int] = mapped_column(ForeignKey("core_household.id"), index=True)
    state: Mapped[DossierState] = mapped_column(
        choice(DossierState), default=DossierState.SPOTTED, active_history=True
    )
    state_since: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    changed_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    opened_on: Mapped[date] = mapped_column(Date)
    referent_id: Mapped[int | None] = mapped_column(ForeignKey("core_user.id"), index=True)
    technical_id: Mapped[int | None] = mapped_column(ForeignKey("core_user.id"), index=True)
    tisf_id: Mapped[int | None] = mapped_column(ForeignKey("core_user.id"), index=True)
    dwelling_id: Mapped[int | None] = mapped_column(ForeignKey("core_dwelling.id"), index=True)
    bailleur_id: Mapped[int | None] = mapped_column(ForeignKey("core_organisation.id"))
    allocated_on: Mapped[date | None] = mapped_column(Date)
    entry_on: Mapped[date | None] = mapped_column(Date)
    joined_on: Mapped[date | None] = mapped_column(Date)
    joining_revoked_on: Mapped[date | None] = mapped_column(Date)
    visited_on: Mapped[date | None] = mapped_column(Date)  # the joint visit
    left_on: Mapped[date | None] = mapped_column(Date)
    left_reason: Mapped[LeavingReason | None] = mapped_column(choice(LeavingReason))

    household: Mapped[Household] = relationship(lazy="raise")
    dwelling: Mapped[Dwelling | None] = relationship(lazy="raise")
    referent: Mapped[User | None] = relationship(foreign_keys=[referent_id], lazy="raise")


class DossierGrant(Model):
    """A named person who may open a child-protection dossier."""

    __tablename__ = "core_dossier_grant"

    dossier_id: Mapped[int] = mapped_column(
        ForeignKey("core_dossier.id", ondelete="CASCADE"), primary_key=True
    )
    user_id: Mapped[int] = mapped_column(
        ForeignKey("core_user.id", ondelete="CASCADE"), primary_key=True, index=True
    )
    granted_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    granted_by: Mapped[int | None] = mapped_column(ForeignKey("core_user.id"))


class DossierNote(Model):
    """A short note of ALC's staff on a dossier. Never seen outside ALC."""

    __tablename__ = "core_dossier_note"

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    dossier_id: Mapped[int] = mapped_column(ForeignKey("core_dossier.id", ondelete="CASCADE"), index=True)
    author_id: Mapped[int] = mapped_column(ForeignKey("core_user.id"))
    at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    text: Mapped[str] = mapped_column(Text)
