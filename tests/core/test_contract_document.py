"""The contract's document looked into: what it says, how it is made, and what happens when it cannot be."""

from __future__ import annotations

import io
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask_babel import force_locale
from pypdf import PdfReader

from intranet.config import settings
from intranet.documents.models import Document
from intranet.dossiers.models import DossierState
from intranet.dossiers.terms import Survey
from intranet.extensions import db
from intranet.jobs.service import run_due
from intranet.testing.dossiers import make_dossier
from intranet.testing.works import make_contract, make_parties, make_split
from intranet.timeline.models import TimelineEntry
from intranet.works.contract import render_again
from intranet.works.contract_content import Amended, ContractContent, Party, document
from intranet.works.contract_document import TemplateFailed, built_in_template, render_pdf
from intranet.works.contract_signs import GAP, printable
from intranet.works.contract_texts import Text
from intranet.works.guardrails import DwellingFacts
from intranet.works.models import Contract, Split
from intranet.works.rules import Difference
from intranet.works.terms import ContractState, Holder, SplitState

HOSTILE = "#strong[x] *gras* \\u{41} `raw` $x$ <etiquette> @renvoi //fin"


def a_line(number: int, holder: Holder = Holder.TENANT, **changes: Any) -> dict[str, Any]:
    line = {
        "id": number,
        "label": f"Travail {number}",
        "room": ("Séjour", "Cuisine", "Entrée")[number % 3],
        "holder": holder.value,
        "tenant_share_pct": 40 if holder is Holder.SHARED else None,
        "materials_payer": "bailleur",
        "materials_cents": 4_550,
        "minutes": 450,
        "legal_basis": "décret 87-712 II a",
        "consent": "",
        "consent_on": None,
    }
    return {**line, **changes}


def content(**changes: Any) -> ContractContent:
    whole = ContractContent(
        number="CP-2019-0007",
        issued_at=datetime(2019, 3, 14, 10, 5, tzinfo=UTC),
        household=Party("Nour Essai"),
        bailleur=Party("Bailleur Essai", ("1 rue des Essais",)),
        association=Party("ALC"),
        partner=Party("Partenaire Essai"),
        partner_signs=True,
        dwelling=(("Adresse", "2 rue des Essais, 06300 Nice"),),
        home=DwellingFacts(2005),
        asbestos_on=None,
        lead_on=None,
        lines=[a_line(1), a_line(2, Holder.BAILLEUR), a_line(3, Holder.SHARED), a_line(4, Holder.PARTNER)],
        dropped=0,
        support_technical="Deux jours par semaine.",
        support_social="Une visite par semaine.",
        starts_on=date(2019, 3, 25),
        ends_on=date(2019, 4, 26),
        days_a_week=2,
    )
    return replace(whole, **changes)


RENT: dict[str, Any] = {
    "monthly_cents": 5_000,
    "months": 6,
    "total_cents": 30_000,
    "starts_on": "2019-05-01",
    "documented_cents": 32_000,
    "lines": [{"id": 1, "label": "Peindre", "room": "Séjour"}],
    "early_departure": "Le reste est versé.",
    "decency_attested_on": "2019-03-01",
    "decency_attested_by": "Une experte",
    "consents": {
        "bailleur": {"by_name": "Jean Agence", "on": "2019-03-03"},
        "household": {"by_name": "Nour Essai", "on": "2019-03-04"},
    },
}
WEAR: dict[str, Any] = {
    "age_years": 5,
    "cost_cents": 14_130,
    "rate": {"lifetime_years": 7, "free_years": 2, "yearly_discount_pct": 18, "residual_pct": 10},
    "share_pct": 46,
    "tenant_cents": 6_500,
    "grid": {"id": 1, "name": "Grille Azur", "source": "accord de 2018", "starts_on": "2018-01-01"},
    "on": "2019-03-01",
}


@pytest.fixture
def french(app: Flask) -> Iterator[None]:
    with app.test_request_context():
        yield


def read(pdf: bytes) -> PdfReader:
    return PdfReader(io.BytesIO(pdf))


def text_of(pdf: bytes) -> str:
    """The text without its line breaks: where a line is cut is the type's business."""
    return " ".join(" ".join(page.extract_text().split()) for page in read(pdf).pages)


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
def test_an_emoji_goes_and_the_document_says_that_signs_are_missing() -> None:
    note = "Des signes que ce document ne peut pas imprimer"
    text = text_of(render_pdf(content(support_social="Merci 🙂 à tous 👩‍🔧.")))

    assert "Merci à tous." in text
    assert note in text
    assert note not in text_of(render_pdf(content()))


def test_letters_the_fonts_lack_leave_a_visible_gap_and_others_are_written_plainly() -> None:
    shown, lost = printable({"a": ["M. 王 Essai", "𝔸 ﬁn", "déjà"]})

    assert shown == {"a": [f"M. {GAP} Essai", "A fin", "déjà"]}
    assert lost
    assert not printable({"a": "𝔸 déjà"}).lost


def clauses_of(**changes: Any) -> dict[str, dict[str, Any]]:
    return {clause["key"]: clause for clause in document(content(**changes))["clauses"]}


@pytest.mark.usefixtures("french")
def test_only_the_clauses_that_apply_are_there() -> None:
    aged = clauses_of(home=DwellingFacts(1930, Survey.MISSING, Survey.CLEAR), lead_on=date(2018, 5, 2))
    optional = {"asbestos_doubt", "lead_clear", "transformation", "wear", "rent", "amendment"}

    assert optional.isdisjoint(clauses_of())
    assert {"asbestos_doubt", "lead_clear"} <= set(aged)
    assert "2\u00a0mai 2018" in aged["lead_clear"]["blocks"][0]["runs"][0][1]
    consented = clauses_of(lines=[a_line(1, consent="written", consent_on="2019-03-02")])
    assert consented["transformation"]["facts"] == [["Cuisine — Travail 1", "accord du 2\u00a0mars 2019"]]
    only_family = clauses_of(lines=[a_line(1, legal_basis="")])
    assert {"bailleur_works", "tenant_repairs"}.isdisjoint(only_family)


@pytest.mark.usefixtures("french")
def test_every_rule_of_law_a_clause_rests_on_is_named() -> None:
    text = text_of(render_pdf(content(rent=RENT, lines=[a_line(1, tenant_cents=100, wear=WEAR)])))

    for source in (
        "article 6 a",
        "article 7 c",
        "décret n° 2016-382",
        "article 7 g",
        "Code civil, article 9",
    ):
        assert source in text


@pytest.mark.usefixtures("french")
def test_works_against_rent_are_written_to_the_cent_with_both_consents() -> None:
    rent = dict(clauses_of(rent=RENT)["rent"]["facts"])

    assert rent["Baisse du loyer"] == "50,00\u00a0€ par mois"
    assert rent["En tout"] == "300,00\u00a0€"
    assert rent["Si la famille part plus tôt"] == "Le reste est versé."
    assert "Jean Agence" in rent["Accords donnés sur ces chiffres"]


@pytest.mark.usefixtures("french")
@pytest.mark.parametrize(("given", "ticks"), [(None, 2), (True, 0), (False, 0)])
def test_the_image_consent_is_written_as_given_or_left_to_tick(given: bool | None, ticks: int) -> None:
    image = clauses_of(image_consent=given)["image"]

    assert len(image["ticks"]) == ticks
    if given is not None:
        assert ("refuse" in image["facts"][0][1]) is not given


@pytest.mark.usefixtures("french")
def test_a_damage_is_written_with_its_whole_calculation() -> None:
    (row,) = document(content(lines=[a_line(1, tenant_cents=6_500, wear=WEAR)]))["damage"]

    assert (row["age"], row["share"], row["amount"]) == ("5 ans", "46 %", "65,00\u00a0€")
    assert "Grille Azur" in row["note"]


@pytest.mark.usefixtures("french")
def test_the_dates_of_the_bailleur_come_soonest_first() -> None:
    lines = [
        a_line(1, Holder.BAILLEUR, due_on="2019-05-02"),
        a_line(2, Holder.BAILLEUR, due_on="2019-04-01"),
        a_line(3, Holder.TENANT, due_on="2019-03-01"),
    ]

    assert [what for what, _on in document(content(lines=lines))["due"]] == [
        "Entrée — Travail 2",
        "Cuisine — Travail 1",
    ]


@pytest.mark.usefixtures("french")
@pytest.mark.parametrize("holder", [Holder.TENANT, Holder.BAILLEUR, Holder.PARTNER, Holder.SHARED])
def test_a_party_without_a_line_is_said_in_words_and_leaves_no_empty_section(holder: Holder) -> None:
    said = document(content(lines=[a_line(1, holder)]))

    assert len(said["sides"]) == 1
    missing = {
        "La famille n’a pas": holder not in (Holder.TENANT, Holder.SHARED),
        "Le bailleur n’a pas": holder not in (Holder.BAILLEUR, Holder.SHARED),
        "Le partenaire travaux n’a pas": holder is not Holder.PARTNER,
    }
    for start, absent in missing.items():
        assert any(sentence.startswith(start) for sentence in said["absent"]) is absent
        assert any(sentence.startswith(start) for sentence in said["summary"]) is absent
    assert render_pdf(content(lines=[a_line(1, holder)]))


@pytest.mark.usefixtures("french")
def test_volunteers_have_a_heading_only_when_some_are_foreseen() -> None:
    assert [each["title"] for each in document(content())["support"]] == [
        "Accompagnement technique",
        "Accompagnement social",
    ]
    assert (
        document(content(support_volunteers="Deux voisines"))["support"][2]["title"]
        == "Bénévoles et entraide"
    )


@pytest.mark.usefixtures("french")
def test_an_amendment_says_what_it_changes_and_why() -> None:
    change = Difference(1, "Peindre", "Séjour", "minutes", 600, 960)
    said = document(
        content(amended=Amended("CP-2019-0003", date(2019, 1, 4), "La cuisine attend.", (change,)))
    )

    assert said["heading"] == "Avenant au contrat de participation"
    assert "signé le 4\u00a0janvier 2019" in said["amended"]["sentence"]
    assert "temps prévu" in said["amended"]["changes"][0]
    assert "amendment" in {clause["key"] for clause in said["clauses"]}


@pytest.mark.usefixtures("french")
def test_the_summary_counts_the_familys_part_of_what_is_shared() -> None:
    summary = document(content())["summary"]

    assert "2 travaux" in summary[0]
    assert "10\u00a0h\u00a030" in summary[0].replace("\u202f", "\u00a0")  # 7 h 30 + 40 % of 7 h 30


@pytest.mark.usefixtures("french")
def test_a_box_to_sign_for_each_party_that_must() -> None:
    with_partner = document(content())["signatures"]
    without = document(content(partner_signs=False))["signatures"]

    assert (len(with_partner), len(without)) == (4, 3)


@pytest.mark.usefixtures("french")
def test_the_room_to_sign_by_hand_says_whom_it_is_for() -> None:
    text = " ".join(text_of(render_pdf(content())).split())

    assert "Qui signe à l’écran ou avec un code n’écrit rien ici" in text
    assert text.count("Signature, précédée de « lu et approuvé »") == 4


@pytest.mark.usefixtures("french")
def test_what_was_dropped_is_counted_not_listed() -> None:
    assert "2 travaux discutés" in text_of(render_pdf(content(dropped=2)))


@pytest.mark.usefixtures("french")
def test_a_contract_of_sixty_lines_takes_less_than_a_second() -> None:
    long = content(lines=[a_line(number, list(Holder)[number % 4]) for number in range(60)])
    render_pdf(content())
    started = time.perf_counter()
    pdf = render_pdf(long)

    assert time.perf_counter() - started < 1
    assert "Travail 59" in text_of(pdf)


# The site's own words


@pytest.mark.usefixtures("french")
def test_a_text_of_the_site_takes_the_place_of_ours_with_its_lists_bold_and_names() -> None:
    own = Text("Nos **règles**", "Appelez **{association}**.\n\n- un\n- deux #strong[x]")
    said = clauses_of(texts={"safety": own})["safety"]

    assert said["title"] == "Nos **règles**"
    assert said["blocks"][0]["runs"] == [["", "Appelez "], ["b", "ALC"], ["", "."]]
    assert said["blocks"][1]["items"] == [[["", "un"]], [["", "deux #strong[x]"]]]
    assert "deux #strong[x]" in text_of(render_pdf(content(texts={"safety": own})))


@pytest.mark.usefixtures("french")
def test_the_reading_copy_says_on_each_page_that_it_is_not_to_be_signed() -> None:
    pdf = read(render_pdf(content(language="en")))
    with force_locale("en"):
        said = document(content(language="en"))
    root: Any = pdf.trailer["/Root"]

    assert root["/Lang"].startswith("en")
    assert said["copy"]["banner"]
    for page in pdf.pages:
        assert said["copy"]["banner"] in " ".join(page.extract_text().split())
    assert said["labels"]["signature"] not in text_of(render_pdf(content(language="en")))
    assert document(content())["copy"] is None


# The site's own template


def write_template(source: str) -> Path:
    folder = settings().instance / "templates"
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "contract.typ"
    path.write_text(source, encoding="utf-8")
    return path


@pytest.mark.usefixtures("french")
def test_the_sites_own_template_is_the_one_that_counts() -> None:
    own = built_in_template().decode().replace("#told(contract.intro)", "Mise en page de la maison")
    write_template(own)

    assert "Mise en page de la maison" in text_of(render_pdf(content()))


@pytest.mark.usefixtures("french")
@pytest.mark.parametrize(
    ("source", "said"),
    [
        ("#pas_ferme(", "erreur"),
        ("#let x = contract.rien", "erreur"),
        ('#read("/etc/passwd")', "erreur"),
        ('#read("../secret_key")', "erreur"),
        ('#import "@preview/joli:1.0.0": *', "paquet"),
        ("Une page sans titre ni rien", "erreur"),
    ],
)
def test_a_broken_template_of_the_site_is_said_in_words_and_ours_is_not_used(source: str, said: str) -> None:
    write_template(source)
    with pytest.raises(TemplateFailed) as failed:
        render_pdf(content())

    assert said in str(failed.value)


@pytest.fixture
def agreed(db_session: object) -> Split:
    return make_split(make_dossier(state=DossierState.JOINED), 3, SplitState.AGREED)


def test_a_contract_whose_document_failed_says_why_and_is_made_when_asked_again(agreed: Split) -> None:
    template = write_template("#pas_ferme(")
    contract = make_contract(agreed.id)

    assert (contract.document_id, contract.state) == (None, ContractState.PREPARED)
    assert "contract.typ" in contract.failure
    assert "works.contract.failed" in set(db.session.scalars(db.select(TimelineEntry.kind)))
    assert not db.session.scalars(db.select(Document)).all()

    template.unlink()
    coordinator = make_parties(agreed).coordinator
    render_again(coordinator, contract.id)
    render_again(coordinator, contract.id)
    run_due()
    again = db.session.get_one(Contract, contract.id, populate_existing=True)
    assert again.failure == ""
    assert again.document_id is not None


def test_the_reading_copy_is_kept_beside_the_document_to_sign(agreed: Split) -> None:
    contract = make_contract(agreed.id)
    names = set(db.session.scalars(db.select(Document.name)))

    assert names == {f"{contract.number}.pdf", f"{contract.number}-reading-copy.pdf"}
    assert contract.reading_document_id not in (None, contract.document_id)


@pytest.mark.usefixtures("french")
def test_the_page_for_those_who_lay_the_contract_out_names_every_value() -> None:
    page = (Path(__file__).parents[2] / "docs" / "contrat.md").read_text(encoding="utf-8")

    assert [name for name in document(content()) if f"`{name}`" not in page] == []
