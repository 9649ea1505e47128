"""axe-core finds nothing: every kind of page, in every role, phone and desktop, light and dark."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from shutil import copytree

import pytest
from flask import Flask
from playwright.sync_api import Browser, Page
from sqlalchemy import select

from intranet.app import create_app
from intranet.config import Settings
from intranet.extensions import db
from intranet.works.models import Split, SplitState
from tests.e2e.crawl import crawl
from tests.e2e.site import Site, environment
from tests.e2e.test_every_link import EVERYONE, _is_a_page
from tests.e2e.visitor import DESKTOP, PHONE, Visitor, visiting
from tooling.shell import ROOT

AXE = ROOT / "node_modules" / "axe-core" / "axe.min.js"
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
LOOK = """(tags) => axe.run(document, {
  runOnly: {type: "tag", values: tags}, resultTypes: ["violations"], elementRef: false,
}).then((result) => result.violations.map((found) => {
  const nodes = found.nodes.slice(0, 3).map((node) => `${node.target.join(" ")} ${node.any[0]?.message ?? ""}`);
  return `${found.id}: ${nodes.join(" | ")}`;
}))"""
DOOR = ("/login", "/password/forgotten", "/offline", "/acces")


@pytest.fixture(scope="module")
def app(demo_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    folder = copytree(demo_template, tmp_path_factory.mktemp("crawl") / "instance")
    app = create_app(Settings.from_env(environment(folder)))
    yield app
    with app.app_context():
        db.session.remove()
        db.engine.dispose()


@pytest.mark.parametrize("email", EVERYONE)
def test_axe_finds_nothing_for(email: str, browser: Browser, site: Site, app: Flask) -> None:
    pages = [address for address in crawl(app, email).samples() if _is_a_page(address) and "?" not in address]
    assert len(pages) > 5
    with visiting(browser, site, email, bypass_csp=True) as person:
        findings = [finding for address in pages for finding in _look(person, address)]
    assert not findings, "\n".join(findings)


def test_axe_finds_nothing_at_the_door(browser: Browser, site: Site) -> None:
    with visiting(browser, site, bypass_csp=True) as person:
        findings = [finding for address in DOOR for finding in _look(person, address)]
        person.open("/login")
        person.page.fill("input[name=email]", "personne@example.org")
        person.page.fill("input[name=password]", "un mot de passe faux")
        person.page.click("main form button.btn-primary")
        findings += _run(person.page, "a refused sign-in")
        person.open("/does-not-exist")
        findings += _run(person.page, "a page not found")
    assert not findings, "\n".join(findings)


def test_axe_finds_nothing_for_a_bailleurs_guest(browser: Browser, site: Site, app: Flask) -> None:
    with app.app_context():
        proposed = db.session.scalars(select(Split.id).where(Split.state == SplitState.PROPOSED)).first()
    with visiting(browser, site, "coordination@alc.example", bypass_csp=True) as staff:
        staff.open(f"/staff/splits/{proposed}/access")
        staff.page.check("input[name=how][value=letter]")
        staff.page.click("main form button.btn-primary")
        findings = _run(staff.page, "a letter")
        _address, reference, code = staff.page.locator(".letter-key dd").all_inner_texts()
    with visiting(browser, site, bypass_csp=True) as guest:
        guest.open("/acces")
        guest.page.fill("input[name=reference]", reference)
        guest.page.fill("input[name=code]", code)
        guest.page.click("main form button.btn-primary")
        findings += _run(guest.page, "who answers")
        findings += _look(guest, "/acces/repartition")
        guest.open("/acces/qui")
        guest.page.fill("input[name=name]", "Jeanne Roux")
        guest.page.fill("input[name=function]", "gestionnaire")
        guest.page.click("main form button.btn-primary")
        findings += _run(guest.page, "a split answered with a code")
        findings += _look(guest, "/acces/repartition/versions")
    assert not findings, "\n".join(findings)


def _look(person: Visitor, address: str) -> list[str]:
    assert person.open(address) == 200, address
    return _run(person.page, address)


def _run(page: Page, name: str) -> list[str]:
    """The findings at both widths, in both themes; the page is loaded once, as a turned phone would."""
    page.evaluate(AXE.read_text())
    findings = []
    for size in (PHONE, DESKTOP):
        page.set_viewport_size({"width": size[0], "height": size[1]})
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme=scheme, reduced_motion="reduce")  # type: ignore[arg-type]
            findings += [f"{name} ({size[0]}, {scheme}): {found}" for found in page.evaluate(LOOK, TAGS)]
    return findings
