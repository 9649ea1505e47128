"""Addresses that a mail can be sent to, as they are typed and kept."""

from __future__ import annotations

from email_validator import EmailNotValidError, validate_email

from intranet.errors import Refused
from intranet.translation import gettext as _

LONGEST = 254


def checked_address(typed: str) -> str:
    """One address, in lower case, as it is kept and compared. ``Refused`` on the field ``email``.

    An accent before the @ is refused too: few servers take it, and a mail that never leaves is worse than a word.
    """
    try:
        found = validate_email(typed.strip(), check_deliverability=False, allow_smtputf8=False)
    except EmailNotValidError:
        raise Refused("email", _("Cette adresse électronique n’est pas complète."), field="email") from None
    return found.normalized.casefold()[:LONGEST]
