"""Mailed links: invitation and forgotten password. Single use, for a time, telling strangers nothing."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from intranet.access import OrganisationKind, Role
from intranet.accounts import people
from intranet.accounts.links import Purpose, issue
from intranet.accounts.models import SingleUseLink, User, UserSession
from intranet.accounts.people import Invite, Place
from intranet.database import now
from intranet.extensions import db
from intranet.jobs.models import OutboxRow
from intranet.jobs.service import run_due
from intranet.testing.factories import (
    PASSWORD,
    csrf_token,
    make_actor,
    make_organisation,
    make_user,
    sign_in,
)
from intranet.timeline.models import TimelineEntry

NEW = "Peinture-fraîche-7"


@pytest.fixture
def mails(capsys: pytest.CaptureFixture[str]) -> Callable[[], str]:
    """What is printed by the mails that leave now."""

    def leave() -> str:
        capsys.readouterr()
        run_due()
        return capsys.readouterr().out

    return leave


@pytest.fixture
def agent(db_session: Any) -> User:
    return make_user(Role.AGENT, email="agent@example.org", name="Une agente")


def invite(email: str = "nouvelle@example.org") -> int:
    admin = make_user(Role.ADMIN)
    organisation = make_organisation(OrganisationKind.BAILLEUR, "Azur Habitat d’essai")
    place = Place(organisation.id, Role.AGENT.value)
    return people.invite(make_actor(admin), Invite(email, "Une nouvelle", "Gestionnaire", place))


def path_in(text: str, kind: str) -> str:
    found = re.search(rf"http://127\.0\.0\.1:8000(/{kind}/[\w-]+)", text)
    assert found, text
    return found[1]


def ask(client: FlaskClient, email: str) -> Any:
    return client.post(
        "/password/forgotten", data={"email": email, "csrf_token": csrf_token(client, "/password/forgotten")}
    )


def choose(client: FlaskClient, path: str, password: str = NEW, **more: str) -> Any:
    data = {"password": password, "repeated": password, "csrf_token": csrf_token(client, "/login"), **more}
    return client.post(path, data=data)


def test_an_invitation_opens_the_account_and_signs_in(
    client: FlaskClient, db_session: Any, mails: Callable[[], str]
) -> None:
    user_id = invite()
    text = mails()
    assert "Azur Habitat d’essai" in text
    path = path_in(text, "invitation")
    assert "nouvelle@example.org" in client.get(path).text
    assert choose(client, path, name="Nouvelle Agente").status_code == 303
    assert "Nouvelle Agente" in client.get("/account/profile").text
    user = db.session.get_one(User, user_id)
    assert user.password_hash is not None
    assert user.password_hash.startswith("$argon2id$")


def test_an_invitation_is_good_once_and_for_seven_days(
    client: FlaskClient, db_session: Any, mails: Callable[[], str]
) -> None:
    with time_machine.travel(now(), tick=False) as clock:
        invite()
        path = path_in(mails(), "invitation")
        clock.shift(timedelta(days=6, hours=23))
        assert client.get(path).status_code == 200
        clock.shift(timedelta(hours=2))
        assert client.get(path).status_code == 410
        assert choose(client, path, name="X").status_code == 410
        clock.shift(-timedelta(days=2))
        assert choose(client, path, name="Nouvelle").status_code == 303
        client.delete_cookie("intranet")
        assert client.get(path).status_code == 410
        assert choose(client, path, name="Autre", password="Autre-peinture-8").status_code == 410


def test_looking_at_a_link_uses_nothing_up(
    client: FlaskClient, db_session: Any, mails: Callable[[], str]
) -> None:
    invite()
    path = path_in(mails(), "invitation")
    for _mail_scanner in range(3):
        assert client.get(path).status_code == 200
        assert client.head(path).status_code == 200
    assert choose(client, path, name="Nouvelle").status_code == 303


def test_inviting_again_voids_the_former_link(
    client: FlaskClient, db_session: Any, mails: Callable[[], str]
) -> None:
    user_id = invite()
    former = path_in(mails(), "invitation")
    people.invite_again(make_actor(make_user(Role.ADMIN)), user_id)
    latter = path_in(mails(), "invitation")
    assert client.get(former).status_code == 410
    assert client.get(latter).status_code == 200


def test_an_invited_person_cannot_sign_in_before(client: FlaskClient, db_session: Any) -> None:
    invite()
    for password in ("", PASSWORD):
        token = csrf_token(client, "/login")
        answer = client.post(
            "/login", data={"email": "nouvelle@example.org", "password": password, "csrf_token": token}
        )
        assert answer.status_code == 422


def test_a_weak_password_is_refused_and_the_link_stays_good(
    client: FlaskClient, db_session: Any, mails: Callable[[], str]
) -> None:
    invite()
    path = path_in(mails(), "invitation")
    refused = choose(client, path, password="azertyuiop", name="Nouvelle")
    assert refused.status_code == 422
    assert "Choisissez autre chose" in refused.text
    differing = choose(client, path, name="Nouvelle", repeated="another")
    assert "ne sont pas les mêmes" in differing.text
    assert choose(client, path, name="Nouvelle").status_code == 303


def test_a_link_of_one_kind_does_not_serve_for_the_other(client: FlaskClient, agent: User) -> None:
    token = issue(agent.id, Purpose.PASSWORD)
    db.session.commit()
    assert client.get(f"/invitation/{token}").status_code == 410
    assert client.get(f"/password/{token}").status_code == 200


def test_a_forgotten_password_is_renewed_by_mail(
    client: FlaskClient, agent: User, mails: Callable[[], str]
) -> None:
    sign_in(client, agent)
    elsewhere = client.application.test_client()
    ask(elsewhere, " AGENT@example.org")
    path = path_in(mails() + mails(), "password")
    assert choose(elsewhere, path).status_code == 303
    assert client.get("/account/profile").status_code != 200, "the sessions of before are closed"
    sign_in(client, agent, NEW)
    kinds = db.session.scalars(select(TimelineEntry.kind)).all()
    assert "core.user.password_reset" in kinds


def test_the_answer_is_the_same_for_an_account_and_for_none(
    client: FlaskClient, agent: User, mails: Callable[[], str], count_statements: Callable[..., Any]
) -> None:
    email = agent.email
    ask(client, "warm-up@example.org")
    with count_statements() as known:
        first = ask(client, email)
    with count_statements() as unknown:
        second = ask(client, "nobody@example.org")
    assert first.status_code == second.status_code == 200
    assert first.text.replace(email, "X") == second.text.replace("nobody@example.org", "X")
    assert known.texts == unknown.texts, "the request itself does not even look"
    assert "nobody@example.org" not in mails()


def test_asking_ten_times_sends_one_mail(client: FlaskClient, agent: User, mails: Callable[[], str]) -> None:
    with time_machine.travel(now().replace(minute=1), tick=False):
        for _time in range(10):
            ask(client, agent.email)
        assert (mails() + mails()).count("--- mail ---") == 1


def test_a_deactivated_or_never_opened_account_gets_no_mail(
    client: FlaskClient, agent: User, mails: Callable[[], str]
) -> None:
    invite("jamais@example.org")
    mails()
    agent.active = False
    db.session.commit()
    ask(client, agent.email)
    ask(client, "jamais@example.org")
    assert "--- mail ---" not in mails() + mails()


def test_a_password_link_is_good_for_an_hour(client: FlaskClient, agent: User) -> None:
    with time_machine.travel(now(), tick=False) as clock:
        token = issue(agent.id, Purpose.PASSWORD)
        db.session.commit()
        clock.shift(timedelta(minutes=61))
        assert client.get(f"/password/{token}").status_code == 410


def test_a_new_password_forgives_the_failures(client: FlaskClient, agent: User) -> None:
    for _number in range(6):
        client.post(
            "/login",
            data={"email": agent.email, "password": "wrong", "csrf_token": csrf_token(client, "/login")},
        )
    token = issue(agent.id, Purpose.PASSWORD)
    db.session.commit()
    choose(client, f"/password/{token}")
    sign_in(client, agent, NEW)


def test_of_two_uses_at_once_one_succeeds(app: Flask, agent: User) -> None:
    from intranet.accounts import links
    from intranet.errors import Refused

    token = issue(agent.id, Purpose.PASSWORD)
    db.session.commit()
    links.use(token, Purpose.PASSWORD)
    with pytest.raises(Refused):
        links.use(token, Purpose.PASSWORD)


@pytest.mark.parametrize("token", ["x", "..", "%00", "a" * 5000, "é"])
def test_a_link_that_never_was_says_so(client: FlaskClient, db_session: Any, token: str) -> None:
    for kind in ("invitation", "password"):
        assert client.get(f"/{kind}/{token}").status_code in (404, 410)


def test_no_secret_of_a_link_stays_in_the_database(
    client: FlaskClient, agent: User, mails: Callable[[], str]
) -> None:
    ask(client, agent.email)
    token = path_in(mails() + mails(), "password").rpartition("/")[2]
    stored = db.session.scalars(select(SingleUseLink)).one()
    assert token not in str(vars(stored))
    assert all(row.payload == {} for row in db.session.scalars(select(OutboxRow)))
    assert db.session.scalar(select(func.count()).select_from(UserSession)) == 0
