"""axe-core finds nothing where no link of the demonstration leads, and no page is left out.

What links lead to is looked at in `test_every_page`; the family's page in its five languages in `test_family`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from flask import Flask
from playwright.sync_api import Browser

from intranet.demo.people import AGENT_AZUR, ANIMATOR, COORDINATION
from intranet.guests.service import OpenedAccess
from tests.e2e.crawl import Seen, kind_of
from tests.e2e.looking import choose_sights, look
from tests.e2e.site import Site
from tests.e2e.stage import Stage, set_stage
from tests.e2e.visitor import PHONE, Visitor, visiting

DOOR = (
    "/login",
    "/password/forgotten",
    "/offline",
    "/acces",
    "/acces?lang=ar",
    "/invitation/{invitation}",
    "/password/{password}",
)
CODE = "/login/code"
OF_AN_ACCOUNT = {
    COORDINATION: (
        "/staff/dossiers/{dossier}/visited",
        "/staff/splits/{split}/access/{access}/letter",
        "/staff/splits/{returned}/household",
        "/staff/splits/{agreed}/contract",
        "/contracts/{contract}/sign/household",
        "/contracts/{contract}/sign/partner",
        "/contracts/{contract}/sign/alc",
    ),
    AGENT_AZUR: (
        "/bailleur/splits/{split}/lines/{line}/consent",
        "/bailleur/splits/{split}/rent",
        "/contracts/{contract}/sign/bailleur",
    ),
    ANIMATOR: ("/contracts/{contract}", "/contracts/{contract}/sign/partner"),
}
OF_A_GUEST = {
    "answering": (
        "/acces/qui",
        "/acces/repartition",
        "/acces/repartition/versions",
        "/acces/repartition/rent",
        "/acces/repartition/lines/{line}/why",
        "/acces/repartition/lines/{line}/history",
        "/acces/repartition/lines/{line}/consent",
    ),
    "signing": ("/contracts/{contract}", "/contracts/{contract}/sign/bailleur"),
    "promising": ("/acces/repartition", "/acces/repartition/commitments/{commitment}"),
    "promised": ("/acces/famille",),
    "family": (
        "/acces/famille",
        "/acces/famille/contrat",
        "/contracts/{contract}",
        "/contracts/{contract}/sign/household",
    ),
}
NOT_PAGES = {
    "static": "a file",
    "web.service_worker": "a script",
    "documents.file": "a file",
    "documents.thumbnail": "a picture",
    "exports.download": "a download",
    "accounts.second_factor_image": "a picture",
    "operations.healthz": "for machines",
    "operations.metrics_page": "for machines",
    "home": "leads to the person's portal",
    "staff.contract_document": "leads to a file",
    "bailleur.contract_document": "leads to a file",
    "signatures.document": "leads to a file",
    "staff.contract_preview": "a PDF",
    "staff.contract_template": "a download",
    "staff.wear_export": "a download",
    "staff.dossier_notes": "leads to the dossier",
    "staff.visit_default": "a part of the page of the visit",
    "staff.dossier_split": "leads to the open split",
}


@pytest.fixture(scope="module")
def stage(site: Site) -> Stage:
    return set_stage(site)


@contextmanager
def entering(browser: Browser, site: Site, access: OpenedAccess) -> Iterator[Visitor]:
    """A guest on her phone, let in with her code."""
    with visiting(browser, site, size=PHONE) as guest:
        guest.open("/acces")
        guest.page.fill("input[name=reference]", access.reference)
        guest.page.fill("input[name=code]", access.code)
        guest.page.click("main form button.btn-primary")
        guest.page.wait_for_url(lambda url: not url.endswith("/acces"))
        yield guest


def look_at(person: Visitor, stage: Stage, templates: tuple[str, ...]) -> list[str]:
    """What is wrong with these pages, each of which must open as itself."""
    findings: list[str] = []
    for template in templates:
        address = stage.address(template)
        assert person.open(address) == 200, address
        assert person.page.url == person.site.url(address), f"{address} leads to {person.page.url}"
        findings += look(person.page, template)
    return findings


def test_axe_finds_nothing_at_the_door(browser: Browser, site: Site, stage: Stage) -> None:
    with visiting(browser, site) as person:
        findings = look_at(person, stage, DOOR)
        person.open("/login")
        person.page.fill("input[name=email]", "personne@example.org")
        person.page.fill("input[name=password]", "un mot de passe faux")
        person.page.click("main form button.btn-primary")
        findings += look(person.page, "a refused sign-in")
        person.open("/does-not-exist")
        findings += look(person.page, "a page not found")
        person.open("/login")
        person.page.fill("input[name=email]", stage.careful)
        person.page.fill("input[name=password]", "Bricolage-2018!")
        person.page.click("main form button.btn-primary")
        assert person.page.url == site.url(CODE)
        findings += look(person.page, CODE)
    assert not findings, "\n".join(findings)


@pytest.mark.parametrize("email", OF_AN_ACCOUNT)
def test_axe_finds_nothing_where_no_link_leads(
    email: str, browser: Browser, site: Site, stage: Stage
) -> None:
    with visiting(browser, site, email) as person:
        findings = look_at(person, stage, OF_AN_ACCOUNT[email])
    assert not findings, "\n".join(findings)


@pytest.mark.parametrize("access", OF_A_GUEST)
def test_axe_finds_nothing_for_a_guest(access: str, browser: Browser, site: Site, stage: Stage) -> None:
    with entering(browser, site, getattr(stage, access)) as guest:
        if guest.page.url == site.url("/acces/qui"):
            findings = look(guest.page, "who answers")
            guest.page.fill("input[name=name]", "Jeanne Roux")
            guest.page.fill("input[name=function]", "gestionnaire")
            guest.page.click("main form button.btn-primary")
            guest.page.wait_for_load_state()
        else:
            findings = []
        findings += look_at(guest, stage, OF_A_GUEST[access])
    assert not findings, "\n".join(findings)


def test_axe_finds_nothing_on_the_letter_that_brings_a_code(
    browser: Browser, site: Site, stage: Stage
) -> None:
    with visiting(browser, site, COORDINATION) as staff:
        staff.open(stage.address("/staff/splits/{split}/access"))
        staff.page.check("input[name=how][value=letter]")
        staff.page.click("main form button.btn-primary")
        staff.page.locator(".letter-key").wait_for()
        findings = look(staff.page, "a letter")
    assert not findings, "\n".join(findings)


def test_every_page_there_is_has_been_looked_at(app: Flask, seen: dict[str, Seen]) -> None:
    """A new page that nobody is led to must be added above, with what it takes to get there."""
    there = {rule.endpoint for rule in app.url_map.iter_rules() if "GET" in (rule.methods or ())}
    followed = {seen[sight.email].kinds[sight.address].endpoint for sight in choose_sights(seen)}
    visited = {kind_of(app, _any(template)).endpoint for template in _by_hand()}
    assert there - followed - visited - NOT_PAGES.keys() == set()
    assert NOT_PAGES.keys() <= there - followed - visited


def _by_hand() -> Iterator[str]:
    yield from (*DOOR, CODE)
    for templates in (*OF_AN_ACCOUNT.values(), *OF_A_GUEST.values()):
        yield from templates


def _any(template: str) -> str:
    """An address that the template may stand for."""
    return re.sub(r"{\w+}", "1", template)
