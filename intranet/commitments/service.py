"""What happens to a commitment: made by the contract, done by the bailleur with a proof, confirmed or sent back."""

from __future__ import annotations

from typing import IO, Any

from flask_babel import gettext as _
from sqlalchemy import select

from intranet import permissions as p
from intranet.access import Actor, OrganisationKind, require_may
from intranet.clock import now, today
from intranet.commitments.commands import Confirm, MarkDone, SendBack
from intranet.commitments.machine import check_act
from intranet.commitments.mailing import tell_bailleur, tell_followers
from intranet.commitments.models import Commitment
from intranet.commitments.rules import EARLIEST_DONE, CommitmentState, Promise, promises, state_on
from intranet.commitments.wordings import state_refusal
from intranet.documents.models import Document, DocumentKind
from intranet.documents.service import take_in
from intranet.errors import NotAllowed, Refused, Stale
from intranet.extensions import db
from intranet.freetext import checked
from intranet.timeline.service import commit, record
from intranet.works.models import Contract, Split, WorksLine
from intranet.works.terms import Side

AUDIENCE = ("alc", "bailleur")
NOTE_LIMIT = 2000


def make_commitments(contract: Contract) -> None:
    """The commitments of a contract that everyone has signed. Part of that command: does not commit.

    Made twice they are made once. An amendment takes over those of the contract it amends: a line signed in the
    same words goes on with what was done, another starts anew, one that is gone is withdrawn.
    """
    split = db.session.get_one(Split, contract.split_id)
    earlier = _earlier(contract)
    known = set(
        db.session.scalars(select(Commitment.line_id).where(Commitment.contract_id == contract.id)).all()
    )
    lines = select(WorksLine.id, WorksLine.origin_id).where(WorksLine.split_id == contract.split_id)
    origins = {row.id: row.origin_id for row in db.session.execute(lines)}
    signed_on = contract.signed_on or today()
    for promise in promises(contract.lines, contract.starts_on, contract.ends_on, signed_on):
        if promise.line_id in known:
            continue
        before = earlier.pop(origins.get(promise.line_id) or 0, None)
        if before is not None and before[1] == promise.digest:
            _carry_over(before[0], contract, promise)
            continue
        if before is not None:
            before[0].withdrawn_on = today()
        db.session.add(
            Commitment(
                contract_id=contract.id,
                line_id=promise.line_id,
                dossier_id=contract.dossier_id,
                dwelling_id=split.dwelling_id,
                bailleur_id=split.bailleur_id,
                label=promise.label,
                room=promise.room,
                due_on=promise.due_on,
                created_at=now(),
            )
        )
    for gone, _digest in earlier.values():
        gone.withdrawn_on = today()
    db.session.flush()


def end_commitments(dossier_id: int) -> None:
    """The household has left its home: what the bailleur had not done for it is promised to nobody any more.

    Part of the command that records the departure: does not commit. What was done waits for its confirmation.
    """
    going = select(Commitment).where(
        Commitment.dossier_id == dossier_id, Commitment.done_on.is_(None), Commitment.withdrawn_on.is_(None)
    )
    for commitment in db.session.scalars(going):
        commitment.withdrawn_on = today()


def mark_done(actor: Actor, command: MarkDone, stream: IO[bytes], filename: str) -> Commitment:
    """The agent says the works are done, with a photo or an invoice; ALC is asked to confirm.

    ``Refused`` when the file is none, when the day is in the future, or when it is done already.
    """
    require_may(actor, p.COMMITMENT_DO)
    commitment = _take(command.commitment_id, command.version)
    act = check_act("mark_done", _state(commitment))
    note = checked(command.note, NOTE_LIMIT, field="note")
    if not today() - EARLIEST_DONE <= command.done_on <= today():
        raise Refused(
            "commitment.day",
            _("Indiquez le jour où les travaux ont été faits : ni à venir, ni d’il y a plus de deux ans."),
            field="done_on",
        )
    document = take_in(
        stream,
        filename,
        kind=DocumentKind.ATTACHMENT,
        dossier_id=commitment.dossier_id,
        audience=AUDIENCE,
        actor=actor,
    )
    commitment.done_on = command.done_on
    commitment.done_note = note
    commitment.done_by = actor.user_id
    commitment.document_id = document.id
    _record(act.event, commitment, actor, on=command.done_on)
    tell_followers("commitment_done", commitment, who=actor.name, words=note)
    commit()
    return commitment


def take_back(actor: Actor, commitment_id: int, version: int) -> Commitment:
    """The agent takes back what was said by mistake, as long as nobody confirmed it."""
    require_may(actor, p.COMMITMENT_DO)
    commitment = _take(commitment_id, version)
    act = check_act("take_back", _state(commitment))
    _undo(commitment)
    _record(act.event, commitment, actor)
    commit()
    return commitment


def confirm(actor: Actor, command: Confirm) -> Commitment:
    """Close a commitment: ALC has seen the works, or records that the household has.

    May: coordinator, référent, éducateur technique. Works nobody said were done cannot be confirmed.
    """
    _require_alc(actor)
    if command.side not in (Side.ALC, Side.HOUSEHOLD):
        raise Refused("commitment.side", _("Dites qui a vu les travaux : la famille, ou vous."), field="side")
    commitment = _take(command.commitment_id, command.version)
    act = check_act("confirm", _state(commitment))
    commitment.confirmed_on = today()
    commitment.confirmed_side = command.side
    commitment.confirmed_by = actor.user_id
    _record(act.event, commitment, actor, side=command.side)
    commit()
    return commitment


def send_back(actor: Actor, command: SendBack) -> Commitment:
    """The works are not as agreed: due again, with a reason that the bailleur reads. Its file stays with ALC."""
    _require_alc(actor)
    commitment = _take(command.commitment_id, command.version)
    act = check_act("return_works", _state(commitment))
    reason = checked(command.reason, NOTE_LIMIT, field="reason")
    if not reason:
        raise Refused("commitment.reason", _("Dites au bailleur ce qui manque."), field="reason")
    _undo(commitment)
    _record(act.event, commitment, actor, reason=reason)
    tell_bailleur("commitment_sent_back", commitment, who=actor.name, words=reason)
    commit()
    return commitment


def _require_alc(actor: Actor) -> None:
    require_may(actor, p.COMMITMENT_CONFIRM)
    if actor.scope.kind is not OrganisationKind.ASSOCIATION:
        raise NotAllowed("commitment.alc", _("C’est à la famille ou à ALC de confirmer les travaux."))


def _earlier(contract: Contract) -> dict[int, tuple[Commitment, str]]:
    """Those of the amended contract still alive, by line, each with the wording it was signed in."""
    if contract.amends_id is None:
        return {}
    digests = {line["id"]: line["digest"] for line in db.session.get_one(Contract, contract.amends_id).lines}
    alive = db.session.scalars(
        select(Commitment).where(
            Commitment.contract_id == contract.amends_id, Commitment.withdrawn_on.is_(None)
        )
    )
    return {each.line_id: (each, digests.get(each.line_id, "")) for each in alive}


def _carry_over(commitment: Commitment, contract: Contract, promise: Promise) -> None:
    commitment.contract_id = contract.id
    commitment.line_id = promise.line_id
    if commitment.done_on is None:
        commitment.due_on = promise.due_on


def _take(commitment_id: int, version: int) -> Commitment:
    found = db.session.get(Commitment, commitment_id, populate_existing=True, with_for_update=True)
    if found is None:
        raise Refused("commitment.unknown", _("Cet engagement n’existe plus."))
    if found.version != version:
        raise Stale(
            _("Cet engagement a changé pendant que vous le lisiez. Votre saisie est gardée."),
            (state_refusal(_state(found)),),
        )
    return found


def _state(commitment: Commitment) -> CommitmentState:
    return state_on(
        today(),
        due_on=commitment.due_on,
        done_on=commitment.done_on,
        confirmed_on=commitment.confirmed_on,
        withdrawn_on=commitment.withdrawn_on,
    )


def _undo(commitment: Commitment) -> None:
    """Due again. The proof is kept for ALC alone: it proves nothing any more."""
    if commitment.document_id is not None:
        db.session.get_one(Document, commitment.document_id).audience = "alc"
    commitment.done_on = commitment.done_by = commitment.document_id = None
    commitment.done_note = ""


def _record(kind: str, commitment: Commitment, actor: Actor, *, reason: str = "", **data: Any) -> None:
    db.session.flush()
    record(
        kind,
        actor=actor,
        subject="commitment",
        subject_id=commitment.id,
        dossier_id=commitment.dossier_id,
        reason=reason,
        data={"line": commitment.label, "room": commitment.room, **data},
        audience=AUDIENCE,
    )
