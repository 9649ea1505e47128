"""Works against rent: the cap, the months, what the law never allows; a consent holds for one digest."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from intranet.rent.rules import (
    MOST_COST,
    MOST_MONTHLY,
    MOST_MONTHS,
    LineFacts,
    Terms,
    digest,
    last_month,
    missing,
    most_months,
    wrong_figures,
    wrong_works,
)
from intranet.works.terms import Cause, Holder

TODAY = date(2019, 4, 1)
TERMS = Terms(
    5_000,
    12,
    date(2019, 6, 1),
    60_000,
    "ab" * 32,
    ((1, "x"), (2, "y")),
    "Le reste est versé.",
    TODAY,
    "Jean Agence",
)
LINE = LineFacts("Peindre la chambre", Holder.TENANT, Cause.USE, makes_decent=False)


def rules(terms: Terms) -> list[str]:
    return [each.rule for each in wrong_figures(terms, TODAY)]


def test_sensible_terms_are_right() -> None:
    assert rules(TERMS) == []
    assert not list(missing(TERMS))
    assert TERMS.total_cents == 60_000


@given(st.integers(-(10**9), 10**9), st.integers(-1_000, 1_000), st.integers(-(10**9), 10**9))
def test_nothing_right_ever_passes_the_documented_cost_nor_is_negative(
    monthly: int, months: int, documented: int
) -> None:
    terms = replace(TERMS, monthly_cents=monthly, months=months, documented_cents=documented)
    if not rules(terms):
        assert 0 < monthly * months <= documented <= MOST_COST
        assert monthly <= MOST_MONTHLY
        assert months <= MOST_MONTHS


@given(st.integers(1, MOST_MONTHLY), st.integers(1, MOST_COST))
def test_the_months_offered_are_the_most_the_cap_allows(monthly: int, documented: int) -> None:
    most = most_months(monthly, documented)

    assert monthly * most <= documented < monthly * (most + 1)


@given(st.dates(date(1990, 1, 1), date(2090, 1, 1)), st.integers(1, MOST_MONTHS))
def test_the_last_month_is_as_many_months_on(starts_on: date, months: int) -> None:
    last = last_month(starts_on, months)

    assert (last.year - starts_on.year) * 12 + last.month - starts_on.month == months - 1
    assert last.day == 1


@pytest.mark.parametrize(
    ("change", "rule"),
    [
        ({"monthly_cents": 0}, "rent.monthly"),
        ({"monthly_cents": -5_000}, "rent.monthly"),
        ({"monthly_cents": 500_001}, "rent.monthly"),
        ({"months": 0}, "rent.months"),
        ({"months": -1}, "rent.months"),
        ({"months": 61}, "rent.months"),
        ({"documented_cents": 0}, "rent.cost"),
        ({"documented_cents": 10_000_001}, "rent.cost"),
        ({"documented_cents": 59_999}, "rent.cap"),
        ({"starts_on": date(2119, 6, 1)}, "rent.starts_on"),
        ({"early_departure": "  "}, "rent.early_departure"),
        ({"decency_attested_on": TODAY + timedelta(days=1)}, "rent.attested"),
        ({"decency_attested_by": ""}, "rent.attested"),
    ],
)
def test_absurd_or_missing_terms_are_named(change: dict[str, object], rule: str) -> None:
    assert rule in rules(replace(TERMS, **change))  # type: ignore[arg-type]


def test_a_cost_is_documented_by_a_paper() -> None:
    assert [each.rule for each in missing(replace(TERMS, document=""))] == ["rent.document"]


@pytest.mark.parametrize(
    ("lines", "decent", "rule"),
    [
        ([LINE], False, "rent.not_decent"),
        ([LINE], None, "rent.decency_unknown"),
        ([], True, "rent.lines"),
        ([LINE, replace(LINE, makes_decent=True)], True, "rent.makes_decent"),
        ([replace(LINE, cause=Cause.DAMAGE)], True, "rent.damage"),
        ([replace(LINE, holder=Holder.BAILLEUR)], True, "rent.not_tenant"),
        ([replace(LINE, holder=Holder.PARTNER)], True, "rent.not_tenant"),
        ([replace(LINE, holder=Holder.DROPPED)], True, "rent.not_tenant"),
    ],
)
def test_what_the_law_does_not_allow_is_named(lines: list[LineFacts], decent: bool | None, rule: str) -> None:
    assert [each.rule for each in wrong_works(lines, decent)] == [rule]


def test_the_familys_own_works_in_a_decent_home_are_right() -> None:
    assert not list(wrong_works([LINE, replace(LINE, holder=Holder.SHARED)], True))


@pytest.mark.parametrize(
    "change",
    [
        {"monthly_cents": 5_001},
        {"months": 11},
        {"starts_on": date(2019, 7, 1)},
        {"documented_cents": 60_001},
        {"document": "cd" * 32},
        {"lines": ((1, "x"),)},
        {"lines": ((1, "x"), (2, "z"))},
        {"early_departure": "Rien n’est versé."},
        {"decency_attested_on": date(2019, 3, 31)},
        {"decency_attested_by": "Une autre"},
    ],
)
def test_any_change_of_the_terms_changes_their_digest(change: dict[str, object]) -> None:
    assert digest(replace(TERMS, **change)) != digest(TERMS)  # type: ignore[arg-type]


def test_the_order_of_the_lines_is_no_change() -> None:
    assert digest(replace(TERMS, lines=((2, "y"), (1, "x")))) == digest(TERMS)
