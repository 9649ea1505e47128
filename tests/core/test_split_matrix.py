"""Role × state × action, generated from the machine and tried through the services, forged or not."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session, scoped_session

from intranet.access import Actor, Role
from intranet.clock import today
from intranet.database import writing
from intranet.dossiers.models import DossierState
from intranet.errors import NotAllowed, Refused
from intranet.extensions import db
from intranet.guests.models import GuestAccess
from intranet.guests.service import adopt as adopt_answers
from intranet.guests.service import open_access, revoke_access
from intranet.organisations.models import Organisation
from intranet.permissions import PERMISSIONS
from intranet.rent.commands import AnswerOffset, TenantAnswer
from intranet.rent.offsets import offset_of
from intranet.rent.service import answer_offset, record_tenant, save_offset
from intranet.testing.dossiers import make_dossier, make_dwelling
from intranet.testing.factories import make_actor, make_pole, make_user
from intranet.testing.files import received
from intranet.testing.rent import RECEIPT, make_offset, offset_command
from intranet.testing.works import (
    answer_split_line,
    bring_split,
    fresh,
    kind_id,
    lines_of,
    make_split,
    propose_split,
)
from intranet.works import service
from intranet.works.commands import (
    AddLine,
    AnswerLine,
    ChangeLine,
    GrantTime,
    HouseholdAnswer,
    HouseholdVoice,
    IssueContract,
    OverrideGuardrail,
    Propose,
    Said,
    SendBack,
)
from intranet.works.contract import issue
from intranet.works.machine import SPLIT, SPLIT_ACTS, TURN, may_now
from intranet.works.matrix import written
from intranet.works.models import Contract, Split, WorksLine
from intranet.works.service.amending import open_amendment
from intranet.works.service.reusing import reuse_split
from intranet.works.terms import Answer, Holder, Need, Payer, Side, SplitState

REACHABLE = list(SplitState)

Attempt = Callable[[Actor, Split], object]


def first_line(split: Split) -> int:
    return lines_of(split.id)[0].id


def change(actor: Actor, split: Split) -> object:
    line = lines_of(split.id)[0]
    command = ChangeLine(
        line.id, line.version, "Entrée", Need.WISHED, Holder.TENANT, Payer.ALC, kind_id=line.kind_id
    )
    return service.change_line(actor, command)


def answer(actor: Actor, split: Split) -> object:
    line = lines_of(split.id)[0]
    service.answer_line(actor, AnswerLine(line.id, line.digest, Answer.ACCEPTED))
    return line


def household(actor: Actor, split: Split) -> object:
    answers = {line.id: Answer.ACCEPTED for line in lines_of(split.id)}
    return service.record_household(actor, HouseholdAnswer(split.id, split.version, today(), "", answers))


def voice(actor: Actor, split: Split) -> object:
    answers = {line.id: Said(Answer.ACCEPTED, line.digest) for line in lines_of(split.id)}
    return service.answer_as_household(actor, HouseholdVoice(split.id, "Amina", today(), "", answers))


def contract(actor: Actor, split: Split) -> object:
    start = today() + timedelta(days=7)
    return issue(actor, IssueContract(split.id, "Technique", "Social", start, start + timedelta(days=30)))


def rent_digest(split: Split) -> str:
    found = offset_of(split.id)
    return found.digest if found else ""


def access_of(split: Split) -> int:
    return db.session.scalar(select(GuestAccess.id).where(GuestAccess.split_id == split.id)) or 0


def another(split: Split) -> int:
    """A split to start from: another of the same bailleur."""
    other = select(Split.id).where(Split.bailleur_id == split.bailleur_id, Split.id != split.id)
    return db.session.scalar(other) or 0


def last_line(split: Split) -> WorksLine:
    return lines_of(split.id)[-1]


def adopt(actor: Actor, split: Split) -> object:
    line = next(line for line in lines_of(split.id))
    return service.adopt_counter(actor, line.id, line.version)


def override(actor: Actor, split: Split) -> object:
    """Give the last line, at height, to the family all the same."""
    line = last_line(split)
    change = ChangeLine(
        line.id,
        line.version,
        line.room,
        line.need,
        Holder.TENANT,
        Payer.BAILLEUR,
        kind_id=line.kind_id,
        condition_met=False,
    )
    return service.override(
        actor,
        OverrideGuardrail(
            line.id, line.version, "condition_unmet", "Le partenaire monte l’échafaudage", change
        ),
    )


def amend(actor: Actor, split: Split) -> object:
    contract_id = db.session.scalar(select(Contract.id).where(Contract.split_id == split.id))
    return open_amendment(actor, contract_id or 0, {first_line(split)}, "Une fuite découverte")


ATTEMPTS: dict[str, Attempt] = {
    "add_line": lambda actor, split: service.add_line(
        actor, AddLine(split.id, "Entrée", Need.WISHED, label="Ranger")
    ),
    "change_line": change,
    "remove_line": lambda actor, split: service.remove_line(
        actor, first_line(split), lines_of(split.id)[0].version
    ),
    "override_guardrail": override,
    "adopt_counter": adopt,
    "answer_line": answer,
    "accept_undisputed": lambda actor, split: service.accept_undisputed(actor, split.id, split.version),
    "record_household": household,
    "answer_as_household": voice,
    "comment_alc": lambda actor, split: service.comment(actor, first_line(split), "Bonjour"),
    "comment_bailleur": lambda actor, split: service.comment(actor, first_line(split), "Bonjour"),
    "grant_time": lambda actor, split: service.grant_time(
        actor, GrantTime(split.id, split.version, today() + timedelta(days=40), "Congés de l’agence")
    ),
    "write_rent": lambda actor, split: save_offset(actor, offset_command(split.id)),
    "answer_rent": lambda actor, split: answer_offset(
        actor, AnswerOffset(split.id, rent_digest(split), True)
    ),
    "record_rent": lambda actor, split: record_tenant(
        actor, TenantAnswer(split.id, rent_digest(split), True, "Mme Essai", today())
    ),
    "file_consent": lambda actor, split: service.file_consent(
        actor, last_line(split).id, last_line(split).version, today(), received(RECEIPT, "accord.pdf")
    ),
    "give_consent": lambda actor, split: service.give_consent(
        actor, last_line(split).id, last_line(split).version, None
    ),
    "issue_contract": contract,
    "open_access": lambda actor, split: open_access(actor, split.id, Side.HOUSEHOLD),
    "close_access": lambda actor, split: revoke_access(actor, access_of(split)),
    "adopt_answers": lambda actor, split: adopt_answers(actor, access_of(split)),
    "reuse_split": lambda actor, split: reuse_split(actor, split.dossier_id, another(split)),
    "propose": lambda actor, split: service.propose(actor, Propose(split.id, split.version)),
    "send_back": lambda actor, split: service.send_back(actor, SendBack(split.id, split.version, "Voilà")),
    "reopen": lambda actor, split: service.reopen(actor, split.id, split.version, "Erreur"),
    "withdraw": lambda actor, split: service.withdraw(actor, split.id, split.version, "Erreur"),
    "amend": amend,
}

NOTHING_THERE = ("amend", "adopt_answers", "reuse_split")
"""Refused in other words where there is no contract, no access, or another split that is open."""

REFUSED_BY_STATE = {
    name: f"split.{name}.state"
    for name in ATTEMPTS
    if name not in ("comment_alc", "comment_bailleur", *NOTHING_THERE)
}


def permission_of(name: str) -> str:
    found = SPLIT_ACTS[name].permission if name in SPLIT_ACTS else SPLIT.transitions[name].permission
    assert found is not None
    return found


def holds(role: Role, name: str) -> bool:
    roles = {permission.name: permission.roles for permission in PERMISSIONS}
    if name == "comment_alc" and role is Role.AGENT:
        return False
    return role in roles[permission_of(name)]


def actor_of(role: Role, split: Split) -> Actor:
    owner = db.session.get(Organisation, split.bailleur_id) if role is Role.AGENT else None
    pole = make_pole("UIP") if role in (Role.REFERENT, Role.DIRECTOR) else None
    return make_actor(make_user(role, owner, pole))


def a_split(state: SplitState, for_act: str = "") -> Split:
    """A split in ``state``, with a counter-proposal on it when the act is to adopt one."""
    dossier = make_dossier(state=DossierState.JOINED)
    if for_act in ("answer_rent", "record_rent", "file_consent", "give_consent", "override_guardrail"):
        return a_split_with_more(make_split(dossier, 2), state, for_act)
    if for_act == "reuse_split":
        home = make_dwelling(db.session.get(Organisation, dossier.bailleur_id))
        make_split(make_dossier(dwelling=home, state=DossierState.JOINED), 2)
        return make_split(dossier, 0, state)
    if for_act in ("close_access", "adopt_answers"):
        return a_split_let_in(make_split(dossier, 2), state, for_act)
    if state is SplitState.AMENDED:
        amend(actor_of(Role.COORDINATOR, split := make_split(dossier, 2, SplitState.SIGNED)), split)
        return fresh(split.id)
    if for_act != "adopt_counter":
        return make_split(dossier, 2, state)
    split = make_split(dossier, 2, SplitState.PROPOSED)
    answer_split_line(lines_of(split.id)[0], Answer.COUNTERED, counter_holder=Holder.BAILLEUR)
    agent = actor_of(Role.AGENT, split)
    return service.send_back(agent, SendBack(split.id, fresh(split.id).version))


def a_split_let_in(split: Split, state: SplitState, for_act: str) -> Split:
    """A split with an access: of the family, or of the bailleur that has been sent it."""
    alc, side = actor_of(Role.COORDINATOR, split), Side.HOUSEHOLD
    with writing():
        if for_act == "adopt_answers":
            side, split = Side.BAILLEUR, propose_split(split.id)
        open_access(alc, split.id, side)
        if state is SplitState.WITHDRAWN:
            service.withdraw(alc, split.id, fresh(split.id).version, "Erreur")
        elif state is SplitState.AMENDED:
            amend(alc, bring_split(split.id, SplitState.SIGNED, split.state))
        else:
            bring_split(split.id, state, split.state)
    return fresh(split.id)


def a_split_with_more(split: Split, state: SplitState, for_act: str) -> Split:
    """A split with a clause on the rent, or a line that asks the bailleur's written consent."""
    if for_act in ("answer_rent", "record_rent"):
        make_offset(split.id)
    else:
        code = "I.c.1" if for_act == "override_guardrail" else "E.4"
        more = AddLine(split.id, "Cuisine", Need.WISHED, kind_id=kind_id(code), condition_met=False)
        with writing():
            service.add_line(actor_of(Role.COORDINATOR, split), more)
    return bring_split(split.id, state)


def test_the_page_in_the_docs_is_what_the_machines_say() -> None:
    page = Path(__file__).parents[2] / "docs" / "negociation.md"

    assert page.read_text(encoding="utf-8") == written(), (
        "run: intranet works matrix --write docs/negociation.md"
    )


def test_every_act_and_move_of_a_person_is_tried_here() -> None:
    moves = {move.name for move in SPLIT if move.permission is not None} - {"sign"}

    assert set(ATTEMPTS) == moves | set(SPLIT_ACTS)


def test_every_state_has_a_turn_and_the_machine_leads_only_to_its_states() -> None:
    assert set(TURN) == set(SplitState)
    assert {move.target for move in SPLIT} <= set(SplitState)


@pytest.mark.parametrize("state", REACHABLE)
def test_what_a_role_or_a_state_forbids_is_refused_and_changes_nothing(
    db_session: scoped_session[Session], state: SplitState
) -> None:
    split = a_split(state)
    version = split.version
    for role in Role:
        actor = actor_of(role, split)
        for name, attempt in ATTEMPTS.items():
            if holds(role, name) and may_now(name, state):
                continue
            if name == "comment_alc" and role is Role.AGENT and may_now("comment_bailleur", state):
                continue  # the same function, on the other side
            if name == "comment_bailleur" and holds(role, "comment_alc") and may_now("comment_alc", state):
                continue
            with writing(), pytest.raises(Refused) as refused:
                attempt(actor, fresh(split.id))
            db.session.rollback()
            if not holds(role, name) and name not in ("comment_alc", "comment_bailleur"):
                assert isinstance(refused.value, NotAllowed), (role, name)
            elif name in REFUSED_BY_STATE and holds(role, name):
                assert refused.value.rule == REFUSED_BY_STATE[name], (role, name)
    after = fresh(split.id)
    assert (after.state, after.version) == (state, version)


BESIDE = ("issue_contract", "open_access", "close_access", "adopt_answers")
"""Done beside the split: nobody who has it open needs to read it again."""

ALLOWED = [
    (role, state, name)
    for name in ATTEMPTS
    for state in REACHABLE
    if may_now(name, state)
    for role in (Role.COORDINATOR, Role.TECHNICAL, Role.REFERENT, Role.AGENT)
    if holds(role, name)
]


@pytest.mark.parametrize(("role", "state", "name"), ALLOWED)
def test_what_a_role_may_do_in_a_state_is_done(
    db_session: scoped_session[Session], role: Role, state: SplitState, name: str
) -> None:
    split = a_split(state, name)
    before = fresh(split.id).version
    with writing():
        ATTEMPTS[name](actor_of(role, split), fresh(split.id))

    after = fresh(split.id)
    assert after.state in SplitState
    assert after.turn is TURN[after.state]
    if name in SPLIT.transitions:
        assert after.state is SPLIT.transitions[name].target
    if not name.startswith("comment") and name not in BESIDE:
        assert after.version > before


@pytest.mark.parametrize("state", [SplitState.PROPOSED, SplitState.COUNTERED, SplitState.AGREED])
def test_a_move_that_needs_a_reason_is_refused_without_one(
    db_session: scoped_session[Session], state: SplitState
) -> None:
    split = a_split(state)
    with pytest.raises(Refused) as refused:
        service.withdraw(actor_of(Role.COORDINATOR, split), split.id, split.version, "  ")

    assert refused.value.field == "reason"


def test_the_household_and_the_works_partner_move_nothing(db_session: scoped_session[Session]) -> None:
    assert {Side.HOUSEHOLD, Side.PARTNER}.isdisjoint(TURN.values())
    assert not any(holds(Role.ANIMATOR, name) for name in ATTEMPTS)


def test_proposing_twice_is_proposing_once(db_session: scoped_session[Session]) -> None:
    split = a_split(SplitState.DRAFT)
    version = split.version
    proposed = propose_split(split.id)
    number = proposed.number
    actor = actor_of(Role.COORDINATOR, split)

    first = db.session.get_one(Split, split.id)
    with pytest.raises(Refused) as refused:  # somebody else's second click is told where the split is
        service.propose(actor, Propose(split.id, version))
    assert refused.value.rule == "split.propose.state"
    assert "déjà proposée" in str(refused.value.message)
    db.session.rollback()
    assert propose_split(split.id).number == number == first.number  # the same person's own finds it done
