"""By when the bailleur offers to do its part: beside the line, then in it once ALC adopts the offer."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from intranet.clock import at, today
from intranet.commitments.models import Commitment
from intranet.dossiers.terms import DossierState
from intranet.errors import Refused
from intranet.extensions import db
from intranet.testing.dossiers import make_dossier, make_dwelling
from intranet.testing.works import (
    agree_split,
    answer_split_line,
    fresh,
    lines_of,
    make_parties,
    make_split,
    propose_split,
    send_split_back,
    sign_split,
)
from intranet.timeline.models import TimelineEntry
from intranet.web.formatting import day
from intranet.works import queries, service
from intranet.works.models import LineAnswer, Split, SplitVersion
from intranet.works.queries import split_lines
from intranet.works.terms import Answer, Holder, Payer, Side, SplitState
from intranet.works.wordings import in_words
from intranet.works.workdays import next_business_day
from tests.core.negotiating import reworded

pytestmark = pytest.mark.usefixtures("db_session")


@pytest.fixture
def split(db_session: Any) -> Split:
    dossier = make_dossier(dwelling=make_dwelling(), state=DossierState.JOINED)
    return make_split(dossier, lines=2, state=SplitState.PROPOSED)


def in_days(days: int) -> date:
    """A day so far away on which people work, as a landlord offers it."""
    on = today() + timedelta(days=days)
    return next_business_day(on) if days > 0 else on


def offer(split: Split, due_on: date | None, holder: Holder = Holder.BAILLEUR) -> None:
    answer_split_line(
        lines_of(split.id)[0],
        Answer.COUNTERED,
        counter_holder=holder,
        counter_payer=Payer.BAILLEUR,
        counter_due_on=due_on,
    )


def adopt(split: Split) -> None:
    line = lines_of(split.id)[0]
    service.adopt_counter(make_parties(split).coordinator, line.id, line.version)


def offered(split: Split) -> date | None:
    return db.session.scalars(
        select(LineAnswer.counter_due_on).where(
            LineAnswer.line_id == lines_of(split.id)[0].id, LineAnswer.side == Side.BAILLEUR
        )
    ).one()


def test_the_day_offered_stands_beside_the_line_and_is_what_both_agree_to_once_adopted(split: Split) -> None:
    offer(split, in_days(40))
    line = lines_of(split.id)[0]
    assert (line.due_on, offered(split)) == (None, in_days(40))
    send_split_back(split.id)
    assert f"avant le {day(in_days(40))}" in in_words(queries.last_differences(split.id))[0]

    adopt(split)
    line = lines_of(split.id)[0]
    assert (line.holder, line.due_on) == (Holder.BAILLEUR, in_days(40))
    assert offered(split) is None
    view = split_lines(split.id)[0]
    assert (view.alc, view.bailleur, view.due_on) == (Answer.ACCEPTED, Answer.ACCEPTED, in_days(40))
    assert any(day(in_days(40)) in change for change in queries.pending_changes(split.id))


def test_what_was_offered_and_adopted_is_promised_for_that_day(split: Split) -> None:
    offer(split, in_days(40))
    send_split_back(split.id)
    adopt(split)
    agree_split(split.id)
    sign_split(split.id)

    assert list(db.session.scalars(select(Commitment.due_on))) == [in_days(40)]


def test_another_day_alone_is_a_counter_proposal_and_the_same_one_is_none(split: Split) -> None:
    offer(split, in_days(40))
    send_split_back(split.id)
    adopt(split)
    propose_split(split.id)
    with pytest.raises(Refused) as refused:
        offer(split, in_days(40))
    assert refused.value.rule == "answer.same"
    db.session.rollback()

    offer(split, in_days(60))
    assert offered(split) == in_days(60)


def test_works_left_to_the_family_have_no_day_for_the_bailleur(split: Split) -> None:
    answer_split_line(
        lines_of(split.id)[0],
        Answer.COUNTERED,
        counter_holder=Holder.TENANT,
        counter_payer=Payer.TENANT,
        counter_due_on=in_days(40),
    )
    assert offered(split) is None


@pytest.mark.parametrize(("days", "rule"), [(-1, "answer.due_past"), (366 * 12, "line.due")])
def test_a_day_that_has_passed_or_is_out_of_sight_is_refused_at_its_field(
    split: Split, days: int, rule: str
) -> None:
    with pytest.raises(Refused) as refused:
        offer(split, in_days(days))
    assert (refused.value.rule, refused.value.field) == (rule, "counter_due_on")


def test_an_answer_of_before_the_day_could_be_offered_still_reads_and_is_no_news(split: Split) -> None:
    offer(split, None)
    send_split_back(split.id)
    sent = db.session.scalars(
        select(SplitVersion.lines).where(SplitVersion.split_id == split.id, SplitVersion.number == 2)
    ).one()
    assert "counter_due_on" not in sent[0]["answers"]["bailleur"]
    assert queries.pending_changes(split.id) == ()
    assert fresh(split.id).state is SplitState.COUNTERED


@pytest.mark.parametrize("on", [date(2027, 3, 13), date(2027, 3, 14), date(2027, 7, 14)])
def test_the_bailleur_offers_no_day_of_rest_and_reads_which(split: Split, on: date) -> None:
    with at(datetime(2026, 12, 1, 10, tzinfo=UTC)), pytest.raises(Refused) as refused:
        offer(split, on)
    assert (refused.value.rule, refused.value.field) == ("line.rest_day", "counter_due_on")
    assert str(on.day) in str(refused.value.message)


def test_alc_writes_a_day_of_rest_only_with_the_familys_express_consent_which_is_kept() -> None:
    split = make_split(make_dossier(dwelling=make_dwelling(), state=DossierState.JOINED), lines=1)
    alc, line, sunday = make_parties(split).coordinator, lines_of(split.id)[0], date(2027, 3, 14)
    with at(datetime(2026, 12, 1, 10, tzinfo=UTC)):
        with pytest.raises(Refused, match="dimanche 14") as refused:
            service.change_line(alc, reworded(line, holder=Holder.BAILLEUR, due_on=sunday))
        assert refused.value.field == "due_on"
        db.session.rollback()
        line = lines_of(split.id)[0]
        service.change_line(alc, reworded(line, holder=Holder.BAILLEUR, due_on=sunday, rest_day_agreed=True))
        line = lines_of(split.id)[0]
        service.change_line(alc, reworded(line, minutes=45))  # the day stays, and was agreed to
    told = select(TimelineEntry.data).where(TimelineEntry.kind == "works.line.rest_day")
    assert [data["on"] for data in db.session.scalars(told)] == [sunday.isoformat()]
