"""A split and its lines, read by columns."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, NamedTuple

from sqlalchemy import and_, bindparam, func, select
from sqlalchemy.orm import aliased

from intranet.dossiers.joins import with_home
from intranet.dossiers.models import Dwelling, Household
from intranet.organisations.models import Organisation
from intranet.rows import Row, fetch_all, fetch_one
from intranet.works.models import (
    LineAnswer,
    LineComment,
    Split,
    SplitVersion,
    WorksKind,
    WorksLine,
)
from intranet.works.rules import Default, KindFacts, propose_default, seen_token
from intranet.works.terms import (
    Answer,
    Cause,
    DefaultHolder,
    Holder,
    Need,
    Payer,
    Side,
    SplitState,
)

_HEADER = (
    with_home(
        select(
            Split.id,
            Split.version,
            Split.dossier_id,
            Split.dwelling_id,
            Split.bailleur_id,
            Split.state,
            Split.number,
            Split.turn,
            Split.turn_since,
            Split.silent,
            Split.reminded_at,
            Split.reminders,
            Split.household_answered_on,
            Split.household_answered_at_place,
            Split.agreed_at,
            Split.message,
            Split.created_at,
            Household.name.label("tenant"),
            (Household.adults + Household.children).label("people"),
            Dwelling.address,
            Dwelling.postcode,
            Dwelling.town,
            Dwelling.floor,
            Dwelling.kind,
            Dwelling.surface_m2,
            Dwelling.permit_year,
            Dwelling.asbestos,
            Dwelling.lead,
            Dwelling.decent,
            Organisation.name.label("bailleur"),
            Organisation.answer_days,
        ),
        Split.dossier_id,
        Split.dwelling_id,
    )
    .join(Organisation, Organisation.id == Split.bailleur_id)
    .where(Split.id == bindparam("split_id"))
)

_alc, _bailleur, _household = (aliased(LineAnswer) for _ in range(3))


def _answer_of(alias: Any, side: Side) -> Any:
    return and_(alias.line_id == WorksLine.id, alias.side == side, alias.digest == WorksLine.digest)


_COMMENTS_OF_LINE = (
    select(func.count()).where(LineComment.line_id == WorksLine.id).correlate(WorksLine).scalar_subquery()
)

_LINES = (
    select(
        WorksLine.id,
        WorksLine.version,
        WorksLine.position,
        WorksLine.kind_id,
        WorksKind.code,
        WorksKind.trade,
        WorksKind.legal_basis,
        WorksKind.professional_condition,
        WorksKind.consent,
        WorksKind.default_holder.label("usual_holder"),
        WorksKind.locked_to_bailleur,
        WorksLine.label,
        WorksLine.room,
        WorksLine.need,
        WorksLine.cause,
        WorksLine.condition_met,
        WorksLine.holder,
        WorksLine.tenant_share_pct,
        WorksLine.materials_payer,
        WorksLine.materials_cents,
        WorksLine.minutes,
        WorksLine.tenant_cents,
        WorksLine.due_on,
        WorksLine.consent_on,
        WorksLine.consent_document_id,
        WorksLine.wear,
        WorksLine.fixed,
        WorksLine.lock,
        WorksLine.digest,
        _alc.answer.label("alc"),
        _bailleur.answer.label("bailleur"),
        _household.answer.label("household"),
        _bailleur.counter_holder,
        _bailleur.counter_share_pct,
        _bailleur.counter_payer,
        _bailleur.counter_due_on,
        _household.counter_holder.label("household_wish"),
        _bailleur.by_id.label("bailleur_by"),
        _bailleur.at.label("bailleur_at"),
        _COMMENTS_OF_LINE.label("comments"),
    )
    .outerjoin(WorksKind, WorksKind.id == WorksLine.kind_id)
    .outerjoin(_alc, _answer_of(_alc, Side.ALC))
    .outerjoin(_bailleur, _answer_of(_bailleur, Side.BAILLEUR))
    .outerjoin(_household, _answer_of(_household, Side.HOUSEHOLD))
    .where(WorksLine.split_id == bindparam("split_id"))
    .order_by(WorksLine.position, WorksLine.id)
)


class LineView(NamedTuple):
    """A line with each side's answer to its present wording. ``bailleur_seen`` goes into the answer's form."""

    id: int
    version: int
    kind_id: int | None
    code: str
    trade: str
    legal_basis: str
    condition: str  # the ``professional_condition`` to ask about, empty if none
    consent: str  # written, tacit_2_months or empty
    label: str
    room: str
    need: Need
    cause: Cause
    condition_met: bool | None
    holder: Holder
    tenant_share_pct: int | None
    materials_payer: Payer
    materials_cents: int
    minutes: int
    consent_on: date | None
    usual_holder: DefaultHolder | None  # the kind's; ``None`` for a free line
    locked_to_bailleur: bool
    lock: str
    digest: str
    alc: Answer
    bailleur: Answer
    household: Answer
    counter_holder: Holder | None
    counter_share_pct: int | None
    counter_payer: Payer | None
    bailleur_seen: str
    comments: int
    tenant_cents: int | None = None
    due_on: date | None = None
    fixed: bool = False  # in an amendment: as it was signed
    consent_document_id: int | None = None  # the written consent, as it was joined
    wear: Mapping[str, Any] | None = None  # the calculation behind ``tenant_cents``
    counter_due_on: date | None = None  # by when the bailleur offers to do its part
    household_wish: Holder | None = None  # who the family says does it instead

    @property
    def disputed(self) -> bool:
        """Countered or refused by some side: these come first on the page."""
        return bool({self.bailleur, self.household} & {Answer.COUNTERED, Answer.REFUSED})

    @property
    def default(self) -> Default | None:
        """Who normally does it and why, or ``None`` when the kind is not known: a line ALC took out since."""
        if self.usual_holder is None:
            return propose_default(None, self.cause, self.need) if self.kind_id is None else None
        kind = KindFacts(
            code=self.code,
            trade=self.trade,
            default_holder=self.usual_holder,
            locked_to_bailleur=self.locked_to_bailleur,
            consent=self.consent,
            legal_basis=self.legal_basis,
        )
        return propose_default(kind, self.cause, self.need, self.consent_on)

    @property
    def accepted_by_all(self) -> bool:
        return self.alc is self.bailleur is self.household is Answer.ACCEPTED


_LINE_OF_SPLIT = select(WorksLine.id).where(
    WorksLine.id == bindparam("line_id"), WorksLine.split_id == bindparam("split_id")
)


def is_line_of(split_id: int, line_id: int) -> bool:
    """Whether the line stands in that split: an address may name any two numbers."""
    return fetch_one(_LINE_OF_SPLIT, split_id=split_id, line_id=line_id) is not None


def split_header(split_id: int) -> Row | None:
    """The head of a split: state, turn, version, tenant, dwelling, bailleur and its agreed delay (days)."""
    return fetch_one(_HEADER, split_id=split_id)


def split_lines(split_id: int) -> Sequence[LineView]:
    """The lines as they stand, in the order of the visit. One statement, whatever their number.

    While it is ALC's turn these hold what ALC is preparing: the bailleur is then shown ``sent_lines``.
    """
    return [_view(row) for row in fetch_all(_LINES, split_id=split_id)]


def sent_lines(split_id: int) -> Sequence[LineView]:
    """The lines as the bailleur may read them: as they were sent last, when it is not its turn.

    Wording and answers come from the version sent; what is not part of them (lock, source, comments) from the
    line of today. A line ALC added since is not there; one it removed meanwhile still is. Two statements.
    """
    header = fetch_one(_SENT, split_id=split_id)
    present = {line.id: line for line in split_lines(split_id)}
    if header is None or header.state is not SplitState.COUNTERED:
        return list(present.values())
    return [_as_sent(line, present.get(line["id"])) for line in header.lines]


def _view(row: Row) -> LineView:
    waiting = Answer.WAITING
    bailleur = row.bailleur or waiting
    return LineView(
        id=row.id,
        version=row.version,
        kind_id=row.kind_id,
        code=row.code or "",
        trade=row.trade or "",
        legal_basis=row.legal_basis or "",
        condition=row.professional_condition or "",
        consent=row.consent or "",
        label=row.label,
        room=row.room,
        need=row.need,
        cause=row.cause,
        condition_met=row.condition_met,
        holder=row.holder,
        tenant_share_pct=row.tenant_share_pct,
        materials_payer=row.materials_payer,
        materials_cents=row.materials_cents,
        minutes=row.minutes,
        consent_on=row.consent_on,
        usual_holder=row.usual_holder,
        locked_to_bailleur=bool(row.locked_to_bailleur),
        lock=row.lock,
        digest=row.digest,
        alc=row.alc or waiting,
        bailleur=bailleur,
        household=row.household or waiting,
        counter_holder=row.counter_holder,
        counter_share_pct=row.counter_share_pct,
        counter_payer=row.counter_payer,
        bailleur_seen=seen_token(row.bailleur_by, row.bailleur_at) if bailleur is not waiting else "",
        comments=row.comments,
        tenant_cents=row.tenant_cents,
        due_on=row.due_on,
        fixed=row.fixed,
        consent_document_id=row.consent_document_id,
        wear=row.wear if row.tenant_cents is not None else None,
        counter_due_on=row.counter_due_on,
        household_wish=row.household_wish,
    )


_NO_ANSWER: Mapping[str, Any] = {"answer": Answer.WAITING.value}


def _as_sent(sent: Mapping[str, Any], present: LineView | None) -> LineView:
    answers = sent["answers"]
    bailleur = answers.get(Side.BAILLEUR, _NO_ANSWER)
    household = answers.get(Side.HOUSEHOLD, _NO_ANSWER)
    holder, payer = bailleur.get("counter_holder"), bailleur.get("counter_payer")
    return LineView(
        id=sent["id"],
        version=present.version if present else 0,
        kind_id=sent["kind_id"],
        code=sent["code"],
        trade=present.trade if present else "",
        legal_basis=present.legal_basis if present else "",
        condition=present.condition if present else "",
        consent=present.consent if present else "",
        label=sent["label"],
        room=sent["room"],
        need=Need(sent["need"]),
        cause=Cause(sent["cause"]),
        condition_met=present.condition_met if present else None,
        holder=Holder(sent["holder"]),
        tenant_share_pct=sent["tenant_share_pct"],
        materials_payer=Payer(sent["materials_payer"]),
        materials_cents=sent["materials_cents"],
        minutes=sent["minutes"],
        consent_on=present.consent_on if present else None,
        usual_holder=present.usual_holder if present else None,
        locked_to_bailleur=present.locked_to_bailleur if present else False,
        lock=present.lock if present else "",
        digest=sent["digest"],
        alc=Answer(answers.get(Side.ALC, _NO_ANSWER)["answer"]),
        bailleur=Answer(bailleur["answer"]),
        household=Answer(household["answer"]),
        counter_holder=Holder(holder) if holder else None,
        counter_share_pct=bailleur.get("counter_share_pct"),
        counter_payer=Payer(payer) if payer else None,
        bailleur_seen="",
        comments=present.comments if present else 0,
        tenant_cents=sent.get("tenant_cents"),
        due_on=_day(sent.get("due_on")),
        fixed=present.fixed if present else False,
        consent_document_id=present.consent_document_id if present else None,
        wear=_same_debt(present, sent.get("tenant_cents")),
        counter_due_on=_day(bailleur.get("counter_due_on")),
        household_wish=Holder(wish) if (wish := household.get("counter_holder")) else None,
    )


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


def _same_debt(present: LineView | None, owed: int | None) -> Mapping[str, Any] | None:
    """The calculation, if it is the one behind what was sent: ALC may be preparing another."""
    made = present.wear if present else None
    return made if made and made["tenant_cents"] == owed else None


_SENT = (
    select(Split.state, SplitVersion.lines)
    .join(SplitVersion, and_(SplitVersion.split_id == Split.id, SplitVersion.number == Split.number))
    .where(Split.id == bindparam("split_id"))
)
