"""What is decided after the answers: counters adopted or not, the household's answer, reopening."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session, scoped_session

from intranet.access import Actor
from intranet.clock import today
from intranet.errors import Refused
from intranet.extensions import db
from intranet.testing.works import answer_split_line, fresh, lines_of, make_parties, send_split_back
from intranet.works import service
from intranet.works.commands import HouseholdAnswer
from intranet.works.models import LineComment, Split, WorksLine
from intranet.works.terms import Answer, Holder, Payer, Side, SplitState
from tests.core.negotiating import a_split, answers_of, reworded

pytestmark = pytest.mark.usefixtures("db_session")


# Deciding


def countered() -> tuple[Split, WorksLine]:
    split = a_split(SplitState.PROPOSED)
    line = lines_of(split.id)[0]
    answer_split_line(line, Answer.COUNTERED, counter_holder=Holder.BAILLEUR, counter_payer=Payer.BAILLEUR)
    send_split_back(split.id)
    return fresh(split.id), lines_of(split.id)[0]


def test_adopting_a_counter_makes_it_the_line_accepted_by_both() -> None:
    split, line = countered()
    service.adopt_counter(make_parties(split).coordinator, line.id, line.version)

    assert lines_of(split.id)[0].holder is Holder.BAILLEUR
    assert answers_of(line.id) == {Side.ALC: Answer.ACCEPTED, Side.BAILLEUR: Answer.ACCEPTED}


def test_keeping_ones_own_asks_the_bailleur_again() -> None:
    split, line = countered()
    service.keep_line(make_parties(split).coordinator, line.id, line.version)

    assert lines_of(split.id)[0].holder is Holder.TENANT
    assert answers_of(line.id)[Side.BAILLEUR] is Answer.WAITING


def test_a_change_of_the_wording_wipes_every_answer_even_when_the_wording_comes_back() -> None:
    split = a_split(SplitState.COUNTERED)
    actor = make_parties(split).coordinator
    line = lines_of(split.id)[0]
    service.change_line(actor, reworded(line, minutes=600))
    service.change_line(actor, reworded(lines_of(split.id)[0], minutes=240))

    assert set(answers_of(line.id).values()) == {Answer.WAITING}


def test_a_date_of_consent_alone_keeps_the_answers() -> None:
    split = a_split(SplitState.COUNTERED)
    line = lines_of(split.id)[0]
    service.change_line(make_parties(split).coordinator, reworded(line, consent_on=today()))

    assert answers_of(line.id)[Side.BAILLEUR] is Answer.ACCEPTED


def answer_for(split: Split, given: Answer, on: date | None = None) -> Split:
    answers = {line.id: given for line in lines_of(split.id)}
    return service.record_household(
        make_parties(split).coordinator,
        HouseholdAnswer(split.id, fresh(split.id).version, on or today(), "Au bureau", answers),
    )


def test_the_household_makes_the_agreement() -> None:
    agreed = answer_for(a_split(SplitState.COUNTERED), Answer.ACCEPTED)

    assert (agreed.state, agreed.household_answered_at_place) == (SplitState.AGREED, "Au bureau")
    assert agreed.agreed_at is not None


def test_a_refusal_of_the_household_agrees_to_nothing() -> None:
    assert answer_for(a_split(SplitState.COUNTERED), Answer.REFUSED).state is SplitState.COUNTERED


def test_a_line_the_bailleur_has_not_accepted_is_not_agreed_by_the_household_alone() -> None:
    split, _line = countered()

    assert answer_for(split, Answer.ACCEPTED).state is SplitState.COUNTERED


def test_the_households_answer_is_not_from_the_future_nor_to_a_line_of_elsewhere() -> None:
    split = a_split(SplitState.COUNTERED)
    with pytest.raises(Refused) as refused:
        answer_for(split, Answer.ACCEPTED, today() + timedelta(days=1))
    assert refused.value.field == "answered_on"
    db.session.rollback()
    elsewhere = HouseholdAnswer(split.id, split.version, today(), "", {999_999: Answer.ACCEPTED})
    with pytest.raises(Refused) as refused:
        service.record_household(make_parties(split).coordinator, elsewhere)
    assert refused.value.rule == "household.answers"


def test_an_agreed_split_is_reopened_with_a_reason() -> None:
    split = a_split(SplitState.AGREED)
    reopened = service.reopen(make_parties(split).coordinator, split.id, split.version, "Une ligne oubliée")

    assert (reopened.state, reopened.agreed_at) == (SplitState.COUNTERED, None)


def test_comments_are_read_by_both_sides_and_checked(db_session: scoped_session[Session]) -> None:
    split = a_split(SplitState.PROPOSED)
    line = lines_of(split.id)[0]
    actors: list[Actor] = [make_parties(split).coordinator, make_parties(split).agent]
    for actor in actors:
        service.comment(actor, line.id, "Bonjour")
    with pytest.raises(Refused):
        service.comment(actors[0], line.id, "IBAN FR76 3000 6000 0112 3456 7890 189")
    db.session.rollback()

    assert db.session.scalars(select(LineComment.side).order_by(LineComment.id)).all() == [
        Side.ALC,
        Side.BAILLEUR,
    ]
