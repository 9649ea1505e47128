"""Amending a signed contract: what opens again, what stands, which contract is in force, and the chantier's tasks."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from intranet.access import Actor, OrganisationKind, Role
from intranet.chantiers import service as chantiers
from intranet.chantiers.models import Chantier, Hours, Task
from intranet.chantiers.terms import HoursRole, TaskState
from intranet.clock import today
from intranet.dossiers.models import DossierState
from intranet.errors import NotAllowed, Refused, Stale
from intranet.extensions import db
from intranet.organisations.models import Organisation
from intranet.testing.dossiers import make_dossier
from intranet.testing.factories import make_actor, make_organisation, make_user
from intranet.testing.rent import make_offset
from intranet.testing.works import (
    add_easy_line,
    agree_split,
    fresh,
    lines_of,
    make_contract,
    make_parties,
    make_split,
    propose_split,
    send_split_back,
    sign_contract,
)
from intranet.works import service
from intranet.works.commands import ChangeLine
from intranet.works.contract_content import document
from intranet.works.contract_facts import CONTRACT, read_content
from intranet.works.models import Contract, LineAnswer, LineWording, Split, WorksLine
from intranet.works.queries import standing
from intranet.works.service.amending import open_amendment
from intranet.works.terms import Answer, ContractState, Holder, Payer, Side, SplitState

WHY = "La cuisine attend le plombier."


@pytest.fixture
def partner(db_session: object) -> Organisation:
    return make_organisation(OrganisationKind.WORKS_PARTNER)


@pytest.fixture
def signed(db_session: object, partner: Organisation) -> Contract:
    split = make_split(make_dossier(state=DossierState.JOINED), 3, SplitState.AGREED)
    return sign_contract(make_contract(split.id, partner).id)


def coordinator(contract: Contract) -> Actor:
    return make_parties(fresh(contract.split_id)).coordinator


def amend(contract: Contract, *numbers: int) -> Split:
    """Open an amendment of the lines so numbered, counted from 0."""
    lines = lines_of(contract.split_id)
    return open_amendment(coordinator(contract), contract.id, {lines[n].id for n in numbers}, WHY)


def change_minutes(line: WorksLine, minutes: int, holder: Holder = Holder.TENANT) -> None:
    actor = make_parties(fresh(line.split_id)).coordinator
    service.change_line(
        actor,
        ChangeLine(
            line.id,
            line.version,
            line.room,
            line.need,
            holder,
            Payer.BAILLEUR,
            kind_id=line.kind_id,
            materials_cents=line.materials_cents,
            minutes=minutes,
        ),
    )


def conclude(split_id: int, partner: Organisation) -> Contract:
    """Propose, answer, hear the family, establish and sign."""
    for step in (propose_split, send_split_back, agree_split):
        step(split_id)
    return sign_contract(make_contract(split_id, partner).id)


def again(contract: Contract) -> Contract:
    return db.session.get_one(Contract, contract.id, populate_existing=True)


# Opening


def test_chosen_lines_are_asked_again_and_the_others_stand_as_signed(signed: Contract) -> None:
    amendment = amend(signed, 0)
    first, *others = lines_of(amendment.id)
    answers = db.session.scalars(select(WorksLine).where(WorksLine.split_id == amendment.id)).all()

    assert (amendment.state, amendment.turn, amendment.amend_reason) == (SplitState.DRAFT, Side.ALC, WHY)
    assert fresh(signed.split_id).state is SplitState.AMENDED
    assert [line.fixed for line in answers] == [False, True, True]
    assert [line.origin_id for line in answers] == [line.id for line in lines_of(signed.split_id)]
    assert first.digest == lines_of(signed.split_id)[0].digest
    for line in others:
        given = {answer.side: answer for answer in _answers(line.id)}
        assert set(given) == {Side.ALC, Side.BAILLEUR, Side.HOUSEHOLD}
        assert all(
            answer.answer is Answer.ACCEPTED and answer.digest == line.digest for answer in given.values()
        )
    assert _answers(first.id) == []
    acts = set(db.session.scalars(select(LineWording.act).where(LineWording.line_id == first.id)))
    assert acts == {"amended"}


def _answers(line_id: int) -> list[LineAnswer]:
    return list(db.session.scalars(select(LineAnswer).where(LineAnswer.line_id == line_id)))


def test_a_line_that_stands_is_neither_changed_nor_removed_nor_refused(signed: Contract) -> None:
    amendment = amend(signed, 0)
    fixed = lines_of(amendment.id)[1]
    with pytest.raises(Refused) as refused:
        change_minutes(fixed, 999)
    assert refused.value.rule == "line.fixed"
    db.session.rollback()
    with pytest.raises(Refused):
        service.remove_line(coordinator(signed), fixed.id, lines_of(amendment.id)[1].version)


def test_one_amendment_at_a_time(signed: Contract) -> None:
    amend(signed, 0)
    with pytest.raises(Refused) as refused:
        amend(signed, 1)

    assert refused.value.rule == "amendment.open"


def test_a_contract_not_signed_yet_is_not_amended(db_session: object, partner: Organisation) -> None:
    split = make_split(make_dossier(state=DossierState.JOINED), 2, SplitState.AGREED)
    contract = make_contract(split.id, partner)
    with pytest.raises(Refused) as refused:
        amend(contract, 0)

    assert refused.value.rule == "amendment.unsigned"


def test_a_reason_the_right_lines_and_the_present_version_are_needed(signed: Contract) -> None:
    actor = coordinator(signed)
    with pytest.raises(Refused) as refused:
        open_amendment(actor, signed.id, set(), "  ")
    assert refused.value.field == "reason"
    db.session.rollback()
    with pytest.raises(Refused) as refused:
        open_amendment(actor, signed.id, {999_999}, WHY)
    assert refused.value.rule == "amendment.lines"
    db.session.rollback()
    with pytest.raises(Stale):
        open_amendment(actor, signed.id, set(), WHY, version=999)


@pytest.mark.parametrize("role", [Role.AGENT, Role.TECHNICAL, Role.DIRECTOR, Role.ANIMATOR, Role.ADMIN])
def test_only_those_who_follow_the_household_amend(signed: Contract, role: Role) -> None:
    with pytest.raises(NotAllowed):
        open_amendment(make_actor(make_user(role)), signed.id, set(), WHY)


# Which contract is in force


def test_the_signed_contract_stays_in_force_until_the_amendment_is_signed(
    signed: Contract, partner: Organisation
) -> None:
    amendment = amend(signed, 0)
    change_minutes(lines_of(amendment.id)[0], 600)
    assert again(signed).state is ContractState.SIGNED
    assert standing(amendment.id).in_force is not None
    assert standing(amendment.id).in_force.contract_id == signed.id  # type: ignore[union-attr]
    assert standing(signed.split_id).opened is not None

    new = conclude(amendment.id, partner)
    assert (new.number, new.amends_id) == (f"{signed.number}-A1", signed.id)
    assert again(signed).state is ContractState.REPLACED
    assert fresh(amendment.id).state is SplitState.SIGNED
    assert fresh(signed.split_id).state is SplitState.AMENDED
    now_in_force = standing(signed.split_id).in_force
    assert now_in_force is not None
    assert now_in_force.contract_id == new.id


def test_the_bailleur_hears_of_an_amendment_once_it_is_sent(signed: Contract) -> None:
    amendment = amend(signed, 0)
    assert standing(signed.split_id, Side.BAILLEUR).opened is None
    propose_split(amendment.id)

    assert standing(signed.split_id, Side.BAILLEUR).opened is not None


def test_an_amendment_given_up_leaves_the_contract_as_it_was_and_another_may_open(signed: Contract) -> None:
    amendment = amend(signed, 0)
    service.withdraw(coordinator(signed), amendment.id, fresh(amendment.id).version, "Finalement non")

    assert fresh(signed.split_id).state is SplitState.SIGNED
    assert again(signed).state is ContractState.SIGNED
    assert not standing(signed.split_id).speaks
    assert amend(signed, 1).id != amendment.id


def test_an_amendment_that_changes_nothing_is_not_proposed_until_it_does(signed: Contract) -> None:
    amendment = amend(signed)
    with pytest.raises(Refused) as refused:
        propose_split(amendment.id)
    assert refused.value.rule == "amendment.idle"
    assert "ne change rien aux travaux du contrat en vigueur" in str(refused.value.message)
    db.session.rollback()
    assert fresh(amendment.id).state is SplitState.DRAFT

    add_easy_line(coordinator(signed), amendment.id, 4)
    assert propose_split(amendment.id).state is SplitState.PROPOSED


def test_an_amendment_that_changes_nothing_is_withdrawn_and_the_contract_can_be_amended(
    signed: Contract,
) -> None:
    amendment = amend(signed)
    service.withdraw(coordinator(signed), amendment.id, fresh(amendment.id).version, "Ouvert par erreur")

    assert fresh(signed.split_id).state is SplitState.SIGNED
    assert again(signed).state is ContractState.SIGNED
    assert propose_split(amend(signed, 0).id).state is SplitState.PROPOSED


def test_an_amendment_may_be_about_the_rent_alone(signed: Contract) -> None:
    amendment = amend(signed)
    make_offset(amendment.id)
    assert propose_split(amendment.id).state is SplitState.PROPOSED
    service.withdraw(coordinator(signed), amendment.id, fresh(amendment.id).version, "Finalement non")


def test_an_amendment_may_give_a_line_up_and_nothing_else(signed: Contract) -> None:
    amendment = amend(signed, 0)
    line = lines_of(amendment.id)[0]
    service.remove_line(coordinator(signed), line.id, line.version)
    assert propose_split(amendment.id).state is SplitState.PROPOSED


def test_an_amendment_may_be_amended_in_its_turn(signed: Contract, partner: Organisation) -> None:
    first = conclude(amend(signed, 0).id, partner)
    second = conclude(amend(first, 1).id, partner)

    assert second.number == f"{signed.number}-A2"
    assert again(first).state is ContractState.REPLACED


def test_a_line_given_up_in_an_amendment_is_agreed_to_by_all(signed: Contract, partner: Organisation) -> None:
    amendment = amend(signed, 0)
    line = lines_of(amendment.id)[0]
    service.remove_line(coordinator(signed), line.id, line.version)

    assert lines_of(amendment.id)[0].holder is Holder.DROPPED
    new = conclude(amendment.id, partner)
    assert len(new.lines) == 2


def test_the_document_of_an_amendment_says_what_changes(signed: Contract, partner: Organisation) -> None:
    amendment = amend(signed, 0, 1)
    first, second, _third = lines_of(amendment.id)
    change_minutes(first, 600)
    service.remove_line(coordinator(signed), second.id, second.version)
    add_easy_line(coordinator(signed), amendment.id, 4)
    new = conclude(amendment.id, partner)
    contract = db.session.scalars(CONTRACT.where(Contract.id == new.id)).one()
    said = document(read_content(contract))["amended"]

    assert signed.number in said["sentence"]
    assert said["reason"][0]["runs"] == [["", WHY]]
    changes = " ".join(said["changes"])
    assert len(said["changes"]) == 3
    assert "temps prévu" in changes
    assert "ligne ajoutée" in changes
    assert "ligne retirée" in changes


# The chantier


def open_chantier(contract: Contract) -> Chantier:
    return chantiers.open_from_contract(coordinator(contract), contract.id, today(), None, None)


def tasks_of(chantier_id: int) -> list[Task]:
    return list(
        db.session.scalars(
            select(Task)
            .where(Task.chantier_id == chantier_id)
            .order_by(Task.position)
            .execution_options(populate_existing=True)
        )
    )


def note_hours(contract: Contract, chantier: Chantier, task: Task) -> None:
    animator = make_actor(make_user(Role.ANIMATOR, db.session.get(Organisation, contract.partner_id)))
    db.session.add(
        Hours(
            chantier_id=chantier.id,
            task_id=task.id,
            role=HoursRole.FAMILY,
            on=today(),
            minutes=120,
            entered_by=animator.user_id,
            client_key=f"key-{task.id}",
        )
    )
    db.session.commit()


def test_changed_lines_keep_their_task_and_hours_new_ones_make_one_dropped_ones_cancel_theirs(
    signed: Contract, partner: Organisation
) -> None:
    chantier = open_chantier(signed)
    before = {task.line_id: task.id for task in tasks_of(chantier.id)}
    lines = lines_of(signed.split_id)
    note_hours(signed, chantier, db.session.get_one(Task, before[lines[0].id]))

    amendment = amend(signed, 0, 1)
    first, second, _third = lines_of(amendment.id)
    change_minutes(first, 600)
    service.remove_line(coordinator(signed), second.id, second.version)
    added = add_easy_line(coordinator(signed), amendment.id, 4).id
    new = conclude(amendment.id, partner)

    after = {task.line_id: task for task in tasks_of(chantier.id)}
    assert after[first.id].id == before[lines[0].id]
    assert after[first.id].planned_minutes == 600
    assert db.session.scalar(select(Hours.minutes).where(Hours.task_id == after[first.id].id)) == 120
    assert after[added].state is TaskState.TO_DO
    assert before[lines[1].id] not in {task.id for task in after.values()}
    assert len(after) == 3
    moved = db.session.get_one(Chantier, chantier.id, populate_existing=True)
    assert moved.contract_id == new.id


def test_a_line_whose_works_have_begun_is_not_taken_away(signed: Contract, partner: Organisation) -> None:
    chantier = open_chantier(signed)
    note_hours(signed, chantier, tasks_of(chantier.id)[0])
    line_id = tasks_of(chantier.id)[0].line_id
    number = [line.id for line in lines_of(signed.split_id)].index(line_id or 0)
    amendment = amend(signed, number)
    line = lines_of(amendment.id)[number]
    service.remove_line(coordinator(signed), line.id, line.version)
    for step in (propose_split, send_split_back, agree_split):
        step(amendment.id)
    with pytest.raises(Refused) as refused:
        make_contract(amendment.id, partner)

    assert refused.value.rule == "amendment.begun"
    assert line.label in str(refused.value.message)


def test_works_begun_between_contract_and_signature_stop_the_last_signature(
    signed: Contract, partner: Organisation
) -> None:
    chantier = open_chantier(signed)
    task = tasks_of(chantier.id)[0]
    number = [line.id for line in lines_of(signed.split_id)].index(task.line_id or 0)
    amendment = amend(signed, number)
    line = lines_of(amendment.id)[number]
    service.remove_line(coordinator(signed), line.id, line.version)
    for step in (propose_split, send_split_back, agree_split):
        step(amendment.id)
    contract = make_contract(amendment.id, partner)
    note_hours(signed, chantier, tasks_of(chantier.id)[0])
    sign_contract(contract.id, Side.HOUSEHOLD, Side.BAILLEUR)
    with pytest.raises(Refused) as refused:
        sign_contract(contract.id, Side.ALC)

    assert refused.value.rule == "amendment.begun"
    db.session.rollback()
    assert again(signed).state is ContractState.SIGNED
    assert again(contract).state is ContractState.PREPARED


def test_an_open_chantier_keeps_its_partner(signed: Contract) -> None:
    open_chantier(signed)
    amendment = amend(signed, 0)
    for step in (propose_split, send_split_back, agree_split):
        step(amendment.id)
    with pytest.raises(Refused) as refused:
        make_contract(amendment.id, make_organisation(OrganisationKind.WORKS_PARTNER))

    assert (refused.value.rule, refused.value.field) == ("amendment.partner", "partner_id")
