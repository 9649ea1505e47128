"""Safety follows the dwelling: what a finding does to lines, contracts and chantiers, and who is told."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select

from intranet.access import OrganisationKind, Role
from intranet.chantiers import amending
from intranet.chantiers import service as chantiers
from intranet.chantiers.models import Hours, StartCheck, Task
from intranet.chantiers.terms import ChantierState, StartItem, TaskState
from intranet.clock import today
from intranet.dossiers import service as dossiers
from intranet.dossiers.allocation import change_dwelling
from intranet.dossiers.commands import DwellingFields, RecordJoining
from intranet.dossiers.models import Dossier, DossierState, Dwelling
from intranet.dossiers.terms import Survey
from intranet.errors import Refused
from intranet.extensions import db
from intranet.jobs.models import OutboxRow
from intranet.testing.chantiers import Cast, enter, make_chantier, name_team, tasks_of, tick_all
from intranet.testing.dossiers import make_dossier, make_dwelling
from intranet.testing.factories import make_actor, make_organisation, make_user
from intranet.testing.works import (
    bring_split,
    fresh,
    kind_id,
    lines_of,
    make_contract,
    make_parties,
    make_split,
)
from intranet.timeline.models import TimelineEntry
from intranet.works import service as works
from intranet.works.commands import AddLine, Propose
from intranet.works.machine import LinesRefused
from intranet.works.models import Contract, Split, WorksLine
from intranet.works.terms import ContractState, Holder, Need, SplitState

pytestmark = pytest.mark.usefixtures("db_session")


def know(dwelling_id: int, **found: Any) -> None:
    """A coordinator writes what is now known of the home."""
    dwelling = db.session.get_one(Dwelling, dwelling_id, populate_existing=True)
    fields = {name: getattr(dwelling, name) for name in DwellingFields.__dataclass_fields__}
    actor = make_actor(make_user(Role.COORDINATOR))
    change_dwelling(actor, dwelling_id, dwelling.version, DwellingFields(**{**fields, **found}))


def a_sanding_split(dossier: Dossier) -> Split:
    """A split of a painting the family does, and of an easy line."""
    split = make_split(dossier, lines=1)
    actor = make_parties(split).coordinator
    command = AddLine(
        split_id=split.id,
        kind_id=kind_id("E.1"),
        room="Séjour",
        need=Need.WISHED,
        holder=Holder.TENANT,
    )
    works.add_line(actor, command)
    return fresh(split.id)


def locks(split: Split) -> list[str]:
    return [line.lock for line in lines_of(split.id)]


def mails(template: str = "safety_finding") -> list[dict[str, Any]]:
    """The mails of that template that wait to leave."""
    jobs = db.session.scalars(select(OutboxRow).where(OutboxRow.job == "mail.send").order_by(OutboxRow.id))
    return [job.payload for job in jobs if job.payload["template"] == template]


def test_a_finding_locks_the_lines_of_an_open_split_and_a_lifted_reason_unlocks_them() -> None:
    split = a_sanding_split(make_dossier(state=DossierState.JOINED))
    assert locks(split) == ["", ""]
    know(split.dwelling_id, asbestos=Survey.FOUND)
    assert locks(split) == ["", "asbestos"]
    know(split.dwelling_id, asbestos=Survey.CLEAR, lead=Survey.FOUND)
    assert locks(split) == ["", "lead"]
    know(split.dwelling_id, lead=Survey.CLEAR, permit_year=1930)
    assert locks(split) == ["", ""]
    know(split.dwelling_id, asbestos=Survey.MISSING)  # of 1930 and no survey: the year speaks
    assert locks(split) == ["", "asbestos"]


def test_what_a_finding_forbids_is_refused_at_the_proposal_line_by_line() -> None:
    split = a_sanding_split(make_dossier(state=DossierState.JOINED))
    know(split.dwelling_id, asbestos=Survey.FOUND)
    split = fresh(split.id)
    with pytest.raises(LinesRefused) as refused:
        works.propose(make_parties(split).coordinator, Propose(split.id, split.version))
    assert [each.line_id for each in refused.value.lines] == [lines_of(split.id)[1].id]
    assert "amiante" in refused.value.lines[0].message


def test_an_agreed_split_comes_back_and_its_unsigned_contract_is_cancelled() -> None:
    split = a_sanding_split(make_dossier(state=DossierState.JOINED))
    bring_split(split.id, SplitState.AGREED)
    contract = make_contract(split.id, rendered=False)
    know(split.dwelling_id, asbestos=Survey.FOUND)
    assert fresh(split.id).state is SplitState.COUNTERED
    assert db.session.get_one(Contract, contract.id, populate_existing=True).state is ContractState.CANCELLED
    assert mails()[0]["context"]["reopened"] is True


def test_a_finding_that_touches_no_line_is_told_to_nobody_and_moves_nothing() -> None:
    split = make_split(make_dossier(state=DossierState.JOINED), lines=2, state=SplitState.AGREED)
    know(split.dwelling_id, lead=Survey.FOUND)
    assert fresh(split.id).state is SplitState.AGREED
    assert mails() == []


def sanding(cast: Cast) -> Task:
    """The first task of the chantier, made a painting: its line is one of the catalogue."""
    task = db.session.scalars(
        select(Task).where(Task.chantier_id == cast.chantier.id, Task.holder == Holder.TENANT)
    ).first()
    assert task is not None
    line = db.session.get_one(WorksLine, task.line_id)
    line.kind_id = kind_id("E.1")
    db.session.commit()
    return task


@pytest.mark.parametrize("state", [ChantierState.CLEARED, ChantierState.OPEN])
def test_asbestos_found_stops_the_chantier_blocks_what_sands_and_must_be_read(state: ChantierState) -> None:
    cast = make_chantier(state)
    task = sanding(cast)
    before = task.state
    know(cast.chantier.dwelling_id, asbestos=Survey.FOUND)
    db.session.expire_all()
    stopped = ChantierState.PREPARED if state is ChantierState.CLEARED else ChantierState.PAUSED
    assert cast.chantier.state is stopped
    assert (task.state, task.before_blocked, task.blocked_rule) == (TaskState.BLOCKED, before, "asbestos")
    assert db.session.get(StartCheck, (cast.chantier.id, StartItem.DIAGNOSTICS)) is None
    assert (
        db.session.scalars(
            select(TimelineEntry.audience).where(TimelineEntry.kind == "dossier.finding")
        ).one()
        == " alc bailleur partner "
    )

    move = "clear" if stopped is ChantierState.PREPARED else "resume"
    with pytest.raises(Refused) as refused:
        chantiers.move_chantier(cast.animator, cast.chantier.id, move, cast.chantier.version)
    assert refused.value.rule in ("chantier.unsafe", "chantier.start_list")
    db.session.rollback()
    chantiers.tick_start(cast.animator, cast.chantier.id, StartItem.DIAGNOSTICS)
    with pytest.raises(Refused, match="avenant") as unsafe:
        chantiers.move_chantier(cast.animator, cast.chantier.id, move, cast.chantier.version)
    assert task.label in str(unsafe.value.message)
    db.session.rollback()
    with pytest.raises(Refused):
        chantiers.move_task(cast.animator, task.id, f"unblock_{before}", task.version)
    db.session.rollback()

    know(cast.chantier.dwelling_id, asbestos=Survey.CLEAR)
    db.session.expire_all()
    assert (task.state, task.blocked_rule, task.blocked_reason) == (before, "", "")
    if state is ChantierState.CLEARED:  # another report, to be read again
        chantiers.tick_start(cast.animator, cast.chantier.id, StartItem.DIAGNOSTICS)
    chantiers.move_chantier(cast.animator, cast.chantier.id, move, cast.chantier.version)
    assert cast.chantier.state is state


def test_a_finding_before_the_opening_blocks_its_tasks_from_the_first_day() -> None:
    dossier = make_dossier(state=DossierState.JOINED, dwelling=make_dwelling(decent=False))
    cast = make_chantier(dossier=dossier)  # free lines, needed: they bring the home to decency
    rules = {task.blocked_rule for task in tasks_of(cast.chantier) if task.holder is not Holder.PARTNER}
    assert rules == {"decency"}
    tick_all(cast)
    with pytest.raises(Refused, match="avenant"):
        chantiers.move_chantier(cast.animator, cast.chantier.id, "clear", cast.chantier.version)


def test_an_amendment_gives_works_stopped_under_way_to_the_bailleur_with_their_hours() -> None:
    cast = make_chantier(ChantierState.OPEN)
    task = sanding(cast)
    chantiers.move_task(cast.animator, task.id, "start", task.version)
    enter(cast, task, 90)
    know(cast.chantier.dwelling_id, asbestos=Survey.FOUND)
    former = db.session.get_one(Contract, cast.chantier.contract_id)
    lines = [{**line, "origin_id": line["id"]} for line in former.lines]
    given = [{**line, "holder": Holder.BAILLEUR} if line["id"] == task.line_id else line for line in lines]
    amendment = Contract(
        number="CP-AVENANT",
        split_id=former.split_id,
        dossier_id=former.dossier_id,
        amends_id=former.id,
        lines=given,
    )
    amendment.partner_id, amendment.state = former.partner_id, ContractState.SIGNED
    db.session.add(amendment)
    db.session.flush()
    amending.check(former.id, former.partner_id, given)
    amending.apply(cast.coordinator, amendment)
    db.session.commit()
    assert (task.holder, task.state, task.blocked_rule) == (Holder.BAILLEUR, TaskState.BLOCKED, "")
    assert db.session.scalar(select(Hours.minutes).where(Hours.task_id == task.id)) == 90
    chantiers.tick_start(cast.animator, cast.chantier.id, StartItem.DIAGNOSTICS)
    chantiers.move_chantier(cast.animator, cast.chantier.id, "resume", cast.chantier.version)
    amending.check(amendment.id, former.partner_id, given)  # another amendment leaves it there


def test_everyone_concerned_is_written_to_once_each_on_her_own_page() -> None:
    bailleur = make_organisation(OrganisationKind.BAILLEUR)
    agent = make_user(Role.AGENT, bailleur)
    dossier = make_dossier(state=DossierState.JOINED, dwelling=make_dwelling(bailleur))
    cast = make_chantier(ChantierState.OPEN, dossier=dossier)
    sanding(cast)
    db.session.get_one(Split, db.session.scalar(select(Split.id))).number = 1
    know(cast.chantier.dwelling_id, lead=Survey.FOUND)
    told = {mail["to"]: mail["context"] for mail in mails()}
    assert len(told) == len(mails()) == 4  # référent, éducateur technique, agent, animator
    assert {cast.animator_user.email, agent.email} <= set(told)
    assert "/partner/chantiers/" in told[cast.animator_user.email]["url"]
    assert "/bailleur/splits/" in told[agent.email]["url"]
    assert all(context["halted"] and context["blocked"] and context["to_amend"] for context in told.values())


def test_a_better_report_does_not_stop_works_under_way() -> None:
    cast = make_chantier(ChantierState.OPEN)
    know(cast.chantier.dwelling_id, asbestos=Survey.CLEAR, permit_year=1999)
    assert db.session.get_one(type(cast.chantier), cast.chantier.id).state is ChantierState.OPEN
    assert db.session.get(StartCheck, (cast.chantier.id, StartItem.DIAGNOSTICS)) is not None


def test_no_chantier_starts_without_its_two_referents_nor_out_of_its_joining() -> None:
    cast = make_chantier(ChantierState.CLEARED)
    dossier = db.session.get_one(Dossier, cast.dossier.id)
    dossier.technical_id = None
    db.session.commit()
    with pytest.raises(Refused, match="éducateur technique"):
        chantiers.move_chantier(cast.animator, cast.chantier.id, "start", cast.chantier.version)
    db.session.rollback()
    name_team(dossier)
    dossier.state = DossierState.ALLOCATED
    db.session.commit()
    with pytest.raises(Refused, match="adhésion"):
        chantiers.move_chantier(cast.animator, cast.chantier.id, "start", cast.chantier.version)


def test_a_revoked_joining_stops_the_chantier_until_the_family_joins_again() -> None:
    cast = make_chantier(ChantierState.OPEN)
    dossier = db.session.get_one(Dossier, cast.dossier.id)
    dossiers.revoke_joining(cast.coordinator, dossier.id, dossier.version, "La famille renonce.")
    assert cast.chantier.state is ChantierState.PAUSED
    assert [mail["to"] for mail in mails("chantier_stopped")] == [cast.animator_user.email]
    with pytest.raises(Refused, match="adhésion"):
        chantiers.move_chantier(cast.coordinator, cast.chantier.id, "resume", cast.chantier.version)
    db.session.rollback()
    dossiers.record_joining(cast.coordinator, RecordJoining(dossier.id, dossier.version, today()))
    chantiers.move_chantier(cast.animator, cast.chantier.id, "resume", cast.chantier.version)
    assert dossier.state is DossierState.WORKS


def test_a_joining_revoked_before_the_signatures_cancels_the_contract() -> None:
    split = make_split(make_dossier(state=DossierState.JOINED), lines=1, state=SplitState.AGREED)
    contract = make_contract(split.id, rendered=False)
    dossier = db.session.get_one(Dossier, split.dossier_id)
    actor = make_parties(split).coordinator
    dossiers.revoke_joining(actor, dossier.id, dossier.version, "La famille renonce.")
    assert db.session.get_one(Contract, contract.id, populate_existing=True).state is ContractState.CANCELLED
    assert fresh(split.id).state is SplitState.COUNTERED
