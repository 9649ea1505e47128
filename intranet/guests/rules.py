"""References and codes that open one split to somebody without an account. Pure functions.

Both are drawn from 30 signs that nobody mistakes for another when reading a letter or listening on the phone:
no 0 or O, no 1, I or L, no U. A code of 16 holds 78 bits, a reference of 8 holds 39: neither is guessed.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable

from intranet.works.terms import Side

ALPHABET = "23456789ABCDEFGHJKMNPQRSTVWXYZ"
CODE_LENGTH = 16
REFERENCE_LENGTH = 8
GROUP = 4

LONGEST_DAYS = 180
"""The longest an access may last; a negotiation that takes more needs a new code, or an account."""

SIDES = (Side.BAILLEUR, Side.HOUSEHOLD)
"""The sides that may answer without an account."""

LANGUAGES = {
    Side.BAILLEUR: ("fr", "en"),
    Side.HOUSEHOLD: ("fr", "en", "ar", "pt", "uk"),
}
"""In which language each may read, French first."""


def draw(length: int, choose: Callable[[str], str] = secrets.choice) -> str:
    """That many signs, each drawn at random."""
    return "".join(choose(ALPHABET) for _sign in range(length))


def grouped(text: str) -> str:
    """``text`` as it is printed and read out: four by four."""
    return "-".join(text[start : start + GROUP] for start in range(0, len(text), GROUP))


def normalise(typed: str) -> str:
    """What was typed as it was drawn: capitals or not, spaces, dashes and points do not count."""
    return "".join(sign for sign in typed.upper()[:200] if sign.isascii() and sign.isalnum())
