"""Free text: cleaned on the way in, and refused when it holds a number nobody may write down here.

Social-security numbers, bank accounts and cards have no field in the application (``domain.md`` §6), so
they must not come in through a note either. Only a number whose own check digits are right is refused:
a phone number, an amount, a date or a SIRET passes.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Any

from stdnum import iban, luhn

from intranet.errors import Refused
from intranet.printable import unprintable
from intranet.search.words import plain
from intranet.translation import gettext as _

# What shows nothing and belongs in no word: hyphens and spaces of width nought, overrides of direction (a text could
# read otherwise than it is written), fillers and tags (a name made of them would look empty), controls.
_NOTHING = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u00ad\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b\u202a-\u202e"
    "\u2060-\u206f\u2800\u3164\ufe00-\ufe0d\ufeff\uffa0\ufff0-\ufffc\U000e0000-\U000e0fff\ud800-\udfff]"
)
_BREAKS = re.compile("\r\n?|[\u0085\u2028\u2029]")
# A joiner shapes letters of the scripts that join (Arabic and Indic ones, emoji): it stays between two of these.
_JOINING = "\u0590-\u1dff\u2190-\u2bff\u2e80-\ud7ff\uf900-\ufffd\U00010000-\U000e01ef\ufe0f"
_LONE_JOINER = re.compile(
    f"[\u200c\u200d](?![{_JOINING}])|(?<![{_JOINING}])[\u200c\u200d]|(?<=[\u200c\u200d])[\u200c\u200d]"
)
# Drawn as an emoji or as a letter: after a sign of which there are both.
_LONE_SELECTOR = re.compile("(?<![#*0-9\u00a9\u00ae\u203c-\u3299\U0001f000-\U0001faff])[\ufe0e\ufe0f]")
_DIRECTION = re.compile("[\u061c\u200e\u200f]")
_RIGHT_TO_LEFT = re.compile("[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]")
_EDGES = re.compile("^[\\s\u061c\u200e\u200f]+|[\\s\u061c\u200e\u200f]+$")
_BLANKS = re.compile(r"[^\S\u00a0\u202f]+")  # unbreakable spaces stay: French is set with them

_GAP = r"[ \t\u00a0\u202f.\-–]?"


# Sex 1 (7 or 8 in a number given for a while), year 2, month 2, department 2 (2A and 2B in Corsica), commune 3,
# order 3, then the key of 2.
_NIR = re.compile(
    rf"(?<!\w)(\d(?:{_GAP}\d){{5}}{_GAP}[\dABab](?:{_GAP}\d){{6}})"
    rf"(?:{_GAP}(?:/{_GAP})?(\d{_GAP}\d))?(?!\w)"
)
_IBAN = re.compile(r"(?<!\w)[A-Za-z]{2}\d{2}(?:[ \u00a0\u202f\-]?[A-Za-z0-9]){11,30}")
_CARD = re.compile(r"(?<![\w.,])\d(?:[ \u00a0\u202f\-]?\d){12,18}(?![\w])")
_CARD_STARTS = re.compile(r"(?:3[47]|3[068]|4|5[0-8]|6[0-9]|2(?:2[2-9]|[3-6]\d|7[01]|720))")
# Words that say somebody's health, and hardly anything else in a note about works: beginnings of words, folded.
_HEALTH = re.compile(
    r"\b(?:diabet|cancer(?:$|\W|eux|euse)|vih\b|hiv\b|sida\b|seropositi|depressi(?:f|ve|on nerveuse)|schizophren"
    r"|bipolaire|psychiatr|epilep|asthm|allergi|grossesse|(?:est|soit|etait|femme|mere|madame|tombee) enceinte"
    r"|enceinte de \w+ (?:mois|semaine)|maladies?\b|malades?\b|hospitalis|chimiotherap|hepatit|tubercul|alcooli"
    r"|toxicoman|medicament|autis(?:te|me)|mdph\b|invalidite|sclerose|parkinson|alzheimer|pregnan(?:t|cy)|illness"
    r"|disease|disabled\b|depressed\b)"
)
_NOT_TOLD = frozenset(
    {
        "name",
        "address",
        "town",
        "postcode",
        "floor",
        "kind",
        "room",
        "label",
        "place",
        "person",
        "insurance",
        "source",
        "title",
    }
)
"""Fields that hold a name or a place, where a word says nothing of anybody's health (rue de la Maladrerie)."""

_NOT_ALPHANUMERIC = re.compile(r"[^0-9A-Za-z]")


def tidy(text: str, *, multiline: bool = True) -> str:
    """``text`` in NFC, without signs that show nothing, trimmed; one line if asked.

    What right-to-left writing, joined letters and emoji need stays where they need it. A text of nothing but
    invisible signs is empty.
    """
    kept = _BREAKS.sub("\n", text)
    if not kept.isascii():
        kept = _LONE_SELECTOR.sub("", _LONE_JOINER.sub("", _NOTHING.sub("", kept)))
        if not _RIGHT_TO_LEFT.search(kept):
            kept = _DIRECTION.sub("", kept)
        kept = unicodedata.normalize("NFC", kept)
    else:
        kept = _NOTHING.sub("", kept)
    return _EDGES.sub("", kept if multiline else _BLANKS.sub(" ", kept))


def clean(text: str, limit: int, *, field: str = "", multiline: bool = True) -> str:
    """``text`` tidied. Raises ``Refused`` when it is longer than ``limit`` characters or holds a sign that no
    document prints: nothing is cut silently.
    """
    kept = tidy(text, multiline=multiline)
    if why := unprintable_words(kept):
        raise Refused("text.unprintable", why, field=field or None)
    if len(kept) > limit:
        raise Refused(
            "text.too_long",
            _(
                "Ce texte fait %(length)s caractères ; la limite est de %(limit)s. Raccourcissez-le.",
                length=len(kept),
                limit=limit,
            ),
            field=field or None,
        )
    return kept


def unprintable_words(text: str) -> str:
    """What to say of a text with a sign that no document prints; empty when there is none."""
    sign = unprintable(text)
    if not sign:
        return ""
    return str(
        _(
            "Nos documents ne savent pas imprimer le signe « %(sign)s » (U+%(code)s) : retirez-le ou écrivez-le "
            "autrement.",
            sign=sign,
            code=f"{ord(sign):04X}",
        )
    )


def refuse_forbidden(text: str, *, field: str) -> None:
    """Raise ``Refused`` when ``text`` holds a social-security, bank-account or card number."""
    found: Any = None
    if holds_social_security_number(text):
        found = _("un numéro de sécurité sociale")
    elif holds_iban(text):
        found = _("un numéro de compte bancaire (IBAN)")
    elif holds_card_number(text):
        found = _("un numéro de carte bancaire")
    if found is not None:
        raise Refused(
            "text.forbidden_number",
            _(
                "Ce texte semble contenir %(what)s. L’intranet ne garde jamais ces numéros : "
                "retirez-le, puis enregistrez à nouveau.",
                what=found,
            ),
            field=field,
        )


def refuse_health(text: str, *, field: str) -> None:
    """Raise ``Refused`` when ``text`` tells somebody's health, which nobody may write down here, and name the word."""
    word = health_word(text)
    if word:
        raise Refused(
            "text.health",
            _(
                "Le mot « %(word)s » parle de la santé de quelqu’un, que l’intranet ne garde jamais. Dites plutôt ce "
                "qu’il faut faire, sans dire pourquoi.",
                word=word,
            ),
            field=field,
        )


def health_word(text: str) -> str:
    """The first words of ``text`` that tell somebody's health, as they are written; empty when there are none."""
    told = plain(text)
    found = _HEALTH.search(told)
    if found is None:
        return ""
    first, last = len(told[: found.start() + 1].split()) - 1, len(told[: found.end()].split())
    return " ".join(text.split()[first:last]).strip("«»,;:.!?()")


def checked(text: str, limit: int, *, field: str, multiline: bool = True, health: bool = False) -> str:
    """``clean`` then ``refuse_forbidden``: what every service does to a text before it stores it.

    A free text is read for words of health too, names and places are not. ``health``: a text of the house, which
    speaks of nobody (the clauses of a contract), may hold some.
    """
    kept = clean(text, limit, field=field, multiline=multiline)
    refuse_forbidden(kept, field=field)
    if not health and field not in _NOT_TOLD:
        refuse_health(kept, field=field)
    return kept


def holds_social_security_number(text: str) -> bool:
    """A NIR of 15 digits with the right key, or of 13 with a plausible month, department and commune."""
    return any(_is_nir(match) for match in _NIR.finditer(_ascii_digits(text)))


def holds_iban(text: str) -> bool:
    """An account number of a known country whose check digits are right, spaced or not."""
    for match in _IBAN.finditer(_ascii_digits(text)):
        letters = _NOT_ALPHANUMERIC.sub("", match.group())
        if any(iban.is_valid(letters[:length]) for length in range(15, len(letters) + 1)):
            return True
    return False


def holds_card_number(text: str) -> bool:
    """13 to 19 digits that start as a bank card's and pass Luhn; a SIRET (14) is not one."""
    for match in _CARD.finditer(_ascii_digits(text)):
        digits = _NOT_ALPHANUMERIC.sub("", match.group())
        right_length = len(digits) in {13, 15, 16, 17, 18, 19}
        if right_length and _CARD_STARTS.match(digits) and luhn.is_valid(digits):
            return True
    return False


def _ascii_digits(text: str) -> str:
    """Digits of any script as 0…9, so that none hides a number; letters untouched."""
    return "".join(
        str(unicodedata.decimal(letter)) if letter.isdecimal() and not letter.isascii() else letter
        for letter in text
    )


def _is_nir(match: re.Match[str]) -> bool:
    """Whether the digits read as a NIR. A right key always tells; without it, a plain month and sex do."""
    body = _NOT_ALPHANUMERIC.sub("", match.group(1)).upper()
    sex, month, department, commune, order = body[0], int(body[3:5]), body[5:7], body[7:10], body[10:]
    corsica = department in {"2A", "2B"}
    if not (corsica or department.isdigit()) or "000" in {commune, order} or department == "00":
        return False
    key = _NOT_ALPHANUMERIC.sub("", match.group(2) or "")
    if key and sex in "123478" and month and _nir_key(body) == int(key):
        return True
    return sex in "1278" and 1 <= month <= 12


def _nir_key(body: str) -> int:
    """The key of the 13 first characters: 97 less their rest by 97; 2A counts as 19, 2B as 18."""
    return 97 - int(body.replace("2A", "19").replace("2B", "18")) % 97
