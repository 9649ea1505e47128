"""The contract, its reading copy and its sealed file keep to PDF/A-3a and PDF/UA-1, as far as the file shows."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

import pytest
from pypdf import PdfReader, PdfWriter
from pypdf.generic import DictionaryObject, NameObject, NumberObject

from intranet.database import writing
from intranet.documents.models import Document
from intranet.documents.service import read_bytes
from intranet.dossiers.models import DossierState
from intranet.extensions import db
from intranet.jobs.service import run_due
from intranet.testing.dossiers import make_dossier
from intranet.testing.works import make_contract, make_split, sign_contract
from intranet.works.models import Contract
from intranet.works.terms import SplitState
from tests.archival import faults


@pytest.fixture
def papers(db_session: object) -> dict[str, bytes]:
    """What is signed, its English reading copy, and the sealed file, of one contract."""
    split = make_split(make_dossier(state=DossierState.JOINED), 6, SplitState.AGREED)
    with writing():
        contract_id = sign_contract(make_contract(split.id).id).id
        run_due()
    contract = db.session.get_one(Contract, contract_id, populate_existing=True)
    files = {
        "signed": contract.document_id,
        "reading": contract.reading_document_id,
        "sealed": contract.sealed_document_id,
    }
    return {name: read_bytes(db.session.get_one(Document, file)) for name, file in files.items()}


def language_of(pdf: bytes) -> str:
    root: Any = PdfReader(io.BytesIO(pdf)).trailer["/Root"]
    return str(root["/Lang"])


def test_the_contract_its_reading_copy_and_its_sealed_file_break_no_clause(papers: dict[str, bytes]) -> None:
    assert {name: faults(pdf) for name, pdf in papers.items()} == {"signed": [], "reading": [], "sealed": []}
    assert {name: language_of(pdf) for name, pdf in papers.items()} == {
        "signed": "fr-FR",
        "reading": "en-GB",
        "sealed": "fr-FR",
    }


def without(*path: str) -> Callable[[Any], None]:
    def change(root: Any) -> None:
        for key in path[:-1]:
            root = root[key].get_object()
        del root[path[-1]]

    return change


def without_fonts(root: Any) -> None:
    for font in root["/Pages"]["/Kids"][0].get_object()["/Resources"]["/Font"].values():
        descriptor = font.get_object()["/DescendantFonts"][0].get_object()["/FontDescriptor"].get_object()
        descriptor.pop("/FontFile3", None)


def hidden_field(root: Any) -> None:
    (field,) = root["/AcroForm"]["/Fields"]
    field.get_object()[NameObject("/F")] = NumberObject(2)


def later_version(root: Any) -> None:
    root[NameObject("/Version")] = NameObject("/2.0")


def attached_without_a_word(root: Any) -> None:
    root[NameObject("/Names")] = DictionaryObject({NameObject("/EF"): DictionaryObject()})


@pytest.mark.parametrize(
    ("change", "clause"),
    [
        (without("/Lang"), "6.7.4"),
        (without("/MarkInfo"), "6.7.2"),
        (without("/StructTreeRoot"), "6.7.3"),
        (without("/ViewerPreferences", "/DisplayDocTitle"), "7.1"),
        (without("/OutputIntents"), "6.2.3"),
        (without("/Metadata"), "6.6.4"),
        (without_fonts, "6.2.11.4"),
        (hidden_field, "6.3.2"),
        (later_version, "6.1.2"),
        (attached_without_a_word, "6.8"),
    ],
)
def test_a_clause_that_is_broken_is_named(
    papers: dict[str, bytes], change: Callable[[Any], None], clause: str
) -> None:
    writer = PdfWriter(clone_from=io.BytesIO(papers["sealed"]))
    change(writer.root_object)
    out = io.BytesIO()
    writer.write(out)

    assert any(f" {clause}:" in fault for fault in faults(out.getvalue()))
