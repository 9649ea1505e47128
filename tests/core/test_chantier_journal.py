"""What is kept day by day on site: hours, pictures, notes."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select
from sqlalchemy.orm import Session, scoped_session

from intranet.access import Role
from intranet.chantiers import service
from intranet.chantiers.commands import AddPhoto, EnterHours, HandOverTask, HoursEntry, WriteNote
from intranet.chantiers.models import Hours, SessionNote, SitePhoto
from intranet.chantiers.rules import LONGEST_DAY, done_with_pct
from intranet.chantiers.terms import ChantierState, HoursRole, Moment, Recognisable, StartItem
from intranet.clock import today
from intranet.errors import NotAllowed, Refused
from intranet.extensions import db
from intranet.testing.chantiers import Cast, add_photo, enter, make_chantier, tasks_of
from intranet.testing.factories import make_actor, make_user
from intranet.testing.files import jpeg, received

pytestmark = pytest.mark.usefixtures("db_session")


@pytest.fixture
def running(db_session: scoped_session[Session]) -> Cast:
    return make_chantier(ChantierState.OPEN)


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
        service.add_photo(running.animator, command, received(jpeg()))
    assert refused.value.field == "recognisable"


def test_the_same_picture_of_the_same_spot_is_added_once(running: Cast) -> None:
    first = add_photo(running, Moment.BEFORE)
    assert add_photo(running, Moment.BEFORE) == first
    assert add_photo(running, Moment.AFTER) != first
    assert db.session.scalar(select(func.count()).select_from(SitePhoto)) == 2


def test_what_is_no_picture_is_refused(running: Cast) -> None:
    command = AddPhoto(running.chantier.id, Moment.BEFORE, today(), recognisable=Recognisable.NOBODY)
    with pytest.raises(Refused) as refused:
        service.add_photo(running.animator, command, received(b"\x7fELF" + bytes(100)))
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
