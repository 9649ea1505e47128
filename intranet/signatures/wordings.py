"""Who signed a contract, how, and who has yet to, in words; it reads nothing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any, NamedTuple

from intranet.signatures.models import Method
from intranet.signatures.rules import needed_sides
from intranet.translation import gettext as _
from intranet.translation import lazy_gettext as _l
from intranet.works.terms import ContractState, Side
from intranet.works.wordings import SIDES

ORDER = (Side.HOUSEHOLD, Side.BAILLEUR, Side.ALC, Side.PARTNER)

METHODS: Mapping[Method, Any] = {
    Method.DRAWN: _l("à l’écran"),
    Method.CODE: _l("avec un code"),
    Method.PAPER: _l("sur papier"),
}


class Mark(NamedTuple):
    """One party's place under the contract. ``signed_on`` is ``None`` while it is awaited, or once it refused."""

    side: Side
    label: str
    name: str
    signed_on: date | None
    how: Any = ""
    scan_id: int | None = None
    reason: str = ""  # why it refused


def marks(lines: Iterable[Mapping[str, Any]], signatures: Iterable[Any]) -> tuple[Mark, ...]:
    """A mark for each party that must sign, in the order of the paper."""
    given = {each.side: each for each in signatures}
    needed = needed_sides(lines)
    return tuple(_mark(side, given.get(side)) for side in ORDER if side in needed)


def for_guest(parties: Iterable[Mark], reader: Side | None) -> tuple[Mark, ...]:
    """The marks as a guest reads them: of the papers that were scanned, she opens her own side's alone."""
    return tuple(mark if mark.side is reader else mark._replace(scan_id=None) for mark in parties)


def awaited(parties: Sequence[Mark]) -> list[Mark]:
    """Those who have neither signed nor refused."""
    return [mark for mark in parties if mark.signed_on is None and not mark.reason]


def contract_sentence(
    state: ContractState, parties: Sequence[Mark], reader: Side | None, *, ready: bool
) -> str:
    """What happens next to the contract, for the side that reads."""
    if state is ContractState.CANCELLED:
        return str(_("Ce contrat est annulé ; un autre le remplace ou le remplacera."))
    if state is ContractState.REFUSED:
        who = ", ".join(in_sentence(mark) for mark in parties if mark.reason)
        return str(_("Refusé par %(who)s : la répartition est revenue à ALC.", who=who))
    if state is ContractState.REPLACED:
        return str(_("Un avenant signé par chacun remplace ce contrat ; il se lit encore."))
    if state is ContractState.SIGNED:
        return str(_("Chacun a signé : le chantier peut s’ouvrir."))
    if not ready:
        return str(_("Le document est en préparation ; il se signe ensuite."))
    left = awaited(parties)
    names = ", ".join(in_sentence(mark) for mark in left)
    if reader is Side.ALC:
        return str(_("À vous de faire signer. Attendues : %(who)s.", who=names))
    if any(mark.side is reader for mark in left):
        return str(_("À vous de lire le contrat, puis de le signer. Attendues : %(who)s.", who=names))
    return str(_("Le contrat est à la signature. Attendues : %(who)s.", who=names))


def in_sentence(mark: Mark) -> str:
    """The party inside a sentence: ``la famille``, ``ALC``."""
    return str(SIDES[mark.side])


def _mark(side: Side, signature: Any) -> Mark:
    label = str(SIDES[side])
    capital = label[:1].upper() + label[1:]
    if signature is None:
        return Mark(side, capital, "", None)
    if signature.refused:
        return Mark(side, capital, signature.name, None, reason=signature.reason)
    return Mark(
        side,
        capital,
        signature.name,
        signature.signed_on,
        METHODS[signature.method],
        signature.document_id,
    )
