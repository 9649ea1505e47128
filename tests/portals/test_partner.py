"""The works partner's portal and what the other sides see of a chantier, through HTTP."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session, scoped_session

from intranet.access import OrganisationKind, Role
from intranet.accounts.models import User
from intranet.chantiers import service
from intranet.chantiers.commands import WriteNote
from intranet.chantiers.machine import CHANTIER, TASK
from intranet.chantiers.models import Chantier, Hours, SitePhoto
from intranet.chantiers.terms import ChantierState, HoursRole, Moment, TaskState
from intranet.clock import today
from intranet.dossiers.models import Dossier, DossierState, Household
from intranet.extensions import db
from intranet.organisations.models import Organisation, Site
from intranet.testing.chantiers import (
    Cast,
    add_photo,
    enter,
    jpeg,
    make_chantier,
    make_contract,
    make_task,
    reserve,
    tasks_of,
)
from intranet.testing.dossiers import make_dossier, make_dwelling, make_household
from intranet.testing.factories import csrf_token, make_organisation, make_pole, make_user, sign_in
from intranet.testing.plain import plain

Counting = Callable[[], AbstractContextManager[Any]]

pytestmark = pytest.mark.usefixtures("db_session")


class Browser:
    """Somebody signed in, who sends the forms of one chantier's page."""

    def __init__(self, client: FlaskClient, user: User, portal: str, chantier_id: int) -> None:
        sign_in(client, user)
        self.client = client
        self.page = f"/{portal}/chantiers/{chantier_id}"

    def get(self, path: str = "") -> Any:
        return self.client.get(self.page + path)

    def post(self, path: str, **data: Any) -> Any:
        token = csrf_token(self.client, "/account/profile")
        return self.client.post(self.page + path, data={"csrf_token": token, **data})


@pytest.fixture
def running(db_session: scoped_session[Session]) -> Cast:
    return make_chantier(ChantierState.OPEN)


@pytest.fixture
def on_site(client: FlaskClient, running: Cast) -> Browser:
    return Browser(client, running.animator_user, "partner", running.chantier.id)


def agent_of(cast: Cast) -> User:
    return make_user(Role.AGENT, db.session.get_one(Organisation, cast.bailleur_id))


def coordinator_of(cast: Cast) -> User:
    return db.session.get_one(User, cast.coordinator.user_id)


# A day on site


def test_a_task_is_started_finished_and_alc_sees_it_at_once(on_site: Browser, running: Cast) -> None:
    task = tasks_of(running.chantier)[0]
    for move in ("start", "finish"):
        answer = on_site.post(f"/tasks/{task.id}", move=move, version=task.version)
        assert (answer.status_code, answer.headers["Location"]) == (303, f"{on_site.page}#task-{task.id}")
        db.session.refresh(task)
    staff = Browser(on_site.client, coordinator_of(running), "staff", running.chantier.id)
    assert "1 / 3" in staff.get().text


def test_hours_are_typed_with_a_comma_or_tapped_and_a_resend_is_harmless(
    on_site: Browser, running: Cast
) -> None:
    task = tasks_of(running.chantier)[0]
    form = {
        "hours_family": "1,5",
        "hours_helper": "45 min",
        "hours_partner": "2 h 30",
        "on": today().isoformat(),
        "client_key": "one-form",
    }
    for _ in range(2):
        assert on_site.post(f"/tasks/{task.id}/hours", **form).status_code == 303
    minutes = {row.role: row.minutes for row in db.session.scalars(select(Hours))}
    assert minutes == {HoursRole.FAMILY: 90, HoursRole.HELPER: 45, HoursRole.PARTNER: 150}


@pytest.mark.parametrize(
    ("field", "typed"), [("hours_family", "beaucoup"), ("on", "2019-31-12"), ("hours_family", "13")]
)
def test_wrong_hours_come_back_as_typed_with_a_reason(
    on_site: Browser, running: Cast, field: str, typed: str
) -> None:
    task = tasks_of(running.chantier)[0]
    form = {"hours_family": "1", "hours_partner": "7,25", "on": today().isoformat(), field: typed}
    answer = on_site.post(f"/tasks/{task.id}/hours", **form)
    assert answer.status_code == 422
    assert f'id="hours-{task.id}-refused"' in answer.text
    assert f'value="{typed}"' in answer.text
    assert 'value="7,25"' in answer.text


def test_a_photo_is_added_from_the_camera(on_site: Browser, running: Cast) -> None:
    task = tasks_of(running.chantier)[0]
    assert 'capture="environment"' in on_site.get().text
    form = {
        "moment": "before",
        "taken_on": today().isoformat(),
        "task_id": str(task.id),
        "nobody_recognisable": "1",
    }
    answer = on_site.post("/photos", **form, file=(jpeg(), "IMG.jpg"))
    assert answer.status_code == 303
    assert db.session.scalars(select(SitePhoto)).one().spot == task.room


def test_a_photo_of_40_mb_is_refused_in_a_sentence_and_the_form_stays_filled(on_site: Browser) -> None:
    huge = io.BytesIO(b"\xff\xd8\xff" + bytes(40 * 1024 * 1024))
    answer = on_site.post(
        "/photos",
        moment="after",
        taken_on=today().isoformat(),
        spot="depuis la fenêtre",
        nobody_recognisable="1",
        file=(huge, "IMG.jpg"),
    )
    assert answer.status_code == 422
    shown = re.sub(r"<[^>]*>", "", answer.text)  # the words on the page, not those kept for the script
    assert "Ce fichier dépasse 25 Mo" in shown
    assert 'value="depuis la fenêtre"' in answer.text
    assert re.search(r'value="after" checked', answer.text)


def test_elsewhere_a_body_that_large_is_not_read(on_site: Browser) -> None:
    assert on_site.post("/notes", text="x" * 30 * 1024 * 1024).status_code == 413


def test_a_note_with_a_social_security_number_comes_back_with_the_reason(on_site: Browser) -> None:
    answer = on_site.post("/notes", text="Sécu 2 69 05 49 588 157 80 de Nadia", on=today().isoformat())
    assert answer.status_code == 422
    assert "sécurité sociale" in answer.text
    assert "de Nadia</textarea>" in answer.text


def test_a_stale_tap_is_answered_with_what_happened_meanwhile(on_site: Browser, running: Cast) -> None:
    task = tasks_of(running.chantier)[0]
    version = task.version
    service.move_task(running.coordinator, task.id, "block", version, "Fuite")
    answer = on_site.post(f"/tasks/{task.id}", move="start", version=version)
    assert answer.status_code == 409
    assert "a signalé un blocage" in answer.text


def test_the_home_says_what_waits(client: FlaskClient, running: Cast) -> None:
    service.move_task(
        running.animator,
        (task := tasks_of(running.chantier)[0]).id,
        "block",
        task.version,
        "Il manque l’enduit",
    )
    make_chantier(partner=running.partner, animator=running.animator_user)
    finished = make_chantier(ChantierState.FINISHED, partner=running.partner, animator=running.animator_user)
    reserve(finished, tasks_of(finished.chantier)[0])
    sign_in(client, running.animator_user)
    home = plain(client.get("/partner/").text)
    for words in (
        "Il manque l’enduit",
        "Liste de démarrage : 0 sur 6",
        "Une coulure à reprendre",
        "À réceptionner",
    ):
        assert words in home


def test_a_chantier_is_found_by_name_and_only_by_its_own_people(client: FlaskClient, running: Cast) -> None:
    name = db.session.get_one(Household, running.dossier.household_id).name
    sign_in(client, running.animator_user)
    assert f"/partner/chantiers/{running.chantier.id}" in client.get(f"/search?q={name}").text
    other = client.application.test_client()
    sign_in(other, make_user(Role.ANIMATOR))
    assert "/partner/chantiers/" not in other.get(f"/search?q={name}").text.replace(
        'href="/partner/chantiers"', ""
    )


def test_a_family_whose_name_is_corrected_is_found_under_it(client: FlaskClient, running: Cast) -> None:
    from intranet.timeline.service import commit, record

    db.session.get_one(Household, running.dossier.household_id).name = "Zénobie Corrigée"
    record(
        "dossier.household_changed",
        actor=running.coordinator,
        subject="dossier",
        subject_id=running.dossier.id,
        dossier_id=running.dossier.id,
    )
    commit()
    sign_in(client, running.animator_user)
    assert f"/partner/chantiers/{running.chantier.id}" in client.get("/search?q=zenobie").text


def test_the_list_filters_by_state_name_and_animator(client: FlaskClient, running: Cast) -> None:
    colleague = make_user(Role.ANIMATOR, running.partner)
    other = make_chantier(partner=running.partner, animator=colleague)
    sign_in(client, running.animator_user)
    mine, theirs = f"/partner/chantiers/{running.chantier.id}", f"/partner/chantiers/{other.chantier.id}"
    for query, shown in (
        ("", {mine, theirs}),
        ("?state=open", {mine}),
        ("?mine=1", {mine}),
        ("?q=zzz", set()),
    ):
        page = client.get(f"/partner/chantiers{query}").text
        assert {path for path in (mine, theirs) if f'href="{path}"' in page} == shown


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
    for task in others:
        sent = browser.post(f"/handover/{task.id}", decision="accept", version=task.version)
        assert sent.status_code == 303
    refused = browser.post("/move", move="hand_over", version=cast.chantier.version)
    assert refused.status_code == 422
    assert first.label in refused.text
    from intranet.chantiers.models import Reserve

    reserve_id = db.session.scalars(select(Reserve.id)).one()
    assert browser.post(f"/reserves/{reserve_id}", version=1).status_code == 303
    assert browser.post("/move", move="hand_over", version=cast.chantier.version).status_code == 303
    db.session.expire_all()
    assert db.session.get_one(Dossier, cast.dossier.id).state is DossierState.SETTLED


def test_the_chantier_opens_from_the_signed_contract(client: FlaskClient) -> None:
    partner = make_organisation(OrganisationKind.WORKS_PARTNER)
    animator = make_user(Role.ANIMATOR, partner, name="Sami Essai")
    contract = make_contract(make_dossier(state=DossierState.JOINED), partner)
    sign_in(client, make_user(Role.COORDINATOR))
    page = f"/staff/contracts/{contract.id}/chantier"
    assert "Sami Essai" in client.get(page).text
    token = csrf_token(client, page)
    form = {
        "csrf_token": token,
        "planned_start": "18/03/2019",
        "planned_end": "15/03/2019",
        "animator_id": animator.id,
    }
    wrong = client.post(page, data=form)
    assert wrong.status_code == 422
    assert "avant le début" in wrong.text
    assert client.post(page, data={**form, "planned_end": "31/03/2019"}).status_code == 303
    opened = db.session.scalars(select(Chantier)).one()
    assert client.get(page).headers["Location"] == f"/staff/chantiers/{opened.id}"


# What each side sees


CANARIES = {
    "pole": "CANARYPOLE",
    "site": "CANARYSITE",
    "email": "canary@example.org",
    "dossier_number": "CANARYNUM",
}


@pytest.fixture
def watched(db_session: scoped_session[Session]) -> Cast:
    """A chantier with something in every field that somebody must not see."""
    pole = make_pole("CANARYP")
    pole.name = CANARIES["pole"]
    site = Site(name=CANARIES["site"], pole_id=pole.id, associated=True)
    db.session.add(site)
    db.session.flush()
    family = make_household(
        pole, site_id=site.id, email=CANARIES["email"], phone="06 99 99 99 99", contact_choice="SMS le soir"
    )
    dossier = make_dossier(
        household=family,
        state=DossierState.JOINED,
        number=CANARIES["dossier_number"],
        dwelling=make_dwelling(dpe_class="E"),
    )
    cast = make_chantier(ChantierState.OPEN, dossier=dossier)
    cast.chantier.safety_note = "CANARYDUST"
    db.session.commit()
    tasks = tasks_of(cast.chantier)
    service.move_task(cast.animator, tasks[0].id, "block", tasks[0].version, "CANARYREASON")
    enter(cast, tasks[1], 85)
    service.write_note(cast.animator, WriteNote(cast.chantier.id, today(), "CANARYNOTE"))
    add_photo(cast, Moment.BEFORE, "CANARYBEFORE")
    add_photo(cast, Moment.AFTER, "VISIBLEAFTER")
    return cast


def test_the_partner_sees_the_site_not_where_the_family_comes_from(
    client: FlaskClient, watched: Cast
) -> None:
    browser = Browser(client, watched.animator_user, "partner", watched.chantier.id)
    pages = [
        browser.get(),
        browser.get("/handover"),
        client.get("/partner/"),
        client.get("/partner/chantiers"),
    ]
    for page in pages:
        assert page.status_code == 200
        for canary in (*CANARIES.values(), "Pôle", "CANARYP"):
            assert canary not in page.text, canary
    for shown in (
        "06 99 99 99 99",
        "SMS le soir",
        "CANARYDUST",
        "CANARYREASON",
        "CANARYNOTE",
        "CANARYBEFORE",
    ):
        assert shown in pages[0].text, shown


def test_the_bailleur_sees_progress_and_what_was_done_not_hours_notes_nor_reasons(
    client: FlaskClient, watched: Cast
) -> None:
    browser = Browser(client, agent_of(watched), "bailleur", watched.chantier.id)
    page = browser.get().text
    hidden = (
        *CANARIES.values(),
        "06 99 99 99 99",
        "CANARYDUST",
        "CANARYREASON",
        "CANARYNOTE",
        "CANARYBEFORE",
        "1 h 25",
        "1\u00a0h\u00a025",
        watched.animator_user.name,
    )
    for canary in hidden:
        assert canary not in page, canary
    for shown in ("VISIBLEAFTER", "0 / 3", "Bloquée", tasks_of(watched.chantier)[0].label):
        assert shown in page, shown
    stranger = Browser(client, make_user(Role.AGENT), "bailleur", watched.chantier.id)
    assert stranger.get().status_code == 404


def test_a_bailleur_reads_no_hours_nor_notes_even_when_asked_for(app: Any, watched: Cast) -> None:
    """The statements themselves hold nothing for it, whatever a page would do."""
    from intranet.access import Scope
    from intranet.chantiers import journal_statements, statements

    bailleur = Scope(OrganisationKind.BAILLEUR, Role.AGENT)
    params = {"chantier_id": watched.chantier.id, "actor_organisation_id": watched.bailleur_id}
    for builder in (
        journal_statements.hours_totals,
        journal_statements.hours_entries,
        journal_statements.notes,
        journal_statements.start_checks,
    ):
        assert db.session.execute(builder(bailleur), params).all() == []
    row = db.session.execute(statements.tasks(bailleur), params).first()
    assert row is not None
    assert not {"minutes", "blocked_reason", "planned_minutes"} & set(row._fields)


# Statements


@pytest.mark.parametrize(
    ("portal", "page"), [("partner", ""), ("partner", "/handover"), ("staff", ""), ("bailleur", "")]
)
def test_a_page_takes_as_many_statements_for_1_task_as_for_50(
    client: FlaskClient, count_statements: Counting, portal: str, page: str
) -> None:
    counts = []
    for size in (1, 50):
        cast = make_chantier(ChantierState.OPEN, lines=size)
        for number, task in enumerate(tasks_of(cast.chantier)):
            enter(cast, task, 10, key=f"k{number}")
            add_photo(cast, Moment.AFTER, f"vue {number}")
        user = {"partner": cast.animator_user, "staff": coordinator_of(cast), "bailleur": None}[portal]
        browser = Browser(client, user or agent_of(cast), portal, cast.chantier.id)
        browser.get(page)
        with count_statements() as seen:
            assert browser.get(page).status_code == 200
        counts.append(seen.count)
    assert counts[0] == counts[1]
    assert counts[0] <= 11


@pytest.mark.parametrize("path", ["/partner/", "/partner/chantiers", "/staff/chantiers"])
def test_a_list_takes_as_many_statements_for_1_chantier_as_for_25(
    client: FlaskClient, count_statements: Counting, path: str
) -> None:
    cast = make_chantier(lines=1)
    sign_in(client, cast.animator_user if path.startswith("/partner") else coordinator_of(cast))
    counts = []
    for more in (0, 24):
        for _ in range(more):
            make_chantier(lines=1, partner=cast.partner, animator=cast.animator_user)
        client.get(path)
        with count_statements() as seen:
            assert client.get(path).status_code == 200
        counts.append(seen.count)
    assert counts[0] == counts[1]
    assert counts[0] <= 6


def test_the_page_of_50_tasks_stays_light(client: FlaskClient) -> None:
    import gzip

    cast = make_chantier(ChantierState.OPEN, lines=50)
    browser = Browser(client, cast.animator_user, "partner", cast.chantier.id)
    assert len(gzip.compress(browser.get().data)) < 30_000
