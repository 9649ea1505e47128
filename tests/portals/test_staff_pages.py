"""The staff's home and lists: counters, filters, downloads, search."""

from __future__ import annotations

import re
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import timedelta
from types import SimpleNamespace

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from intranet.access import Role
from intranet.accounts.models import User
from intranet.clock import today
from intranet.dossiers.models import Household
from intranet.dossiers.terms import DossierState as S
from intranet.extensions import db
from intranet.organisations.models import Phase
from intranet.testing.dossiers import make_dossier, make_household
from intranet.testing.factories import make_pole, make_user, sign_in
from intranet.web.formatting import days_since
from tests.conftest import Statements
from tests.portals.staff_desk import desk_of, household, made


@pytest.fixture
def desk(app: Flask, client: FlaskClient) -> SimpleNamespace:
    return desk_of(app, client)


# Home


def test_each_counter_of_the_home_page_opens_a_list_of_as_many(app: Flask, desk: SimpleNamespace) -> None:
    for state in S:
        for _twice in range(2):
            made(app, state=state, visited_on=None)
    html = desk.client.get("/staff/").text
    counters = re.findall(r'href="/staff/dossiers\?queue=(\w+)"><strong>(\d+)</strong>', html)
    assert {key for key, _number in counters} >= {"diagnosis", "project", "joining", "visit", "dwelling"}
    for key, number in counters:
        rows = desk.client.get(f"/staff/dossiers?queue={key}").text
        assert len(set(re.findall(r'href="/staff/dossiers/(\d+)"', rows))) == int(number), key


def test_the_oldest_wait_comes_first(app: Flask, desk: SimpleNamespace) -> None:
    with app.app_context():
        recent, old = make_dossier(state=S.ALLOCATED), make_dossier(state=S.SPOTTED)
        old.state_since -= timedelta(days=30)
        db.session.commit()
        first, second, days = old.number, recent.number, days_since(old.state_since)
    html = desk.client.get("/staff/").text
    assert html.index(first) < html.index(second)
    assert f"{days} jours" in html


def test_what_is_another_s_to_do_waits_under_the_others(app: Flask, desk: SimpleNamespace) -> None:
    made(app, state=S.ALLOCATED)
    with app.app_context():
        director = make_user(Role.DIRECTOR, pole=make_pole("UIP")).email
    other = app.test_client()
    sign_in(other, User(email=director))
    mine, others = desk.client.get("/staff/").text, other.get("/staff/").text
    assert mine.index('id="mine"') < mine.index("Adhésion à enregistrer") < mine.index('id="others"')
    assert others.index('id="others"') < others.index("Adhésion à enregistrer")


def test_the_gap_between_the_programme_and_its_poles_is_said_in_words(
    app: Flask, desk: SimpleNamespace
) -> None:
    with app.app_context():
        for code, announced in (("UIP", 56), ("PEP", 28), ("PHI", 10)):
            make_pole(code).announced_households = announced
        start = today().replace(year=2018, month=9, day=1)
        db.session.add(Phase(name="Phase 1", starts_on=start, ends_on=start.replace(month=12, day=31)))
        db.session.commit()
    html = desk.client.get("/staff/").text
    assert "annonce 104 ménages" in html
    assert "en donne 94" in html
    assert "L’écart est de 10" in html
    assert "122 jours" in html


def test_an_empty_home_says_what_will_come_and_offers_the_first_action(desk: SimpleNamespace) -> None:
    html = desk.client.get("/staff/").text
    assert "Rien ne vous attend" in html
    assert 'href="/staff/dossiers/new"' in html


# Lists


def test_a_list_costs_as_many_statements_for_fifty_rows_as_for_one(
    app: Flask, desk: SimpleNamespace, count_statements: Callable[[], AbstractContextManager[Statements]]
) -> None:
    pages = [
        "/staff/dossiers",
        "/staff/dossiers?q=essai&state=joined&sort=name",
        "/staff/dwellings",
        "/staff/",
    ]
    made(app, state=S.JOINED)
    one, fifty = [], []
    for page in pages:
        with count_statements() as seen:
            assert desk.client.get(page).status_code == 200
        one.append(seen.count)
    for _more in range(49):
        made(app, state=S.JOINED)
    for page in pages:
        with count_statements() as seen:
            assert desk.client.get(page).status_code == 200
        fifty.append(seen.count)
    assert one == fifty
    assert one[0] <= 4  # the person, the choices of the filters, the rows, the count


def test_a_list_shows_25_rows_counts_them_all_and_keeps_its_filters(
    app: Flask, desk: SimpleNamespace
) -> None:
    for _each in range(30):
        made(app, state=S.SPOTTED)
    made(app, state=S.JOINED)
    html = desk.client.get("/staff/dossiers?state=spotted").text
    assert len(re.findall(r'<th scope="row">', html)) == 25
    assert "30 résultats" in html
    assert "state=spotted&amp;page=2" in html
    assert (
        len(re.findall(r'<th scope="row">', desk.client.get("/staff/dossiers?state=spotted&page=2").text))
        == 5
    )


def test_names_stand_in_order_whatever_their_accents_and_case(app: Flask, desk: SimpleNamespace) -> None:
    for name in ("Zola Ana", "élan Marc", "Éboué Rose", "Diallo Awa", "FABRE Luc"):
        with app.app_context():
            make_dossier(household=make_household(make_pole("UIP"), name=name))
    with app.app_context():
        renamed = db.session.scalars(select(Household).where(Household.name == "Zola Ana")).one()
        renamed.name = "Œuvray Ana"
        db.session.commit()
    html = desk.client.get("/staff/dossiers?sort=name").text
    names = ("Diallo Awa", "Éboué Rose", "élan Marc", "FABRE Luc", "Œuvray Ana")
    places = [html.index(f">{name}<") for name in names]
    assert places == sorted(places)


@pytest.mark.parametrize(
    "query", ["state=nope", "bailleur=abc", "page=-3", "page=9999999", "sort=drop", "q=%00%27%22*", "queue=x"]
)
def test_a_list_survives_any_address(app: Flask, desk: SimpleNamespace, query: str) -> None:
    made(app)
    assert desk.client.get(f"/staff/dossiers?{query}").status_code == 200


def test_a_download_holds_what_is_filtered(app: Flask, desk: SimpleNamespace) -> None:
    with app.app_context():
        joined = make_dossier(state=S.JOINED).number
        spotted = make_dossier(state=S.SPOTTED).number
    text = desk.client.get("/exports/dossiers.csv?state=joined").text
    assert joined in text
    assert spotted not in text
    assert spotted in desk.client.get("/exports/dossiers.csv?queue=diagnosis").text
    assert desk.client.get("/exports/dossiers.xlsx").status_code == 200


def test_a_dossier_is_found_without_accents_and_by_the_beginning_of_a_word(
    app: Flask, desk: SimpleNamespace
) -> None:
    desk.client.post("/staff/dossiers/new", data=household(desk, name="Zoé Hernández"))
    for query in ("hernandez", "zoe", "hern", "2026-0001" if today().year == 2026 else "0001"):
        assert "Zoé Hernández" in desk.client.get(f"/staff/dossiers?q={query}").text, query
    assert "Zoé Hernández" not in desk.client.get("/staff/dossiers?q=xyzzy").text
