"""What was typed, made ready for the fonts of a document: each sign printed, one way or another. Pure.

A missing glyph is an error in PDF/A, and a box in a contract says nothing. Forms refuse what no font holds
(``intranet.printable``); what was kept before they did leaves ``[…]`` behind, and the document says so.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Any, NamedTuple

from intranet.printable import unprintable

# PDF/A forbids some; the others tell a screen how to draw the sign before: as an emoji, as the key of a telephone.
_OF_SCREENS = re.compile(
    "[\u00ad\u061c\u200b\u200e\u200f\u2060-\u2064\u206a-\u206f\u20dd-\u20e0\u20e2-\u20e4\ufe00-\ufe0f\ufeff]"
)
_OTHER_SPACE = re.compile("[^\\S \n\u00a0\u2009\u202f]")
CARRIER = "\u25cc"
GAP = "[…]"


class Printable(NamedTuple):
    """A tree of values, and whether something that was typed is no longer in it."""

    values: Any
    lost: bool


def printable(values: Any) -> Printable:
    """The same tree of dicts, lists and texts, without what no font holds."""
    lost = False

    def clean(text: str) -> str:
        nonlocal lost
        if text.isascii():
            return text
        shown = _OF_SCREENS.sub("", _OTHER_SPACE.sub(" ", text))
        while sign := unprintable(shown):
            plain = unicodedata.normalize("NFKC", sign)
            if unprintable(plain):
                plain, lost = _gap(sign), True
            shown = shown.replace(sign, plain)
        return _tidy("".join(_detached(shown)), text)

    return Printable(_each(values, clean), lost)


def without(values: Any, sign: str) -> Printable:
    """The tree, a sign having turned out to be in no font together with its marks: they are printed beside it.

    A sign that is alone has no other way to be printed: it goes.
    """
    marked = re.compile(f"({re.escape(sign[0])})([^\\W_]|[^\\w\\s])")
    lost = False

    def beside(text: str) -> str:
        return marked.sub(lambda found: f"{found[1]}{CARRIER if _is_mark(found[2]) else ''}{found[2]}", text)

    def gone(text: str) -> str:
        return _tidy(text.replace(sign, _gap(sign)), text)

    changed = _each(values, beside)
    if changed == values:
        changed, lost = _each(values, gone), True
    return Printable(changed, lost)


def _detached(text: str) -> list[str]:
    """The text with each mark of another script than the letter before it on a carrier of its own (``◌``)."""
    signs: list[str] = []
    base = ""
    for sign in text:
        if not _is_mark(sign):
            base = "" if sign.isspace() else sign
        elif not _at_home(sign, base):
            base = CARRIER
            signs.append(CARRIER)
        signs.append(sign)
    return signs


def _is_mark(sign: str) -> bool:
    return not sign.isascii() and unicodedata.category(sign).startswith("M")


def _at_home(mark: str, base: str) -> bool:
    if not base:
        return False
    if "\u0300" <= mark <= "\u036f":
        return base < "\u0530" or base == CARRIER
    return base == CARRIER or _script(mark) == _script(base)


def _script(sign: str) -> str:
    return unicodedata.name(sign, "").partition(" ")[0]


def _gap(sign: str) -> str:
    return GAP if any(letter.isalpha() for letter in sign) else ""


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
