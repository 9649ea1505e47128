"""The staff's pages: counters and lists, what a form says and keeps, what a page costs."""

from __future__ import annotations

import re
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import timedelta
from types import SimpleNamespace

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from intranet.access import OrganisationKind, Role
from intranet.accounts.models import User
from intranet.clock import today
from intranet.dossiers.models import Dossier, DossierNote, Dwelling, Household
from intranet.dossiers.terms import DossierState as S
from intranet.extensions import db
from intranet.organisations.models import Phase
from intranet.testing.dossiers import make_dossier, make_dwelling, make_household
from intranet.testing.factories import csrf_token, make_organisation, make_pole, make_user, sign_in
from intranet.timeline.models import DossierRead
from intranet.web.formatting import days_since
from tests.conftest import Statements

YESTERDAY = today() - timedelta(days=1)


@pytest.fixture
def desk(app: Flask, client: FlaskClient) -> SimpleNamespace:
    """A coordinator signed in, and the token of her forms."""
    with app.app_context():
        email = make_user(Role.COORDINATOR, name="Claire Martin").email
        uip = make_pole("UIP")
        uip_id = uip.id
        bailleur_id = make_organisation(OrganisationKind.BAILLEUR, "Azur Habitat").id
    sign_in(client, User(email=email))
    return SimpleNamespace(
        client=client, uip=uip_id, bailleur=bailleur_id, token=csrf_token(client, "/staff/")
    )


def household(desk: SimpleNamespace, **changes: object) -> dict[str, object]:
    return {
        "name": "Awa Diop",
        "phone": "06 11 22 33 44",
        "adults": "1",
        "children": "2",
        "children_under_3": "1",
        "lone_parent": "y",
        "pole_id": desk.uip,
        "site_id": "",
        "opened_on": YESTERDAY.isoformat(),
        "csrf_token": desk.token,
        **changes,
    }


def made(app: Flask, **what: object) -> int:
    with app.app_context():
        return make_dossier(make_pole("UIP"), **what).id  # type: ignore[arg-type]


def version(app: Flask, dossier_id: int) -> int:
    with app.app_context():
        return db.session.get_one(Dossier, dossier_id).version


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
    assert "annonce 104 familles" in html
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


# A dossier's page


def test_a_dossier_costs_few_statements_however_long_its_story(
    app: Flask, desk: SimpleNamespace, count_statements: Callable[[], AbstractContextManager[Statements]]
) -> None:
    dossier_id = made(app, state=S.JOINED)
    page = f"/staff/dossiers/{dossier_id}"
    desk.client.get(page).close()
    with count_statements() as seen:
        desk.client.get(page).close()
    for index in range(20):
        desk.client.post(f"{page}/notes", data={"text": f"Note {index}", "csrf_token": desk.token})
    desk.client.get(page).close()
    with count_statements() as later:
        desk.client.get(page).close()
    assert later.count == seen.count
    assert seen.count <= 10


def test_opening_a_dossier_is_logged_once_a_day(app: Flask, desk: SimpleNamespace) -> None:
    dossier_id = made(app)
    for _twice in range(2):
        desk.client.get(f"/staff/dossiers/{dossier_id}").close()
    with app.app_context():
        assert db.session.scalar(select(func.count()).select_from(DossierRead)) == 1


def test_a_missing_member_of_the_trio_is_said(app: Flask, desk: SimpleNamespace) -> None:
    html = desk.client.get(f"/staff/dossiers/{made(app, state=S.JOINED)}").text
    assert "un référent, un éducateur technique, une TISF" in html


def test_a_dwelling_that_is_not_decent_warns_but_may_be_allocated(app: Flask, desk: SimpleNamespace) -> None:
    dossier_id = made(app, state=S.PREPARING)
    data = {
        "version": version(app, dossier_id),
        "allocated_on": YESTERDAY.strftime("%d/%m/%Y"),
        "bailleur_id": desk.bailleur,
        "address": "7 avenue des Pins",
        "postcode": "06200",
        "town": "Nice",
        "kind": "T3",
        "surface_m2": "62,5",
        "permit_year": "1962",
        "asbestos": "missing",
        "lead": "missing",
        "decent": "no",
        "csrf_token": desk.token,
    }
    answer = desk.client.post(f"/staff/dossiers/{dossier_id}/allocation", data=data)
    assert answer.status_code == 303, answer.text
    html = desk.client.get(answer.location).text
    assert "n’est pas décent" in html
    assert "7 avenue des Pins" in html
    with app.app_context():
        assert str(db.session.scalar(select(Dwelling.surface_m2))) == "62.50"


# Forms


def test_opening_a_dossier_leads_to_its_page(app: Flask, desk: SimpleNamespace) -> None:
    answer = desk.client.post("/staff/dossiers/new", data=household(desk))
    assert answer.status_code == 303
    html = desk.client.get(answer.location).text
    assert "Awa Diop" in html
    assert "Parent seul" in html
    assert "Décider du diagnostic" in html


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"name": ""}, "Ce champ est à remplir"),
        ({"email": "awa@"}, "Cette adresse est incomplète"),
        ({"children": "deux"}, 'id="children-error"'),
        ({"children_under_3": "5"}, "ne peuvent pas être plus nombreux"),
        ({"opened_on": "09/25/2018"}, "Il n’y a pas de mois 25"),
        ({"opened_on": "2999-01-01"}, 'id="opened_on-error"'),
        ({"contact_choice": "1 85 05 78 006 084 91"}, "numéro de sécurité sociale"),
        ({"name": "x" * 10_000}, "10000 caractères"),
        ({"pole_id": "999"}, 'id="pole_id-error"'),
    ],
)
def test_a_wrong_input_is_said_at_its_field_and_nothing_typed_is_lost(
    app: Flask, desk: SimpleNamespace, changes: dict[str, str], said: str
) -> None:
    answer = desk.client.post("/staff/dossiers/new", data=household(desk, phone="06 99 88 77 66", **changes))
    assert answer.status_code == 422
    assert said in answer.text
    assert "06 99 88 77 66" in answer.text
    assert "Rien n’a encore été enregistré" in answer.text
    with app.app_context():
        assert db.session.scalar(select(func.count()).select_from(Household)) == 0


def test_emoji_and_right_to_left_text_are_kept_as_typed(desk: SimpleNamespace) -> None:
    name = "عائشة بن علي 🏠"
    answer = desk.client.post("/staff/dossiers/new", data=household(desk, name=name))
    assert name in desk.client.get(answer.location).text


def test_a_double_click_opens_one_dossier(app: Flask, desk: SimpleNamespace) -> None:
    page = desk.client.get("/staff/dossiers/new").text
    key = re.search(r'name="submission" value="([^"]+)"', page)
    assert key
    data = household(desk, submission=key[1])
    first = desk.client.post("/staff/dossiers/new", data=data)
    again = desk.client.post("/staff/dossiers/new", data=data)
    assert first.location == again.location
    with app.app_context():
        assert db.session.scalar(select(func.count()).select_from(Dossier)) == 1


def test_sending_a_step_again_with_the_back_button_changes_nothing(app: Flask, desk: SimpleNamespace) -> None:
    dossier_id = made(app, state=S.ALLOCATED)
    page = f"/staff/dossiers/{dossier_id}/joining"
    data = {
        "joined_on": YESTERDAY.isoformat(),
        "version": version(app, dossier_id),
        "csrf_token": desk.token,
    }
    assert desk.client.post(page, data=data).status_code == 303
    again = desk.client.post(page, data={**data, "joined_on": today().isoformat()})
    assert again.status_code == 409
    assert "a enregistré l’adhésion" in again.text
    with app.app_context():
        assert db.session.get_one(Dossier, dossier_id).joined_on == YESTERDAY


def test_a_colleague_who_saved_first_is_shown_and_what_was_typed_stays(
    app: Flask, desk: SimpleNamespace
) -> None:
    dossier_id = made(app)
    page = f"/staff/dossiers/{dossier_id}/edit"
    seen = re.search(r'name="version" value="(\d+)"', desk.client.get(page).text)
    assert seen
    first = desk.client.post(page, data=household(desk, name="Nom corrigé", version=seen[1]))
    assert first.status_code == 303
    late = desk.client.post(page, data=household(desk, name="Autre correction", version=seen[1]))
    assert late.status_code == 409
    assert "Autre correction" in late.text
    assert "Claire Martin a modifié la fiche du ménage" in late.text
    fresh = re.search(r'name="version" value="(\d+)"', late.text)
    assert fresh
    assert (
        desk.client.post(page, data=household(desk, name="Autre correction", version=fresh[1])).status_code
        == 303
    )


@pytest.mark.parametrize("text", ["1 85 05 78 006 084 91", "1850578006084", "y" * 10_000])
def test_a_note_that_must_not_be_kept_comes_back_with_the_reason(
    app: Flask, desk: SimpleNamespace, text: str
) -> None:
    dossier_id = made(app)
    answer = desk.client.post(
        f"/staff/dossiers/{dossier_id}/notes", data={"text": text, "csrf_token": desk.token}
    )
    assert answer.status_code == 422
    assert 'id="text-error"' in answer.text
    assert text in answer.text
    with app.app_context():
        assert db.session.scalar(select(DossierNote.id)) is None


def test_a_dwelling_is_recorded_corrected_and_listed_as_free(app: Flask, desk: SimpleNamespace) -> None:
    data = {
        "bailleur_id": desk.bailleur,
        "address": "3 rue du Port",
        "postcode": "06300",
        "town": "Nice",
        "kind": "T2",
        "asbestos": "clear",
        "asbestos_on": "14/03/2018",
        "lead": "missing",
        "decent": "yes",
        "csrf_token": desk.token,
    }
    answer = desk.client.post("/staff/dwellings/new", data=data)
    assert answer.status_code == 303, answer.text
    assert "3 rue du Port" in desk.client.get("/staff/dwellings?free=1&q=port").text
    wrong = desk.client.post(f"{answer.location}/edit", data={**data, "version": 1, "surface_m2": "grand"})
    assert wrong.status_code == 422
    assert "Écrivez la surface en m², comme 62,5." in wrong.text
    lost = desk.client.post(
        f"{answer.location}/edit", data={**data, "version": 1, "asbestos": "missing", "surface_m2": "40,25"}
    )
    assert lost.status_code == 422
    assert "rapport est dit absent" in lost.text
    good = desk.client.post(f"{answer.location}/edit", data={**data, "version": 1, "surface_m2": "40,25"})
    assert good.status_code == 303
    assert (
        desk.client.post(
            f"{answer.location}/edit", data={**data, "version": 1, "surface_m2": "41"}
        ).status_code
        == 409
    )


def test_a_choice_of_dwelling_ignores_what_was_half_written_below_it(
    app: Flask, desk: SimpleNamespace
) -> None:
    dossier_id = made(app, state=S.PREPARING)
    with app.app_context():
        dwelling_id = make_dwelling().id
    answer = desk.client.post(
        f"/staff/dossiers/{dossier_id}/allocation",
        data={
            "version": version(app, dossier_id),
            "dwelling_id": dwelling_id,
            "allocated_on": YESTERDAY.isoformat(),
            "surface_m2": "pas encore",
            "csrf_token": desk.token,
        },
    )
    assert answer.status_code == 303


def test_a_plain_button_on_an_old_page_says_why_it_did_nothing(app: Flask, desk: SimpleNamespace) -> None:
    dossier_id = made(app, state=S.DIAGNOSED)
    data = {"version": version(app, dossier_id), "csrf_token": desk.token}
    desk.client.post(f"/staff/dossiers/{dossier_id}/prepare", data=data)
    again = desk.client.post(f"/staff/dossiers/{dossier_id}/prepare", data=data, follow_redirects=True)
    assert "Rien n’a été enregistré" in again.text
