"""The bailleur's dwellings, each with the household it houses now."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Select, bindparam, func, select
from sqlalchemy.orm import aliased

from intranet import permissions as p
from intranet.access import Scope, visible
from intranet.dossiers.models import Dossier, DossierState, Dwelling, Household
from intranet.search.folding import SortKey, holds


def with_tenant(*columns: Any) -> Select[Any]:
    """``columns`` of dwellings, each with the dossier that holds it now, or held it last, and its household."""
    latest = aliased(Dossier)
    tenancy = (
        select(func.max(latest.id))
        .where(latest.dwelling_id == Dwelling.id, latest.state != DossierState.LEFT)
        .correlate(Dwelling)
        .scalar_subquery()
    )
    return (
        select(*columns)
        .select_from(Dwelling)
        .outerjoin(Dossier, Dossier.id == tenancy)
        .outerjoin(Household, Household.id == Dossier.household_id)
    )


def _dwellings(scope: Scope, *columns: Any) -> Select[Any]:
    return visible(scope, with_tenant(*columns), p.DWELLING_READ, Dwelling)


def dwelling_list(scope: Scope, searched: bool, occupied: str) -> Select[Any]:
    """A page of dwellings with their tenant. ``occupied``: ``yes``, ``no`` or empty."""
    return (
        _dwellings_filtered(
            _dwellings(
                scope,
                Dwelling.id,
                Dwelling.address,
                Dwelling.postcode,
                Dwelling.town,
                Dwelling.floor,
                Dwelling.kind,
                Dwelling.surface_m2,
                Dwelling.available,
                Household.name.label("tenant"),
                Dossier.entry_on,
            ),
            searched,
            occupied,
        )
        .order_by(SortKey(Dwelling.town), SortKey(Dwelling.address), Dwelling.id)
        .limit(bindparam("limit"))
        .offset(bindparam("offset"))
    )


def dwelling_count(scope: Scope, searched: bool, occupied: str) -> Select[Any]:
    """How many dwellings the filters leave."""
    return _dwellings_filtered(_dwellings(scope, func.count(Dwelling.id)), searched, occupied)


def _dwellings_filtered(statement: Select[Any], searched: bool, occupied: str) -> Select[Any]:
    if searched:
        statement = statement.where(holds(Household.name, Dwelling.address))
    if occupied == "yes":
        statement = statement.where(Household.id.is_not(None))
    elif occupied == "no":
        statement = statement.where(Household.id.is_(None))
    return statement


def dwelling_page(scope: Scope) -> Select[Any]:
    """One dwelling (``:dwelling_id``), its facts and its tenant."""
    return _dwellings(
        scope,
        Dwelling.id,
        Dwelling.address,
        Dwelling.postcode,
        Dwelling.town,
        Dwelling.floor,
        Dwelling.kind,
        Dwelling.surface_m2,
        Dwelling.permit_year,
        Dwelling.asbestos,
        Dwelling.asbestos_on,
        Dwelling.lead,
        Dwelling.lead_on,
        Dwelling.dpe_class,
        Dwelling.decent,
        Dossier.id.label("dossier_id"),
        Dossier.allocated_on,
        Dossier.entry_on,
        Household.name.label("tenant"),
        Household.contact_choice,
        (Household.adults + Household.children).label("people"),
    ).where(Dwelling.id == bindparam("dwelling_id"))
