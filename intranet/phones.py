"""Telephone numbers: kept in one writing, shown as people read them, dialled with a tap.

French numbers are kept and shown ``06 12 34 56 78``, others with their country, ``+39 06 6982 1234``: the number
that machines want (E.164) is read off either without any doubt.
"""

from __future__ import annotations

import re

from intranet.errors import Refused
from intranet.search.words import in_one
from intranet.translation import gettext as _

LONGEST = 32
_SHORT = re.compile(r"1\d\d?|(?:116|3\d|10) ?\d\d\d?", re.ASCII)
_EXTENSION = re.compile(r"[A-Za-zÀ-ÿ]{2,}|/\s*0\d.*\d{6}")


def checked_phone(typed: str, *, known: str = "", short: bool = False) -> str:
    """The number as it is kept; nothing for nothing. ``Refused`` when it cannot be one.

    ``known`` is what is kept already: it stays as it is while nobody changes it. ``short``: a service may have one
    of the short numbers (115, 39 49).
    """
    if not typed or typed == known or (short and _SHORT.fullmatch(typed)):
        return typed
    # 6 MB of every country's rules: loaded by who types a number, not by each process.
    import phonenumbers

    try:
        number = phonenumbers.parse(typed, "FR")
    except phonenumbers.NumberParseException:
        number = None
    if number is None or _EXTENSION.search(typed) or not phonenumbers.is_possible_number(number):
        raise Refused(
            "phone",
            _(
                "Ce numéro n’est pas complet. Écrivez un seul numéro, comme 06 12 34 56 78 ou +39 06 6982 1234."
            ),
            field="phone",
        )
    french = number.country_code == 33
    form = phonenumbers.PhoneNumberFormat.NATIONAL if french else phonenumbers.PhoneNumberFormat.INTERNATIONAL
    return phonenumbers.format_number(number, form)


def dialled(shown: str) -> str:
    """The number in E.164, for a ``tel:`` link: ``06 12 34 56 78`` → ``+33612345678``."""
    number = in_one(shown)
    if shown.lstrip().startswith(("+", "00")) and not number.startswith("0"):
        return "+" + number
    return "+33" + number[1:] if len(number) == 10 and number.startswith("0") else number
