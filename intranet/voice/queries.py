"""The split as the household may read it: the present wording of each line, and its own answers.

What ALC and the bailleur offered or wrote to each other is not even read: only that a line is still discussed.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence

from sqlalchemy import Exists, and_, bindparam, exists, select
from sqlalchemy.orm import aliased

from intranet.commitments.models import Commitment
from intranet.dossiers.joins import with_home
from intranet.dossiers.models import Dwelling, Household
from intranet.guests.models import GuestAccess
from intranet.rows import Row, fetch_all, fetch_one, fetch_value
from intranet.signatures.models import Signature
from intranet.works.models import Contract, LineAnswer, LineComment, Split, WorksKind, WorksLine
from intranet.works.terms import Answer, ContractState, Side

_bailleur = aliased(LineAnswer)


def _contract(*states: ContractState) -> Exists:
    return exists().where(Contract.split_id == Split.id, Contract.state.in_(states))


_HEADER = with_home(
    select(
        Split.id,
        Split.dossier_id,
        Split.state,
        Split.turn_since,
        Split.household_answered_on,
        Split.amends_id,
        _contract(ContractState.SIGNED).label("in_force"),
        _contract(ContractState.PREPARED).where(Contract.document_id.is_not(None)).label("ready"),
        _contract(ContractState.PREPARED)
        .where(Signature.contract_id == Contract.id, Signature.side == Side.HOUSEHOLD, ~Signature.refused)
        .label("family_signed"),
        Household.name.label("household"),
        Dwelling.address,
        Dwelling.postcode,
        Dwelling.town,
    ),
    Split.dossier_id,
    Split.dwelling_id,
).where(Split.id == bindparam("split_id"))
_LINES = (
    select(
        WorksLine.id,
        WorksLine.digest,
        WorksKind.code,
        WorksKind.trade,
        WorksLine.label,
        WorksLine.room,
        WorksLine.holder,
        WorksLine.tenant_share_pct,
        WorksLine.materials_payer,
        WorksLine.materials_cents,
        WorksLine.minutes,
        WorksLine.tenant_cents,
        WorksLine.due_on,
        WorksLine.fixed,
        WorksLine.lock,
        LineAnswer.answer,
        LineAnswer.counter_holder.label("wish"),
        _bailleur.answer.in_((Answer.COUNTERED, Answer.REFUSED)).label("discussed"),
    )
    .outerjoin(WorksKind, WorksKind.id == WorksLine.kind_id)
    .outerjoin(
        LineAnswer,
        and_(
            LineAnswer.line_id == WorksLine.id,
            LineAnswer.side == Side.HOUSEHOLD,
            LineAnswer.digest == WorksLine.digest,
        ),
    )
    .outerjoin(
        _bailleur,
        and_(
            _bailleur.line_id == WorksLine.id,
            _bailleur.side == Side.BAILLEUR,
            _bailleur.digest == WorksLine.digest,
        ),
    )
    .where(WorksLine.split_id == bindparam("split_id"))
    .order_by(WorksLine.position, WorksLine.id)
)
_PROMISED = (
    select(
        Commitment.id,
        Commitment.version,
        WorksKind.code,
        WorksKind.trade,
        Commitment.label,
        Commitment.room,
        WorksLine.holder,
        WorksLine.tenant_share_pct,
        Commitment.due_on,
        Commitment.done_on,
        Commitment.confirmed_on,
        Commitment.withdrawn_on,
    )
    .join(Contract, Contract.id == Commitment.contract_id)
    .join(WorksLine, WorksLine.id == Commitment.line_id)
    .outerjoin(WorksKind, WorksKind.id == WorksLine.kind_id)
    .where(Contract.split_id == bindparam("split_id"), Commitment.withdrawn_on.is_(None))
    .order_by(Commitment.due_on, Commitment.id)
)
_WORDS = (
    select(LineComment.line_id, LineComment.text)
    .join(WorksLine, WorksLine.id == LineComment.line_id)
    .where(WorksLine.split_id == bindparam("split_id"), LineComment.side == Side.HOUSEHOLD)
    .order_by(LineComment.at, LineComment.id)
)
_LANGUAGE = (
    select(GuestAccess.language)
    .where(GuestAccess.split_id == bindparam("split_id"), GuestAccess.side == Side.HOUSEHOLD)
    .order_by(GuestAccess.id.desc())
    .limit(1)
)


def header(split_id: int) -> Row | None:
    """Whose split it is, of which home, and where it stands."""
    return fetch_one(_HEADER, split_id=split_id)


def lines(split_id: int) -> Sequence[Row]:
    """The lines as they stand, in the order of the visit, with the household's answer to that very wording."""
    return fetch_all(_LINES, split_id=split_id)


def promised(split_id: int) -> Sequence[Row]:
    """What the bailleur undertook by the split's contract, the most pressing first: neither its note nor its proof."""
    return fetch_all(_PROMISED, split_id=split_id)


def words_said(split_id: int) -> Mapping[int, Sequence[str]]:
    """What the family wrote beside each line, oldest first."""
    said: dict[int, list[str]] = defaultdict(list)
    for line_id, text in fetch_all(_WORDS, split_id=split_id):
        said[line_id].append(text)
    return said


def language_of(split_id: int) -> str:
    """The language of the family's own access, if it was given one; empty otherwise."""
    return fetch_value(_LANGUAGE, split_id=split_id) or ""
