"""What a good password is, and how long one waits after wrong ones. Pure functions.

Source: CNIL, deliberation 2022-100 of 21 July 2022 on passwords: 80 bits of entropy alone, or 50 bits where
attempts are limited (this installation limits them: ``waiting``), and at most 25 attempts in 24 hours.
"""

from __future__ import annotations

import math
import re
import unicodedata
from datetime import datetime, timedelta

from intranet.errors import Refused
from intranet.translation import gettext as _

BITS_NEEDED = 50
SHORTEST, LONGEST = 8, 200

COMMON = frozenset(
    """
    admin administrateur amour association azerty azertyuiop bienvenue bonjour chocolat coucou doudou
    football football intranet iloveyou jetaime lamotdepasse letmein loulou marseille master monkey motdepasse
    motdepass nice nicolas password princesse qwerty qwertyuiop qwertz secret soleil superman sunshine
    test user utilisateur welcome
    """.split()
)
"""What people type when asked for anything at all; with or without a year and a sign after it."""

SEQUENCES = ("0123456789", "9876543210", "abcdefghijklmnopqrstuvwxyz", "azertyuiop", "qwertyuiop")
ORGANISATION_WORDS = frozenset({"alc"})

FREE_FAILURES = 5
FIRST_WAIT, LONGEST_WAIT = timedelta(minutes=1), timedelta(hours=1)
DAY, FAILURES_A_DAY = timedelta(hours=24), 25
ADDRESS_WINDOW, ADDRESS_FAILURES = timedelta(minutes=15), 30


def normalise(password: str) -> str:
    """The same password typed on another keyboard: NFKC, as NIST SP 800-63B advises."""
    return unicodedata.normalize("NFKC", password)


def entropy_bits(password: str) -> float:
    """Length × log2 of the alphabet its classes make up (CNIL's measure, for a password drawn at random)."""
    alphabet = 0
    alphabet += 26 * any(c.islower() for c in password)
    alphabet += 26 * any(c.isupper() for c in password)
    alphabet += 10 * any(c.isdigit() for c in password)
    alphabet += 32 * any(not c.isalnum() for c in password)
    # Letters of a script without case (Arabic, Chinese…) are letters all the same.
    alphabet += 26 * any(c.isalpha() and not c.islower() and not c.isupper() for c in password)
    return len(password) * math.log2(alphabet) if alphabet else 0.0


def check_password(password: str, *, email: str, name: str = "", field: str = "password") -> None:
    """Raise ``Refused``, with what to do about it, unless ``password`` is good enough."""
    password = normalise(password)
    if len(password) > LONGEST:
        raise Refused(
            "password.long",
            _("Ce mot de passe est trop long : %(n)s caractères au plus.", n=LONGEST),
            field=field,
        )
    if len(password) < SHORTEST:
        raise Refused(
            "password.short",
            _("Ce mot de passe est trop court : il en faut au moins %(n)s caractères.", n=SHORTEST),
            field=field,
        )
    reason = _obvious(password.casefold(), email.casefold(), name.casefold())
    if reason:
        raise Refused("password.obvious", reason, field=field)
    if entropy_bits(password) < BITS_NEEDED:
        raise Refused(
            "password.weak",
            _(
                "Ce mot de passe se devine trop vite. Allongez-le, ou mêlez majuscules, minuscules, chiffres et "
                "signes. Une phrase de plusieurs mots convient aussi."
            ),
            field=field,
        )


def _obvious(password: str, email: str, name: str) -> str:
    """Why a password is obvious, in words; empty when it is not. Everything is case-folded."""
    tokens = set(re.split(r"[\W\d_]+", password)) - {""}
    local = email.partition("@")[0]
    personal = {part for part in (local, *re.split(r"[\W\d_]+", local), *name.split()) if len(part) >= 4}
    if (email and email in password) or any(part in password for part in personal):
        return str(_("Ce mot de passe contient votre nom ou votre adresse. Choisissez autre chose."))
    if tokens & ORGANISATION_WORDS:
        return str(_("Ce mot de passe contient le nom de l’association. Choisissez autre chose."))
    if len(set(password)) < 5 or re.search(r"(.)\1{3}", password):
        return str(_("Ce mot de passe répète le même caractère. Choisissez autre chose."))
    if any(run in password for line in SEQUENCES for run in _runs(line, 6)):
        return str(_("Ce mot de passe suit l’ordre du clavier ou de l’alphabet. Choisissez autre chose."))
    if tokens and tokens <= COMMON:
        return str(_("Ce mot de passe est l’un des plus courants. Choisissez autre chose."))
    return ""


def _runs(line: str, length: int) -> tuple[str, ...]:
    return tuple(line[start : start + length] for start in range(len(line) - length + 1))


def waiting(
    at: datetime,
    *,
    failures: int,
    last_failure: datetime | None,
    first_failure: datetime | None,
    address_failures: int,
    address_first: datetime | None,
) -> timedelta:
    """How long a sign-in must still wait; zero when it may be tried now.

    ``failures`` are the account's in the last 24 hours since its last success: five are free, then one minute,
    doubled each time up to an hour, and none after the 25th. ``address_failures`` are those of the address in
    15 minutes, whatever the account: 30 are free.
    """
    until = at
    if failures >= FREE_FAILURES and last_failure is not None:
        until = max(until, last_failure + min(FIRST_WAIT * 2 ** (failures - FREE_FAILURES), LONGEST_WAIT))
    if failures >= FAILURES_A_DAY and first_failure is not None:
        until = max(until, first_failure + DAY)
    if address_failures >= ADDRESS_FAILURES and address_first is not None:
        until = max(until, address_first + ADDRESS_WINDOW)
    return until - at
