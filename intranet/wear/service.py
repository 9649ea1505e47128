"""Importing a bailleur's grid, and working out what a family owes for a damage."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import bindparam, func, select

from intranet import permissions as p
from intranet.access import Actor, OrganisationKind, require_may
from intranet.clock import now, today
from intranet.errors import Refused
from intranet.extensions import db
from intranet.freetext import checked
from intranet.organisations.models import Organisation
from intranet.timeline.service import commit, record
from intranet.translation import gettext as _
from intranet.wear.grids import kind_codes, rate_in_force
from intranet.wear.models import WearGrid, WearRate
from intranet.wear.reading import read_grid, shown
from intranet.wear.rules import MOST_COST, OLDEST, Calculation, calculate
from intranet.works.models import WorksLine

EARLIEST = date(1989, 7, 6)
"""The day of the law on tenancies: no grid can be older."""

AHEAD = timedelta(days=730)

_LINES_WITH = (
    select(func.count())
    .select_from(WorksLine)
    .where(WorksLine.wear["grid"]["id"].as_integer() == bindparam("grid_id"))
)


@dataclass(frozen=True, slots=True)
class ImportGrid:
    """A grid as its file gives it (``text``, see ``reading``), from a day on, with where it comes from."""

    bailleur_id: int
    name: str
    source: str
    starts_on: date
    text: str


def import_grid(actor: Actor, command: ImportGrid) -> WearGrid:
    """Keep a grid whole, or refuse it whole with the first of its faults. For the coordination.

    It takes over from its first day; what was calculated before keeps its own grid. Two grids of one bailleur
    do not start on the same day.
    """
    require_may(actor, p.WEAR_MANAGE)
    bailleur = db.session.get(Organisation, command.bailleur_id)
    if bailleur is None or bailleur.kind is not OrganisationKind.BAILLEUR:
        raise Refused("wear.bailleur", _("Ce bailleur n’existe pas."))
    name = checked(command.name, 120, field="name", multiline=False)
    source = checked(command.source, 255, field="source", multiline=False)
    if not name:
        raise Refused("wear.name", _("Donnez un nom à cette grille."), field="name")
    if not source:
        raise Refused("wear.source", _("Dites d’où vient cette grille : accord, date."), field="source")
    if not EARLIEST <= command.starts_on <= today() + AHEAD:
        raise Refused(
            "wear.starts_on",
            _("Une grille commence entre 1989 et deux ans d’ici : vérifiez la date."),
            field="starts_on",
        )
    codes = kind_codes()
    reading = read_grid(command.text, codes)
    if not reading.good:
        raise Refused("wear.file", next(shown(reading.faults)), field="file")
    if _starting(command.bailleur_id, command.starts_on) is not None:
        raise Refused(
            "wear.same_day",
            _("Une grille de ce bailleur commence déjà ce jour-là. Choisissez un autre jour."),
            field="starts_on",
        )
    grid = WearGrid(
        bailleur_id=bailleur.id,
        name=name,
        source=source,
        starts_on=command.starts_on,
        imported_at=now(),
        imported_by=actor.user_id,
    )
    db.session.add(grid)
    db.session.flush()
    db.session.add_all(
        WearRate(grid_id=grid.id, kind_id=codes[code], **rate._asdict())
        for code, rate in reading.rates.items()
    )
    _record("core.wear_grid.imported", actor, grid, bailleur)
    commit()
    return grid


def withdraw_grid(actor: Actor, grid_id: int) -> None:
    """Take back a grid imported by mistake, as long as no line was calculated with it. For the coordination."""
    require_may(actor, p.WEAR_MANAGE)
    grid = db.session.get(WearGrid, grid_id)
    if grid is None:
        raise Refused("wear.unknown", _("Cette grille n’existe plus."))
    if db.session.scalar(_LINES_WITH, {"grid_id": grid_id}):
        raise Refused(
            "wear.used",
            _(
                "Une ligne a été calculée avec cette grille : elle reste. Une nouvelle grille peut la remplacer."
            ),
        )
    bailleur = db.session.get_one(Organisation, grid.bailleur_id)
    _record("core.wear_grid.withdrawn", actor, grid, bailleur)
    db.session.delete(grid)
    commit()


def assess(
    bailleur_id: int, kind_id: int | None, age_years: int | None, cost_cents: int | None, on: date
) -> Calculation | None:
    """What the family owes for a damage, by the grid of the bailleur in force ``on`` that day.

    Nothing while neither age nor cost is known. ``Refused`` on ``age_years`` or ``cost_cents`` for one without
    the other, for absurd figures, and for works no grid speaks of.
    """
    if age_years is None and cost_cents is None:
        return None
    if age_years is None:
        raise Refused(
            "wear.age", _("Indiquez aussi l’âge, en années : la vétusté en dépend."), field="age_years"
        )
    if cost_cents is None:
        raise Refused("wear.cost", _("Indiquez aussi le coût de la remise en état."), field="cost_cents")
    if not 0 <= age_years <= OLDEST:
        raise Refused("wear.age", _("L’âge va de 0 à 100 ans."), field="age_years")
    if not 0 < cost_cents <= MOST_COST:
        raise Refused("wear.cost", _("Le coût va de 0,01 à 100 000 €."), field="cost_cents")
    found = rate_in_force(bailleur_id, kind_id, on) if kind_id is not None else None
    if found is None or found.rate is None:
        raise Refused(
            "wear.no_rate",
            _(
                "Aucune grille ne donne la vétusté de ces travaux. Choisissez au catalogue les travaux les plus "
                "proches, ou laissez l’âge et le coût vides."
            ),
            field="age_years",
        )
    return calculate(age_years, cost_cents, found.rate, found.grid, on)


def _starting(bailleur_id: int, day: date) -> int | None:
    return db.session.scalar(
        select(WearGrid.id).where(WearGrid.bailleur_id == bailleur_id, WearGrid.starts_on == day)
    )


def _record(kind: str, actor: Actor, grid: WearGrid, bailleur: Organisation) -> None:
    record(
        kind,
        actor=actor,
        subject="wear_grid",
        subject_id=bailleur.id,
        data={"name": grid.name, "bailleur": bailleur.name, "on": grid.starts_on},
    )
