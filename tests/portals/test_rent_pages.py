"""The rent and the written consents on screen: each side reads the same figures and answers for itself."""

from __future__ import annotations

import re
from io import BytesIO

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from intranet.access import OrganisationKind, Role
from intranet.clock import today
from intranet.database import writing
from intranet.extensions import db
from intranet.rent.offsets import offset_of
from intranet.testing.dossiers import make_dwelling
from intranet.testing.factories import make_organisation, make_pole, make_user
from intranet.testing.rent import RECEIPT, make_offset, view_of
from intranet.testing.works import bring_split, kind_id, make_parties
from intranet.works import service
from intranet.works.commands import AddLine
from intranet.works.models import Split
from intranet.works.terms import Need, SplitState
from tests.portals.splits import Browser, Scene, make_scene, open_browser, row_of, text_of

pytestmark = pytest.mark.usefixtures("db_session")


def post_file(browser: Browser, url: str, data: bytes = RECEIPT, **fields: str) -> TestResponse:
    values = {"csrf_token": browser.token, **fields, "file": (BytesIO(data), "papier.pdf")}
    return browser.client.post(url, data=values, content_type="multipart/form-data")


def rent_form(scene: Scene, version: int = 0, **more: str) -> dict[str, str]:
    return {
        "version": str(version),
        "line_ids": str(scene.lines[0].id),
        "documented_cents": "600,00",
        "monthly_cents": "50",
        "months": "12",
        "starts_on": today().isoformat(),
        "early_departure": "Le reste est versé sous deux mois.",
        "decency_attested_by": "Jean Agence",
        "decency_attested_on": today().isoformat(),
        **more,
    }


def test_the_whole_clause_from_the_first_figure_to_the_agreement(app: Flask) -> None:
    scene = make_scene(app, SplitState.DRAFT)
    alc, bailleur = scene.alc(), scene.bailleur()
    here, there = f"/staff/splits/{scene.split_id}", f"/bailleur/splits/{scene.split_id}"
    assert "Déduire des travaux de la famille de son loyer" in text_of(alc.get(here))
    assert "Le reste" not in text_of(alc.get(f"{here}/rent"))
    assert "sur justification des dépenses effectuées" in text_of(alc.get(f"{here}/rent"))
    assert alc.post(f"{here}/rent", rent_form(scene)).status_code == 303
    page = text_of(alc.get(f"{here}/rent"))
    assert "50,00 € de moins par mois pendant 12 mois" in page
    assert "soit 600,00 € en tout" in page
    assert "Joignez les devis" in page
    assert (
        post_file(alc, f"{here}/rent/document", version=str(view_of(scene.split_id).version)).status_code
        == 303
    )
    bring_split(scene.split_id, SplitState.PROPOSED)
    assert "Travaux déduits du loyer" in text_of(bailleur.get(there))
    read = text_of(bailleur.get(f"{there}/rent"))
    assert "50,00 € de moins par mois" in read
    digest = re.search(r'name="digest" value="(\w+)"', read)
    assert digest
    assert bailleur.post(f"{there}/rent", {"digest": digest[1], "answer": "yes"}).status_code == 303
    answer = {"digest": digest[1], "answer": "yes", "by_name": "Mme Essai", "on": today().isoformat()}
    assert alc.post(f"{here}/rent/tenant", answer).status_code == 303
    assert view_of(scene.split_id).consented
    assert "Accepté par les deux" in text_of(alc.get(here))
    assert "Mme Essai" in text_of(bailleur.get(f"{there}/rent"))


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"months": "13"}, "12 mois au plus"),
        ({"monthly_cents": "-50"}, "ne peut pas être négatif"),
        ({"monthly_cents": "1,234"}, "deux façons"),
        ({"months": "0"}, "De 1 à 60 mois"),
        ({"documented_cents": ""}, "Indiquez le coût justifié"),
        ({"early_departure": " "}, "dédommagée"),
        ({"line_ids": "999999"}, "n’est plus faite par la famille"),
        ({"line_ids": "abc"}, "Travaux déduits"),
        ({"starts_on": "2119-01-01"}, "2100"),
    ],
)
def test_a_refused_clause_says_why_and_keeps_what_was_typed(
    app: Flask, wrong: dict[str, str], said: str
) -> None:
    scene = make_scene(app, SplitState.DRAFT)
    answer = scene.alc().post(f"/staff/splits/{scene.split_id}/rent", {**rent_form(scene), **wrong})
    page = text_of(answer)
    assert answer.status_code == 422
    assert said in page
    assert "Le reste est versé sous deux mois." in page or "early_departure" in wrong
    assert offset_of(scene.split_id) is None


def test_a_clause_a_colleague_changed_is_not_overwritten(app: Flask) -> None:
    scene = make_scene(app, SplitState.DRAFT)
    make_offset(scene.split_id)
    answer = scene.alc().post(f"/staff/splits/{scene.split_id}/rent", rent_form(scene, 1, months="3"))
    assert answer.status_code == 409
    assert "a été modifiée pendant" in text_of(answer)
    assert 'value="3"' in text_of(answer)
    assert view_of(scene.split_id).terms.months == 12


def test_figures_that_changed_meanwhile_are_not_consented_to(app: Flask) -> None:
    scene = make_scene(app, SplitState.DRAFT)
    make_offset(scene.split_id)
    bring_split(scene.split_id, SplitState.PROPOSED)
    answer = scene.bailleur().post(
        f"/bailleur/splits/{scene.split_id}/rent", {"digest": "0" * 64, "answer": "yes"}
    )
    assert answer.status_code == 409
    assert "ont changé" in text_of(answer)
    assert view_of(scene.split_id).bailleur is None


def test_a_refusal_asks_why(app: Flask) -> None:
    scene = make_scene(app, SplitState.DRAFT)
    digest = make_offset(scene.split_id).digest
    bring_split(scene.split_id, SplitState.PROPOSED)
    bailleur, url = scene.bailleur(), f"/bailleur/splits/{scene.split_id}/rent"
    assert bailleur.post(url, {"digest": digest, "answer": "no"}).status_code == 422
    assert bailleur.post(url, {"digest": digest, "answer": "no", "reason": "Trop long"}).status_code == 303
    assert "Refusé" in text_of(scene.alc().get(f"/staff/splits/{scene.split_id}/rent"))


def test_another_bailleur_and_other_roles_find_nothing_or_may_not(app: Flask) -> None:
    scene = make_scene(app, SplitState.DRAFT)
    make_offset(scene.split_id)
    bring_split(scene.split_id, SplitState.PROPOSED)
    line = scene.lines[0].id
    stranger = open_browser(app, make_user(Role.AGENT, make_organisation(OrganisationKind.BAILLEUR)))
    base = f"/bailleur/splits/{scene.split_id}"
    for url in (f"{base}/rent", f"{base}/lines/{line}/why", f"{base}/lines/{line}/consent"):
        assert stranger.get(url).status_code == 404, url
    assert stranger.post(f"{base}/rent", {"answer": "yes"}).status_code == 404
    here = f"/staff/splits/{scene.split_id}"
    assert scene.bailleur().get(f"{here}/rent").status_code == 404
    director = open_browser(app, make_user(Role.DIRECTOR, pole=make_pole("UIP")))
    assert director.get(f"{here}/rent").status_code == 200
    for url in ("rent", "rent/document", "rent/remove", "rent/tenant", f"lines/{line}/consent"):
        assert director.post(f"{here}/{url}", {"version": "1"}).status_code == 403, url


def test_a_document_of_one_bailleur_is_not_read_by_another_on_the_same_dossier(app: Flask) -> None:
    scene = make_scene(app, SplitState.DRAFT)
    document = make_offset(scene.split_id).document_id
    bring_split(scene.split_id, SplitState.PROPOSED)
    assert scene.bailleur().get(f"/files/{document}").status_code == 200
    stranger = open_browser(app, make_user(Role.AGENT, make_organisation(OrganisationKind.BAILLEUR)))
    assert stranger.get(f"/files/{document}").status_code == 404


def test_a_bailleur_that_comes_after_does_not_read_what_was_joined_with_the_one_before(app: Flask) -> None:
    scene = make_scene(app, SplitState.DRAFT)
    document = make_offset(scene.split_id).document_id
    bring_split(scene.split_id, SplitState.PROPOSED)
    after = make_organisation(OrganisationKind.BAILLEUR)
    other = Split(
        dossier_id=scene.dossier.id, dwelling_id=make_dwelling(after).id, bailleur_id=after.id, number=1
    )
    db.session.add(other)
    db.session.commit()
    newcomer = open_browser(app, make_user(Role.AGENT, after))
    assert newcomer.get(f"/files/{document}").status_code == 404
    assert scene.bailleur().get(f"/files/{document}").status_code == 200


def with_tiles(app: Flask, state: SplitState) -> Scene:
    scene = make_scene(app, SplitState.DRAFT, lines=1)
    tiles = AddLine(scene.split_id, "Cuisine", Need.WISHED, kind_id=kind_id("E.4"))
    with writing():
        service.add_line(make_parties(scene.split).coordinator, tiles)
    bring_split(scene.split_id, state)
    return scene


def test_a_written_consent_is_joined_by_alc_and_read_by_both(app: Flask) -> None:
    scene = with_tiles(app, SplitState.DRAFT)
    alc, line = scene.alc(), scene.lines[-1]
    url = f"/staff/splits/{scene.split_id}/lines/{line.id}/consent"
    assert "art. 7 f" in text_of(alc.get(url))
    missing = alc.post(url, {"version": str(line.version), "consent_on": today().isoformat()})
    assert missing.status_code == 422
    assert "Joignez l’accord écrit" in text_of(missing)
    wrong = post_file(alc, url, b"MZ\x90", version=str(line.version), consent_on=today().isoformat())
    assert wrong.status_code == 422
    done = post_file(alc, url, version=str(line.version), consent_on=today().isoformat())
    assert done.status_code == 303
    bring_split(scene.split_id, SplitState.PROPOSED)
    document = scene.lines[-1].consent_document_id
    for browser, base in ((alc, "staff"), (scene.bailleur(), "bailleur")):
        row = row_of(text_of(browser.get(f"/{base}/splits/{scene.split_id}")), line.id)
        assert "Accord écrit du bailleur, le" in row
        assert f"/files/{document}" in row
        assert browser.get(f"/files/{document}").status_code == 200


def test_the_bailleur_gives_its_written_consent_in_one_click(app: Flask) -> None:
    scene = with_tiles(app, SplitState.PROPOSED)
    bailleur, line = scene.bailleur(), scene.lines[-1]
    row = row_of(text_of(bailleur.get(f"/bailleur/splits/{scene.split_id}")), line.id)
    url = f"/bailleur/splits/{scene.split_id}/lines/{line.id}/consent"
    assert url in row
    assert "Je donne mon accord écrit" in text_of(bailleur.get(url))
    assert bailleur.post(url, {"version": "99"}).status_code == 409
    assert bailleur.post(url, {"version": str(line.version)}).status_code == 303
    assert scene.lines[-1].consent_on == today()


def test_a_line_that_asks_no_consent_offers_none(app: Flask) -> None:
    scene = make_scene(app, SplitState.PROPOSED, lines=1)
    line = scene.lines[0]
    assert "/consent" not in row_of(
        text_of(scene.bailleur().get(f"/bailleur/splits/{scene.split_id}")), line.id
    )
    url = f"/bailleur/splits/{scene.split_id}/lines/{line.id}/consent"
    assert scene.bailleur().post(url, {"version": str(line.version)}).status_code == 422


def test_why_unfolds_in_place_for_htmx_and_is_a_page_without_it(app: Flask) -> None:
    scene = make_scene(app, SplitState.PROPOSED, lines=1)
    url = f"/bailleur/splits/{scene.split_id}/lines/{scene.lines[0].id}/why"
    part = text_of(scene.bailleur().get(url, **{"HX-Request": "true"}))
    assert "<html" not in part
    assert part.count("<li") == 6
    assert "<h1>Pourquoi ?</h1>" in text_of(scene.bailleur().get(url))
    assert scene.bailleur().get(f"/bailleur/splits/{scene.split_id}/lines/999/why").status_code == 404
    db.session.rollback()
