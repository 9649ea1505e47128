"""What dossiers and dwellings are found by. Each audience has its own entry, with only its own words."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import select

from intranet.dossiers.models import Dossier, Dwelling, Household
from intranet.extensions import db
from intranet.organisations.models import Organisation, Site
from intranet.rows import Statement
from intranet.search.service import drop_entry, put_entry

DOSSIER = "dossier"
DOSSIER_BAILLEUR = "dossier_bailleur"
DWELLING = "dwelling"


def _words() -> Statement:
    return (
        select(
            Dossier.id,
            Dossier.number,
            Household.name,
            Household.phone,
            Household.email,
            Site.name,
            Dwelling.address,
            Dwelling.town,
        )
        .join(Household, Household.id == Dossier.household_id)
        .outerjoin(Site, Site.id == Household.site_id)
        .outerjoin(Dwelling, Dwelling.id == Dossier.dwelling_id)
    )


def _join(*words: str | None) -> str:
    return " ".join(word for word in words if word)


def index_dossier(dossier_id: int) -> None:
    """Bring the dossier's entries up to date; part of the command that changed it. Flushes first."""
    db.session.flush()
    found = db.session.execute(_words().where(Dossier.id == dossier_id)).one()
    _id, number, name, phone, email, site, address, town = found
    put_entry(DOSSIER, dossier_id, name, _join(number, name, phone, email, site, address, town))
    if address is None:
        drop_entry(DOSSIER_BAILLEUR, dossier_id)
    else:
        put_entry(DOSSIER_BAILLEUR, dossier_id, name, _join(name, address, town))


def index_dwelling(dwelling: Dwelling) -> None:
    """Bring the dwelling's entry up to date."""
    name = db.session.scalar(select(Organisation.name).where(Organisation.id == dwelling.bailleur_id))
    put_entry(
        DWELLING,
        dwelling.id,
        dwelling.address,
        _join(dwelling.address, dwelling.postcode, dwelling.town, dwelling.kind, name),
    )


def all_dossiers() -> Iterable[tuple[int, str, str]]:
    """Every staff entry, for a rebuilt index."""
    for number_id, number, name, phone, email, site, address, town in db.session.execute(_words()):
        yield number_id, name, _join(number, name, phone, email, site, address, town)


def all_dossiers_for_bailleurs() -> Iterable[tuple[int, str, str]]:
    """Every entry for bailleurs: the household's name and the address they allocated, nothing else."""
    for dossier_id, _number, name, *_rest, address, town in db.session.execute(
        _words().where(Dossier.dwelling_id.is_not(None))
    ):
        yield dossier_id, name, _join(name, address, town)


def all_dwellings() -> Iterable[tuple[int, str, str]]:
    """Every dwelling's entry, for a rebuilt index."""
    statement = select(
        Dwelling.id, Dwelling.address, Dwelling.postcode, Dwelling.town, Dwelling.kind, Organisation.name
    ).join(Organisation, Organisation.id == Dwelling.bailleur_id)
    for dwelling_id, address, *words in db.session.execute(statement):
        yield dwelling_id, address, _join(address, *words)
