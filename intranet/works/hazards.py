"""What a kind of works does to the home: which ones drill, sand, lift a floor or scrape paint.

The catalogue names the hazard of some kinds. The rule of ``domain.md`` §4 is wider ("nothing that drills,
sands or lifts a floor"), so the gesture of every other kind is said here, code by code. A free line has
no code: the gesture is read from its words, on the careful side.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from enum import StrEnum
from typing import Any

from intranet.translation import lazy_gettext as _l
from intranet.works.protected import fold
from intranet.works.rules import KindFacts


class Gesture(StrEnum):
    DRILLS = "drills"
    SANDS = "sands"
    LIFTS_FLOOR = "lifts_floor"
    SCRAPES_PAINT = "scrapes_paint"


GESTURE_WORDS: Mapping[Gesture, Any] = {
    Gesture.DRILLS: _l("percer"),
    Gesture.SANDS: _l("poncer ou gratter"),
    Gesture.LIFTS_FLOOR: _l("déposer ou soulever un sol"),
    Gesture.SCRAPES_PAINT: _l("gratter ou poncer de la peinture"),
}

_D, _S, _F, _P = Gesture.DRILLS, Gesture.SANDS, Gesture.LIFTS_FLOOR, Gesture.SCRAPES_PAINT

BY_CODE: Mapping[str, frozenset[Gesture]] = {
    code: frozenset(gestures)
    for code, gestures in {
        "II.b.1": (_S,),  # old putty is scraped off
        "III.a.2": (_S, _P),  # touching up is sanding first
        "III.a.3": (_S,),  # the glue of the old tiles is scraped
        "III.a.4": (_S,),  # the filler is sanded, with what is around it
        "III.b.2": (_F, _S),  # boards are taken up, then sanded
        "III.b.3": (_F,),  # the patch is cut out and the old glue shows
        "III.c.1": (_D,),  # battens are fixed to the wall
        "III.c.2": (_D,),  # skirtings are fixed again through old coverings
        "V.2": (_D,),  # ducts are screwed to the wall
        "L.4": (_D,),
        "L.8": (_D,),
        "L.9": (_D,),
        "L.10": (_D,),  # walls are opened
        "L.11": (_D,),
        "L.13": (_S, _P),
        "L.14": (_F,),
        "L.17": (_S, _P, _F),
        "L.18": (_D,),  # fixed to a ceiling
        "E.1": (_S, _P),
        "E.2": (_S, _P),
        "E.3": (_F,),  # thresholds are cut, the old floor is levelled
        "E.4": (_D, _S),
        "E.5": (_D,),  # rails are fixed to floor, wall and ceiling
        "E.6": (_D,),
        "E.11": (_D,),
        "E.12": (_D,),  # furniture is screwed to the wall
    }.items()
}
"""Gestures by catalogue code. Absent: cleaning, greasing, joints, like-for-like changes, outdoors."""

_BY_HAZARD = {"asbestos": _F, "lead": _P}

_WORDS: tuple[tuple[Gesture, re.Pattern[str]], ...] = (
    (_D, re.compile(r"\b(perc(er|age|ement)|chevill|viss|fix(er|ation)|etagere|tringle|cloison|barre d)")),
    (
        _S,
        re.compile(
            r"\b(ponc|gratt|racl|decap|raval|enduit|repeindre|peinture|tapisser|papier|faience|carrel)"
        ),
    ),
    (_P, re.compile(r"\b(ponc|gratt|racl|decap|repeindre|peinture|enduit|papier peint|volet|boiserie)")),
    (_F, re.compile(r"\b(sols?|parquet|lino|moquette|dalles?|plancher|carrelage|stratifie|revetement)\b")),
)
_VERBS: tuple[tuple[Gesture, re.Pattern[str]], ...] = (
    (_D, re.compile(r"\bperc(er|age|ement)\b")),
    (_S, re.compile(r"\b(ponc(er|age)|gratt(er|age)|racl(er|age)|decap(er|age)|raval(er|ement))\b")),
    (_P, re.compile(r"\b(ponc(er|age)|gratt(er|age)|racl(er|age)|decap(er|age)) .*peinture")),
    (_F, re.compile(r"\b(depos|arrach|soulev)\w* .*\b(sols?|parquet|lino|moquette|dalles?|carrelage)\b")),
)
"""Said in so many words on a line of the catalogue, whatever its kind is known to do."""


def gestures(kind: KindFacts | None, label: str) -> frozenset[Gesture]:
    """What doing this line does to walls, floors and paint."""
    if kind is None:
        words = fold(label)
        return frozenset(gesture for gesture, pattern in _WORDS if pattern.search(words))
    by_hazard = {_BY_HAZARD[word] for word in kind.hazard.split() if word in _BY_HAZARD}
    said = {gesture for gesture, pattern in _VERBS if pattern.search(fold(label))}
    return BY_CODE.get(kind.code, frozenset()) | by_hazard | said
