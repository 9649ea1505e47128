"""The certificate that seals: made once, or brought by the site."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from intranet.clock import now
from intranet.config import Settings, SettingsError
from intranet.jobs.service import enqueue_intervals, run_due
from intranet.operations.backup import back_up, restore
from intranet.signatures.certificate import SealFailed, identity, known_certificates
from intranet.signatures.sealing import seal
from intranet.signatures.verifying import Finding, verify
from tests.conftest import build_settings
from tests.core.sealed_files import NUMBER, Sealed, sealed_in
from tests.databases import Databases


@pytest.fixture(scope="module")
def sealed(databases: Databases, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sealed]:
    with sealed_in(databases, tmp_path_factory.mktemp("sealed")) as made:
        yield made


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
