"""Free text: what is refused, what passes, what is cleaned."""

from __future__ import annotations

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st

from intranet.errors import Refused
from intranet.freetext import (
    checked,
    clean,
    health_word,
    holds_card_number,
    holds_iban,
    holds_social_security_number,
    refuse_forbidden,
    tidy,
)


@pytest.mark.parametrize(
    "text",
    [
        "2850506088123",
        "285050608812368",
        "2 85 05 06 088 123 68",
        "N° sécu : 2 85 05 06 088 123 / 68.",
        "2.85.05.06.088.123",
        "1 85 05 2A 088 123",
        "1 85 05 2b 088 123 15",
        "son numéro est le 2\u00a085\u00a005\u00a006\u00a0088\u00a0123, voilà",
        "٢ ٨٥ ٠٥ ٠٦ ٠٨٨ ١٢٣",  # the same in Arabic digits
        "7 85 05 99 351 123",  # given for a while
        "8.85.05.2B.088.123",
    ],
)
def test_a_social_security_number_is_found(text: str) -> None:
    assert holds_social_security_number(text)


@pytest.mark.parametrize(
    "text",
    [
        "FR76 3000 6000 0112 3456 7890 189",
        "virer sur fr1420041010050500013m02606 svp",
        "GB82 WEST 1234 5698 7654 32",
        "FR14-2004-1010-0505-0001-3M02-606",
    ],
)
def test_a_bank_account_is_found(text: str) -> None:
    assert holds_iban(text)


@pytest.mark.parametrize("text", ["4111 1111 1111 1111", "carte 5555-5555-5555-4444", "378282246310005"])
def test_a_bank_card_is_found(text: str) -> None:
    assert holds_card_number(text)


@pytest.mark.parametrize(
    "text",
    [
        "06 12 34 56 78 ou 04 93 12 34 56",
        "+33 6 12 34 56 78",
        "SIRET 732 829 320 00074",
        "73282932000074",
        "1 234,50 € le 14/03/2019",
        "2019-03-14 10 h 05, 12 500 000 €",
        "né le 12.05.1985, joindre au 06.12.34.56.78",
        "du 02/01/2019 au 28/06/2019, 3 jours par semaine",
        "appartement 1234, 3e étage, code 12A34, bâtiment 2B",
        "12 34 56 78 90 12 34",
        "FR76 3000 6000 0112 3456 7890 188",
        "facture 2018-0042-000123",
        "3760012345674",
        "peinture 12,5 m2, 2 couches, 0,75 l",
    ],
)
def test_ordinary_figures_pass(text: str) -> None:
    assert not holds_social_security_number(text)
    assert not holds_iban(text)
    assert not holds_card_number(text)


def test_the_refusal_names_the_field_and_what_was_found(app: Flask) -> None:
    with app.test_request_context(), pytest.raises(Refused) as refused:
        refuse_forbidden("2 85 05 06 088 123 68", field="note")

    assert refused.value.field == "note"
    assert "sécurité sociale" in str(refused.value.message)


def test_cleaning_keeps_right_to_left_letters_and_emoji_and_drops_overrides_and_controls() -> None:
    assert (
        clean("  \u202eمرحبا\u202c \x07 👩\u200d🔧 e\u0301\r\nfin\ufeff ", 100) == "مرحبا  👩\u200d🔧 é\nfin"
    )


def test_a_single_line_has_its_spaces_gathered() -> None:
    assert clean(" salle \n d’eau ", 60, multiline=False) == "salle d’eau"


def test_a_text_too_long_is_refused_and_not_cut(app: Flask) -> None:
    with app.test_request_context(), pytest.raises(Refused) as refused:
        checked("x" * 10_001, 4_000, field="message")

    assert refused.value.rule == "text.too_long"
    assert refused.value.field == "message"


@given(st.text(max_size=200), st.booleans())
def test_cleaning_twice_is_cleaning_once(text: str, multiline: bool) -> None:
    once = tidy(text, multiline=multiline)

    assert tidy(once, multiline=multiline) == once


@pytest.mark.parametrize(
    "sign",
    ["\u00ad", "\u200b", "\u2060", "\ufeff", "\u3164", "\uffa0", "\u115f", "\u2800", "\U000e0041", "\u200d", "\u200c",
     "\u200e", "\u200f", "\u180e", "\u034f", "\ufe0f", "\u2028"],
)  # fmt: skip
def test_an_invisible_sign_makes_neither_a_name_nor_a_word(sign: str) -> None:
    assert tidy(sign * 3) == ""
    assert tidy(f"{sign}Dupont{sign}", multiline=False) == "Dupont"
    if sign != "\u2028":
        assert tidy(f"Du{sign}pont") == "Dupont"


@pytest.mark.parametrize(
    "word", ["می\u200cخواهم", "क\u094d\u200dष", "👩\u200d🔧", "❤\ufe0f", "👨\u200d👩\u200d👧"]
)
def test_joiners_stay_inside_the_words_that_need_them(word: str) -> None:
    assert tidy(word) == word


def test_a_sign_that_no_document_prints_is_named(app: Flask) -> None:
    with app.test_request_context(), pytest.raises(Refused) as refused:
        clean("Nom \U000103a0", 100, field="name")

    assert refused.value.field == "name"
    assert "(U+103A0)" in str(refused.value.message)


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("La mère est enceinte de six mois", "est enceinte"),
        ("Son fils a de l’Asthme.", "l’Asthme"),
        ("Diabétique depuis deux ans", "Diabétique"),
        ("prend des médicaments", "médicaments"),
        ("Child with an ILLNESS", "ILLNESS"),
    ],
)
def test_a_word_of_health_is_refused_and_named_in_every_free_text(app: Flask, text: str, word: str) -> None:
    for field in (
        "text",
        "note",
        "reason",
        "caption",
        "comment",
        "message",
        "safety_note",
        "explanation",
        "word-7",
    ):
        with app.test_request_context(), pytest.raises(Refused) as refused:
            checked(text, 400, field=field)
        assert (refused.value.rule, refused.value.field) == ("text.health", field)
        assert word in str(refused.value.message)


@pytest.mark.parametrize(
    "text",
    [
        "Dans l’enceinte du bâtiment",
        "12 rue de la Santé",
        "Adapter la douche au handicap",
        "Une dépression du sol",
        "La Maladière",
    ],
)
def test_words_of_works_and_places_pass(text: str) -> None:
    assert health_word(text) == ""
    assert checked(text, 400, field="note") == text
    assert checked("Villa Asthme", 400, field="name") == "Villa Asthme"
