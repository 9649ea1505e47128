"""Whose a row is, and of which home: the joins that say it, for every statement that shows it."""

from __future__ import annotations

from typing import Any, TypeVar

from sqlalchemy import Select
from sqlalchemy.orm import InstrumentedAttribute

from intranet.dossiers.models import Dossier, Dwelling, Household

Statement = TypeVar("Statement", bound=Select[*tuple[Any, ...]])


def with_household(statement: Statement, dossier_id: InstrumentedAttribute[Any]) -> Statement:
    """``statement`` with the dossier that ``dossier_id`` names, and its household."""
    return statement.join(Dossier, Dossier.id == dossier_id).join(
        Household, Household.id == Dossier.household_id
    )


def with_home(
    statement: Statement, dossier_id: InstrumentedAttribute[Any], dwelling_id: InstrumentedAttribute[Any]
) -> Statement:
    """The same, and the dwelling that ``dwelling_id`` names: the row's own, for the family may have moved since."""
    return with_household(statement, dossier_id).join(Dwelling, Dwelling.id == dwelling_id)
