"""What the law keeps from the tenant whatever the catalogue says: by code, and by the words of a line. Pure.

The catalogue is changed on screen and its rows may be old or mistyped. What is named here holds all the same
(``domain.md`` §4): structure, gas, the electricity board, asbestos, lead, the boiler, common parts; each with its
source.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache

DECENCY = "décret 2002-120 art. 2"
ASBESTOS = "code de la santé publique art. L1334-12-1 et R1334-14 ; code du travail art. R4412-94"
LEAD = "code de la santé publique art. L1334-5 ; code du travail art. R4412-156"
GAS = f"{DECENCY} ; arrêté du 23 février 2018"

LOCKED: Mapping[str, str] = {
    "L.1": "C. civ. art. 606 ; loi 89-462 art. 6 c",
    "L.2": f"C. civ. art. 606 ; {DECENCY}",
    "L.3": DECENCY,
    "L.5": DECENCY,
    "L.6": GAS,
    "L.7": "loi 89-462 art. 6 c",
    "L.12": DECENCY,
    "L.15": DECENCY,
    "L.16": "décret 2002-120 art. 3 bis",
    "L.17": f"{ASBESTOS} ; {LEAD}",
    "L.19": "loi 89-462 art. 6 c ; loi 65-557 art. 3",
}
"""Kinds that stay with the bailleur, by code, each with what says so."""

PROFESSIONAL: Mapping[str, str] = {
    "IV.d.1": "arrêté du 23 février 2018",
    "IV.d.2": "arrêté du 23 février 2018",
    "VI.d.1": "décret 2023-641",
    "T.1": "code de l’environnement art. R224-41-4",
    "L.8": DECENCY,
    "L.9": DECENCY,
}
"""Kinds that only a professional does, whoever owes them: gas, boiler, heating circuits, flues."""

CONDITIONS: Mapping[str, str] = {"VI.a.1": "circuits", "L.14": "old_slabs"}
"""Kinds a family does only on a condition that protects it from gas, electricity or asbestos."""


@dataclass(frozen=True, slots=True)
class Topic:
    """Works spoken of in words. ``free``: only a free line is read for it; a kind's own row says the rest.

    ``but`` are the kinds whose own words speak of it and that the law leaves to the tenant, or to a professional
    for the tenant.
    """

    words: re.Pattern[str]
    source: str
    free: bool = False
    but: frozenset[str] = frozenset()


def _topic(words: str, source: str, *but: str, free: bool = False) -> Topic:
    return Topic(re.compile(rf"\b({words})\b"), source, free, frozenset(but))


TOPICS: tuple[Topic, ...] = (
    _topic(
        r"murs? porteurs?|elements? porteurs?|poutres?|linteaux?|charpentes?|fondations?|planchers? porteurs?"
        r"|refends?|gros oeuvre|gros murs?",
        LOCKED["L.1"],
    ),
    _topic(
        r"tableaux? (electriques?|de repartition)|disjoncteurs?|compteurs? (electriques?|linky)|mise a la terre"
        r"|circuits? electriques?|(installations?|reseaux?|lignes?) electriques?|coffrets? electriques?",
        DECENCY,
    ),
    _topic(r"gaz", GAS, "IV.b.1", "IV.b.2", "IV.d.1", "VI.d.1"),
    _topic(r"chaudieres?|chauffage collectif", LOCKED["L.7"], "T.1"),
    _topic(r"amiante|amiantee?s?|fibro ?ciment|flocages?|calorifugeages?", ASBESTOS),
    _topic(r"peintures? au plomb|(au|du|le) plomb|saturnisme|plomb ancien", LEAD),
    _topic(
        r"parties? communes?|ascenseurs?|cages? d'escaliers?|halls? d'(entree|immeuble)|colonnes? montantes?",
        LOCKED["L.19"],
    ),
    _topic(r"toitures?|facades?|balcons?|garde corps|etancheite|infiltrations?", LOCKED["L.2"], free=True),
    _topic(r"mises? aux normes|vmc|termites?", DECENCY, free=True),
)


def source_of(code: str, label: str) -> str:
    """What keeps works with the bailleur: of the kind ``code`` (empty: a free line), called ``label``. Or nothing."""
    return LOCKED.get(code) or next(_spoken_of(code, label), "")


def _spoken_of(code: str, label: str) -> Iterator[str]:
    words = _spaced(label)
    for topic in TOPICS:
        if code and (topic.free or code in topic.but):
            continue
        if topic.words.search(words):
            yield topic.source


@lru_cache(maxsize=256)  # each rule looks for its words in the same label
def fold(text: str) -> str:
    """Lower case without accents, for looking words up."""
    plain = unicodedata.normalize("NFKD", text).casefold().replace("œ", "oe")
    return "".join(letter for letter in plain if not unicodedata.combining(letter)).replace("’", "'")


@lru_cache(maxsize=256)
def _spaced(text: str) -> str:
    """The same with one space between words, however they were joined; signs nobody sees are none."""
    seen = "".join(letter for letter in fold(text) if unicodedata.category(letter) != "Cf")
    return re.sub(r"[\s_\u2010-\u2015-]+", " ", seen)
