"""The sealed file: what it holds, and that whatever is changed in it is found."""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import settings as settings_of_hypothesis
from hypothesis import strategies as st
from pypdf import PdfReader

from intranet.config import Settings
from intranet.signatures.certificate import identity, known_certificates
from intranet.signatures.sealing import seal
from intranet.signatures.verifying import Finding, verify
from tests.archival import faults
from tests.core.sealed_files import NUMBER, Sealed, sealed_in
from tests.databases import Databases

UNHURRIED = settings_of_hypothesis(deadline=None)  # the machine may be busy with other tests


@pytest.fixture(scope="module")
def sealed(databases: Databases, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sealed]:
    with sealed_in(databases, tmp_path_factory.mktemp("sealed")) as made:
        yield made


def elements(node: Any, found: list[Any]) -> list[Any]:
    node = node.get_object()
    if isinstance(node, dict):
        if "/S" in node:
            found.append(node)
        kids = node.get("/K", [])
        for kid in kids if isinstance(kids, list) else [kids]:
            elements(kid, found)
    return found


# The file


def test_what_was_signed_is_the_beginning_of_the_sealed_file_untouched(sealed: Sealed) -> None:
    assert sealed.file.startswith(sealed.document)


def test_the_seal_says_of_what_and_how_long_it_is(sealed: Sealed) -> None:
    verdict = verify(sealed.file, sealed.known)

    assert verdict.finding is Finding.VALID
    assert verdict.sealed is not None
    assert (verdict.sealed.number, verdict.sealed.size) == (NUMBER, len(sealed.document))


def test_the_sealed_file_stays_archival_and_accessible(sealed: Sealed) -> None:
    before, after = PdfReader(io.BytesIO(sealed.document)), PdfReader(io.BytesIO(sealed.file))
    root: Any = after.trailer["/Root"]
    assert before.xmp_metadata is not None
    assert after.xmp_metadata is not None

    metadata = after.xmp_metadata.stream.get_data()
    assert metadata == before.xmp_metadata.stream.get_data()
    assert faults(sealed.file) == []
    assert len(after.pages) == 2 * len(before.pages)
    tree = root["/StructTreeRoot"]
    (whole,) = tree["/K"]
    assert whole["/S"] == "/Document"
    tags = [element["/S"] for element in elements(tree, [])]
    assert tags.count("/H1") == 2
    assert tags.count("/Document") == 1
    assert all(element["/Alt"] for element in elements(tree, []) if element["/S"] == "/Figure")


def test_every_page_and_mark_of_the_sealed_file_finds_its_element(sealed: Sealed) -> None:
    """PDF/UA-1: what is read aloud is found through the parent tree, whose numbers must not clash."""
    reader = PdfReader(io.BytesIO(sealed.file))
    root: Any = reader.trailer["/Root"]
    numbers = root["/StructTreeRoot"]["/ParentTree"]["/Nums"]
    keys = [int(key) for key in numbers[::2]]
    assert keys == sorted(set(keys))
    assert root["/StructTreeRoot"]["/ParentTreeNextKey"] > max(keys)
    parents = dict(zip(keys, numbers[1::2], strict=True))
    for each in reader.pages:
        page: Any = each
        assert page["/Tabs"] == "/S"
        own = parents[page["/StructParents"]].get_object()
        assert len(own) > 0
        assert {element.get_object()["/Pg"].indirect_reference for element in own} == {
            page.indirect_reference
        }


def test_the_field_of_the_seal_is_out_of_the_page(sealed: Sealed) -> None:
    root: Any = PdfReader(io.BytesIO(sealed.file)).trailer["/Root"]
    (field,) = root["/AcroForm"]["/Fields"]
    field = field.get_object()

    assert all(float(edge) < 0 for edge in field["/Rect"])
    assert int(field["/F"]) & 4
    assert field["/TU"]


# Found or not


@UNHURRIED
@given(st.data())
def test_one_changed_byte_anywhere_is_found(sealed: Sealed, data: st.DataObject) -> None:
    position = data.draw(st.integers(0, len(sealed.file) - 1))
    mask = data.draw(st.integers(1, 255))
    changed = bytearray(sealed.file)
    changed[position] ^= mask

    assert verify(bytes(changed), sealed.known).finding is Finding.CHANGED


@UNHURRIED
@given(st.data())
def test_one_changed_byte_of_the_signature_itself_is_found(sealed: Sealed, data: st.DataObject) -> None:
    """Where a reader of PDFs would see nothing: capitals, padding, fields the signature does not cover."""
    start = sealed.file.rindex(b"/Contents <")
    end = sealed.file.index(b">", start)
    position = data.draw(st.integers(start, end))
    changed = bytearray(sealed.file)
    changed[position] ^= data.draw(st.sampled_from([1, 2, 4, 8, 16, 32, 64, 128]))

    assert verify(bytes(changed), sealed.known).finding is Finding.CHANGED


@UNHURRIED
@given(st.binary(min_size=1, max_size=200))
def test_anything_added_is_found(sealed: Sealed, more: bytes) -> None:
    assert verify(sealed.file + more, sealed.known).finding is Finding.CHANGED


@UNHURRIED
@given(st.integers(1, 3000))
def test_anything_cut_off_is_found(sealed: Sealed, less: int) -> None:
    assert verify(sealed.file[:-less], sealed.known).finding is not Finding.VALID


def test_an_appended_revision_is_found(sealed: Sealed) -> None:
    from pyhanko.pdf_utils.generic import pdf_name, pdf_string
    from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter

    writer = IncrementalPdfFileWriter(io.BytesIO(sealed.file))
    writer.root[pdf_name("/Lang")] = pdf_string("en")
    writer.update_root()
    out = io.BytesIO()
    writer.write(out)

    assert verify(out.getvalue(), sealed.known).finding is Finding.CHANGED


def test_another_installations_seal_is_unknown_here(sealed: Sealed, tmp_path: Path) -> None:
    other = Settings.from_env({"INTRANET_INSTANCE": str(tmp_path)})
    theirs = seal(sealed.document, sealed.proof, NUMBER, identity(other))

    assert verify(theirs, sealed.known).finding is Finding.UNKNOWN
    assert verify(theirs, known_certificates(other)).finding is Finding.VALID


@pytest.mark.parametrize("data", [b"", b"%PDF-1.7", b"du texte", bytes(range(256)) * 40])
def test_what_is_no_contract_is_unknown(sealed: Sealed, data: bytes) -> None:
    assert verify(data, sealed.known).finding is Finding.UNKNOWN


def test_the_unsealed_contract_is_unknown(sealed: Sealed) -> None:
    assert verify(sealed.document, sealed.known).finding is Finding.UNKNOWN


@UNHURRIED
@given(st.binary(max_size=400))
def test_no_file_breaks_the_verification(sealed: Sealed, data: bytes) -> None:
    assert verify(b"%PDF-1.7\n" + data, sealed.known).finding is Finding.UNKNOWN
    assert verify(sealed.document + data, sealed.known).finding is Finding.UNKNOWN
