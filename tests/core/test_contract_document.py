"""The contract's file: accessible, archival, the same each time, whatever people typed."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask
from hypothesis import given, settings
from hypothesis import strategies as st

from intranet.clock import now
from intranet.freetext import tidy
from intranet.printable import unprintable
from intranet.testing.plain import plain
from intranet.works.contract_content import Party, document
from intranet.works.contract_document import render_pdf
from intranet.works.contract_signs import GAP, printable
from intranet.works.terms import Holder
from intranet.works.typesetting import typeset
from tests.core.contract_samples import a_line, content, read, text_of

HOSTILE = "#strong[x] *gras* \\u{41} `raw` $x$ <etiquette> @renvoi //fin"


@pytest.fixture
def french(app: Flask) -> Iterator[None]:
    with app.test_request_context():
        yield


def tags(node: Any, found: list[str]) -> list[str]:
    node = node.get_object()
    if isinstance(node, dict):
        if "/S" in node:
            found.append(node["/S"])
        kids = node.get("/K", [])
        for kid in kids if isinstance(kids, list) else [kids]:
            tags(kid, found)
    return found


@pytest.mark.usefixtures("french")
def test_the_file_says_it_is_accessible_and_archival_in_french_with_its_title() -> None:
    pdf = read(render_pdf(content()))
    root: Any = pdf.trailer["/Root"]
    assert pdf.xmp_metadata is not None
    metadata = pdf.xmp_metadata.stream.get_data().decode()

    assert "<pdfuaid:part>1<" in metadata
    assert "<pdfaid:part>3<" in metadata
    assert "<pdfaid:conformance>A<" in metadata
    assert root["/Lang"] == "fr-FR"
    assert root["/MarkInfo"]["/Marked"]
    assert pdf.metadata is not None
    assert pdf.metadata.title == "Contrat de participation aux travaux — CP-2019-0007"


@pytest.mark.usefixtures("french")
def test_the_file_is_tagged_with_headings_lists_and_tables_with_header_rows() -> None:
    root: Any = read(render_pdf(content())).trailer["/Root"]
    found = tags(root["/StructTreeRoot"], [])

    assert found.count("/Table") == found.count("/THead") >= 5
    assert {"/H1", "/H2", "/L", "/TH", "/TD", "/P"} <= set(found)


@pytest.mark.usefixtures("french")
def test_the_same_facts_give_the_same_bytes() -> None:
    assert render_pdf(content()) == render_pdf(content())


@pytest.mark.usefixtures("french")
def test_what_people_typed_is_never_read_as_markup() -> None:
    pdf = render_pdf(
        content(support_technical=HOSTILE, household=Party(HOSTILE), lines=[a_line(1, label=HOSTILE)])
    )

    assert text_of(pdf).count("#strong[x] *gras* \\u{41} `raw` $x$ <etiquette> @renvoi //fin") >= 2


@pytest.mark.usefixtures("french")
@pytest.mark.parametrize(
    "typed", ["مرحبا بكم", "שלום", "Привет", "👩‍🔧 🛏️", "中文", "x\u0301\u0323 \ue000", "𝔸 ﬁ ☺ ✓"]
)
def test_no_sign_stops_the_document_nor_leaves_a_box_in_it(typed: str) -> None:
    text = text_of(render_pdf(content(support_social=f"Avant {typed} après")))

    assert "Avant" in text
    assert "□" not in text


@pytest.mark.usefixtures("french")
def test_the_document_says_that_signs_kept_from_before_are_missing() -> None:
    note = "Des signes que ce document ne peut pas imprimer"
    text = text_of(render_pdf(content(support_social="Merci \U000103a0 à tous 🙂 1\ufe0f\u20e3 12.")))

    assert f"Merci {GAP} à tous 🙂 1 12." in text
    assert note in text
    assert note not in text_of(render_pdf(content()))


LINE = b"""#set document(title: "t")
#set text(font: ("Libertinus Serif", "Noto Sans", "Noto Sans Arabic", "DejaVu Sans Mono", "Noto Sans CJK SC"))
#json(bytes(sys.inputs.line)).text"""
NAMES = (
    "Élodie",
    "ሰላም",
    "தமிழ்",
    "বাংলা",
    "ไทย",
    "हिन्दी",
    "王小明",
    "김철수",
    "さくら",
    "ខ្មែរ",
    "ລາວ",
    "🏠👍🏽",
    "N’Guyễn",
    "ﬁ",
)


@settings(max_examples=25, deadline=None)
@given(
    st.lists(
        st.sampled_from(NAMES) | st.text(max_size=6).map(tidy).filter(lambda text: not unprintable(text))
    )
)
def test_any_text_that_a_form_accepts_is_printed_sign_for_sign(words: list[str]) -> None:
    shown, lost = printable({"text": " ".join([*NAMES, *words])})

    assert not lost
    assert GAP not in shown["text"]
    text = text_of(typeset(LINE, "line", shown, now()))
    assert GAP not in text
    assert all(name in text for name in ("Élodie", "ሰላም", "王小明", "🏠"))


@pytest.mark.usefixtures("french")
def test_a_contract_of_sixty_lines_takes_less_than_a_second() -> None:
    long = content(lines=[a_line(number, list(Holder)[number % 4]) for number in range(60)])
    render_pdf(content())
    started = time.perf_counter()
    pdf = render_pdf(long)

    assert time.perf_counter() - started < 1
    assert "Travail 59" in text_of(pdf)


@pytest.mark.usefixtures("french")
def test_shared_works_are_counted_for_both_sides() -> None:
    summary = " ".join(plain(each) for each in document(content())["summary"])
    assert "La famille (Nour Essai) réalise 2 travaux (dont 1 partagé)" in summary
    assert "Le bailleur (Bailleur Essai) réalise 2 travaux (dont 1 partagé)" in summary
