"""What a sealed file says of itself: the words that ``sealing`` writes and ``verifying`` reads."""

from __future__ import annotations

import re
from typing import NamedTuple

FIELD = "SceauIntranetARA"
APPLICATION = "IntranetARA"

_REASON = re.compile(r"(?P<number>\S+) ; document de (?P<size>\d+) octets, SHA-256 (?P<digest>[0-9a-f]{64})")


class Sealed(NamedTuple):
    """The contract, and the size in bytes and SHA-256 of what was signed: the beginning of the file."""

    number: str
    size: int
    digest: str


def seal_reason(number: str, digest: str, size: int) -> str:
    """The reason written into the seal, covered by it."""
    return f"{number} ; document de {size} octets, SHA-256 {digest}"


def read_reason(text: str) -> Sealed | None:
    found = _REASON.fullmatch(text)
    return Sealed(found["number"], int(found["size"]), found["digest"]) if found else None


def bears_marks(data: bytes) -> bool:
    """Whether the file says anywhere that it was sealed here: two marks, so that no one byte hides it."""
    return FIELD.encode() in data or b"/" + APPLICATION.encode() in data
