"""Signatures given on paper, with their scan; and refusals to sign."""

from __future__ import annotations

import io
from datetime import timedelta

import pikepdf
import pytest
from sqlalchemy import select

from intranet.clock import today
from intranet.documents.models import Document
from intranet.documents.service import read_bytes
from intranet.dossiers.models import DossierState
from intranet.errors import Refused
from intranet.extensions import db
from intranet.jobs.models import OutboxRow
from intranet.signatures.commands import RefuseToSign
from intranet.signatures.models import Method
from intranet.signatures.service import refuse_to_sign, sign_on_paper
from intranet.testing.dossiers import make_dossier
from intranet.testing.files import received
from intranet.testing.rent import RECEIPT
from intranet.testing.works import a_signer, agree_split, fresh, make_contract, make_split, sign_contract
from intranet.timeline.models import TimelineEntry
from intranet.works.models import Contract
from intranet.works.terms import ContractState, Side, SplitState
from tests.core.signing import agent, coordinator, paper, signatures, stored


@pytest.fixture
def contract(db_session: object) -> Contract:
    split = make_split(make_dossier(state=DossierState.JOINED), 3, SplitState.AGREED)
    return make_contract(split.id)


# On paper


def test_a_paper_is_kept_with_its_scan_and_its_day(contract: Contract) -> None:
    sign_on_paper(coordinator(contract), paper(contract))

    kept = signatures(contract.id)[Side.HOUSEHOLD]
    scan = db.session.get_one(Document, kept.document_id)
    assert (kept.method, kept.signed_on) == (Method.PAPER, today())
    assert (scan.media_type, scan.audience) == ("image/jpeg", "alc bailleur partner")


def test_a_pdf_of_the_paper_is_kept_as_it_came(contract: Contract) -> None:
    sign_on_paper(coordinator(contract), paper(contract, file=received(RECEIPT, "page.pdf")))

    scan = db.session.get_one(Document, signatures(contract.id)[Side.HOUSEHOLD].document_id)
    assert (scan.media_type, read_bytes(scan)) == ("application/pdf", RECEIPT)


@pytest.mark.parametrize("saved_again", [False, True])
def test_the_contract_that_nobody_signed_is_no_signature(contract: Contract, saved_again: bool) -> None:
    sent = read_bytes(db.session.get_one(Document, contract.document_id))
    if saved_again:
        with pikepdf.open(io.BytesIO(sent)) as pdf:
            again = io.BytesIO()
            pdf.save(again, linearize=True, recompress_flate=True)
            assert again.getvalue() != sent
            sent = again.getvalue()
    with pytest.raises(Refused, match="sans signature") as refused:
        sign_on_paper(coordinator(contract), paper(contract, file=received(sent, "contrat.pdf")))
    assert refused.value.field == "file"
    db.session.rollback()
    assert signatures(contract.id) == {}


@pytest.mark.parametrize(
    ("data", "filename"),
    [
        (b"", "page.pdf"),
        (b"du texte", "page.pdf"),
        (b"du texte", "page.jpg"),
        (b"%PDF-1.7\nrien\n%%EOF\n", "page.pdf"),
        (b"%PDF-1.7\n1 0 obj\n<</Type /Catalog>>\nendobj\ntrailer\n<</Root 1 0 R>>\n%%EOF\n", "page.pdf"),
        (b"\x89PNG\r\n\x1a\n" + b"0" * 200, "page.png"),
        (b"PK\x03\x04" + b"0" * 200, "page.docx"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "page.svg"),
    ],
)
def test_a_scan_that_is_neither_pdf_nor_picture_is_refused(
    contract: Contract, data: bytes, filename: str
) -> None:
    with pytest.raises(Refused) as refused:
        sign_on_paper(coordinator(contract), paper(contract, file=received(data, filename)))

    db.session.rollback()
    assert refused.value.field == "file"
    assert signatures(contract.id) == {}


@pytest.mark.parametrize("days", [1, -1])
def test_a_paper_is_dated_neither_of_tomorrow_nor_of_before_the_contract(
    contract: Contract, days: int
) -> None:
    with pytest.raises(Refused) as refused:
        sign_on_paper(coordinator(contract), paper(contract, signed_on=today() + timedelta(days=days)))

    assert refused.value.field == "signed_on"


# Refusing


def test_a_party_may_refuse_with_a_reason_and_the_split_goes_back_to_alc(contract: Contract) -> None:
    sign_contract(contract.id, Side.HOUSEHOLD)
    refuse_to_sign(
        agent(contract), RefuseToSign(a_signer(contract.id, Side.BAILLEUR), "Les dates ne vont pas.")
    )

    split = fresh(contract.split_id)
    assert stored(contract.id).state is ContractState.REFUSED
    assert (split.state, split.turn, split.agreed_at) == (SplitState.COUNTERED, Side.ALC, None)
    kept = signatures(contract.id)[Side.BAILLEUR]
    assert (kept.refused, kept.reason) == (True, "Les dates ne vont pas.")
    entry = db.session.scalars(
        select(TimelineEntry).where(TimelineEntry.kind == "works.contract.refused")
    ).one()
    assert (entry.from_state, entry.to_state, entry.reason) == (
        "prepared",
        "refused",
        "Les dates ne vont pas.",
    )


def test_alc_is_written_to_when_a_party_refuses(contract: Contract) -> None:
    refuse_to_sign(agent(contract), RefuseToSign(a_signer(contract.id, Side.BAILLEUR), "Les dates."))

    payloads = db.session.scalars(select(OutboxRow.payload).where(OutboxRow.job == "mail.send"))
    assert "contract_refused" in {payload.get("template") for payload in payloads}


def test_a_refused_contract_is_signed_by_nobody_and_makes_room_for_another(contract: Contract) -> None:
    refuse_to_sign(agent(contract), RefuseToSign(a_signer(contract.id, Side.BAILLEUR), "Les dates."))
    with pytest.raises(Refused):
        sign_contract(contract.id, Side.ALC)
    db.session.rollback()

    agree_split(contract.split_id)
    assert make_contract(contract.split_id).number != contract.number


def test_a_refusal_needs_a_reason(contract: Contract) -> None:
    with pytest.raises(Refused) as refused:
        refuse_to_sign(agent(contract), RefuseToSign(a_signer(contract.id, Side.BAILLEUR), " "))

    assert refused.value.field == "reason"
    db.session.rollback()
    assert stored(contract.id).state is ContractState.PREPARED


def test_who_has_signed_does_not_refuse_afterwards(contract: Contract) -> None:
    sign_contract(contract.id, Side.HOUSEHOLD)
    with pytest.raises(Refused) as refused:
        refuse_to_sign(
            coordinator(contract), RefuseToSign(a_signer(contract.id, Side.HOUSEHOLD), "Finalement non")
        )

    assert refused.value.rule == "signature.refuse.signed"
