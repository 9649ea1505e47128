"""Signing a contract: drawn on the screen, by a code, on paper; or refusing it. The order of parties is free.

What is signed is one document, fixed before the first signature: each signature keeps its SHA-256. Each command is
one sending and one transaction: a signature is there whole, or not at all.
"""

from __future__ import annotations

from typing import Any

from intranet.access import Actor
from intranet.chantiers import amending as chantiers
from intranet.clock import PARIS, now, today
from intranet.commitments.making import make_commitments
from intranet.documents.models import DocumentKind
from intranet.documents.service import keep
from intranet.dossiers.service import works_started
from intranet.errors import Refused
from intranet.extensions import db
from intranet.freetext import checked
from intranet.jobs.service import enqueue
from intranet.signatures import scans
from intranet.signatures.commands import Draw, OnPaper, RefuseToSign
from intranet.signatures.loading import (
    InHand,
    check_act,
    check_shown,
    name_of,
    refuse_second,
    require_sign,
    take,
)
from intranet.signatures.models import Method, Signature
from intranet.signatures.rules import SEAL_JOB, read_strokes
from intranet.timeline.service import commit
from intranet.translation import gettext as _
from intranet.works.machine import CONTRACT, SPLIT, ContractFacts
from intranet.works.mailing import tell_alc
from intranet.works.models import Contract
from intranet.works.service.amending import replace_former
from intranet.works.service.loading import PARTIES, facts_of, trace_contract
from intranet.works.service.loading import trace as trace_split
from intranet.works.service.moves import hand_over

REASON_LIMIT = 4000


def sign_drawn(actor: Actor, command: Draw) -> Contract:
    """Sign with a finger or a pen on the screen. The same drawing sent twice is one signature.

    May: each party for itself; the coordinator and the référents for a party that signs on site.
    """
    signer = command.signer
    require_sign(actor, signer.side)
    taken = take(signer.contract_id)
    strokes = read_strokes(command.strokes)
    already = taken.signatures.get(signer.side)
    if already is not None and strokes is not None and already.strokes == strokes:
        return taken.contract
    check_act(actor, taken, signer.side)
    check_shown(taken, signer.digest)
    refuse_second(taken, signer.side)
    name = name_of(actor, signer, known=True)
    if strokes is None:
        raise Refused("signature.drawing", _("Signez dans le cadre, d’un trait assez long."), field="strokes")
    add_signature(actor, taken, command.signer.side, name, Method.DRAWN, signer.address, strokes=strokes)
    commit()
    return taken.contract


def sign_on_paper(actor: Actor, command: OnPaper) -> Contract:
    """Record a signature given on paper, with its scan (PDF or picture) and its day.

    The day is neither in the future nor before the contract was established. May: as ``sign_drawn``.
    """
    signer = command.signer
    require_sign(actor, signer.side)
    taken = take(signer.contract_id)
    check_act(actor, taken, signer.side)
    check_shown(taken, signer.digest)
    refuse_second(taken, signer.side)
    name = name_of(actor, signer, known=False)
    if command.signed_on > today():
        raise Refused(
            "signature.future", _("La signature ne peut pas être datée du futur."), field="signed_on"
        )
    if command.signed_on < taken.contract.created_at.astimezone(PARIS).date():
        raise Refused(
            "signature.early",
            _("La signature ne peut pas être antérieure au contrat."),
            field="signed_on",
        )
    scans.refuse_unsigned(command.file, taken)
    scan = keep(
        command.file,
        kind=DocumentKind.ATTACHMENT,
        dossier_id=taken.contract.dossier_id,
        audience=PARTIES,
        actor=actor,
    )
    add_signature(
        actor,
        taken,
        signer.side,
        name,
        Method.PAPER,
        signer.address,
        signed_on=command.signed_on,
        document_id=scan.id,
    )
    commit()
    return taken.contract


def refuse_to_sign(actor: Actor, command: RefuseToSign) -> Contract:
    """A party will not sign, and says why: the contract is refused, the split goes back to ALC. May: as to sign."""
    signer = command.signer
    require_sign(actor, signer.side)
    taken = take(signer.contract_id)
    contract, split = taken.contract, taken.split
    check_act(actor, taken, signer.side)
    check_shown(taken, signer.digest)
    if signer.side in taken.signatures:
        raise Refused(
            "signature.refuse.signed",
            _("Cette partie a déjà signé. Pour revenir en arrière, demandez à ALC d’annuler le contrat."),
        )
    name = name_of(actor, signer, known=True)
    reason = checked(command.reason, REASON_LIMIT, field="reason")
    move = CONTRACT.check("refuse", contract.state, ContractFacts(), reason)
    db.session.add(
        _signature(actor, taken, signer.side, name, Method.PAPER, signer.address, refused=True, reason=reason)
    )
    before, contract.state = contract.state, move.target
    db.session.flush()
    trace_contract(move.event, contract, actor, from_state=before, reason=reason, side=signer.side, name=name)
    back = SPLIT.check("give_back", split.state, facts_of(split), reason)
    was = split.state
    hand_over(split, back.target)
    split.agreed_at = None
    trace_split(back.event, split, actor, from_state=was, reason=reason, contract=contract.number)
    tell_alc("contract_refused", split, message=reason, who=name)
    commit()
    return contract


def add_signature(
    actor: Actor, taken: InHand, side: Any, name: str, method: Method, address: str, **more: Any
) -> None:
    """Add the signature; with the last one needed, conclude. Part of a command: does not commit."""
    signature = _signature(actor, taken, side, name, method, address, **more)
    db.session.add(signature)
    taken.signatures[side] = signature
    db.session.flush()
    trace_contract(
        "works.contract.signature",
        taken.contract,
        actor,
        side=side,
        on=signature.signed_on,
        name=name,
        method=method,
    )
    if not taken.missing:
        conclude(actor, taken)


def conclude(actor: Actor, taken: InHand) -> None:
    """Everyone has signed: contract, split, dossier, commitments and chantier move together; the seal follows.

    Part of the command that records the last signature: does not commit.
    """
    contract, split = taken.contract, taken.split
    move = CONTRACT.check("sign", contract.state, ContractFacts(unsigned=taken.missing))
    before, contract.state = contract.state, move.target
    contract.signed_on = max(each.signed_on for each in taken.signatures.values())
    db.session.flush()
    trace_contract(move.event, contract, actor, from_state=before, on=contract.signed_on)
    onward = SPLIT.check("sign", split.state, facts_of(split, signed=True))
    was = split.state
    hand_over(split, onward.target)
    trace_split(onward.event, split, actor, from_state=was, contract=contract.number)
    works_started(actor, split.dossier_id)
    make_commitments(contract)
    if contract.amends_id is not None:
        replace_former(actor, contract)
        chantiers.apply(actor, contract)
    enqueue(SEAL_JOB, {"contract_id": contract.id}, unique_key=f"{SEAL_JOB}:{contract.id}")


def _signature(
    actor: Actor, taken: InHand, side: Any, name: str, method: Method, address: str, **more: Any
) -> Signature:
    return Signature(
        contract_id=taken.contract.id,
        side=side,
        name=name,
        method=method,
        digest=taken.digest,
        address=address[:45],
        guest_id=actor.guest_id,
        recorded_by=actor.author_id,
        recorded_at=now(),
        **{"signed_on": today(), **more},
    )
