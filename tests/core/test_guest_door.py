"""Coming in without an account: the right reference and code, and everything else."""

from __future__ import annotations

import logging
import re
from datetime import timedelta
from email.message import EmailMessage
from html import unescape

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.orm import Session, scoped_session

from intranet.access import Actor, Role
from intranet.accounts.models import SignInAttempt
from intranet.database import now, writing
from intranet.dossiers.terms import DossierState
from intranet.errors import NotAllowed, Refused
from intranet.extensions import db
from intranet.guests.models import GuestAccess
from intranet.guests.rules import ALPHABET, CODE_LENGTH, draw, grouped, normalise
from intranet.guests.service import OpenedAccess, open_access, revoke_access
from intranet.guests.texts import LANGUAGES, door_texts
from intranet.jobs.models import OutboxRow
from intranet.jobs.service import run_due
from intranet.mail.service import JOB as MAIL_JOB
from intranet.mail.service import compose
from intranet.settings.service import set_value
from intranet.testing.dossiers import make_dossier
from intranet.testing.factories import csrf_token, make_actor, make_user, sign_in
from intranet.testing.guests import knock, let_in, make_access
from intranet.testing.plain import plain
from intranet.testing.works import make_contract, make_split
from intranet.timeline.models import TimelineEntry
from intranet.works import service as works
from intranet.works.contract import render
from intranet.works.models import Contract, Side, Split, SplitState

WRONG = "Cette référence et ce code n’ouvrent rien."


@pytest.fixture
def split(db_session: scoped_session[Session]) -> Split:
    return make_split(make_dossier(state=DossierState.JOINED), state=SplitState.PROPOSED)


@pytest.fixture
def coordinator(db_session: scoped_session[Session]) -> Actor:
    return make_actor(make_user(Role.COORDINATOR))


@pytest.fixture
def access(coordinator: Actor, split: Split) -> OpenedAccess:
    return make_access(coordinator, split.id)


def row_of(access: OpenedAccess) -> GuestAccess:
    return db.session.get_one(GuestAccess, access.access_id, populate_existing=True)


@given(st.integers(1, 40))
def test_what_is_drawn_holds_no_sign_that_is_mistaken_for_another(length: int) -> None:
    drawn = draw(length)
    assert len(drawn) == length
    assert set(drawn) <= set(ALPHABET)
    assert not set(ALPHABET) & set("01ILOU")


@given(st.text(alphabet=ALPHABET, min_size=CODE_LENGTH, max_size=CODE_LENGTH))
def test_a_code_read_back_from_paper_is_the_code(code: str) -> None:
    assert normalise(grouped(code)) == code
    assert normalise(grouped(code).lower().replace("-", "  ")) == code


@given(st.text())
def test_whatever_is_typed_is_read_without_failing(typed: str) -> None:
    assert set(normalise(typed)) <= set("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ")


def test_a_right_reference_and_code_let_in(client: FlaskClient, access: OpenedAccess) -> None:
    answer = knock(client, access.reference, access.code)
    assert (answer.status_code, answer.location) == (303, "/acces/qui")
    assert "Qui répond ?" in plain(client.get("/acces/qui").get_data(as_text=True))
    assert row_of(access).seen_at is not None


def test_the_code_is_read_whatever_its_case_spaces_and_dashes(
    client: FlaskClient, access: OpenedAccess
) -> None:
    typed = access.code.lower().replace("-", " ")
    assert knock(client, f" {access.reference.lower()} ", typed).status_code == 303


def test_only_a_digest_of_the_code_is_kept_and_no_log_tells_it(
    client: FlaskClient,
    access: OpenedAccess,
    caplog: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
) -> None:
    caplog.set_level(logging.DEBUG)
    kept = row_of(access)
    secret = normalise(access.code)
    assert secret not in "".join(str(getattr(kept, column.key)) for column in GuestAccess.__table__.c)
    knock(client, access.reference, access.code)
    told = caplog.text + "".join(capfd.readouterr())
    for entry in db.session.scalars(select(TimelineEntry)):
        told += str(entry.data)
    assert access.code not in told
    assert secret not in told


def test_whatever_is_wrong_the_answer_is_the_same(
    client: FlaskClient, coordinator: Actor, split: Split, access: OpenedAccess
) -> None:
    other = make_access(coordinator, split.id)
    attempts = [
        (access.reference, other.code),
        ("ABCD-EFGH", access.code),
        (access.reference, access.code[:-1]),
    ]
    said = set()
    for reference, code in attempts:
        answer = knock(client, reference, code)
        assert answer.status_code == 422
        page = answer.get_data(as_text=True)
        assert WRONG in page
        assert code not in page
        said.add(page[page.index("notice-error") :].partition("</ul>")[0])
    assert len(said) == 1


def test_the_right_code_of_an_access_that_is_over_says_so(
    client: FlaskClient, coordinator: Actor, split: Split, access: OpenedAccess
) -> None:
    revoked = make_access(coordinator, split.id)
    with writing():
        revoke_access(coordinator, revoked.access_id)
    expired = make_access(coordinator, split.id, days=1)
    row_of(expired).expires_at = now() - timedelta(seconds=1)
    db.session.commit()
    for over in (revoked, expired):
        assert "Cet accès est terminé." in knock(client, over.reference, over.code).get_data(as_text=True)
        wrong = knock(client, over.reference, access.code).get_data(as_text=True)
        assert WRONG in wrong
        assert "terminé" not in wrong


@pytest.mark.parametrize("language", ["ar", "pt", "uk"])
def test_the_door_speaks_the_familys_language_until_it_is_left(
    client: FlaskClient, coordinator: Actor, split: Split, language: str
) -> None:
    t = door_texts(language)
    access = make_access(coordinator, split.id, Side.HOUSEHOLD)
    page = unescape(client.get(f"/acces?lang={language}").get_data(as_text=True))
    assert f'<html lang="{language}" dir="{t.direction}"' in page
    assert t("door.intro") in page
    assert 'href="/acces?lang=fr"' in page
    for address in (f"/acces?lang={language}&reference=7K3M-Q9TX", "/acces?reference=7K3M-Q9TX"):
        assert 'value="7K3M-Q9TX"' in client.get(address).get_data(as_text=True)
    form = {"reference": access.reference, "code": "", "csrf_token": csrf_token(client, "/acces")}
    for code, told in (("", "door.missing"), ("ABCD-EFGH-JKMN-PQRS", "door.wrong")):
        answer = client.post(f"/acces?lang={language}", data={**form, "code": code})
        assert answer.status_code == 422
        assert t(told) in unescape(answer.get_data(as_text=True))
    answer = client.post(f"/acces?lang={language}", data={**form, "code": access.code})
    assert answer.location == f"/acces/famille?lang={language}"
    with writing():
        revoke_access(coordinator, access.access_id)
    assert t("door.intro") in unescape(
        client.get("/acces/famille", follow_redirects=True).get_data(as_text=True)
    )
    assert client.get("/acces?lang=en").location == "/acces"


def test_a_family_says_who_it_is_in_its_language(
    client: FlaskClient, coordinator: Actor, split: Split
) -> None:
    let_in(client, make_access(coordinator, split.id, Side.HOUSEHOLD, language="ar"))
    t = door_texts("ar")
    page = unescape(client.get("/acces/qui").get_data(as_text=True))
    assert t("who.why") in page
    token = csrf_token(client, "/acces/qui")
    empty = client.post("/acces/qui?lang=ar", data={"name": " ", "csrf_token": token})
    assert t("who.missing") in unescape(empty.get_data(as_text=True))
    said = client.post("/acces/qui?lang=ar", data={"name": "أمينة", "csrf_token": token})
    assert said.location == "/acces/famille?lang=ar"
    left = client.post("/acces/quitter?lang=ar", data={"csrf_token": token})
    assert left.location == "/acces?lang=ar"


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_familys_mail_is_in_its_language(coordinator: Actor, split: Split, language: str) -> None:
    access = make_access(coordinator, split.id, Side.HOUSEHOLD, email="f@f.example", language=language)
    message, t = queued_mails()[-1], door_texts(language)
    text = message.get_body(("plain",)).get_content()  # type: ignore[union-attr]
    assert t("mail.open") in text
    assert access.code in text
    assert f"lang={language}" in text
    assert message["Content-Language"] == language
    html = unescape(message.get_body(("html",)).get_content())  # type: ignore[union-attr]
    assert f'dir="{t.direction}"' in html
    assert t("mail.button") in html


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_doors_texts_are_complete_in_each_language(language: str) -> None:
    french, own = door_texts("fr"), door_texts(language)
    assert own.known == french.known
    for key in own.known:
        assert re.findall(r"{\w+}", own(key)) == re.findall(r"{\w+}", french(key)), key
        assert own(key) != french(key) or language == "fr" or key in {"door.code", "letter.day"}, key


def test_fifty_guesses_get_nothing_and_close_the_reference_for_a_while(
    app: Flask, access: OpenedAccess
) -> None:
    with time_machine.travel(now(), tick=False) as clock:
        for number in range(50):
            guesser = app.test_client()
            # each from an address of its own: the reference is what locks
            answer = _knock_from(guesser, f"10.0.0.{number}", access.reference, draw(CODE_LENGTH))
            assert (answer[0], WRONG in answer[1]) == (422, True)
        right = _knock_from(app.test_client(), "10.0.1.1", access.reference, access.code)
        assert (right[0], WRONG in right[1]) == (422, True)
        clock.shift(timedelta(hours=1, minutes=1))
        assert _knock_from(app.test_client(), "10.0.1.1", access.reference, access.code)[0] == 303


def _knock_from(client: FlaskClient, address: str, reference: str, code: str) -> tuple[int, str]:
    token = csrf_token(client, "/acces")
    answer = client.post(
        "/acces",
        data={"reference": reference, "code": code, "csrf_token": token},
        environ_base={"REMOTE_ADDR": address},
    )
    return answer.status_code, answer.get_data(as_text=True)


def test_an_unknown_reference_locks_just_as_a_known_one(app: Flask, db_session: object) -> None:
    for number in range(7):
        _knock_from(app.test_client(), f"10.0.0.{number}", "2222-3333", draw(CODE_LENGTH))
    outcomes = list(db.session.scalars(select(SignInAttempt.outcome).order_by(SignInAttempt.id)))
    assert outcomes == ["wrong_code"] * 5 + ["locked"] * 2


def test_one_address_that_tries_many_references_must_wait(client: FlaskClient, access: OpenedAccess) -> None:
    for _number in range(30):
        knock(client, draw(8), draw(CODE_LENGTH))
    assert knock(client, access.reference, access.code).status_code == 422


def test_a_forged_form_without_the_token_opens_nothing(client: FlaskClient, access: OpenedAccess) -> None:
    answer = client.post("/acces", data={"reference": access.reference, "code": access.code})
    assert answer.status_code == 400
    assert row_of(access).seen_at is None


def test_what_was_planted_in_the_cookie_before_is_gone_after(
    client: FlaskClient, access: OpenedAccess
) -> None:
    before = csrf_token(client, "/acces")
    with client.session_transaction() as planted:
        planted["sid"], planted["secret"], planted["planted"] = 1, "x", "y"
        fixed = planted["csrf_token"]
    knock(client, access.reference, access.code)
    client.get("/acces/qui")
    with client.session_transaction() as kept:
        assert set(kept) == {"guest", "csrf_token"}
        assert kept["csrf_token"] != fixed
    said = {"name": "Eve", "function": "Pirate", "csrf_token": before}
    assert client.post("/acces/qui", data=said).status_code == 400


def test_coming_in_with_a_code_signs_the_account_of_that_browser_out(
    client: FlaskClient, access: OpenedAccess
) -> None:
    person = make_user(Role.COORDINATOR)
    sign_in(client, person)
    assert "Vous êtes connecté avec le compte" in client.get("/acces").get_data(as_text=True)
    assert knock(client, access.reference, access.code).status_code == 303
    assert client.get("/staff/").status_code == 303


def test_revoked_the_door_closes_at_once_on_who_is_inside(
    client: FlaskClient, coordinator: Actor, access: OpenedAccess
) -> None:
    token = let_in(client, access, "Jeanne Roux")
    stolen = client.get_cookie("intranet")
    assert stolen is not None
    assert client.get("/acces/repartition").status_code == 200
    with writing():
        revoke_access(coordinator, access.access_id)
    assert client.get("/acces/repartition").location == "/acces"
    sent = client.post("/acces/repartition/accept", data={"csrf_token": token, "version": "1"})
    assert (sent.status_code, sent.location) == (303, "/acces")
    client.set_cookie("intranet", stolen.value)
    assert client.get("/acces/repartition").location == "/acces"


def test_an_access_ends_with_its_time_and_with_its_session(
    client: FlaskClient, coordinator: Actor, split: Split
) -> None:
    access = make_access(coordinator, split.id, days=2)
    let_in(client, access)
    with time_machine.travel(now() + timedelta(hours=13)):
        assert client.get("/acces/repartition").location == "/acces"
        let_in(client, access)
        assert client.get("/acces/repartition").status_code == 200
    with time_machine.travel(now() + timedelta(days=2, minutes=1)):
        assert client.get("/acces/repartition").location == "/acces"
        assert knock(client, access.reference, access.code).status_code == 422


def test_a_split_withdrawn_closes_its_accesses(
    client: FlaskClient, coordinator: Actor, split: Split, access: OpenedAccess
) -> None:
    let_in(client, access)
    with writing():
        works.withdraw(coordinator, split.id, split.version, "La famille part")
    assert client.get("/acces/repartition").location == "/acces"


def test_leaving_forgets_the_access_in_this_browser(client: FlaskClient, access: OpenedAccess) -> None:
    token = let_in(client, access)
    assert client.post("/acces/quitter", data={"csrf_token": token}).status_code == 303
    assert client.get("/acces/repartition").location == "/acces"
    assert knock(client, access.reference, access.code).status_code == 303


def queued_mails() -> list[EmailMessage]:
    """The mails waiting to leave, as they will read."""
    rows = db.session.scalars(
        select(OutboxRow.payload).where(OutboxRow.job == MAIL_JOB).order_by(OutboxRow.id)
    )
    return [compose(payload) for payload in rows]


def test_the_code_leaves_by_mail_and_stays_nowhere_after(coordinator: Actor, split: Split) -> None:
    access = make_access(coordinator, split.id, email="Agence@Bailleur.example")
    message = queued_mails()[-1]
    text = message.get_body(("plain",)).get_content()  # type: ignore[union-attr]
    assert message["To"] == "agence@bailleur.example"
    assert access.reference in text
    assert access.code in text
    run_due()
    assert access.code not in str(list(db.session.scalars(select(OutboxRow.payload))))


def test_whoever_was_sent_a_code_is_reminded_there_as_long_as_it_opens(
    coordinator: Actor, split: Split
) -> None:
    sent = make_access(coordinator, split.id, email="agence@bailleur.example")
    twice = make_access(coordinator, split.id, email="agence@bailleur.example")
    closed = make_access(coordinator, split.id, email="autre@bailleur.example")
    make_access(coordinator, split.id)  # by letter
    with writing():
        revoke_access(coordinator, closed.access_id)
    with time_machine.travel(now() + timedelta(days=8), tick=False), writing():
        works.sweep_silence({})
    reminders = {mail["To"]: mail for mail in queued_mails() if "rappel" in mail["Subject"].lower()}

    assert "autre@bailleur.example" not in reminders
    words = reminders["agence@bailleur.example"].get_body(("plain",)).get_content()  # type: ignore[union-attr]
    assert f"/acces?reference={twice.reference}" in words
    assert sent.reference not in words
    assert twice.code not in words


def test_whoever_was_sent_a_code_is_told_when_there_is_a_contract_to_sign(coordinator: Actor) -> None:
    agreed = make_split(make_dossier(state=DossierState.JOINED), 1, SplitState.AGREED)
    access = make_access(coordinator, agreed.id, email="agence@bailleur.example")
    make_contract(agreed.id, rendered=False)
    render({"contract_id": db.session.scalar(select(Contract.id))})
    words = queued_mails()[-1].get_body(("plain",)).get_content()  # type: ignore[union-attr]

    assert queued_mails()[-1]["To"] == "agence@bailleur.example"
    assert f"/acces?reference={access.reference}" in words


def test_the_site_sets_how_long_an_access_lasts(coordinator: Actor, split: Split) -> None:
    assert row_of(make_access(coordinator, split.id)).expires_at - now() < timedelta(days=30)
    with writing():
        set_value(make_actor(make_user(Role.ADMIN)), "core.guests.days", "7")
    assert row_of(make_access(coordinator, split.id)).expires_at - now() < timedelta(days=7)


@pytest.mark.parametrize(
    ("more", "rule"),
    [
        ({"email": "agence"}, "email"),
        ({"email": "a b@c.fr"}, "email"),
        ({"email": "agence@c.fr,autre@d.fr"}, "email"),
        ({"email": "agence..nord@c.fr"}, "email"),
        ({"email": "agénce@c.fr"}, "email"),
        ({"language": "uk"}, "guest.language"),
        ({"days": 0}, "guest.days"),
        ({"days": 181}, "guest.days"),
        ({"side": Side.ALC}, "guest.side"),
        ({"side": Side.PARTNER}, "guest.side"),
    ],
)
def test_an_access_that_makes_no_sense_is_refused(
    coordinator: Actor, split: Split, more: dict[str, object], rule: str
) -> None:
    side = more.pop("side", Side.BAILLEUR)
    with writing(), pytest.raises(Refused) as refused:
        open_access(coordinator, split.id, side, **more)  # type: ignore[arg-type]
    assert refused.value.rule == rule


def test_a_split_never_sent_is_opened_to_no_bailleur(coordinator: Actor) -> None:
    draft = make_split(make_dossier(state=DossierState.JOINED))
    with writing(), pytest.raises(Refused, match="Proposez d’abord"):
        open_access(coordinator, draft.id, Side.BAILLEUR)
    assert make_access(coordinator, draft.id, Side.HOUSEHOLD).code


@pytest.mark.parametrize(
    "role", [Role.ADMIN, Role.DIRECTOR, Role.TISF, Role.AGENT, Role.ANIMATOR, Role.MEMBER]
)
def test_who_does_not_prepare_splits_opens_and_closes_nothing(
    split: Split, access: OpenedAccess, role: Role
) -> None:
    person = make_actor(make_user(role))
    with writing(), pytest.raises(NotAllowed):
        open_access(person, split.id, Side.BAILLEUR)
    with writing(), pytest.raises(NotAllowed):
        revoke_access(person, access.access_id)
