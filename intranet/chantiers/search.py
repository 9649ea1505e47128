"""What a chantier is found by in the partner's portal: the tenant's name and the address, nothing else."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import Select, select

from intranet.chantiers.models import Chantier
from intranet.dossiers.joins import with_home
from intranet.dossiers.models import Dwelling, Household
from intranet.extensions import db
from intranet.search.service import put_entry

CHANTIER_PARTNER = "chantier_partner"


def _words() -> Select[int, str, str, str]:
    statement = select(Chantier.id, Household.name, Dwelling.address, Dwelling.town)
    return with_home(statement, Chantier.dossier_id, Chantier.dwelling_id)


def index_chantier(chantier_id: int) -> None:
    """Bring the chantier's entry up to date; part of the command that opened it."""
    _id, name, address, town = db.session.execute(_words().where(Chantier.id == chantier_id)).one()
    put_entry(CHANTIER_PARTNER, chantier_id, name, f"{name} {address} {town}")


def reindex(dossier_id: int) -> None:
    """Bring the entries of a dossier's chantiers up to date, in a transaction of its own: something else changed."""
    for identity in db.session.scalars(select(Chantier.id).where(Chantier.dossier_id == dossier_id)).all():
        index_chantier(identity)
    db.session.commit()


def index_entries() -> Iterable[tuple[int, str, str]]:
    """Every chantier with its title and words, when the index is made again."""
    for identity, name, address, town in db.session.execute(_words().order_by(Chantier.id)):
        yield identity, name, f"{name} {address} {town}"
