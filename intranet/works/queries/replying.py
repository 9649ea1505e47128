"""The one split that somebody answers for the bailleur, read by her own columns and within her reach."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Select, bindparam, select

from intranet import permissions as p
from intranet.access import Scope, visible
from intranet.dossiers.joins import with_home
from intranet.dossiers.models import Dwelling, Household
from intranet.works.models import Split, WorksLine


def split_to_answer(scope: Scope) -> Select[Any]:
    """Head of one split (``:split_id``): dwelling, tenant, chosen contact, household size."""
    columns: tuple[Any, ...] = (
        Split.id,
        Split.state,
        Split.number,
        Split.turn,
        Split.turn_since,
        Split.silent,
        Split.version,
        Split.dossier_id,
        Split.dwelling_id,
        Split.message,
        Split.agreed_at,
        Split.household_answered_on,
        Household.name.label("tenant"),
        Household.contact_choice,
        (Household.adults + Household.children).label("people"),
        Dwelling.address,
        Dwelling.postcode,
        Dwelling.town,
        Dwelling.floor,
        Dwelling.kind,
        Dwelling.surface_m2,
        Dwelling.permit_year,
        Dwelling.asbestos,
        Dwelling.lead,
    )
    statement = with_home(select(*columns).select_from(Split), Split.dossier_id, Split.dwelling_id)
    return visible(scope, statement.where(Split.id == bindparam("split_id")), p.SPLIT_READ, Split)


def line_to_answer(scope: Scope) -> Select[Any]:
    """The line (``:line_id``) of a split (``:split_id``) that the person may answer."""
    statement = (
        select(WorksLine.id)
        .join(Split, Split.id == WorksLine.split_id)
        .where(WorksLine.id == bindparam("line_id"), Split.id == bindparam("split_id"))
    )
    return visible(scope, statement, p.SPLIT_ANSWER, Split)
