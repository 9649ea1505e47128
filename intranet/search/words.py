"""Words as they are indexed and searched: no accents, no case, no punctuation."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

MOST_WORDS = 8
LONGEST_WORD = 40
_LETTERS = str.maketrans({"œ": "oe", "æ": "ae", "ß": "ss", "ø": "o", "ł": "l", "đ": "d", "’": " ", "'": " "})
_SIGNS = str.maketrans({"œ": "oe", "æ": "ae", "’": "'"})
_NOT_A_WORD = re.compile(r"[\W_]+")
_PHONE = re.compile(r"(?<!\d)\d{2}(?: \d{2}){4}(?!\d)")


def fold(text: str) -> str:
    """``Élodie N'Guyên`` → ``elodie n guyen``. Letters of every script stay, without their marks."""
    if text.isascii():  # nothing to take off
        return _NOT_A_WORD.sub(" ", text.lower()).strip()
    # Compatibility letters (𝕊, ﬁ) become plain ones first: only then have they a lower case.
    text = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", text).casefold().translate(_LETTERS))
    text = "".join(char for char in text if not unicodedata.combining(char))
    return _NOT_A_WORD.sub(" ", text).strip()


def bare(text: str) -> str:
    """``Élodie N’Guyên`` → ``elodie n'guyen``: no accents, no case; signs stay, as in an address."""
    text = unicodedata.normalize("NFKD", text.casefold()).translate(_SIGNS)
    return "".join(char for char in text if not unicodedata.combining(char))


def index_words(text: str) -> str:
    """What is kept for ``text``: its folded words, and telephone numbers in one piece too."""
    words = fold(text)
    phones = [found.replace(" ", "") for found in _PHONE.findall(words)]
    return " ".join([words, *phones])


@lru_cache(maxsize=16)  # each source of a search asks for the same
def query_words(text: str) -> tuple[str, ...]:
    """The words to look for: all must be found, each as the beginning of a word."""
    return tuple(word[:LONGEST_WORD] for word in fold(text[:400]).split()[:MOST_WORDS])
