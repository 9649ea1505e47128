"""Administration: who reaches which page, and what the lists show in how many statements."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient

from intranet.access import OrganisationKind, Role
from intranet.accounts.attempts import note
from intranet.clock import today
from intranet.dossiers.terms import DossierState as S
from intranet.extensions import db
from intranet.organisations.models import Site
from intranet.testing.dossiers import make_dossier
from intranet.testing.factories import make_organisation, make_pole, make_user, sign_in
from intranet.timeline.models import AccessLogEntry
from intranet.works.catalogue import load_catalogue

ADMIN = frozenset({Role.ADMIN})
COORDINATION = frozenset({Role.ADMIN, Role.COORDINATOR})
STAFF_OPENS = {
    "/staff/administration/users": ADMIN,
    "/staff/administration/users?q=a&role=admin&state=active&organisation=1&sort=seen": ADMIN,
    "/staff/administration/users/new": ADMIN,
    "/staff/administration/users/1": ADMIN,
    "/staff/administration/organisations": COORDINATION,
    "/staff/administration/organisations?q=a&kind=bailleur&closed=1": COORDINATION,
    "/staff/administration/organisations/new": COORDINATION,
    "/staff/administration/organisations/1": COORDINATION,
    "/staff/administration/poles": COORDINATION,
    "/staff/administration/poles/new": COORDINATION,
    "/staff/administration/poles/1": COORDINATION,
    "/staff/administration/sites": COORDINATION,
    "/staff/administration/sites?q=a&pole=1&closed=1": COORDINATION,
    "/staff/administration/sites/new": COORDINATION,
    "/staff/administration/sites/1": COORDINATION,
    "/staff/administration/catalogue": COORDINATION,
    "/staff/administration/catalogue?q=a&trade=sols&locked=1&closed=1": COORDINATION,
    "/staff/administration/catalogue/1": COORDINATION,
    "/staff/administration/settings": ADMIN,
    "/staff/administration/plugins": ADMIN,
    "/staff/administration/access-log": COORDINATION,
    "/staff/administration/access-log?q=a&kind=read&since=1/1/2019&until=2030-01-01": COORDINATION,
    "/exports/access-log.csv?kind=sign_in": COORDINATION,
    "/exports/access-log.xlsx": COORDINATION,
}
POSTS = {
    "/staff/administration/users/new": ADMIN,
    "/staff/administration/users/1": ADMIN,
    "/staff/administration/users/1/places": ADMIN,
    "/staff/administration/users/1/places/999/end": ADMIN,
    "/staff/administration/users/1/deactivate": ADMIN,
    "/staff/administration/users/1/reactivate": ADMIN,
    "/staff/administration/users/1/invite-again": ADMIN,
    "/staff/administration/users/1/end-sessions": ADMIN,
    "/staff/administration/users/1/reset-second-factor": ADMIN,
    "/staff/administration/organisations/new": COORDINATION,
    "/staff/administration/organisations/1": COORDINATION,
    "/staff/administration/poles/new": COORDINATION,
    "/staff/administration/poles/1": COORDINATION,
    "/staff/administration/sites/new": COORDINATION,
    "/staff/administration/sites/1": COORDINATION,
    "/staff/administration/catalogue/1": COORDINATION,
    "/staff/administration/settings": ADMIN,
}
ASSOCIATION_ROLES = (Role.ADMIN, Role.COORDINATOR, Role.DIRECTOR, Role.REFERENT, Role.TECHNICAL, Role.TISF)
OUTSIDE_ROLES = (Role.AGENT, Role.ANIMATOR, Role.MEMBER)


@pytest.fixture
def something_of_everything(db_session: Any) -> None:
    make_user(Role.COORDINATOR)
    pole = make_pole("UIP")
    db.session.add(Site(name="Maison des associations", pole_id=pole.id))
    db.session.commit()
    load_catalogue()


def token(client: FlaskClient) -> str:
    from intranet.testing.factories import csrf_token

    return csrf_token(client, "/account/password")


@pytest.mark.parametrize("role", ASSOCIATION_ROLES)
def test_each_role_of_the_association_opens_its_pages_only(
    client: FlaskClient, something_of_everything: None, role: Role
) -> None:
    sign_in(client, make_user(role, pole=make_pole("UIP")))
    for url, roles in STAFF_OPENS.items():
        assert client.get(url).status_code == (200 if role in roles else 403), url


@pytest.mark.parametrize("role", ASSOCIATION_ROLES)
def test_a_forged_form_gets_no_further_than_a_page(
    client: FlaskClient, something_of_everything: None, role: Role
) -> None:
    sign_in(client, make_user(role, pole=make_pole("UIP")))
    csrf = token(client)
    for url, roles in POSTS.items():
        status = client.post(url, data={"csrf_token": csrf}).status_code
        assert (status == 403) == (role not in roles), (url, status)
        assert status < 500, url


@pytest.mark.parametrize("role", OUTSIDE_ROLES)
def test_administration_does_not_exist_for_other_organisations(
    client: FlaskClient, something_of_everything: None, role: Role
) -> None:
    sign_in(client, make_user(role))
    csrf = token(client)
    for url in STAFF_OPENS:
        expected = 403 if url.startswith("/exports") else 404
        assert client.get(url).status_code == expected, url
    for url in POSTS:
        assert client.post(url, data={"csrf_token": csrf}).status_code == 404, url


def test_nobody_reaches_administration_without_signing_in(
    client: FlaskClient, something_of_everything: None
) -> None:
    for url in STAFF_OPENS:
        answer = client.get(url)
        assert answer.status_code in (302, 303), url
        assert answer.location.startswith("/login"), url
    for url in POSTS:
        assert client.post(url).location.startswith("/login"), url


def test_what_does_not_exist_answers_404(client: FlaskClient, something_of_everything: None) -> None:
    sign_in(client, make_user(Role.ADMIN))
    csrf = token(client)
    for url in STAFF_OPENS:
        if url.endswith("/1"):
            assert client.get(url[:-1] + "999999").status_code == 404, url
    for verb in ("invite-again", "end-sessions", "reset-second-factor", "deactivate", "places/1/end"):
        answer = client.post(f"/staff/administration/users/999999/{verb}", data={"csrf_token": csrf})
        assert answer.status_code == 404, verb


def fill(people: int) -> None:
    bailleur = make_organisation(OrganisationKind.BAILLEUR)
    for _number in range(people):
        user = make_user(Role.AGENT, bailleur)
        note(user.email, "192.0.2.1", "signed_in", user.id)
        make_organisation(OrganisationKind.OTHER)
        db.session.add(Site(name=f"Site {user.id}"))
    db.session.commit()


@pytest.mark.parametrize(
    "url",
    [
        "/staff/administration/users",
        "/staff/administration/organisations",
        "/staff/administration/poles",
        "/staff/administration/sites",
        "/staff/administration/catalogue",
        "/staff/administration/access-log",
    ],
)
def test_a_list_costs_as_many_statements_for_1_row_as_for_50(
    client: FlaskClient, db_session: Any, count_statements: Callable[..., Any], url: str
) -> None:
    sign_in(client, make_user(Role.ADMIN))
    fill(1)
    client.get(url)
    with count_statements() as for_one:
        assert client.get(url).status_code == 200
    fill(50)
    load_catalogue()
    with count_statements() as for_fifty:
        assert client.get(url).status_code == 200
    assert for_fifty.count == for_one.count
    assert for_fifty.count <= 5


def test_the_list_of_accounts_finds_by_name_role_and_state(client: FlaskClient, db_session: Any) -> None:
    sign_in(client, make_user(Role.ADMIN))
    make_user(Role.AGENT, name="Un agent")
    make_user(Role.REFERENT, pole=make_pole("UIP"), name="Une référente")
    gone = make_user(Role.TISF, name="Quelqu’un parti")
    gone.active = False
    db.session.commit()

    def found(query: str) -> str:
        return client.get(f"/staff/administration/users?{query}").text

    assert "Une référente" in found("q=UNE+R")
    assert "Un agent" not in found("role=referent")
    assert "Quelqu’un parti" in found("state=inactive")
    assert "Une référente" not in found("state=inactive")
    assert "aucun résultat" in found("q=zzz")


def test_accents_count_on_neither_side_of_a_search(client: FlaskClient, db_session: Any) -> None:
    sign_in(client, make_user(Role.ADMIN))
    make_user(Role.TISF, name="Élodie Cœuré")
    make_user(Role.AGENT, name="Zoe Nguyen")
    db.session.add(Site(name="Résidence de l’Été 100 %"))
    db.session.commit()
    load_catalogue()

    def found(page: str, typed: str) -> str:
        return client.get(f"/staff/administration/{page}", query_string={"q": typed}).text

    for typed in ("elodie", "ÉLODIE", "coeure", "Cœuré", "e\u0301lodie"):
        assert "Élodie Cœuré" in found("users", typed), typed
        assert "Zoe Nguyen" not in found("users", typed), typed
    assert "Zoe Nguyen" in found("users", "zoé nguyên")
    assert "Résidence de l’Été" in found("sites", "l'ete 100 %")
    assert "Résidence de l’Été" not in found("sites", "l_ete")  # a sign is itself, never a joker
    assert "Tableau électrique" in found("catalogue", "ELECTRIQUE")


def test_home_and_administration_count_the_same_households_and_show_the_gap(
    client: FlaskClient, db_session: Any
) -> None:
    """Two are followed, one left: it is counted. A pôle out of service announces nothing, its households count."""
    open_pole, closed_pole = make_pole("UIP"), make_pole("PEP")
    open_pole.announced_households, closed_pole.announced_households = 60, 30
    closed_pole.active = False
    db.session.commit()
    for pole, state in ((open_pole, S.SPOTTED), (open_pole, S.LEFT), (closed_pole, S.CLOSED)):
        make_dossier(pole=pole, state=state)
    sign_in(client, make_user(Role.COORDINATOR))
    text = " ".join(client.get("/staff/administration/poles").text.split())
    assert "Ménages annoncés : 104 par le programme, 60 par les pôles. Comptés : 3. Suivis : 1." in text
    assert ">-58<" in text
    assert counts("UIP", text) == ["60", "2", "-58", "1"]
    home = client.get("/staff/").text
    assert counts("UIP", home) == ["60", "2", "1"]
    assert counts("PEP", home) == ["0", "1", "0"]
    assert counts("Les pôles", home) == ["60", "3", "1"]
    for page in (text, home):
        assert "Suivis" in page
        assert "ceux dont le dossier est ouvert" in page


def counts(name: str, page: str) -> list[str]:
    """The figures of a pôle's row."""
    (row,) = [row for row in page.split("<tr>")[1:] if name in row.split("</th>")[0]]
    return re.findall(r'class="num">(-?\d+)<', row)


def test_the_access_log_shows_visits_and_dossiers_read(client: FlaskClient, db_session: Any) -> None:
    reader = make_user(Role.COORDINATOR, name="Une lectrice")
    dossier = make_dossier()
    db.session.add(
        AccessLogEntry(
            dossier_id=dossier.id,
            on=today(),
            reader=f"user:{reader.id}",
            user_id=reader.id,
            who=reader.name,
            subject="dossier",
            subject_id=dossier.id,
        )
    )
    note("inconnu@example.org", "192.0.2.7", "wrong_password")
    number = dossier.number
    db.session.commit()
    sign_in(client, reader)

    everything = client.get("/staff/administration/access-log").text
    assert number in everything
    assert "inconnu@example.org" in everything
    assert "192.0.2.7" in everything
    reads = client.get("/staff/administration/access-log?kind=read").text
    assert number in reads
    assert "inconnu@example.org" not in reads
    tomorrow = (today() + timedelta(days=1)).isoformat()
    assert number not in client.get(f"/staff/administration/access-log?since={tomorrow}").text
    exported = client.get(f"/exports/access-log.csv?kind=read&q={number}").text
    assert number in exported
    assert "Une lectrice" in exported


def test_strange_filters_are_no_filters(client: FlaskClient, something_of_everything: None) -> None:
    sign_in(client, make_user(Role.ADMIN))
    for url in (
        "/staff/administration/users?organisation=x&role=king&state=%00&sort=';&page=-1",
        "/staff/administration/users?page=99999",
        "/staff/administration/sites?pole=99999999999999999999",
        "/staff/administration/access-log?since=31/02/2019&until=2019-13-45&kind=%F0%9F%90%9F",
        "/staff/administration/catalogue?q=%25_%5C",
        "/exports/access-log.csv?since=x&q=%00",
    ):
        assert client.get(url).status_code == 200, url
