"""What the services of signing are asked to do: frozen values, built by forms, known to no session."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from intranet.documents.intake import Prepared
from intranet.works.terms import Side


@dataclass(frozen=True, slots=True)
class Signer:
    """Who signs what: the party, the person's name, the document she was shown, and from where.

    ``digest`` is the SHA-256 of that document; ``address`` that of the device at hand.
    """

    contract_id: int
    side: Side
    name: str
    digest: str
    address: str = ""


@dataclass(frozen=True, slots=True)
class Draw:
    """``strokes`` as the browser sent them: read and checked by the service."""

    signer: Signer
    strokes: Any


@dataclass(frozen=True, slots=True)
class SendCode:
    """``email`` empty: the code is read out."""

    signer: Signer
    email: str = ""


@dataclass(frozen=True, slots=True)
class UseCode:
    """The name is the one the code was made for."""

    signer: Signer
    code: str


@dataclass(frozen=True, slots=True)
class OnPaper:
    """A scan or a photo of the signed paper, and the day it was signed."""

    signer: Signer
    signed_on: date
    file: Prepared


@dataclass(frozen=True, slots=True)
class RefuseToSign:
    signer: Signer
    reason: str
