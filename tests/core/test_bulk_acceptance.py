"""Accepting at once what is not in discussion."""

from __future__ import annotations

import pytest
from sqlalchemy import select, update

from intranet.clock import today
from intranet.extensions import db
from intranet.testing.works import fresh, kind_id, lines_of, make_parties, propose_split
from intranet.works import service
from intranet.works.commands import HouseholdAnswer
from intranet.works.models import LineAnswer, WorksLine
from intranet.works.terms import Answer, Side, SplitState
from tests.core.negotiating import a_split, reworded

pytestmark = pytest.mark.usefixtures("db_session")


# Bulk acceptance


def test_bulk_acceptance_leaves_what_the_family_refuses() -> None:
    split = a_split(SplitState.COUNTERED, lines=3)
    parties = make_parties(split)
    first = lines_of(split.id)[0]
    service.change_line(parties.coordinator, reworded(first, minutes=600))
    service.record_household(
        parties.coordinator,
        HouseholdAnswer(split.id, fresh(split.id).version, today(), "", {first.id: Answer.REFUSED}),
    )
    propose_split(split.id)

    assert service.accept_undisputed(parties.agent, split.id, fresh(split.id).version) == 0


def test_bulk_acceptance_leaves_what_is_in_discussion_until_it_is_settled() -> None:
    split = a_split(SplitState.PROPOSED, lines=2)
    parties = make_parties(split)
    first = lines_of(split.id)[0]
    service.comment(parties.agent, first.id, "Quelle couleur ?")

    assert service.accept_undisputed(parties.agent, split.id, fresh(split.id).version) == 1
    assert db.session.get(LineAnswer, (first.id, Side.BAILLEUR)) is None
    service.resolve(parties.agent, first.id)
    assert service.accept_undisputed(parties.agent, split.id, fresh(split.id).version) == 1


def test_bulk_acceptance_never_passes_a_guard_rail_that_came_up_meanwhile() -> None:
    split = a_split(SplitState.PROPOSED, lines=1)
    parties = make_parties(split)
    line = lines_of(split.id)[0]
    db.session.execute(
        update(WorksLine).where(WorksLine.id == line.id).values(kind_id=kind_id("L.5"))
    )  # as when the catalogue is corrected after the sending
    db.session.commit()

    assert service.accept_undisputed(parties.agent, split.id, fresh(split.id).version) == 0


def test_bulk_acceptance_names_who_gives_it() -> None:
    split = a_split(SplitState.PROPOSED, 2)
    agent = make_parties(split).agent
    service.accept_undisputed(agent, split.id, split.version)
    given = db.session.scalars(select(LineAnswer).where(LineAnswer.side == Side.BAILLEUR)).all()

    assert {(each.by_name, each.answer) for each in given} == {(agent.name, Answer.ACCEPTED)}
