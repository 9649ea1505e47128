"""The contract's pages as people use them: its texts written on screen, a document that fails, an amendment."""

from __future__ import annotations

import io
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from pypdf import PdfReader
from werkzeug.test import TestResponse

from intranet.access import Role
from intranet.clock import today
from intranet.config import settings
from intranet.database import writing
from intranet.dossiers.models import Dossier, DossierState
from intranet.extensions import db
from intranet.jobs.service import run_due
from intranet.testing.factories import make_user
from intranet.testing.works import (
    agree_split,
    fresh,
    lines_of,
    make_contract,
    propose_split,
    send_split_back,
    sign_contract,
)
from intranet.works.models import Contract, ContractText, Split
from intranet.works.terms import SplitState
from tests.conftest import Statements
from tests.portals.splits import Browser, Scene, make_scene, open_browser, text_of

pytestmark = pytest.mark.usefixtures("db_session")

TEXTS = "/staff/administration/contract"
SAFETY = f"{TEXTS}/fr/safety"


@pytest.fixture
def coordination(app: Flask) -> Browser:
    return open_browser(app, make_user(Role.COORDINATOR, name="Claire Coordination"))


def words_of(answer: TestResponse) -> str:
    assert answer.mimetype == "application/pdf"
    reader = PdfReader(io.BytesIO(answer.get_data()))
    return " ".join(" ".join(page.extract_text().split()) for page in reader.pages)


def signed_scene(app: Flask) -> tuple[Scene, int]:
    scene = make_scene(app, SplitState.AGREED)
    with writing():
        contract_id = sign_contract(make_contract(scene.split_id).id).id
    return scene, contract_id


# Texts


def test_a_text_is_written_seen_in_the_sample_and_put_back(coordination: Browser) -> None:
    typed = {"title": "Pour votre sécurité", "text": "Portez les **gants** de {association}.", "last": "0"}
    assert coordination.post(SAFETY, typed).status_code == 303

    listed = text_of(coordination.get(TEXTS))
    assert "écrit par Claire Coordination" in listed
    assert "Pas de version anglaise" in listed
    assert "Pour votre sécurité" in words_of(coordination.get(f"{TEXTS}/preview/fr.pdf"))
    page = text_of(coordination.get(SAFETY))
    assert "Portez les **gants**" in page
    assert "Les équipements de protection sont remis" in page  # the default, to compare

    last = str(db.session.scalars(db.select(ContractText.id)).one())
    assert coordination.post(f"{SAFETY}/restore", {"last": last}).status_code == 303
    assert "Pour votre sécurité" not in words_of(coordination.get(f"{TEXTS}/preview/fr.pdf"))
    assert "a rétabli le texte d’origine" in text_of(coordination.get(SAFETY))


def test_a_text_is_seen_in_pdf_before_it_is_saved(coordination: Browser) -> None:
    answer = coordination.post(f"{SAFETY}/preview", {"title": "Essai", "text": "Mot introuvable ailleurs"})

    assert "Mot introuvable ailleurs" in words_of(answer)
    assert db.session.scalars(db.select(ContractText)).all() == []


@pytest.mark.parametrize("path", [SAFETY, f"{SAFETY}/preview"])
def test_a_wrong_text_comes_back_with_its_reason_and_what_was_typed(coordination: Browser, path: str) -> None:
    answer = coordination.post(path, {"title": "Essai", "text": "Bonjour {prenom}", "last": "0"})

    assert answer.status_code == 422
    assert "« {prenom} » ne veut rien dire ici" in text_of(answer)
    assert "Bonjour {prenom}" in text_of(answer)


def test_a_colleague_who_wrote_first_is_not_overwritten(coordination: Browser) -> None:
    coordination.post(SAFETY, {"title": "Un", "text": "Le premier", "last": "0"})
    answer = coordination.post(SAFETY, {"title": "Deux", "text": "Le second", "last": "0"})

    assert answer.status_code == 409
    assert "Le second" in text_of(answer)
    assert "Le premier" in text_of(answer)


def test_unknown_texts_and_languages_are_not_found(coordination: Browser) -> None:
    for path in ("/fr/nothing", "/de/safety", "/preview/de.pdf"):
        assert coordination.get(TEXTS + path).status_code == 404


@pytest.mark.parametrize("role", [Role.REFERENT, Role.TECHNICAL, Role.DIRECTOR])
def test_only_the_coordination_reaches_the_texts(app: Flask, role: Role) -> None:
    browser = open_browser(app, make_user(role))
    for path in (TEXTS, SAFETY, f"{TEXTS}/preview/fr.pdf", f"{TEXTS}/template.typ"):
        assert browser.get(path).status_code == 403
    assert browser.post(SAFETY, {"title": "x", "text": "y", "last": "0"}).status_code == 403


def test_the_list_of_texts_takes_as_many_statements_with_texts_as_without(
    coordination: Browser, count_statements: Callable[[], AbstractContextManager[Statements]]
) -> None:
    coordination.get(TEXTS)
    with count_statements() as before:
        coordination.get(TEXTS)
    for part in ("safety", "intro", "footer", "data"):
        coordination.post(f"{TEXTS}/fr/{part}", {"title": "Titre", "text": "Texte", "last": "0"})
    with count_statements() as after:
        coordination.get(TEXTS)
    assert after.count == before.count


# The site's own template


def write_template(source: str) -> Path:
    folder = settings().instance / "templates"
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "contract.typ"
    path.write_text(source, encoding="utf-8")
    return path


def test_a_site_begins_its_template_from_ours_and_reads_what_is_wrong_with_it(coordination: Browser) -> None:
    ours = coordination.get(f"{TEXTS}/template.typ").get_data(as_text=True)
    write_template(ours)
    assert "en service et fonctionne" in text_of(coordination.get(TEXTS))
    write_template(ours + "\n#pas_ferme(")

    page = text_of(coordination.get(TEXTS))
    assert "aucun contrat ne peut être fabriqué" in page
    assert "contract.typ" in page
    assert coordination.get(f"{TEXTS}/preview/fr.pdf").status_code == 303


def test_a_contract_whose_template_is_broken_says_so_and_is_made_again_on_demand(app: Flask) -> None:
    scene = make_scene(app, SplitState.AGREED)
    template = write_template("#pas_ferme(")
    with writing():
        contract_id = make_contract(scene.split_id).id
    alc, url = scene.alc(), f"/staff/contracts/{contract_id}"

    page = text_of(alc.get(url))
    assert "n’a pas pu être fabriqué" in page
    assert "contract.typ" in page
    assert "Essayer à nouveau" in page
    theirs = text_of(scene.bailleur().get(f"/bailleur/contracts/{contract_id}"))
    assert "n’a pas pu être fabriqué" in theirs
    assert "contract.typ" not in theirs
    assert "Essayer à nouveau" not in theirs
    template.unlink()
    assert alc.post(f"{url}/render").status_code == 303
    with writing():
        run_due()
    assert "Télécharger le contrat" in text_of(alc.get(url))
    assert "Copie de lecture en anglais" in text_of(alc.get(url))
    assert scene.bailleur().post(f"{url}/render").status_code in (403, 404)


def test_the_bailleur_opens_the_contract_and_its_reading_copy(app: Flask) -> None:
    scene = make_scene(app, SplitState.AGREED)
    with writing():
        contract = make_contract(scene.split_id)
    ids = (contract.document_id, contract.reading_document_id)
    for document_id in ids:
        assert scene.bailleur().get(f"/files/{document_id}").status_code == 200
    stranger = make_scene(app, SplitState.AGREED).bailleur()
    for document_id in ids:
        assert stranger.get(f"/files/{document_id}").status_code == 404


# Establishing


def test_the_form_asks_for_volunteers_insurance_and_the_image_consent(app: Flask) -> None:
    scene = make_scene(app, SplitState.AGREED)
    form = {
        "version": str(scene.split.version),
        "support_technical": "Un animateur",
        "support_social": "Une visite",
        "support_volunteers": "Deux voisines",
        "starts_on": (today() + timedelta(days=10)).isoformat(),
        "ends_on": (today() + timedelta(days=40)).isoformat(),
        "days_a_week": "2",
        "insurance": "Mutuelle des Essais, police 12",
        "insured_until": (today() + timedelta(days=300)).isoformat(),
        "image_consent": "no",
    }
    past = {**form, "insured_until": (today() - timedelta(days=1)).isoformat()}
    refused = scene.alc().post(f"/staff/splits/{scene.split_id}/contract", past)
    assert refused.status_code == 422
    assert "déjà périmée" in text_of(refused)

    assert scene.alc().post(f"/staff/splits/{scene.split_id}/contract", form).status_code == 303
    contract = db.session.scalars(db.select(Contract)).one()
    assert (contract.support_volunteers, contract.image_consent) == ("Deux voisines", False)
    page = text_of(scene.alc().get(f"/staff/contracts/{contract.id}"))
    assert "Mutuelle des Essais" in page
    assert "La famille refuse d’y paraître" in page


# Amending


def test_an_amendment_is_opened_from_the_contract_and_every_page_says_what_is_in_force(app: Flask) -> None:
    scene, contract_id = signed_scene(app)
    alc, url = scene.alc(), f"/staff/contracts/{contract_id}"
    number = db.session.get_one(Contract, contract_id).number
    assert "Ouvrir un avenant" in text_of(alc.get(url))

    chosen = lines_of(scene.split_id)[0]
    form = {"version": str(db.session.get_one(Contract, contract_id).version), "line": str(chosen.id)}
    empty = alc.post(f"{url}/amendment", {**form, "reason": ""})
    assert empty.status_code == 422
    assert f'value="{chosen.id}" checked' in text_of(empty)
    opened = alc.post(f"{url}/amendment", {**form, "reason": "La cuisine attend"})
    assert opened.status_code == 303
    amendment = db.session.scalars(db.select(Split).where(Split.amends_id == scene.split_id)).one()
    assert opened.location == f"/staff/splits/{amendment.id}"

    assert "Avenant en préparation" in text_of(alc.get(opened.location))
    for path in (url, f"/staff/splits/{scene.split_id}", f"/staff/dossiers/{scene.dossier.id}"):
        page = text_of(alc.get(path))
        assert "en vigueur" in page, path
        assert number in page, path
    assert "Ouvrir un avenant" not in text_of(alc.get(url))
    assert alc.post(f"{url}/amendment", {**form, "reason": "Encore"}).status_code in (409, 422)


def test_an_amendment_that_opens_nothing_says_what_can_be_done_and_is_not_proposed_so(app: Flask) -> None:
    scene, contract_id = signed_scene(app)
    alc, url = scene.alc(), f"/staff/contracts/{contract_id}"
    form = {
        "version": str(db.session.get_one(Contract, contract_id).version),
        "reason": "Une étagère de plus",
    }
    opened = alc.post(f"{url}/amendment", form).location
    assert "Vous n’avez rouvert aucune ligne : vous pouvez ajouter des travaux" in text_of(alc.get(opened))
    amendment = db.session.scalars(db.select(Split).where(Split.amends_id == scene.split_id)).one()
    refused = alc.post(f"{opened}/propose", {"version": str(amendment.version)})
    assert refused.status_code == 422
    assert "Cet avenant ne change rien aux travaux du contrat en vigueur" in text_of(refused)
    given_up = alc.post(f"{opened}/withdraw", {"version": str(amendment.version), "reason": "Par erreur"})
    assert given_up.status_code == 303
    assert "Ouvrir un avenant" in text_of(alc.get(url))


def test_an_amendment_of_the_calendar_alone_is_established_from_its_page(app: Flask) -> None:
    scene, contract_id = signed_scene(app)
    alc = scene.alc()
    former = db.session.get_one(Contract, contract_id)
    assert former.starts_on is not None
    assert former.ends_on is not None
    opening = {"version": str(former.version), "reason": "Le chantier prend du retard"}
    opened = alc.post(f"/staff/contracts/{contract_id}/amendment", opening).location
    page = text_of(alc.get(opened))
    assert "ou établir l’avenant pour ne changer que le calendrier" in page
    assert "Aucune ligne n’est rediscutée." in page
    assert f'href="{opened}/contract"' in page
    assert "Proposer au bailleur" not in page

    assert "Chacun signe l’avenant, ou refuse." in text_of(alc.get(f"{opened}/contract"))
    amendment = db.session.scalars(db.select(Split).where(Split.amends_id == scene.split_id)).one()
    form = {
        "version": str(amendment.version),
        "support_technical": former.support_technical,
        "support_social": former.support_social,
        "starts_on": former.starts_on.isoformat(),
        "ends_on": former.ends_on.isoformat(),
        "days_a_week": str(former.days_a_week),
        "partner_id": str(former.partner_id),
    }
    same = alc.post(f"{opened}/contract", form)
    assert same.status_code == 422
    assert "changez le calendrier ou l’accompagnement" in text_of(same)
    assert fresh(amendment.id).state is SplitState.DRAFT

    later = (former.ends_on + timedelta(days=30)).isoformat()
    made = alc.post(f"{opened}/contract", {**form, "ends_on": later})
    assert made.status_code == 303
    assert f"{former.number}-A1" in text_of(alc.get(made.location))
    theirs = scene.bailleur()
    assert theirs.get(f"/bailleur/splits/{amendment.id}").status_code == 200
    assert f"{former.number}-A1" in text_of(theirs.get(made.location.replace("/staff/", "/bailleur/")))


def test_the_form_of_an_amendment_begins_with_what_the_contract_said(app: Flask) -> None:
    scene, contract_id = signed_scene(app)
    alc = scene.alc()
    former = db.session.get_one(Contract, contract_id)
    alc.post(
        f"/staff/contracts/{contract_id}/amendment",
        {
            "version": str(former.version),
            "line": str(lines_of(scene.split_id)[0].id),
            "reason": "La cuisine attend",
        },
    )
    amendment = db.session.scalars(db.select(Split).where(Split.amends_id == scene.split_id)).one()
    with writing():
        for step in (propose_split, send_split_back, agree_split):
            step(amendment.id)

    page = text_of(alc.get(f"/staff/splits/{amendment.id}/contract"))
    assert "Avenant au contrat" in page
    assert "Un éducateur technique, deux jours par semaine." in page
    form = {
        "version": str(fresh(amendment.id).version),
        "support_technical": "Un éducateur",
        "support_social": "Une visite",
        "starts_on": (today() - timedelta(days=10)).isoformat(),  # the works have begun
        "ends_on": (today() + timedelta(days=40)).isoformat(),
        "days_a_week": "2",
        "partner_id": str(former.partner_id),
    }
    answer = alc.post(f"/staff/splits/{amendment.id}/contract", form)
    assert answer.status_code == 303
    made = db.session.scalars(db.select(Contract).where(Contract.amends_id == contract_id)).one()
    assert made.number == f"{former.number}-A1"


def test_the_bailleur_reads_which_contract_is_in_force(app: Flask) -> None:
    scene, contract_id = signed_scene(app)
    url = f"/staff/contracts/{contract_id}/amendment"
    version = str(db.session.get_one(Contract, contract_id).version)
    line = str(lines_of(scene.split_id)[0].id)
    scene.alc().post(url, {"version": version, "line": line, "reason": "La cuisine attend"})
    theirs = scene.bailleur()
    assert "avenant" not in text_of(theirs.get(f"/bailleur/contracts/{contract_id}")).lower()

    amendment = db.session.scalars(db.select(Split).where(Split.amends_id == scene.split_id)).one()
    with writing():
        propose_split(amendment.id)
    assert "Contrat en vigueur" in text_of(theirs.get(f"/bailleur/contracts/{contract_id}"))
    assert "reste" in text_of(theirs.get(f"/bailleur/splits/{amendment.id}"))
    assert fresh(amendment.id).state is SplitState.PROPOSED


def test_no_amendment_is_offered_once_the_family_is_settled(app: Flask) -> None:
    scene, contract_id = signed_scene(app)
    url = f"/staff/contracts/{contract_id}"
    assert f'href="{url}/amendment"' in text_of(scene.alc().get(url))

    db.session.get_one(Dossier, scene.dossier.id).state = DossierState.SETTLED
    db.session.commit()
    assert f'href="{url}/amendment"' not in text_of(scene.alc().get(url))
    assert "Seul un contrat signé s’amende" in text_of(scene.alc().get(f"{url}/amendment"))


def test_a_stranger_amends_nothing(app: Flask) -> None:
    scene, contract_id = signed_scene(app)
    url = f"/staff/contracts/{contract_id}/amendment"
    assert scene.bailleur().post(url, {"reason": "Je force"}).status_code in (403, 404)
    assert open_browser(app, make_user(Role.DIRECTOR)).get(url).status_code in (403, 404)
    assert fresh(scene.split_id).state is SplitState.SIGNED
