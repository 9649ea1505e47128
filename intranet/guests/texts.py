"""What families read before they are in: the door, the letter and the mail that bring the code, in five languages.

The site speaks French and English; what is for a family also speaks Arabic, Portuguese and Ukrainian, in catalogues
of their own beside the site's: ``data/family_door/<language>.toml``.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from datetime import date
from functools import cache
from importlib.resources import files
from typing import Any

from babel.dates import format_date

from intranet.guests.rules import LANGUAGES as GUEST_LANGUAGES
from intranet.typography import french_spaces
from intranet.works.terms import Side

LANGUAGES: tuple[str, ...] = GUEST_LANGUAGES[Side.HOUSEHOLD]
FRENCH = LANGUAGES[0]


class Texts:
    """The texts of one language in a folder of ``data``. ``direction`` is that of its script."""

    def __init__(self, folder: str, language: str) -> None:
        path = files("intranet.data").joinpath(folder, f"{language}.toml")
        raw = tomllib.loads(path.read_text(encoding="utf-8"))
        self.language = language
        self.name: str = raw["name"]
        self.direction: str = raw["direction"]
        self._locale: str = raw["locale"]
        self._texts = {
            f"{section}.{key}": french_spaces(text) if language == FRENCH else text
            for section, texts in raw.items()
            if isinstance(texts, Mapping)
            for key, text in texts.items()
        }
        self._raw: Mapping[str, Any] = raw

    @property
    def known(self) -> frozenset[str]:
        """The keys of the texts."""
        return frozenset(self._texts)

    def __call__(self, key: str, **values: str | int) -> str:
        """The text, its braces filled. ``KeyError`` for an unknown one."""
        text = self._texts[key]
        return text.format(**values) if values else text

    def day(self, value: date) -> str:
        """``14 mars 2019``; the first of a month is an ordinal in French."""
        text = str(format_date(value, "long", locale=self._locale))
        return f"1er{text[1:]}" if self.language == FRENCH and value.day == 1 else text


@cache
def door_texts(language: str) -> Texts:
    """The door's texts in that language; the French ones for any other."""
    return Texts("family_door", language if language in LANGUAGES else FRENCH)
