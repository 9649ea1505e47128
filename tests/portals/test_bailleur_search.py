"""What an agent finds from the box on every page: its own tenants and dwellings, by the words it may know."""

from __future__ import annotations

import pytest
from flask import Flask

from intranet.access import OrganisationKind, Role
from intranet.dossiers.models import Household
from intranet.dossiers.search import index_dossier
from intranet.dossiers.terms import DossierState
from intranet.extensions import db
from intranet.organisations.models import Organisation
from intranet.search.service import rebuild
from intranet.testing.dossiers import make_dossier, make_dwelling, make_household
from intranet.testing.factories import make_organisation, make_pole, make_user
from tests.portals.splits import Browser, open_browser

pytestmark = pytest.mark.usefixtures("db_session")


@pytest.fixture
def bailleur() -> Organisation:
    return make_organisation(OrganisationKind.BAILLEUR, "Azur Essai")


@pytest.fixture
def agent(app: Flask, bailleur: Organisation) -> Browser:
    return open_browser(app, make_user(Role.AGENT, bailleur))


def house(bailleur: Organisation | None, name: str, state: DossierState = DossierState.JOINED) -> int:
    """A household in a dwelling of theirs; the dwelling's id."""
    home = make_dwelling(bailleur, address="7 impasse des Arbousiers")
    family: Household = make_household(make_pole("UIP"), name=name, phone="06 99 88 77 66")
    dossier = make_dossier(household=family, dwelling=home, state=state)
    index_dossier(dossier.id)
    db.session.commit()
    return home.id


def links(agent: Browser, query: str) -> set[str]:
    page = agent.get(f"/search?q={query}").get_data(as_text=True)
    return {part.partition('"')[0] for part in page.split('href="/bailleur/dwellings/')[1:]}


def test_a_tenant_is_found_without_accents_and_leads_to_the_dwelling(
    agent: Browser, bailleur: Organisation
) -> None:
    mine = house(bailleur, "Zoé Éléonore")
    house(None, "Zoé Ailleurs")
    assert links(agent, "zoe") == {str(mine)}
    assert links(agent, "arbousiers") == {str(mine)}


def test_an_empty_dwelling_is_found_by_its_address(agent: Browser, bailleur: Organisation) -> None:
    empty = make_dwelling(bailleur, address="3 montée du Lentisque").id
    make_dwelling(address="5 montée du Lentisque")
    rebuild()
    assert links(agent, "lentisque") == {str(empty)}


def test_neither_a_household_that_left_nor_what_only_alc_knows_is_found(
    agent: Browser, bailleur: Organisation
) -> None:
    house(bailleur, "Awa Partie", DossierState.LEFT)
    house(bailleur, "Awa Restée")
    page = agent.get("/search?q=awa").get_data(as_text=True)
    assert "Awa Restée" in page
    assert "Awa Partie" not in page
    assert links(agent, "99887766") == set()
    assert links(agent, "2026-") == set()


def test_a_rebuilt_index_finds_the_same(agent: Browser, bailleur: Organisation) -> None:
    mine = house(bailleur, "Zoé Éléonore")
    before = links(agent, "eleonore")
    rebuild()
    assert links(agent, "eleonore") == before == {str(mine)}
