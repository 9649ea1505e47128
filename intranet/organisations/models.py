"""Tables of organisations."""

from __future__ import annotations

import enum
from datetime import date

from sqlalchemy import JSON, Boolean, Date, ForeignKey, Integer, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from intranet.access import OrganisationKind
from intranet.database import Model, Versioned, choice


class Confidentiality(enum.StrEnum):
    """What a pôle's dossiers need: PEP is child protection, PHI's origin must never be told."""

    STANDARD = "standard"
    CHILD_PROTECTION = "child_protection"
    ORIGIN_HIDDEN = "origin_hidden"


class Organisation(Versioned, Model):
    """The association, a bailleur or a partner. ``answer_days`` is the delay agreed with a bailleur (days)."""

    __tablename__ = "core_organisation"

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    kind: Mapped[OrganisationKind] = mapped_column(choice(OrganisationKind), index=True)
    name: Mapped[str] = mapped_column(String(120), unique=True)
    email: Mapped[str] = mapped_column(String(254), default="")
    phone: Mapped[str] = mapped_column(String(32), default="")
    address: Mapped[str] = mapped_column(String(255), default="")
    answer_days: Mapped[int] = mapped_column(Integer, default=21)
    active: Mapped[bool] = mapped_column(Boolean, default=True)


class Pole(Versioned, Model):
    """A pôle of ALC. ``announced_households`` is what the programme says; what is counted is computed."""

    __tablename__ = "core_pole"

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    code: Mapped[str] = mapped_column(String(8), unique=True)
    name: Mapped[str] = mapped_column(String(120))
    audience: Mapped[str] = mapped_column(String(255), default="")
    confidentiality: Mapped[Confidentiality] = mapped_column(choice(Confidentiality))
    announced_households: Mapped[int] = mapped_column(Integer, default=0)
    active: Mapped[bool] = mapped_column(Boolean, default=True)


class Site(Versioned, Model):
    """A place of the programme: an associated site, or a structure of a pôle."""

    __tablename__ = "core_site"

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    name: Mapped[str] = mapped_column(String(120), unique=True)
    pole_id: Mapped[int | None] = mapped_column(ForeignKey("core_pole.id"), index=True)
    associated: Mapped[bool] = mapped_column(Boolean, default=False)
    address: Mapped[str] = mapped_column(String(255), default="")
    phone: Mapped[str] = mapped_column(String(32), default="")
    email: Mapped[str] = mapped_column(String(254), default="")
    notes: Mapped[str] = mapped_column(Text, default="")
    active: Mapped[bool] = mapped_column(Boolean, default=True)

    pole: Mapped[Pole | None] = relationship(lazy="raise")


class Phase(Model):
    """A phase of the programme; its length is computed from its dates."""

    __tablename__ = "core_phase"

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    name: Mapped[str] = mapped_column(String(60), unique=True)
    starts_on: Mapped[date] = mapped_column(Date)
    ends_on: Mapped[date] = mapped_column(Date)
    goals: Mapped[list[str]] = mapped_column(JSON, default=list)
