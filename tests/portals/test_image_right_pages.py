"""The right to one’s image on the pages: who says a family is on a picture, who sees it, who notes a refusal."""

from __future__ import annotations

import re

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session, scoped_session

from intranet.access import Role
from intranet.accounts.models import User
from intranet.chantiers import service
from intranet.chantiers.commands import AnswerImage
from intranet.chantiers.image_right import right_of
from intranet.chantiers.models import Chantier, SitePhoto
from intranet.chantiers.terms import ChantierState, Moment, Recognisable
from intranet.clock import today
from intranet.database import writing
from intranet.dossiers.models import Household
from intranet.extensions import db
from intranet.organisations.models import Pole
from intranet.testing.chantiers import Cast, add_photo, let_be_seen, make_chantier
from intranet.testing.factories import make_actor, make_user
from intranet.testing.files import jpeg
from intranet.testing.works import (
    agree_split,
    lines_of,
    make_contract,
    propose_split,
    send_split_back,
    sign_contract,
)
from intranet.works.models import Contract, Split
from intranet.works.terms import SplitState
from tests.portals.on_site import Browser, agent_of, coordinator_of
from tests.portals.splits import make_scene, text_of

pytestmark = pytest.mark.usefixtures("db_session")

SHOWN = 'name="recognisable" value="family"'
ONLY_US = "La famille y paraît</span>"


@pytest.fixture
def running(db_session: scoped_session[Session]) -> Cast:
    return make_chantier(ChantierState.OPEN)


@pytest.fixture
def on_site(client: FlaskClient, running: Cast) -> Browser:
    return Browser(client, running.animator_user, "partner", running.chantier.id)


def photo_form(**words: str) -> dict[str, object]:
    return {
        "moment": "after",
        "taken_on": today().isoformat(),
        "spot": "la porte",
        "file": (jpeg(), "IMG.jpg"),
        **words,
    }


@pytest.mark.parametrize("answer", [None, False])
def test_the_form_offers_the_family_only_where_it_agreed(
    on_site: Browser, running: Cast, answer: bool | None
) -> None:
    let_be_seen(running, answer)
    assert SHOWN not in on_site.get().text
    let_be_seen(running, True)
    assert SHOWN in on_site.get().text


def test_a_forged_form_is_refused_with_the_reason_and_keeps_what_was_typed(on_site: Browser) -> None:
    answer = on_site.post("/photos", **photo_form(recognisable="family", spot="depuis l’évier"))
    assert answer.status_code == 422
    assert "pas encore donné d’accord écrit" in text_of(answer)
    assert 'value="depuis l’évier"' in answer.text
    assert db.session.scalar(select(SitePhoto.id)) is None


def test_a_picture_of_the_family_is_seen_by_alc_and_the_partner_and_never_by_its_landlord(
    app: Flask, on_site: Browser, running: Cast
) -> None:
    let_be_seen(running, True)
    assert on_site.post("/photos", **photo_form(recognisable="family")).status_code == 303
    photo = db.session.scalars(select(SitePhoto)).one()
    alc = Browser(app.test_client(), coordinator_of(running), "staff", running.chantier.id)
    for browser in (on_site, alc):
        assert ONLY_US in browser.get().text
        assert browser.client.get(f"/files/{photo.document_id}").status_code == 200
    landlord = Browser(app.test_client(), agent_of(running), "bailleur", running.chantier.id)
    assert "Les photos prises après les travaux apparaîtront ici" in landlord.get().text
    for path in ("", "/thumbnail"):
        assert landlord.client.get(f"/files/{photo.document_id}{path}").status_code == 404


def test_the_page_hides_such_a_picture_from_a_landlord_even_if_its_file_were_open(
    app: Flask, running: Cast
) -> None:
    """The list of pictures has its own rule: it does not lean on the file's audience."""
    let_be_seen(running, True)
    add_photo(running, Moment.AFTER, recognisable=Recognisable.FAMILY)
    landlord = Browser(app.test_client(), agent_of(running), "bailleur", running.chantier.id)
    assert "<figure>" not in landlord.get().text
    add_photo(running, Moment.AFTER, colour="navy")
    assert landlord.get().text.count("<figure>") == 1


def test_on_site_a_refusal_is_noted_and_what_it_erases_is_said_before(
    on_site: Browser, running: Cast
) -> None:
    let_be_seen(running, True)
    add_photo(running, Moment.DURING, recognisable=Recognisable.FAMILY)
    page = text_of(on_site.get())
    assert "1 photo où elle paraît sera effacée pour tous, sans retour." in page
    assert "La famille accepte de paraître sur les photos (contrat" in page
    answer = on_site.post("/image", answer="refused", seen="agreed")
    assert answer.location.endswith("#image")
    page = text_of(on_site.get())
    assert "La famille ne veut pas paraître sur les photos (noté le" in page
    assert "<figure>" not in page
    assert db.session.scalar(select(SitePhoto.id)) is None


def test_those_on_site_do_not_note_an_agreement_themselves(on_site: Browser, running: Cast) -> None:
    assert "Si la famille accepte, son accord écrit est noté par ALC." in text_of(on_site.get())
    answer = on_site.post("/image", answer="agreed", on=today().isoformat())
    assert answer.status_code == 403
    assert right_of(db.session.get_one(Chantier, running.chantier.id)).agreed is None


def referent_of(cast: Cast) -> User:
    return make_user(Role.REFERENT, pole=pole_of(cast))


def pole_of(cast: Cast) -> Pole:
    household = db.session.get_one(Household, cast.dossier.household_id)
    return db.session.get_one(Pole, household.pole_id)


def test_the_referent_who_does_not_run_the_chantier_notes_the_agreement(app: Flask, running: Cast) -> None:
    browser = Browser(app.test_client(), referent_of(running), "staff", running.chantier.id)
    page = browser.get().text
    assert "La famille n’a pas encore donné d’accord écrit" in page
    wrong = browser.post("/image", answer="agreed", on="31/31/2019", seen="")
    assert wrong.status_code == 422
    assert 'id="image-refused"' in wrong.text
    assert 'value="31/31/2019"' in wrong.text
    assert browser.post("/image", answer="agreed", on=today().isoformat(), seen="").status_code == 303
    assert "accord écrit du" in text_of(browser.get())
    assert browser.post("/image", answer="peut-être").status_code == 422


@pytest.mark.parametrize("role", [Role.DIRECTOR, Role.TISF, Role.ADMIN])
def test_those_who_only_read_see_the_answer_without_a_button(app: Flask, running: Cast, role: Role) -> None:
    dossier = running.dossier
    user = make_user(role, pole=pole_of(running))
    if role is Role.TISF:
        dossier.tisf_id = user.id
        db.session.commit()
    browser = Browser(app.test_client(), user, "staff", running.chantier.id)
    page = browser.get()
    assert page.status_code == 200
    assert "Droit à l’image" in page.text
    assert "/image" not in re.sub(r'"/static[^"]*"', "", page.text)
    assert browser.post("/image", answer="refused").status_code == 403


def test_a_landlord_and_a_stranger_reach_no_such_form(app: Flask, running: Cast) -> None:
    landlord = Browser(app.test_client(), agent_of(running), "bailleur", running.chantier.id)
    assert "Droit à l’image" not in landlord.get().text
    assert landlord.post("/image", answer="refused").status_code == 404
    stranger = Browser(app.test_client(), make_user(Role.ANIMATOR), "partner", running.chantier.id)
    assert stranger.post("/image", answer="refused").status_code == 404


def test_contract_and_amendment_say_what_the_family_answers_today(app: Flask) -> None:
    scene = make_scene(app, SplitState.AGREED)
    alc = scene.alc()
    boss = make_actor(make_user(Role.COORDINATOR))
    with writing():
        contract = sign_contract(make_contract(scene.split_id).id)
        contract.image_consent = True
        db.session.commit()
        chantier = service.open_from_contract(boss, contract.id, today(), None, None)
    url = f"/staff/contracts/{contract.id}"
    assert "La famille accepte de paraître sur les photos (contrat" in text_of(alc.get(url))
    with writing():
        service.answer_image(boss, AnswerImage(chantier.id, False))
    assert "La famille ne veut pas paraître sur les photos (noté le" in text_of(alc.get(url))

    version = db.session.get_one(Contract, contract.id).version
    asked = {"version": str(version), "line": str(lines_of(scene.split_id)[0].id), "reason": "La cuisine"}
    assert alc.post(f"{url}/amendment", asked).status_code == 303
    amendment = db.session.scalars(select(Split).where(Split.amends_id == scene.split_id)).one()
    with writing():
        for step in (propose_split, send_split_back, agree_split):
            step(amendment.id)
    form = alc.get(f"/staff/splits/{amendment.id}/contract").get_data(as_text=True)
    chosen = re.search(r'<input checked[^>]*name="image_consent"[^>]*>', form)
    assert chosen is not None
    assert 'value="no"' in chosen[0]
