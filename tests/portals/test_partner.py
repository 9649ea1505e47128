"""A day on site: what the works partner does and reads in its portal, through HTTP."""

from __future__ import annotations

import io
import re

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session, scoped_session

from intranet.access import OrganisationKind, Role
from intranet.chantiers import service
from intranet.chantiers.models import Chantier, Hours, SitePhoto
from intranet.chantiers.terms import ChantierState, HoursRole
from intranet.clock import today
from intranet.dossiers.models import DossierState, Household
from intranet.extensions import db
from intranet.testing.chantiers import Cast, make_chantier, make_contract, reserve, tasks_of
from intranet.testing.dossiers import make_dossier
from intranet.testing.factories import csrf_token, make_organisation, make_user, sign_in
from intranet.testing.files import jpeg
from intranet.testing.plain import plain
from tests.portals.on_site import Browser, coordinator_of

pytestmark = pytest.mark.usefixtures("db_session")


@pytest.fixture
def running(db_session: scoped_session[Session]) -> Cast:
    return make_chantier(ChantierState.OPEN)


@pytest.fixture
def on_site(client: FlaskClient, running: Cast) -> Browser:
    return Browser(client, running.animator_user, "partner", running.chantier.id)


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
        "recognisable": "nobody",
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
        recognisable="nobody",
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
        "Liste de démarrage : 1 sur 7",
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
