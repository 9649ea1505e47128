"""What part of a damage the tenant bears once wear is deducted (``domain.md`` §4, Wear). Pure.

Years are whole years of age, per cents are whole numbers, money is in cents. Because a discount and an age
are whole, a share is a whole number of per cent: what is shown is what is counted.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, NamedTuple

OLDEST = 100
"""Years: a thing older than that was mistyped."""

MOST_COST = 10_000_000
"""Cents: 100 000 €, above which a figure was mistyped."""


class Rate(NamedTuple):
    """How a kind of works wears: years in full, then a discount a year, down to a residual share."""

    lifetime_years: int
    free_years: int
    yearly_discount_pct: int
    residual_pct: int


def tenant_share(rate: Rate, age_years: int) -> Decimal:
    """The tenant's share of the cost, 0…1: ``max(residual, 1 − discount × max(0, age − free years))``."""
    if age_years < 0:
        raise ValueError("an age is not negative")
    worn = Decimal(rate.yearly_discount_pct) / 100 * max(0, age_years - rate.free_years)
    return max(Decimal(rate.residual_pct) / 100, 1 - worn)


def tenant_cost(cents: int, rate: Rate, age_years: int) -> int:
    """The tenant's share of a damage that costs ``cents`` to mend, in cents, rounded to the nearest."""
    return int((cents * tenant_share(rate, age_years)).quantize(Decimal(1), ROUND_HALF_UP))


@dataclass(frozen=True, slots=True)
class Grid:
    """Where a rate comes from. ``id`` and ``starts_on`` are ``None`` for the catalogue's own columns."""

    id: int | None
    name: str
    source: str
    starts_on: date | None


@dataclass(frozen=True, slots=True)
class Calculation:
    """The whole of a calculation, as it is written on its line: it can be done again by hand from it alone."""

    age_years: int
    cost_cents: int
    rate: Rate
    share_pct: int
    tenant_cents: int
    grid: Grid
    on: date  # the day whose grid was in force

    def data(self) -> dict[str, Any]:
        """As ``WorksLine.wear`` keeps it."""
        return {
            **asdict(self),
            "rate": self.rate._asdict(),
            "grid": {**asdict(self.grid), "starts_on": _iso(self.grid.starts_on)},
            "on": self.on.isoformat(),
        }

    @classmethod
    def of(cls, data: Mapping[str, Any]) -> Calculation:
        """From what ``data`` gave."""
        grid = data["grid"]
        starts_on = date.fromisoformat(grid["starts_on"]) if grid["starts_on"] else None
        return cls(
            data["age_years"],
            data["cost_cents"],
            Rate(**data["rate"]),
            data["share_pct"],
            data["tenant_cents"],
            Grid(grid["id"], grid["name"], grid["source"], starts_on),
            date.fromisoformat(data["on"]),
        )


def calculate(age_years: int, cost_cents: int, rate: Rate, grid: Grid, on: date) -> Calculation:
    """What the tenant bears of a damage to a thing of that age. ``ValueError`` outside any sensible figure."""
    if not 0 <= age_years <= OLDEST:
        raise ValueError("an age goes from 0 to 100 years")
    if not 0 < cost_cents <= MOST_COST:
        raise ValueError("a cost goes from 0.01 to 100,000 euros")
    share = tenant_share(rate, age_years)
    return Calculation(
        age_years, cost_cents, rate, int(share * 100), tenant_cost(cost_cents, rate, age_years), grid, on
    )


def _iso(day: date | None) -> str | None:
    return day.isoformat() if day else None
