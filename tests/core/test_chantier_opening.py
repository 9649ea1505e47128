"""Opening a chantier from its contract, and the right to start it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import func, select

from intranet.access import OrganisationKind, Role
from intranet.chantiers import service
from intranet.chantiers.models import Chantier
from intranet.chantiers.rules import BY_FACT, BY_HAND, missing_items
from intranet.chantiers.terms import ChantierState, StartItem
from intranet.clock import at, now, today
from intranet.dossiers.insurance import close_attestations
from intranet.dossiers.models import DossierState
from intranet.errors import NotAllowed, Refused
from intranet.extensions import db
from intranet.testing import works
from intranet.testing.chantiers import Cast, attest, make_chantier, make_contract, tasks_of, tick_all
from intranet.testing.dossiers import make_dossier
from intranet.testing.factories import make_actor, make_organisation, make_user
from intranet.timeline.models import TimelineEntry
from intranet.works.terms import ContractState, Holder, SplitState

pytestmark = pytest.mark.usefixtures("db_session")


# Opening


def test_tasks_are_the_lines_done_on_site_room_by_room() -> None:
    cast = make_chantier(lines=4)
    tasks = tasks_of(cast.chantier)
    assert [task.label for task in tasks] == ["Travaux 0", "Travaux 3", "Travaux 1", "Travaux 2"]
    assert [task.room for task in tasks] == ["Cuisine", "Cuisine", "Chambre", "Séjour"]
    assert {task.planned_minutes for task in tasks} == {600}
    assert Holder.BAILLEUR not in {task.holder for task in tasks}


def test_a_chantier_opens_from_a_contract_negotiated_and_signed_for_good() -> None:
    """Nothing written by hand: the split, the contract and its signatures come from their own commands."""
    dossier = make_dossier(state=DossierState.JOINED)
    split = works.make_split(dossier, 3, SplitState.AGREED)
    contract = works.sign_contract(works.make_contract(split.id).id)
    coordinator = make_actor(make_user(Role.COORDINATOR))
    chantier = service.open_from_contract(coordinator, contract.id, None, None, None)
    lines = works.lines_of(split.id)
    assert {task.line_id for task in tasks_of(chantier)} == {line.id for line in lines}
    assert all(task.trade for task in tasks_of(chantier))
    assert sum(task.planned_minutes for task in tasks_of(chantier)) == sum(line.minutes for line in lines)


@pytest.mark.parametrize("state", [ContractState.PREPARED, ContractState.CANCELLED])
def test_a_contract_not_signed_opens_nothing(state: ContractState) -> None:
    contract = make_contract(
        make_dossier(state=DossierState.JOINED),
        make_organisation(OrganisationKind.WORKS_PARTNER),
        state=state,
    )
    with pytest.raises(Refused) as refused:
        service.open_from_contract(make_actor(make_user(Role.COORDINATOR)), contract.id, None, None, None)
    assert refused.value.rule == "chantier.contract_unsigned"


def test_a_contract_without_partner_or_without_lines_on_site_opens_nothing() -> None:
    coordinator = make_actor(make_user(Role.COORDINATOR))
    partner = make_organisation(OrganisationKind.WORKS_PARTNER)
    alone = make_contract(make_dossier(state=DossierState.JOINED), None)
    empty = make_contract(make_dossier(state=DossierState.JOINED), partner, lines=0)
    for contract, rule in ((alone, "chantier.no_partner"), (empty, "chantier.no_task")):
        with pytest.raises(Refused) as refused:
            service.open_from_contract(coordinator, contract.id, None, None, None)
        assert refused.value.rule == rule
        db.session.rollback()


def test_opening_twice_opens_once() -> None:
    cast = make_chantier()
    again = service.open_from_contract(cast.coordinator, cast.chantier.contract_id, None, None, None)
    assert again.id == cast.chantier.id
    assert db.session.scalar(select(func.count()).select_from(Chantier)) == 1


def test_the_animator_is_of_the_partner_and_the_end_is_not_before_the_start() -> None:
    partner = make_organisation(OrganisationKind.WORKS_PARTNER)
    contract = make_contract(make_dossier(state=DossierState.JOINED), partner)
    coordinator, stranger = make_actor(make_user(Role.COORDINATOR)), make_user(Role.ANIMATOR)
    for start, end, animator, field in (
        (None, None, stranger.id, "animator_id"),
        (today(), today() - timedelta(days=1), None, "planned_end"),
    ):
        with pytest.raises(Refused) as refused:
            service.open_from_contract(coordinator, contract.id, start, end, animator)
        assert refused.value.field == field
        db.session.rollback()


def test_the_partner_does_not_open_a_chantier_itself() -> None:
    cast = make_chantier()
    with pytest.raises(NotAllowed):
        service.open_from_contract(cast.animator, cast.chantier.contract_id, None, None, None)


# The right to start


def test_the_start_is_refused_naming_each_missing_item() -> None:
    cast = make_chantier()
    for item in set(BY_HAND) - {StartItem.NEIGHBOURS}:
        service.tick_start(cast.animator, cast.chantier.id, item)
    with pytest.raises(Refused) as refused:
        service.move_chantier(cast.animator, cast.chantier.id, "clear", cast.chantier.version)
    sentence = str(refused.value.message)
    assert "assurance du locataire" in sentence
    assert "voisins prévenus" in sentence
    assert "matériaux" not in sentence


@given(st.sets(st.sampled_from(list(StartItem))), st.booleans(), st.booleans())
def test_what_is_missing_is_what_nobody_ticked_and_what_no_record_shows(
    ticked: set[StartItem], signed: bool, insured: bool
) -> None:
    missing = missing_items(ticked, contract_signed=signed, insured=insured)
    assert (StartItem.CONTRACT in missing) is not signed
    assert (StartItem.INSURANCE in missing) is not insured
    assert set(missing) - BY_FACT == set(BY_HAND) - ticked


@pytest.mark.parametrize("item", sorted(BY_FACT))
def test_what_a_record_shows_is_not_ticked_by_hand(item: StartItem) -> None:
    cast = make_chantier()
    with pytest.raises(Refused, match="constate"):
        service.tick_start(cast.animator, cast.chantier.id, item)


def clear(cast: Cast) -> None:
    service.move_chantier(cast.animator, cast.chantier.id, "clear", cast.chantier.version)


def test_an_attestation_that_ends_before_the_day_of_start_does_not_do() -> None:
    cast = make_chantier()
    tick_all(cast)
    cast.chantier.planned_start = today() + timedelta(days=301)  # the attestation is good for 300
    db.session.commit()
    with pytest.raises(Refused, match="assurance du locataire"):
        clear(cast)
    db.session.rollback()
    attest(cast, days=301)
    clear(cast)
    assert cast.chantier.state is ChantierState.CLEARED


def test_an_attestation_that_has_expired_since_stops_the_first_day_on_site() -> None:
    cast = make_chantier(ChantierState.CLEARED)
    with at(now() + timedelta(days=301)), pytest.raises(Refused, match="assurance du locataire"):
        service.move_chantier(cast.animator, cast.chantier.id, "start", cast.chantier.version)


def test_works_that_begin_sooner_than_planned_ask_for_an_insurance_of_that_day() -> None:
    cast = make_chantier(ChantierState.CLEARED)
    cast.chantier.planned_start = today() + timedelta(days=400)
    db.session.commit()
    with pytest.raises(Refused, match="prévu le") as early:
        service.move_chantier(cast.animator, cast.chantier.id, "start", cast.chantier.version)
    assert early.value.field == "reason"
    db.session.rollback()
    why = "Le partenaire est libre plus tôt."
    service.move_chantier(cast.animator, cast.chantier.id, "start", cast.chantier.version, why)
    assert cast.chantier.started_on == today()
    told = db.session.scalars(select(TimelineEntry).where(TimelineEntry.kind == "chantier.started")).one()
    assert told.reason == why


def test_the_attestation_of_a_former_dwelling_does_not_do() -> None:
    cast = make_chantier()
    tick_all(cast)
    close_attestations(cast.dossier.id)
    db.session.commit()
    with pytest.raises(Refused, match="assurance du locataire"):
        clear(cast)


def test_a_contract_cancelled_since_stops_the_start() -> None:
    from intranet.works.models import Contract

    cast = make_chantier(ChantierState.CLEARED)
    db.session.get_one(Contract, cast.chantier.contract_id).state = ContractState.CANCELLED
    db.session.commit()
    with pytest.raises(Refused, match="contrat de participation"):
        service.move_chantier(cast.animator, cast.chantier.id, "start", cast.chantier.version)


def test_taking_a_tick_back_puts_a_cleared_chantier_in_preparation_again() -> None:
    cast = make_chantier(ChantierState.CLEARED)
    service.untick_start(cast.animator, cast.chantier.id, StartItem.FAMILY)
    assert cast.chantier.state is ChantierState.PREPARED


def test_ticking_twice_ticks_once() -> None:
    cast = make_chantier()
    tick_all(cast)
    tick_all(cast)
    ticks = db.session.scalar(select(func.count()).where(TimelineEntry.kind == "chantier.item_ticked"))
    assert ticks == len(BY_HAND)
