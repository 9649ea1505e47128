"""Households, dwellings and dossiers for tests: rows written directly, coherent with their state."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from itertools import count
from typing import Any

from intranet.access import OrganisationKind
from intranet.accounts.models import User
from intranet.database import now
from intranet.dossiers.dates import today
from intranet.dossiers.models import Dossier, DossierGrant, DossierState, Dwelling, Household, LeavingReason
from intranet.dossiers.opening import next_number
from intranet.dossiers.search import index_dossier, index_dwelling
from intranet.extensions import db
from intranet.organisations.models import Organisation, Pole
from intranet.testing.factories import make_organisation, make_pole

_numbers = count(1)
_WITH_DWELLING = frozenset(
    {
        DossierState.ALLOCATED,
        DossierState.JOINED,
        DossierState.WORKS,
        DossierState.SETTLED,
        DossierState.CLOSED,
    }
)
_JOINED = _WITH_DWELLING - {DossierState.ALLOCATED}


def make_dwelling(bailleur: Organisation | None = None, **fields: Any) -> Dwelling:
    """A decent flat of 1998, unless ``fields`` say otherwise. Committed."""
    owner = bailleur or make_organisation(OrganisationKind.BAILLEUR)
    defaults: dict[str, Any] = {
        "bailleur_id": owner.id,
        "address": f"{next(_numbers)} rue des Essais",
        "postcode": "06300",
        "town": "Nice",
        "kind": "T3",
        "permit_year": 1998,
        "decent": True,
    }
    dwelling = Dwelling(**{**defaults, **fields})
    db.session.add(dwelling)
    db.session.flush()
    index_dwelling(dwelling)
    db.session.commit()
    return dwelling


def make_household(pole: Pole | None = None, **fields: Any) -> Household:
    """An invented family of two adults and two children. Committed."""
    defaults: dict[str, Any] = {
        "name": f"Ménage Essai {next(_numbers)}",
        "phone": "06 00 00 00 00",
        "adults": 2,
        "children": 2,
        "pole_id": (pole or make_pole("UIP")).id,
    }
    household = Household(**{**defaults, **fields})
    db.session.add(household)
    db.session.commit()
    return household


def make_dossier(
    pole: Pole | None = None,
    dwelling: Dwelling | None = None,
    state: DossierState = DossierState.SPOTTED,
    *,
    household: Household | None = None,
    referent: User | None = None,
    granted: Iterable[User] = (),
    **fields: Any,
) -> Dossier:
    """A dossier in any state, with the dwelling and the dates the state supposes. Committed."""
    family = household or make_household(pole)
    if state in _WITH_DWELLING and dwelling is None:
        dwelling = make_dwelling()
    day = today() - timedelta(days=60)
    values: dict[str, Any] = {
        "number": next_number(day.year),
        "household_id": family.id,
        "state": state,
        "opened_on": day,
        "referent_id": referent.id if referent else None,
        "state_since": now() - timedelta(days=10),
    }
    if dwelling is not None:
        dwelling.available = False
        values |= {
            "dwelling_id": dwelling.id,
            "bailleur_id": dwelling.bailleur_id,
            "allocated_on": day + timedelta(days=10),
            "entry_on": day + timedelta(days=20),
        }
    if state in _JOINED:
        values |= {"joined_on": day + timedelta(days=15), "visited_on": day + timedelta(days=20)}
    if state is DossierState.LEFT:
        values |= {"left_on": day + timedelta(days=30), "left_reason": LeavingReason.MOVED_AWAY}
    dossier = Dossier(**{**values, **fields})
    db.session.add(dossier)
    db.session.flush()
    db.session.add_all(DossierGrant(dossier_id=dossier.id, user_id=user.id) for user in granted)
    index_dossier(dossier.id)
    db.session.commit()
    return dossier
