"""Contracts and their signatures, read by columns."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeVar

from sqlalchemy import Select, bindparam, select

from intranet.access import OrganisationKind
from intranet.dossiers.joins import with_home
from intranet.dossiers.models import Dwelling, Household
from intranet.organisations.models import Organisation
from intranet.rows import Row, fetch_all, fetch_one
from intranet.search.folding import SortKey
from intranet.signatures.models import Signature
from intranet.works.models import Contract, Split
from intranet.works.terms import GIVEN_UP

Joined = TypeVar("Joined", bound=Select[*tuple[Any, ...]])


def with_home_of_contract(statement: Joined) -> Joined:
    """``statement``, which holds the contract, with its split, its household and the dwelling it is about."""
    split = statement.join(Split, Split.id == Contract.split_id)
    return with_home(split, Contract.dossier_id, Split.dwelling_id)


_HEADER = (
    with_home_of_contract(
        select(
            Contract.id,
            Contract.version,
            Contract.number,
            Contract.state,
            Contract.split_id,
            Contract.dossier_id,
            Contract.support_technical,
            Contract.support_social,
            Contract.starts_on,
            Contract.ends_on,
            Contract.days_a_week,
            Contract.partner_id,
            Contract.lines,
            Contract.document_id,
            Contract.reading_document_id,
            Contract.sealed_document_id,
            Contract.failure,
            Contract.amends_id,
            Contract.support_volunteers,
            Contract.insurance,
            Contract.insured_until,
            Contract.image_consent,
            Contract.created_at,
            Contract.signed_on,
            Household.name.label("tenant"),
            Dwelling.address,
            Dwelling.postcode,
            Dwelling.town,
            Split.bailleur_id,
            Organisation.name.label("partner"),
        )
    )
    .outerjoin(Organisation, Organisation.id == Contract.partner_id)
    .where(Contract.id == bindparam("contract_id"))
)
_LIVE = (
    select(Contract.id, Contract.number, Contract.state, Contract.document_id, Contract.signed_on)
    .where(Contract.split_id == bindparam("split_id"), Contract.state.not_in(GIVEN_UP))
    .order_by(Contract.id.desc())
)
_SIGNATURES = (
    select(
        Signature.side,
        Signature.name,
        Signature.method,
        Signature.signed_on,
        Signature.document_id,
        Signature.refused,
        Signature.reason,
        Signature.recorded_at,
    )
    .where(Signature.contract_id == bindparam("contract_id"))
    .order_by(Signature.recorded_at, Signature.id)
)
_PARTNERS = (
    select(Organisation.id, Organisation.name)
    .where(Organisation.kind == OrganisationKind.WORKS_PARTNER, Organisation.active)
    .order_by(SortKey(Organisation.name))
)


def contract_header(contract_id: int) -> Row | None:
    """The head of a contract, with its fixed lines."""
    return fetch_one(_HEADER, contract_id=contract_id)


def live_contract(split_id: int) -> Row | None:
    """The split's contract that was neither cancelled nor refused, or ``None``."""
    return fetch_one(_LIVE, split_id=split_id)


def signatures(contract_id: int) -> Sequence[Row]:
    """The signatures and refusals recorded: side, name, how, day, scan, reason, instant recorded."""
    return fetch_all(_SIGNATURES, contract_id=contract_id)


def partners() -> Sequence[Row]:
    """Works partners a contract may name."""
    return fetch_all(_PARTNERS)
