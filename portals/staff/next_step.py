"""What happens next on a dossier and whose turn it is: one reading, for its sentence and its main action alike.

A page that says one thing and offers another, or that speaks of works under way while its chantier is paused, comes of
two readings. There is one: the furthest thing that is under way speaks.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import Any, NamedTuple

from flask import url_for

from intranet import permissions as p
from intranet.chantiers.terms import ChantierState
from intranet.chantiers.wordings import next_sentence as chantier_sentence
from intranet.dossiers.models import DossierState
from intranet.dossiers.wordings import next_sentence as dossier_sentence
from intranet.plugin_api import Actor
from intranet.translation import gettext as _
from intranet.translation import lazy_gettext as _l
from intranet.translation import ngettext
from intranet.web.formatting import days_since
from intranet.works.models import ContractState, Side, SplitState
from intranet.works.wordings import next_sentence as split_sentence
from portals.staff.actions import Action, first_move


class Speaks(StrEnum):
    """What a dossier waits for is said by its own state, its chantier, its contract or its split."""

    DOSSIER = "dossier"
    VISIT = "visit"
    WORKS_LIST = "works_list"
    SPLIT = "split"
    TO_SIGN = "to_sign"
    TO_OPEN = "to_open"
    CHANTIER = "chantier"


UNDER_WORKS = frozenset({DossierState.JOINED, DossierState.WORKS})


def who_speaks(
    state: DossierState,
    *,
    visited: bool,
    split: SplitState | None,
    contract: ContractState | None,
    chantier: ChantierState | None,
) -> Speaks:
    """The furthest thing under way. A chantier not handed over speaks for a family that is settled, too."""
    if state is DossierState.SETTLED and chantier not in (None, ChantierState.HANDED_OVER):
        return Speaks.CHANTIER
    if state not in UNDER_WORKS:
        return Speaks.DOSSIER
    if chantier is not None:
        return Speaks.CHANTIER
    if contract is ContractState.PREPARED:
        return Speaks.TO_SIGN
    if contract is ContractState.SIGNED:
        return Speaks.TO_OPEN
    if split is not None and split is not SplitState.WITHDRAWN:
        return Speaks.SPLIT
    return Speaks.WORKS_LIST if visited else Speaks.VISIT


class NextStep(NamedTuple):
    """The sentence, and the action of a person who may take it; else the page that shows where things stand."""

    sentence: str
    action: Action | None


_CONTRACT: Mapping[Speaks, Any] = {
    Speaks.TO_SIGN: _l("Le contrat est établi : à l’équipe de recueillir les signatures"),
    Speaks.TO_OPEN: _l("Le contrat est signé : à l’équipe d’ouvrir le chantier"),
}


def next_step(
    head: Any, split: Any, contract: Any, person: Actor, open_moves: Mapping[str, Action]
) -> NextStep:
    """What the dossier's page says and offers. ``open_moves`` are those of its machine for this person."""
    speaks = who_speaks(
        head.state,
        visited=head.visited_on is not None,
        split=split.state if split else None,
        contract=contract.state if contract else None,
        chantier=contract.chantier_state if contract else None,
    )
    return NextStep(
        _said(speaks, head, split, contract), _offered(speaks, head, split, contract, person, open_moves)
    )


def _said(speaks: Speaks, head: Any, split: Any, contract: Any) -> str:
    match speaks:
        case Speaks.CHANTIER:
            said = str(chantier_sentence(contract.chantier_state)).rstrip(".")
            return _since(said, contract.chantier_since)
        case Speaks.SPLIT:
            return split_sentence(split.state, Side.ALC, split.turn_since, silent=split.silent)
        case Speaks.TO_SIGN | Speaks.TO_OPEN:
            return str(_CONTRACT[speaks])
        case Speaks.WORKS_LIST | Speaks.VISIT:
            return _since(
                dossier_sentence(DossierState.JOINED, visited=speaks is Speaks.WORKS_LIST), head.state_since
            )
    return _since(dossier_sentence(head.state), head.state_since)


def _since(said: str, since: datetime) -> str:
    days = days_since(since)
    told = (
        ngettext("depuis %(num)d jour", "depuis %(num)d jours", days) if days > 0 else _("depuis aujourd’hui")
    )
    return f"{said} · {told}"


def _offered(
    speaks: Speaks, head: Any, split: Any, contract: Any, person: Actor, open_moves: Mapping[str, Action]
) -> Action | None:
    def link(permission: str, label: str, endpoint: str, **values: Any) -> Action | None:
        return Action(label, url_for(endpoint, **values)) if person.may(permission) else None

    match speaks:
        case Speaks.CHANTIER:
            return link(
                p.CHANTIER_READ, _("Voir le chantier"), "staff.chantier", chantier_id=contract.chantier_id
            )
        case Speaks.TO_SIGN:
            done = link(
                p.CONTRACT_SIGN, _("Enregistrer les signatures"), "staff.contract", contract_id=contract.id
            )
            return done or link(
                p.CONTRACT_READ, _("Voir le contrat"), "staff.contract", contract_id=contract.id
            )
        case Speaks.TO_OPEN:
            done = link(
                p.CHANTIER_PREPARE, _("Ouvrir le chantier"), "staff.open_chantier", contract_id=contract.id
            )
            return done or link(
                p.CONTRACT_READ, _("Voir le contrat"), "staff.contract", contract_id=contract.id
            )
        case Speaks.SPLIT:
            return _on_split(split, link)
        case Speaks.WORKS_LIST:
            return link(p.VISIT_WRITE, _("Relever les travaux"), "staff.visit", dossier_id=head.id)
        case Speaks.VISIT:
            return link(
                p.VISIT_WRITE, _("Dater la visite commune"), "staff.dossier_visited", dossier_id=head.id
            )
    return first_move(open_moves)


def _on_split(split: Any, link: Any) -> Action | None:
    done: Action | None = None
    match split.state:
        case SplitState.DRAFT:
            done = link(p.SPLIT_WRITE, _("Continuer la répartition"), "staff.split", split_id=split.id)
        case SplitState.COUNTERED:
            done = link(p.SPLIT_WRITE, _("Reprendre la répartition"), "staff.split", split_id=split.id)
        case SplitState.AGREED:
            done = link(p.CONTRACT_ISSUE, _("Établir le contrat"), "staff.split_contract", split_id=split.id)
    return done or link(p.SPLIT_READ, _("Voir la répartition"), "staff.split", split_id=split.id)
