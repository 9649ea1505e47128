"""Reading dwellings: the list and its filters, one dwelling, who lives there, which are free."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, bindparam, case, func, select

from intranet import permissions as p
from intranet.access import Scope, criteria, visible
from intranet.dossiers.machine import OPEN_STATES
from intranet.dossiers.models import Dossier, Dwelling, Household
from intranet.dossiers.queries.dossiers import COUNT_UP_TO
from intranet.organisations.models import Organisation
from intranet.rows import Statement
from intranet.search.folding import SortKey
from intranet.search.queries import matching


def _tenancy(scope: Scope, dwellings: Any) -> Any:
    """Who lives where, among the dossiers the person may read: another's name is not shown."""
    return (
        select(
            Dossier.dwelling_id,
            func.max(Dossier.id).label("dossier_id"),
            func.max(Household.name).label("tenant"),
        )
        .join(Household, Household.id == Dossier.household_id)
        .where(
            Dossier.dwelling_id.in_(select(dwellings.c.id)),
            Dossier.state.in_(OPEN_STATES),
            *criteria(scope, p.DOSSIER_READ, Dossier),
        )
        .group_by(Dossier.dwelling_id)
        .subquery()
    )


def _about_dwelling(name: str) -> ColumnElement[bool]:
    match name:
        case "q":
            return Dwelling.id.in_(matching("dwelling"))
        case "bailleur":
            return Dwelling.bailleur_id == bindparam("bailleur")
        case "kind":
            return Dwelling.kind == bindparam("kind")
        case "free":
            return Dwelling.available.is_(True)
        case _:
            raise ValueError(name)


def _dwellings(scope: Scope, columns: tuple[Any, ...], filters: tuple[str, ...]) -> Statement:
    statement = select(*columns).where(*(_about_dwelling(name) for name in filters))
    return visible(scope, statement, p.DWELLING_READ, Dwelling)


DWELLING_COLUMNS = (
    Dwelling.id,
    Dwelling.version,
    Dwelling.bailleur_id,
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
    Dwelling.available,
)


def dwelling_list(scope: Scope, filters: tuple[str, ...], sort: str) -> Statement:
    """A page of dwellings with bailleur and tenant."""
    orders: dict[str, tuple[Any, ...]] = {
        "address": (SortKey(Dwelling.town), SortKey(Dwelling.address), Dwelling.id),
        "free": (case((Dwelling.available, 0), else_=1), SortKey(Dwelling.address), Dwelling.id),
        "newest": (Dwelling.id.desc(),),
    }
    page = _dwellings(scope, (Dwelling.id,), filters).order_by(*orders[sort])
    cut = page.limit(bindparam("limit")).offset(bindparam("offset")).subquery()
    tenancy = _tenancy(scope, cut)
    return (
        select(*DWELLING_COLUMNS, Organisation.name.label("bailleur"), tenancy.c.tenant, tenancy.c.dossier_id)
        .select_from(cut)
        .join(Dwelling, Dwelling.id == cut.c.id)
        .join(Organisation, Organisation.id == Dwelling.bailleur_id)
        .outerjoin(tenancy, tenancy.c.dwelling_id == Dwelling.id)
        .order_by(*orders[sort])
    )


def dwelling_count(scope: Scope, filters: tuple[str, ...]) -> Statement:
    """How many dwellings the filters leave, counted up to one more than ``COUNT_UP_TO``."""
    ids = _dwellings(scope, (Dwelling.id,), filters).limit(COUNT_UP_TO + 1)
    return select(func.count()).select_from(ids.subquery())


def dwelling_page(scope: Scope) -> Statement:
    """One dwelling (``:dwelling_id``)."""
    statement = (
        select(*DWELLING_COLUMNS, Organisation.name.label("bailleur"))
        .join(Organisation, Organisation.id == Dwelling.bailleur_id)
        .where(Dwelling.id == bindparam("dwelling_id"))
    )
    return visible(scope, statement, p.DWELLING_READ, Dwelling)


def dwelling_dossiers(scope: Scope) -> Statement:
    """The households that had or have this dwelling (``:dwelling_id``), latest first, as far as visible."""
    statement = (
        select(
            Dossier.id, Dossier.number, Dossier.state, Dossier.allocated_on, Dossier.entry_on, Household.name
        )
        .join(Household, Household.id == Dossier.household_id)
        .where(Dossier.dwelling_id == bindparam("dwelling_id"))
        .order_by(Dossier.id.desc())
        .limit(20)
    )
    return visible(scope, statement, p.DOSSIER_READ, Dossier)


def free_dwellings(scope: Scope) -> Statement:
    """Dwellings that may be allocated: nobody holds them. At most 500, by bailleur and address."""
    held = select(Dossier.dwelling_id).where(Dossier.dwelling_id.is_not(None), Dossier.state.in_(OPEN_STATES))
    statement = (
        select(
            Dwelling.id,
            Dwelling.address,
            Dwelling.town,
            Dwelling.kind,
            Dwelling.decent,
            Organisation.name.label("bailleur"),
        )
        .join(Organisation, Organisation.id == Dwelling.bailleur_id)
        .where(Dwelling.available, Dwelling.id.not_in(held))
        .order_by(SortKey(Organisation.name), SortKey(Dwelling.address), Dwelling.id)
        .limit(500)
    )
    return visible(scope, statement, p.DWELLING_READ, Dwelling)
