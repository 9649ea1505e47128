"""A wear grid of one of the two bailleurs; the other follows the catalogue."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import select

from intranet.demo.days import days_ago, on
from intranet.demo.people import AZUR, Cast
from intranet.extensions import db
from intranet.organisations.models import Organisation
from intranet.wear.service import ImportGrid, import_grid

GRID = """code;lifetime_years;free_years;yearly_discount_pct;residual_pct
III.a.2;8;2;15;10
L.13;8;2;15;10
L.14;12;3;10;10
L.20;20;5;6;15
L.11;20;4;5;20
E.1;8;2;15;10
E.3;12;3;10;10
E.6;10;2;10;20
"""


def load_grids() -> None:
    """Imported well before the first visit, as the coordination would."""
    owner_id = db.session.scalars(select(Organisation.id).where(Organisation.name == AZUR)).one()
    with on(days_ago(400), 11):
        command = ImportGrid(
            owner_id,
            "Grille de vétusté du bailleur",
            "Accord collectif avec les associations de locataires",
            days_ago(400) - timedelta(days=30),
            GRID,
        )
        import_grid(Cast().coordination, command)
