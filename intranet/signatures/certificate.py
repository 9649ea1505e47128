"""The installation's certificate: the one named by ``SEAL_CERTIFICATE``, else one made here once.

``instance/seal`` (readable by its owner alone) holds ``certificate.p12``, made at the first seal when none is
given, and ``known/``: every certificate this installation has ever sealed with, so that a file sealed before a
renewal is still recognised. It is part of the backup.
"""

from __future__ import annotations

import contextlib
import os
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from intranet.config import Settings

FOLDER = "seal"
OWN = "certificate.p12"
KNOWN = "known"
YEARS = 30


class SealFailed(Exception):
    """Nothing could be sealed; the message says why and what to do."""


@dataclass(frozen=True, slots=True)
class Identity:
    """What a seal is made with: the PKCS#12 archive, its password, and its certificates, the signer's first (DER)."""

    archive: bytes
    password: bytes | None
    certificates: tuple[bytes, ...]


def identity(settings: Settings) -> Identity:
    """The certificate to seal with, kept among the known ones. ``SealFailed`` when it cannot be used."""
    if settings.seal_certificate:
        path, password = Path(settings.seal_certificate), settings.seal_password.encode() or None
    else:
        path, password = settings.instance / FOLDER / OWN, None
        if not path.exists():
            _write_once(path, _make(settings))
    try:
        archive = path.read_bytes()
    except OSError as problem:
        raise SealFailed(f"SEAL_CERTIFICATE: {path} cannot be read ({problem.strerror}).") from problem
    found = Identity(archive, password, _certificates(archive, password, path))
    _remember(settings, found)
    return found


def known_certificates(settings: Settings) -> frozenset[bytes]:
    """Every certificate (DER) this installation has sealed with, with the ones above it."""
    folder = settings.instance / FOLDER / KNOWN
    return frozenset(path.read_bytes() for path in folder.glob("*.der")) if folder.is_dir() else frozenset()


def _certificates(archive: bytes, password: bytes | None, path: Path) -> tuple[bytes, ...]:
    from cryptography.hazmat.primitives.serialization import Encoding, pkcs12

    try:
        key, certificate, others = pkcs12.load_key_and_certificates(archive, password)
    except ValueError as problem:
        raise SealFailed(
            f"SEAL_CERTIFICATE: {path} is not a PKCS#12 file, or SEAL_PASSWORD is not its password."
        ) from problem
    if key is None or certificate is None:
        raise SealFailed(f"SEAL_CERTIFICATE: {path} must hold a private key and its certificate.")
    return tuple(each.public_bytes(Encoding.DER) for each in (certificate, *others))


def _remember(settings: Settings, found: Identity) -> None:
    from hashlib import sha256

    for certificate in found.certificates:
        path = settings.instance / FOLDER / KNOWN / f"{sha256(certificate).hexdigest()}.der"
        if not path.exists():
            _write_once(path, certificate)


def _write_once(path: Path, data: bytes) -> None:
    """Write a file its owner alone may read, whole before it has its name; who comes second keeps the first's."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    path.parent.chmod(0o700)
    draft = path.with_name(f".{path.name}-{secrets.token_hex(4)}")
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    with contextlib.suppress(FileExistsError):
        os.link(draft, path)
    draft.unlink()


def _make(settings: Settings) -> bytes:
    """A key of its own (ECDSA, P-256) and a certificate it signs itself, named after the public address."""
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.hazmat.primitives.serialization import NoEncryption, pkcs12
    from cryptography.x509.oid import NameOID

    key = ec.generate_private_key(ec.SECP256R1())
    host = (urlsplit(settings.base_url).hostname or "intranet")[:40]
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, f"Sceau intranet ARA ({host})")])
    now = datetime.now(UTC)  # a certificate lives in real time, whatever day a story is played at
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=365 * YEARS))
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_usage(x509), critical=True)
        .sign(key, hashes.SHA256())
    )
    return pkcs12.serialize_key_and_certificates(b"seal", key, certificate, None, NoEncryption())


def _usage(x509: Any) -> Any:
    names = (
        "key_encipherment data_encipherment key_agreement key_cert_sign crl_sign encipher_only decipher_only"
    )
    return x509.KeyUsage(
        digital_signature=True, content_commitment=True, **dict.fromkeys(names.split(), False)
    )
