"""The wear grids on screen: previewed, imported whole or not at all, exported; a damage worked out on its form."""

from __future__ import annotations

import re
from io import BytesIO

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from intranet.access import OrganisationKind, Role
from intranet.extensions import db
from intranet.testing.factories import make_organisation, make_pole, make_user
from intranet.testing.works import kind_id, make_catalogue
from intranet.wear.models import WearGrid
from intranet.works.terms import Cause, SplitState
from tests.portals.splits import Browser, Scene, make_scene, open_browser, row_of, text_of, visit_form

pytestmark = pytest.mark.usefixtures("db_session")

HEADING = "code;lifetime_years;free_years;yearly_discount_pct;residual_pct\n"
GOOD = HEADING + "L.13;7;1;25;5\nL.14;10;3;11;20\n"
FIELDS = {"name": "Grille 2019", "source": "Accord collectif du 12 mars 2019", "starts_on": "2019-01-01"}


def sent(browser: Browser, url: str, data: bytes | None, **fields: str) -> TestResponse:
    values: dict[str, object] = {"csrf_token": browser.token, **FIELDS, **fields}
    if data is not None:
        values["file"] = (BytesIO(data), "grille.csv")
    return browser.client.post(url, data=values, content_type="multipart/form-data")


@pytest.fixture
def desk(app: Flask) -> tuple[Browser, str]:
    make_catalogue()
    owner = make_organisation(OrganisationKind.BAILLEUR, "Azur Essai")
    browser = open_browser(app, make_user(Role.COORDINATOR))
    return browser, f"/staff/administration/wear/{owner.id}"


def grids() -> int:
    db.session.rollback()
    return db.session.query(WearGrid).count()


def test_the_list_says_which_grid_each_bailleur_follows(desk: tuple[Browser, str]) -> None:
    browser, url = desk
    assert "Grille du catalogue" in text_of(browser.get("/staff/administration/wear"))
    page = text_of(browser.get(url))
    assert "suit celle du catalogue" in page
    assert "L.13" in page


def test_a_file_is_previewed_then_imported_as_it_was_shown(desk: tuple[Browser, str]) -> None:
    browser, url = desk
    page = text_of(sent(browser, f"{url}/import", GOOD.encode("utf-8-sig")))
    assert "Importer cette grille" in page
    assert "avant : 7 ans, 2 sans abattement, 18 % par an, 10 %" in page
    assert grids() == 0, "a preview keeps nothing"
    shown = re.search(r'<textarea name="text"[^>]*>\n(.*?)</textarea>', page, re.DOTALL)
    assert shown
    done = sent(browser, f"{url}/import", None, text=shown[1], confirm="1")
    assert done.status_code == 303
    after = text_of(browser.get(url))
    assert "En vigueur aujourd’hui : Grille 2019 (Accord collectif du 12 mars 2019)" in after
    assert "a importé la grille de vétusté « Grille 2019 » de Azur Essai" in after
    assert grids() == 1


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (HEADING + "L.13;7;1;25;5\nZ.9;1;1;1;1\nL.14;10;x;11;20\n", ["Ligne 3 : ", "Ligne 4 : "]),
        (GOOD.replace(";", ","), ["points-virgules"]),
        ("PK\x03\x04 un classeur", ["n’est pas un tableau CSV"]),
        ("", ["vide"]),
    ],
)
def test_a_wrong_file_is_answered_with_what_to_mend_and_imports_nothing(
    desk: tuple[Browser, str], data: str, said: list[str]
) -> None:
    browser, url = desk
    answer = sent(browser, f"{url}/import", data.encode())
    page = text_of(answer)
    assert answer.status_code == 422
    assert all(each in page for each in said)
    assert 'value="Grille 2019"' in page, "what was typed is kept"
    assert "Importer cette grille" not in page
    assert grids() == 0


def test_a_forged_confirmation_of_a_wrong_text_imports_nothing(desk: tuple[Browser, str]) -> None:
    browser, url = desk
    answer = sent(browser, f"{url}/import", None, text=GOOD + "Z;1;1;1;1\n", confirm="1")
    assert answer.status_code == 422
    assert "Ligne 4" in text_of(answer)
    assert grids() == 0


def test_without_a_file_or_a_date_the_form_says_so(desk: tuple[Browser, str]) -> None:
    browser, url = desk
    assert "Choisissez un fichier" in text_of(sent(browser, f"{url}/import", None))
    assert "Indiquez le premier jour" in text_of(sent(browser, f"{url}/import", GOOD.encode(), starts_on=""))


def test_a_second_grid_of_the_same_day_is_refused_on_the_page(desk: tuple[Browser, str]) -> None:
    browser, url = desk
    for status in (303, 422):
        assert sent(browser, f"{url}/import", None, text=GOOD, confirm="1").status_code == status
    assert grids() == 1


def test_what_is_exported_can_be_imported_again(desk: tuple[Browser, str]) -> None:
    browser, url = desk
    sent(browser, f"{url}/import", None, text=GOOD, confirm="1")
    exported = browser.get(f"{url}/grid.csv").get_data()
    assert b"L.13;" in exported
    assert b";7;1;25;5" in exported
    page = text_of(sent(browser, f"{url}/import", exported, starts_on="2019-06-01"))
    assert "dont aucune ne change." in page


def test_a_grid_imported_by_mistake_is_withdrawn(desk: tuple[Browser, str]) -> None:
    browser, url = desk
    sent(browser, f"{url}/import", None, text=GOOD, confirm="1")
    grid = db.session.query(WearGrid).one()
    assert browser.post(f"{url}/grids/{grid.id + 1}/withdraw").status_code == 404
    assert browser.post(f"{url}/grids/{grid.id}/withdraw").status_code == 303
    assert grids() == 0


@pytest.mark.parametrize("role", [Role.REFERENT, Role.TECHNICAL, Role.DIRECTOR, Role.AGENT, Role.ANIMATOR])
def test_only_the_coordination_sees_these_pages(app: Flask, desk: tuple[Browser, str], role: Role) -> None:
    _browser, url = desk
    pole = make_pole("UIP") if role in (Role.REFERENT, Role.DIRECTOR) else None
    other = open_browser(app, make_user(role, pole=pole))
    for page in ("/staff/administration/wear", url, f"{url}/import", f"{url}/grid.csv"):
        assert other.get(page).status_code in (403, 404), page


def test_what_is_no_bailleur_has_no_page(desk: tuple[Browser, str]) -> None:
    browser, _url = desk
    partner = make_organisation(OrganisationKind.WORKS_PARTNER)
    for page in ("", "/import", "/grid.csv"):
        assert browser.get(f"/staff/administration/wear/{partner.id}{page}").status_code == 404


def damaged(scene: Scene, browser: Browser, **more: str) -> None:
    form = visit_form("L.13", room="Salon", cause="damage", age_years="5", cost_cents="300", **more)
    answer = browser.post(f"/staff/dossiers/{scene.dossier.id}/visit", form)
    assert answer.status_code == 303, text_of(answer)


def test_age_and_cost_are_asked_for_a_damage_only(app: Flask) -> None:
    scene = make_scene(app, SplitState.DRAFT)
    url = f"/staff/dossiers/{scene.dossier.id}/visit/default?kind_id={kind_id('L.13')}&cause="
    browser = scene.alc()
    assert "age_years" not in text_of(browser.get(f"{url}use"))
    asked = text_of(browser.get(f"{url}damage"))
    assert 'name="age_years"' in asked
    assert "2 ans sans abattement, puis 18 % par an, jamais moins de 10 %" in asked
    worked_out = text_of(browser.get(f"{url}damage&age_years=5&cost_cents=300,00"))
    assert (
        "Remise en état : 300,00 €, dont la famille doit 138,00 € (46 %) et le bailleur 162,00 €."
        in worked_out
    )
    assert "100 % − 18 % × 3 ans = 46 %" in worked_out
    assert "Grille du catalogue" in worked_out


def test_both_sides_read_what_the_family_owes_and_how_it_was_found(app: Flask) -> None:
    scene = make_scene(app, SplitState.DRAFT, lines=1)
    alc, bailleur = scene.alc(), scene.bailleur()
    damaged(scene, alc)
    line = scene.lines[-1]
    assert (line.cause, line.tenant_cents) == (Cause.DAMAGE, 13_800)
    here = f"/staff/splits/{scene.split_id}"
    alc.post(f"{here}/propose", {"version": str(scene.split.version)})
    for browser, base in ((alc, here), (bailleur, f"/bailleur/splits/{scene.split_id}")):
        row = row_of(text_of(browser.get(base)), line.id)
        assert re.search(r"dont la famille doit [\d,\s]+€ \(46\s%\) et le bailleur [\d,\s]+€", row)
        why = text_of(browser.get(f"{base}/lines/{line.id}/why"))
        assert "100 % − 18 % × 3 ans = 46 %" in why
        assert "Grille du catalogue" in why
        assert why.index("Sécurité, décence") < why.index("Dégradation par le locataire ?")
        assert "Pas examiné : le test 2 a déjà décidé." in why
        assert why.count("Source : ") >= 6


def test_the_line_form_shows_what_was_kept_and_refuses_half_of_it(app: Flask) -> None:
    scene = make_scene(app, SplitState.DRAFT, lines=1)
    browser = scene.alc()
    damaged(scene, browser)
    line = scene.lines[-1]
    url = f"/staff/splits/{scene.split_id}/lines/{line.id}"
    page = text_of(browser.get(url))
    assert 'value="300,00"' in page
    assert "46 %" in page
    form = visit_form(
        "L.13",
        room="Salon",
        cause="damage",
        holder="tenant",
        materials_payer="tenant",
        version=str(line.version),
    )
    half = browser.post(url, {**form, "age_years": "5"})
    assert half.status_code == 422
    assert "Indiquez aussi le coût" in text_of(half)
    for wrong in ({"age_years": "-3", "cost_cents": "300"}, {"age_years": "5", "cost_cents": "-300"}):
        assert browser.post(url, {**form, **wrong}).status_code == 422
    assert browser.post(url, {**form, "age_years": "8", "cost_cents": "300"}).status_code == 303
    assert scene.lines[-1].tenant_cents == 3_000


def test_what_alc_prepares_next_is_not_shown_to_the_bailleur(app: Flask) -> None:
    scene = make_scene(app, SplitState.DRAFT, lines=1)
    alc, bailleur = scene.alc(), scene.bailleur()
    damaged(scene, alc)
    alc.post(f"/staff/splits/{scene.split_id}/propose", {"version": str(scene.split.version)})
    base = f"/bailleur/splits/{scene.split_id}"
    bailleur.post(f"{base}/accept", {"version": str(scene.split.version)})
    bailleur.post(f"{base}/send-back", {"version": str(scene.split.version), "message": "Merci"})
    line = scene.lines[-1]
    form = visit_form("L.13", room="Salon", cause="damage", holder="tenant", materials_payer="tenant")
    url = f"/staff/splits/{scene.split_id}/lines/{line.id}"
    alc.post(url, {**form, "version": str(line.version), "age_years": "8", "cost_cents": "300"})
    assert scene.lines[-1].tenant_cents == 3_000
    page = row_of(text_of(bailleur.get(base)), line.id)
    assert "30,00" not in page
    assert "138,00" in page
