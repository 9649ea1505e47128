"""The household's answer, which makes the agreement; withdrawing a split; reopening one."""

from __future__ import annotations

from datetime import date, timedelta

from sqlalchemy import select

from intranet import permissions as p
from intranet.access import Actor, require_may
from intranet.clock import PARIS, now, today
from intranet.commitments.making import end_commitments
from intranet.errors import Refused, Stale
from intranet.extensions import db
from intranet.freetext import checked
from intranet.rent.offsets import pending
from intranet.timeline.service import commit, record
from intranet.translation import gettext as _
from intranet.works.commands import HouseholdAnswer
from intranet.works.machine import CONTRACT, SPLIT, ContractFacts
from intranet.works.models import Contract, LineAnswer, Split, WorksLine
from intranet.works.rules import family_wishes
from intranet.works.service.amending import restore_amended
from intranet.works.service.drafting import forget
from intranet.works.service.loading import (
    check_may_act,
    facts_of,
    refuse_stale_split,
    take_split,
    trace,
)
from intranet.works.service.moves import MESSAGE_LIMIT, check_state, hand_over
from intranet.works.terms import Answer, ContractState, Holder, Side, SplitState

WRITTEN_DOWN_LATE = timedelta(days=92)
"""How long before the split is written here a family may have answered on paper."""


def record_household(actor: Actor, command: HouseholdAnswer) -> Split:
    """The household's answers, taken by its référent on a day and at a place, to the wordings of that page.

    ``Stale`` when a colleague changed the split meanwhile, or she herself: the family was not asked that.

    ``Refused`` when there is none: a date alone is no answer.

    When every line is then accepted by ALC, the bailleur and the household, the split is agreed. Otherwise
    it stays ALC's turn: what the family refuses is to be changed and proposed again.
    """
    require_may(actor, p.SPLIT_HOUSEHOLD)
    split = take_split(command.split_id)
    check_may_act(split, "record_household")
    refuse_stale_split(split, command.version, actor)
    if split.version != command.version:
        raise Stale(
            _(
                "Vous avez changé la répartition depuis que cette page est ouverte : "
                "relisez les lignes avec la famille, puis enregistrez."
            )
        )
    check_answer_day(split, command.answered_on)
    lines = {line.id: line for line in split.lines}
    if not command.answers:
        raise nothing_said()
    if set(command.answers) - set(lines):
        raise _unknown_answer()
    for line_id, given in command.answers.items():
        check_given(lines[line_id], given, command.wishes.get(line_id))
    place = checked(command.place, 120, field="place", multiline=False)
    for line_id, given in command.answers.items():
        if not lines[line_id].fixed:  # in an amendment, accepted when the contract was signed
            write_household(lines[line_id], given, actor, wish=command.wishes.get(line_id))
    split.household_answered_on = command.answered_on
    split.household_answered_at_place = place
    accepted = sum(given is Answer.ACCEPTED for given in command.answers.values())
    trace(
        "works.split.household_answered",
        split,
        actor,
        on=command.answered_on,
        place=place,
        accepted=accepted,
        refused=sum(given is Answer.REFUSED for given in command.answers.values()),
        countered=sum(given is Answer.COUNTERED for given in command.answers.values()),
    )
    agree_when_all_do(split, actor)
    commit()
    return split


def check_answer_day(split: Split, on: date, field: str = "answered_on") -> None:
    """``Refused`` for a day to come, or so long before the split that it was mistyped. One may write it down late."""
    if on > today():
        raise Refused("household.future", _("La réponse ne peut pas être datée du futur."), field=field)
    if on < split.created_at.astimezone(PARIS).date() - WRITTEN_DOWN_LATE:
        raise Refused(
            "household.early",
            _("Cette date est bien antérieure à la répartition : vérifiez l’année."),
            field=field,
        )


def agree_when_all_do(split: Split, actor: Actor) -> bool:
    """Agree the split once ALC, bailleur and household accept every line, and what comes off the rent if any.

    The end of each command that may bring the last acceptance: asks for no permission of its own and does not
    commit. ``Refused`` when a guard-rail has come up meanwhile. Whether the split is agreed by it.
    """
    if split.state is not SplitState.COUNTERED:
        return False
    facts = facts_of(split, rent_pending=pending(split.id))
    if facts.missing or facts.rent_pending or not facts.kept:
        return False
    move = SPLIT.check("agree", split.state, facts)
    before = split.state
    hand_over(split, move.target)
    split.agreed_at = now()
    trace(move.event, split, actor, from_state=before)
    return True


def withdraw(actor: Actor, split_id: int, version: int, reason: str) -> Split:
    """Give the split up, with a reason; another may then be opened. A contract not yet signed goes with it."""
    return _leave(actor, split_id, version, reason, "withdraw")


def reopen(actor: Actor, split_id: int, version: int, reason: str) -> Split:
    """Take an agreed split back to ALC before the contract is signed, with a reason: it is cancelled."""
    return _leave(actor, split_id, version, reason, "reopen")


def tenancy_ended(actor: Actor, dossier_id: int) -> None:
    """The household leaves its dwelling: what was still negotiated for it is withdrawn, for all to see.

    Part of the command that records the departure: asks for no permission of its own and does not commit.
    The bailleur reads that the household left, never why.
    """
    withdraw = SPLIT.transitions["withdraw"]
    going = select(Split.id).where(Split.dossier_id == dossier_id, Split.state.in_(withdraw.sources))
    for split_id in db.session.scalars(going).all():
        end_split(actor, take_split(split_id), _("La famille a quitté le logement."), withdraw.name)
    end_commitments(dossier_id)


def joining_ended(actor: Actor, dossier_id: int) -> None:
    """The family takes its adhésion back: what it was about to sign is cancelled, and comes back to ALC.

    Part of the command that records it: asks for no permission of its own and does not commit.
    """
    agreed = select(Split.id).where(Split.dossier_id == dossier_id, Split.state == SplitState.AGREED)
    for split_id in db.session.scalars(agreed).all():
        end_split(actor, take_split(split_id), _("La famille n’adhère plus au programme."), "reopen")


def _leave(actor: Actor, split_id: int, version: int, reason: str, name: str) -> Split:
    require_may(actor, p.SPLIT_WRITE)
    split = take_split(split_id)
    check_state(split, name)
    refuse_stale_split(split, version, actor)
    end_split(actor, split, checked(reason, MESSAGE_LIMIT, field="reason"), name)
    commit()
    return split


def end_split(actor: Actor, split: Split, why: str, name: str) -> None:
    """Withdraw or reopen a split in hand, with what hangs on it. Part of a command: does not commit."""
    move = SPLIT.check(name, split.state, facts_of(split), why)
    before = split.state
    _cancel_contract(actor, split, why)
    hand_over(split, move.target)
    split.agreed_at = None
    trace(move.event, split, actor, from_state=before, reason=why)
    if split.state is SplitState.WITHDRAWN:
        restore_amended(actor, split, why)


def _cancel_contract(actor: Actor, split: Split, reason: str) -> None:
    contract = db.session.scalar(
        select(Contract)
        .where(Contract.split_id == split.id, Contract.state == ContractState.PREPARED)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if contract is None:
        return
    move = CONTRACT.check("cancel", contract.state, ContractFacts(), reason)
    before, contract.state = contract.state, move.target
    db.session.flush()
    record(
        move.event,
        actor=actor,
        subject="contract",
        subject_id=contract.id,
        dossier_id=split.dossier_id,
        from_state=before.value,
        to_state=contract.state.value,
        reason=reason,
        data={"number": contract.number},
        audience=("alc", "bailleur", "partner"),
    )


def nothing_said() -> Refused:
    """No line was answered: that is no answer, and nobody is told of one."""
    return Refused("household.nothing", _("Répondez à une ligne au moins."))


def check_given(line: WorksLine, given: Answer, wish: Holder | None) -> None:
    """``Refused`` for a wish without the answer that bears it, or for one the family may not have of this line."""
    if (given is Answer.COUNTERED) != (wish is not None):
        raise _unknown_answer()
    if wish is not None and not line.fixed and wish not in family_wishes(line.holder, line.lock):
        raise _unknown_answer()


def _unknown_answer() -> Refused:
    return Refused("household.answers", _("Une réponse ne correspond à aucune ligne : relisez la page."))


def write_household(
    line: WorksLine, given: Answer, actor: Actor, person: str = "", wish: Holder | None = None
) -> None:
    """Write the household's answer to the present wording; ``WAITING`` takes an earlier one back.

    ``wish``: who does it instead, as the family says, with ``COUNTERED``.
    """
    answer = next((each for each in line.answers if each.side is Side.HOUSEHOLD), None)
    if answer is None:
        answer = LineAnswer(side=Side.HOUSEHOLD)
        line.answers.append(answer)
    forget(answer)
    answer.by_name, answer.by_id, answer.guest_id = person, actor.author_id, actor.guest_id
    if given is not Answer.WAITING:
        answer.answer, answer.digest, answer.counter_holder = given, line.digest, wish
