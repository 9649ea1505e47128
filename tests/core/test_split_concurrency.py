"""Several people at once, in threads of their own, on a real database: nothing is lost, nothing happens twice."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session, scoped_session

from intranet.access import Actor, Role
from intranet.database import writing
from intranet.dossiers.models import DossierState
from intranet.errors import Refused, Stale
from intranet.extensions import db
from intranet.organisations.models import Organisation
from intranet.testing.dossiers import make_dossier
from intranet.testing.factories import make_actor, make_user
from intranet.testing.works import fresh, kind_id, lines_of, make_parties, make_split
from intranet.timeline.models import TimelineEntry
from intranet.works import service
from intranet.works.commands import AddLine, AnswerLine, ChangeLine, Propose, SendBack
from intranet.works.models import LineAnswer, LineComment, LineWording, Split, SplitVersion
from intranet.works.terms import Answer, Holder, Need, Side, SplitState

pytestmark = pytest.mark.slow


def at_once(app: Flask, commands: Sequence[Callable[[], object]]) -> list[object]:
    """Run the commands at the same instant, each as a request of its own; what each gave or raised."""
    barrier = Barrier(len(commands))

    def run(command: Callable[[], object]) -> object:
        with app.app_context(), writing():
            barrier.wait()
            try:
                return command()
            except Refused as refused:
                return refused
            finally:
                db.session.remove()

    with ThreadPoolExecutor(len(commands)) as pool:
        return list(pool.map(run, commands))


def agents(split: Split, count: int) -> list[Actor]:
    owner = db.session.get_one(Organisation, split.bailleur_id)
    return [make_actor(make_user(Role.AGENT, owner)) for _ in range(count)]


def test_twenty_agents_answering_twenty_lines_lose_nothing(
    app: Flask, db_session: scoped_session[Session]
) -> None:
    split = make_split(make_dossier(state=DossierState.JOINED), 20, SplitState.PROPOSED)
    version = split.version
    lines = [(line.id, line.digest) for line in lines_of(split.id)]
    split_id, people = split.id, agents(split, 20)
    db.session.rollback()

    def answer(actor: Actor, line: tuple[int, str]) -> Callable[[], object]:
        return lambda: service.answer_line(actor, AnswerLine(*line, Answer.ACCEPTED))

    given = at_once(app, [answer(*pair) for pair in zip(people, lines, strict=True)])

    assert given == [None] * 20
    accepted = db.session.scalar(
        select(func.count()).where(LineAnswer.side == Side.BAILLEUR, LineAnswer.answer == Answer.ACCEPTED)
    )
    entries = db.session.scalar(select(func.count()).where(TimelineEntry.kind == "works.line.answered"))
    assert (accepted, entries, fresh(split_id).version) == (20, 20, version + 20)


def test_of_two_agents_answering_one_line_differently_the_second_is_told(
    app: Flask, db_session: scoped_session[Session]
) -> None:
    split = make_split(make_dossier(state=DossierState.JOINED), 1, SplitState.PROPOSED)
    line = lines_of(split.id)[0]
    one, other = agents(split, 2)
    first = AnswerLine(line.id, line.digest, Answer.ACCEPTED)
    second = AnswerLine(line.id, line.digest, Answer.COUNTERED, counter_holder=Holder.BAILLEUR)
    db.session.rollback()

    given = at_once(
        app, [lambda: service.answer_line(one, first), lambda: service.answer_line(other, second)]
    )

    assert sorted(type(each).__name__ for each in given) == ["NoneType", "Stale"]
    told = next(each for each in given if isinstance(each, Stale))
    assert len(told.changes) == 1


def test_a_double_click_on_propose_proposes_once(app: Flask, db_session: scoped_session[Session]) -> None:
    split = make_split(make_dossier(state=DossierState.JOINED), 3)
    actor, command = make_parties(split).coordinator, Propose(split.id, split.version)
    split_id = split.id
    db.session.rollback()

    given = at_once(app, [lambda: service.propose(actor, command).state for _ in range(4)])

    assert given == [SplitState.PROPOSED] * 4
    assert db.session.scalar(select(func.count()).select_from(SplitVersion)) == 1
    assert fresh(split_id).number == 1


def test_two_colleagues_proposing_at_once_propose_once_and_the_second_is_told(
    app: Flask, db_session: scoped_session[Session]
) -> None:
    split = make_split(make_dossier(state=DossierState.JOINED), 3)
    people = [make_actor(make_user(Role.COORDINATOR)) for _ in range(2)]
    command = Propose(split.id, split.version)
    db.session.rollback()

    def propose(actor: Actor) -> Callable[[], object]:
        return lambda: service.propose(actor, command).number

    given = at_once(app, [propose(actor) for actor in people])

    refusals = [each for each in given if isinstance(each, Refused)]
    assert [each.rule for each in refusals] == ["split.propose.state"]
    assert 1 in given


def test_an_answer_and_a_sending_back_at_once_never_lose_the_answer(
    app: Flask, db_session: scoped_session[Session]
) -> None:
    split = make_split(make_dossier(state=DossierState.JOINED), 2, SplitState.PROPOSED)
    line = lines_of(split.id)[0]
    one, other = agents(split, 2)
    answer = AnswerLine(line.id, line.digest, Answer.ACCEPTED)
    back = SendBack(split.id, split.version, "À revoir")
    split_id = split.id
    db.session.rollback()

    given = at_once(
        app, [lambda: service.answer_line(one, answer), lambda: service.send_back(other, back).number]
    )

    sent = fresh(split_id).state is SplitState.COUNTERED
    answered = given[0] is None
    assert sent != answered  # the one that came second was told, and wrote nothing
    assert isinstance(given[1] if answered else given[0], Refused)


def test_ten_colleagues_rewording_one_line_write_one_wording_and_the_others_are_told(
    app: Flask, db_session: scoped_session[Session]
) -> None:
    split = make_split(make_dossier(state=DossierState.JOINED), 1)
    line = lines_of(split.id)[0]
    people = [make_actor(make_user(Role.COORDINATOR)) for _ in range(10)]
    changes = [
        ChangeLine(
            line.id, line.version, line.room, line.need, line.holder, line.materials_payer, line.kind_id,
            minutes=60 * (number + 1),
        )
        for number in range(10)
    ]  # fmt: skip
    line_id = line.id
    db.session.rollback()

    def reword(actor: Actor, command: ChangeLine) -> Callable[[], object]:
        return lambda: service.change_line(actor, command).id

    given = at_once(app, [reword(*pair) for pair in zip(people, changes, strict=True)])

    assert sum(isinstance(each, Stale) for each in given) == 9
    kept = db.session.execute(
        select(LineWording.number, LineWording.digest)
        .where(LineWording.line_id == line_id)
        .order_by(LineWording.number)
    ).all()
    assert [row.number for row in kept] == [1, 2]
    assert kept[-1].digest == lines_of(split.id)[0].digest


def test_a_thread_closed_by_five_at_once_is_closed_once(
    app: Flask, db_session: scoped_session[Session]
) -> None:
    split = make_split(make_dossier(state=DossierState.JOINED), 1, SplitState.PROPOSED)
    line_id = lines_of(split.id)[0].id
    people = agents(split, 5)
    service.comment(people[0], line_id, "Quelle couleur ?")
    db.session.rollback()

    def close(actor: Actor) -> Callable[[], object]:
        return lambda: service.resolve(actor, line_id).id

    given = at_once(app, [close(actor) for actor in people])

    assert len(set(given)) == 1
    assert db.session.scalar(select(func.count()).where(LineComment.resolves.is_(True))) == 1


def test_ten_colleagues_opening_a_split_open_one_and_each_keeps_its_line(
    app: Flask, db_session: scoped_session[Session]
) -> None:
    dossier = make_dossier(state=DossierState.ALLOCATED)
    people = [make_actor(make_user(Role.TECHNICAL)) for _ in range(10)]
    kind, dossier_id = kind_id("E.7"), dossier.id
    db.session.rollback()

    def note(actor: Actor) -> Callable[[], object]:
        def command() -> int:
            split_id = service.open_split(actor, dossier_id).id
            service.add_line(actor, AddLine(split_id, "Séjour", Need.WISHED, kind))
            return split_id

        return command

    opened = at_once(app, [note(actor) for actor in people])

    assert len(set(opened)) == 1
    assert len(lines_of(int(str(opened[0])))) == 10
