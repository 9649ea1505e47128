"""The texts of the contract as a site writes them: the plain markup, who may, what is refused, the way back."""

from __future__ import annotations

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st

from intranet.access import Actor, Role
from intranet.errors import NotAllowed, Refused, Stale
from intranet.extensions import db
from intranet.testing.factories import make_actor, make_user
from intranet.timeline.models import TimelineEntry
from intranet.works.contract_markup import blocks, fill, names, plain, unclosed
from intranet.works.contract_texts import NAMES, PARTS
from intranet.works.models import ContractText
from intranet.works.queries.texts import text_versions, texts_in_force, untranslated
from intranet.works.service.texts import change_text, restore_text


@pytest.fixture
def coordinator(db_session: object) -> Actor:
    return make_actor(make_user(Role.COORDINATOR, name="Claire Coordination"))


def last(part: str, language: str = "fr") -> int:
    versions = text_versions(part, language)
    return versions[0].id if versions else 0


# The markup


def test_blank_lines_dashes_and_stars_are_all_there_is() -> None:
    found = blocks("Un **gras**\net *penché*\n\n- premier\n- second\nsuite")

    assert [each["kind"] for each in found] == ["par", "list", "par"]
    assert found[0]["runs"] == [["", "Un "], ["b", "gras"], ["", " et "], ["i", "penché"]]
    assert found[1]["items"] == [[["", "premier"]], [["", "second"]]]


@given(st.text(alphabet="ab *-\n•{}é\u00a0", max_size=80))
def test_whatever_is_typed_is_printed_and_nothing_else(text: str) -> None:
    def letters(words: str) -> str:
        return "".join(letter for letter in words if letter.isalpha())

    for read in (blocks, plain):
        shown = "".join(
            words
            for block in read(text)
            for run in [*block["runs"], *(run for item in block["items"] for run in item)]
            for _style, words in [run]
        )
        assert letters(shown) == letters(text)


def test_a_name_in_braces_is_filled_once_and_a_value_is_never_a_name() -> None:
    assert fill("{a} et {b}, {c}", {"a": "{b}", "b": "deux"}) == "{b} et deux, {c}"


def test_the_default_texts_follow_their_own_rules(app: Flask) -> None:
    with app.test_request_context():
        for part in PARTS.values():
            title, text = part.default()
            assert set(names(text)) <= set(NAMES), part.key
            assert not unclosed(text), part.key
            assert bool(title) is bool(part.title)


# Writing them


def test_a_text_written_by_the_site_is_in_force_and_says_who_wrote_it(coordinator: Actor) -> None:
    change_text(coordinator, "safety", "fr", "Attention", "Portez **tout**.", 0)

    assert texts_in_force("fr")["safety"] == ("Attention", "Portez **tout**.")
    (version,) = text_versions("safety", "fr")
    assert version.by_name == "Claire Coordination"
    assert "works.contract_text.changed" in set(db.session.scalars(db.select(TimelineEntry.kind)))


def test_the_reading_copy_takes_the_french_text_when_there_is_no_english_one(coordinator: Actor) -> None:
    change_text(coordinator, "safety", "fr", "Attention", "Portez tout.", 0)
    assert untranslated()
    assert texts_in_force("en")["safety"].text == "Portez tout."

    change_text(coordinator, "safety", "en", "Beware", "Wear it all.", 0)
    assert not untranslated()
    assert texts_in_force("en")["safety"].text == "Wear it all."
    assert texts_in_force("fr")["safety"].text == "Portez tout."


def test_the_default_comes_back_and_what_was_written_stays_in_the_history(coordinator: Actor) -> None:
    change_text(coordinator, "footer", "fr", "", "Maison {numero}", 0)
    restore_text(coordinator, "footer", "fr", last("footer"))

    assert "footer" not in texts_in_force("fr")
    assert [version.text for version in text_versions("footer", "fr")] == ["", "Maison {numero}"]


@pytest.mark.parametrize(
    ("part", "title", "text", "field"),
    [
        ("safety", "Titre", "  ", "text"),
        ("safety", " ", "Du texte", "title"),
        ("safety", "Titre", "Bonjour {prenom}", "text"),
        ("safety", "Titre", "Une étoile * seule", "text"),
        ("safety", "Titre", "**ouvert", "text"),
        ("safety", "Titre", "x" * 5_000, "text"),
        ("footer", "", "x" * 200, "text"),
        ("safety", "Titre", "NIR 2 85 05 06 088 123 68", "text"),
    ],
)
def test_what_could_not_be_printed_as_meant_is_refused_at_its_field(
    coordinator: Actor, part: str, title: str, text: str, field: str
) -> None:
    with pytest.raises(Refused) as refused:
        change_text(coordinator, part, "fr", title, text, 0)

    assert refused.value.field == field


def test_a_part_or_a_language_that_does_not_exist_is_refused(coordinator: Actor) -> None:
    for part, language in (("nothing", "fr"), ("safety", "de")):
        with pytest.raises(Refused):
            change_text(coordinator, part, language, "T", "Texte", 0)


def test_two_people_writing_the_same_text_do_not_lose_each_others_words(coordinator: Actor) -> None:
    change_text(coordinator, "safety", "fr", "Un", "Le premier.", 0)
    with pytest.raises(Stale) as stale:
        change_text(coordinator, "safety", "fr", "Deux", "Le second.", 0)

    assert stale.value.changes == ("Le premier.",)
    change_text(coordinator, "safety", "fr", "Un", "Le premier.", 0)  # a second click
    assert len(db.session.scalars(db.select(ContractText)).all()) == 1


@pytest.mark.parametrize("role", [Role.REFERENT, Role.TECHNICAL, Role.DIRECTOR, Role.AGENT, Role.ANIMATOR])
def test_only_the_coordination_writes_the_texts(coordinator: Actor, role: Role) -> None:
    with pytest.raises(NotAllowed):
        change_text(make_actor(make_user(role)), "safety", "fr", "T", "Texte", 0)
