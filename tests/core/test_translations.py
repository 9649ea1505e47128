"""The English catalogues say everything the French sources say, with the same blanks to fill."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po
from flask import Flask, render_template_string
from flask.testing import FlaskClient
from flask_babel import force_locale

from intranet.access import Role
from intranet.extensions import db
from intranet.testing.factories import make_user, sign_in
from intranet.translation import ngettext
from tooling.catalogues import KEYWORDS, owners
from tooling.shell import ROOT

METHODS = [("**.py", "python"), ("**.html", "jinja2"), ("**.txt", "jinja2")]
BLANK = re.compile(r"%\((\w+)\)[sd]")


def _keywords() -> dict[str, tuple[int, ...] | None]:
    found: dict[str, tuple[int, ...] | None] = {}
    for keyword in KEYWORDS:
        name, _, places = keyword.partition(":")
        found[name] = tuple(int(place) for place in places.split(",") if place.isdigit()) or None
    return found


def _said(owner: Path) -> set[str]:
    """Every message of the sources of one owner."""
    folders = [owner, ROOT / "templates"] if owner.name == "intranet" else [owner]
    said = set()
    for folder in folders:
        for _file, _line, message, _comments, _context in extract_from_dir(
            folder, method_map=METHODS, keywords=_keywords(), options_map={}
        ):
            said.add(message if isinstance(message, str) else message[0])
    return said


def _catalogue(owner: Path) -> Catalog:
    with (owner / "translations/en/LC_MESSAGES/messages.po").open("rb") as source:
        return read_po(source, locale="en")


def _forms(message: Message) -> list[tuple[str, str]]:
    """(French, English) of each form of a message."""
    if isinstance(message.id, str):
        return [(message.id, str(message.string))]
    return list(zip(message.id, message.string or (), strict=True))


@pytest.mark.parametrize("owner", owners(), ids=lambda owner: owner.name)
def test_every_sentence_has_its_english(owner: Path) -> None:
    known = {
        message.id if isinstance(message.id, str) else message.id[0]: message
        for message in _catalogue(owner)
        if message.id
    }
    said = _said(owner) - {""}
    assert sorted(said - known.keys()) == []
    assert [key for key in sorted(said) if not all(english for _, english in _forms(known[key]))] == []
    assert [key for key in said if known[key].fuzzy] == []


@pytest.mark.parametrize("owner", owners(), ids=lambda owner: owner.name)
def test_a_translation_fills_the_same_blanks(owner: Path) -> None:
    wrong = [
        french
        for message in _catalogue(owner)
        if message.id
        for french, english in _forms(message)
        if set(BLANK.findall(french)) != set(BLANK.findall(english))
    ]
    assert wrong == []


def test_a_person_reads_the_portal_in_her_language(app: Flask, client: FlaskClient) -> None:
    with app.app_context():
        person = make_user(Role.COORDINATOR)
        person.language = "en"
        db.session.commit()
        sign_in(client, person)
    page = client.get("/staff/").get_data(as_text=True)
    assert '<html lang="en"' in page
    assert "Your turn" in page
    assert "À vous de jouer" not in page


@pytest.mark.parametrize(
    ("language", "spoken"),
    [
        ("fr", ["0 résultat", "1 résultat", "2 résultats"]),
        ("en", ["0 results", "1 result", "2 results"]),
    ],
)
def test_nought_is_counted_as_each_language_counts_it(app: Flask, language: str, spoken: list[str]) -> None:
    source = '{{ ngettext("%(num)d résultat", "%(num)d résultats", count) }}'
    with app.test_request_context(), force_locale(language):
        said = [ngettext("%(num)d résultat", "%(num)d résultats", count) for count in range(3)]
        shown = [render_template_string(source, count=count) for count in range(3)]
    assert said == shown == spoken


def test_what_has_no_english_yet_is_counted_in_french(app: Flask) -> None:
    with app.test_request_context(), force_locale("en"):
        assert ngettext("%(num)d sans traduction", "%(num)d jamais dits", 0) == "0 sans traduction"
        assert ngettext("%(num)d sans traduction", "%(num)d jamais dits", 2) == "2 jamais dits"
