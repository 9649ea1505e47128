"""Amending a signed contract: a new split in which chosen lines are open again and the rest stands as signed.

The signed contract stays in force until the amendment is signed by all; an amendment given up leaves it so.
"""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import select

from intranet import permissions as p
from intranet.access import Actor, require_may
from intranet.chantiers.models import Chantier
from intranet.chantiers.terms import ChantierState
from intranet.clock import now
from intranet.errors import Refused, Stale
from intranet.extensions import db
from intranet.freetext import checked
from intranet.rent.amending import carry_over
from intranet.rent.offsets import pending
from intranet.timeline.service import commit, record
from intranet.translation import gettext as _
from intranet.works.facts import AGREEING, good_answer
from intranet.works.machine import CONTRACT, SPLIT, ContractFacts
from intranet.works.models import Contract, GuardrailOverride, LineAnswer, Split, WorksLine
from intranet.works.service.loading import facts_of, take_split, trace
from intranet.works.service.moves import MESSAGE_LIMIT, hand_over, send
from intranet.works.service.wording import note_wording
from intranet.works.terms import ContractState, Holder, Side, SplitState
from intranet.works.untouched import stands_as_signed
from intranet.works.wordings import contract_state_refusal

AUDIENCE = ("alc", "bailleur", "partner")

_COPIED = (
    "position",
    "kind_id",
    "label",
    "room",
    "need",
    "cause",
    "condition_met",
    "holder",
    "tenant_share_pct",
    "materials_payer",
    "materials_cents",
    "minutes",
    "tenant_cents",
    "due_on",
    "consent_on",
    "consent_document_id",
    "wear",
    "default_holder",
    "default_rule",
    "lock",
    "digest",
)
OVER = frozenset({ChantierState.FINISHED, ChantierState.HANDED_OVER})
"""A chantier whose works are done: there is nothing left to amend."""


def open_amendment(
    actor: Actor, contract_id: int, line_ids: Collection[int], reason: str, version: int | None = None
) -> Split:
    """Open an amendment of the contract in force: the lines ``line_ids`` may be changed, others may be added.

    Every other line is copied as signed, accepted by all, and cannot be touched. May: the coordinator and the
    référents. Refused while another amendment is open, and once the chantier is finished.
    """
    require_may(actor, p.CONTRACT_ISSUE)
    split, contract = _take(contract_id)
    if version is not None and contract.version != version:
        raise Stale(_("Le contrat a changé pendant que vous le lisiez. Relisez-le avant de recommencer."))
    _refuse_unfit(split, contract)
    kept = [line for line in split.lines if line.holder is not Holder.DROPPED]
    if set(line_ids) - {line.id for line in kept}:
        raise Refused("amendment.lines", _("Une ligne choisie n’est pas dans ce contrat : relisez la page."))
    why = checked(reason, MESSAGE_LIMIT, field="reason")
    move = SPLIT.check("amend", split.state, facts_of(split), why)
    before = split.state
    hand_over(split, move.target)
    trace(move.event, split, actor, from_state=before, reason=why, contract=contract.number)
    amendment = Split(
        dossier_id=split.dossier_id,
        dwelling_id=split.dwelling_id,
        bailleur_id=split.bailleur_id,
        amends_id=split.id,
        amend_reason=why,
        turn=Side.ALC,
        turn_since=now(),
    )
    db.session.add(amendment)
    db.session.flush()
    copies = {line.id: _copy(actor, line, amendment, fixed=line.id not in line_ids) for line in kept}
    carry_over(split.id, amendment.id, copies)
    record(
        "works.split.opened",
        actor=actor,
        subject="split",
        subject_id=amendment.id,
        dossier_id=amendment.dossier_id,
        to_state=amendment.state.value,
        data={"version": amendment.version, "number": 0},
    )
    commit()
    return take_split(amendment.id)


def settles(split: Split) -> bool:
    """Whether the contract of this split may be established before anything was proposed: it amends another."""
    return split.amends_id is not None and split.state in SPLIT.transitions["settle"].sources


def settle(actor: Actor, split: Split) -> None:
    """Keep every line as all signed it, to change what surrounds them. Part of establishing the contract; no commit.

    Nobody is asked about the lines again: what changes is in the contract, which all sign or refuse. ``Refused`` when
    a line or the rent is under discussion.
    """
    facts = facts_of(split, rent_pending=pending(split.id), idle=stands_as_signed(split.id))
    move = SPLIT.check("settle", split.state, facts)
    before = split.state
    send(split, actor, Side.ALC, move.target, "")
    split.agreed_at = split.turn_since
    trace(move.event, split, actor, from_state=before)


def contract_amended(split: Split) -> Contract | None:
    """The signed contract that this split amends; ``None`` when it amends none."""
    if split.amends_id is None:
        return None
    return db.session.scalar(
        select(Contract).where(Contract.split_id == split.amends_id, Contract.state == ContractState.SIGNED)
    )


def restore_amended(actor: Actor, amendment: Split, reason: str) -> None:
    """The amendment is given up: the split it amended is signed again. Part of that command; does not commit.

    The contract in force has not moved meanwhile.
    """
    if amendment.amends_id is None:
        return
    db.session.flush()  # the amendment has left first: only one split of a home is open
    split = take_split(amendment.amends_id)
    contract = contract_amended(amendment)
    move = SPLIT.check("restore", split.state, facts_of(split))
    before = split.state
    hand_over(split, move.target)
    number = contract.number if contract else ""
    trace(move.event, split, actor, from_state=before, reason=reason, contract=number)


def replace_former(actor: Actor, contract: Contract) -> None:
    """All have signed the amendment: the contract it amends is replaced. Part of that command; does not commit."""
    if contract.amends_id is None:
        return
    former = db.session.get_one(Contract, contract.amends_id, with_for_update=True, populate_existing=True)
    move = CONTRACT.check("replace", former.state, ContractFacts())
    before, former.state = former.state, move.target
    db.session.flush()
    record(
        move.event,
        actor=actor,
        subject="contract",
        subject_id=former.id,
        dossier_id=former.dossier_id,
        from_state=before.value,
        to_state=former.state.value,
        data={"number": former.number, "by": contract.number},
        audience=AUDIENCE,
    )


def _take(contract_id: int) -> tuple[Split, Contract]:
    """The contract and its split, the split locked first, as everywhere."""
    split_id = db.session.scalar(select(Contract.split_id).where(Contract.id == contract_id))
    if split_id is None:
        raise Refused("contract.unknown", _("Ce contrat n’existe plus."))
    split = take_split(split_id)
    contract = db.session.get_one(Contract, contract_id, populate_existing=True, with_for_update=True)
    return split, contract


def _refuse_unfit(split: Split, contract: Contract) -> None:
    if contract.state is ContractState.PREPARED:
        raise Refused(
            "amendment.unsigned",
            _("Ce contrat n’est pas encore signé : annulez-le et rouvrez la répartition pour le changer."),
        )
    if contract.state is not ContractState.SIGNED:
        raise Refused("amendment.state", contract_state_refusal(contract.state))
    if split.state is SplitState.AMENDED:
        raise Refused(
            "amendment.open",
            _("Un avenant à ce contrat est déjà ouvert : menez-le à la signature ou retirez-le d’abord."),
        )
    chantier = db.session.scalar(select(Chantier.state).where(Chantier.contract_id == contract.id))
    if chantier in OVER:
        raise Refused(
            "amendment.chantier_over",
            _("Le chantier est terminé : il n’y a plus de travaux à changer par un avenant."),
        )


def _copy(actor: Actor, line: WorksLine, amendment: Split, *, fixed: bool) -> int:
    """The line in the amendment; its id. A fixed one keeps the answers that signed it, others are asked again."""
    copy = WorksLine(
        split_id=amendment.id,
        origin_id=line.id,
        fixed=fixed,
        kind=line.kind,
        **{name: getattr(line, name) for name in _COPIED},
    )
    if fixed:
        given = (good_answer(line, side) for side in AGREEING)
        copy.answers = [_same(answer) for answer in given if answer is not None]
    note_wording(copy, "amended", actor)
    granted = db.session.scalars(
        select(GuardrailOverride).where(
            GuardrailOverride.line_id == line.id, GuardrailOverride.digest == line.digest
        )
    )
    for each in granted.all():
        db.session.add(
            GuardrailOverride(
                line_id=copy.id,
                rule=each.rule,
                digest=each.digest,
                reason=each.reason,
                by_id=each.by_id,
                by_name=each.by_name,
                at=each.at,
            )
        )
    return copy.id


def _same(answer: LineAnswer) -> LineAnswer:
    return LineAnswer(
        side=answer.side,
        answer=answer.answer,
        digest=answer.digest,
        by_id=answer.by_id,
        by_name=answer.by_name,
        guest_id=answer.guest_id,
        at=answer.at,
    )
