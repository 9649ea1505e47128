"""Words as they are indexed, searched and sorted: no accents, no case, no punctuation.

A name is found however it is written: N’Guyen as nguyen, Jean-Baptiste as jeanbaptiste or jean baptiste, a telephone
number with dots, in one piece or with its country. So what stands between an apostrophe or a hyphen is kept twice.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from itertools import pairwise
from typing import NamedTuple

MOST_WORDS = 8
LONGEST_WORD = 40
SORTED_TO = 255

APOSTROPHES = "'’‘ʼʻʹ′´`＇"
HYPHENS = "-‐‑–"
MARKS = (
    "[\u0300-\u036f\u0483-\u0487\u0591-\u05bd\u05bf\u05c1\u05c2\u0610-\u061a\u064b-\u065f\u0670\u06d6-\u06dc]"
)
SINGLE = {"ı": "i", "ł": "l", "ø": "o", "đ": "d", "ð": "d", "ħ": "h", "ŋ": "n"}
DOUBLE = {"œ": "oe", "æ": "ae", "ß": "ss", "þ": "th"}
"""Letters that are no accented ones, as people without them on their keyboard write them."""

_LETTERS = str.maketrans(SINGLE | DOUBLE)
_ONE_APOSTROPHE = str.maketrans(dict.fromkeys(APOSTROPHES, "'"))
_ONE_HYPHEN = str.maketrans(dict.fromkeys(HYPHENS, "-"))
_NOT_A_WORD = re.compile(r"[\W_]+")
_CHUNK = re.compile(r"[^\W_]+(?:['-]+[^\W_]+)*")
_JOINTS = re.compile("['-]+")
_TIES = re.compile("['\\s-]+")
_FIGURES = re.compile(r"\d+", re.ASCII)
_NUMBER = re.compile(r"(?<![^\W_])(?:\+ ?)?\d(?:[ \u00a0\u202f./()-]{0,3}\d){5,}", re.ASCII)
_LEAST_PHONE = 9  # digits


class Typed(NamedTuple):
    """One thing to look for: its parts, each a word, or all of them in one."""

    parts: tuple[str, ...]
    joined: str


def plain(text: str) -> str:
    """No accents, no case, one sort of apostrophe and hyphen; signs and spaces stay."""
    if text.isascii():
        return text.lower().replace("`", "'")
    # Compatibility letters (𝕊, ﬁ) become plain ones first: only then have they a lower case.
    text = unicodedata.normalize("NFKD", text.translate(_ONE_APOSTROPHE).translate(_ONE_HYPHEN))
    text = unicodedata.normalize("NFKD", text.casefold()).translate(_LETTERS)
    return "".join(char for char in text if not unicodedata.combining(char))


def fold(text: str) -> str:
    """``Élodie N'Guyên`` → ``elodie n guyen``. Letters of every script stay, without their marks."""
    return _NOT_A_WORD.sub(" ", plain(text)).strip()


def bare(text: str) -> str:
    """``Élodie N’Guyên`` → ``elodienguyen``: for letters looked for anywhere. Signs of an address stay."""
    return _TIES.sub("", plain(text))


def sort_key(text: str) -> str:
    """Where a text stands in a list: É with E, D’Angelo as dangelo, 3 rue before 10 rue."""
    text = plain(text).replace("'", "").replace("-", " ")
    return _FIGURES.sub(lambda found: found[0].zfill(8), " ".join(text.split()))[:SORTED_TO]


def index_words(text: str, title: str = "") -> str:
    """What is kept for ``text``: its folded words, those that a joint divides in one piece, numbers in one piece.

    The words of ``title`` are kept two by two as well: ``jeanbaptiste`` finds Jean Baptiste.
    """
    pieces = [
        chunk.replace("'", "").replace("-", "")
        for chunk in _CHUNK.findall(plain(text))
        if _JOINTS.search(chunk)
    ]
    numbers = [number for found in _NUMBER.findall(text) if len(number := in_one(found)) >= _LEAST_PHONE]
    titled = fold(title).split()
    pairs = [first + second for first, second in pairwise(titled)]
    return " ".join([fold(text), *pieces, *numbers, *pairs])


@lru_cache(maxsize=16)  # each source of a search asks for the same
def query_words(text: str) -> tuple[Typed, ...]:
    """What to look for: all must be found, each as the beginning of a word."""
    text = text[:400]
    found = []
    for number in _NUMBER.findall(text):
        found.append(Typed(tuple(fold(number).split()), in_one(number)))
    for chunk in _CHUNK.findall(plain(_NUMBER.sub(" ", text))):
        parts = tuple(part[:LONGEST_WORD] for part in _JOINTS.split(chunk))
        found.append(Typed(parts, "".join(parts)[:LONGEST_WORD]))
    return tuple(found[:MOST_WORDS])


def in_one(number: str) -> str:
    """A telephone number in one piece, as it is dialled from France: ``+33 (0)6 12…`` → ``0612…``."""
    digits = "".join(_FIGURES.findall(number))
    abroad = (
        digits
        if number.lstrip().startswith("+")
        else digits.removeprefix("00")
        if digits.startswith("00")
        else ""
    )
    return "0" + abroad[2:].lstrip("0") if abroad.startswith("33") else abroad or digits
