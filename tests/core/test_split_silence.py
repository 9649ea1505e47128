"""Silence never agrees: reminders at 7 and 14 days, the turn back at 21, on business days, in Nice's time."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine
from holidays import country_holidays
from sqlalchemy import func, select

from intranet.clock import PARIS
from intranet.database import writing
from intranet.dossiers.models import DossierState
from intranet.extensions import db
from intranet.jobs.models import OutboxRow
from intranet.organisations.models import Organisation
from intranet.testing.dossiers import make_dossier
from intranet.testing.works import answer_split_line, fresh, lines_of, make_split, propose_split
from intranet.works.delays import Delay
from intranet.works.models import LineAnswer, Split
from intranet.works.queries import turn_days
from intranet.works.service import sweep_silence
from intranet.works.terms import Answer, Side, SplitState
from intranet.works.workdays import deadline, is_business_day, next_business_day, public_holidays

pytestmark = pytest.mark.usefixtures("db_session")

MONDAY = datetime(2019, 2, 4, 10, 0, tzinfo=PARIS)  # 7, 14 and 21 days later are Mondays too


@contextmanager
def at(instant: datetime) -> Iterator[None]:
    with time_machine.travel(instant, tick=False):
        yield


def proposed(since: datetime = MONDAY, answer_days: int = 21) -> int:
    with at(since):
        split = make_split(make_dossier(state=DossierState.JOINED), 2, SplitState.PROPOSED)
        db.session.get_one(Organisation, split.bailleur_id).answer_days = answer_days
        db.session.commit()
        return split.id


def sweep(days: float, since: datetime = MONDAY) -> None:
    with at(since + timedelta(days=days)), writing():
        sweep_silence({})


def mails(template: str) -> int:
    rows = db.session.scalars(select(OutboxRow.payload).where(OutboxRow.job == "mail.send"))
    return sum(payload["template"] == template for payload in rows)


def test_nothing_happens_before_the_seventh_day() -> None:
    split_id = proposed()
    sweep(6)

    assert (fresh(split_id).reminders, mails("split_reminder")) == (0, 0)


def test_a_reminder_leaves_on_the_seventh_and_the_fourteenth_day_once_each() -> None:
    split_id = proposed()
    for days in (7, 7.1, 8, 13):
        sweep(days)
    assert (fresh(split_id).reminders, mails("split_reminder")) == (1, 1)
    for days in (14, 14.1, 20):
        sweep(days)

    assert (fresh(split_id).reminders, mails("split_reminder")) == (2, 2)
    assert fresh(split_id).state is SplitState.PROPOSED


def test_on_the_twenty_first_day_the_turn_comes_back_and_nothing_is_agreed() -> None:
    split_id = proposed()
    sweep(21)

    split = fresh(split_id)
    assert (split.state, split.turn, split.silent) == (SplitState.COUNTERED, Side.ALC, True)
    assert mails("split_silent") == 1
    accepted = db.session.scalar(
        select(func.count()).where(LineAnswer.side == Side.BAILLEUR, LineAnswer.answer == Answer.ACCEPTED)
    )
    assert accepted == 0
    sweep(22)
    assert mails("split_silent") == 1


def test_a_longer_delay_agreed_with_the_bailleur_is_kept_and_a_shorter_one_changes_nothing() -> None:
    longer, shorter = proposed(answer_days=30), proposed(answer_days=10)
    sweep(21)

    assert fresh(longer).state is SplitState.PROPOSED
    assert fresh(shorter).silent
    sweep(30)
    assert fresh(longer).silent


def test_a_worker_that_slept_sends_only_the_latest_reminder() -> None:
    split_id = proposed()
    sweep(15)

    assert (fresh(split_id).reminders, mails("split_reminder")) == (2, 1)


def test_an_answer_without_sending_back_does_not_stop_the_clock() -> None:
    split_id = proposed()
    with at(MONDAY + timedelta(days=3)):
        answer_split_line(lines_of(split_id)[0])
    sweep(21)

    assert fresh(split_id).silent


def test_proposing_again_after_silence_starts_a_new_turn() -> None:
    split_id = proposed()
    sweep(21)
    with at(MONDAY + timedelta(days=22)):
        propose_split(split_id)
    sweep(28)

    split = fresh(split_id)
    assert (split.state, split.silent, split.reminders) == (SplitState.PROPOSED, False, 0)
    sweep(29)
    assert fresh(split_id).reminders == 1


@pytest.mark.parametrize(
    ("since", "days", "due"),
    [
        (datetime(2019, 2, 2, 10, tzinfo=PARIS), 7, date(2019, 2, 11)),  # a Saturday
        (datetime(2019, 2, 3, 10, tzinfo=PARIS), 7, date(2019, 2, 11)),  # a Sunday
        (datetime(2019, 4, 15, 10, tzinfo=PARIS), 7, date(2019, 4, 23)),  # Easter Monday
        (datetime(2018, 12, 18, 10, tzinfo=PARIS), 7, date(2018, 12, 26)),  # Christmas
        (datetime(2019, 4, 24, 10, tzinfo=PARIS), 7, date(2019, 5, 2)),  # Labour Day
        (datetime(2019, 5, 23, 10, tzinfo=PARIS), 7, date(2019, 5, 31)),  # Ascension
        (datetime(2018, 12, 11, 10, tzinfo=PARIS), 21, date(2019, 1, 2)),  # New Year's Day
        (datetime(2019, 4, 12, 10, tzinfo=PARIS), 7, date(2019, 4, 19)),  # Good Friday is worked in Nice
    ],
)
def test_a_delay_that_ends_when_nobody_works_ends_on_the_next_business_day(
    since: datetime, days: int, due: date
) -> None:
    assert deadline(since, days).date() == due


def test_the_public_holidays_are_those_the_law_lists() -> None:
    for year in range(2008, 2100):  # since the Monday of Whitsun is one again
        assert public_holidays(year) == frozenset(country_holidays("FR", years=year)), year


def test_the_feast_of_the_alsace_is_a_business_day_in_nice() -> None:
    assert is_business_day(date(2019, 12, 26))
    assert next_business_day(date(2019, 12, 25)) == date(2019, 12, 26)


@pytest.mark.parametrize(
    "since",
    [
        datetime(2019, 3, 28, 23, 30, tzinfo=PARIS),  # the clocks go forward on 31 March
        datetime(2018, 10, 24, 0, 15, tzinfo=PARIS),  # and back on 28 October
    ],
)
def test_a_change_of_the_clocks_moves_no_deadline(since: datetime) -> None:
    due = deadline(since, 7)

    assert (due.date() - since.date()).days >= 7
    assert (due.hour, due.minute) == (8, 0)
    delay = Delay(since, 21)
    assert delay.reminders_due(due) == 1
    assert delay.reminders_due(due.astimezone(UTC) - timedelta(minutes=1)) == 0


def test_a_turn_begun_late_in_the_evening_counts_from_its_day_in_nice() -> None:
    since = datetime(2019, 7, 1, 22, 30, tzinfo=UTC)  # already 2 July in Nice

    assert deadline(since, 7).date() == date(2019, 7, 9)


def test_nothing_is_due_before_eight_in_the_morning() -> None:
    assert Delay(MONDAY, 21).back == datetime(2019, 2, 25, 8, tzinfo=PARIS)


def test_days_with_each_side_add_up_to_the_life_of_the_split() -> None:
    split_id = proposed()
    sweep(21)
    with at(MONDAY + timedelta(days=25)):
        propose_split(split_id)
    turns, totals = turn_days(split_id, MONDAY + timedelta(days=30))

    assert [(turn.number, turn.side, turn.days) for turn in turns] == [
        (0, Side.ALC, 0),
        (1, Side.BAILLEUR, 21),
        (1, Side.ALC, 4),
        (2, Side.BAILLEUR, 5),
    ]
    assert turns[-1].running
    assert totals == {Side.ALC: 4, Side.BAILLEUR: 26}
    assert sum(totals.values()) == 30


def test_a_withdrawn_split_counts_no_more() -> None:
    with at(MONDAY):
        split = make_split(make_dossier(state=DossierState.JOINED), 1, SplitState.WITHDRAWN)
    turns, totals = turn_days(split.id, MONDAY + timedelta(days=30))

    assert totals == {Side.ALC: 0}
    assert not any(turn.running for turn in turns)
    assert db.session.get_one(Split, split.id).turn is None
