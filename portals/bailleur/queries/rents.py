"""Works against rent that wait for the bailleur's answer."""

from __future__ import annotations

from sqlalchemy import select

from intranet import permissions as p
from intranet.access import Scope, visible
from intranet.dossiers.joins import with_home
from intranet.dossiers.models import Dwelling, Household
from intranet.rent.models import RentConsent, RentOffset
from intranet.rows import Statement
from intranet.works.models import Side, Split, SplitState


def rents_to_answer(scope: Scope) -> Statement:
    """Clauses whose receipts are there, and whose exact figures the bailleur has not answered; oldest first."""
    answered = select(RentConsent.offset_id).where(
        RentConsent.offset_id == RentOffset.id,
        RentConsent.side == Side.BAILLEUR,
        RentConsent.digest == RentOffset.digest,
    )
    statement = select(
        Split.id.label("split_id"),
        RentOffset.monthly_cents,
        RentOffset.months,
        RentOffset.created_at,
        Household.name.label("tenant"),
        Dwelling.address,
        Dwelling.town,
    ).join(Split, Split.id == RentOffset.split_id)
    statement = (
        with_home(statement, Split.dossier_id, Split.dwelling_id)
        .where(
            Split.state.in_((SplitState.PROPOSED, SplitState.COUNTERED)),
            RentOffset.document_id.is_not(None),
            ~answered.exists(),
        )
        .order_by(RentOffset.created_at, RentOffset.id)
        .limit(50)
    )
    return visible(scope, statement, p.SPLIT_ANSWER, Split)
