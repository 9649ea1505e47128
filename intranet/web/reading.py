"""Reading what people type: days, amounts, durations, surfaces and counts, in the ways they write them.

Each function raises ``ValueError`` with a sentence that says what to write instead.
"""

from __future__ import annotations

import re
import unicodedata
from datetime import date
from decimal import Decimal

from intranet.translation import gettext as _

EARLIEST, LATEST = date(1900, 1, 1), date(2100, 12, 31)
MOST_MONEY = 10_000_000_00  # cents
MOST_HOURS = 10_000 * 60  # minutes

_SPACE_SIGNS = "\u0020\u00a0\u2009\u202f\t'’"
_AS_SPACES = str.maketrans(dict.fromkeys(_SPACE_SIGNS, " "))


def _plain(text: str) -> str:
    """Figures as wide as letters, and other forms of the same sign, as plain ones."""
    return text if text.isascii() else unicodedata.normalize("NFKC", text)


def parse_date(text: str) -> date:
    """A day: ``14/03/2019``, ``14.3.2019``, ``14 3 2019`` or ``2019-03-14``. Day before month, always."""
    text = _plain(text)
    found = re.fullmatch(r"(\d{4})[-/. ](\d{1,2})[-/. ](\d{1,2})", text, re.ASCII)
    if found:
        year, month, day = (int(part) for part in found.groups())
    else:
        found = re.fullmatch(r"(\d{1,2})[-/. ](\d{1,2})[-/. ](\d{4}|\d{2})", text, re.ASCII)
        if not found:
            raise ValueError(_("Écrivez la date comme 14/03/2019 (jour, mois, année)."))
        day, month, year = (int(part) for part in found.groups())
        if year < 100:
            raise ValueError(_("Écrivez l’année avec quatre chiffres, comme 14/03/2019."))
    if month > 12 >= day and day:
        raise ValueError(
            _(
                "Il n’y a pas de mois %(month)d : le jour vient avant le mois. Vouliez-vous dire %(guess)s ?",
                month=month,
                guess=f"{month:02}/{day:02}/{year}",
            )
        )
    try:
        value = date(year, month, day)
    except ValueError:
        raise ValueError(_("Cette date n’existe pas dans le calendrier.")) from None
    if not EARLIEST <= value <= LATEST:
        raise ValueError(_("L’année doit être entre 1900 et 2100."))
    return value


_CURRENCY = re.compile(r"^(?:€|EUR\b)|(?:€|\b(?:EUR|euros?))$", re.IGNORECASE)
_AMOUNTS = tuple(
    re.compile(pattern, re.ASCII)
    for pattern in (
        r"\d+(?:[.,]\d{0,2})?|[.,]\d{1,2}",  # 1234,50 or 1234.5
        r"\d{1,3}(?: \d{3})+(?:[.,]\d{0,2})?",  # 1 234,50
        r"\d{1,3}(?:\.\d{3})+,\d{1,2}|\d{1,3}(?:\.\d{3}){2,}",  # 1.234,50 or 1.234.567
        r"\d{1,3}(?:,\d{3})+\.\d{1,2}|\d{1,3}(?:,\d{3}){2,}",  # 1,234.50 or 1,234,567
    )
)
_TWO_WAYS = re.compile(r"([1-9]\d{0,2})([.,])(\d{3})", re.ASCII)


def parse_money(text: str) -> int:
    """An amount in cents: ``1 234,50 €``, ``1234.5``, ``€1,234.50``, ``1.234,50``. Never negative.

    With both signs the last one marks the cents. One sign before three figures (``1,234``) may be thousands in
    English or thousandths in French: it is refused with both readings, never guessed.
    """
    bare = _CURRENCY.sub("", " ".join(_plain(text).translate(_AS_SPACES).split())).strip()
    if any(sign in bare for sign in "-−–"):
        raise ValueError(_("Le montant ne peut pas être négatif."))
    if found := _TWO_WAYS.fullmatch(bare):
        raise ValueError(
            _(
                "« %(typed)s » peut se lire de deux façons. Écrivez %(thousands)s pour des milliers, "
                "ou %(cents)s pour des centimes.",
                typed=bare,
                thousands=found[1] + found[3],
                cents=f"{found[1]},{found[3][:2]}",
            )
        )
    if not any(pattern.fullmatch(bare) for pattern in _AMOUNTS):
        raise ValueError(_("Écrivez le montant en euros, comme 1 234,50."))
    if len(bare) > 20:
        raise ValueError(_("Ce montant est trop grand."))
    cents = int(Decimal(_plain_figure(bare)) * 100)
    if cents > MOST_MONEY:
        raise ValueError(_("Ce montant est trop grand."))
    return cents


def _plain_figure(bare: str) -> str:
    """The figure with a point for its cents and nothing between its thousands."""
    last = max(bare.rfind("."), bare.rfind(","))
    grouped = last >= 0 and bare.count(bare[last]) > 1
    if last < 0 or grouped:
        return re.sub(r"[ .,]", "", bare)
    return f"{re.sub(r'[ .,]', '', bare[:last]) or '0'}.{bare[last + 1 :]}"


_CLOCK = re.compile(
    r"(\d{1,5}) ?(?:h|heures?|hours?|:) ?(\d{0,2}) ?(?:min|mn|m|minutes?)?|(\d{1,3}) (\d\d)",
    re.ASCII | re.IGNORECASE,
)
_MINUTES = re.compile(r"(\d{1,6}) ?(?:min|mn|minutes?)", re.ASCII | re.IGNORECASE)
_DECIMAL = re.compile(
    r"(\d{1,5}|\d{1,2} \d{3})(?:([.,])(\d{0,2}))? ?(?:h|heures?|hours?)?|[.,](\d{1,2}) ?h?",
    re.ASCII | re.IGNORECASE,
)
_QUARTERS = frozenset({"00", "25", "50", "75"})


def parse_hours(text: str) -> int:
    """A duration in minutes: ``7,5`` (hours), ``7h30``, ``7:30``, ``7 30``, ``45 min``. Never negative.

    Two figures after a point or a comma (``7.30``) may be minutes or hundredths of an hour: unless they can only be
    hundredths (more than 59, or quarters after a comma), they are refused with both readings, never guessed.
    """
    bare = " ".join(_plain(text).translate(_AS_SPACES).split())
    minutes: int | None = None
    if found := _CLOCK.fullmatch(bare):
        rest = int(found[2] or found[4] or 0)
        if rest > 59:
            raise ValueError(_("Il y a 60 minutes dans une heure : écrivez la durée comme 7 h 30 ou 7,5."))
        minutes = int(found[1] or found[3]) * 60 + rest
    elif found := _MINUTES.fullmatch(bare):
        minutes = int(found[1])
    elif found := _DECIMAL.fullmatch(bare):
        whole, sign, part = (found[1] or "0").replace(" ", ""), found[2], found[3] or found[4] or ""
        minutes = round(Decimal(f"{whole}.{part or '0'}") * 60)
        if (
            sign
            and len(part) == 2
            and part <= "59"
            and not (part == "00" or (sign == "," and part in _QUARTERS))
        ):
            raise ValueError(
                _(
                    "« %(typed)s » peut se lire de deux façons. Écrivez %(clock)s, ou %(decimal)s si ce sont des "
                    "centièmes d’heure.",
                    typed=bare,
                    clock=f"{whole} h {part}",
                    decimal=f"{minutes // 60} h {minutes % 60:02}",
                )
            )
    if minutes is None:
        raise ValueError(_("Écrivez la durée en heures, comme 7,5 ou 7 h 30."))
    if minutes > MOST_HOURS:
        raise ValueError(_("Cette durée est trop longue."))
    return minutes


_SURFACE = re.compile(r"(\d{1,4}(?:[.,]\d{0,2})?) ?(?:m2|m)?", re.ASCII | re.IGNORECASE)


def parse_surface(text: str) -> Decimal:
    """Square metres: ``61,5``, ``61.5 m²``. Two decimals at most."""
    found = _SURFACE.fullmatch(" ".join(_plain(text).split()))
    if not found:
        raise ValueError(_("Écrivez la surface en m², comme 62,5."))
    return Decimal(found[1].replace(",", ".").rstrip("."))


_COUNT = re.compile(r"\d{1,9}", re.ASCII)


def parse_count(text: str) -> int:
    """A whole number, never negative: ``3``."""
    bare = "".join(_plain(text).split())
    if not _COUNT.fullmatch(bare):
        raise ValueError(_("Écrivez un nombre entier, comme 3."))
    return int(bare)
