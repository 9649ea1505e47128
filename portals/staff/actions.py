"""The one main action of a dossier's page, and the other moves its state allows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flask import url_for

from intranet import permissions as p
from intranet.access import Actor
from intranet.dossiers.machine import DOSSIER
from intranet.dossiers.models import DossierState
from intranet.translation import gettext as _
from intranet.translation import lazy_gettext as _l
from intranet.web.kept import kept
from intranet.works.models import ContractState, SplitState


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


def main_action(
    head: Any, split: Any, contract: Any, person: Actor, open_moves: Mapping[str, Action]
) -> Action | None:
    """What should be done now, if it is this person's to do. ``open_moves`` are ``moves(head, person)``."""
    for name, action in open_moves.items():
        if name not in ASIDE:
            return action
    if head.state is DossierState.JOINED:
        return _works(head, split, contract, person)
    if contract is not None and contract.chantier_id is not None and person.may(p.CHANTIER_READ):
        return Action(_("Voir le chantier"), url_for("staff.chantier", chantier_id=contract.chantier_id))
    return None


def _works(head: Any, split: Any, contract: Any, person: Actor) -> Action | None:
    """Between joining and chantier: visit, split, contract."""
    if head.visited_on is None and split is None:
        url = url_for("staff.dossier_visited", dossier_id=head.id)
        return Action(_("Dater la visite commune"), url) if person.may(p.VISIT_WRITE) else None
    if split is None:
        url = url_for("staff.visit", dossier_id=head.id)
        return Action(_("Relever les travaux"), url) if person.may(p.VISIT_WRITE) else None
    if contract is not None and contract.chantier_id is not None:
        return Action(_("Voir le chantier"), url_for("staff.chantier", chantier_id=contract.chantier_id))
    if contract is not None and contract.state is ContractState.PREPARED:
        url = url_for("staff.contract", contract_id=contract.id)
        return Action(_("Enregistrer les signatures"), url) if person.may(p.CONTRACT_SIGN) else None
    if contract is not None:
        url = url_for("staff.open_chantier", contract_id=contract.id)
        return Action(_("Ouvrir le chantier"), url) if person.may(p.CHANTIER_PREPARE) else None
    return _split(split, person)


def _split(split: Any, person: Actor) -> Action | None:
    page = url_for("staff.split", split_id=split.id)
    match split.state:
        case SplitState.DRAFT:
            return Action(_("Continuer la répartition"), page) if person.may(p.SPLIT_WRITE) else None
        case SplitState.COUNTERED:
            return Action(_("Reprendre la répartition"), page) if person.may(p.SPLIT_WRITE) else None
        case SplitState.AGREED:
            url = url_for("staff.split_contract", split_id=split.id)
            return Action(_("Établir le contrat"), url) if person.may(p.CONTRACT_ISSUE) else None
        case _:
            return None
