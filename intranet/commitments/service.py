"""What happens to a commitment: done by the bailleur with a proof, confirmed or sent back by the family or ALC."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from intranet import permissions as p
from intranet.access import Actor, OrganisationKind, require_may
from intranet.clock import today
from intranet.commitments.commands import Confirm, MarkDone, SendBack
from intranet.commitments.machine import check_act
from intranet.commitments.mailing import tell_bailleur, tell_followers
from intranet.commitments.models import Commitment
from intranet.commitments.rules import EARLIEST_DONE, CommitmentState, state_on
from intranet.commitments.wordings import state_refusal
from intranet.documents.intake import Prepared
from intranet.documents.models import Document, DocumentKind
from intranet.documents.service import keep
from intranet.errors import NotAllowed, Refused, Stale
from intranet.extensions import db
from intranet.freetext import checked
from intranet.timeline.service import commit, record
from intranet.translation import gettext as _
from intranet.works.service.household import PERSON_LIMIT
from intranet.works.service.moves import check_named
from intranet.works.terms import Side

AUDIENCE = ("alc", "bailleur")
NOTE_LIMIT = 2000


def mark_done(actor: Actor, command: MarkDone, file: Prepared) -> Commitment:
    """The agent says the works are done, with a photo or an invoice; the household or ALC is asked to confirm.

    May: the bailleur's agents, and its guest who has said who she is.
    ``Refused`` when the file is none, when the day is in the future, or when it is done already.
    """
    require_may(actor, p.COMMITMENT_DO)
    check_named(actor)
    commitment = _take(command.commitment_id, command.version)
    act = check_act("mark_done", _state(commitment))
    note = checked(command.note, NOTE_LIMIT, field="note")
    if not today() - EARLIEST_DONE <= command.done_on <= today():
        raise Refused(
            "commitment.day",
            _("Indiquez le jour où les travaux ont été faits : ni à venir, ni d’il y a plus de deux ans."),
            field="done_on",
        )
    document = keep(
        file,
        kind=DocumentKind.ATTACHMENT,
        dossier_id=commitment.dossier_id,
        audience=AUDIENCE,
        actor=actor,
    )
    commitment.done_on = command.done_on
    commitment.done_note = note
    commitment.done_by = actor.author_id
    commitment.document_id = document.id
    _record(act.event, commitment, actor, on=command.done_on)
    tell_followers("commitment_done", commitment, who=actor.name, words=note)
    commit()
    return commitment


def take_back(actor: Actor, commitment_id: int, version: int) -> Commitment:
    """The agent takes back what was said by mistake, as long as nobody confirmed it."""
    require_may(actor, p.COMMITMENT_DO)
    check_named(actor)
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
    return _close(actor, command, "confirm")


def confirm_as_household(actor: Actor, commitment_id: int, version: int) -> Commitment:
    """Close a commitment in the household's own name. May: its guest; ``actor.name`` is who says so."""
    return _close(_speaking(actor), Confirm(commitment_id, version, Side.HOUSEHOLD), "confirm_as_household")


def send_back(actor: Actor, command: SendBack) -> Commitment:
    """The works are not as agreed: due again, with a reason that the bailleur reads. Its file stays with ALC."""
    _require_alc(actor)
    return _give_back(actor, command, "return_works")


def send_back_as_household(actor: Actor, command: SendBack) -> Commitment:
    """The household says itself that it is not done, and what is missing. May: its guest, by her name."""
    return _give_back(_speaking(actor), command, "return_as_household")


def _close(actor: Actor, command: Confirm, name: str) -> Commitment:
    commitment = _take(command.commitment_id, command.version)
    act = check_act(name, _state(commitment))
    commitment.confirmed_on = today()
    commitment.confirmed_side = command.side
    commitment.confirmed_by = actor.author_id
    _record(act.event, commitment, actor, side=command.side, alone=actor.guest_id is not None)
    commit()
    return commitment


def _give_back(actor: Actor, command: SendBack, name: str) -> Commitment:
    commitment = _take(command.commitment_id, command.version)
    act = check_act(name, _state(commitment))
    reason = checked(command.reason, NOTE_LIMIT, field="reason")
    if not reason:
        raise Refused("commitment.reason", _("Dites au bailleur ce qui manque."), field="reason")
    _undo(commitment)
    _record(act.event, commitment, actor, reason=reason)
    tell_bailleur("commitment_sent_back", commitment, who=actor.name, words=reason)
    if actor.guest_id is not None:  # said by the family alone: ALC was not there
        tell_followers("commitment_sent_back", commitment, who=actor.name, words=reason)
    commit()
    return commitment


def _speaking(actor: Actor) -> Actor:
    """The household's guest, by the name she gives: what she says is written down under it."""
    require_may(actor, p.COMMITMENT_VOICE)
    person = checked(actor.name, PERSON_LIMIT, field="person", multiline=False)
    if not person:
        raise Refused("household.person", _("Écrivez qui répond."), field="person")
    return replace(actor, name=person)


def _require_alc(actor: Actor) -> None:
    require_may(actor, p.COMMITMENT_CONFIRM)
    if actor.scope.kind is not OrganisationKind.ASSOCIATION:
        raise NotAllowed("commitment.alc", _("C’est à la famille ou à ALC de confirmer les travaux."))


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
