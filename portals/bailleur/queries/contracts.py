"""Participation contracts in the bailleur's dwellings."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Select, bindparam, select

from intranet import permissions as p
from intranet.access import Scope, visible
from intranet.chantiers.models import Chantier
from intranet.dossiers.models import Dwelling, Household
from intranet.organisations.models import Organisation
from intranet.signatures.models import Signature
from intranet.works.models import Contract, ContractState, Side
from intranet.works.queries import with_home_of_contract
from intranet.works.terms import GIVEN_UP


def _contracts(scope: Scope, *columns: Any) -> Select[Any]:
    statement = with_home_of_contract(select(*columns).select_from(Contract)).outerjoin(
        Organisation, Organisation.id == Contract.partner_id
    )
    return visible(scope, statement, p.CONTRACT_READ, Contract)


_CONTRACT = (
    Contract.id,
    Contract.number,
    Contract.state,
    Contract.created_at,
    Contract.document_id,
    Contract.sealed_document_id,
    Contract.reading_document_id,
    Contract.failure,
    Household.name.label("tenant"),
    Dwelling.address,
    Dwelling.postcode,
    Dwelling.town,
)
_CHANTIER = (
    select(Chantier.id).where(Chantier.contract_id == Contract.id).scalar_subquery().label("chantier_id")
)


def contracts_to_sign(scope: Scope) -> Select[Any]:
    """Contracts prepared that the bailleur has not signed yet, oldest first."""
    signed = select(Signature.id).where(Signature.contract_id == Contract.id, Signature.side == Side.BAILLEUR)
    return (
        _contracts(scope, *_CONTRACT)
        .where(Contract.state == ContractState.PREPARED, ~signed.exists())
        .order_by(Contract.created_at, Contract.id)
        .limit(50)
    )


def contract_page(scope: Scope) -> Select[Any]:
    """Head of one contract (``:contract_id``)."""
    return _contracts(
        scope,
        *_CONTRACT,
        Contract.split_id,
        Contract.starts_on,
        Contract.ends_on,
        Contract.days_a_week,
        Contract.signed_on,
        Contract.lines,
        Organisation.name.label("partner"),
        _CHANTIER,
    ).where(Contract.id == bindparam("contract_id"))


def contract_of(scope: Scope) -> Select[Any]:
    """The latest contract of a split (``:split_id``) that was not cancelled."""
    return (
        _contracts(scope, Contract.id, Contract.number, Contract.state)
        .where(Contract.split_id == bindparam("split_id"), Contract.state.not_in(GIVEN_UP))
        .order_by(Contract.id.desc())
        .limit(1)
    )
