"""Tables of the catalogue, the split of works and the participation contract."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, Boolean, Date, ForeignKey, Index, Integer, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from intranet.database import Model, UtcDateTime, Versioned, choice, now
from intranet.dossiers.models import Dossier, Dwelling
from intranet.works.terms import (
    Answer,
    Cause,
    ContractState,
    DefaultHolder,
    Holder,
    Need,
    Payer,
    Professional,
    Side,
    SplitState,
)

__all__ = [
    "Answer",
    "Cause",
    "Contract",
    "ContractState",
    "ContractText",
    "DefaultHolder",
    "GuardrailOverride",
    "Holder",
    "LineAnswer",
    "LineComment",
    "LineWording",
    "Need",
    "Payer",
    "Professional",
    "Side",
    "Split",
    "SplitState",
    "SplitVersion",
    "WorksKind",
    "WorksLine",
]


class WorksKind(Versioned, Model):
    """A kind of works of the catalogue (``works_catalogue.csv``); every value may be changed on screen."""

    __tablename__ = "core_works_kind"

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    code: Mapped[str] = mapped_column(String(12), unique=True)
    position: Mapped[int] = mapped_column(Integer)
    trade: Mapped[str] = mapped_column(String(40), index=True)
    label_fr: Mapped[str] = mapped_column(String(255))
    label_en: Mapped[str] = mapped_column(String(255))
    synonyms: Mapped[str] = mapped_column(String(255), default="")  # words of every day that find it
    default_holder: Mapped[DefaultHolder] = mapped_column(choice(DefaultHolder))
    locked_to_bailleur: Mapped[bool] = mapped_column(Boolean, default=False)
    professional_only: Mapped[Professional] = mapped_column(choice(Professional))
    professional_condition: Mapped[str] = mapped_column(String(40), default="")
    consent: Mapped[str] = mapped_column(String(24), default="")  # written, tacit_2_months
    hazard: Mapped[str] = mapped_column(String(40), default="")  # words: asbestos lead height
    legal_basis: Mapped[str] = mapped_column(String(160), default="")
    lifetime_years: Mapped[int | None] = mapped_column(Integer)
    free_years: Mapped[int | None] = mapped_column(Integer)
    yearly_discount_pct: Mapped[int | None] = mapped_column(Integer)
    residual_pct: Mapped[int | None] = mapped_column(Integer)
    active: Mapped[bool] = mapped_column(Boolean, default=True)


class Split(Versioned, Model):
    """The negotiation for one dossier and dwelling. ``number`` counts the versions sent.

    ``turn`` is whose move it is (``None`` when nobody's) and ``turn_since`` since when.
    """

    __tablename__ = "core_split"
    __table_args__ = (
        Index(
            "uq_core_split_open",
            "dossier_id",
            "dwelling_id",
            unique=True,
            sqlite_where=text("state NOT IN ('withdrawn', 'amended')"),
            postgresql_where=text("state NOT IN ('withdrawn', 'amended')"),
        ),
        Index("ix_core_split_turn", "state", "turn", "turn_since"),
        Index(
            "uq_core_split_amends",
            "amends_id",
            unique=True,
            sqlite_where=text("state <> 'withdrawn'"),
            postgresql_where=text("state <> 'withdrawn'"),
        ),
    )

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    dossier_id: Mapped[int] = mapped_column(ForeignKey("core_dossier.id"), index=True)
    dwelling_id: Mapped[int] = mapped_column(ForeignKey("core_dwelling.id"), index=True)
    bailleur_id: Mapped[int] = mapped_column(ForeignKey("core_organisation.id"), index=True)
    state: Mapped[SplitState] = mapped_column(
        choice(SplitState), default=SplitState.DRAFT, active_history=True
    )
    number: Mapped[int] = mapped_column(Integer, default=0)
    turn: Mapped[Side | None] = mapped_column(choice(Side))
    turn_since: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    silent: Mapped[bool] = mapped_column(Boolean, default=False)  # the turn came back without an answer
    reminded_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    reminders: Mapped[int] = mapped_column(Integer, default=0)  # sent in this turn
    household_answered_on: Mapped[date | None] = mapped_column(Date)
    household_answered_at_place: Mapped[str] = mapped_column(String(120), default="")
    agreed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    message: Mapped[str] = mapped_column(Text, default="")  # the last sender's covering words
    more_time_until: Mapped[date | None] = mapped_column(Date)  # granted by a coordinator, for this turn
    amends_id: Mapped[int | None] = mapped_column(ForeignKey("core_split.id"))  # the signed one it amends
    amend_reason: Mapped[str] = mapped_column(Text, default="")
    reused_from_id: Mapped[int | None] = mapped_column(ForeignKey("core_split.id"))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)

    dossier: Mapped[Dossier] = relationship(lazy="raise")
    dwelling: Mapped[Dwelling] = relationship(lazy="raise")
    lines: Mapped[list[WorksLine]] = relationship(
        back_populates="split", order_by="WorksLine.position, WorksLine.id", lazy="raise"
    )


class WorksLine(Versioned, Model):
    """One line of works. ``default_*`` is what the rules proposed, ``lock`` the guard-rail that holds it."""

    __tablename__ = "core_works_line"

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    split_id: Mapped[int] = mapped_column(ForeignKey("core_split.id", ondelete="CASCADE"), index=True)
    position: Mapped[int] = mapped_column(Integer, default=0)
    kind_id: Mapped[int | None] = mapped_column(ForeignKey("core_works_kind.id"))
    label: Mapped[str] = mapped_column(String(255))  # the kind's, or free
    room: Mapped[str] = mapped_column(String(60))
    need: Mapped[Need] = mapped_column(choice(Need))
    cause: Mapped[Cause] = mapped_column(choice(Cause), default=Cause.USE)
    condition_met: Mapped[bool | None] = mapped_column(Boolean)  # of a ``partly`` kind: safe to do oneself
    holder: Mapped[Holder] = mapped_column(choice(Holder), active_history=True)
    tenant_share_pct: Mapped[int | None] = mapped_column(Integer)  # 1 … 99, only when shared
    materials_payer: Mapped[Payer] = mapped_column(choice(Payer), active_history=True)
    materials_cents: Mapped[int] = mapped_column(Integer, default=0)
    minutes: Mapped[int] = mapped_column(Integer, default=0)  # estimated hours, in minutes
    tenant_cents: Mapped[int | None] = mapped_column(
        Integer
    )  # what the family owes for damage, wear deducted
    due_on: Mapped[date | None] = mapped_column(Date)  # by when the bailleur's part is done
    consent_on: Mapped[date | None] = mapped_column(Date)  # the bailleur's written consent (art. 7 f)
    consent_document_id: Mapped[int | None] = mapped_column(ForeignKey("core_document.id"))
    wear: Mapped[dict[str, Any] | None] = mapped_column(
        JSON
    )  # the calculation behind ``tenant_cents``, in full
    fixed: Mapped[bool] = mapped_column(
        Boolean, default=False
    )  # in an amendment: as signed, not to be touched
    origin_id: Mapped[int | None] = mapped_column(
        ForeignKey("core_works_line.id"), index=True
    )  # what it amends
    default_holder: Mapped[Holder | None] = mapped_column(choice(Holder))  # None: to be agreed
    default_rule: Mapped[str] = mapped_column(String(40), default="")
    lock: Mapped[str] = mapped_column(String(40), default="")  # guard-rail id, empty when free
    digest: Mapped[str] = mapped_column(String(64))  # of the wording
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)

    split: Mapped[Split] = relationship(back_populates="lines", lazy="raise")
    kind: Mapped[WorksKind | None] = relationship(lazy="raise")
    answers: Mapped[list[LineAnswer]] = relationship(
        back_populates="line", lazy="raise", cascade="all, delete-orphan"
    )
    overrides: Mapped[list[GuardrailOverride]] = relationship(
        lazy="selectin", viewonly=True
    )  # the guard-rails never look at a line without them


class LineAnswer(Model):
    """A side's present answer to a line; good only while ``digest`` is the line's own.

    With ``countered``, the ``counter_*`` columns hold what that side offers instead.
    """

    __tablename__ = "core_line_answer"

    line_id: Mapped[int] = mapped_column(
        ForeignKey("core_works_line.id", ondelete="CASCADE"), primary_key=True
    )
    side: Mapped[Side] = mapped_column(choice(Side), primary_key=True)
    answer: Mapped[Answer] = mapped_column(choice(Answer), default=Answer.WAITING)
    digest: Mapped[str] = mapped_column(String(64), default="")
    counter_holder: Mapped[Holder | None] = mapped_column(choice(Holder))
    counter_share_pct: Mapped[int | None] = mapped_column(Integer)
    counter_payer: Mapped[Payer | None] = mapped_column(choice(Payer))
    counter_due_on: Mapped[date | None] = mapped_column(Date)
    by_id: Mapped[int | None] = mapped_column(ForeignKey("core_user.id"))
    by_name: Mapped[str] = mapped_column(String(120), default="")  # who gave it, as they are called
    guest_id: Mapped[int | None] = mapped_column(
        ForeignKey("core_guest_access.id")
    )  # given without an account
    at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)

    line: Mapped[WorksLine] = relationship(back_populates="answers", lazy="raise")


class LineWording(Model):
    """A wording a line has had, in the order they came: who wrote it, when, by what act. Never changed."""

    __tablename__ = "core_line_wording"
    __table_args__ = (UniqueConstraint("line_id", "number"),)

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    line_id: Mapped[int] = mapped_column(ForeignKey("core_works_line.id", ondelete="CASCADE"))
    number: Mapped[int] = mapped_column(Integer)
    digest: Mapped[str] = mapped_column(String(64))
    wording: Mapped[dict[str, Any]] = mapped_column(JSON)
    act: Mapped[str] = mapped_column(String(20))  # added, changed, adopted, dropped, amended, reused
    by_id: Mapped[int | None] = mapped_column(ForeignKey("core_user.id"))
    by_name: Mapped[str] = mapped_column(String(120), default="")
    side: Mapped[Side] = mapped_column(choice(Side))
    at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)


class GuardrailOverride(Model):
    """A coordinator set an overridable guard-rail aside, for one wording of one line, and said why."""

    __tablename__ = "core_guardrail_override"
    __table_args__ = (UniqueConstraint("line_id", "rule", "digest"),)

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    line_id: Mapped[int] = mapped_column(ForeignKey("core_works_line.id", ondelete="CASCADE"), index=True)
    rule: Mapped[str] = mapped_column(String(40))
    digest: Mapped[str] = mapped_column(String(64))  # of the wording it was granted for
    reason: Mapped[str] = mapped_column(Text)
    by_id: Mapped[int] = mapped_column(ForeignKey("core_user.id"))
    by_name: Mapped[str] = mapped_column(String(120))
    at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)


class LineComment(Model):
    """A remark on a line, seen by ALC and the bailleur. The remarks of a line are one thread.

    With ``resolves`` it closes the thread; a later remark opens it again.
    """

    __tablename__ = "core_line_comment"

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    line_id: Mapped[int] = mapped_column(ForeignKey("core_works_line.id", ondelete="CASCADE"), index=True)
    side: Mapped[Side] = mapped_column(choice(Side))
    author_id: Mapped[int | None] = mapped_column(ForeignKey("core_user.id"))  # none: without an account
    author_name: Mapped[str] = mapped_column(String(120))
    at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    text: Mapped[str] = mapped_column(Text)
    resolves: Mapped[bool] = mapped_column(Boolean, default=False)


class SplitVersion(Model):
    """The lines as they stood when a side sent them, so that the other sees what changed."""

    __tablename__ = "core_split_version"
    __table_args__ = (UniqueConstraint("split_id", "number"),)

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    split_id: Mapped[int] = mapped_column(ForeignKey("core_split.id", ondelete="CASCADE"), index=True)
    number: Mapped[int] = mapped_column(Integer)
    side: Mapped[Side] = mapped_column(choice(Side))
    sent_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    sent_by: Mapped[int | None] = mapped_column(ForeignKey("core_user.id"))
    message: Mapped[str] = mapped_column(Text, default="")
    lines: Mapped[list[dict[str, Any]]] = mapped_column(JSON)


class Contract(Versioned, Model):
    """The participation contract of an agreed split. Immutable once signed; an amendment is another."""

    __tablename__ = "core_contract"
    __table_args__ = (Index("ix_core_contract_state", "state", "created_at"),)

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    number: Mapped[str] = mapped_column(String(24), unique=True)  # CP-2019-0007
    split_id: Mapped[int] = mapped_column(ForeignKey("core_split.id"), index=True)
    dossier_id: Mapped[int] = mapped_column(ForeignKey("core_dossier.id"), index=True)
    state: Mapped[ContractState] = mapped_column(
        choice(ContractState), default=ContractState.PREPARED, active_history=True
    )
    support_technical: Mapped[str] = mapped_column(Text, default="")
    support_social: Mapped[str] = mapped_column(Text, default="")
    starts_on: Mapped[date | None] = mapped_column(Date)
    ends_on: Mapped[date | None] = mapped_column(Date)
    days_a_week: Mapped[int] = mapped_column(Integer, default=2)
    support_volunteers: Mapped[str] = mapped_column(Text, default="")
    insurance: Mapped[str] = mapped_column(
        String(255), default=""
    )  # the family's insurer and policy, as attested
    insured_until: Mapped[date | None] = mapped_column(Date)
    image_consent: Mapped[bool | None] = mapped_column(Boolean)  # people may be on photos; None: not asked
    amends_id: Mapped[int | None] = mapped_column(ForeignKey("core_contract.id"))
    partner_id: Mapped[int | None] = mapped_column(ForeignKey("core_organisation.id"))
    lines: Mapped[list[dict[str, Any]]] = mapped_column(JSON)  # the agreed wordings, fixed
    rent_offset: Mapped[dict[str, Any] | None] = mapped_column(JSON)  # works against rent as agreed, fixed
    document_id: Mapped[int | None] = mapped_column(ForeignKey("core_document.id"))  # what is signed
    reading_document_id: Mapped[int | None] = mapped_column(ForeignKey("core_document.id"))  # in English
    sealed_document_id: Mapped[int | None] = mapped_column(ForeignKey("core_document.id"))  # with its proof
    failure: Mapped[str] = mapped_column(
        String(255), default=""
    )  # why the document could not be made, in words
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    signed_on: Mapped[date | None] = mapped_column(Date)

    split: Mapped[Split] = relationship(lazy="raise")


class ContractText(Model):
    """A text of the contract as the site wrote it; the last one of a part and language is in force.

    Never changed: an empty ``text`` is the return to the default. ``title`` is empty for a part without one.
    """

    __tablename__ = "core_contract_text"
    __table_args__ = (Index(None, "part", "language", "id"),)

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    part: Mapped[str] = mapped_column(String(40))
    language: Mapped[str] = mapped_column(String(8))
    title: Mapped[str] = mapped_column(String(120), default="")
    text: Mapped[str] = mapped_column(Text, default="")
    by_id: Mapped[int] = mapped_column(ForeignKey("core_user.id"))
    by_name: Mapped[str] = mapped_column(String(120))
    at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
