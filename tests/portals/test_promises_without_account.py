"""What the bailleur promised, for those without an account: said done with a code, and answered by the family."""

from __future__ import annotations

import re
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, update
from werkzeug.test import TestResponse

from intranet.access import Actor, OrganisationKind, Role
from intranet.accounts.models import Membership, User
from intranet.clock import PARIS, now, today
from intranet.commitments.models import Commitment
from intranet.commitments.reminding import remind_overdue
from intranet.database import writing
from intranet.dossiers.models import Dossier
from intranet.dossiers.terms import DossierState
from intranet.extensions import db
from intranet.guests.models import GuestAccess
from intranet.guests.service import OpenedAccess, open_access, revoke_access
from intranet.jobs.models import OutboxRow
from intranet.mail.service import JOB, compose
from intranet.organisations.models import Organisation
from intranet.testing.commitments import SINK, WALL, a_photo, make_commitments, reread, say_done
from intranet.testing.dossiers import make_dossier, make_dwelling
from intranet.testing.factories import make_actor, make_organisation, make_user
from intranet.testing.guests import let_in, make_access
from intranet.testing.plain import plain
from intranet.testing.works import lines_of, make_parties
from intranet.timeline.models import TimelineEntry
from intranet.voice.texts import LANGUAGES, words
from intranet.works.models import Split
from intranet.works.service.amending import open_amendment
from intranet.works.terms import Side, SplitState
from tests.conftest import Statements
from tests.portals.families import PAGE
from tests.portals.splits import Browser, make_scene, open_browser, text_of

pytestmark = pytest.mark.usefixtures("db_session")

SPLIT_PAGE = "/acces/repartition"
Counting = Callable[[], AbstractContextManager[Statements]]


@dataclass
class Home:
    """A signed contract whose bailleur has nobody with an account."""

    app: Flask
    bailleur: Organisation
    dossier: Dossier
    alc: Actor
    coordinator: User
    sink: Commitment
    wall: Commitment
    split_id: int

    def guest(self, name: str = "Jeanne Roux") -> Browser:
        """The bailleur's, let in by a letter."""
        return enter(self.app, make_access(self.alc, self.split_id), name)

    def family(self, language: str = "fr") -> Browser:
        return enter(self.app, make_access(self.alc, self.split_id, Side.HOUSEHOLD, language=language), "")

    def staff(self) -> Browser:
        return open_browser(self.app, self.coordinator)

    def said_done(self, commitment: Commitment) -> Commitment:
        agent = make_actor(make_user(Role.AGENT, self.bailleur, name="Jean Agence"))
        return say_done(agent, commitment, today(), "CANARI 150 €")


def enter(app: Flask, access: OpenedAccess, name: str) -> Browser:
    client: FlaskClient = app.test_client()
    return Browser(client, let_in(client, access, name))


def make_home(app: Flask) -> Home:
    bailleur = make_organisation(OrganisationKind.BAILLEUR)
    coordinator = make_user(Role.COORDINATOR, name="Claire Coordination")
    alc = make_actor(coordinator)
    dossier = make_dossier(dwelling=make_dwelling(bailleur), state=DossierState.JOINED)
    sink, wall = make_commitments(alc, dossier)
    split_id = db.session.scalars(select(Split.id).where(Split.dossier_id == dossier.id)).one()
    members = select(Membership.user_id).where(Membership.organisation_id == bailleur.id)
    db.session.execute(update(User).where(User.id.in_(members)).values(active=False))
    db.session.commit()
    return Home(app, bailleur, dossier, alc, coordinator, sink, wall, split_id)


@pytest.fixture
def home(app: Flask) -> Home:
    return make_home(app)


def send_done(guest: Browser, commitment: Commitment, **more: str) -> TestResponse:
    version = str(reread(commitment).version)
    db.session.rollback()
    return guest.client.post(
        f"{SPLIT_PAGE}/commitments/{commitment.id}/done",
        data={
            "csrf_token": guest.token,
            "version": version,
            "done_on": today().isoformat(),
            "note": "Posé ce matin",
            "file": (a_photo(), "evier.jpg"),
            **more,
        },
    )


def witness(family: Browser, commitment: Commitment, answer: str, **said: str) -> TestResponse:
    data = {"version": str(reread(commitment).version), "person": "Amina Benali", **said}
    db.session.rollback()
    return family.post(f"{PAGE}/commitments/{commitment.id}/{answer}", data)


def told(language: str, key: str, **values: str | int) -> str:
    """The text of the family's page, as ``text_of`` reads it."""
    return plain(words(language)(key, **values))


def mails(template: str) -> list[dict[str, Any]]:
    rows = db.session.scalars(select(OutboxRow.payload).where(OutboxRow.job == JOB).order_by(OutboxRow.id))
    return [row for row in rows if row.get("template") == template]


# The bailleur's guest


def test_a_guest_reads_with_their_dates_what_her_splits_contract_commits_her_to(home: Home) -> None:
    page = text_of(home.guest().get(SPLIT_PAGE))
    promised = page.partition('id="promised"')[2].partition("</ul>")[0]
    assert SINK in promised
    assert WALL in promised
    assert promised.count("À faire") == 2
    assert f'href="{SPLIT_PAGE}/commitments/{home.sink.id}"' in promised


def test_before_a_contract_is_signed_nothing_is_promised(app: Flask) -> None:
    scene = make_scene(app, SplitState.AGREED)
    guest = enter(app, make_access(make_parties(scene.split).coordinator, scene.split_id), "Jeanne Roux")
    assert 'id="promised"' not in text_of(guest.get(SPLIT_PAGE))


def test_she_says_it_is_done_with_a_photo_in_her_name_and_opens_what_she_joined(home: Home) -> None:
    guest = home.guest()
    answer = send_done(guest, home.sink)
    assert (answer.status_code, answer.location) == (303, f"{SPLIT_PAGE}/commitments/{home.sink.id}")
    page = text_of(guest.get(answer.location))
    assert "Fait, à confirmer" in page
    assert "Posé ce matin" in page
    assert "Jeanne Roux, Gestionnaire" in page
    photo = f"/files/{reread(home.sink).document_id}"
    assert guest.get(photo).status_code == 200
    assert guest.get(f"{photo}/thumbnail").status_code == 200
    done = db.session.scalars(select(TimelineEntry).where(TimelineEntry.kind == "commitment.done")).one()
    assert (done.actor_id, done.actor_name, done.side) == (None, "Jeanne Roux, Gestionnaire", "bailleur")
    assert reread(home.sink).done_by is None
    assert len(mails("commitment_done")) == 1
    assert "Jeanne Roux, Gestionnaire" in text_of(home.staff().get(f"/staff/commitments/{home.sink.id}"))


def test_she_takes_back_what_was_said_too_soon(home: Home) -> None:
    guest = home.guest()
    send_done(guest, home.sink)
    photo = f"/files/{reread(home.sink).document_id}"
    version = str(reread(home.sink).version)
    db.session.rollback()
    assert (
        guest.post(f"{SPLIT_PAGE}/commitments/{home.sink.id}/take-back", {"version": version}).status_code
        == 303
    )
    assert reread(home.sink).done_on is None
    assert guest.get(photo).status_code == 404  # it proves nothing any more: ALC's alone


def test_without_a_name_she_is_asked_for_it_and_says_nothing(home: Home) -> None:
    guest = home.guest("")
    page = text_of(guest.get(f"{SPLIT_PAGE}/commitments/{home.sink.id}"))
    assert "Dire qui je suis" in page
    assert 'type="file"' not in page
    answer = send_done(guest, home.sink)
    assert answer.status_code == 422
    assert "Dites d’abord qui vous êtes" in text_of(answer)
    assert reread(home.sink).done_on is None


@pytest.mark.parametrize(
    ("more", "reason"),
    [
        ({"done_on": ""}, "Indiquez le jour où les travaux ont été faits."),
        ({"note": "Dossier 2 69 05 49 588 157 80"}, "sécurité sociale"),
    ],
)
def test_a_form_that_cannot_be_taken_keeps_what_was_typed(
    home: Home, more: dict[str, str], reason: str
) -> None:
    answer = send_done(home.guest(), home.sink, **more)
    assert answer.status_code == 422
    assert reason in text_of(answer)
    assert reread(home.sink).done_on is None


def test_the_code_of_one_home_opens_nothing_of_another(home: Home, app: Flask) -> None:
    other = make_home(app)
    send_done(home.guest(), home.sink)
    photo = reread(home.sink).document_id
    stranger, family = other.guest(), other.family()
    assert stranger.get(f"{SPLIT_PAGE}/commitments/{home.sink.id}").status_code == 404
    assert send_done(stranger, home.wall).status_code == 404
    assert stranger.get(f"/files/{photo}").status_code == 404
    assert stranger.get(f"/files/{photo}/thumbnail").status_code == 404
    assert witness(family, home.sink, "done").status_code == 404
    assert f"commitments/{home.sink.id}" not in text_of(stranger.get(SPLIT_PAGE))


def test_where_nobody_can_say_it_alc_is_led_to_opening_an_access(home: Home) -> None:
    address = f"/staff/commitments/{home.sink.id}"
    link = f'href="/staff/splits/{home.split_id}/access"'
    assert link in text_of(home.staff().get(address))
    access = make_access(home.alc, home.split_id)
    assert link not in text_of(home.staff().get(address))
    with writing():
        revoke_access(home.alc, access.access_id)
    assert link in text_of(home.staff().get(address))
    make_user(Role.AGENT, home.bailleur)
    db.session.commit()
    assert link not in text_of(home.staff().get(address))


def test_an_access_opened_after_the_signature_lets_her_say_it(home: Home) -> None:
    with writing():
        first = open_access(home.alc, home.split_id, Side.BAILLEUR)
        row = db.session.get_one(GuestAccess, first.access_id)
        row.expires_at = now() - timedelta(days=1)
        db.session.commit()
    assert send_done(home.guest(), home.sink).status_code == 303


def test_what_is_sent_back_is_written_to_whoever_was_sent_a_code(home: Home) -> None:
    access = make_access(home.alc, home.split_id, email="agence@bailleur.example")
    send_done(enter(home.app, access, "Jeanne Roux"), home.sink)
    witness(home.family(), home.sink, "not-done", reason="L’évier fuit")
    guest, alc = mails("commitment_sent_back")
    message = compose(guest)
    text = message.get_body(("plain",)).get_content()  # type: ignore[union-attr]
    assert message["To"] == "agence@bailleur.example"
    assert f"/acces?reference={access.reference}" in text
    assert "L’évier fuit" in text
    assert alc["to"] == home.coordinator.email  # who was not there when the family said it
    assert f"/staff/commitments/{home.sink.id}" in alc["context"]["url"]


def test_whoever_was_sent_a_code_is_reminded_of_her_own_split_alone(home: Home, app: Flask) -> None:
    other = make_dossier(dwelling=make_dwelling(home.bailleur), state=DossierState.JOINED)
    make_commitments(home.alc, other)
    access = make_access(home.alc, home.split_id, email="agence@bailleur.example", days=180)
    members = select(Membership.user_id).where(Membership.organisation_id == home.bailleur.id)
    db.session.execute(update(User).where(User.id.in_(members)).values(active=False))
    db.session.commit()
    make_user(Role.AGENT, home.bailleur, email="agent@bailleur.example")
    db.session.commit()
    late = home.wall.due_on + timedelta(days=1)
    while late.weekday() != 1:
        late += timedelta(days=1)
    moment = now().astimezone(PARIS).replace(year=late.year, month=late.month, day=late.day, hour=10)
    db.session.rollback()
    with time_machine.travel(moment, tick=False), writing():
        remind_overdue()
    sent = {mail["to"]: mail["context"] for mail in mails("commitments_overdue")}
    assert {to: context["count"] for to, context in sent.items()} == {
        "agent@bailleur.example": 4,
        "agence@bailleur.example": 2,
    }
    assert f"reference={access.reference}" in sent["agence@bailleur.example"]["url"]


# The family


@pytest.mark.parametrize("language", ["fr", "ar"])
def test_the_family_reads_in_its_language_what_was_promised_and_when(home: Home, language: str) -> None:
    say = words(language)
    page = text_of(home.family(language).get(PAGE))
    assert told(language, "promise.title") in page
    assert told(language, "line.due", date=say.day(home.sink.due_on)) in page
    assert f'<html lang="{language}" dir="{say.direction}"' in page
    assert "<form" not in page.partition('id="promised"')[2].partition("</section>")[0]
    with time_machine.travel(now() + timedelta(days=90), tick=False):
        late = text_of(home.family(language).get(PAGE))
    assert told(language, "promise.late", date=say.day(home.sink.due_on)) in late


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_is_said_done_is_asked_of_the_family_first(home: Home, language: str) -> None:
    home.said_done(home.wall)
    say = words(language)
    page = text_of(home.family(language).get(PAGE))
    assert told(language, "promise.said", date=say.day(today())) in page
    assert told(language, "promise.done") in page
    assert told(language, "promise.missing") in page
    assert page.index(f'id="promise-{home.wall.id}"') < page.index(f'id="promise-{home.sink.id}"')


def test_the_family_reads_neither_the_bailleurs_note_nor_its_proof(home: Home) -> None:
    done = home.said_done(home.sink)
    family = home.family()
    assert "CANARI" not in text_of(family.get(PAGE))
    assert f"/files/{done.document_id}" not in text_of(family.get(PAGE))
    assert family.get(f"/files/{done.document_id}").status_code == 404


def test_the_family_says_it_is_done_in_its_own_name(home: Home) -> None:
    home.said_done(home.sink)
    family = home.family()
    answer = witness(family, home.sink, "done")
    assert answer.status_code == 303
    page = text_of(family.get(answer.location))
    assert told("fr", "promise.thanks_done") in page
    assert told("fr", "promise.confirmed", date=words("fr").day(today())) in page
    closed = reread(home.sink)
    assert (closed.confirmed_on, closed.confirmed_side, closed.confirmed_by) == (
        today(),
        Side.HOUSEHOLD,
        None,
    )
    history = text_of(home.staff().get(f"/staff/commitments/{home.sink.id}"))
    assert "Amina Benali" in history
    assert "a confirmé les travaux du bailleur" in history
    assert "a noté que la famille" not in history


def test_the_family_says_what_is_missing_and_the_bailleur_reads_it(home: Home) -> None:
    home.said_done(home.sink)
    family = home.family("ar")
    answer = witness(family, home.sink, "not-done", reason="L’eau coule encore")
    assert answer.status_code == 303
    assert told("ar", "promise.thanks_missing") in text_of(family.get(answer.location))
    assert reread(home.sink).done_on is None
    page = text_of(home.guest().get(f"{SPLIT_PAGE}/commitments/{home.sink.id}"))
    assert "L’eau coule encore" in page
    assert "Amina Benali" in page


@pytest.mark.parametrize(
    ("answer", "said", "why"),
    [
        ("done", {"person": " "}, "told.who"),
        ("not-done", {"reason": " "}, "promise.say_what"),
        ("not-done", {"reason": "Mon numéro 2 69 05 49 588 157 80"}, "told.word"),
        ("not-done", {"reason": "a" * 2001}, "told.word"),
    ],
)
@pytest.mark.parametrize("language", ["fr", "ar"])
def test_an_answer_that_cannot_be_kept_says_why_in_its_language_and_keeps_what_was_typed(
    home: Home, language: str, answer: str, said: dict[str, str], why: str
) -> None:
    home.said_done(home.sink)
    refused = witness(home.family(language), home.sink, answer, **said)
    page = text_of(refused)
    assert refused.status_code == 422
    assert told(language, why) in page
    assert said.get("reason", "") in page
    assert reread(home.sink).done_on == today()
    assert reread(home.sink).confirmed_on is None


def test_an_old_page_changes_nothing(home: Home) -> None:
    home.said_done(home.sink)
    answer = witness(home.family(), home.sink, "done", version="1")
    assert answer.status_code == 409
    assert told("fr", "promise.not_now") in text_of(answer)
    assert reread(home.sink).confirmed_on is None


def test_on_her_phone_the_referent_records_it_and_stays_on_the_familys_page(home: Home) -> None:
    home.said_done(home.sink)
    home.said_done(home.wall)
    staff = home.staff()
    address = f"/staff/splits/{home.split_id}/family?lang=ar"
    page = text_of(staff.get(address))
    forms = re.findall(r'<form method="post" class="voice-witness" action="([^"]+)"', page)
    assert sorted(forms) == sorted(
        f"/staff/commitments/{each.id}/confirm?lang=ar" for each in (home.sink, home.wall)
    )
    assert 'name="person"' not in page
    form = {"side": "household", "page": "family"}
    version = str(reread(home.sink).version)
    answer = staff.post(f"/staff/commitments/{home.sink.id}/confirm?lang=ar", {**form, "version": version})
    assert (answer.status_code, answer.location) == (303, address)
    assert reread(home.sink).confirmed_side is Side.HOUSEHOLD
    history = text_of(staff.get(f"/staff/commitments/{home.sink.id}"))
    assert "a noté que la famille confirme les travaux du bailleur" in history
    version = str(reread(home.wall).version)
    missing = {**form, "version": version, "reason": "Le mur est humide"}
    answer = staff.post(f"/staff/commitments/{home.wall.id}/send-back?lang=ar", missing)
    assert (answer.status_code, answer.location) == (303, address)
    assert reread(home.wall).done_on is None


def test_pages_ask_as_few_statements_for_two_promises_as_for_one(
    home: Home, count_statements: Counting
) -> None:
    guest, family = home.guest(), home.family()
    seen = []
    for _again in range(2):
        for browser, url in ((guest, SPLIT_PAGE), (family, PAGE)):
            browser.get(url)
            with count_statements() as statements:
                assert browser.get(url).status_code == 200
            seen.append(statements.count)
        with writing():
            db.session.get_one(Commitment, home.wall.id).withdrawn_on = today()
            db.session.commit()
    assert seen[:2] == seen[2:]


# Since when


@pytest.mark.parametrize("language", ["fr", "ar", "uk"])
@pytest.mark.parametrize(
    ("state", "where"),
    [
        (SplitState.DRAFT, "turn.alc"),
        (SplitState.PROPOSED, "turn.bailleur"),
        (SplitState.COUNTERED, "turn.both"),
        (SplitState.AGREED, "turn.alc"),
    ],
)
def test_the_family_reads_with_whom_the_list_is_and_for_how_many_days(
    app: Flask, language: str, state: SplitState, where: str
) -> None:
    scene = make_scene(app, state)
    alc = make_parties(scene.split).coordinator
    access = make_access(alc, scene.split_id, Side.HOUSEHOLD, language=language)
    since = told(language, "turn.today")
    assert told(language, where, since=since) in text_of(enter(app, access, "").get(PAGE))
    with time_machine.travel(now() + timedelta(days=3), tick=False):
        page = text_of(enter(app, access, "").get(PAGE))
    since = told(language, "turn.since", days=words(language).days(3))
    assert told(language, where, since=since) in page


def test_when_it_is_nobodys_turn_no_days_are_counted(home: Home) -> None:
    with time_machine.travel(now() + timedelta(days=3), tick=False):
        page = text_of(home.family().get(PAGE))
    assert plain(words("fr").days(3)) not in page
    assert told("fr", "turn.today") not in page


@pytest.mark.parametrize("language", LANGUAGES)
def test_once_signed_the_page_speaks_of_the_contract_and_no_more_of_answers_to_come(
    home: Home, language: str
) -> None:
    family = home.family(language)
    page = text_of(family.get(PAGE))
    assert told(language, "state.signed") in page
    assert told(language, "after.title") not in page
    with writing():
        open_amendment(
            home.alc, home.sink.contract_id, {line.id for line in lines_of(home.split_id)}, "Une fuite"
        )
    page = text_of(family.get(PAGE))
    assert told(language, "state.amended") in page
    assert told(language, "promise.title") in page
