"""What the works change in the family's rent, in plain words: how much less, for how long, and if it leaves before."""

from __future__ import annotations

from typing import NamedTuple

from intranet.rent.offsets import ConsentView, offset_of
from intranet.voice.texts import Words
from intranet.works.terms import SplitState


class RentCard(NamedTuple):
    """The rent clause. ``early`` is what was agreed for an early departure, as it is written in French."""

    sentence: str
    total: str
    early: str
    stands: str  # whether both have agreed to these figures


def rent_card(split_id: int, state: SplitState, say: Words) -> RentCard | None:
    """The clause, or ``None`` when nothing comes off the rent. One statement when there is none, three otherwise."""
    offset = offset_of(split_id)
    if offset is None or not offset.terms.months:
        return None
    terms = offset.terms
    return RentCard(
        say(
            "rent.sentence",
            amount=say.amount(terms.monthly_cents),
            months=say.months(terms.months),
            date=say.day(terms.starts_on),
        ),
        say("rent.total", total=say.amount(terms.total_cents)),
        terms.early_departure,
        say(_stands(offset.household, offset.bailleur, signed=state is SplitState.SIGNED)),
    )


def _stands(family: ConsentView | None, bailleur: ConsentView | None, *, signed: bool) -> str:
    if signed:
        return "rent.signed"
    if family is None or not family.given:
        return "rent.asked"
    return "rent.agreed" if bailleur is not None and bailleur.given else "rent.bailleur_awaited"
