"""What the household's page says, in each of its languages: catalogues of their own, beside the site's.

The site speaks French and English; this one page also speaks Arabic, Portuguese and Ukrainian, to people who
read with effort. Its texts stand in ``data/family_page/<language>.toml``, the kinds of works in
``data/works_catalogue_family.csv``, the rooms in ``data/rooms_family.csv``.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator, Mapping
from datetime import timedelta
from decimal import Decimal
from functools import cache
from importlib.resources import files
from typing import NamedTuple

from babel.dates import format_timedelta
from babel.numbers import format_currency
from babel.units import format_unit

from intranet.guests.texts import FRENCH, LANGUAGES, Texts
from intranet.typography import FIXED, french_spaces
from intranet.works.catalogue import read_rows

__all__ = ["FRENCH", "LANGUAGES", "Phrase", "Words", "words"]

_NEVER_WEEKS = 100_000
_NUMBERED = re.compile(r"^(?P<room>.*?)\s*(?P<number>\d{1,2})?$")


class Phrase(NamedTuple):
    """Words, and the language they are in when it is not the page's."""

    text: str
    language: str = ""


class Words(Texts):
    """The texts of the page in one language, with the works, the rooms and the figures as it says them."""

    def __init__(self, language: str) -> None:
        super().__init__("family_page", language)
        self._and: str = self._raw["and"]  # between hours and minutes

    def works(self, code: str, label: str) -> tuple[Phrase, str]:
        """A line of works in plain words, and what it says more than its kind, as it is written.

        What is no kind of the catalogue stands as it is, in French.
        """
        kind = _kinds().get(code)
        if kind is None:
            return self._french(label), ""
        return Phrase(kind[self.language]), "" if label == _catalogue().get(code) else label

    def room(self, room: str) -> Phrase:
        """A room by its usual name, numbered or not; any other word stands as it is, in French."""
        found = _NUMBERED.match(_folded(room))
        known = _rooms().get(found["room"]) if found else None
        if found is None or known is None:
            return self._french(room)
        number = found["number"]
        return Phrase(f"{known[self.language]}{FIXED}{number}" if number else known[self.language])

    def amount(self, cents: int) -> str:
        """Euros, as they are written where the language is read."""
        return format_currency(Decimal(cents) / 100, "EUR", locale=self._locale).replace("EUR", "€")

    def months(self, count: int) -> str:
        """``6 mois``, never years. As a span of time, as days are."""
        span = timedelta(days=30 * count)
        text = format_timedelta(span, granularity="month", threshold=_NEVER_WEEKS, locale=self._locale)
        return text.replace(" ", FIXED)

    def days(self, count: int) -> str:
        """``3 jours``, never weeks. As a span of time: as a unit, days have no name in Arabic nor in Portuguese."""
        span = timedelta(days=count)
        text = format_timedelta(span, granularity="day", threshold=_NEVER_WEEKS, locale=self._locale)
        return text.replace(" ", FIXED)

    def time(self, minutes: int) -> str:
        """``4 heures 30 minutes``."""
        hours, rest = divmod(minutes, 60)
        parts = [(hours, "hour"), (rest, "minute")]
        return self._and.join(
            format_unit(count, unit, locale=self._locale).replace(" ", FIXED)
            for count, unit in parts
            if count
        )

    def _french(self, text: str) -> Phrase:
        return Phrase(text, "" if self.language == FRENCH else FRENCH)


@cache
def words(language: str) -> Words:
    """The texts of that language; the French ones for any other."""
    return Words(language if language in LANGUAGES else FRENCH)


def _folded(room: str) -> str:
    return " ".join(room.casefold().replace("'", "’").split())


@cache
def _kinds() -> Mapping[str, Mapping[str, str]]:
    return {row["code"]: row for row in _table("works_catalogue_family.csv")}


@cache
def _rooms() -> Mapping[str, Mapping[str, str]]:
    return {_folded(row["room"]): row for row in _table("rooms_family.csv")}


@cache
def _catalogue() -> Mapping[str, str]:
    return {row["code"]: row["label_fr"] for row in read_rows()}


def _table(name: str) -> Iterator[Mapping[str, str]]:
    for row in csv.DictReader(_read(name).splitlines(), delimiter=";"):
        yield {**row, FRENCH: french_spaces(row[FRENCH])}


def _read(*path: str) -> str:
    return files("intranet.data").joinpath(*path).read_text(encoding="utf-8")
