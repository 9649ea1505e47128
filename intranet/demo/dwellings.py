"""The fourteen dwellings of the two bailleurs: invented addresses, every kind of survey, two of them free."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from sqlalchemy import select

from intranet.demo.days import on, working_days_ago
from intranet.demo.people import AZUR, LONG_AGO, RIVIERA, Cast
from intranet.dossiers import service as dossiers
from intranet.dossiers.commands import DwellingFields
from intranet.dossiers.models import Survey
from intranet.extensions import db
from intranet.organisations.models import Organisation


@dataclass(frozen=True, slots=True)
class Home:
    bailleur: str
    address: str
    postcode: str
    floor: str
    kind: str
    surface: str
    permit_year: int | None
    asbestos: Survey
    lead: Survey
    dpe: str
    decent: bool | None = True


MISSING, CLEAR, FOUND = Survey.MISSING, Survey.CLEAR, Survey.FOUND

HOMES = (
    Home(AZUR, "14 allée des Agaves, bât. B", "06300", "2e étage", "T3", "61.5", 1974, CLEAR, MISSING, "D"),
    Home(AZUR, "14 allée des Agaves, bât. C", "06300", "4e étage", "T4", "78", 1974, MISSING, MISSING, "E"),
    Home(AZUR, "3 chemin du Four-Blanc", "06000", "rez-de-chaussée", "T2", "44.2", 1936, CLEAR, CLEAR, "E"),
    Home(AZUR, "27 avenue des Tamaris", "06200", "1er étage", "T3", "64", 2003, MISSING, MISSING, "C"),
    Home(AZUR, "8 rue de la Citerne", "06300", "3e étage", "T4", "82.4", 1968, CLEAR, MISSING, "D"),
    Home(AZUR, "51 boulevard des Oliviers-Hauts", "06100", "5e étage", "T5", "96", 1981, CLEAR, MISSING, "D"),
    Home(AZUR, "19 traverse des Jarres", "06000", "2e étage", "T3", "58.7", 1958, FOUND, MISSING, "F", False),
    Home(
        RIVIERA, "6 montée des Câpriers", "06300", "1er étage", "T2", "41", 1928, CLEAR, MISSING, "F", False
    ),
    Home(RIVIERA, "33 avenue des Restanques", "06200", "6e étage", "T4", "80", 2011, MISSING, MISSING, "B"),
    Home(RIVIERA, "33 avenue des Restanques", "06200", "2e étage", "T3", "63.2", 2011, MISSING, MISSING, "B"),
    Home(RIVIERA, "10 rue du Pressoir", "06000", "3e étage", "T3", "60", 1965, CLEAR, MISSING, "D"),
    Home(
        RIVIERA, "72 route de la Crémade", "06100", "rez-de-jardin", "T4", "84.5", 1989, CLEAR, MISSING, "C"
    ),
    Home(RIVIERA, "5 place des Agrumes", "06300", "4e étage", "T2", "46", None, MISSING, MISSING, "", None),
    Home(
        RIVIERA, "21 impasse des Chênes-Lièges", "06100", "1er étage", "T3", "66", 1999, MISSING, MISSING, "C"
    ),
)


def load_dwellings() -> None:
    """Record the homes the bailleurs offered, as the coordinator did then."""
    coordination = Cast().coordination
    bailleurs = {row.name: row.id for row in db.session.execute(select(Organisation.name, Organisation.id))}
    with on(working_days_ago(LONG_AGO - 5), 11) as day:
        for home in HOMES:
            dossiers.record_dwelling(coordination, _fields(home, bailleurs[home.bailleur], day.year - 1))


def _fields(home: Home, bailleur_id: int, report_year: int) -> DwellingFields:
    held = date(report_year, 3, 14)
    return DwellingFields(
        bailleur_id=bailleur_id,
        address=home.address,
        postcode=home.postcode,
        floor=home.floor,
        kind=home.kind,
        surface_m2=Decimal(home.surface),
        permit_year=home.permit_year,
        asbestos=home.asbestos,
        asbestos_on=None if home.asbestos is MISSING else held,
        lead=home.lead,
        lead_on=None if home.lead is MISSING else held,
        dpe_class=home.dpe,
        decent=home.decent,
    )
