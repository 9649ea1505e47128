"""One's own account: profile, password, second factor, sessions, organisations."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pyotp
import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from intranet.access import OrganisationKind, Role
from intranet.accounts.models import RecoveryCode, User, UserSession
from intranet.database import now
from intranet.extensions import db
from intranet.testing.factories import (
    PASSWORD,
    csrf_token,
    make_membership,
    make_organisation,
    make_pole,
    make_user,
    sign_in,
)
from tests.conftest import running_app

NEW = "Peinture-fraîche-7"


@pytest.fixture
def agent(db_session: Any) -> User:
    return make_user(Role.AGENT, email="agent@example.org", name="Une agente")


def send(client: FlaskClient, url: str, **data: Any) -> Any:
    return client.post(url, data={"csrf_token": csrf_token(client, "/account/password"), **data})


def test_the_profile_is_changed_and_greets_in_the_new_language(client: FlaskClient, agent: User) -> None:
    sign_in(client, agent)
    answer = send(
        client, "/account/profile", name="Zoé D.", phone="04 93 00 00 00", language="en", theme="dark"
    )
    assert answer.status_code == 303
    page = client.get("/account/profile").text
    assert 'data-bs-theme="dark"' in page
    assert "Zoé D." in page
    assert db.session.scalars(select(User.language)).one() == "en"


@pytest.mark.parametrize(
    "forged",
    [
        {"email": "other@example.org"},
        {"role": "admin"},
        {"active": ""},
        {"id": "1"},
        {"password_hash": "x"},
        {"memberships-0-role": "admin"},
    ],
)
def test_a_profile_form_changes_nothing_else_whatever_it_carries(
    client: FlaskClient, agent: User, forged: dict[str, str]
) -> None:
    sign_in(client, agent)
    before = db.session.execute(select(User.email, User.active, User.password_hash)).one()
    send(client, "/account/profile", name="Zoé", phone="", language="fr", theme="auto", **forged)
    assert db.session.execute(select(User.email, User.active, User.password_hash)).one() == before
    assert client.get("/staff/administration/users").status_code == 404


@pytest.mark.parametrize(
    ("field", "value"), [("language", "de"), ("theme", "x"), ("name", ""), ("name", "x" * 121)]
)
def test_a_wrong_profile_is_shown_again_with_what_was_typed(
    client: FlaskClient, agent: User, field: str, value: str
) -> None:
    sign_in(client, agent)
    data = {"name": "Zoé", "phone": "0102030405", "language": "fr", "theme": "auto", field: value}
    answer = send(client, "/account/profile", **data)
    assert answer.status_code == 422
    assert "0102030405" in answer.text


def test_changing_the_password_needs_the_present_one_and_ends_the_other_sessions(
    client: FlaskClient, agent: User
) -> None:
    sign_in(client, agent)
    elsewhere = client.application.test_client()
    sign_in(elsewhere, agent)
    refused = send(client, "/account/password", current="wrong", password=NEW, repeated=NEW)
    assert refused.status_code == 422
    assert "mot de passe actuel" in refused.text
    assert elsewhere.get("/account/profile").status_code == 200
    assert send(client, "/account/password", current=PASSWORD, password=NEW, repeated=NEW).status_code == 303
    assert client.get("/account/profile").status_code == 200
    assert elsewhere.get("/account/profile").status_code != 200
    sign_in(elsewhere, agent, NEW)


def test_sessions_are_listed_and_closed_the_present_one_marked(client: FlaskClient, agent: User) -> None:
    sign_in(client, agent)
    elsewhere = client.application.test_client()
    sign_in(elsewhere, agent)
    page = client.get("/account/sessions", headers={"User-Agent": "x"}).text
    assert page.count("Cette session") == 1
    other = re.findall(r"/account/sessions/(\d+)/revoke", page)
    assert len(other) == 1
    assert send(client, f"/account/sessions/{other[0]}/revoke").status_code == 303
    assert elsewhere.get("/account/profile").status_code != 200
    sign_in(elsewhere, agent)
    send(client, "/account/sessions/revoke-others")
    assert elsewhere.get("/account/profile").status_code != 200
    assert client.get("/account/profile").status_code == 200


def test_someone_elses_session_cannot_be_closed(client: FlaskClient, agent: User) -> None:
    other = make_user(Role.AGENT)
    elsewhere = client.application.test_client()
    sign_in(elsewhere, other)
    theirs = db.session.scalars(select(UserSession.id)).one()
    sign_in(client, agent)
    assert send(client, f"/account/sessions/{theirs}/revoke").status_code == 404
    assert elsewhere.get("/account/profile").status_code == 200


def test_a_person_of_several_organisations_works_in_one_at_a_time(client: FlaskClient, agent: User) -> None:
    partner = make_organisation(OrganisationKind.WORKS_PARTNER, "Compagnons d’essai")
    second = make_membership(agent, Role.ANIMATOR, partner)
    sign_in(client, agent)
    assert client.get("/partner/").status_code == 404
    assert "Compagnons d’essai" in client.get("/account/switch").text
    assert send(client, "/account/switch", membership=second.id).status_code == 303
    assert client.get("/bailleur/").status_code == 404
    assert client.get("/partner/").status_code == 200


def test_nobody_switches_to_a_place_that_is_not_theirs(client: FlaskClient, agent: User) -> None:
    admin = make_user(Role.ADMIN)
    ended = make_membership(agent, Role.ANIMATOR, make_organisation(OrganisationKind.WORKS_PARTNER))
    ended.active = False
    db.session.commit()
    sign_in(client, agent)
    for forged in (admin.id, ended.id, 0, -1, "x", "9" * 30, ""):
        assert send(client, "/account/switch", membership=forged).status_code == 404, forged
    assert client.get("/staff/").status_code == 404


def test_a_session_that_ended_in_the_middle_of_a_form_shows_the_door_and_what_was_typed(
    client: FlaskClient, agent: User
) -> None:
    sign_in(client, agent)
    client.delete_cookie("intranet")
    answer = client.post(
        "/account/profile", data={"name": "Zoé"}, headers={"Referer": "http://localhost/account/profile"}
    )
    assert answer.status_code == 401
    assert "Votre session a expiré" in answer.text
    assert 'href="/login?next=/account/profile"' in answer.text
    assert 'value="Zoé"' in answer.text


# The second factor


def set_up(client: FlaskClient) -> tuple[str, list[str]]:
    """Turn the second factor on as a person would; its secret and recovery codes."""
    page = client.get("/account/second-factor").text
    found = re.search(r"<code>([A-Z2-7 ]+)</code>", page)
    assert found
    secret = found[1].replace(" ", "")
    done = send(client, "/account/second-factor", code=pyotp.TOTP(secret).now())
    assert done.status_code == 200
    return secret, re.findall(r"<code>([A-Z2-7-]{19})</code>", done.text)


def first_step(client: FlaskClient, user: User) -> Any:
    token = csrf_token(client, "/login")
    return client.post("/login", data={"email": user.email, "password": PASSWORD, "csrf_token": token})


def second_step(client: FlaskClient, code: str) -> Any:
    return client.post("/login/code", data={"code": code, "csrf_token": csrf_token(client, "/login/code")})


@pytest.fixture
def clock() -> Iterator[Any]:
    with time_machine.travel(now(), tick=False) as traveller:
        yield traveller


def test_with_a_second_factor_the_password_alone_opens_nothing(
    client: FlaskClient, agent: User, clock: Any
) -> None:
    sign_in(client, agent)
    elsewhere = client.application.test_client()
    sign_in(elsewhere, agent)
    secret, codes = set_up(client)
    assert len(set(codes)) == 10
    assert elsewhere.get("/account/profile").status_code != 200
    assert client.get("/account/profile").status_code == 200

    assert first_step(elsewhere, agent).location == "/login/code"
    assert elsewhere.get("/account/profile").status_code != 200
    clock.shift(timedelta(seconds=31))
    code = pyotp.TOTP(secret).now()
    assert second_step(elsewhere, "000000" if code != "000000" else "111111").status_code == 422
    assert second_step(elsewhere, f"{code[:3]} {code[3:]}").status_code == 303
    assert elsewhere.get("/account/profile").status_code == 200


def test_a_code_is_good_once(client: FlaskClient, agent: User, clock: Any) -> None:
    sign_in(client, agent)
    secret, _codes = set_up(client)
    other = client.application.test_client()
    first_step(other, agent)
    assert second_step(other, pyotp.TOTP(secret).now()).status_code == 422, "it set the factor up already"
    clock.shift(timedelta(seconds=31))
    code = pyotp.TOTP(secret).now()
    assert second_step(other, code).status_code == 303
    third = client.application.test_client()
    first_step(third, agent)
    assert second_step(third, code).status_code == 422


def test_a_recovery_code_replaces_the_telephone_once(client: FlaskClient, agent: User, clock: Any) -> None:
    sign_in(client, agent)
    _secret, codes = set_up(client)
    for expected in (303, 422):
        other = client.application.test_client()
        first_step(other, agent)
        assert second_step(other, codes[0].lower()).status_code == expected
    assert codes[1] not in str([vars(row) for row in db.session.scalars(select(RecoveryCode))])


def test_codes_cannot_be_tried_without_end(client: FlaskClient, agent: User, clock: Any) -> None:
    sign_in(client, agent)
    secret, _codes = set_up(client)
    clock.shift(timedelta(seconds=31))
    other = client.application.test_client()
    first_step(other, agent)
    for _number in range(5):
        second_step(other, "123456")
    locked = second_step(other, pyotp.TOTP(secret).now())
    assert locked.status_code == 422
    assert "Trop d’essais" in locked.text


def test_the_second_step_comes_within_ten_minutes_of_the_first(
    client: FlaskClient, agent: User, clock: Any
) -> None:
    sign_in(client, agent)
    secret, _codes = set_up(client)
    other = client.application.test_client()
    first_step(other, agent)
    clock.shift(timedelta(minutes=11))
    answer = other.post(
        "/login/code",
        data={"code": pyotp.TOTP(secret).now(), "csrf_token": csrf_token(other, "/login")},
    )
    assert answer.location == "/login"


def test_nobody_takes_the_second_step_first(client: FlaskClient, agent: User) -> None:
    assert client.get("/login/code").location == "/login"
    assert client.get("/login/code").status_code == 303


def test_the_secret_is_stored_encrypted_and_drawn_as_an_image(
    client: FlaskClient, agent: User, clock: Any
) -> None:
    sign_in(client, agent)
    client.get("/account/second-factor")
    image = client.get("/account/second-factor/code.svg")
    assert image.mimetype == "image/svg+xml"
    assert "<script" not in image.text
    assert "no-store" in image.headers["Cache-Control"]
    secret, _codes = set_up(client)
    stored = db.session.scalars(select(User.totp_secret)).one()
    assert stored
    assert secret not in stored
    assert client.get("/account/second-factor/code.svg").status_code == 404


def test_giving_it_up_or_new_recovery_codes_need_the_password(
    client: FlaskClient, agent: User, clock: Any
) -> None:
    sign_in(client, agent)
    _secret, codes = set_up(client)
    assert send(client, "/account/second-factor/codes", current="wrong").status_code == 422
    renewed = send(client, "/account/second-factor/codes", current=PASSWORD)
    assert not set(codes) & set(re.findall(r"<code>([A-Z2-7-]{19})</code>", renewed.text))
    assert send(client, "/account/second-factor/off", current="wrong").status_code == 422
    assert send(client, "/account/second-factor/off", current=PASSWORD).status_code == 303
    client.delete_cookie("intranet")
    sign_in(client, agent)


@pytest.fixture
def strict(make_settings: Any) -> Iterator[Flask]:
    with running_app(make_settings(SECOND_FACTOR_FOR_STAFF="yes")) as app, app.app_context():
        yield app


def test_staff_without_it_are_led_to_set_it_up_where_it_is_compulsory(strict: Flask, clock: Any) -> None:
    staff = make_user(Role.COORDINATOR, pole=make_pole("UIP"))
    client = strict.test_client()
    sign_in(client, staff)
    for url in (
        "/staff/",
        "/staff/dossiers",
        "/staff/administration/organisations",
        "/search?q=a",
        "/exports/access-log.csv",
        "/files/1",
    ):
        answer = client.get(url)
        assert answer.status_code in (302, 303), url
        assert answer.location == "/account/second-factor", url
    assert "obligatoire" in client.get("/account/second-factor").text
    set_up(client)
    assert client.get("/staff/administration/organisations").status_code == 200
    refused = send(client, "/account/second-factor/off", current=PASSWORD)
    assert refused.status_code == 422
    assert "obligatoire" in refused.text


def test_partners_are_not_asked_for_what_is_compulsory_for_staff(strict: Flask) -> None:
    client = strict.test_client()
    sign_in(client, make_user(Role.AGENT))
    assert client.get("/bailleur/").status_code == 200


def test_the_language_may_be_chosen_at_the_door(client: FlaskClient, db_session: Any) -> None:
    token = csrf_token(client, "/login")
    answer = client.post("/language", data={"language": "en", "next": "//evil.example", "csrf_token": token})
    assert answer.location == "/login"
    assert 'lang="en"' in client.get("/login").text or "English" in client.get("/login").text
    client.post("/language", data={"language": "xx", "csrf_token": token})
    assert client.get_cookie("language").value == "en"  # type: ignore[union-attr]
