"""Dates, durations and amounts as people write them, in French and in English.

Instants are shown in Europe/Paris. Written by hand rather than through Babel's patterns: a list page shows
dozens of dates, and a pattern costs some twenty microseconds each.
"""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

from flask import Flask

from intranet.clock import PARIS, today
from intranet.phones import dialled
from intranet.translation import current_language, ngettext
from intranet.translation import gettext as _
from intranet.typography import FIXED

NARROW = "\u202f"  # between thousands

_MONTHS = {
    "fr": (
        "janvier",
        "février",
        "mars",
        "avril",
        "mai",
        "juin",
        "juillet",
        "août",
        "septembre",
        "octobre",
        "novembre",
        "décembre",
    ),
    "en": (
        "January",
        "February",
        "March",
        "April",
        "May",
        "June",
        "July",
        "August",
        "September",
        "October",
        "November",
        "December",
    ),
}
_WEEKDAYS = {
    "fr": ("lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche"),
    "en": ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"),
}


def day(value: date | datetime | None) -> str:
    """``14 mars 2019``; nothing for ``None``. An instant gives its date in Paris."""
    if value is None:
        return ""
    if isinstance(value, datetime):
        value = value.astimezone(PARIS).date()
    language = current_language()
    number = "1er" if value.day == 1 and language == "fr" else str(value.day)
    return f"{number}{FIXED}{_MONTHS[language][value.month - 1]} {value.year}"


def weekday(value: date) -> str:
    """``dimanche 14 mars 2027``: a day whose name matters."""
    return f"{_WEEKDAYS[current_language()][value.weekday()]} {day(value)}"


def month(value: date) -> str:
    """``mars 2019``."""
    return f"{_MONTHS[current_language()][value.month - 1]} {value.year}"


def instant(value: datetime | None) -> str:
    """``14 mars 2019 à 10 h 05``, in Paris; nothing for ``None``."""
    if value is None:
        return ""
    local = value.astimezone(PARIS)
    if current_language() == "en":
        return f"{day(local)} at {local.hour}:{local.minute:02}"
    return f"{day(local)} à {local.hour}{FIXED}h{FIXED}{local.minute:02}"


def number(value: float | int | Decimal | None, decimals: int = 0) -> str:
    """``1 234,5``; nothing for ``None``."""
    if value is None:
        return ""
    text = f"{value:,.{decimals}f}"
    if current_language() == "en":
        return text
    return text.replace(",", NARROW).replace(".", ",")


def surface(value: Decimal | None) -> str:
    """``61,5 m²``: as it was measured; nothing for ``None``."""
    if value is None:
        return ""
    places = max(0, -int(Decimal(value).normalize().as_tuple().exponent))
    return f"{number(value, places)}{FIXED}m²"


def money(cents: int | None) -> str:
    """An amount in cents: ``1 234,50 €`` (``€1,234.50`` in English); nothing for ``None``."""
    if cents is None:
        return ""
    sign = "−" if cents < 0 else ""
    amount = number(abs(cents) / 100, 2)
    return f"{sign}€{amount}" if current_language() == "en" else f"{sign}{amount}{FIXED}€"


def hours(minutes: int | None) -> str:
    """A duration in minutes: ``7 h 30``, ``45 min``; nothing for ``None``."""
    if minutes is None:
        return ""
    whole, rest = divmod(abs(minutes), 60)
    sign = "−" if minutes < 0 else ""
    if not whole and rest:
        return f"{sign}{rest}{FIXED}min"
    return f"{sign}{whole}{FIXED}h{FIXED}{rest:02}" if rest else f"{sign}{whole}{FIXED}h"


def days_since(value: date | datetime | None) -> int:
    """Whole days from that date to today, in Paris; 0 for ``None``."""
    if value is None:
        return 0
    if isinstance(value, datetime):
        value = value.astimezone(PARIS).date()
    return (today() - value).days


def ago(value: date | datetime | None) -> str:
    """``aujourd'hui``, ``hier``, ``il y a 12 jours``; nothing for ``None``."""
    if value is None:
        return ""
    days = days_since(value)
    if days <= 0:
        return str(_("aujourd’hui"))
    if days == 1:
        return str(_("hier"))
    return str(ngettext("il y a %(num)d jour", "il y a %(num)d jours", days))


def machine(value: date | datetime | None) -> str:
    """The value of a ``datetime`` attribute."""
    if value is None:
        return ""
    return value.astimezone(UTC).isoformat() if isinstance(value, datetime) else value.isoformat()


def init_app(app: Flask) -> None:
    """Give the templates these as filters."""
    for filter_ in (day, month, instant, number, dialled, surface, money, hours, days_since, ago, machine):
        app.jinja_env.filters[filter_.__name__] = filter_
