"""The moves that a dossier's state allows, as its page offers them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flask import url_for

from intranet.access import Actor
from intranet.dossiers.machine import DOSSIER
from intranet.dossiers.models import DossierState
from intranet.translation import lazy_gettext as _l
from intranet.web.kept import kept


@dataclass(frozen=True, slots=True)
class Action:
    """A link, or with ``post`` a button of its own form."""

    label: str
    url: str
    post: bool = False


MOVES: dict[str, tuple[Any, str, bool]] = {
    "diagnose": (_l("Décider du diagnostic"), "staff.dossier_diagnosis", False),
    "prepare": (_l("Lancer le projet logement"), "staff.dossier_prepare", True),
    "allocate": (_l("Attribuer un logement"), "staff.dossier_allocation", False),
    "join": (_l("Enregistrer l’adhésion"), "staff.dossier_joining", False),
    "revoke_joining": (_l("Mettre fin à l’adhésion"), "staff.dossier_joining_revoke", False),
    "close": (_l("Clore le dossier"), "staff.dossier_close", False),
    "reopen": (_l("Rouvrir le dossier"), "staff.dossier_reopen", False),
    "undiagnose": (_l("Revenir sur le diagnostic"), "staff.dossier_undiagnose", False),
    "unprepare": (_l("Revenir sur le projet"), "staff.dossier_unprepare", False),
    "unallocate": (_l("Revenir sur l’attribution"), "staff.dossier_unallocate", False),
    "leave": (_l("Enregistrer un départ"), "staff.dossier_leave", False),
    "come_back": (_l("Rouvrir le dossier"), "staff.dossier_come_back", True),
}
"""Each move of the machine that a person makes: label, page, and whether it is a plain button."""

ASIDE = ("undiagnose", "unprepare", "unallocate", "revoke_joining", "leave")
"""Moves that are never the main action: they end something, or take a step back."""


def moves(head: Any, person: Actor) -> dict[str, Action]:
    """The moves that the machine allows from here and the person's role may make."""
    open_moves = kept(
        ("dossier moves", head.state, person.permissions), lambda: _open_moves(head.state, person)
    )
    return {
        name: Action(label, url_for(endpoint, dossier_id=head.id), post)
        for name, label, endpoint, post in open_moves
    }


def _open_moves(state: DossierState, person: Actor) -> list[tuple[str, str, str, bool]]:
    return [
        (move.name, str(label), endpoint, post)
        for move in DOSSIER.open_from(state)
        if move.name in MOVES and move.permission is not None and person.may(move.permission)
        for label, endpoint, post in (MOVES[move.name],)
    ]


def first_move(open_moves: Mapping[str, Action]) -> Action | None:
    """The first of the moves that goes forward."""
    return next((action for name, action in open_moves.items() if name not in ASIDE), None)
