"""Who signed a contract and who has yet to, in words; it reads nothing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any, NamedTuple

from flask_babel import gettext as _

from intranet.works.contract import needed_sides
from intranet.works.terms import ContractState, Side
from intranet.works.wordings import SIDES

ORDER = (Side.HOUSEHOLD, Side.BAILLEUR, Side.ALC, Side.PARTNER)


class Mark(NamedTuple):
    """One party's place under the contract. ``signed_on`` is ``None`` while it is awaited."""

    side: Side
    label: str
    name: str
    signed_on: date | None


def marks(lines: Iterable[Mapping[str, Any]], signatures: Iterable[Any]) -> tuple[Mark, ...]:
    """A mark for each party that must sign, in the order of the paper."""
    given = {each.side: each for each in signatures}
    needed = needed_sides(lines)
    return tuple(
        Mark(
            side,
            _capital(str(SIDES[side])),
            given[side].name if side in given else "",
            given[side].signed_on if side in given else None,
        )
        for side in ORDER
        if side in needed
    )


def contract_sentence(state: ContractState, parties: Sequence[Mark], *, ready: bool, for_alc: bool) -> str:
    """What happens next to the contract."""
    if state is ContractState.CANCELLED:
        return str(_("Ce contrat est annulé ; un autre le remplace ou le remplacera."))
    if state is ContractState.SIGNED:
        return str(_("Chacun a signé : le chantier peut s’ouvrir."))
    if not ready:
        return str(_("Le document est en préparation ; il se signe ensuite sur papier."))
    awaited = ", ".join(
        mark.label.lower() if mark.side is not Side.ALC else mark.label
        for mark in parties
        if mark.signed_on is None
    )
    if for_alc:
        return str(
            _("À vous de faire signer et d’enregistrer chaque signature. Attendues : %(who)s.", who=awaited)
        )
    return str(
        _("Le contrat se signe sur papier ; ALC enregistre les signatures. Attendues : %(who)s.", who=awaited)
    )


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
