"""Who may do what to a chantier, from which state, through HTTP: every role, every move, forged requests too."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session, scoped_session

from intranet.access import Role
from intranet.chantiers.machine import CHANTIER, TASK
from intranet.chantiers.terms import ChantierState, TaskState
from intranet.clock import today
from intranet.dossiers import service as dossiers
from intranet.dossiers.models import Dossier, DossierState
from intranet.extensions import db
from intranet.testing.chantiers import Cast, make_chantier, make_task, tasks_of
from intranet.testing.dossiers import make_dossier
from intranet.testing.factories import make_user
from tests.portals.on_site import Browser, agent_of, coordinator_of

pytestmark = pytest.mark.usefixtures("db_session")


@pytest.fixture
def running(db_session: scoped_session[Session]) -> Cast:
    return make_chantier(ChantierState.OPEN)


@pytest.fixture
def on_site(client: FlaskClient, running: Cast) -> Browser:
    return Browser(client, running.animator_user, "partner", running.chantier.id)


# Who may do what


POSTS: list[tuple[str, dict[str, str]]] = [
    ("/start", {"item": "family"}),
    ("/move", {"move": "pause", "version": "1", "reason": "x"}),
    ("/tasks/{task}", {"move": "start", "version": "1"}),
    ("/tasks/{task}/hours", {"hours_family": "1"}),
    ("/photos", {}),
    ("/notes", {"text": "x"}),
    ("/hours/1/remove", {}),
    ("/photos/1/remove", {}),
]
DECISIONS: list[tuple[str, dict[str, str]]] = [
    ("/handover/{task}", {"decision": "accept", "version": "1"}),
    ("/reserves/1", {"version": "1"}),
]


@pytest.mark.parametrize("role", [Role.REFERENT, Role.DIRECTOR, Role.TISF, Role.ADMIN])
def test_alc_roles_that_only_follow_are_refused(client: FlaskClient, running: Cast, role: Role) -> None:
    browser = Browser(client, make_user(role), "staff", running.chantier.id)
    task = tasks_of(running.chantier)[0]
    for path, data in (*POSTS, *DECISIONS):
        assert browser.post(path.format(task=task.id), **data).status_code == 403, path


def test_another_partner_finds_nothing(client: FlaskClient, running: Cast) -> None:
    browser = Browser(client, make_user(Role.ANIMATOR), "partner", running.chantier.id)
    task = tasks_of(running.chantier)[0]
    assert {browser.get(path).status_code for path in ("", "/handover")} == {404}
    for path, data in POSTS:
        assert browser.post(path.format(task=task.id), **data).status_code == 404, path


@pytest.mark.parametrize("portal", ["staff", "bailleur"])
def test_the_other_portals_do_not_exist_for_the_partner(
    client: FlaskClient, running: Cast, portal: str
) -> None:
    browser = Browser(client, running.animator_user, portal, running.chantier.id)
    assert browser.get().status_code == 404
    if portal == "staff":
        for path, data in DECISIONS:
            task = tasks_of(running.chantier)[0]
            assert browser.post(path.format(task=task.id), **data).status_code == 404


def test_a_revoked_joining_closes_the_chantier_to_its_partner(on_site: Browser, running: Cast) -> None:
    assert on_site.get().status_code == 200
    dossier = db.session.get_one(Dossier, running.dossier.id)
    dossiers.revoke_joining(running.coordinator, dossier.id, dossier.version, "La famille renonce.")
    assert {on_site.get(path).status_code for path in ("", "/handover")} == {404}
    assert "chantiers/" + str(running.chantier.id) not in on_site.client.get("/partner/chantiers").text
    assert on_site.post("/notes", text="x").status_code == 404


def test_a_task_of_another_chantier_is_not_reached_through_ones_own(on_site: Browser) -> None:
    stranger = tasks_of(make_chantier(ChantierState.OPEN).chantier)[0]
    assert on_site.post(f"/tasks/{stranger.id}", move="start", version=1).status_code == 404
    assert on_site.post(f"/tasks/{stranger.id}/hours", hours_family="1").status_code == 404
    assert stranger.state is TaskState.READY


def test_the_technical_educator_runs_only_the_dossiers_she_is_named_on(client: FlaskClient) -> None:
    educator = make_user(Role.TECHNICAL)
    named = make_chantier(
        ChantierState.OPEN, dossier=make_dossier(state=DossierState.JOINED, technical_id=educator.id)
    )
    other = make_chantier(ChantierState.OPEN)
    task, stranger = tasks_of(named.chantier)[0], tasks_of(other.chantier)[0]
    mine = Browser(client, educator, "staff", named.chantier.id)
    assert mine.post(f"/tasks/{task.id}", move="start", version=task.version).status_code == 303
    theirs = Browser(client, educator, "staff", other.chantier.id)
    assert theirs.get().status_code == 404
    assert theirs.post(f"/tasks/{stranger.id}", move="start", version=stranger.version).status_code == 404


ACTORS = ("animator", "coordinator", "referent", "agent")


@pytest.mark.parametrize("state", list(ChantierState))
@pytest.mark.parametrize("who", ACTORS)
def test_a_chantier_moves_only_as_declared(client: FlaskClient, state: ChantierState, who: str) -> None:
    """Role × state × transition, each sent as a forged request with the right version."""
    cast = make_chantier(state)
    user = {
        "animator": lambda: cast.animator_user,
        "coordinator": lambda: coordinator_of(cast),
        "referent": lambda: make_user(Role.REFERENT),
        "agent": lambda: agent_of(cast),
    }[who]()
    portal = {"animator": "partner", "agent": "bailleur"}.get(who, "staff")
    browser = Browser(client, user, portal, cast.chantier.id)
    may = {"animator": cast.animator.permissions, "coordinator": cast.coordinator.permissions}.get(
        who, frozenset()
    )
    for move in CHANTIER:
        if state in move.sources and move.permission in may:
            continue  # allowed: walked by the factories and the story
        answer = browser.post("/move", move=move.name, version=cast.chantier.version, reason="Essai")
        assert answer.status_code in (403, 404, 405, 422), (move.name, answer.status_code)
        db.session.expire_all()
        assert cast.chantier.state is state


@pytest.mark.parametrize("state", [state for state in TaskState if state is not TaskState.TO_DO])
@pytest.mark.parametrize("who", ["animator", "coordinator"])
def test_a_task_moves_only_as_declared(
    client: FlaskClient, running: Cast, state: TaskState, who: str
) -> None:
    task = make_task(running, state)
    user, portal = (
        (running.animator_user, "partner") if who == "animator" else (coordinator_of(running), "staff")
    )
    browser = Browser(client, user, portal, running.chantier.id)
    for move in TASK:
        handled_apart = move.name in ("accept", "reserve", "lift")
        not_hers = move.name == "reconsider" and who == "animator"
        was_elsewhere = move.name in ("unblock_to_do", "unblock_doing")
        if state in move.sources and not (handled_apart or not_hers or was_elsewhere):
            continue  # allowed
        answer = browser.post(f"/tasks/{task.id}", move=move.name, version=task.version, reason="Essai")
        assert answer.status_code in (403, 422), (move.name, answer.status_code)
        db.session.expire_all()
        assert task.state is state, move.name


def test_alc_hands_over_line_by_line_through_its_pages(client: FlaskClient) -> None:
    cast = make_chantier(ChantierState.FINISHED)
    browser = Browser(client, coordinator_of(cast), "staff", cast.chantier.id)
    first, *others = tasks_of(cast.chantier)
    assert browser.post(f"/handover/{first.id}", decision="reserve", version=first.version).status_code == 422
    held = {
        "decision": "reserve",
        "text": "Une coulure",
        "lifted_by": "partner",
        "due_on": today().isoformat(),
    }
    assert browser.post(f"/handover/{first.id}", version=first.version, **held).status_code == 303
    refused = browser.post("/move", move="hand_over", version=cast.chantier.version)
    assert refused.status_code == 422
    assert others[0].label in refused.text  # nobody has looked at it yet
    for task in others:
        sent = browser.post(f"/handover/{task.id}", decision="accept", version=task.version)
        assert sent.status_code == 303
    from intranet.chantiers.models import Reserve

    reserve_id = db.session.scalars(select(Reserve.id)).one()
    assert browser.post(f"/reserves/{reserve_id}", version=1).status_code == 303
    assert browser.post("/move", move="hand_over", version=cast.chantier.version).status_code == 303
    db.session.expire_all()
    assert db.session.get_one(Dossier, cast.dossier.id).state is DossierState.SETTLED
