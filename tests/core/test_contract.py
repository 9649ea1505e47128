"""The participation contract: established, rendered, signed on paper; and the document itself, looked into."""

from __future__ import annotations

import io
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from pypdf import PdfReader
from sqlalchemy import select

from intranet.access import Actor, OrganisationKind, Role
from intranet.clock import today
from intranet.documents.models import Document
from intranet.dossiers.models import Dossier, DossierState
from intranet.dossiers.terms import Survey
from intranet.errors import NotAllowed, Refused
from intranet.extensions import db
from intranet.jobs.service import run_due
from intranet.signatures.rules import needed_sides
from intranet.testing.dossiers import make_dossier
from intranet.testing.factories import make_actor, make_organisation, make_user
from intranet.testing.works import (
    agree_split,
    fresh,
    lines_of,
    make_contract,
    make_parties,
    make_split,
    propose_split,
    send_split_back,
    sign_contract,
)
from intranet.timeline.models import TimelineEntry
from intranet.works import service
from intranet.works.commands import AddLine, IssueContract
from intranet.works.contract import cancel_contract, issue, render
from intranet.works.contract_content import ContractContent, Party, document
from intranet.works.contract_document import render_pdf
from intranet.works.guardrails import DwellingFacts
from intranet.works.models import Contract, Split
from intranet.works.terms import ContractState, Holder, Need, Side, SplitState

HOSTILE = "#strong[x] *gras* \\u{41} `raw` $x$ <etiquette> @renvoi //fin"


@pytest.fixture
def agreed(db_session: object) -> Split:
    return make_split(make_dossier(state=DossierState.JOINED), 3, SplitState.AGREED)


def coordinator(split: Split) -> Actor:
    return make_parties(split).coordinator


def asked(split: Split, **changes: Any) -> IssueContract:
    start = today() + timedelta(days=7)
    command = IssueContract(split.id, "Un éducateur.", "Une référente.", start, start + timedelta(days=30))
    return replace(command, **changes)


# Establishing


def test_the_contract_fixes_the_agreed_lines_and_numbers_itself(agreed: Split) -> None:
    contract = issue(coordinator(agreed), asked(agreed))

    assert contract.number == f"CP-{today().year}-0001"
    assert [line["digest"] for line in contract.lines] == [line.digest for line in lines_of(agreed.id)]
    assert contract.state is ContractState.PREPARED


def test_dropped_lines_stay_out_of_the_contract(db_session: object) -> None:
    split = make_split(make_dossier(state=DossierState.JOINED), 3, SplitState.COUNTERED)
    line = lines_of(split.id)[0]
    service.remove_line(coordinator(split), line.id, line.version)
    propose_split(split.id)
    send_split_back(split.id)
    agree_split(split.id)

    contract = issue(coordinator(split), asked(split))
    assert len(contract.lines) == 2
    assert line.id not in {each["id"] for each in contract.lines}


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"ends_on": date(2001, 1, 1)}, "ends_on"),
        ({"starts_on": date(2001, 1, 1)}, "starts_on"),
        ({"days_a_week": 0}, "days_a_week"),
        ({"days_a_week": 8}, "days_a_week"),
        ({"partner_id": 999_999}, "partner_id"),
        ({"support_technical": "x" * 10_000}, "support_technical"),
        ({"support_social": "NIR 2 85 05 06 088 123 68"}, "support_social"),
    ],
)
def test_absurd_terms_are_refused_at_their_field(agreed: Split, changes: dict[str, Any], field: str) -> None:
    with pytest.raises(Refused) as refused:
        issue(coordinator(agreed), asked(agreed, **changes))

    assert refused.value.field == field


def test_a_bailleur_is_no_works_partner(agreed: Split) -> None:
    with pytest.raises(Refused) as refused:
        issue(coordinator(agreed), asked(agreed, partner_id=agreed.bailleur_id))

    assert refused.value.field == "partner_id"


def test_a_second_contract_is_refused_while_one_is_open(agreed: Split) -> None:
    issue(coordinator(agreed), asked(agreed))
    with pytest.raises(Refused) as refused:
        issue(coordinator(agreed), asked(agreed))

    assert refused.value.rule == "contract.exists"


def test_a_cancelled_contract_makes_room_for_another(agreed: Split) -> None:
    first = issue(coordinator(agreed), asked(agreed))
    cancelled = cancel_contract(coordinator(agreed), first.id, first.version, "Dates à revoir")
    second = issue(coordinator(agreed), asked(agreed))

    assert cancelled.state is ContractState.CANCELLED
    assert second.number.endswith("-0002")
    assert fresh(agreed.id).state is SplitState.AGREED


def test_a_household_that_has_not_joined_gets_no_contract(db_session: object) -> None:
    split = make_split(make_dossier(state=DossierState.ALLOCATED), 1, SplitState.AGREED)
    with pytest.raises(Refused) as refused:
        issue(coordinator(split), asked(split))

    assert refused.value.rule == "contract.not_joined"


@pytest.mark.parametrize("role", [Role.AGENT, Role.TECHNICAL, Role.DIRECTOR, Role.ANIMATOR, Role.ADMIN])
def test_only_those_who_follow_the_household_establish_it(agreed: Split, role: Role) -> None:
    with pytest.raises(NotAllowed):
        issue(make_actor(make_user(role)), asked(agreed))


def test_reopening_the_split_cancels_the_contract(agreed: Split) -> None:
    contract = issue(coordinator(agreed), asked(agreed))
    service.reopen(coordinator(agreed), agreed.id, fresh(agreed.id).version, "Une ligne oubliée")

    assert db.session.get_one(Contract, contract.id, populate_existing=True).state is ContractState.CANCELLED


# Signing


def test_the_document_is_made_once_and_kept_for_the_three_sides(agreed: Split) -> None:
    contract = make_contract(agreed.id)
    render({"contract_id": contract.id})
    run_due()

    kept = db.session.scalars(select(Document)).one()
    assert (kept.id, kept.media_type, kept.audience) == (
        contract.document_id,
        "application/pdf",
        "alc bailleur partner",
    )
    assert kept.name == f"{contract.number}.pdf"


def test_nothing_is_signed_before_the_document_exists(agreed: Split) -> None:
    contract = make_contract(agreed.id, rendered=False)
    with pytest.raises(Refused) as refused:
        sign_contract(contract.id, Side.ALC)

    assert refused.value.rule == "signature.no_document"


def test_the_last_signature_signs_contract_split_and_starts_the_works(agreed: Split) -> None:
    contract = make_contract(agreed.id)
    sign_contract(contract.id, Side.HOUSEHOLD, Side.BAILLEUR)
    assert fresh(agreed.id).state is SplitState.AGREED
    signed = sign_contract(contract.id, Side.ALC)

    assert (signed.state, signed.signed_on) == (ContractState.SIGNED, today())
    assert fresh(agreed.id).state is SplitState.SIGNED
    assert db.session.get_one(Dossier, agreed.dossier_id, populate_existing=True).state is DossierState.WORKS
    kinds = set(db.session.scalars(select(TimelineEntry.kind)))
    assert {
        "works.contract.issued",
        "works.contract.rendered",
        "works.contract.signature",
        "works.contract.signed",
        "works.split.signed",
        "dossier.works_started",
    } <= kinds


def test_a_signed_contract_is_immutable(agreed: Split) -> None:
    contract = sign_contract(make_contract(agreed.id).id)
    with pytest.raises(Refused):
        cancel_contract(coordinator(agreed), contract.id, contract.version, "Trop tard")
    db.session.rollback()
    with pytest.raises(Refused):
        service.reopen(coordinator(agreed), agreed.id, fresh(agreed.id).version, "Trop tard")


def test_the_partner_signs_only_when_it_holds_a_line(db_session: object) -> None:
    split = make_split(make_dossier(state=DossierState.JOINED), 1)
    service.add_line(
        coordinator(split), AddLine(split.id, "Cuisine", Need.WISHED, label="Ranger", holder=Holder.PARTNER)
    )
    for step in (propose_split, send_split_back, agree_split):
        step(split.id)
    with pytest.raises(Refused) as refused:
        issue(coordinator(split), asked(split))
    assert refused.value.field == "partner_id"
    db.session.rollback()

    contract = make_contract(split.id, make_organisation(OrganisationKind.WORKS_PARTNER))
    assert needed_sides(contract.lines) == set(Side)
    sign_contract(contract.id)
    assert fresh(split.id).state is SplitState.AGREED
    sign_contract(contract.id, Side.PARTNER)
    assert fresh(split.id).state is SplitState.SIGNED


# The document


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

    assert found.count("/Table") == found.count("/THead") >= 6
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
def test_no_sign_stops_the_document(typed: str) -> None:
    assert "Avant" in text_of(render_pdf(content(support_social=f"Avant {typed} après")))


@pytest.mark.usefixtures("french")
def test_only_the_clauses_that_apply_are_there() -> None:
    plain = {clause["title"] for clause in document(content())["clauses"]}
    old = replace(content(), home=DwellingFacts(1930, Survey.MISSING, Survey.CLEAR), lead_on=date(2018, 5, 2))
    aged = {clause["title"]: clause["texts"][0] for clause in document(old)["clauses"]}

    assert "Amiante" not in plain
    assert "Plomb" not in plain
    assert "Accord écrit du bailleur" not in plain
    assert "peut contenir de l’amiante" in aged["Amiante"]
    assert "2\u00a0mai 2018" in aged["Plomb"]
    consented = content(lines=[a_line(1, consent="written", consent_on="2019-03-02")])
    assert "Accord écrit du bailleur" in {clause["title"] for clause in document(consented)["clauses"]}
    only_family = content(lines=[a_line(1, legal_basis="")])
    assert {"Travaux du bailleur", "Entretien et réparations locatives"}.isdisjoint(
        clause["title"] for clause in document(only_family)["clauses"]
    )


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
