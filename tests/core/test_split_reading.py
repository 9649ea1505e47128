"""Reading a split: a constant number of statements, both sides' answers, what changed, whose turn it is."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager

import pytest
from flask import Flask
from flask_login import login_user
from sqlalchemy.orm import Session, scoped_session

from intranet.access import Actor, Role
from intranet.dossiers.models import DossierState
from intranet.extensions import db
from intranet.organisations.models import Organisation
from intranet.testing.dossiers import make_dossier
from intranet.testing.factories import make_actor, make_user
from intranet.testing.plain import plain
from intranet.testing.works import (
    add_easy_line,
    answer_split_line,
    fresh,
    lines_of,
    make_parties,
    make_split,
    send_split_back,
)
from intranet.works import service
from intranet.works.commands import SendBack
from intranet.works.queries import (
    comments,
    kind_choices,
    last_differences,
    my_turn,
    pending_changes,
    sent_lines,
    split_header,
    split_lines,
    turn_of,
    versions,
    waiting_for_others,
)
from intranet.works.terms import Answer, Holder, Side, SplitState
from intranet.works.wordings import in_words

Counter = Callable[[], AbstractContextManager[object]]


def a_split(state: SplitState, lines: int = 3) -> int:
    return make_split(make_dossier(state=DossierState.JOINED), lines, state).id


@pytest.mark.usefixtures("db_session")
@pytest.mark.parametrize("lines", [1, 50])
def test_the_page_of_a_split_takes_as_many_statements_for_one_line_as_for_fifty(
    count_statements: Counter, lines: int
) -> None:
    split_id = a_split(SplitState.COUNTERED, lines)
    with count_statements() as seen:
        split_header(split_id)
        assert len(split_lines(split_id)) == lines
        comments(split_id)
        in_words(last_differences(split_id))
        turn_of(split_id)

    assert seen.count == 6  # type: ignore[attr-defined]


@pytest.mark.usefixtures("db_session")
def test_lines_show_each_sides_answer_to_the_present_wording_only() -> None:
    split_id = a_split(SplitState.PROPOSED)
    first, second, _third = lines_of(split_id)
    answer_split_line(first, Answer.COUNTERED, counter_holder=Holder.SHARED, counter_share_pct=30)
    answer_split_line(second)
    views = split_lines(split_id)

    assert [view.bailleur for view in views] == [Answer.COUNTERED, Answer.ACCEPTED, Answer.WAITING]
    assert (views[0].counter_holder, views[0].counter_share_pct) == (Holder.SHARED, 30)
    assert {view.alc for view in views} == {Answer.ACCEPTED}
    assert [view.disputed for view in views] == [True, False, False]
    assert [bool(view.bailleur_seen) for view in views] == [True, True, False]


@pytest.mark.usefixtures("db_session")
def test_each_side_reads_what_changed_since_the_version_before() -> None:
    split_id = a_split(SplitState.PROPOSED)
    assert last_differences(split_id) == ()
    first = lines_of(split_id)[0]
    answer_split_line(first, Answer.COUNTERED, counter_holder=Holder.BAILLEUR)
    send_split_back(split_id)
    told = in_words(last_differences(split_id))

    assert len(told) == 3
    assert "contre-proposition : Le bailleur" in plain(told[0])
    line = lines_of(split_id)[0]
    actor = make_parties(fresh(split_id)).coordinator
    service.adopt_counter(actor, line.id, line.version)
    add_easy_line(actor, split_id, 3)
    pending = pending_changes(split_id)
    assert any("qui fait, de « La famille » à « Le bailleur »" in plain(each) for each in pending)
    assert any("ligne ajoutée" in each for each in pending)
    assert {each.line_id for each in last_differences(split_id)} == {
        view.id for view in split_lines(split_id)[:3]
    }


@pytest.mark.usefixtures("db_session")
def test_the_bailleur_does_not_read_what_alc_is_preparing() -> None:
    split_id = a_split(SplitState.COUNTERED)
    actor = make_parties(fresh(split_id)).coordinator
    add_easy_line(actor, split_id)
    line = lines_of(split_id)[0]
    service.remove_line(actor, line.id, line.version)

    assert [view.holder for view in sent_lines(split_id)] == [Holder.TENANT] * 3
    assert [view.bailleur for view in sent_lines(split_id)] == [Answer.ACCEPTED] * 3
    assert len(split_lines(split_id)) == 4


@pytest.mark.usefixtures("db_session")
def test_versions_and_comments_are_kept_in_order() -> None:
    split_id = a_split(SplitState.PROPOSED)
    line = lines_of(split_id)[0]
    people = make_parties(fresh(split_id))
    service.comment(people.agent, line.id, "Quelle teinte ?")
    service.comment(people.coordinator, line.id, "Blanc")
    service.send_back(people.agent, SendBack(split_id, fresh(split_id).version, "Merci"))

    assert [(each.number, each.side, each.message) for each in versions(split_id)] == [
        (1, Side.ALC, ""),
        (2, Side.BAILLEUR, "Merci"),
    ]
    assert [(each.side, each.text) for each in comments(split_id)[line.id]] == [
        (Side.BAILLEUR, "Quelle teinte ?"),
        (Side.ALC, "Blanc"),
    ]
    assert split_lines(split_id)[0].comments == 2


def test_the_bailleurs_columns_say_nothing_of_where_the_family_comes_from(
    db_session: scoped_session[Session],
) -> None:
    header = split_header(a_split(SplitState.PROPOSED))

    assert header is not None
    forbidden = ("pole", "site", "referent", "note", "phone", "email", "left", "child")
    assert not [name for name in header._fields if any(word in name for word in forbidden)]


def test_queues_hold_what_waits_for_me_and_what_waits_for_others(app: Flask) -> None:
    with app.test_request_context():
        drafted = a_split(SplitState.DRAFT)
        proposed = a_split(SplitState.PROPOSED)
        split = fresh(proposed)
        coordinator = make_parties(split).coordinator
        agent = make_parties(split).agent
        stranger = make_actor(make_user(Role.AGENT))

        def queues(actor: Actor) -> tuple[list[int], list[int]]:
            login_user(actor)
            return [row.split_id for row in my_turn()], [row.split_id for row in waiting_for_others()]

        assert queues(coordinator) == ([drafted], [proposed])
        assert queues(agent) == ([proposed], [])
        assert queues(stranger) == ([], [])
        assert db.session.get(Organisation, split.bailleur_id) is not None


def test_the_catalogue_is_offered_by_trade(db_session: scoped_session[Session]) -> None:
    a_split(SplitState.DRAFT, 1)
    choices = kind_choices()

    assert len(choices) == 72
    assert [each.trade for each in choices] == sorted(each.trade for each in choices)
