"""What a bailleur must never read: strings planted in every hidden field, looked for on every page it opens."""

from __future__ import annotations

import re

import pytest
from flask import Flask

from intranet.access import OrganisationKind, Role
from intranet.clock import today
from intranet.database import writing
from intranet.dossiers.models import Dossier, DossierNote, Household
from intranet.dossiers.terms import DossierState, Survey
from intranet.extensions import db
from intranet.organisations.models import Confidentiality, Pole, Site
from intranet.testing.dossiers import make_dossier, make_dwelling
from intranet.testing.factories import make_actor, make_organisation, make_user
from intranet.testing.works import fresh, lines_of, make_contract, make_split, sign_contract
from intranet.works import service
from intranet.works.commands import AddLine, SendBack
from intranet.works.models import Split
from intranet.works.terms import Need, SplitState
from tests.portals.splits import Browser, open_browser

pytestmark = pytest.mark.usefixtures("db_session")

CANARY = "CANARI"
POLES = re.compile(r"\b(UIP|PEP|PHI)\b")
LINK = re.compile(r'href="(/bailleur/[^"#?]*)')


class House:
    """A household whose every hidden field holds a canary, with a split in each state and a contract."""

    def __init__(self, code: str) -> None:
        self.bailleur = make_organisation(OrganisationKind.BAILLEUR, f"Bailleur {code}")
        pole = Pole(
            code=code,
            name=f"{CANARY} nom du pôle",
            audience=f"{CANARY} public",
            confidentiality=Confidentiality.STANDARD,
        )
        db.session.add(pole)
        db.session.flush()
        site = Site(
            name=f"{CANARY} site {code}", pole_id=pole.id, address=f"{CANARY} adresse", notes=f"{CANARY} note"
        )
        db.session.add(site)
        db.session.flush()
        self.referent = make_user(Role.REFERENT, pole=pole, name=f"{CANARY} Référente")
        self.coordinator = make_user(Role.COORDINATOR, name="Claire Coordination")
        self.agent = make_user(Role.AGENT, self.bailleur)
        self.pole_id, self.site_id = pole.id, site.id

    def move_in(self, state: SplitState) -> int:
        """A split in ``state`` between its own household and the bailleur."""
        household = Household(
            name=f"Famille {state}",
            phone=f"{CANARY} 06",
            email=f"{CANARY}@example.org",
            contact_choice="Par SMS, le soir",
            adults=1,
            children=2,
            children_under_3=1,
            lone_parent=True,
            pole_id=self.pole_id,
            site_id=self.site_id,
        )
        db.session.add(household)
        db.session.commit()
        dwelling = make_dwelling(self.bailleur, asbestos=Survey.CLEAR, lead=Survey.CLEAR)
        dossier = make_dossier(
            dwelling=dwelling, state=DossierState.JOINED, household=household, referent=self.referent
        )
        db.session.add(DossierNote(dossier_id=dossier.id, author_id=self.referent.id, text=f"{CANARY} note"))
        db.session.commit()
        return make_split(dossier, lines=2, state=state).id


def crawl(browser: Browser, start: str = "/bailleur/") -> dict[str, str]:
    """Every page of the portal that links lead to, with its markup."""
    seen: dict[str, str] = {}
    waiting = [start]
    while waiting:
        url = waiting.pop()
        if url in seen:
            continue
        answer = browser.get(url)
        assert answer.status_code == 200, url
        seen[url] = answer.get_data(as_text=True)
        waiting += LINK.findall(seen[url])
    return seen


@pytest.mark.parametrize("code", ["UIP", "PEP", "PHI"])
def test_no_page_of_a_bailleur_holds_anything_hidden(app: Flask, code: str) -> None:
    house = House(code)
    splits = {
        state: house.move_in(state)
        for state in (SplitState.DRAFT, SplitState.PROPOSED, SplitState.COUNTERED, SplitState.AGREED)
    }
    with writing():
        contract = make_contract(splits[SplitState.AGREED])
        sign_contract(contract.id)
        coordinator = make_actor(house.coordinator)
        unsent = splits[SplitState.COUNTERED]
        service.add_line(
            coordinator, AddLine(unsent, f"{CANARY} pièce", Need.WISHED, label=f"{CANARY} ajout")
        )
    pages = crawl(open_browser(app, house.agent))
    assert len(pages) >= 12
    for url, html in pages.items():
        assert CANARY not in html, url
        assert not POLES.search(html.replace(f"Bailleur {code}", "")), url
        assert f"/splits/{splits[SplitState.DRAFT]}" not in html, url
    shown = pages[f"/bailleur/splits/{splits[SplitState.PROPOSED]}"]
    assert "Par SMS, le soir" in shown
    assert "Famille proposed" in shown


def test_the_row_given_to_htmx_holds_nothing_hidden_either(app: Flask) -> None:
    house = House("UIP")
    split_id = house.move_in(SplitState.PROPOSED)
    line = lines_of(split_id)[0]
    url = f"/bailleur/splits/{split_id}/lines/{line.id}/answer"
    browser = open_browser(app, house.agent)
    for data in ({"digest": line.digest, "answer": "accepted"}, {"digest": "old", "answer": "accepted"}):
        html = browser.post(url, data, htmx=True).get_data(as_text=True)
        assert CANARY not in html
        assert not POLES.search(html)


def test_what_happened_with_another_bailleur_is_not_told_to_the_next(app: Flask) -> None:
    first, second = House("UIP"), House("PEP")
    split_id = first.move_in(SplitState.PROPOSED)
    with writing():
        agent = make_actor(first.agent)
        service.send_back(agent, SendBack(split_id, fresh(split_id).version, f"{CANARY} mot au premier"))
        dossier_id = db.session.get_one(Split, split_id).dossier_id
        service.withdraw(make_actor(first.coordinator), split_id, fresh(split_id).version, "Autre logement")
    move(dossier_id, second)
    for html in crawl(open_browser(app, second.agent)).values():
        assert CANARY not in html
        assert "mot au premier" not in html
        assert "a renvoyé la répartition" not in html


def move(dossier_id: int, house: House) -> None:
    """The household gets a home of another bailleur, today."""
    dwelling = make_dwelling(house.bailleur)
    dossier = db.session.get_one(Dossier, dossier_id)
    dossier.dwelling_id, dossier.bailleur_id = dwelling.id, house.bailleur.id
    dossier.allocated_on = today()
    db.session.commit()
