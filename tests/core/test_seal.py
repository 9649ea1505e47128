"""The sealed file: what was signed, the proof, the seal; and whether a change of it is found."""

from __future__ import annotations

import io
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from flask import Flask
from flask.cli import ScriptInfo
from hypothesis import given
from hypothesis import settings as settings_of_hypothesis
from hypothesis import strategies as st
from pypdf import PdfReader
from sqlalchemy import select

from intranet.cli import cli
from intranet.clock import now
from intranet.config import Settings, SettingsError
from intranet.documents.models import Document
from intranet.documents.service import read_bytes
from intranet.dossiers.models import DossierState
from intranet.extensions import db
from intranet.jobs.service import enqueue_intervals, run_due
from intranet.operations.backup import back_up, restore
from intranet.signatures.certificate import Identity, SealFailed, identity, known_certificates
from intranet.signatures.finishing import seal_contract
from intranet.signatures.models import Method, Signature
from intranet.signatures.proof import Proof, Signed, in_groups, masked, render_proof
from intranet.signatures.sealing import seal
from intranet.signatures.verifying import Finding, verify
from intranet.testing.dossiers import make_dossier
from intranet.testing.works import A_DRAWING, make_contract, make_split, sign_contract
from intranet.works.models import Contract
from intranet.works.terms import Side, SplitState
from tests.archival import faults
from tests.conftest import build_settings
from tests.databases import Databases

NUMBER = "CP-2019-0007"
UNHURRIED = settings_of_hypothesis(deadline=None)  # the machine may be busy with other tests


def signed_by(side: Side, **changes: Any) -> Signed:
    whole = Signed(
        side=side,
        party="Bailleur Essai",
        name="Nour Essai",
        method=Method.DRAWN,
        signed_on=date(2019, 3, 14),
        recorded_at=datetime(2019, 3, 14, 10, 5, tzinfo=UTC),
        address="192.0.2.7",
        strokes=A_DRAWING,
    )
    return replace(whole, **changes)


def a_proof(*signatures: Signed) -> Proof:
    return Proof(
        NUMBER,
        "ALC",
        "0a" * 32,
        12_345,
        datetime(2019, 3, 15, 8, tzinfo=UTC),
        signatures or (signed_by(Side.HOUSEHOLD), signed_by(Side.ALC, method=Method.CODE, strokes=None)),
    )


class Sealed:
    """A document, its sealed file, and the certificates known where it was sealed."""

    def __init__(self, app: Flask, folder: Path) -> None:
        with app.test_request_context():
            self.document = render_proof(a_proof())  # any document of ours will do
            self.proof = render_proof(a_proof())
        self.settings = Settings.from_env({"INTRANET_INSTANCE": str(folder)})
        self.identity: Identity = identity(self.settings)
        self.known = known_certificates(self.settings)
        self.file = seal(self.document, self.proof, NUMBER, self.identity)


@pytest.fixture(scope="module")
def sealed(databases: Databases, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sealed]:
    from tests.conftest import running_app

    folder = tmp_path_factory.mktemp("sealed")
    with databases.copy() as url, running_app(build_settings(url, folder)) as app:
        yield Sealed(app, folder)


def text_of(pdf: bytes) -> str:
    return " ".join(" ".join(page.extract_text().split()) for page in PdfReader(io.BytesIO(pdf)).pages)


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


# The certificate


def test_the_certificate_is_made_once_for_its_owner_alone(tmp_path: Path) -> None:
    settings = Settings.from_env({"INTRANET_INSTANCE": str(tmp_path)})
    first, second = identity(settings), identity(settings)

    assert first == second
    assert [
        path for path in (tmp_path / "seal").rglob("*") if path.is_file() and path.stat().st_mode & 0o077
    ] == []
    assert (tmp_path / "seal").stat().st_mode & 0o077 == 0


def test_the_certificate_is_there_before_the_first_contract(app: Flask) -> None:
    settings: Settings = app.extensions["intranet.settings"]
    assert known_certificates(settings) == frozenset()
    with app.app_context():
        enqueue_intervals(now())
        run_due()
    assert len(known_certificates(settings)) == 1


def a_pkcs12(path: Path, password: bytes) -> Path:
    """A certificate a site would buy: RSA, named, with the authority above it."""
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.asymmetric import rsa
    from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, pkcs12
    from cryptography.x509.oid import NameOID

    def name(text: str) -> x509.Name:
        return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])

    moment = datetime.now(UTC)
    above, own = (rsa.generate_private_key(65537, 2048) for _ in range(2))

    def made(subject: str, key: Any, serial: int) -> x509.Certificate:
        builder = x509.CertificateBuilder().subject_name(name(subject)).issuer_name(name("Autorité Essai"))
        builder = builder.public_key(key.public_key()).serial_number(serial)
        builder = builder.not_valid_before(moment - timedelta(days=1))
        builder = builder.not_valid_after(moment + timedelta(days=30))
        return builder.sign(above, hashes.SHA256())

    authority, certificate = made("Autorité Essai", above, 1), made("ALC Essai", own, 2)
    path.write_bytes(
        pkcs12.serialize_key_and_certificates(
            b"alc", own, certificate, [authority], BestAvailableEncryption(password)
        )
    )
    return path


def test_a_site_may_bring_its_own_certificate_and_renew_it(sealed: Sealed, tmp_path: Path) -> None:
    environment = {"INTRANET_INSTANCE": str(tmp_path / "instance"), "SEAL_PASSWORD": "secret"}
    files = []
    for year in ("2025.p12", "2026.p12"):
        path = a_pkcs12(tmp_path / year, b"secret")
        settings = Settings.from_env({**environment, "SEAL_CERTIFICATE": str(path)})
        files.append(seal(sealed.document, sealed.proof, NUMBER, identity(settings)))

    known = known_certificates(settings)
    assert [verify(file, known).finding for file in files] == [Finding.VALID] * 2
    assert [verify(file, sealed.known).finding for file in files] == [Finding.UNKNOWN] * 2


def test_a_certificate_that_cannot_be_used_says_why(tmp_path: Path) -> None:
    environment = {"INTRANET_INSTANCE": str(tmp_path / "instance")}
    with pytest.raises(SettingsError, match="SEAL_CERTIFICATE"):
        Settings.from_env({**environment, "SEAL_CERTIFICATE": str(tmp_path / "nothing.p12")})
    path = a_pkcs12(tmp_path / "site.p12", b"secret")
    wrong = Settings.from_env({**environment, "SEAL_CERTIFICATE": str(path), "SEAL_PASSWORD": "autre"})
    with pytest.raises(SealFailed, match="SEAL_PASSWORD"):
        identity(wrong)


def test_the_certificate_is_part_of_the_backup(
    app: Flask, settings: Settings, databases: Databases, tmp_path: Path
) -> None:
    made = identity(settings)
    back_up(settings, tmp_path / "saved.tar")
    with databases.copy() as url:
        other = build_settings(url, tmp_path / "other")
        restore(other, tmp_path / "saved.tar", force=True)

        assert identity(other) == made


# The contract


@pytest.fixture
def contract(db_session: object) -> Contract:
    split = make_split(make_dossier(state=DossierState.JOINED), 2, SplitState.AGREED)
    return sign_contract(make_contract(split.id).id)


def sealed_document(contract_id: int) -> Document:
    run_due()
    contract = db.session.get_one(Contract, contract_id, populate_existing=True)
    return db.session.get_one(Document, contract.sealed_document_id)


def test_a_signed_contract_is_sealed_once_by_the_worker_and_found_valid(
    contract: Contract, settings: Settings
) -> None:
    kept = sealed_document(contract.id)
    seal_contract({"contract_id": contract.id})

    assert sealed_document(contract.id).id == kept.id
    assert kept.audience == "alc bailleur partner"
    file = read_bytes(kept)
    verdict = verify(file, known_certificates(settings))
    assert verdict.finding is Finding.VALID
    assert verdict.sealed is not None
    assert verdict.sealed.digest == db.session.get_one(Document, contract.document_id).digest
    assert file.startswith(read_bytes(db.session.get_one(Document, contract.document_id)))
    assert f"Signataire {Side.HOUSEHOLD}" in text_of(file)


def test_nothing_is_sealed_before_everyone_has_signed(db_session: object) -> None:
    split = make_split(make_dossier(state=DossierState.JOINED), 1, SplitState.AGREED)
    contract = sign_contract(make_contract(split.id).id, Side.ALC)
    seal_contract({"contract_id": contract.id})

    assert db.session.get_one(Contract, contract.id).sealed_document_id is None


def test_a_signature_of_another_document_is_never_sealed(contract: Contract) -> None:
    signature = db.session.scalars(select(Signature).where(Signature.side == Side.ALC)).one()
    signature.digest = "0" * 64
    db.session.commit()
    with pytest.raises(SealFailed):
        seal_contract({"contract_id": contract.id})

    assert db.session.get_one(Contract, contract.id).sealed_document_id is None


def test_the_proof_tells_how_each_one_signed(app: Flask) -> None:
    with app.test_request_context():
        pdf = render_proof(
            a_proof(
                signed_by(Side.HOUSEHOLD, recorder="Leïla Essai (ALC)"),
                signed_by(Side.BAILLEUR, method=Method.CODE, code_sent_to="agence@example.org", strokes=None),
                signed_by(Side.PARTNER, method=Method.PAPER, scan_digest="ab" * 32, strokes=None),
                signed_by(Side.ALC, method=Method.CODE, strokes=None),
            )
        )
    text = text_of(pdf)

    for words in (
        "Dessinée à l’écran",
        "Leïla Essai (ALC)",
        "envoyé à a…@example.org",
        "lu de vive voix",
        "Sur papier, puis numérisée",
        "192.0.2.7",
        in_groups("0a" * 32),
        "14 mars 2019",
    ):
        assert words in text.replace("\u00a0", " ").replace("\u202f", " "), words
    assert "agence@example.org" not in text


@pytest.mark.parametrize("name", ["مرحبا", "Привет", "👩‍🔧", "中文", "#strong[x] \\u{41} $x$ @a"])
def test_no_name_stops_the_proof(app: Flask, name: str) -> None:
    with app.test_request_context():
        assert render_proof(a_proof(signed_by(Side.HOUSEHOLD, name=name))).startswith(b"%PDF")


def test_the_address_of_a_mail_is_shown_in_part() -> None:
    assert masked("nour@example.org") == "n…@example.org"
    assert masked("") == ""


# The command


def run(app: Flask, path: Path) -> Result:
    return CliRunner().invoke(cli, ["contract", "verify", str(path)], obj=ScriptInfo(create_app=lambda: app))


def test_the_command_says_valid_changed_or_unknown(app: Flask, contract: Contract, tmp_path: Path) -> None:
    path = tmp_path / "contract.pdf"
    data = read_bytes(sealed_document(contract.id))
    path.write_bytes(data)
    valid = run(app, path)
    path.write_bytes(data[:500] + b"X" + data[501:])
    changed = run(app, path)
    path.write_bytes(b"%PDF-1.7 autre chose")
    unknown = run(app, path)

    assert [each.exit_code for each in (valid, changed, unknown)] == [0, 1, 2]
    assert valid.output.startswith("valid\n")
    assert contract.number in valid.output
    assert changed.output.startswith("changed\n")
    assert unknown.output.startswith("unknown\n")


def test_a_contract_of_sixty_lines_is_made_and_sealed_in_less_than_a_second(
    app: Flask, sealed: Sealed
) -> None:
    from intranet.works.contract_document import render_pdf
    from intranet.works.terms import Holder
    from tests.core.contract_samples import a_line, content

    long = content(lines=[a_line(number, list(Holder)[number % 4]) for number in range(60)])
    took = []
    with app.test_request_context():
        for _time in range(3):  # the best of three: the machine may be busy with other tests
            started = time.perf_counter()
            document = render_pdf(long)
            file = seal(document, render_proof(a_proof()), NUMBER, sealed.identity)
            took.append(time.perf_counter() - started)

    assert verify(file, sealed.known).finding is Finding.VALID
    assert min(took) < 1


def test_the_application_starts_without_pyhanko(settings: Settings) -> None:
    """It costs half a second and 30 MB: only the process that seals pays for it."""
    script = (
        "import sys; from intranet.app import create_app; create_app();"
        "print(sorted(m for m in sys.modules if m.split('.')[0] in ('pyhanko', 'asn1crypto')))"
    )
    environment = {
        "DATABASE_URL": settings.database_url,
        "INTRANET_INSTANCE": str(settings.instance),
        "PATH": "/usr/bin:/bin",
    }
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, env=environment, check=True
    )
    assert done.stdout.strip().splitlines()[-1] == "[]"
