"""The references and codes that open a split of the demonstration to somebody without an account."""

from __future__ import annotations

from typing import NamedTuple

from intranet.works.terms import Side


class Door(NamedTuple):
    """What a guest of the demonstration types at ``/acces``: told with the accounts, for invented data only."""

    side: Side
    reference: str
    code: str


BAILLEUR_DOOR = Door(Side.BAILLEUR, "DEMA-2345", "AGEN-CEAZ-2345-6789")
FAMILY_DOOR = Door(Side.HOUSEHOLD, "DEMF-2345", "FAME-CYKB-2345-6789")
DOORS = (BAILLEUR_DOOR, FAMILY_DOOR)
