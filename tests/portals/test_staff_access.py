"""Who may open and move which dossier: role × state × action, through HTTP, forged requests included."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient

from intranet.access import Role, registry
from intranet.accounts.models import User
from intranet.clock import today
from intranet.dossiers.machine import DOSSIER
from intranet.dossiers.models import Dossier
from intranet.dossiers.terms import DossierState as S
from intranet.extensions import db
from intranet.testing.dossiers import make_dossier, make_dwelling
from intranet.testing.factories import csrf_token, make_pole, make_user, sign_in

STAFF = (Role.ADMIN, Role.COORDINATOR, Role.DIRECTOR, Role.REFERENT, Role.TECHNICAL, Role.TISF)
OUTSIDE = (Role.AGENT, Role.ANIMATOR, Role.MEMBER)
DAY = (today() - timedelta(days=1)).isoformat()

ACTIONS = {
    "diagnose": ("diagnosis", {"eligible": "yes", "explanation": "Relogement possible"}),
    "prepare": ("prepare", {}),
    "allocate": ("allocation", {"allocated_on": DAY}),
    "join": ("joining", {"joined_on": DAY}),
    "revoke_joining": ("joining/revoke", {"reason": "La famille hésite"}),
    "close": ("close", {"reason": "La famille est bien installée"}),
    "reopen": ("reopen", {"reason": "Clos trop tôt"}),
    "undiagnose": ("diagnosis/undo", {"reason": "Erreur de famille"}),
    "unprepare": ("prepare/undo", {"reason": "Trop tôt"}),
    "unallocate": ("allocation/undo", {"reason": "Erreur de logement"}),
    "leave": ("leave", {"reason": "withdrew", "left_on": DAY}),
    "come_back": ("come-back", {}),
}
"""Each move a person makes: its page and what its form sends."""

GETS = (
    "",
    "/edit",
    "/diagnosis",
    "/allocation",
    "/joining",
    "/leave",
    "/close",
    "/people",
    "/notes",
    "/visited",
)


def person(role: Role, code: str = "UIP") -> User:
    """Somebody of that role; référents and directors belong to a pôle."""
    return make_user(role, pole=make_pole(code) if role in (Role.DIRECTOR, Role.REFERENT) else None)


def signed_in(app: Flask, user_email: str) -> FlaskClient:
    client = app.test_client()
    user = User(email=user_email)
    sign_in(client, user)
    return client


def state_of(app: Flask, dossier_id: int) -> S:
    with app.app_context():
        return db.session.get_one(Dossier, dossier_id).state


@pytest.mark.parametrize("role", STAFF)
def test_each_role_makes_exactly_the_moves_that_the_machine_gives_it(app: Flask, role: Role) -> None:
    with app.app_context():
        user = person(role)
        email, uip = user.email, make_pole("UIP")
        held = registry().role_permissions(role)
        free = make_dwelling()
        cases = [
            (state, name, make_dossier(uip, state=state, technical_id=user.id, tisf_id=user.id))
            for state in S
            for name in ACTIONS
        ]
        cases_plain = [(state, name, dossier.id, dossier.version) for state, name, dossier in cases]
        free_id = free.id
    client = signed_in(app, email)
    token = csrf_token(client, "/staff/dossiers")
    for state, name, dossier_id, version in cases_plain:
        move = DOSSIER.transitions[name]
        page, data = ACTIONS[name]
        if name == "allocate":
            with app.app_context():
                free_id = make_dwelling().id
            data = {**data, "dwelling_id": str(free_id)}
        answer = client.post(
            f"/staff/dossiers/{dossier_id}/{page}", data={**data, "version": version, "csrf_token": token}
        )
        after = state_of(app, dossier_id)
        case = f"{role} {name} from {state}: {answer.status_code}"
        assert answer.status_code < 500, case
        if move.permission not in held:
            assert answer.status_code == 403, case
            assert after is state, case
        elif state in move.sources:
            assert answer.status_code == 303, case
            assert after is move.target, case
        else:
            assert after is state, case


@pytest.mark.parametrize("role", STAFF)
def test_the_page_offers_only_the_moves_that_the_server_would_make(app: Flask, role: Role) -> None:
    with app.app_context():
        user = person(role)
        email = user.email
        held = registry().role_permissions(role)
        dossiers = {
            state: make_dossier(
                make_pole("UIP"), state=state, technical_id=user.id, tisf_id=user.id, referent=user
            ).id
            for state in S
        }
    client = signed_in(app, email)
    for state, dossier_id in dossiers.items():
        html = client.get(f"/staff/dossiers/{dossier_id}").text
        for name, (page, _data) in ACTIONS.items():
            move = DOSSIER.transitions[name]
            offered = f'/staff/dossiers/{dossier_id}/{page}"' in html
            assert offered == (state in move.sources and move.permission in held), (role, state, name)
        assert len(re.findall(r'class="btn btn-primary"', html)) <= 1, state


def scenery(app: Flask) -> dict[str, list[int]]:
    """Dossiers of the three pôles, some with people named or granted."""
    with app.app_context():
        users: dict[str, User] = {role: person(role) for role in STAFF}
        users["pep"] = person(Role.REFERENT, "PEP")
        users["head of PEP"] = person(Role.DIRECTOR, "PEP")
        users["named"] = person(Role.ADMIN)
        made: dict[str, list[int]] = {}
        for code in ("UIP", "PEP", "PHI"):
            pole = make_pole(code)
            made[code] = [
                make_dossier(pole).id,
                make_dossier(pole, technical_id=users[Role.TECHNICAL].id).id,
                make_dossier(pole, tisf_id=users[Role.TISF].id).id,
                make_dossier(pole, referent=users[Role.REFERENT]).id,
                make_dossier(pole, granted=[users["pep"], users["named"]]).id,
            ]
        app.extensions["test.emails"] = {key: user.email for key, user in users.items()}
        return made


def listed(client: FlaskClient, query: str = "") -> set[int]:
    html = client.get(f"/staff/dossiers{query}").text
    return {int(found) for found in re.findall(r'href="/staff/dossiers/(\d+)"', html)}


@pytest.mark.parametrize("who", [*STAFF, "pep", "head of PEP", "named"])
def test_what_is_listed_is_exactly_what_opens(app: Flask, who: object) -> None:
    made = scenery(app)
    client = signed_in(app, app.extensions["test.emails"][who])
    every = {dossier_id for ids in made.values() for dossier_id in ids}
    opens = {each for each in every if client.get(f"/staff/dossiers/{each}").status_code == 200}
    assert listed(client) == opens
    assert listed(client, "?q=essai") == opens
    exported = client.get("/exports/dossiers.csv")
    if exported.status_code == 200:
        assert len(exported.text.strip().splitlines()) == len(opens) + 1
    hits = set(map(int, re.findall(r'href="/staff/dossiers/(\d+)"', client.get("/search?q=essai").text)))
    assert hits == opens


def test_each_role_reaches_the_dossiers_that_the_rules_give_it(app: Flask) -> None:
    made = scenery(app)
    emails = app.extensions["test.emails"]
    expected = {
        Role.ADMIN: {*made["UIP"], *made["PHI"]},
        "named": {*made["UIP"], made["PEP"][4], *made["PHI"]},
        "head of PEP": set(),  # who leads the pôle is not therefore named
        Role.COORDINATOR: {*made["UIP"], *made["PEP"], *made["PHI"]},
        Role.DIRECTOR: set(made["UIP"]),
        Role.REFERENT: {*made["UIP"], made["PEP"][3], made["PHI"][3]},
        Role.TECHNICAL: {made[code][1] for code in made},
        Role.TISF: {made[code][2] for code in made},
        "pep": {made[code][4] for code in made},  # granted by name: her pôle alone opens nothing
    }
    for who, ids in expected.items():
        assert listed(signed_in(app, emails[who])) == ids, who


@pytest.mark.parametrize("path", GETS)
def test_a_dossier_of_another_pole_does_not_exist_for_a_referent(app: Flask, path: str) -> None:
    with app.app_context():
        email = person(Role.REFERENT).email
        foreign = make_dossier(make_pole("PHI")).id
    client = signed_in(app, email)
    assert client.get(f"/staff/dossiers/{foreign}{path}").status_code == 404
    assert client.get(f"/staff/dossiers/999999{path}").status_code == 404


@pytest.mark.parametrize("name", list(ACTIONS))
def test_a_forged_request_on_another_s_dossier_changes_nothing(app: Flask, name: str) -> None:
    with app.app_context():
        email = person(Role.REFERENT).email
        states = {move.name: sorted(move.sources)[0] for move in DOSSIER}
        foreign = make_dossier(make_pole("PEP"), state=states[name])
        foreign_id, version, state = foreign.id, foreign.version, foreign.state
    client = signed_in(app, email)
    page, data = ACTIONS[name]
    token = csrf_token(client, "/staff/dossiers")
    answer = client.post(
        f"/staff/dossiers/{foreign_id}/{page}", data={**data, "version": version, "csrf_token": token}
    )
    assert answer.status_code == 404
    assert state_of(app, foreign_id) is state


@pytest.mark.parametrize("role", OUTSIDE)
def test_the_staff_portal_does_not_exist_for_partners(app: Flask, role: Role) -> None:
    with app.app_context():
        email = person(role).email
        dossier_id = make_dossier(make_pole("UIP"), state=S.JOINED).id
    client = signed_in(app, email)
    for page in ("", "dossiers", f"dossiers/{dossier_id}", "dwellings", "dossiers/new"):
        assert client.get(f"/staff/{page}").status_code in (403, 404), page


def test_a_grant_opens_a_protected_dossier_at_once_and_its_end_closes_it_at_once(app: Flask) -> None:
    with app.app_context():
        coordinator, tisf = person(Role.COORDINATOR), person(Role.TISF)
        dossier_id = make_dossier(make_pole("PEP")).id
        emails, tisf_id = (coordinator.email, tisf.email), tisf.id
    boss, guest = signed_in(app, emails[0]), signed_in(app, emails[1])
    people = f"/staff/dossiers/{dossier_id}/people"
    token = csrf_token(boss, people)
    assert guest.get(f"/staff/dossiers/{dossier_id}").status_code == 404
    data = {"user_id": tisf_id, "csrf_token": token}
    assert boss.post(f"/staff/dossiers/{dossier_id}/grants", data=data).status_code == 303
    assert guest.get(f"/staff/dossiers/{dossier_id}").status_code == 200
    boss.post(f"/staff/dossiers/{dossier_id}/grants/{tisf_id}/revoke", data={"csrf_token": token})
    assert guest.get(f"/staff/dossiers/{dossier_id}").status_code == 404


def test_a_tenant_s_name_is_not_shown_with_the_dwelling_to_those_who_may_not_open_the_dossier(
    app: Flask,
) -> None:
    with app.app_context():
        email = person(Role.REFERENT).email
        hidden = make_dossier(make_pole("PEP"), state=S.JOINED)
        dwelling_id = hidden.dwelling_id
    client = signed_in(app, email)
    for page in ("/staff/dwellings", f"/staff/dwellings/{dwelling_id}"):
        html = client.get(page).text
        assert "Ménage Essai" not in html


def test_the_referent_filter_holds_whoever_follows_a_dossier_and_nobody(app: Flask) -> None:
    with app.app_context():
        boss = person(Role.COORDINATOR)
        boss_id, email = boss.id, boss.email
        hers, nobodys = make_dossier(referent=boss).id, make_dossier().id
    client = signed_in(app, email)
    assert f'<option value="{boss_id}"' in client.get("/staff/dossiers").text
    assert listed(client, f"?referent={boss_id}") == {hers}
    assert listed(client, "?referent=none") == {nobodys}
    assert len(client.get("/exports/dossiers.csv?referent=none").text.strip().splitlines()) == 2
    unknown = client.get("/staff/dossiers?referent=999999")
    assert "n’est pas un choix du filtre" in unknown.text
