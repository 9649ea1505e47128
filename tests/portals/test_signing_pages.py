"""The signing page as each party meets it: staff on site, bailleur, works partner, guests; and forged requests."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Mapping
from datetime import timedelta

import pytest
from flask import Flask
from PIL import Image
from sqlalchemy import select

from intranet.access import OrganisationKind, Role
from intranet.clock import today
from intranet.database import writing
from intranet.documents.models import Document
from intranet.dossiers.terms import DossierState
from intranet.extensions import db
from intranet.jobs.service import run_due
from intranet.organisations.models import Organisation
from intranet.signatures.models import Method, Signature
from intranet.testing.dossiers import make_dossier, make_dwelling
from intranet.testing.factories import make_actor, make_organisation, make_pole, make_user
from intranet.testing.guests import let_in, make_access
from intranet.testing.works import A_DRAWING, make_contract, make_split, sign_contract
from intranet.works.models import Contract
from intranet.works.terms import ContractState, Side, SplitState
from tests.portals.splits import Browser, Scene, make_scene, open_browser, text_of

pytestmark = pytest.mark.usefixtures("db_session")


@pytest.fixture
def scene(app: Flask) -> Scene:
    return make_scene(app, SplitState.AGREED)


@pytest.fixture
def contract_id(scene: Scene) -> int:
    with writing():
        return make_contract(scene.split_id).id


def room(contract_id: int, side: Side = Side.HOUSEHOLD, way: str = "") -> str:
    return f"/contracts/{contract_id}/sign/{side}" + (f"/{way}" if way else "")


def digest(contract_id: int) -> str:
    contract = db.session.get_one(Contract, contract_id, populate_existing=True)
    return db.session.get_one(Document, contract.document_id).digest


def drawn(contract_id: int, **more: str) -> dict[str, str]:
    form = {"draw-name": "Nour Soleil", "draw-strokes": json.dumps(A_DRAWING), "digest": digest(contract_id)}
    return {**form, **more}


def kept(contract_id: int) -> dict[Side, Signature]:
    db.session.expire_all()
    found = db.session.scalars(select(Signature).where(Signature.contract_id == contract_id))
    return {each.side: each for each in found}


def state_of(contract_id: int) -> ContractState:
    return db.session.get_one(Contract, contract_id, populate_existing=True).state


def post_file(browser: Browser, url: str, data: Mapping[str, object]) -> int:
    sent = {"csrf_token": browser.token, **data}
    return browser.client.post(url, data=sent, content_type="multipart/form-data").status_code


def a_picture() -> io.BytesIO:
    file = io.BytesIO()
    Image.new("RGB", (60, 40), "white").save(file, "JPEG")
    file.seek(0)
    return file


def test_the_family_signs_on_the_screen_of_alc(scene: Scene, contract_id: int) -> None:
    alc = scene.alc()
    page = text_of(alc.get(f"/staff/contracts/{contract_id}"))
    assert room(contract_id) in page
    page = text_of(alc.get(room(contract_id)))
    assert digest(contract_id) in page
    assert "/files/" in page
    answer = alc.post(room(contract_id, way="drawn"), drawn(contract_id))

    assert (answer.status_code, answer.location) == (303, f"/staff/contracts/{contract_id}")
    signature = kept(contract_id)[Side.HOUSEHOLD]
    assert (signature.name, signature.method, signature.address) == ("Nour Soleil", Method.DRAWN, "127.0.0.1")
    assert "Nour Soleil" in text_of(alc.get(f"/staff/contracts/{contract_id}"))


def test_a_browser_that_lost_the_answer_sends_the_drawing_again_and_is_told_where_to_go(
    scene: Scene, contract_id: int
) -> None:
    alc, form = scene.alc(), drawn(contract_id, submission="the-same-sending")
    answers = [alc.post(room(contract_id, way="drawn"), form, htmx=True) for _ in range(2)]

    assert [answer.status_code for answer in answers] == [204, 204]
    assert answers[1].headers["HX-Redirect"] == f"/staff/contracts/{contract_id}"
    assert list(kept(contract_id)) == [Side.HOUSEHOLD]


def test_half_a_drawing_signs_nothing_and_gives_back_what_was_typed(scene: Scene, contract_id: int) -> None:
    alc = scene.alc()
    half = json.dumps(A_DRAWING)[:20]
    answer = alc.post(room(contract_id, way="drawn"), drawn(contract_id, **{"draw-strokes": half}))

    assert answer.status_code == 422
    assert "Nour Soleil" in text_of(answer)
    assert kept(contract_id) == {}


def test_brackets_within_brackets_without_end_are_no_drawing(scene: Scene, contract_id: int) -> None:
    endless = drawn(contract_id, **{"draw-strokes": "[" * 100_000})

    assert scene.alc().post(room(contract_id, way="drawn"), endless).status_code == 422
    assert kept(contract_id) == {}


def test_a_page_opened_before_the_contract_was_made_anew_signs_nothing(
    scene: Scene, contract_id: int
) -> None:
    alc = scene.alc()
    for other in ("0" * 64, "é" * 64, ""):
        stale = alc.post(room(contract_id, way="drawn"), drawn(contract_id, digest=other))
        assert stale.status_code == 409
        assert "Ce n’est plus le document que vous avez lu" in text_of(stale)
    form = drawn(contract_id)
    version = str(db.session.get_one(Contract, contract_id).version)
    alc.post(f"/staff/contracts/{contract_id}/cancel", {"version": version, "reason": "Une date"})
    late = alc.post(room(contract_id, way="drawn"), form)

    assert (late.status_code, late.location) == (303, f"/staff/contracts/{contract_id}")
    assert "Ce contrat est annulé" in text_of(alc.get(late.location))
    assert kept(contract_id) == {}


def test_the_code_read_out_is_shown_once_and_signs(scene: Scene, contract_id: int) -> None:
    alc = scene.alc()
    form = {"send-name": "Nour Soleil", "digest": digest(contract_id)}
    page = text_of(alc.post(room(contract_id, way="code/send"), form))
    found = re.search(r'class="sign-code"[^>]*>([A-Z0-9 ]+)<', page)
    assert found is not None
    assert found[1] not in text_of(alc.get(room(contract_id)))
    wrong = alc.post(room(contract_id, way="code"), {"code-code": "ZZZZ ZZZZ", "digest": digest(contract_id)})
    assert wrong.status_code == 422
    assert "Il reste 4 essais" in text_of(wrong)
    right = {"code-code": found[1], "digest": digest(contract_id)}
    assert alc.post(room(contract_id, way="code"), right).status_code == 303

    assert kept(contract_id)[Side.HOUSEHOLD].method is Method.CODE


def test_an_agent_signs_with_the_code_of_her_mail_without_javascript(
    scene: Scene, contract_id: int, capsys: pytest.CaptureFixture[str]
) -> None:
    agent, url = scene.bailleur(), room(contract_id, Side.BAILLEUR, "code")
    sent = agent.post(f"{url}/send", {"digest": digest(contract_id)})
    assert sent.status_code == 303
    with writing():
        run_due()
    found = re.search(r"\b([2-9A-Z]{4} [2-9A-Z]{4})\b", capsys.readouterr().out)
    assert found is not None
    used = agent.post(url, {"code-code": found[1], "digest": digest(contract_id)})

    assert (used.status_code, used.location) == (303, f"/bailleur/contracts/{contract_id}")
    signature = kept(contract_id)[Side.BAILLEUR]
    assert (signature.name, signature.method) == (scene.agent.name, Method.CODE)


def test_a_paper_comes_with_its_scan_which_its_parties_read(scene: Scene, contract_id: int) -> None:
    alc = scene.alc()
    form = {
        "paper-name": "Nour Soleil",
        "paper-signed_on": today().isoformat(),
        "digest": digest(contract_id),
    }
    url = room(contract_id, way="paper")
    assert post_file(alc, url, {**form}) == 422
    assert post_file(alc, url, {**form, "paper-file": (io.BytesIO(b"du texte"), "page.pdf")}) == 422
    late = {**form, "paper-signed_on": (today() + timedelta(days=1)).isoformat()}
    assert post_file(alc, url, {**late, "paper-file": (a_picture(), "page.jpg")}) == 422
    assert kept(contract_id) == {}
    assert post_file(alc, url, {**form, "paper-file": (a_picture(), "page.jpg")}) == 303

    scan = kept(contract_id)[Side.HOUSEHOLD].document_id
    assert scene.bailleur().get(f"/files/{scan}").status_code == 200
    stranger = open_browser(scene.app, make_user(Role.AGENT, make_organisation(OrganisationKind.BAILLEUR)))
    assert stranger.get(f"/files/{scan}").status_code == 404


def another_contract() -> Contract:
    """Of another dossier, its dwelling another bailleur's, with another works partner."""
    dwelling = make_dwelling(make_organisation(OrganisationKind.BAILLEUR))
    split = make_split(make_dossier(dwelling=dwelling, state=DossierState.JOINED), 1, SplitState.AGREED)
    return make_contract(split.id, make_organisation(OrganisationKind.WORKS_PARTNER))


def test_a_paper_signature_opens_no_other_file_to_the_parties_and_hides_none(
    scene: Scene, contract_id: int
) -> None:
    theirs = another_contract()
    partner = db.session.get_one(Organisation, db.session.get_one(Contract, contract_id).partner_id)
    animator = open_browser(scene.app, make_user(Role.ANIMATOR, partner))
    for contract in (contract_id, theirs.id):
        form = {
            "paper-name": "Nour Soleil",
            "paper-signed_on": today().isoformat(),
            "digest": digest(contract),
            "paper-file": (a_picture(), "page.jpg"),
        }
        assert post_file(scene.alc(), room(contract, Side.HOUSEHOLD, "paper"), form) == 303
    own = db.session.get_one(Contract, contract_id, populate_existing=True)
    scan = kept(contract_id)[Side.HOUSEHOLD].document_id
    scans_elsewhere = kept(theirs.id)[Side.HOUSEHOLD].document_id
    for reader in (scene.bailleur(), animator):
        assert reader.get(f"/files/{own.document_id}").status_code == 200
        assert reader.get(f"/files/{scan}").status_code == 200
        assert reader.get(f"/files/{theirs.document_id}").status_code == 404
        assert reader.get(f"/files/{scans_elsewhere}").status_code == 404


@pytest.mark.parametrize("reader", [Side.BAILLEUR, Side.HOUSEHOLD])
def test_a_guest_opens_the_contract_and_the_scan_of_her_own_side_alone(
    scene: Scene, contract_id: int, reader: Side
) -> None:
    alc, scans = scene.alc(), {}
    for side in (Side.HOUSEHOLD, Side.BAILLEUR):
        form = {
            "paper-name": "Nour Soleil",
            "paper-signed_on": today().isoformat(),
            "digest": digest(contract_id),
            "paper-file": (a_picture(), "page.jpg"),
        }
        assert post_file(alc, room(contract_id, side, "paper"), form) == 303
        scans[side] = kept(contract_id)[side].document_id
    other = another_contract()
    contract = db.session.get_one(Contract, contract_id, populate_existing=True)
    papers = (contract.document_id, contract.reading_document_id)
    access = make_access(make_actor(scene.coordinator), scene.split_id, reader)
    client = scene.app.test_client()
    let_in(client, access, "Jeanne Roux")

    assert [client.get(f"/files/{paper}").status_code for paper in papers] == [200, 200]
    page = client.get(f"/contracts/{contract_id}").get_data(as_text=True)
    assert client.get(f"/files/{other.document_id}").status_code == 404
    for side, scan in scans.items():
        own = side is reader
        assert client.get(f"/files/{scan}").status_code == (200 if own else 404)
        assert (f"/files/{scan}" in page) is own


def test_the_bailleur_refuses_with_a_reason_that_alc_reads(scene: Scene, contract_id: int) -> None:
    agent, url = scene.bailleur(), room(contract_id, Side.BAILLEUR, "refuse")
    without = agent.post(url, {"refuse-reason": " ", "digest": digest(contract_id)})
    assert without.status_code == 422
    told = agent.post(url, {"refuse-reason": "Les dates ne vont pas.", "digest": digest(contract_id)})
    assert told.status_code == 303

    assert state_of(contract_id) is ContractState.REFUSED
    assert scene.split.state is SplitState.COUNTERED
    page = text_of(scene.alc().get(f"/staff/contracts/{contract_id}"))
    assert "Les dates ne vont pas." in page
    assert room(contract_id) not in page
    assert scene.alc().get(f"/staff/splits/{scene.split_id}").status_code == 200


def test_the_partner_named_in_the_contract_reads_it_and_signs_nothing_it_does_not_hold(
    scene: Scene, contract_id: int
) -> None:
    partner = db.session.get_one(Contract, contract_id).partner_id
    animator = open_browser(scene.app, make_user(Role.ANIMATOR, db.session.get_one(Organisation, partner)))
    page = text_of(animator.get(f"/contracts/{contract_id}"))
    assert "Attendue" in page
    assert "Lire et signer" not in page
    document = db.session.get_one(Contract, contract_id).document_id
    assert animator.get(f"/files/{document}").status_code == 200
    assert animator.get(room(contract_id, Side.PARTNER)).status_code == 302
    assert animator.post(room(contract_id, Side.PARTNER, "drawn"), drawn(contract_id)).status_code == 303
    assert kept(contract_id) == {}
    assert "Contrat à signer" not in text_of(animator.get("/partner/"))


def test_the_whole_of_it_ends_in_a_sealed_file_each_party_downloads(scene: Scene, contract_id: int) -> None:
    with writing():
        sign_contract(contract_id, Side.HOUSEHOLD, Side.ALC)
    agent = scene.bailleur()
    assert agent.post(room(contract_id, Side.BAILLEUR, "drawn"), drawn(contract_id)).status_code == 303
    with writing():
        run_due()
    contract = db.session.get_one(Contract, contract_id, populate_existing=True)

    assert contract.state is ContractState.SIGNED
    for browser, page in (
        (agent, f"/bailleur/contracts/{contract_id}"),
        (scene.alc(), f"/staff/contracts/{contract_id}"),
    ):
        assert f"/files/{contract.sealed_document_id}" in text_of(browser.get(page))
        assert browser.get(f"/files/{contract.sealed_document_id}").data.startswith(b"%PDF")
    assert agent.get(room(contract_id, Side.BAILLEUR)).location == f"/bailleur/contracts/{contract_id}"


# Who reaches what


WAYS = ("drawn", "code/send", "code", "paper", "refuse")


def test_another_bailleur_sees_nothing_and_signs_nothing(scene: Scene, contract_id: int) -> None:
    stranger = open_browser(scene.app, make_user(Role.AGENT, make_organisation(OrganisationKind.BAILLEUR)))
    for side in Side:
        assert stranger.get(room(contract_id, side)).status_code == 404
        for way in WAYS:
            assert stranger.post(room(contract_id, side, way), drawn(contract_id)).status_code == 404
    assert stranger.get(f"/contracts/{contract_id}").status_code == 404
    assert kept(contract_id) == {}


def test_the_bailleur_signs_for_nobody_else(scene: Scene, contract_id: int) -> None:
    agent = scene.bailleur()
    for side in (Side.HOUSEHOLD, Side.ALC, Side.PARTNER):
        assert agent.get(room(contract_id, side)).status_code == 403
        for way in WAYS:
            assert agent.post(room(contract_id, side, way), drawn(contract_id)).status_code == 403
    assert agent.get(f"/contracts/{contract_id}/sign/everyone").status_code == 404
    assert kept(contract_id) == {}


@pytest.mark.parametrize("role", [Role.TECHNICAL, Role.DIRECTOR, Role.ADMIN, Role.TISF, Role.MEMBER])
def test_a_role_that_signs_for_nobody_is_kept_out(scene: Scene, contract_id: int, role: Role) -> None:
    pole = make_pole("UIP") if role is Role.DIRECTOR else None
    browser = open_browser(scene.app, make_user(role, pole=pole))
    assert browser.get(room(contract_id, Side.ALC)).status_code == 403
    for way in WAYS:
        assert browser.post(room(contract_id, Side.ALC, way), drawn(contract_id)).status_code == 403
    assert kept(contract_id) == {}


def test_a_stranger_is_led_to_the_door(scene: Scene, contract_id: int) -> None:
    answer = scene.app.test_client().get(room(contract_id))
    assert answer.status_code in (302, 303)
    assert "/login" in (answer.location or "")


@pytest.mark.parametrize(("side", "other"), [(Side.BAILLEUR, Side.ALC), (Side.HOUSEHOLD, Side.BAILLEUR)])
def test_a_guest_signs_for_her_side_of_her_own_split_alone(
    scene: Scene, contract_id: int, side: Side, other: Side
) -> None:
    access = make_access(make_actor(scene.coordinator), scene.split_id, side)
    client = scene.app.test_client()
    guest = Browser(client, let_in(client, access, "Jeanne Roux"))
    page = text_of(guest.get(f"/contracts/{contract_id}"))
    assert "Lire et signer" in page
    assert guest.get(room(contract_id, side)).status_code == 200
    assert guest.get(room(contract_id, other)).status_code == 403
    assert guest.post(room(contract_id, other, "drawn"), drawn(contract_id)).status_code == 403
    elsewhere = make_scene(scene.app, SplitState.AGREED)
    with writing():
        theirs = make_contract(elsewhere.split_id).id
    assert guest.get(f"/contracts/{theirs}").status_code == 404
    assert guest.post(room(theirs, side, "drawn"), drawn(theirs)).status_code == 404
    answer = guest.post(room(contract_id, side, "drawn"), drawn(contract_id))

    assert (answer.status_code, answer.location) == (303, f"/contracts/{contract_id}")
    signature = kept(contract_id)[side]
    assert (signature.name, signature.recorded_by) == ("Nour Soleil", None)
    assert signature.guest_id is not None
    assert kept(theirs) == {}


def test_the_family_finds_its_contract_from_its_own_page_in_its_own_language(
    scene: Scene, contract_id: int
) -> None:
    access = make_access(make_actor(scene.coordinator), scene.split_id, Side.HOUSEHOLD)
    client = scene.app.test_client()
    family = Browser(client, let_in(client, access, "Nour Soleil"))
    for language, words in (("fr", "Lire le contrat et le signer"), ("pt", "Ler o contrato e assinar")):
        page = text_of(family.get(f"/acces/famille?lang={language}"))
        assert words in page
        assert f'href="/contracts/{contract_id}"' in page
