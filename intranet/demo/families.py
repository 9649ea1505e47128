"""The 94 families of the demonstration: who they are, how many, and how far on their path. Pure: no session.

UIP 56, PEP 28, PHI 10. The families of the stories have names of their own; the others are drawn, the same on
every run. A PEP family is a mother alone with a child under three.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from random import Random

from intranet.demo.names import FAMILIES, MEN, WOMEN
from intranet.dossiers.terms import DossierState as S
from intranet.dossiers.terms import LeavingReason

SEED = 2018

LEFT = tuple(reason for reason in LeavingReason if reason is not LeavingReason.NOT_ELIGIBLE)


@dataclass(frozen=True, slots=True)
class Family:
    """``opened`` is in working days ago; ``story`` names the one she plays in, if any."""

    name: str
    pole: str
    adults: int
    children: int
    under_3: int
    opened: int
    reached: S
    story: str = ""

    @property
    def lone_parent(self) -> bool:
        return self.adults == 1 and self.children > 0


def _told(story: str, name: str, pole: str, adults: int, children: int, under_3: int, opened: int) -> Family:
    return Family(name, pole, adults, children, under_3, opened, S.PREPARING, story)


IN_STORIES = (
    _told("draft", "Nadia Khelifi", "UIP", 1, 2, 0, 170),
    _told("proposed", "Ionut Popescu", "UIP", 2, 3, 1, 150),
    _told("waiting", "Grâce Makiese", "PHI", 1, 1, 0, 145),
    _told("countered", "Moussa Coulibaly", "UIP", 2, 4, 1, 160),
    _told("silent", "Maïmouna Gassama", "PEP", 1, 1, 1, 155),
    _told("agreed", "Rosa Tavares", "UIP", 2, 2, 0, 165),
    _told("signed", "Viktor Petrov", "UIP", 2, 1, 0, 240),
    _told("withdrawn", "Djamila Ferhat", "PEP", 1, 2, 1, 210),
    _told("prepared", "Samir Belhadj", "UIP", 2, 2, 1, 190),
    _told("cleared", "Tomas Alvarado", "PHI", 2, 1, 0, 200),
    _told("open", "Fatou Ndiaye", "UIP", 1, 3, 0, 220),
    _told("paused", "Sofia Baldini", "UIP", 2, 2, 1, 230),
    _told("finished", "Amina Saadi", "PEP", 1, 1, 1, 250),
    _told("handed_over", "Karim Mansouri", "UIP", 2, 3, 0, 290),
    _told("closed", "Lucia Ferreira", "UIP", 1, 1, 0, 380),
)

DRAWN: Mapping[str, Mapping[S, int]] = {
    "UIP": {S.SPOTTED: 3, S.DIAGNOSED: 3, S.PREPARING: 33, S.LEFT: 7},
    "PEP": {S.SPOTTED: 2, S.DIAGNOSED: 2, S.PREPARING: 17, S.LEFT: 4},
    "PHI": {S.SPOTTED: 1, S.DIAGNOSED: 1, S.PREPARING: 5, S.LEFT: 1},
}
"""How many families outside the stories have come how far, by pôle."""

OPENED = {S.SPOTTED: (1, 4), S.DIAGNOSED: (8, 14), S.PREPARING: (60, 130), S.LEFT: (70, 220)}
"""Between how many working days ago their dossiers opened."""


def draw_families() -> Iterator[Family]:
    """All 94, oldest dossier first."""
    random = Random(SEED)
    taken = {family.name for family in IN_STORIES}
    drawn = [
        _draw(random, pole, reached, taken)
        for pole, numbers in DRAWN.items()
        for reached, number in numbers.items()
        for _each in range(number)
    ]
    return iter(sorted([*IN_STORIES, *drawn], key=lambda family: (-family.opened, family.name)))


def _draw(random: Random, pole: str, reached: S, taken: set[str]) -> Family:
    mother_alone = pole == "PEP" or random.random() < 0.4
    first = random.choice(WOMEN if mother_alone or random.random() < 0.5 else MEN)
    name = next(name for name in iter(lambda: f"{first} {random.choice(FAMILIES)}", "") if name not in taken)
    taken.add(name)
    if pole == "PEP":
        adults, children = 1, random.choice((1, 1, 1, 2, 2, 3))
        under_3 = 1 if children < 3 else random.choice((1, 2))
    else:
        adults = 1 if mother_alone else 2
        children = (
            random.choice((1, 1, 2, 2, 2, 3, 3, 4, 5)) if pole == "UIP" else random.choice((0, 0, 1, 2))
        )
        under_3 = min(children, random.choice((0, 0, 0, 1, 1, 2)))
    first_day, last_day = OPENED[reached]
    return Family(name, pole, adults, children, under_3, random.randint(first_day, last_day), reached)
