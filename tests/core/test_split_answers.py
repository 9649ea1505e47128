"""The bailleur's answers, each to the wording that was read; counter-proposals; sending back."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from intranet.access import Role
from intranet.clock import today
from intranet.errors import Refused, Stale
from intranet.extensions import db
from intranet.organisations.models import Organisation
from intranet.testing.factories import make_actor, make_user
from intranet.testing.plain import plain
from intranet.testing.works import answer_split_line, fresh, kind_id, lines_of, make_parties, propose_split
from intranet.works import service
from intranet.works.commands import AddLine, AnswerLine, SendBack
from intranet.works.models import LineComment
from intranet.works.terms import Answer, Holder, Need, Payer, Side, SplitState
from tests.core.negotiating import a_split, answers_of, reworded

pytestmark = pytest.mark.usefixtures("db_session")


# Answering


def test_an_answer_is_to_the_wording_that_was_read() -> None:
    split = a_split(SplitState.PROPOSED)
    agent = make_parties(split).agent
    line = lines_of(split.id)[0]
    old = line.digest
    service.send_back(agent, SendBack(split.id, fresh(split.id).version, "À revoir"))
    service.change_line(make_parties(split).coordinator, reworded(lines_of(split.id)[0], minutes=600))
    propose_split(split.id)
    with pytest.raises(Stale) as stale:
        service.answer_line(agent, AnswerLine(line.id, old, Answer.ACCEPTED))

    assert any("temps prévu" in change for change in stale.value.changes)
    db.session.rollback()
    assert Side.BAILLEUR not in answers_of(line.id)


def test_a_counter_proposal_stands_beside_the_line_and_changes_nothing_of_it() -> None:
    split = a_split(SplitState.PROPOSED)
    line = lines_of(split.id)[0]
    before = line.digest
    answer_split_line(line, Answer.COUNTERED, counter_holder=Holder.SHARED, counter_share_pct=40)

    after = lines_of(split.id)[0]
    assert (after.digest, after.holder) == (before, Holder.TENANT)
    assert answers_of(line.id)[Side.BAILLEUR] is Answer.COUNTERED


def test_a_counter_proposal_must_offer_something_else() -> None:
    split = a_split(SplitState.PROPOSED)
    with pytest.raises(Refused) as refused:
        answer_split_line(lines_of(split.id)[0], Answer.COUNTERED, counter_holder=Holder.TENANT)

    assert refused.value.rule == "answer.same"


def test_a_counter_proposal_against_a_guard_rail_is_refused() -> None:
    split = a_split(lines=0)
    actor = make_parties(split).coordinator
    service.add_line(actor, AddLine(split.id, "Entrée", Need.NEEDED, kind_id("L.5")))
    propose_split(split.id)
    for offer in ({"counter_holder": Holder.TENANT}, {"counter_payer": Payer.TENANT}):
        with pytest.raises(Refused) as refused:
            answer_split_line(lines_of(split.id)[0], Answer.COUNTERED, **offer)
        db.session.rollback()
        assert refused.value.rule in ("locked_to_bailleur", "tenant_pays_bailleur_works")


def test_a_refusal_needs_its_reason_which_becomes_a_comment() -> None:
    split = a_split(SplitState.PROPOSED)
    line = lines_of(split.id)[0]
    with pytest.raises(Refused) as refused:
        answer_split_line(line, Answer.REFUSED)
    assert refused.value.field == "comment"
    db.session.rollback()
    answer_split_line(line, Answer.REFUSED, comment="Nos serrures sont sous marché.")

    assert db.session.scalars(select(LineComment.text)).one() == "Nos serrures sont sous marché."


def test_the_second_agent_learns_what_a_colleague_answered_and_overwrites_nothing() -> None:
    split = a_split(SplitState.PROPOSED)
    owner = db.session.get(Organisation, split.bailleur_id)
    other = make_actor(make_user(Role.AGENT, owner, name="Dominique Essai"))
    agent = make_parties(split).agent
    line = lines_of(split.id)[0]
    service.answer_line(other, AnswerLine(line.id, line.digest, Answer.ACCEPTED))
    refusal = AnswerLine(line.id, line.digest, Answer.REFUSED, comment="Non")
    with pytest.raises(Stale) as stale:
        service.answer_line(agent, refusal)

    assert [plain(each) for each in stale.value.changes] == ["Dominique Essai a répondu : Acceptée."]
    db.session.rollback()
    assert answers_of(line.id)[Side.BAILLEUR] is Answer.ACCEPTED


def test_having_read_a_colleagues_answer_one_may_change_it() -> None:
    from intranet.works.queries import split_lines

    split = a_split(SplitState.PROPOSED)
    owner = db.session.get(Organisation, split.bailleur_id)
    other = make_actor(make_user(Role.AGENT, owner))
    answer_split_line(lines_of(split.id)[0])
    line = split_lines(split.id)[0]
    service.answer_line(
        other, AnswerLine(line.id, line.digest, Answer.REFUSED, comment="Non", seen=line.bailleur_seen)
    )

    assert answers_of(line.id)[Side.BAILLEUR] is Answer.REFUSED


def test_an_answer_can_be_taken_back() -> None:
    split = a_split(SplitState.PROPOSED)
    line = lines_of(split.id)[0]
    answer_split_line(line)
    answer_split_line(line, Answer.WAITING)

    assert answers_of(line.id)[Side.BAILLEUR] is Answer.WAITING


def test_accepting_the_rest_leaves_what_is_disputed() -> None:
    split = a_split(SplitState.PROPOSED)
    first = lines_of(split.id)[0]
    answer_split_line(first, Answer.REFUSED, comment="Non")

    assert service.accept_undisputed(make_parties(split).agent, split.id, fresh(split.id).version) == 2
    assert answers_of(first.id)[Side.BAILLEUR] is Answer.REFUSED


def test_the_bailleur_gives_its_written_consent_with_its_answer() -> None:
    split = a_split(lines=0)
    actor = make_parties(split).coordinator
    service.add_line(actor, AddLine(split.id, "Cuisine", Need.WISHED, kind_id("E.4")))
    propose_split(split.id)
    line = lines_of(split.id)[0]
    with pytest.raises(Refused) as refused:
        answer_split_line(line, Answer.COUNTERED, counter_holder=Holder.TENANT)
    assert refused.value.rule == "written_consent"
    db.session.rollback()
    answer_split_line(line, Answer.COUNTERED, counter_holder=Holder.TENANT, consents=True)

    assert (lines_of(split.id)[0].consent_on, lines_of(split.id)[0].lock) == (today(), "")


def test_sending_back_without_a_word_is_refused() -> None:
    split = a_split(SplitState.PROPOSED)
    with pytest.raises(Refused) as refused:
        service.send_back(make_parties(split).agent, SendBack(split.id, split.version))

    assert refused.value.rule == "split.nothing_said"


def test_a_remark_alone_is_enough_to_send_back() -> None:
    split = a_split(SplitState.PROPOSED)
    service.comment(make_parties(split).agent, lines_of(split.id)[0].id, "Quelle couleur ?")

    sent = service.send_back(make_parties(split).agent, SendBack(split.id, fresh(split.id).version))
    assert (sent.state, sent.turn, sent.number) == (SplitState.COUNTERED, Side.ALC, 2)
