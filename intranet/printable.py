"""The signs that documents print: those of Typst's own fonts and of the Noto fonts installed with the application.

``data/printable_signs.txt`` says them all, as ranges; a test prints them. What is not among them would leave a gap
in a contract that people sign, so it is refused where it is typed.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from functools import lru_cache
from importlib.resources import files

# What nearly every text is made of, looked at in one go: the table is read for others only.
_USUAL = re.compile(
    "[\\s\u0020-\u007e\u00a0-\u024f\u0370-\u0377\u0386-\u03ff\u0400-\u04ff\u05d0-\u05ea\u0620-\u0669"
    "\u200c-\u200f\u2010-\u2027\u202f\u2030-\u203a\u20ac]*"
)
# They print nothing, and shape what stands beside them.
_SHAPING = frozenset("\u061c\u200c\u200d\u200e\u200f\ufe0e\ufe0f")


def unprintable(text: str) -> str:
    """The first sign of ``text`` that no font holds; empty when all can be printed."""
    if _USUAL.fullmatch(text):
        return ""
    return next((sign for sign in text if not _holds(sign)), "")


def _holds(sign: str) -> bool:
    if sign.isspace() or sign in _SHAPING:
        return True
    starts, ends = _ranges()
    place = bisect_right(starts, ord(sign)) - 1
    return place >= 0 and ord(sign) <= ends[place]


@lru_cache(maxsize=1)
def _ranges() -> tuple[list[int], list[int]]:
    """First and last sign of each range."""
    written = files("intranet.data").joinpath("printable_signs.txt").read_text(encoding="ascii")
    pairs = [each.partition("-") for each in written.split()]
    return [int(first, 16) for first, _, _ in pairs], [int(last or first, 16) for first, _, last in pairs]
