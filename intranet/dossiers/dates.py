"""Days of a household's path: never in the future, never before what they follow."""

from __future__ import annotations

from datetime import date

from intranet.clock import today as today
from intranet.errors import Refused
from intranet.translation import gettext as _

EARLIEST = date(2000, 1, 1)
"""Before this a date is a slip of the keyboard: the association's programme began in 2018."""


def refuse_future(day: date, *, field: str) -> None:
    """``day`` has come already, and is not a slip."""
    if day > today():
        raise Refused("date.future", _("Cette date est dans le futur."), field=field)
    if day < EARLIEST:
        raise Refused("date.too_old", _("Cette date est trop ancienne : vérifiez l’année."), field=field)


def refuse_before(day: date, other: date | None, message: str, *, field: str) -> None:
    """``day`` is not before ``other``; ``message`` says which."""
    if other is not None and day < other:
        raise Refused("date.order", message, field=field)
