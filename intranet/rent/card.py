"""What the page of a split says of the rent, in a sentence."""

from __future__ import annotations

from typing import NamedTuple

from intranet.rent.offsets import offset_of
from intranet.rent.wordings import clause, state_word
from intranet.web.states import StateWord


class RentCard(NamedTuple):
    """Where the clause stands, and what it says."""

    state: StateWord
    clause: str
    consented: bool


def rent_card(split_id: int) -> RentCard | None:
    """The clause of a split in short, or ``None``. As many statements as ``offset_of``."""
    offset = offset_of(split_id)
    if offset is None:
        return None
    return RentCard(state_word(offset), clause(offset.terms), offset.consented)
