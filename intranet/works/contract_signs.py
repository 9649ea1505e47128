"""Signs that the contract's fonts cannot print: written another way when there is one, else taken out. Pure.

A missing glyph is an error in PDF/A, and a box in a contract says nothing: the document tells that signs are
missing instead. Words in a script the fonts lack leave ``[…]`` behind, so that nobody reads over the gap.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Any, NamedTuple

# The alphabets the fonts hold: Latin, Greek, Cyrillic, Armenian, Hebrew, Arabic, Georgian, punctuation, signs.
_BEYOND = re.compile("[\u2e80-\ufb12\ufe00-\ufe6f\uff00-\uffff\U00010000-\U0010ffff]+")
_INVISIBLE = re.compile("[\u200b-\u200d\u2060\ufe00-\ufe0f\ufeff\U0001f3fb-\U0001f3ff]")
GAP = "[…]"


class Printable(NamedTuple):
    """A tree of values, and whether something that was typed is no longer in it."""

    values: Any
    lost: bool


def printable(values: Any) -> Printable:
    """The same tree of dicts, lists and texts, without what no font holds."""
    lost = False

    def write(match: re.Match[str]) -> str:
        nonlocal lost
        plain = unicodedata.normalize("NFKC", match[0])
        if not _BEYOND.search(plain):
            return plain
        lost = True
        kept = _BEYOND.sub("", plain)
        return kept + GAP if any(sign.isalpha() for sign in plain) else kept

    def clean(text: str) -> str:
        return _tidy(_BEYOND.sub(write, _INVISIBLE.sub("", text)), text)

    return Printable(_each(values, clean), lost)


def without(values: Any, sign: str) -> Any:
    """The tree without one sign that turned out to be in no font."""
    left = GAP if any(letter.isalpha() for letter in sign) else ""
    return _each(values, lambda text: _tidy(text.replace(sign, left), text))


def _tidy(text: str, before: str) -> str:
    """One space where a sign stood between two, none before the end of a sentence."""
    if text == before:
        return text
    return re.sub(r" +(?=[.,](?:\s|$))", "", re.sub(r" {2,}", " ", text)).strip(" ")


def _each(values: Any, change: Any) -> Any:
    match values:
        case str():
            return change(values)
        case dict():
            return {key: _each(value, change) for key, value in values.items()}
        case list() | tuple():
            return [_each(value, change) for value in values]
        case _:
            return values
