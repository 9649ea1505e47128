"""What the queues look for in splits, rent clauses, contracts, accesses and start lists: criteria, no statement.

Times are asked by name (``:week_ago``, ``:ends_soon``, ``:today``): whoever runs a queue gives ``clock()``.
"""

from __future__ import annotations

from sqlalchemy import ColumnElement, and_, bindparam, or_, select
from sqlalchemy.orm import aliased

from intranet.chantiers.insurance import insured
from intranet.chantiers.machine import BEFORE_START
from intranet.chantiers.models import Chantier, ChantierState, Task
from intranet.database import UtcDateTime
from intranet.guests.models import GuestAccess
from intranet.rent.models import RentConsent, RentOffset
from intranet.signatures.models import Signature
from intranet.works.models import (
    Answer,
    Contract,
    ContractState,
    Holder,
    LineAnswer,
    Side,
    Split,
    SplitState,
    SplitVersion,
    WorksLine,
)

_WEEK_AGO = bindparam("week_ago", type_=UtcDateTime())
_ENDS_SOON = bindparam("ends_soon", type_=UtcDateTime())


def _no_line_without(side: Side, *answers: Answer) -> ColumnElement[bool]:
    """Every line of the split has one of those answers of the side, to its present wording."""
    given = select(LineAnswer.line_id).where(
        LineAnswer.line_id == WorksLine.id,
        LineAnswer.side == side,
        LineAnswer.digest == WorksLine.digest,
        LineAnswer.answer.in_(answers),
    )
    return ~select(WorksLine.id).where(WorksLine.split_id == Split.id, ~given.exists()).exists()


_REMINDED = and_(
    Split.state == SplitState.PROPOSED,
    Split.turn == Side.BAILLEUR,
    Split.turn_since <= _WEEK_AGO,  # no reminder leaves sooner: the index stops there
    Split.reminders > 0,
)
_GIVEN_BACK = and_(Split.state == SplitState.COUNTERED, Split.silent)
_FAMILY_LATE = and_(
    Split.state == SplitState.COUNTERED,
    Split.turn_since <= _WEEK_AGO,
    _no_line_without(Side.BAILLEUR, Answer.ACCEPTED),
    ~_no_line_without(Side.HOUSEHOLD, Answer.ACCEPTED, Answer.REFUSED, Answer.COUNTERED),
)
ANSWER_LATE = or_(_REMINDED, _GIVEN_BACK, _FAMILY_LATE)
"""The bailleur was reminded (``domain.md`` §3, Silence), or said nothing at all; or the family is waited for alone,
for a week or more."""

BAILLEUR_ON_TIME = and_(Split.state == SplitState.PROPOSED, Split.reminders == 0)

CONTRACT_REFUSED = and_(
    Split.state == SplitState.COUNTERED,
    select(Signature.id)
    .join(Contract, Contract.id == Signature.contract_id)
    .where(
        Contract.split_id == Split.id,
        Contract.state == ContractState.REFUSED,
        Signature.refused,
        ~select(SplitVersion.id)
        .where(SplitVersion.split_id == Contract.split_id, SplitVersion.sent_at > Signature.recorded_at)
        .exists(),
    )
    .exists(),
)
"""A party would not sign, and nothing was proposed since."""


def _rent_answer(side: Side | None, given: bool) -> ColumnElement[bool]:
    """An answer to the exact figures of the clause, of that side or of any."""
    found = select(RentConsent.offset_id).where(
        RentConsent.offset_id == RentOffset.id,
        RentConsent.digest == RentOffset.digest,
        RentConsent.given.is_(given),
    )
    return (found if side is None else found.where(RentConsent.side == side)).exists()


_RENT_OPEN = Split.state.in_((SplitState.PROPOSED, SplitState.COUNTERED))
_DOCUMENTED = RentOffset.document_id.is_not(None)
RENT_TO_MOVE = and_(
    _RENT_OPEN,
    or_(~_DOCUMENTED, _rent_answer(None, False), ~_rent_answer(Side.HOUSEHOLD, True)),
)
"""Works against rent that ALC moves: receipts to join, a refusal to take up, the family's consent to take."""

RENT_WITH_BAILLEUR = and_(
    _RENT_OPEN, _DOCUMENTED, ~_rent_answer(None, False), ~_rent_answer(Side.BAILLEUR, True)
)

_LATER = aliased(GuestAccess)
ACCESS_ENDING = and_(
    or_(
        and_(Split.state == SplitState.PROPOSED, GuestAccess.side == Side.BAILLEUR),
        and_(Split.state == SplitState.COUNTERED, GuestAccess.side == Side.HOUSEHOLD),
        Split.state == SplitState.AGREED,  # the contract is to be signed
    ),
    GuestAccess.revoked_at.is_(None),
    GuestAccess.adopted_at.is_(None),
    GuestAccess.expires_at <= _ENDS_SOON,
    ~select(_LATER.id)
    .where(
        _LATER.split_id == GuestAccess.split_id,
        _LATER.side == GuestAccess.side,
        _LATER.revoked_at.is_(None),
        _LATER.expires_at > GuestAccess.expires_at,
    )
    .exists(),
)
"""The side that must answer has an access that ends, or has ended, and no longer one."""

UNINSURED = and_(Chantier.state.in_(BEFORE_START), ~insured())

UNSAFE_WORKS = and_(
    Chantier.state != ChantierState.HANDED_OVER,
    select(Task.id).where(Task.chantier_id == Chantier.id, Task.blocked_rule != "").exists(),
)
"""A guard-rail of the home stopped tasks of a signed contract: an amendment or a clear report gives them back."""

_HELD = WorksLine.lock.in_(("asbestos", "lead"))
_ON_SITE = WorksLine.holder.in_((Holder.TENANT, Holder.SHARED, Holder.PARTNER))
_DECENCY = and_(WorksLine.lock == "decency", WorksLine.holder.in_((Holder.TENANT, Holder.SHARED)))
UNSAFE_LINES = and_(
    Split.state.in_((SplitState.DRAFT, SplitState.PROPOSED, SplitState.COUNTERED)),
    select(WorksLine.id).where(WorksLine.split_id == Split.id, or_(and_(_HELD, _ON_SITE), _DECENCY)).exists(),
)
"""Lines that what is known of the home since forbids to those who hold them."""
