"""Tables of chantiers."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import Boolean, Date, ForeignKey, Index, Integer, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from intranet.chantiers.terms import ChantierState, HoursRole, Moment, StartItem, TaskState
from intranet.database import Model, UtcDateTime, Versioned, choice, now
from intranet.works.terms import Holder, Side

__all__ = [
    "Chantier",
    "ChantierState",
    "Hours",
    "HoursRole",
    "Moment",
    "Reserve",
    "SessionNote",
    "SitePhoto",
    "StartCheck",
    "StartItem",
    "Task",
    "TaskState",
]


class Chantier(Versioned, Model):
    """The works in one dwelling, opened from a contract; run by the works partner."""

    __tablename__ = "core_chantier"

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    contract_id: Mapped[int] = mapped_column(ForeignKey("core_contract.id"), unique=True)
    dossier_id: Mapped[int] = mapped_column(ForeignKey("core_dossier.id"), index=True)
    dwelling_id: Mapped[int] = mapped_column(ForeignKey("core_dwelling.id"), index=True)
    bailleur_id: Mapped[int] = mapped_column(ForeignKey("core_organisation.id"), index=True)
    partner_id: Mapped[int] = mapped_column(ForeignKey("core_organisation.id"), index=True)
    animator_id: Mapped[int | None] = mapped_column(ForeignKey("core_user.id"), index=True)
    state: Mapped[ChantierState] = mapped_column(
        choice(ChantierState), default=ChantierState.PREPARED, index=True, active_history=True
    )
    state_since: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    planned_start: Mapped[date | None] = mapped_column(Date)
    planned_end: Mapped[date | None] = mapped_column(Date)
    started_on: Mapped[date | None] = mapped_column(Date)
    finished_on: Mapped[date | None] = mapped_column(Date)
    handed_over_on: Mapped[date | None] = mapped_column(Date)
    safety_note: Mapped[str] = mapped_column(String(255), default="")  # "no dust", never its cause
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)

    tasks: Mapped[list[Task]] = relationship(
        back_populates="chantier", order_by="Task.position, Task.id", lazy="raise"
    )


class StartCheck(Model):
    """One item of the right-to-start list, ticked."""

    __tablename__ = "core_start_check"

    chantier_id: Mapped[int] = mapped_column(
        ForeignKey("core_chantier.id", ondelete="CASCADE"), primary_key=True
    )
    item: Mapped[StartItem] = mapped_column(choice(StartItem), primary_key=True)
    checked_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    checked_by: Mapped[int] = mapped_column(ForeignKey("core_user.id"))
    note: Mapped[str] = mapped_column(String(255), default="")


class Task(Versioned, Model):
    """One agreed line, on site. Lines of the bailleur alone become no task."""

    __tablename__ = "core_task"

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    chantier_id: Mapped[int] = mapped_column(ForeignKey("core_chantier.id", ondelete="CASCADE"), index=True)
    line_id: Mapped[int | None] = mapped_column(ForeignKey("core_works_line.id"), index=True)
    position: Mapped[int] = mapped_column(Integer, default=0)
    label: Mapped[str] = mapped_column(String(255))
    room: Mapped[str] = mapped_column(String(60))
    trade: Mapped[str] = mapped_column(String(40), default="")
    holder: Mapped[Holder] = mapped_column(choice(Holder))
    state: Mapped[TaskState] = mapped_column(choice(TaskState), default=TaskState.TO_DO, active_history=True)
    before_blocked: Mapped[TaskState | None] = mapped_column(choice(TaskState))
    blocked_reason: Mapped[str] = mapped_column(String(255), default="")
    blocked_rule: Mapped[str] = mapped_column(
        String(40), default="", server_default=""
    )  # the guard-rail that stopped it, of itself; empty when a person did
    planned_minutes: Mapped[int] = mapped_column(Integer, default=0)
    done_on: Mapped[date | None] = mapped_column(Date)

    chantier: Mapped[Chantier] = relationship(back_populates="tasks", lazy="raise")


class Hours(Model):
    """Time spent on a task by one person on one day, in minutes. ``client_key`` makes a resend harmless."""

    __tablename__ = "core_hours"
    __table_args__ = (UniqueConstraint("chantier_id", "client_key"),)

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    chantier_id: Mapped[int] = mapped_column(ForeignKey("core_chantier.id", ondelete="CASCADE"), index=True)
    task_id: Mapped[int] = mapped_column(ForeignKey("core_task.id", ondelete="CASCADE"), index=True)
    role: Mapped[HoursRole] = mapped_column(choice(HoursRole))
    person: Mapped[str] = mapped_column(String(80), default="")
    on: Mapped[date] = mapped_column(Date)
    minutes: Mapped[int] = mapped_column(Integer)
    entered_by: Mapped[int] = mapped_column(ForeignKey("core_user.id"))
    entered_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    client_key: Mapped[str] = mapped_column(String(40))


class SitePhoto(Model):
    """A picture of the chantier. ``spot`` pairs before and after from the same place."""

    __tablename__ = "core_site_photo"
    __table_args__ = (Index(None, "chantier_id", "spot", "moment"),)

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    chantier_id: Mapped[int] = mapped_column(ForeignKey("core_chantier.id", ondelete="CASCADE"), index=True)
    task_id: Mapped[int | None] = mapped_column(ForeignKey("core_task.id", ondelete="SET NULL"))
    document_id: Mapped[int] = mapped_column(ForeignKey("core_document.id"), unique=True)
    moment: Mapped[Moment] = mapped_column(choice(Moment))
    spot: Mapped[str] = mapped_column(String(60), default="")
    caption: Mapped[str] = mapped_column(String(255), default="")
    shows_people: Mapped[bool] = mapped_column(Boolean, default=False)
    taken_on: Mapped[date] = mapped_column(Date)


class SessionNote(Model):
    """What happened on a day of works, for ALC and the partner."""

    __tablename__ = "core_session_note"

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    chantier_id: Mapped[int] = mapped_column(ForeignKey("core_chantier.id", ondelete="CASCADE"), index=True)
    on: Mapped[date] = mapped_column(Date)
    author_id: Mapped[int] = mapped_column(ForeignKey("core_user.id"))
    author_name: Mapped[str] = mapped_column(String(120))
    at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    text: Mapped[str] = mapped_column(Text)


class Reserve(Versioned, Model):
    """What is still to put right at handover, who lifts it and by when."""

    __tablename__ = "core_reserve"

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    task_id: Mapped[int] = mapped_column(ForeignKey("core_task.id", ondelete="CASCADE"), index=True)
    text: Mapped[str] = mapped_column(String(255))
    lifted_by: Mapped[Side] = mapped_column(choice(Side))
    due_on: Mapped[date] = mapped_column(Date)
    lifted_on: Mapped[date | None] = mapped_column(Date)
