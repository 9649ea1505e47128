"""Wear: what part of a damage the family bears, and the whole calculation kept with its line."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from intranet.wear.rules import Calculation, Grid, Rate, calculate, tenant_cost, tenant_share

PAINT = Rate(7, 2, 18, 10)
GRID = Grid(3, "Grille 2019", "Accord collectif du 12 mars 2019", date(2019, 3, 12))
RATES = st.builds(Rate, st.integers(1, 60), st.integers(0, 20), st.integers(0, 100), st.integers(0, 100))
AGES, CENTS = st.integers(0, 100), st.integers(1, 10_000_000)


@pytest.mark.parametrize(("age", "share"), [(0, "1"), (2, "1"), (5, "0.46"), (8, "0.10"), (40, "0.10")])
def test_paint_wears_as_the_published_grid_says(age: int, share: str) -> None:
    assert tenant_share(PAINT, age) == Decimal(share)


def test_the_tenants_cost_is_rounded_to_the_cent() -> None:
    assert tenant_cost(10_001, PAINT, 5) == 4_600


@given(RATES, AGES)
def test_the_share_stands_between_the_residue_and_the_whole_and_falls_with_age(rate: Rate, age: int) -> None:
    share = tenant_share(rate, age)

    assert Decimal(rate.residual_pct) / 100 <= share <= 1
    assert tenant_share(rate, age + 1) <= share
    assert age > rate.free_years or share == 1


@given(RATES, AGES, CENTS)
def test_a_damage_never_costs_the_family_more_than_its_repair(rate: Rate, age: int, cents: int) -> None:
    owed = tenant_cost(cents, rate, age)

    assert 0 <= owed <= cents
    assert abs(owed - cents * tenant_share(rate, age)) <= Decimal("0.5")


@given(RATES, AGES, CENTS)
def test_the_per_cent_shown_is_the_one_counted(rate: Rate, age: int, cents: int) -> None:
    made = calculate(age, cents, rate, GRID, date(2019, 4, 1))

    assert Decimal(made.share_pct) / 100 == tenant_share(rate, age)
    assert made.tenant_cents == tenant_cost(cents, rate, age)


@given(RATES, AGES, CENTS)
def test_a_calculation_is_kept_whole(rate: Rate, age: int, cents: int) -> None:
    made = calculate(age, cents, rate, GRID, date(2019, 4, 1))

    assert Calculation.of(made.data()) == made


def test_a_calculation_from_the_catalogue_has_no_date_of_its_own() -> None:
    made = calculate(5, 30_000, PAINT, Grid(None, "Catalogue", "Accord national", None), date(2019, 4, 1))

    assert (made.share_pct, made.tenant_cents) == (46, 13_800)
    assert Calculation.of(made.data()) == made


@pytest.mark.parametrize(
    ("age", "cents"), [(-1, 100), (101, 100), (5, 0), (5, -1), (5, 10_000_001), (10**9, 10**12)]
)
def test_absurd_figures_are_errors(age: int, cents: int) -> None:
    with pytest.raises(ValueError, match="goes from"):
        calculate(age, cents, PAINT, GRID, date(2019, 4, 1))


def test_a_negative_age_is_an_error() -> None:
    with pytest.raises(ValueError, match="age"):
        tenant_share(PAINT, -1)
