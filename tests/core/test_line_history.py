"""The history of a line, wording by wording, and the thread of remarks beside it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from intranet.access import Role
from intranet.clock import today
from intranet.errors import NotAllowed, Refused
from intranet.extensions import db
from intranet.testing.factories import make_actor, make_user
from intranet.testing.plain import plain
from intranet.testing.works import (
    add_easy_line,
    answer_split_line,
    fresh,
    lines_of,
    make_parties,
    propose_split,
    send_split_back,
)
from intranet.works import queries, service
from intranet.works.commands import SendBack
from intranet.works.models import LineAnswer, LineWording
from intranet.works.story import episodes
from intranet.works.terms import Answer, Holder, Side, SplitState
from intranet.works.workdays import next_business_day
from tests.core.negotiating import a_split, acts, reworded, rules_of

pytestmark = pytest.mark.usefixtures("db_session")


# The history of a line


def test_every_wording_is_kept_with_who_wrote_it_and_by_what_act() -> None:
    split = a_split(lines=2)
    alc, other = make_parties(split).coordinator, make_actor(make_user(Role.TECHNICAL, name="Théo Technique"))
    line = lines_of(split.id)[0]
    service.change_line(other, reworded(line, minutes=600))
    propose_split(split.id)
    answer_split_line(lines_of(split.id)[0], Answer.COUNTERED, counter_holder=Holder.BAILLEUR)
    send_split_back(split.id)
    service.adopt_counter(alc, line.id, lines_of(split.id)[0].version)
    service.remove_line(alc, line.id, lines_of(split.id)[0].version)

    assert acts(line.id) == [
        (1, "added", alc.name, Side.ALC),
        (2, "changed", "Théo Technique", Side.ALC),
        (3, "adopted", alc.name, Side.ALC),
        (4, "dropped", alc.name, Side.ALC),
    ]
    past = queries.line_past(split.id, line.id)
    assert past.wordings[-1].digest == lines_of(split.id)[0].digest
    assert [each.wording["minutes"] for each in past.wordings] == [240, 600, 600, 600]


def test_saving_the_same_words_again_adds_nothing_to_the_history() -> None:
    split = a_split(lines=2)
    line = lines_of(split.id)[0]
    service.change_line(make_parties(split).coordinator, reworded(line))

    assert len(acts(line.id)) == 1


def test_the_bailleur_reads_the_wordings_it_was_sent_and_no_draft() -> None:
    split = a_split(lines=2)
    parties = make_parties(split)
    line = lines_of(split.id)[0]
    for minutes in (300, 360):
        service.change_line(parties.coordinator, reworded(lines_of(split.id)[0], minutes=minutes))
    assert queries.sent_past(split.id, line.id).wordings == []
    propose_split(split.id)
    send_split_back(split.id)
    service.change_line(parties.coordinator, reworded(lines_of(split.id)[0], minutes=420))

    sent = queries.sent_past(split.id, line.id)
    assert [each.wording["minutes"] for each in sent.wordings] == [360]
    assert [each.wording["minutes"] for each in queries.line_past(split.id, line.id).wordings] == [
        240, 300, 360, 420,
    ]  # fmt: skip
    propose_split(split.id)
    assert [each.wording["minutes"] for each in queries.sent_past(split.id, line.id).wordings] == [360, 420]


def test_the_history_says_in_words_what_was_done_answered_and_changed() -> None:
    split = a_split(SplitState.PROPOSED, 2)
    line = lines_of(split.id)[0]
    answer_split_line(line, Answer.COUNTERED, counter_holder=Holder.SHARED, counter_share_pct=40)
    send_split_back(split.id)
    alc = make_parties(split).coordinator
    service.adopt_counter(alc, line.id, lines_of(split.id)[0].version)

    told = episodes(queries.line_past(split.id, line.id))
    assert [each.kind for each in told] == ["wording", "sent", "sent", "wording"]
    assert [plain(each) for each in told[2].said] == [
        "Le bailleur : contre-proposition : Partagé (famille : 40 %)"
    ]
    assert [(each.what, each.before, plain(each.after)) for each in told[3].changes] == [
        ("Qui fait", "La famille", "Partagé (famille : 40 %)")
    ]


def test_the_past_of_a_line_that_was_kept_by_no_history_is_what_the_versions_hold() -> None:
    split = a_split(SplitState.PROPOSED, 2)
    line = lines_of(split.id)[0]
    db.session.execute(LineWording.__table__.delete())  # type: ignore[attr-defined]

    assert [each.digest for each in queries.sent_past(split.id, line.id).wordings] == [line.digest]


def test_a_date_for_the_bailleurs_part_is_part_of_what_is_agreed() -> None:
    split = a_split(SplitState.COUNTERED, 2)
    line = lines_of(split.id)[0]
    alc = make_parties(split).coordinator
    service.change_line(
        alc, reworded(line, holder=Holder.BAILLEUR, due_on=next_business_day(today() + timedelta(days=60)))
    )
    answered = {
        each.side: each.answer
        for each in db.session.scalars(select(LineAnswer).where(LineAnswer.line_id == line.id))
    }

    assert lines_of(split.id)[0].due_on == next_business_day(today() + timedelta(days=60))
    assert answered[Side.BAILLEUR] is Answer.WAITING
    with pytest.raises(Refused) as refused:
        service.change_line(alc, reworded(lines_of(split.id)[0], due_on=today().replace(year=2119)))
    assert refused.value.field == "due_on"


# Threads


def test_a_thread_is_closed_by_either_side_and_a_later_remark_opens_it_again() -> None:
    split = a_split(SplitState.PROPOSED, 2)
    parties = make_parties(split)
    line_id = lines_of(split.id)[0].id

    def is_open() -> bool:
        return not queries.comments(split.id)[line_id][-1].resolves

    service.comment(parties.agent, line_id, "Quelle couleur ?")
    assert is_open()
    service.resolve(parties.coordinator, line_id)
    assert not is_open()
    service.comment(parties.coordinator, line_id, "Finalement blanc.")
    assert is_open()
    service.resolve(parties.agent, line_id)
    assert not is_open()


def test_closing_twice_closes_once_and_nothing_said_leaves_nothing_to_close() -> None:
    split = a_split(SplitState.PROPOSED, 2)
    agent = make_parties(split).agent
    first, second = lines_of(split.id)
    service.comment(agent, first.id, "Quelle couleur ?")
    closed = service.resolve(agent, first.id)

    assert service.resolve(agent, first.id).id == closed.id
    with pytest.raises(Refused) as refused:
        service.resolve(agent, second.id)
    assert rules_of(refused) == "comment.none"


def test_closing_a_thread_answers_no_line_and_is_no_word_to_send_back_with() -> None:
    split = a_split(SplitState.PROPOSED, 2)
    parties = make_parties(split)
    line = lines_of(split.id)[0]
    service.comment(parties.coordinator, line.id, "À voir ensemble.")
    service.resolve(parties.agent, line.id)
    with pytest.raises(Refused) as refused:
        service.send_back(parties.agent, SendBack(split.id, fresh(split.id).version))

    assert rules_of(refused) == "split.nothing_said"


def test_others_than_the_two_sides_close_no_thread() -> None:
    split = a_split(SplitState.PROPOSED, 2)
    line = lines_of(split.id)[0]
    service.comment(make_parties(split).agent, line.id, "Quelle couleur ?")
    for role in (Role.ANIMATOR, Role.DIRECTOR, Role.MEMBER):
        with pytest.raises(NotAllowed):
            service.resolve(make_actor(make_user(role)), line.id)
        db.session.rollback()


def test_a_line_added_later_has_a_history_of_its_own() -> None:
    split = a_split(lines=2)
    line = add_easy_line(make_parties(split).coordinator, split.id, 5)

    assert [number for number, *_rest in acts(line.id)] == [1]
