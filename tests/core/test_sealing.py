"""Sealing a signed contract: the worker's job, the page of proof, the command that verifies."""

from __future__ import annotations

import io
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from flask import Flask
from flask.cli import ScriptInfo
from pypdf import PdfReader
from sqlalchemy import select, update

from intranet.cli import cli
from intranet.config import Settings
from intranet.documents.models import Document
from intranet.documents.service import read_bytes
from intranet.dossiers.models import DossierState
from intranet.extensions import db
from intranet.jobs.service import run_due
from intranet.signatures.certificate import SealFailed, known_certificates
from intranet.signatures.finishing import seal_contract
from intranet.signatures.models import Method, Signature
from intranet.signatures.proof import in_groups, masked, render_proof
from intranet.signatures.sealing import seal
from intranet.signatures.verifying import Finding, verify
from intranet.testing.dossiers import make_dossier
from intranet.testing.works import make_contract, make_parties, make_split, sign_contract
from intranet.works.contract import render_again
from intranet.works.models import Contract, Split
from intranet.works.terms import Side, SplitState
from tests.core.sealed_files import NUMBER, Sealed, a_proof, sealed_in, signed_by
from tests.databases import Databases


@pytest.fixture(scope="module")
def sealed(databases: Databases, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sealed]:
    with sealed_in(databases, tmp_path_factory.mktemp("sealed")) as made:
        yield made


def text_of(pdf: bytes) -> str:
    return " ".join(" ".join(page.extract_text().split()) for page in PdfReader(io.BytesIO(pdf)).pages)


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


def test_a_seal_that_failed_is_said_on_the_contract_until_it_is_made_again(contract: Contract) -> None:
    signature = db.session.scalars(select(Signature).where(Signature.side == Side.ALC)).one()
    right, signature.digest = signature.digest, "0" * 64
    db.session.commit()
    with pytest.raises(SealFailed):
        seal_contract({"contract_id": contract.id})
    assert db.session.get_one(Contract, contract.id).failure

    signature.digest = right
    db.session.commit()
    render_again(make_parties(db.session.get_one(Split, contract.split_id)).coordinator, contract.id)
    run_due()
    again = db.session.get_one(Contract, contract.id, populate_existing=True)
    assert again.failure == ""
    assert again.sealed_document_id is not None


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
        in_groups("0a" * 32),
        "14 mars 2019",
    ):
        assert words in text.replace("\u00a0", " ").replace("\u202f", " "), words
    assert "agence@example.org" not in text


def test_the_sealed_file_does_not_tell_from_which_network_a_party_signed(contract: Contract) -> None:
    db.session.execute(update(Signature).values(address="192.0.2.7"))
    db.session.commit()
    assert "192.0.2.7" not in text_of(read_bytes(sealed_document(contract.id)))
    assert set(db.session.scalars(select(Signature.address))) == {"192.0.2.7"}  # the association's evidence


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
