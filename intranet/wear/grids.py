"""Which grid is in force on a day, and what it says of a kind of works; read by columns."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

from sqlalchemy import and_, bindparam, func, select

from intranet.access import OrganisationKind
from intranet.accounts.models import User
from intranet.clock import PARIS, today
from intranet.dossiers.models import Dossier
from intranet.organisations.models import Organisation
from intranet.rows import Row, Statement, fetch_all, fetch_one
from intranet.search.folding import SortKey
from intranet.translation import gettext as _
from intranet.wear.models import WearGrid, WearRate
from intranet.wear.rules import Grid, Rate
from intranet.works.models import Split, WorksKind, WorksLine

_IN_FORCE = (
    select(func.max(WearGrid.starts_on))
    .where(WearGrid.bailleur_id == bindparam("bailleur_id"), WearGrid.starts_on <= bindparam("day"))
    .scalar_subquery()
)
_OF_CATALOGUE = (
    WorksKind.lifetime_years,
    WorksKind.free_years,
    WorksKind.yearly_discount_pct,
    WorksKind.residual_pct,
)
_OF_GRID = (
    WearRate.lifetime_years.label("grid_lifetime_years"),
    WearRate.free_years.label("grid_free_years"),
    WearRate.yearly_discount_pct.label("grid_yearly_discount_pct"),
    WearRate.residual_pct.label("grid_residual_pct"),
)


def _kinds() -> Statement:
    """Kinds of the catalogue beside the grid of ``:bailleur_id`` in force on ``:day``."""
    return (
        select(
            WorksKind.id,
            WorksKind.code,
            WorksKind.trade,
            WorksKind.label_fr,
            WorksKind.label_en,
            *_OF_CATALOGUE,
            *_OF_GRID,
            WearGrid.id.label("grid_id"),
            WearGrid.name.label("grid_name"),
            WearGrid.source.label("grid_source"),
            WearGrid.starts_on.label("grid_starts_on"),
        )
        .select_from(WorksKind)
        .outerjoin(
            WearGrid,
            and_(WearGrid.bailleur_id == bindparam("bailleur_id"), WearGrid.starts_on == _IN_FORCE),
        )
        .outerjoin(WearRate, and_(WearRate.grid_id == WearGrid.id, WearRate.kind_id == WorksKind.id))
    )


_KIND = _kinds().where(WorksKind.id == bindparam("kind_id"))
_ALL_KINDS = _kinds().order_by(WorksKind.position, WorksKind.id)
_GRIDS = (
    select(
        WearGrid.id,
        WearGrid.name,
        WearGrid.source,
        WearGrid.starts_on,
        WearGrid.imported_at,
        User.name.label("imported_by"),
        select(func.count())
        .where(WearRate.grid_id == WearGrid.id)
        .correlate(WearGrid)
        .scalar_subquery()
        .label("rates"),
    )
    .join(User, User.id == WearGrid.imported_by)
    .where(WearGrid.bailleur_id == bindparam("bailleur_id"))
    .order_by(WearGrid.starts_on.desc())
)
_BAILLEURS = (
    select(
        Organisation.id,
        Organisation.name,
        Organisation.active,
        WearGrid.name.label("grid"),
        WearGrid.starts_on,
    )
    .select_from(Organisation)
    .outerjoin(
        WearGrid,
        and_(
            WearGrid.bailleur_id == Organisation.id,
            WearGrid.starts_on
            == select(func.max(WearGrid.starts_on))
            .where(WearGrid.bailleur_id == Organisation.id, WearGrid.starts_on <= bindparam("day"))
            .correlate(Organisation)
            .scalar_subquery(),
        ),
    )
    .where(Organisation.kind == OrganisationKind.BAILLEUR)
    .order_by(SortKey(Organisation.name))
)
_BAILLEUR = select(Organisation.id, Organisation.name).where(
    Organisation.id == bindparam("bailleur_id"), Organisation.kind == OrganisationKind.BAILLEUR
)
_GROUND = select(
    Dossier.bailleur_id,
    Dossier.visited_on,
    select(WorksLine.created_at)
    .join(Split, Split.id == WorksLine.split_id)
    .where(WorksLine.id == bindparam("line_id"), Split.dossier_id == bindparam("dossier_id"))
    .scalar_subquery()
    .label("written_at"),
).where(Dossier.id == bindparam("dossier_id"))
_CODES = select(WorksKind.code, WorksKind.id)


class KindRate(NamedTuple):
    """A kind of works and how it wears for a bailleur. ``grid.id`` ``None``: by the catalogue's own columns."""

    kind_id: int
    code: str
    trade: str
    label_fr: str
    label_en: str
    rate: Rate | None
    grid: Grid


def rate_in_force(bailleur_id: int, kind_id: int, day: date) -> KindRate | None:
    """How a kind wears for a bailleur on ``day``; ``rate`` is ``None`` when no grid speaks of it. One statement.

    A kind the bailleur's grid leaves out follows the catalogue. ``None`` for a kind that does not exist.
    """
    row = fetch_one(_KIND, bailleur_id=bailleur_id, kind_id=kind_id, day=day)
    return _view(row) if row else None


def rates_in_force(bailleur_id: int, day: date) -> Sequence[KindRate]:
    """Every kind of the catalogue as it wears for a bailleur on ``day``, in the catalogue's order."""
    return [_view(row) for row in fetch_all(_ALL_KINDS, bailleur_id=bailleur_id, day=day)]


class Ground(NamedTuple):
    """Whose grid a damage of a dossier is looked up in, and on which day it had to be in force."""

    bailleur_id: int
    day: date


def ground_of(dossier_id: int, line_id: int = 0) -> Ground | None:
    """The dossier's bailleur, and the day of the visit; without a visit that of the line, or today.

    ``None`` while no dwelling is allocated. One statement.
    """
    row = fetch_one(_GROUND, dossier_id=dossier_id, line_id=line_id)
    if row is None or row.bailleur_id is None:
        return None
    written_on = row.written_at.astimezone(PARIS).date() if row.written_at else today()
    return Ground(row.bailleur_id, row.visited_on or written_on)


def grids(bailleur_id: int) -> Sequence[Row]:
    """The grids of a bailleur, the latest first: when each starts, who imported it, how many kinds it names."""
    return fetch_all(_GRIDS, bailleur_id=bailleur_id)


def bailleurs(day: date) -> Sequence[Row]:
    """Every bailleur with the grid in force on ``day``, if it has one."""
    return fetch_all(_BAILLEURS, day=day)


def bailleur(bailleur_id: int) -> Row | None:
    """A bailleur's name; ``None`` for what is no bailleur."""
    return fetch_one(_BAILLEUR, bailleur_id=bailleur_id)


def kind_codes() -> dict[str, int]:
    """Every kind of the catalogue: its id by its code."""
    return {row.code: row.id for row in fetch_all(_CODES)}


def catalogue_grid() -> Grid:
    """The grid of those who have none: the catalogue's own columns, changed on the catalogue's page."""
    return Grid(
        None, _("Grille du catalogue"), _("grille HLM publiée, reprise au catalogue des travaux"), None
    )


def _view(row: Row) -> KindRate:
    own = _rate(
        row.grid_lifetime_years, row.grid_free_years, row.grid_yearly_discount_pct, row.grid_residual_pct
    )
    if own is not None:
        grid = Grid(row.grid_id, row.grid_name, row.grid_source, row.grid_starts_on)
        return KindRate(row.id, row.code, row.trade, row.label_fr, row.label_en, own, grid)
    rate = _rate(row.lifetime_years, row.free_years, row.yearly_discount_pct, row.residual_pct)
    return KindRate(row.id, row.code, row.trade, row.label_fr, row.label_en, rate, catalogue_grid())


def _rate(lifetime: int | None, free: int | None, discount: int | None, residual: int | None) -> Rate | None:
    """The four values, or nothing when one is missing: half a rule is none."""
    if lifetime is None or free is None or discount is None or residual is None:
        return None
    return Rate(lifetime, free, discount, residual)
