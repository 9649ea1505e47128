"""The household's answer and the contract; the whole story, page by page."""

from __future__ import annotations

import json
import re
from datetime import timedelta

import pytest
from flask import Flask

from intranet.access import OrganisationKind, Role
from intranet.clock import today
from intranet.database import writing
from intranet.dossiers.terms import DossierState, Survey
from intranet.extensions import db
from intranet.jobs.service import run_due
from intranet.settings.service import set_value
from intranet.signatures.queries import document_digest
from intranet.testing.dossiers import make_dossier, make_dwelling, make_household
from intranet.testing.factories import make_actor, make_organisation, make_pole, make_user
from intranet.testing.works import A_DRAWING, make_catalogue, make_contract
from intranet.works.models import Contract, LineAnswer
from intranet.works.terms import ContractState, Side, SplitState
from tests.portals.splits import (
    Scene,
    make_scene,
    open_browser,
    row_of,
    split_of,
    text_of,
    visit_form,
)

pytestmark = pytest.mark.usefixtures("db_session")


def test_from_the_first_line_to_the_signed_contract(app: Flask) -> None:
    make_catalogue()
    bailleur = make_organisation(OrganisationKind.BAILLEUR, "Azur Habitat")
    partner = make_organisation(OrganisationKind.WORKS_PARTNER, "Compagnons Bâtisseurs")
    dwelling = make_dwelling(bailleur, asbestos=Survey.CLEAR, lead=Survey.CLEAR)
    family = make_household(make_pole("UIP"), name="Famille Soleil")
    dossier = make_dossier(dwelling=dwelling, state=DossierState.JOINED, household=family)
    alc = open_browser(app, make_user(Role.COORDINATOR, name="Claire Coordination"))
    agent = open_browser(app, make_user(Role.AGENT, bailleur, name="Jean Agence"))

    for code, room in (("III.a.4", "Séjour"), ("IV.d.3", "Cuisine"), ("L.5", "Tout le logement")):
        form = visit_form(code, room=room, materials_cents="40", minutes="4")
        assert alc.post(f"/staff/dossiers/{dossier.id}/visit", form).status_code == 303
    split_id = split_of(dossier.id).id
    assert alc.get(f"/staff/dossiers/{dossier.id}/split").location == f"/staff/splits/{split_id}"
    staff, other = f"/staff/splits/{split_id}", f"/bailleur/splits/{split_id}"
    scene = Scene(app, dossier, split_id, make_user(Role.COORDINATOR), make_user(Role.AGENT, bailleur))

    def version() -> str:
        return str(scene.split.version)

    def answer(number: int, **data: str) -> int:
        line = scene.lines[number]
        return agent.post(f"{other}/lines/{line.id}/answer", {"digest": line.digest, **data}).status_code

    assert alc.post(f"{staff}/propose", {"version": version(), "message": "Voici"}).status_code == 303
    assert "Famille Soleil" in text_of(agent.get("/bailleur/"))
    assert answer(0, answer="accepted") == 303
    assert answer(1, answer="countered", holder="bailleur", payer="bailleur", comment="Nous le ferons") == 303
    assert answer(2, answer="accepted") == 303
    assert agent.post(f"{other}/send-back", {"version": version()}).status_code == 303

    line = scene.lines[1]
    assert "Le bailleur" in row_of(text_of(alc.get(staff)), line.id)
    assert alc.post(f"{staff}/lines/{line.id}/adopt", {"version": str(line.version)}).status_code == 303
    assert alc.post(f"{staff}/propose", {"version": version()}).status_code == 303
    assert "La famille → Le bailleur" in row_of(text_of(agent.get(other)), line.id)
    assert agent.post(f"{other}/send-back", {"version": version(), "message": "Entendu"}).status_code == 303

    assert "Recueillir la réponse de la famille" in text_of(alc.get(staff))
    given = {f"line-{each.id}": "yes" for each in scene.lines}
    taken = {"version": version(), "answered_on": today().isoformat(), "place": "Au logement", **given}
    assert alc.post(f"{staff}/household", taken).status_code == 303
    assert scene.split.state is SplitState.AGREED

    form = {
        "version": version(),
        "support_technical": "Un animateur deux jours par semaine.",
        "support_social": "Une visite par semaine.",
        "starts_on": (today() + timedelta(days=10)).isoformat(),
        "ends_on": (today() + timedelta(days=40)).isoformat(),
        "days_a_week": "2",
        "partner_id": str(partner.id),
    }
    issued = alc.post(f"{staff}/contract", form)
    assert issued.status_code == 303
    contract = db.session.scalars(db.select(Contract)).one()
    page = text_of(alc.get(issued.location))
    assert "en préparation" in page
    assert "hx-get" in page
    assert "/files/" not in text_of(alc.get(f"/staff/contracts/{contract.id}/document"))
    with writing():
        run_due()
    assert "/files/" in text_of(alc.get(f"/staff/contracts/{contract.id}/document"))
    digest = document_digest(contract.id)
    for signer, side in ((alc, "household"), (agent, "bailleur"), (alc, "alc")):
        signed = {
            "draw-name": f"Signataire {side}",
            "draw-strokes": json.dumps(A_DRAWING),
            "digest": digest,
        }
        assert signer.post(f"/contracts/{contract.id}/sign/{side}/drawn", signed).status_code == 303
    db.session.expire_all()
    assert db.session.get_one(Contract, contract.id).state is ContractState.SIGNED
    assert split_of(scene.dossier.id).state is SplitState.SIGNED
    assert f"/staff/contracts/{contract.id}/chantier" in text_of(alc.get(f"/staff/contracts/{contract.id}"))
    assert "Signé" in text_of(agent.get(f"/bailleur/contracts/{contract.id}"))


def test_a_family_that_refuses_a_line_sends_it_back_to_alc(app: Flask) -> None:
    scene = make_scene(app, SplitState.COUNTERED)
    browser = scene.alc()
    url = f"/staff/splits/{scene.split_id}/household"
    first, *rest = scene.lines
    data = {f"line-{line.id}": "yes" for line in rest} | {f"line-{first.id}": "talk"}
    wrong = browser.post(url, {"version": str(scene.split.version), "answered_on": "", **data})
    assert wrong.status_code == 422
    assert re.search(rf'name="line-{first.id}" value="talk" checked', text_of(wrong))
    right = {"version": str(scene.split.version), "answered_on": today().isoformat(), **data}
    assert browser.post(url, right).status_code == 303
    assert scene.split.state is SplitState.COUNTERED
    page = text_of(browser.get(f"/staff/splits/{scene.split_id}"))
    assert "1 ligne en discussion" in page
    assert "Proposer à nouveau" in page


def test_a_contract_begins_with_the_usual_support_and_is_read_before_it_is_established(app: Flask) -> None:
    scene = make_scene(app, SplitState.AGREED)
    with writing():
        set_value(
            make_actor(make_user(Role.ADMIN)), "core.contract.support_social", "Une visite par semaine."
        )
    url, browser = f"/staff/splits/{scene.split_id}/contract", scene.alc()
    assert "Une visite par semaine." in text_of(browser.get(url))
    form = {
        "version": str(scene.split.version),
        "support_technical": "Un animateur",
        "support_social": "Une visite",
        "starts_on": (today() + timedelta(days=10)).isoformat(),
        "ends_on": (today() + timedelta(days=40)).isoformat(),
        "days_a_week": "2",
        "preview": "1",
    }
    answer = browser.post(url, form)
    assert (answer.status_code, answer.mimetype) == (200, "application/pdf")
    assert answer.headers["Cache-Control"] == "no-store"
    assert db.session.scalars(db.select(Contract)).all() == []
    assert scene.split.state is SplitState.AGREED
    late = browser.post(url, {**form, "ends_on": (today() + timedelta(days=5)).isoformat()})
    assert late.status_code == 422


def test_the_contract_form_refuses_what_cannot_be_and_keeps_the_rest(app: Flask) -> None:
    scene = make_scene(app, SplitState.AGREED)
    form = {
        "version": str(scene.split.version),
        "support_technical": "Mon texte à garder",
        "support_social": "Autre texte",
        "starts_on": (today() + timedelta(days=40)).isoformat(),
        "ends_on": (today() + timedelta(days=10)).isoformat(),
        "days_a_week": "2",
    }
    answer = scene.alc().post(f"/staff/splits/{scene.split_id}/contract", form)
    assert answer.status_code == 422
    assert "La fin est avant le début" in text_of(answer)
    assert "Mon texte à garder" in text_of(answer)
    assert db.session.scalars(db.select(Contract)).all() == []


def test_a_contract_in_hand_is_signed_once_by_each_and_may_be_cancelled(app: Flask) -> None:
    scene = make_scene(app, SplitState.AGREED)
    with writing():
        contract_id = make_contract(scene.split_id).id
    browser = scene.alc()
    url, sign = f"/staff/contracts/{contract_id}", f"/contracts/{contract_id}/sign/household/drawn"
    signed = {
        "draw-name": "Mme Soleil",
        "draw-strokes": json.dumps(A_DRAWING),
        "digest": document_digest(contract_id),
    }
    browser.post(sign, signed)
    other = {**signed, "draw-name": "M. Soleil", "draw-strokes": json.dumps([[[0, 0], [900, 300]]])}
    assert browser.post(sign, other).status_code == 303
    page = text_of(browser.get(url))
    assert "déjà enregistrée" in page
    assert "Mme Soleil" in page
    assert "M. Soleil" not in page
    version = str(db.session.get_one(Contract, contract_id, populate_existing=True).version)
    browser.post(f"{url}/cancel", {"version": version, "reason": "Une date à corriger"})
    state = db.session.get_one(Contract, contract_id, populate_existing=True).state
    assert state is ContractState.CANCELLED
    assert scene.split.state is SplitState.AGREED


def test_a_household_answer_about_another_split_is_left_aside(app: Flask) -> None:
    scene, other = make_scene(app, SplitState.COUNTERED), make_scene(app, SplitState.COUNTERED)
    stranger = other.lines[0].id
    data = {f"line-{stranger}": "yes", "version": str(scene.split.version)}
    url = f"/staff/splits/{scene.split_id}/household"
    scene.alc().post(url, {**data, "answered_on": today().isoformat()})
    assert db.session.get(LineAnswer, (stranger, Side.HOUSEHOLD)) is None


def test_a_family_has_not_agreed_to_what_was_changed_in_another_tab(app: Flask) -> None:
    scene = make_scene(app, SplitState.COUNTERED)
    alc, line = scene.alc(), scene.lines[0]
    url = f"/staff/splits/{scene.split_id}/household"
    page = {"version": str(scene.split.version), "answered_on": today().isoformat(), "place": "Au bureau"}
    page |= {f"line-{each.id}": "yes" for each in scene.lines}
    changed = {
        "room": "Une autre pièce",
        "need": line.need,
        "cause": line.cause,
        "holder": line.holder,
        "kind_id": str(line.kind_id),
        "materials_payer": line.materials_payer,
    }
    form = {**changed, "version": str(line.version)}
    assert alc.post(f"/staff/splits/{scene.split_id}/lines/{line.id}", form).status_code == 303

    stale = alc.post(url, page)

    assert stale.status_code == 409
    assert "Vous avez changé la répartition depuis que cette page est ouverte" in text_of(stale)
    assert "Une autre pièce" in text_of(stale)
    assert db.session.get(LineAnswer, (line.id, Side.HOUSEHOLD)) is None
    read_again = {**page, "version": str(scene.split.version)}
    assert alc.post(url, read_again).status_code == 303
    kept = db.session.get(LineAnswer, (line.id, Side.HOUSEHOLD), populate_existing=True)
    assert kept is not None
    assert kept.digest == scene.lines[0].digest
