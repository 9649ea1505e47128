"""Works against rent in an amendment: what was agreed goes on, until one of its lines is changed."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import bindparam, or_, select

from intranet.clock import now
from intranet.extensions import db
from intranet.rent.models import RentConsent, RentOffset
from intranet.rent.offsets import offset_of
from intranet.rows import fetch_all
from intranet.works.models import Split

_TERMS = (
    "monthly_cents",
    "months",
    "starts_on",
    "documented_cents",
    "document_id",
    "early_departure",
    "decency_attested_on",
    "decency_attested_by",
)
_SAID = (
    select(*(getattr(RentOffset, name) for name in _TERMS))
    .join(Split, or_(RentOffset.split_id == Split.id, RentOffset.split_id == Split.amends_id))
    .where(Split.id == bindparam("amendment_id"))
)


def carry_over(split_id: int, amendment_id: int, lines: Mapping[int, int]) -> None:
    """Copy the clause of a split to its amendment; ``lines`` maps its lines to theirs. Does not commit.

    The consents go with it: they hold for the same figures and the same wordings, and for no others.
    """
    former = offset_of(split_id)
    stored = db.session.scalar(select(RentOffset).where(RentOffset.split_id == split_id))
    if former is None or stored is None:
        return
    offset = RentOffset(
        split_id=amendment_id,
        line_ids=[lines[each] for each in stored.line_ids if each in lines],
        digest="",
        created_at=now(),
        **{name: getattr(stored, name) for name in _TERMS},
    )
    db.session.add(offset)
    db.session.flush()
    present = offset_of(amendment_id)
    assert present is not None  # it was flushed just above
    offset.digest = present.digest
    given = db.session.scalars(
        select(RentConsent).where(RentConsent.offset_id == stored.id, RentConsent.digest == former.digest)
    )
    for consent in given.all():
        db.session.add(
            RentConsent(
                offset_id=offset.id,
                side=consent.side,
                digest=present.digest,
                given=consent.given,
                by_name=consent.by_name,
                on=consent.on,
                recorded_by=consent.recorded_by,
                at=consent.at,
            )
        )
    db.session.flush()


def same_rent(amendment_id: int) -> bool:
    """Whether what comes off the rent, if anything does, is in an amendment what it was. One statement."""
    said = fetch_all(_SAID, amendment_id=amendment_id)
    return not said or (len(said) == 2 and said[0] == said[1])
