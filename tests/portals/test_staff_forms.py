"""A dossier's page and the forms around it: wrong input, double clicks, colleagues who saved first."""

from __future__ import annotations

import re
from collections.abc import Callable
from contextlib import AbstractContextManager
from types import SimpleNamespace

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from intranet.clock import today
from intranet.dossiers.models import Dossier, DossierNote, Dwelling, Household
from intranet.dossiers.terms import DossierState as S
from intranet.extensions import db
from intranet.testing.dossiers import make_dwelling
from intranet.timeline.models import AccessLogEntry
from tests.conftest import Statements
from tests.portals.staff_desk import YESTERDAY, desk_of, household, made


@pytest.fixture
def desk(app: Flask, client: FlaskClient) -> SimpleNamespace:
    return desk_of(app, client)


def version(app: Flask, dossier_id: int) -> int:
    with app.app_context():
        return db.session.get_one(Dossier, dossier_id).version


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
        assert db.session.scalar(select(func.count()).select_from(AccessLogEntry)) == 1


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
