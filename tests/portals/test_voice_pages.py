"""What the family reads on its own page: languages, present wordings, and nothing of the negotiation."""

from __future__ import annotations

import re
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from intranet.database import writing
from intranet.testing.guests import let_in, make_access
from intranet.testing.works import add_easy_line, answer_split_line, fresh, kind_id, make_parties
from intranet.voice.texts import LANGUAGES, words
from intranet.works import service
from intranet.works.commands import AddLine, SendBack
from intranet.works.terms import Answer, Holder, Need, Payer, SplitState
from tests.portals.families import CANARY, PAGE, Family, family_of
from tests.portals.splits import make_scene

pytestmark = pytest.mark.usefixtures("db_session")

Counting = Callable[[], AbstractContextManager[Any]]


@pytest.fixture
def family(app: Flask) -> Family:
    return family_of(app, make_scene(app, SplitState.COUNTERED))


# What is read


def test_the_code_leads_to_the_familys_own_page(family: Family) -> None:
    html = family.page()
    assert "Les travaux de votre logement" in html
    assert "Réparer ou changer les poignées" in html
    assert "Je le fais" in html
    assert "Le bailleur paie le matériel : 40,00 €" in html.replace("\xa0", " ")
    assert "Temps prévu : 4 heures" in html.replace("\xa0", " ")


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_page_says_its_language_and_its_direction(family: Family, language: str) -> None:
    html = family.page(language)
    direction = "rtl" if language == "ar" else "ltr"
    assert f'<html lang="{language}" dir="{direction}"' in html
    assert words(language)("page.title") in html
    assert words(language).works("II.a.2", "")[0].text in html
    assert words(language).room("Cuisine").text in html


def test_each_language_is_a_plain_link_in_its_own_name(family: Family) -> None:
    html = family.page("ar")
    links = dict(re.findall(r'<a href="/acces/famille\?lang=(\w+)" lang="\1"[^>]*>([^<]+)</a>', html))
    assert links == {
        "fr": "Français",
        "en": "English",
        "ar": "العربية",
        "pt": "Português",
        "uk": "Українська",
    }
    assert 'lang="ar" hreflang="ar" dir="rtl" aria-current="true"' in html


def test_the_page_opens_in_the_language_of_the_access(app: Flask) -> None:
    family = family_of(app, make_scene(app, SplitState.COUNTERED), "uk")
    assert '<html lang="uk"' in family.page()
    assert '<html lang="uk"' in family.page("xx")


def test_what_is_written_in_french_says_so_to_a_screen_reader(family: Family) -> None:
    with writing():
        coordinator = make_parties(family.scene.split).coordinator
        add = AddLine(family.scene.split_id, "Coin bébé", Need.WISHED, label="Ranger la cave à vin")
        service.add_line(coordinator, add)
        precise = AddLine(
            family.scene.split_id,
            "Cuisine",
            Need.WISHED,
            kind_id=kind_id("E.6"),
            label="Deux étagères bleues",
        )
        service.add_line(coordinator, precise)
    html = family.page("ar")
    assert '<span lang="fr" dir="ltr">Ranger la cave à vin</span>' in html
    assert '<h2 id="room-4" lang="fr"><bdi>Coin bébé</bdi>' in html
    assert '<p lang="fr" dir="ltr">Deux étagères bleues</p>' in html
    assert words("ar").works("E.6", "")[0].text in html


def test_the_family_reads_only_the_present_wording_never_the_negotiation(app: Flask) -> None:
    """A counter-proposal, remarks and messages of the others are not on the page, in no language."""
    scene = make_scene(app, SplitState.PROPOSED)
    split_id, parties = scene.split_id, make_parties(scene.split)
    with writing():
        answer_split_line(
            scene.lines[0],
            Answer.COUNTERED,
            counter_holder=Holder.PARTNER,
            counter_payer=Payer.PARTNER,
            comment=f"{CANARY} agence",
        )
        answer_split_line(scene.lines[1], Answer.REFUSED, comment=f"{CANARY} refus")
        service.comment(parties.coordinator, scene.lines[2].id, f"{CANARY} ALC")
        service.send_back(parties.agent, SendBack(split_id, fresh(split_id).version, f"{CANARY} message"))
    family = family_of(app, scene)
    for language in LANGUAGES:
        html = family.page(language)
        assert CANARY not in html
        for others in ("holder.partner", "holder.bailleur"):
            assert words(language)(others) not in html
        for name in ("Jean Agence", "Claire Coordination", "Refusée", "Contre-proposition"):
            assert name not in html


def test_the_family_sees_no_other_page(family: Family) -> None:
    split_id = family.scene.split_id
    for page in (
        f"/staff/splits/{split_id}",
        f"/staff/splits/{split_id}/family",
        f"/bailleur/splits/{split_id}",
    ):
        answer = family.client.get(page)
        assert (answer.status_code, answer.location.split("?")[0]) == (303, "/login"), page
    assert family.client.get("/acces/repartition").status_code in (303, 403, 404)


def test_the_bailleurs_guest_has_no_familys_page(app: Flask) -> None:
    scene = make_scene(app, SplitState.COUNTERED)
    client = app.test_client()
    let_in(client, make_access(make_parties(scene.split).coordinator, scene.split_id), "Jeanne Roux")
    assert client.get(PAGE).status_code == 403


def test_nobody_reads_the_page_without_a_code(client: FlaskClient) -> None:
    answer = client.get(PAGE)
    assert (answer.status_code, answer.location) == (303, "/acces")


def test_a_page_of_many_lines_asks_as_few_statements_as_one_of_three(
    family: Family, count_statements: Counting
) -> None:
    with count_statements() as few:
        family.page()
    with writing():
        coordinator = make_parties(family.scene.split).coordinator
        for number in range(20):
            add_easy_line(coordinator, family.scene.split_id, number)
    with count_statements() as many:
        family.page()
    assert few.count == many.count


@pytest.mark.parametrize(
    ("state", "told"),
    [
        (SplitState.DRAFT, "state.draft"),
        (SplitState.PROPOSED, "state.proposed"),
        (SplitState.AGREED, "state.agreed"),
        (SplitState.SIGNED, "state.signed"),
    ],
)
def test_out_of_its_time_the_page_says_where_things_stand_and_asks_nothing(
    app: Flask, state: SplitState, told: str
) -> None:
    family = family_of(app, make_scene(app, state))
    html = family.page()
    assert words("fr")(told) in html
    assert 'type="radio"' not in html
    assert ("Réparer ou changer les poignées" in html) == (state is not SplitState.DRAFT)
