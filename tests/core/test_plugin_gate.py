"""The one check before each request."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from flask import Flask
from flask.testing import FlaskClient

from intranet.access import OrganisationKind, Role
from intranet.config import Settings
from intranet.testing.contract import running
from intranet.testing.factories import make_organisation, make_user, sign_in


@pytest.fixture
def coordinator(app: Flask, client: FlaskClient) -> FlaskClient:
    with app.app_context():
        sign_in(client, make_user(Role.COORDINATOR))
    return client


@pytest.fixture
def strict(make_settings: Callable[..., Settings]) -> Iterator[Flask]:
    with running(make_settings(SECOND_FACTOR_FOR_STAFF="yes")) as app:
        yield app


def test_a_stranger_is_led_back_to_the_page_asked_for_once_signed_in(client: FlaskClient) -> None:
    answer = client.get("/staff/dossiers?state=joined")
    assert answer.status_code == 303
    assert answer.location == "/login?next=/staff/dossiers?state%3Djoined"


def test_a_form_sent_after_the_session_ended_leads_back_to_the_page_that_held_it(client: FlaskClient) -> None:
    answer = client.post(
        "/directory/new", data={"version": "1"}, headers={"Referer": "http://localhost/directory/new"}
    )
    assert answer.status_code == 303
    assert answer.location == "/login?next=/directory/new"
    assert "session a expiré" in client.get(answer.location).get_data(as_text=True)


def test_the_way_back_never_leads_to_another_site(client: FlaskClient) -> None:
    answer = client.post("/directory/new", headers={"Referer": "https://evil.example/directory/new"})
    assert answer.location == "/login"


def test_htmx_is_told_to_go_to_the_door_with_the_whole_page(client: FlaskClient) -> None:
    answer = client.get("/staff/dossiers", headers={"HX-Request": "true"})
    assert answer.status_code == 204
    assert answer.headers["HX-Redirect"].startswith("/login")


def test_another_kinds_portal_does_not_exist(app: Flask, client: FlaskClient) -> None:
    with app.app_context():
        sign_in(client, make_user(Role.AGENT))
    assert client.get("/bailleur/").status_code == 200
    assert client.get("/staff/").status_code == 404
    assert client.get("/partner/").status_code == 404


def test_what_the_role_does_not_hold_is_forbidden(app: Flask, client: FlaskClient) -> None:
    with app.app_context():
        sign_in(client, make_user(Role.REFERENT))
    assert client.get("/directory/").status_code == 200
    assert client.get("/directory/new").status_code == 403


def test_home_is_the_portal_of_the_persons_organisation(app: Flask, coordinator: FlaskClient) -> None:
    assert coordinator.get("/").location == "/staff/"


def test_who_has_no_portal_lands_on_the_own_account(app: Flask, client: FlaskClient) -> None:
    with app.app_context():
        sign_in(client, make_user(Role.MEMBER, make_organisation(OrganisationKind.OTHER)))
    assert client.get("/", follow_redirects=True).status_code == 200


def test_without_the_second_factor_staff_reach_their_account_and_nothing_else(strict: Flask) -> None:
    client = strict.test_client()
    with strict.app_context():
        sign_in(client, make_user(Role.REFERENT))
    for page in ("/staff/dossiers", "/directory/", "/exports/directory.csv", "/search?q=x"):
        answer = client.get(page)
        assert answer.status_code == 303, page
        assert answer.location == "/account/second-factor"
    assert client.get("/account/second-factor").status_code == 200


def test_a_forged_form_without_token_changes_nothing(coordinator: FlaskClient) -> None:
    assert coordinator.post("/directory/new", data={"name": "Forgé"}).status_code == 400
    assert "Forgé" not in coordinator.get("/directory/").get_data(as_text=True)
