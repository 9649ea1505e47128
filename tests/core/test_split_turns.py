"""Whose turn, since when, until when: days that always add up, more time granted, clocks that change."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
import time_machine
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from intranet.access import Role
from intranet.clock import PARIS
from intranet.database import writing
from intranet.dossiers.models import DossierState
from intranet.errors import NotAllowed, Refused
from intranet.extensions import db
from intranet.jobs.models import OutboxRow
from intranet.organisations.models import Organisation
from intranet.testing.dossiers import make_dossier
from intranet.testing.factories import make_actor, make_user
from intranet.testing.works import (
    agree_split,
    fresh,
    make_parties,
    make_split,
    propose_split,
    send_split_back,
)
from intranet.timeline.models import TimelineEntry
from intranet.works import service
from intranet.works.commands import GrantTime, SendBack
from intranet.works.delays import Delay
from intranet.works.queries import turn_of
from intranet.works.service import silence, sweep_silence
from intranet.works.terms import Side, SplitState
from intranet.works.turn import turn_block
from intranet.works.workdays import is_business_day

pytestmark = pytest.mark.usefixtures("db_session")

MONDAY = datetime(2019, 2, 4, 10, 0, tzinfo=PARIS)


def instants(year: int, years: int) -> st.SearchStrategy[datetime]:
    """Any minute of some years."""
    start = datetime(year, 1, 1, tzinfo=UTC)
    return st.integers(0, years * 365 * 24 * 60).map(lambda minutes: start + timedelta(minutes=minutes))


@contextmanager
def at(instant: datetime) -> Iterator[None]:
    with time_machine.travel(instant, tick=False), writing():
        yield


def proposed(since: datetime = MONDAY, answer_days: int = 21) -> int:
    with time_machine.travel(since, tick=False):
        split = make_split(make_dossier(state=DossierState.JOINED), 1, SplitState.PROPOSED)
        db.session.get_one(Organisation, split.bailleur_id).answer_days = answer_days
        db.session.commit()
        return split.id


def grant(split_id: int, until: date, reason: str = "Congés de l’agence") -> None:
    split = fresh(split_id)
    service.grant_time(make_parties(split).coordinator, GrantTime(split_id, split.version, until, reason))


def mails(template: str) -> list[dict[str, Any]]:
    rows = db.session.scalars(
        select(OutboxRow.payload).where(OutboxRow.job == "mail.send").order_by(OutboxRow.id)
    )
    return [payload["context"] for payload in rows if payload.get("template") == template]


def day(split_id: int, days: float, since: datetime = MONDAY) -> SplitState:
    """The state once the clock has looked, ``days`` after ``since``."""
    with at(since + timedelta(days=days)):
        sweep_silence({})
    return fresh(split_id).state


# More time


def test_more_time_moves_the_return_and_the_reminders_by_as_many_days() -> None:
    split_id = proposed()
    with at(MONDAY + timedelta(days=3)):
        grant(split_id, date(2019, 3, 10))  # a Sunday: back on Monday the 11th, 35 days after
    for days, reminders in ((7, 0), (14, 0), (20, 0), (21, 1), (27, 1), (28, 2)):
        assert day(split_id, days) is SplitState.PROPOSED
        assert fresh(split_id).reminders == reminders, days

    assert day(split_id, 34.9) is SplitState.PROPOSED
    assert day(split_id, 35) is SplitState.COUNTERED
    assert fresh(split_id).silent
    assert fresh(split_id).more_time_until is None
    assert len(mails("split_reminder")) == 2


def test_a_grant_after_both_reminders_brings_them_again_but_not_at_once() -> None:
    split_id = proposed()
    day(split_id, 7)
    day(split_id, 14)
    with at(MONDAY + timedelta(days=20)):
        grant(split_id, date(2019, 3, 10))  # the reminders are now due on days 21 and 28
        assert fresh(split_id).reminders == 1
    day(split_id, 21)
    assert len(mails("split_reminder")) == 2
    day(split_id, 28)

    assert len(mails("split_reminder")) == 3


def test_the_grant_is_in_the_timeline_of_both_sides_and_mailed_to_the_bailleur() -> None:
    split_id = proposed()
    with at(MONDAY + timedelta(days=1)):
        grant(split_id, date(2019, 3, 15))
    told = db.session.scalars(
        select(TimelineEntry).where(TimelineEntry.kind == "works.split.time_granted")
    ).one()

    assert (told.reason, told.audience) == ("Congés de l’agence", " alc bailleur ")
    assert [each["until"]["granted"] for each in mails("split_more_time")] == ["15\xa0mars 2019"]
    with at(MONDAY + timedelta(days=1)):
        block = turn_block(split_id, Side.BAILLEUR)
    assert block is not None
    assert block.granted == f"{told.actor_name} a donné jusqu’au 15\xa0mars 2019."
    assert block.reason == "Congés de l’agence"


def test_the_turn_does_not_move_with_a_grant_and_a_new_turn_forgets_it() -> None:
    split_id = proposed()
    with at(MONDAY + timedelta(days=2)):
        grant(split_id, date(2019, 3, 15))
        assert fresh(split_id).turn_since == MONDAY
    with at(MONDAY + timedelta(days=4)):
        send_split_back(split_id)
        assert fresh(split_id).more_time_until is None
        propose_split(split_id)
        turn = turn_of(split_id)

    assert turn is not None
    assert turn.grant is None
    assert turn.delay == Delay(MONDAY + timedelta(days=4), 21)


@pytest.mark.parametrize(
    ("until", "reason", "field"),
    [
        (date(2019, 3, 15), "  ", "reason"),
        (date(2019, 2, 4), "Congés", "until"),  # past
        (date(2019, 2, 20), "Congés", "until"),  # before the day it is due anyway
        (date(2019, 9, 1), "Congés", "until"),  # too far
        (date(2019, 3, 15), "Voir le 1 85 05 78 006 084 91", "reason"),
    ],
)
def test_a_grant_without_reason_or_on_an_absurd_day_is_refused(until: date, reason: str, field: str) -> None:
    split_id = proposed()
    with at(MONDAY + timedelta(days=5)):
        with pytest.raises(Refused) as refused:
            grant(split_id, until, reason)
        db.session.rollback()

    assert refused.value.field == field
    assert fresh(split_id).more_time_until is None


@pytest.mark.parametrize("role", [Role.REFERENT, Role.TECHNICAL, Role.DIRECTOR, Role.ADMIN, Role.AGENT])
def test_nobody_but_a_coordinator_grants_time(role: Role) -> None:
    split = fresh(proposed())
    owner = db.session.get(Organisation, split.bailleur_id) if role is Role.AGENT else None
    actor = make_actor(make_user(role, owner))
    with writing(), pytest.raises(NotAllowed):
        service.grant_time(actor, GrantTime(split.id, split.version, date(2030, 1, 1), "Congés"))


def test_a_grant_given_while_the_clock_was_looking_keeps_the_turn() -> None:
    """The sweep looks again under the lock: what it read before is no reason to take a turn back."""
    split_id = proposed()
    with at(MONDAY + timedelta(days=21)):
        moment = MONDAY + timedelta(days=21)
        grant(split_id, date(2019, 3, 15))
        silence._take_back(split_id, moment)
        silence._remind(split_id, moment)

    assert fresh(split_id).state is SplitState.PROPOSED
    assert mails("split_reminder") == []


def test_the_same_grant_twice_is_one_grant() -> None:
    split_id = proposed()
    with at(MONDAY + timedelta(days=1)):
        grant(split_id, date(2019, 3, 15))
        grant(split_id, date(2019, 3, 15))

    assert len(mails("split_more_time")) == 1


# Late


def test_the_answer_is_late_from_the_morning_of_the_delay_agreed_and_the_turn_stays() -> None:
    split_id = proposed(answer_days=10)  # due on Thursday 14 February
    for instant, label in (
        (datetime(2019, 2, 14, 7, 59, tzinfo=PARIS), "Réponse attendue avant le 14\xa0février 2019"),
        (datetime(2019, 2, 14, 8, 0, tzinfo=PARIS), "En retard depuis aujourd’hui"),
        (datetime(2019, 2, 17, 12, 0, tzinfo=PARIS), "En retard de 3 jours"),
    ):
        with at(instant):
            block = turn_block(split_id, Side.ALC)
        assert block is not None
        assert block.state is not None
        assert block.state.label == label
        assert "25\xa0février 2019" in block.sentence


def test_more_time_makes_a_late_answer_punctual_again() -> None:
    split_id = proposed(answer_days=10)
    with at(MONDAY + timedelta(days=12)):
        grant(split_id, date(2019, 2, 19))
        block = turn_block(split_id, Side.BAILLEUR)

    assert block is not None
    assert block.state is not None
    assert block.state.label == "Réponse attendue jusqu’au 19\xa0février 2019"
    assert fresh(split_id).state is SplitState.PROPOSED
    assert day(split_id, 20.9) is SplitState.PROPOSED  # the return has not come nearer
    assert day(split_id, 21) is SplitState.COUNTERED


# Clocks


@pytest.mark.parametrize(
    ("since", "back"),
    [
        # 21 days later the clocks went forward in the night, on Sunday 31 March 2019: back on Monday at 8 in Nice
        (datetime(2019, 3, 10, 23, 30, tzinfo=PARIS), datetime(2019, 4, 1, 6, 0, tzinfo=UTC)),
        (datetime(2019, 3, 11, 0, 30, tzinfo=PARIS), datetime(2019, 4, 1, 6, 0, tzinfo=UTC)),
        # and back on Sunday 28 October 2018
        (datetime(2018, 10, 7, 23, 30, tzinfo=PARIS), datetime(2018, 10, 29, 7, 0, tzinfo=UTC)),
        (datetime(2018, 10, 8, 0, 30, tzinfo=PARIS), datetime(2018, 10, 29, 7, 0, tzinfo=UTC)),
    ],
)
def test_a_deadline_around_a_change_of_the_clocks_falls_at_eight_in_nice(
    since: datetime, back: datetime
) -> None:
    split_id = proposed(since)
    with at(back - timedelta(minutes=1)):
        sweep_silence({})
    assert fresh(split_id).state is SplitState.PROPOSED
    with at(back):
        sweep_silence({})

    assert fresh(split_id).silent
    assert fresh(split_id).turn_since == back


@pytest.mark.parametrize(
    "night",
    [date(2019, 3, 31), date(2018, 10, 28)],  # 23 hours long, 25 hours long
)
def test_a_day_of_23_or_25_hours_is_one_day(night: date) -> None:
    since = datetime(night.year, night.month, night.day, 0, 30, tzinfo=PARIS)
    split_id = proposed(since)
    for hours, days in ((22, 0), (26, 1), (49.9, 2)):
        with at(since.astimezone(UTC) + timedelta(hours=hours)):
            turn = turn_of(split_id)
        assert turn is not None
        assert turn.days == days, hours


@given(
    since=instants(2017, 14).map(lambda moment: moment.astimezone(PARIS)),
    agreed=st.integers(1, 90),
    more=st.none() | st.integers(0, 120),
)
def test_every_deadline_is_a_working_morning_in_nice_and_they_keep_their_order(
    since: datetime, agreed: int, more: int | None
) -> None:
    until = since.date() + timedelta(days=more) if more is not None else None
    delay = Delay(since, agreed, until)

    for moment in (delay.due, delay.back, *delay.reminders):
        assert is_business_day(moment.date())
        assert (moment.hour, moment.minute) == (8, 0)
        assert moment > since
    assert delay.due <= delay.back
    assert delay.reminders[0] < delay.reminders[1] <= delay.back
    usual = Delay(since, agreed)
    assert delay.due >= usual.due
    assert delay.back >= usual.back
    if until is not None:
        assert delay.back.date() > until


# Days add up


def send_back(split_id: int) -> None:
    split = fresh(split_id)
    service.send_back(make_parties(split).agent, SendBack(split_id, split.version, "Voilà"))


def withdraw(split_id: int) -> None:
    split = fresh(split_id)
    service.withdraw(make_parties(split).coordinator, split_id, split.version, "Essai")


def reopen(split_id: int) -> None:
    split = fresh(split_id)
    service.reopen(make_parties(split).coordinator, split_id, split.version, "Essai")


MOVES: dict[str, Callable[[int], object]] = {
    "propose": propose_split,
    "answer": send_split_back,
    "send_back": send_back,
    "agree": agree_split,
    "reopen": reopen,
    "withdraw": withdraw,
    "sweep": lambda _split_id: sweep_silence({}),
    "grant": lambda split_id: grant(split_id, (datetime.now(UTC) + timedelta(days=60)).date()),
}
STEPS = st.lists(st.tuples(st.sampled_from(sorted(MOVES)), st.integers(0, 31 * 24 * 60)), max_size=9)


def test_whatever_happens_the_days_of_both_sides_add_up_to_the_life_of_the_split(app: Flask) -> None:
    @settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
    @given(start=instants(2018, 1), steps=STEPS)
    def days_add_up(start: datetime, steps: list[tuple[str, int]]) -> None:
        with time_machine.travel(start, tick=False):
            split_id = make_split(make_dossier(state=DossierState.JOINED), 1).id
        moment = start
        for move, minutes in steps:
            moment += timedelta(minutes=minutes)
            with at(moment):
                try:
                    MOVES[move](split_id)
                except Refused:
                    db.session.rollback()
        check_days(split_id, start, moment)

    days_add_up()


def check_days(split_id: int, start: datetime, moment: datetime) -> None:
    split = fresh(split_id)
    turn = turn_of(split_id, moment)
    assert turn is not None
    end = moment if split.turn is not None else split.turn_since
    life = (end.astimezone(PARIS).date() - start.astimezone(PARIS).date()).days
    assert sum(each.days for each in turn.turns) == sum(turn.totals.values()) == life
    for side, days in turn.totals.items():
        assert days == sum(each.days for each in turn.turns if each.side is side)
    running = [each for each in turn.turns if each.running]
    assert [each.side for each in running] == ([split.turn] if split.turn else [])
    assert turn.side is split.turn
    assert (turn.delay is not None) is (split.state is SplitState.PROPOSED)
    if running:
        assert running[0].days == turn.days
    block = turn_block(split_id, Side.ALC)
    assert block is not None
    assert sum(each.alc for each in block.versions) == block.total.alc
    assert sum(each.bailleur for each in block.versions) == block.total.bailleur
