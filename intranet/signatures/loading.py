"""Taking a contract in hand to sign it: locked, fresh, and checked to be the one that was read."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import bindparam, select

from intranet import permissions as p
from intranet.access import Actor, require_may
from intranet.documents.models import Document
from intranet.errors import Refused, Stale
from intranet.extensions import db
from intranet.freetext import checked
from intranet.signatures.commands import Signer
from intranet.signatures.models import Signature
from intranet.signatures.rules import needed_sides
from intranet.translation import gettext as _
from intranet.works.machine import CONTRACT_ACTS
from intranet.works.models import Contract, Split
from intranet.works.rules import side_of
from intranet.works.service.loading import take_split
from intranet.works.terms import Side
from intranet.works.wordings import contract_state_refusal

NAME_LIMIT = 120

_SPLIT_OF = select(Contract.split_id).where(Contract.id == bindparam("contract_id"))
_DIGEST = select(Document.digest).where(Document.id == bindparam("document_id"))


@dataclass(slots=True)
class InHand:
    """A contract about to be signed, its split, the signatures it bears, and the digest of its document."""

    split: Split
    contract: Contract
    signatures: dict[Side, Signature]
    digest: str

    @property
    def missing(self) -> frozenset[Side]:
        """The parties that have yet to sign."""
        return frozenset(needed_sides(self.contract.lines) - set(self.signatures))


def is_own(actor: Actor, side: Side) -> bool:
    """Whether the person signs for her own side, or records what another party does."""
    return side_of(actor.scope) is side


def require_sign(actor: Actor, side: Side) -> None:
    """``NotAllowed`` unless the person signs for her own side or may record for the others."""
    require_may(actor, p.CONTRACT_SIGN if is_own(actor, side) else p.CONTRACT_RECORD)


def take(contract_id: int) -> InHand:
    """The contract and its split, locked in that order everywhere: the split first."""
    split_id = db.session.scalar(_SPLIT_OF, {"contract_id": contract_id})
    if split_id is None:
        raise Refused("contract.unknown", _("Ce contrat n’existe plus."))
    split = take_split(split_id)
    contract = db.session.get(Contract, contract_id, populate_existing=True, with_for_update=True)
    assert contract is not None  # nothing deletes a contract
    found = db.session.scalars(
        select(Signature)
        .where(Signature.contract_id == contract_id)
        .execution_options(populate_existing=True)
    )
    digest = db.session.scalar(_DIGEST, {"document_id": contract.document_id})
    return InHand(split, contract, {each.side: each for each in found}, digest or "")


def check_act(actor: Actor, taken: InHand, side: Side) -> None:
    """``Refused`` unless the contract waits to be signed and this party has to sign it."""
    name = "sign_own" if is_own(actor, side) else "record_other"
    if taken.contract.state not in CONTRACT_ACTS[name].states:
        raise Refused("contract.sign.state", contract_state_refusal(taken.contract.state))
    if side not in needed_sides(taken.contract.lines):
        raise Refused("signature.side", _("Cette partie n’a pas à signer ce contrat."), field="side")
    if taken.contract.document_id is None:
        raise Refused(
            "signature.no_document",
            _("Le document est en préparation : il doit être prêt avant d’être signé."),
        )


def check_shown(taken: InHand, shown: str) -> None:
    """``Stale`` unless the document that was read is the one to be signed."""
    if shown != taken.digest:
        raise Stale(
            _("Ce n’est plus le document que vous avez lu. Relisez le contrat avant de le signer."),
        )


def refuse_second(taken: InHand, side: Side) -> None:
    if side in taken.signatures:
        raise Refused("signature.twice", _("Cette signature est déjà enregistrée."), field="side")


def name_of(actor: Actor, signer: Signer, *, known: bool) -> str:
    """Who signs. Somebody with an account who signs for her side by ``known`` means signs in her own name."""
    if known and is_own(actor, signer.side) and actor.author_id is not None:
        return actor.name
    name = checked(signer.name, NAME_LIMIT, field="name", multiline=False)
    if not name:
        raise Refused("signature.name", _("Indiquez le nom de la personne qui signe."), field="name")
    return name
