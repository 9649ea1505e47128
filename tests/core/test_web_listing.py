"""A list's address says all: what is filtered, in which order, which page."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import parse_qs, urlsplit

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st

from intranet.web.listing import LAST_PAGE, Filter, Listing

FILTERS = (
    Filter("q", "Rechercher", kind="text"),
    Filter("state", "État", (("joined", "Adhésion"), ("works", "Travaux"))),
    Filter("mine", "Les miens", kind="check"),
)
SORTS = {"changed": "Récents", "name": "Nom"}


@pytest.fixture(autouse=True)
def on_a_list(app: Flask) -> Iterator[None]:
    with app.test_request_context("/staff/dossiers"):
        yield


def listing(**args: str) -> Listing:
    return Listing.of(args, filters=FILTERS, sorts=SORTS, default_sort="changed", export="dossiers")


def test_an_unknown_value_counts_as_no_filter() -> None:
    found = listing(state="burnt", mine="yes", sort="size", page="-3")
    assert found.params == {}
    assert (found.sort, found.page) == ("changed", 1)
    assert found.unknown == [("État", "burnt"), ("Les miens", "yes")]
    assert listing(state="works", q="x", mine="1").unknown == []


def test_another_filter_goes_back_to_the_first_page() -> None:
    found = listing(state="works", page="3")
    assert found.url(page=4) == "/staff/dossiers?state=works&page=4"
    assert found.url(state="joined") == "/staff/dossiers?state=joined"
    assert found.url(state="") == "/staff/dossiers"


def test_the_export_has_the_filters_of_the_list() -> None:
    url = listing(q="a&b", state="works", page="2").downloads["CSV"]
    assert url.startswith("/exports/dossiers.csv?")
    assert parse_qs(urlsplit(url).query) == {"q": ["a&b"], "state": ["works"], "sort": ["changed"]}


@given(
    q=st.text(max_size=50),
    state=st.sampled_from(["", "joined", "works"]),
    sort=st.sampled_from(["changed", "name"]),
    page=st.integers(1, LAST_PAGE),
)
def test_an_address_read_again_is_the_same_list(q: str, state: str, sort: str, page: int) -> None:
    first = listing(q=q, state=state, sort=sort, page=str(page))
    query = {name: values[0] for name, values in parse_qs(urlsplit(first.url(page=page)).query).items()}
    again = listing(**query)
    assert (again.values, again.sort, again.page) == (first.values, first.sort, first.page)


def test_the_key_holds_no_value_of_a_user() -> None:
    assert listing(q="secret", state="works").key == ("q", "state", "changed")


def test_the_count_says_more_than_when_it_stopped() -> None:
    rows = ["row"] * 25
    assert listing().with_rows(rows, 94).count_text == "94 résultats"
    assert listing().with_rows(rows, 100, capped=True).count_text == "plus de 100 résultats"
    assert listing().with_rows([], 0).count_text == "aucun résultat"
    assert listing(page="4").with_rows(rows, 100).has_next is False
    assert listing(page="4").with_rows(rows, 100, capped=True).has_next is True
