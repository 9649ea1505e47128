"""The content of a contract, and its file read again, for the tests of the document."""

from __future__ import annotations

import io
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

from pypdf import PdfReader

from intranet.works.contract_content import ContractContent, Party, document
from intranet.works.guardrails import DwellingFacts
from intranet.works.terms import Holder


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


def read(pdf: bytes) -> PdfReader:
    return PdfReader(io.BytesIO(pdf))


def text_of(pdf: bytes) -> str:
    """The text without its line breaks: where a line is cut is the type's business."""
    return " ".join(" ".join(page.extract_text().split()) for page in read(pdf).pages)


def clauses_of(**changes: Any) -> dict[str, dict[str, Any]]:
    return {clause["key"]: clause for clause in document(content(**changes))["clauses"]}
