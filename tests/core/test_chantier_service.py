"""What a chantier's commands do, refuse, and tell to whom."""

from __future__ import annotations

import io
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select
from sqlalchemy.orm import Session, scoped_session

from intranet.access import OrganisationKind, Role
from intranet.chantiers import service
from intranet.chantiers.commands import AddPhoto, EnterHours, HandOverTask, HoursEntry, WriteNote
from intranet.chantiers.models import Chantier, Hours, Reserve, SessionNote, SitePhoto
from intranet.chantiers.rules import BY_FACT, BY_HAND, LONGEST_DAY, done_with_pct, missing_items
from intranet.chantiers.terms import ChantierState, HoursRole, Moment, StartItem, TaskState
from intranet.clock import at, now, today
from intranet.dossiers.insurance import close_attestations
from intranet.dossiers.models import Dossier, DossierState
from intranet.errors import NotAllowed, Refused, Stale
from intranet.extensions import db
from intranet.testing import works
from intranet.testing.chantiers import (
    Cast,
    add_photo,
    attest,
    enter,
    jpeg,
    make_chantier,
    make_contract,
    make_task,
    reserve,
    tasks_of,
    tick_all,
)
from intranet.testing.dossiers import make_dossier
from intranet.testing.factories import make_actor, make_organisation, make_user
from intranet.timeline.models import TimelineEntry
from intranet.works.terms import ContractState, Holder, Side, SplitState

pytestmark = pytest.mark.usefixtures("db_session")


@pytest.fixture
def running(db_session: scoped_session[Session]) -> Cast:
    return make_chantier(ChantierState.OPEN)


def audience_of(kind: str) -> set[str]:
    entry = db.session.scalars(
        select(TimelineEntry).where(TimelineEntry.kind == kind).order_by(TimelineEntry.id.desc())
    ).first()
    assert entry is not None, kind
    return set(entry.audience.split())


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
    service.move_chantier(cast.animator, cast.chantier.id, "start", cast.chantier.version)
    assert cast.chantier.started_on == today()


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


# Moving


def test_the_start_makes_tasks_ready_and_the_dossier_follows_to_its_end() -> None:
    cast = make_chantier(ChantierState.OPEN)
    assert {task.state for task in tasks_of(cast.chantier)} == {TaskState.READY}
    assert cast.chantier.started_on == today()
    assert db.session.get_one(Dossier, cast.dossier.id).state is DossierState.WORKS
    over = make_chantier(ChantierState.HANDED_OVER)
    assert db.session.get_one(Dossier, over.dossier.id).state is DossierState.SETTLED
    assert over.chantier.handed_over_on == today()


def test_a_second_tap_does_nothing_and_another_move_meanwhile_is_stale(running: Cast) -> None:
    task = tasks_of(running.chantier)[0]
    version = task.version
    service.move_task(running.animator, task.id, "start", version)
    service.move_task(running.animator, task.id, "start", version)
    assert task.state is TaskState.DOING
    with pytest.raises(Stale) as stale:
        service.move_task(running.coordinator, task.id, "block", version, "Autre chose")
    assert stale.value.changes
    assert db.session.scalar(select(func.count()).where(TimelineEntry.kind == "task.started")) == 1


@pytest.mark.parametrize("before", [TaskState.READY, TaskState.DOING])
def test_a_blocked_task_says_why_and_goes_back_to_where_it_was(running: Cast, before: TaskState) -> None:
    task = make_task(running, before)
    with pytest.raises(Refused):
        service.move_task(running.animator, task.id, "block", task.version, "  ")
    service.move_task(running.animator, task.id, "block", task.version, "Pas d’eau")
    assert (task.state, task.blocked_reason) == (TaskState.BLOCKED, "Pas d’eau")
    other = "doing" if before is TaskState.READY else "ready"
    with pytest.raises(Refused):
        service.move_task(running.animator, task.id, f"unblock_{other}", task.version)
    service.move_task(running.animator, task.id, f"unblock_{before}", task.version)
    assert (task.state, task.blocked_reason) == (before, "")


def test_a_chantier_finishes_when_each_task_is_done_or_blocked(running: Cast) -> None:
    first, *others = tasks_of(running.chantier)
    service.move_task(running.animator, first.id, "block", first.version, "Carrelage manquant")
    with pytest.raises(Refused) as refused:
        service.move_chantier(running.animator, running.chantier.id, "finish", running.chantier.version)
    assert all(task.label in str(refused.value.message) for task in others)
    assert first.label not in str(refused.value.message)
    db.session.rollback()
    for task in others:
        service.move_task(running.animator, task.id, "start", task.version)
        service.move_task(running.animator, task.id, "finish", task.version)
    service.move_chantier(running.animator, running.chantier.id, "finish", running.chantier.version)
    assert running.chantier.state is ChantierState.FINISHED


def test_on_a_paused_chantier_nothing_moves() -> None:
    cast = make_chantier(ChantierState.PAUSED)
    task = tasks_of(cast.chantier)[0]
    with pytest.raises(Refused, match="pause"):
        service.move_task(cast.animator, task.id, "start", task.version)


def test_progress_is_told_to_all_and_reasons_stay_on_site(running: Cast) -> None:
    task = make_task(running, TaskState.DONE)
    assert audience_of("task.done") == {"alc", "bailleur", "partner"}
    service.move_task(running.animator, tasks_of(running.chantier)[1].id, "block", 2, "Enfant malade")
    enter(running, task)
    service.write_note(running.animator, WriteNote(running.chantier.id, today(), "Bonne séance."))
    for kind in ("task.blocked", "chantier.hours_entered", "chantier.note_written", "chantier.item_ticked"):
        assert audience_of(kind) == {"alc", "partner"}


def test_an_unknown_or_reserved_move_is_refused(running: Cast) -> None:
    task = tasks_of(running.chantier)[0]
    for name in ("accept", "explode", ""):
        with pytest.raises(Refused):
            service.move_task(running.coordinator, task.id, name, task.version)
    with pytest.raises(Refused):
        service.move_chantier(running.coordinator, running.chantier.id, "explode", 1)


# Handing over


def test_the_handover_waits_for_each_reserve() -> None:
    cast = make_chantier(ChantierState.FINISHED)
    first, *others = tasks_of(cast.chantier)
    reserve(cast, first)
    for task in others:
        service.hand_over_task(cast.coordinator, HandOverTask(task.id, task.version, accepted=True))
    with pytest.raises(Refused) as refused:
        service.move_chantier(cast.coordinator, cast.chantier.id, "hand_over", cast.chantier.version)
    assert first.label in str(refused.value.message)
    db.session.rollback()
    held = db.session.scalars(select(Reserve)).one()
    service.lift_reserve(cast.coordinator, held.id, held.version)
    service.lift_reserve(cast.coordinator, held.id, 1)
    assert first.state is TaskState.LIFTED
    service.move_chantier(cast.coordinator, cast.chantier.id, "hand_over", cast.chantier.version)
    assert cast.chantier.state is ChantierState.HANDED_OVER


def test_a_task_with_two_reserves_is_lifted_with_the_second() -> None:
    cast = make_chantier(ChantierState.FINISHED)
    task = tasks_of(cast.chantier)[0]
    reserve(cast, task, "Une coulure")
    reserve(cast, task, "Une plinthe")
    states = []
    for held in db.session.scalars(select(Reserve).order_by(Reserve.id)).all():
        service.lift_reserve(cast.coordinator, held.id, held.version)
        states.append(task.state)
    assert states == [TaskState.RESERVE, TaskState.LIFTED]


@pytest.mark.parametrize(
    ("text", "who", "days", "field"),
    [
        ("", Side.PARTNER, 1, "text"),
        ("x", None, 1, "lifted_by"),
        ("x", Side.PARTNER, None, "due_on"),
        ("x", Side.PARTNER, -1, "due_on"),
    ],
)
def test_a_reserve_says_what_who_and_when(text: str, who: Side | None, days: int | None, field: str) -> None:
    cast = make_chantier(ChantierState.FINISHED)
    task = tasks_of(cast.chantier)[0]
    due = None if days is None else today() + timedelta(days=days)
    with pytest.raises(Refused) as refused:
        service.hand_over_task(cast.coordinator, HandOverTask(task.id, task.version, False, text, who, due))
    assert refused.value.field == field


def test_two_people_deciding_at_once_the_second_sees_what_the_first_did() -> None:
    cast = make_chantier(ChantierState.FINISHED)
    task = tasks_of(cast.chantier)[0]
    version = task.version
    reserve(cast, task)
    with pytest.raises(Stale):
        service.hand_over_task(cast.coordinator, HandOverTask(task.id, version, accepted=True))


# Hours


def test_hours_name_whom_it_goes_without_saying(running: Cast) -> None:
    task = tasks_of(running.chantier)[0]
    entries = (
        HoursEntry(HoursRole.FAMILY, 90),
        HoursEntry(HoursRole.PARTNER, 60),
        HoursEntry(HoursRole.HELPER, 0),
    )
    service.enter_hours(running.animator, EnterHours(running.chantier.id, task.id, today(), entries, "k"))
    people = {row.role: row.person for row in db.session.scalars(select(Hours))}
    assert set(people) == {HoursRole.FAMILY, HoursRole.PARTNER}
    assert people[HoursRole.PARTNER] == running.animator_user.name
    assert people[HoursRole.FAMILY].startswith("Ménage")


def test_a_resend_adds_nothing_and_the_same_key_with_other_hours_is_refused(running: Cast) -> None:
    task = tasks_of(running.chantier)[0]
    for _ in range(3):
        enter(running, task, 60, key="the-same")
    assert db.session.scalar(select(func.sum(Hours.minutes))) == 60
    with pytest.raises(Refused) as refused:
        enter(running, task, 90, key="the-same")
    assert refused.value.rule == "hours.key_used"


@pytest.mark.parametrize(("days", "rule"), [(1, "hours.future"), (-1, "hours.before_start")])
def test_hours_are_of_a_day_of_the_chantier(running: Cast, days: int, rule: str) -> None:
    task = tasks_of(running.chantier)[0]
    day = today() + timedelta(days=days)
    command = EnterHours(running.chantier.id, task.id, day, (HoursEntry(HoursRole.FAMILY, 60),), "k")
    with pytest.raises(Refused) as refused:
        service.enter_hours(running.animator, command)
    assert refused.value.rule == rule


def test_before_the_start_there_are_no_hours() -> None:
    cast = make_chantier(ChantierState.CLEARED)
    with pytest.raises(Refused, match="pas démarré"):
        enter(cast, tasks_of(cast.chantier)[0])


def test_hours_of_alc_are_entered_by_alc(running: Cast) -> None:
    task = tasks_of(running.chantier)[0]
    command = EnterHours(running.chantier.id, task.id, today(), (HoursEntry(HoursRole.ALC, 60),), "k")
    with pytest.raises(NotAllowed):
        service.enter_hours(running.animator, command)
    service.enter_hours(running.coordinator, command)


def test_hours_go_to_a_task_of_this_chantier(running: Cast) -> None:
    stranger = tasks_of(make_chantier(ChantierState.OPEN).chantier)[0]
    with pytest.raises(Refused):
        enter(running, stranger)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(st.sampled_from(["Nadia", "nadia", "Paul"]), st.integers(1, 800)), max_size=6))
def test_nobody_works_more_than_twelve_hours_a_day(
    db_session: scoped_session[Session], entries: list[tuple[str, int]]
) -> None:
    cast = make_chantier(ChantierState.OPEN)
    task = tasks_of(cast.chantier)[0]
    spent: dict[str, int] = {}
    for number, (person, minutes) in enumerate(entries):
        entry = HoursEntry(HoursRole.HELPER, minutes, person)
        command = EnterHours(cast.chantier.id, task.id, today(), (entry,), f"k{number}")
        fits = spent.get(person.lower(), 0) + minutes <= LONGEST_DAY
        if fits:
            service.enter_hours(cast.animator, command)
            spent[person.lower()] = spent.get(person.lower(), 0) + minutes
        else:
            with pytest.raises(Refused, match="plus de 12 heures"):
                service.enter_hours(cast.animator, command)
            db.session.rollback()
    kept = db.session.scalar(select(func.sum(Hours.minutes)).where(Hours.chantier_id == cast.chantier.id))
    assert (kept or 0) == sum(spent.values())


def test_hours_are_taken_back_by_who_entered_them_or_by_alc(running: Cast) -> None:
    task = tasks_of(running.chantier)[0]
    enter(running, task)
    enter(running, task)
    first, second = db.session.scalars(select(Hours).order_by(Hours.id)).all()
    colleague = make_actor(make_user(Role.ANIMATOR, running.partner))
    with pytest.raises(NotAllowed):
        service.remove_hours(colleague, first.id)
    service.remove_hours(running.animator, first.id)
    service.remove_hours(running.coordinator, second.id)
    service.remove_hours(running.coordinator, second.id)
    assert db.session.scalar(select(func.count()).select_from(Hours)) == 0


@given(st.dictionaries(st.sampled_from(list(HoursRole)), st.integers(0, 10_000)))
def test_the_faire_avec_rate_is_a_share_of_all_hours(minutes: dict[HoursRole, int]) -> None:
    rate = done_with_pct(minutes)
    assert (rate is None) is (sum(minutes.values()) == 0)
    assert rate is None or 0 <= rate <= 100


# Pictures and notes


def test_a_picture_where_somebody_may_be_recognised_is_refused(running: Cast) -> None:
    command = AddPhoto(running.chantier.id, Moment.BEFORE, today())
    with pytest.raises(Refused) as refused:
        service.add_photo(running.animator, command, jpeg(), "a.jpg")
    assert refused.value.field == "nobody_recognisable"


def test_the_same_picture_of_the_same_spot_is_added_once(running: Cast) -> None:
    first = add_photo(running, Moment.BEFORE)
    assert add_photo(running, Moment.BEFORE) == first
    assert add_photo(running, Moment.AFTER) != first
    assert db.session.scalar(select(func.count()).select_from(SitePhoto)) == 2


def test_what_is_no_picture_is_refused(running: Cast) -> None:
    command = AddPhoto(running.chantier.id, Moment.BEFORE, today(), nobody_recognisable=True)
    with pytest.raises(Refused) as refused:
        service.add_photo(running.animator, command, io.BytesIO(b"\x7fELF" + bytes(100)), "photo.jpg")
    assert refused.value.field == "file"


@pytest.mark.parametrize("text", ["Sécu 2 69 05 49 588 157 80", "FR14 2004 1010 0505 0001 3M02 606"])
def test_a_note_holds_no_number_that_must_not_be_kept(running: Cast, text: str) -> None:
    with pytest.raises(Refused) as refused:
        service.write_note(running.animator, WriteNote(running.chantier.id, today(), text))
    assert refused.value.field == "text"


def test_the_same_note_twice_is_kept_once_and_an_empty_one_not_at_all(running: Cast) -> None:
    for _ in range(2):
        service.write_note(running.animator, WriteNote(running.chantier.id, today(), "Bonne séance 🙂"))
    assert db.session.scalar(select(func.count()).select_from(SessionNote)) == 1
    with pytest.raises(Refused):
        service.write_note(running.animator, WriteNote(running.chantier.id, today(), " \u202e "))


@pytest.mark.parametrize("role", [Role.REFERENT, Role.DIRECTOR, Role.TISF, Role.ADMIN, Role.AGENT])
def test_a_role_that_does_not_run_chantiers_is_not_allowed(running: Cast, role: Role) -> None:
    person = make_actor(make_user(role))
    task = tasks_of(running.chantier)[0]
    with pytest.raises(NotAllowed):
        service.move_task(person, task.id, "start", task.version)
    with pytest.raises(NotAllowed):
        service.tick_start(person, running.chantier.id, StartItem.FAMILY)
    with pytest.raises(NotAllowed):
        service.hand_over_task(person, HandOverTask(task.id, task.version, True))
