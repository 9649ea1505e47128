"""Which contract of a home is in force, and what is being amended: said on every page that shows one of them."""

from __future__ import annotations

from typing import NamedTuple

from sqlalchemy import and_, bindparam, or_, select
from sqlalchemy.orm import aliased

from intranet.rows import Row, fetch_all
from intranet.works.models import Contract, Split
from intranet.works.terms import GIVEN_UP, ContractState, Side, SplitState

_asked = aliased(Split)
_FAMILY = (
    select(
        Split.id.label("split_id"),
        Split.state.label("split_state"),
        Split.number.label("versions"),
        Split.amends_id,
        Split.amend_reason,
        Contract.id.label("contract_id"),
        Contract.number,
        Contract.state,
        Contract.signed_on,
        Contract.partner_id,
    )
    .join(_asked, and_(_asked.dossier_id == Split.dossier_id, _asked.dwelling_id == Split.dwelling_id))
    .outerjoin(Contract, and_(Contract.split_id == Split.id, Contract.state.not_in(GIVEN_UP)))
    .where(
        _asked.id == bindparam("split_id"),
        or_(Split.state != SplitState.WITHDRAWN, Split.id == bindparam("split_id")),
    )
    .order_by(Split.id, Contract.id)
)


class Standing(NamedTuple):
    """Where a split or its contract stands. ``None`` for what is not there.

    ``in_force`` is the signed contract that binds today, ``opened`` the amendment of it that is under way, and
    ``amends`` the contract that this very split amends.
    """

    split_id: int
    in_force: Row | None
    opened: Row | None
    amends: Row | None
    amend_reason: str

    @property
    def is_in_force(self) -> bool:
        """Whether the split asked about bears the contract in force."""
        return self.in_force is not None and self.in_force.split_id == self.split_id

    @property
    def speaks(self) -> bool:
        """Whether there is anything to say: one contract alone, never amended, needs no word."""
        return (
            self.opened is not None
            or self.amends is not None
            or (self.in_force is not None and not self.is_in_force)
        )


def standing(split_id: int, side: Side = Side.ALC) -> Standing:
    """What is in force for the home of a split, as that side may know it. One statement.

    An amendment that ALC prepares is its own business until it is sent.
    """
    rows = fetch_all(_FAMILY, split_id=split_id)
    asked = next((row for row in rows if row.split_id == split_id), None)
    in_force = next((row for row in reversed(rows) if row.state is ContractState.SIGNED), None)
    opened = None
    if in_force is not None:
        opened = next((row for row in reversed(rows) if row.amends_id == in_force.split_id), None)
    if opened is not None and side is not Side.ALC and not opened.versions:
        opened = None
    amends = None
    if asked is not None and asked.amends_id is not None:
        amends = next((row for row in rows if row.split_id == asked.amends_id and row.contract_id), None)
    return Standing(split_id, in_force, opened, amends, asked.amend_reason if asked else "")
