"""The door: who gets in, who must wait, and what nobody learns from it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from argon2 import PasswordHasher
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, update

from intranet.access import OrganisationKind, Role
from intranet.accounts import passwords
from intranet.accounts.models import Membership, SignInAttempt, User, UserSession
from intranet.accounts.session import SEEN_EVERY, load_actor
from intranet.database import now
from intranet.extensions import db
from intranet.testing.factories import (
    PASSWORD,
    csrf_token,
    make_membership,
    make_organisation,
    make_user,
    sign_in,
)
from tests.prepared import PRODUCTS_HASHER

WRONG = "L’adresse ou le mot de passe n’est pas le bon."
WAIT = "Trop d’essais."


def attempt(client: FlaskClient, email: str, password: str, **more: str) -> Any:
    data = {"email": email, "password": password, "csrf_token": csrf_token(client, "/login"), **more}
    return client.post("/login", data=data)


def outcomes() -> list[str]:
    return list(db.session.scalars(select(SignInAttempt.outcome).order_by(SignInAttempt.id)))


@pytest.fixture
def agent(db_session: Any) -> User:
    return make_user(Role.AGENT, email="agent@example.org")


def test_the_right_password_opens_a_session(client: FlaskClient, agent: User) -> None:
    answer = attempt(client, "  AGENT@example.org ", PASSWORD)
    assert answer.status_code == 303
    assert client.get("/account/profile").status_code == 200
    assert outcomes() == ["signed_in"]


def test_a_page_asked_for_before_signing_in_is_shown_after(client: FlaskClient, agent: User) -> None:
    asked = client.get("/account/sessions?x=1")
    assert asked.location == "/login?next=/account/sessions?x%3D1"
    answer = attempt(client, agent.email, PASSWORD, next="/account/sessions?x=1")
    assert answer.location == "/account/sessions?x=1"


@pytest.mark.parametrize(
    "target",
    [
        "https://evil.example/",
        "//evil.example/",
        "/\\evil.example/",
        "\\\\evil.example",
        "javascript:alert(1)",
        "/%0d%0aSet-Cookie:x\r\n",
        "http:evil.example",
        " //evil.example",
        "///evil.example",
        "/\t/evil.example",
    ],
)
def test_signing_in_never_leads_to_another_site(client: FlaskClient, agent: User, target: str) -> None:
    answer = attempt(client, agent.email, PASSWORD, next=target)
    assert answer.status_code == 303
    assert answer.location == "/"


def test_an_unknown_account_and_a_wrong_password_read_the_same(client: FlaskClient, agent: User) -> None:
    known = attempt(client, agent.email, "Wrong-horse-9")
    unknown = attempt(client, "nobody@example.org", "Wrong-horse-9")
    assert known.status_code == unknown.status_code == 422
    assert WRONG in known.text
    assert WRONG in unknown.text
    assert known.text.replace(agent.email, "X").count("<") == unknown.text.replace(
        "nobody@example.org", "X"
    ).count("<")


def test_an_unknown_account_costs_a_hash_too(
    client: FlaskClient, agent: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    hashed: list[str] = []
    real = type(passwords._hasher).verify

    def counting(hasher: Any, stored: str, password: str) -> bool:
        hashed.append(stored)
        return bool(real(hasher, stored, password))

    monkeypatch.setattr(type(passwords._hasher), "verify", counting)
    attempt(client, agent.email, "Wrong-horse-9")
    attempt(client, "nobody@example.org", "Wrong-horse-9")
    assert len(hashed) == 2
    known, unknown = (stored.split("$")[3] for stored in hashed)
    assert known == unknown


def test_five_failures_make_the_account_wait_longer_each_time(client: FlaskClient, agent: User) -> None:
    with time_machine.travel(now(), tick=False) as clock:
        for _number in range(5):
            assert WRONG in attempt(client, agent.email, "Wrong-horse-9").text
        locked = attempt(client, agent.email, PASSWORD)
        assert locked.status_code == 422
        assert f"{WAIT} Réessayez dans 1 minute" in locked.text
        clock.shift(timedelta(seconds=61))
        assert WRONG in attempt(client, agent.email, "Wrong-horse-9").text
        assert f"{WAIT} Réessayez dans 2 minutes" in attempt(client, agent.email, PASSWORD).text
        clock.shift(timedelta(seconds=121))
        assert attempt(client, agent.email, PASSWORD).status_code == 303


def test_an_unknown_account_is_locked_like_any_other(client: FlaskClient, db_session: Any) -> None:
    for _number in range(5):
        attempt(client, "nobody@example.org", "Wrong-horse-9")
    assert WAIT in attempt(client, "nobody@example.org", "Wrong-horse-9").text


def test_a_success_forgives_the_failures_before_it(client: FlaskClient, agent: User) -> None:
    for _number in range(4):
        attempt(client, agent.email, "Wrong-horse-9")
    assert attempt(client, agent.email, PASSWORD).status_code == 303
    client.delete_cookie("intranet")
    for _number in range(4):
        assert WRONG in attempt(client, agent.email, "Wrong-horse-9").text


def test_no_more_than_25_attempts_a_day_reach_an_account(client: FlaskClient, agent: User) -> None:
    with time_machine.travel(now(), tick=False) as clock:
        start = now()
        tried = 0
        while now() - start < timedelta(hours=23):
            tried += WRONG in attempt(client, agent.email, "Wrong-horse-9").text
            clock.shift(timedelta(minutes=13))
        assert tried <= 25


def test_an_address_that_tries_many_accounts_must_wait(client: FlaskClient, agent: User) -> None:
    for number in range(30):
        assert WRONG in attempt(client, f"user{number}@example.org", "Wrong-horse-9").text
    assert WAIT in attempt(client, agent.email, PASSWORD).text
    elsewhere = client.post(
        "/login",
        data={"email": agent.email, "password": PASSWORD, "csrf_token": csrf_token(client, "/login")},
        environ_base={"REMOTE_ADDR": "192.0.2.9"},
    )
    assert elsewhere.status_code == 303


def test_a_deactivated_account_is_told_nothing_more(client: FlaskClient, agent: User) -> None:
    agent.active = False
    db.session.commit()
    assert WRONG in attempt(client, agent.email, PASSWORD).text
    assert outcomes() == ["inactive"]


@pytest.mark.parametrize(
    "password",
    ["", "x" * 100_000, "\x00", "ﷺ" * 5000, "🐟" * 200, "' OR 1=1 --", "\ud7ff\ue000"],
)
@pytest.mark.parametrize(
    "email", ["agent@example.org", "x" * 5000, "a@b\x00c", "' OR '1'='1", "😀@example.org"]
)
def test_whatever_is_typed_gets_an_answer(
    client: FlaskClient, agent: User, email: str, password: str
) -> None:
    assert attempt(client, email, password).status_code == 422


def test_signing_in_leaves_nothing_of_the_cookie_planted_before(client: FlaskClient, agent: User) -> None:
    client.get("/login")
    with client.session_transaction() as before:
        before["planted"] = "by someone else"
        token = before.get("csrf_token")
    sign_in(client, agent)
    with client.session_transaction() as after:
        assert "planted" not in after
        assert after.get("csrf_token") != token
        first = after["sid"]
    sign_in(client, agent)
    with client.session_transaction() as again:
        assert again["sid"] != first


def test_signing_out_ends_the_session_on_the_server(client: FlaskClient, agent: User) -> None:
    sign_in(client, agent)
    with client.session_transaction() as cookie:
        stolen = dict(cookie)
    client.post("/logout", data={"csrf_token": csrf_token(client, "/account/profile")})
    with client.session_transaction() as cookie:
        cookie.update({key: stolen[key] for key in ("sid", "secret")})
    assert (
        client.get("/account/profile").status_code == 302 or client.get("/account/profile").status_code == 303
    )
    assert outcomes()[-1] == "signed_out"


def test_a_form_without_its_token_does_nothing(client: FlaskClient, agent: User) -> None:
    assert client.post("/login", data={"email": agent.email, "password": PASSWORD}).status_code == 400
    sign_in(client, agent)
    for url in (
        "/logout",
        "/account/profile",
        "/account/password",
        "/account/switch",
        "/account/sessions/1/revoke",
    ):
        assert client.post(url, data={}).status_code == 400, url
    assert client.get("/account/profile").status_code == 200


def reaches(client: FlaskClient) -> bool:
    return client.get("/account/profile").status_code == 200


def test_a_session_ends_with_its_hours(client: FlaskClient, agent: User) -> None:
    with time_machine.travel(now(), tick=False) as clock:
        sign_in(client, agent)
        clock.shift(timedelta(hours=11, minutes=59))
        assert reaches(client)
        clock.shift(timedelta(minutes=2))
        assert not reaches(client)


@pytest.mark.parametrize("what", ["user", "membership", "organisation"])
def test_a_session_dies_with_what_it_stands_on(client: FlaskClient, agent: User, what: str) -> None:
    from intranet.organisations.models import Organisation

    sign_in(client, agent)
    assert reaches(client)
    model = {"user": User, "membership": Membership, "organisation": Organisation}[what]
    db.session.execute(update(model).values(active=False))
    db.session.commit()
    assert not reaches(client)


def test_a_session_needs_its_secret_not_only_its_number(client: FlaskClient, agent: User) -> None:
    sign_in(client, agent)
    with client.session_transaction() as cookie:
        cookie["secret"] = "x" * 43
    assert not reaches(client)


@pytest.mark.parametrize("sid", ["1", None, -1, 2**70, [], {"a": 1}])
def test_a_strange_cookie_is_nobody(client: FlaskClient, agent: User, sid: object) -> None:
    sign_in(client, agent)
    with client.session_transaction() as cookie:
        cookie["sid"] = sid
    assert not reaches(client)


def test_the_database_holds_no_secret_of_a_session(client: FlaskClient, agent: User) -> None:
    sign_in(client, agent)
    with client.session_transaction() as cookie:
        secret = cookie["secret"]
    stored = db.session.scalars(select(UserSession)).one()
    assert secret not in str(vars(stored))


def test_one_statement_reads_who_is_there(
    app: Flask, client: FlaskClient, agent: User, count_statements: Callable[..., Any]
) -> None:
    sign_in(client, agent)
    with client.session_transaction() as cookie:
        kept = dict(cookie)
    with app.test_request_context("/"):
        from flask import session

        session.update(kept)
        with count_statements() as seen:
            person = load_actor()
    assert person is not None
    assert person.email == agent.email
    assert seen.count == 1


def test_seen_is_written_at_most_every_five_minutes(client: FlaskClient, agent: User) -> None:
    with time_machine.travel(now(), tick=False) as clock:
        sign_in(client, agent)

        def seen() -> Any:
            client.get("/account/profile").close()
            db.session.rollback()
            return db.session.scalar(select(UserSession.seen_at))

        first = seen()
        clock.shift(SEEN_EVERY - timedelta(seconds=1))
        assert seen() == first
        clock.shift(timedelta(seconds=2))
        assert seen() == now()


def test_the_next_session_starts_where_the_last_one_worked(client: FlaskClient, agent: User) -> None:
    other = make_organisation(OrganisationKind.BAILLEUR, "Autre bailleur")
    second = make_membership(agent, Role.AGENT, other)
    sign_in(client, agent)
    token = csrf_token(client, "/account/profile")
    assert (
        client.post("/account/switch", data={"membership": second.id, "csrf_token": token}).status_code == 303
    )
    client.post("/logout", data={"csrf_token": csrf_token(client, "/account/profile")})
    sign_in(client, agent)
    assert "Autre bailleur" in client.get("/account/profile").text


def test_a_password_kept_with_old_parameters_is_hashed_again(
    client: FlaskClient, agent: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(passwords, "_hasher", PRODUCTS_HASHER)
    weak = PasswordHasher(time_cost=1, memory_cost=1024, parallelism=1).hash(PASSWORD)
    db.session.execute(update(User).values(password_hash=weak))
    db.session.commit()
    sign_in(client, agent)
    db.session.rollback()
    stored = db.session.scalars(select(User.password_hash)).one()
    assert stored is not None
    assert "m=19456,t=2,p=1" in stored
