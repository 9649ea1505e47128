"""What was found at each joint visit: the home and its works, room by room. Pure: no session.

Works are named by their code in the catalogue, or in free words. Without a holder the rules propose one.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from intranet.works.terms import Cause, Holder, Need, Payer

NEEDED, WISHED = Need.NEEDED, Need.WISHED
TENANT, SHARED, PARTNER, BAILLEUR = Holder.TENANT, Holder.SHARED, Holder.PARTNER, Holder.BAILLEUR


@dataclass(frozen=True, slots=True)
class Works:
    """One line. ``share`` is the tenant's part when shared; ``free``: ``what`` is no code but words.

    ``allowed``: the bailleur consented to it in writing before the visit.
    """

    what: str
    room: str
    need: Need = NEEDED
    holder: Holder | None = None
    payer: Payer | None = None
    euros: int = 0
    hours: float = 0
    cause: Cause = Cause.USE
    share: int | None = None
    free: bool = False
    damage: tuple[int, int] | None = None  # age in years, cost in euros
    allowed: bool = False


@dataclass(frozen=True, slots=True)
class Visit:
    """``home`` is the place of the dwelling in ``dwellings.HOMES``."""

    home: int
    works: tuple[Works, ...]
    later: tuple[Works, ...] = ()  # found once the contract was signed


PAINTING = (
    Works("E.1", "Séjour", WISHED, SHARED, Payer.BAILLEUR, 180, 24, share=60),
    Works("III.a.4", "Séjour", NEEDED, TENANT, Payer.BAILLEUR, 35, 6),
    Works("III.c.2", "Séjour", NEEDED, TENANT, Payer.BAILLEUR, 40, 4),
)
BEDROOM = (
    Works("E.1", "Chambre 1", WISHED, TENANT, Payer.ALC, 120, 16),
    Works("E.6", "Chambre 1", WISHED, TENANT, Payer.ALC, 90, 6),
)
KITCHEN = (
    Works("IV.d.3", "Cuisine", NEEDED, TENANT, Payer.TENANT, 15, 1),
    Works("E.8", "Cuisine", WISHED, TENANT, Payer.ALC, 25, 1),
    Works("L.5", "Cuisine", NEEDED, euros=900, hours=14),
)
BATHROOM = (
    Works("L.12", "Salle d’eau", NEEDED, euros=350, hours=6),
    Works("L.13", "Salle d’eau", NEEDED, PARTNER, Payer.BAILLEUR, 110, 12, Cause.WEAR),
)
FLOOR = (Works("E.3", "Chambre 1", WISHED, PARTNER, Payer.BAILLEUR, 310, 14),)
SOLID = (
    Works("L.1", "Séjour", NEEDED, euros=1800, hours=30),
    Works("L.15", "Salle d’eau", NEEDED, euros=1200, hours=24),
)

VISITS: Mapping[str, Visit] = {
    "draft": Visit(6, (*SOLID, *KITCHEN, Works("III.a.1", "Chambre 1", NEEDED, TENANT, euros=10, hours=4))),
    "proposed": Visit(
        1,
        (
            Works("L.14", "Séjour", NEEDED, euros=640, hours=20, cause=Cause.WEAR),
            Works("L.13", "Séjour", NEEDED, euros=260, hours=24, cause=Cause.WEAR),
            Works("II.d.1", "Entrée", NEEDED, euros=20, hours=1),
            *KITCHEN,
            Works("E.7", "Chambre 1", WISHED, euros=45, hours=3),
            Works(
                "L.20", "Chambre 1", NEEDED, BAILLEUR, Payer.BAILLEUR, 160, 2, Cause.DAMAGE, damage=(9, 240)
            ),
        ),
    ),
    "waiting": Visit(
        11,
        (
            Works("III.c.2", "Séjour", NEEDED, TENANT, Payer.ALC, 40, 4),
            Works("E.9", "Séjour", WISHED, TENANT, Payer.TENANT, 40, 1),
            Works("IV.d.3", "Cuisine", NEEDED, TENANT, Payer.TENANT, 15, 1),
            Works("E.8", "Cuisine", WISHED, TENANT, Payer.ALC, 25, 1),
            Works("L.5", "Entrée", NEEDED, euros=900, hours=14),
        ),
        (Works("L.12", "Cuisine", NEEDED, euros=280, hours=5),),
    ),
    "countered": Visit(
        4,
        (
            *PAINTING,
            *KITCHEN,
            *BATHROOM,
            Works(
                "Peindre une fresque dans la chambre des enfants",
                "Chambre 2",
                WISHED,
                TENANT,
                Payer.ALC,
                60,
                10,
                free=True,
            ),
            Works("E.4", "Cuisine", WISHED, TENANT, Payer.BAILLEUR, 140, 8, allowed=True),
        ),
    ),
    "silent": Visit(
        7,
        (
            Works("L.16", "Séjour", NEEDED, euros=2400, hours=20),
            Works("IV.d.4", "Salle d’eau", NEEDED, euros=12, hours=1),
            Works("T.2", "Cuisine", NEEDED, euros=0, hours=1),
            Works("E.12", "Chambre 1", WISHED, euros=60, hours=3),
        ),
    ),
    "agreed": Visit(
        13, (*PAINTING, *BEDROOM, *KITCHEN, Works("E.11", "Salle d’eau", WISHED, BAILLEUR, euros=90, hours=3))
    ),
    "signed": Visit(11, (*PAINTING, *KITCHEN)),
    "withdrawn": Visit(3, (*BEDROOM, Works("II.a.2", "Entrée", NEEDED, euros=25, hours=2))),
    "prepared": Visit(9, (*PAINTING, *BEDROOM, *KITCHEN)),
    "cleared": Visit(10, (*PAINTING, *BATHROOM)),
    "open": Visit(0, (*PAINTING, *BEDROOM, *KITCHEN, *BATHROOM, *FLOOR)),
    "paused": Visit(
        8,
        (*BEDROOM, *FLOOR, *KITCHEN),
        (Works("E.12", "Chambre 1", WISHED, TENANT, Payer.ALC, 60, 3),),
    ),
    "finished": Visit(
        2, (*PAINTING, *BATHROOM, Works("II.c.1", "Chambre 1", NEEDED, TENANT, Payer.TENANT, 30, 2))
    ),
    "handed_over": Visit(5, (*PAINTING, *BEDROOM, *KITCHEN, *BATHROOM)),
    "closed": Visit(0, ()),
}
