"""Reading what is to be signed: columns, statements built once."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Select, bindparam, select

from intranet import permissions as p
from intranet.access import Scope, visible
from intranet.documents.models import Document
from intranet.dossiers.models import Dwelling, Household
from intranet.rows import Row, fetch_all, fetch_value
from intranet.signatures.models import Signature
from intranet.signatures.rules import needed_sides
from intranet.works.models import Contract
from intranet.works.queries import with_home_of_contract
from intranet.works.rules import side_of
from intranet.works.terms import ContractState, Side

_DIGEST = (
    select(Document.digest)
    .join(Contract, Contract.document_id == Document.id)
    .where(Contract.id == bindparam("contract_id"))
)
MOST = 50


def document_digest(contract_id: int) -> str:
    """The SHA-256 of the document to sign; empty while it is being made."""
    return fetch_value(_DIGEST, contract_id=contract_id) or ""


def to_sign(side: Side) -> Sequence[Row]:
    """The contracts that wait for this side's signature, among those the person may sign, oldest first."""
    return [row for row in fetch_all(_to_sign) if side in needed_sides(row.lines)]


def _to_sign(scope: Scope) -> Select[Any]:
    side = side_of(scope)
    done = select(Signature.id).where(Signature.contract_id == Contract.id, Signature.side == side)
    columns: tuple[Any, ...] = (
        Contract.id,
        Contract.number,
        Contract.created_at,
        Contract.lines,
        Household.name.label("tenant"),
        Dwelling.address,
        Dwelling.town,
    )
    statement = (
        with_home_of_contract(select(*columns))
        .where(Contract.state == ContractState.PREPARED, Contract.document_id.is_not(None), ~done.exists())
        .order_by(Contract.created_at, Contract.id)
        .limit(MOST)
    )
    return visible(scope, statement, p.CONTRACT_SIGN, Contract)
