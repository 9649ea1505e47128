"""Whether a file is a contract this installation sealed, to the byte.

Stricter than a reader of PDFs: the seal must cover the whole file, be written exactly as ``sealing`` writes it,
and come from a certificate this installation has used. pyHanko is imported here; import this module only to verify.
"""

from __future__ import annotations

import enum
import io
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any

from asn1crypto import cms, x509
from pyhanko.pdf_utils.misc import PdfError
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation.generic_cms import validate_sig_integrity

from intranet.signatures.marks import FIELD, Sealed, bears_marks, read_reason


class Finding(enum.StrEnum):
    VALID = "valid"  # sealed here, and not a byte has changed since
    CHANGED = "changed"  # sealed here once, not the same any more
    UNKNOWN = "unknown"  # nothing this installation has sealed


@dataclass(frozen=True, slots=True)
class Verdict:
    """What was found; ``sealed`` and ``sealed_at`` (by the server's clock) only of a valid file."""

    finding: Finding
    sealed: Sealed | None = None
    sealed_at: datetime | None = None


class _Foreign(Exception):
    """Somebody else's signature, whole as it may be."""


class _Broken(Exception):
    """Not as it was sealed."""


def verify(data: bytes, known: Collection[bytes]) -> Verdict:
    """The verdict on a file. ``known`` are the certificates (DER) this installation has sealed with."""
    try:
        return _read(data, known)
    except _Foreign:
        return Verdict(Finding.UNKNOWN)
    except Exception:
        return Verdict(Finding.CHANGED if bears_marks(data) else Finding.UNKNOWN)


def _read(data: bytes, known: Collection[bytes]) -> Verdict:
    seal = _seal_of(data)
    start, before, after, tail = (int(each) for each in seal["/ByteRange"])
    envelope = cms.ContentInfo.load(bytes(seal["/Contents"]))  # zeros fill the place kept for it
    signed = envelope["content"]
    certificates = [each.chosen.dump() for each in signed["certificates"]]
    signer = _signer(signed, certificates)
    whole = sha256(data[start:before] + data[after : after + tail]).digest()
    intact, valid = validate_sig_integrity(signed["signer_infos"][0], signer, "data", whole)
    if not (intact and valid):
        raise _Broken
    if not known or not set(certificates) <= set(known):
        raise _Foreign
    if (start, after + tail) != (0, len(data)):
        raise _Broken
    if data[before:after] != _written(_rebuilt(signed, signer), after - before):
        raise _Broken
    sealed = read_reason(str(seal["/Reason"]))
    if sealed is None or sha256(data[: sealed.size]).hexdigest() != sealed.digest:
        raise _Broken
    return Verdict(Finding.VALID, sealed, _when(str(seal["/M"])))


def _seal_of(data: bytes) -> Any:
    """The dictionary of the one seal; ``_Broken`` when there are others beside it."""
    try:
        reader = PdfFileReader(io.BytesIO(data))
        found = reader.embedded_signatures
    except PdfError as error:
        raise _Broken from error
    if [each.field_name for each in found] != [FIELD]:
        raise _Broken
    return found[0].sig_object


def _signer(signed: cms.SignedData, certificates: list[bytes]) -> x509.Certificate:
    """The certificate the one signature names."""
    (info,) = signed["signer_infos"]
    for each in certificates:
        certificate = x509.Certificate.load(each)
        if certificate.serial_number == info["sid"].chosen["serial_number"].native:
            return certificate
    raise _Broken


def _rebuilt(signed: cms.SignedData, signer: x509.Certificate) -> bytes:
    """The signature made again around what it vouches for: whatever else stands in the file is no part of a seal."""
    (info,) = signed["signer_infos"]
    names = cms.IssuerAndSerialNumber({"issuer": signer.issuer, "serial_number": signer.serial_number})
    made = cms.SignerInfo(
        {
            "version": "v1",
            "sid": cms.SignerIdentifier({"issuer_and_serial_number": names}),
            "digest_algorithm": {"algorithm": "sha256"},
            "signed_attrs": info["signed_attrs"],
            "signature_algorithm": {"algorithm": info["signature_algorithm"]["algorithm"].native},
            "signature": info["signature"].native,
        }
    )
    content = cms.SignedData(
        {
            "version": "v1",
            "digest_algorithms": [{"algorithm": "sha256"}],
            "encap_content_info": {"content_type": "data"},
            "certificates": signed["certificates"],
            "signer_infos": [made],
        }
    )
    return bytes(cms.ContentInfo({"content_type": "signed_data", "content": content}).dump())


def _written(envelope: bytes, room: int) -> bytes:
    """The one way the signature is written in its place: capital digits, then zeros to the end."""
    return b"<" + envelope.hex().upper().encode().ljust(room - 2, b"0") + b">"


def _when(text: str) -> datetime:
    from pyhanko.pdf_utils.generic import parse_pdf_date

    moment: datetime = parse_pdf_date(text)
    return moment
