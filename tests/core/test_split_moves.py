"""The negotiation, move by move: answers to a wording, counter-proposals, staleness, guard-rails on the server."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session, scoped_session

from intranet.access import Actor, Role
from intranet.clock import today
from intranet.dossiers.models import Dossier, DossierState, Dwelling
from intranet.errors import Refused, Stale
from intranet.extensions import db
from intranet.jobs.models import OutboxRow
from intranet.organisations.models import Organisation
from intranet.testing.dossiers import make_dossier, make_dwelling
from intranet.testing.factories import make_actor, make_user
from intranet.testing.plain import plain
from intranet.testing.works import (
    Parties,
    add_easy_line,
    answer_split_line,
    fresh,
    kind_id,
    lines_of,
    make_parties,
    make_split,
    propose_split,
    send_split_back,
)
from intranet.timeline.models import TimelineEntry
from intranet.works import service
from intranet.works.commands import AddLine, AnswerLine, ChangeLine, HouseholdAnswer, Propose, SendBack
from intranet.works.models import LineAnswer, LineComment, Split, SplitVersion, WorksLine
from intranet.works.terms import Answer, Holder, Need, Payer, Side, SplitState

pytestmark = pytest.mark.usefixtures("db_session")


def a_split(state: SplitState = SplitState.DRAFT, lines: int = 3, **dwelling: Any) -> Split:
    home = make_dwelling(**dwelling)
    return make_split(make_dossier(dwelling=home, state=DossierState.JOINED), lines, state)


def parties(split: Split) -> Parties:
    return make_parties(split)


def answers_of(line_id: int) -> dict[Side, Answer]:
    rows = db.session.execute(select(LineAnswer.side, LineAnswer.answer).where(LineAnswer.line_id == line_id))
    return {row.side: row.answer for row in rows}


def reworded(line: WorksLine, **changes: object) -> ChangeLine:
    command = ChangeLine(
        line_id=line.id,
        version=line.version,
        room=line.room,
        need=line.need,
        holder=line.holder,
        materials_payer=line.materials_payer,
        kind_id=line.kind_id,
        cause=line.cause,
        tenant_share_pct=line.tenant_share_pct,
        materials_cents=line.materials_cents,
        minutes=line.minutes,
    )
    return replace(command, **changes)  # type: ignore[arg-type]


def events(split_id: int) -> list[tuple[str, str]]:
    rows = db.session.execute(
        select(TimelineEntry.kind, TimelineEntry.audience)
        .where(TimelineEntry.subject == "split", TimelineEntry.subject_id == split_id)
        .order_by(TimelineEntry.id)
    )
    return [(kind, audience) for kind, audience in rows]


# Opening and drafting


def test_a_split_opens_only_once_a_dwelling_is_allocated() -> None:
    dossier = make_dossier(state=DossierState.PREPARING)
    coordinator = make_actor(make_user(Role.COORDINATOR))
    with pytest.raises(Refused) as refused:
        service.open_split(coordinator, dossier.id)

    assert refused.value.rule == "split.not_allocated"


def test_opening_twice_opens_one() -> None:
    dossier = make_dossier(state=DossierState.ALLOCATED)
    coordinator = make_actor(make_user(Role.COORDINATOR))

    assert service.open_split(coordinator, dossier.id).id == service.open_split(coordinator, dossier.id).id


def test_after_a_withdrawal_another_split_may_be_opened() -> None:
    split = a_split(SplitState.WITHDRAWN)

    assert service.open_split(parties(split).coordinator, split.dossier_id).id != split.id


def test_a_line_without_holder_takes_the_default_of_the_rules() -> None:
    split = a_split(lines=0)
    actor = parties(split).coordinator
    board = service.add_line(actor, AddLine(split.id, "Entrée", Need.NEEDED, kind_id("L.5")))
    handle = service.add_line(actor, AddLine(split.id, "Entrée", Need.NEEDED, kind_id("II.a.2")))
    tiles = service.add_line(actor, AddLine(split.id, "Cuisine", Need.WISHED, kind_id("E.4")))

    assert (board.holder, board.lock, board.default_rule) == (Holder.BAILLEUR, "locked_to_bailleur", "safety")
    assert (handle.holder, handle.lock, handle.materials_payer) == (Holder.TENANT, "", Payer.TENANT)
    assert (tiles.holder, tiles.default_holder, tiles.lock) == (Holder.BAILLEUR, None, "written_consent")


def test_a_forged_line_against_a_guard_rail_is_refused_with_its_reason() -> None:
    split = a_split(lines=0)
    with pytest.raises(Refused) as refused:
        service.add_line(
            parties(split).coordinator,
            AddLine(split.id, "Entrée", Need.NEEDED, kind_id("L.5"), holder=Holder.TENANT),
        )

    assert (refused.value.rule, refused.value.field) == ("locked_to_bailleur", "holder")
    db.session.rollback()
    assert lines_of(split.id) == []


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"materials_cents": -1}, "materials_cents"),
        ({"materials_cents": 10_000_001}, "materials_cents"),
        ({"minutes": -1}, "minutes"),
        ({"holder": Holder.SHARED, "tenant_share_pct": None}, "tenant_share_pct"),
        ({"holder": Holder.SHARED, "tenant_share_pct": 100}, "tenant_share_pct"),
        ({"room": " \u202e "}, "room"),
        ({"room": "x" * 61}, "room"),
        ({"kind_id": None, "label": ""}, "label"),
        ({"kind_id": None, "label": "x" * 10_000}, "label"),
        ({"kind_id": None, "label": "NIR 2 85 05 06 088 123 68"}, "label"),
        ({"kind_id": 999_999}, "kind_id"),
        ({"consent_on": date(2999, 1, 1)}, "consent_on"),
    ],
)
def test_absurd_values_are_refused_at_their_field(changes: dict[str, object], field: str) -> None:
    split = a_split(lines=1)
    line = lines_of(split.id)[0]
    with pytest.raises(Refused) as refused:
        service.change_line(parties(split).coordinator, reworded(line, **changes))

    assert refused.value.field == field


def test_emoji_and_right_to_left_text_are_kept() -> None:
    split = a_split(lines=0)
    line = service.add_line(
        parties(split).coordinator, AddLine(split.id, "غرفة 🛏️", Need.WISHED, label="رف ✨ e\u0301")
    )

    assert (line.room, line.label) == ("غرفة 🛏️", "رف ✨ é")


def test_a_line_changed_by_somebody_else_is_stale_and_says_what_it_is_now() -> None:
    split = a_split(lines=1)
    line = lines_of(split.id)[0]
    opened = reworded(line, minutes=600)
    service.change_line(parties(split).coordinator, reworded(line, room="Entrée"))
    with pytest.raises(Stale) as stale:
        service.change_line(parties(split).coordinator, opened)

    assert any("Entrée" in change for change in stale.value.changes)
    db.session.rollback()
    assert (lines_of(split.id)[0].room, lines_of(split.id)[0].minutes) == ("Entrée", 240)


def test_a_line_never_sent_is_erased_and_one_that_was_is_dropped() -> None:
    split = a_split(SplitState.COUNTERED, lines=2)
    actor = parties(split).coordinator
    new = add_easy_line(actor, split.id)
    service.remove_line(actor, new.id, new.version)
    seen = lines_of(split.id)[0]
    service.remove_line(actor, seen.id, seen.version)

    assert [line.holder for line in lines_of(split.id)] == [Holder.DROPPED, Holder.TENANT]
    assert answers_of(seen.id)[Side.BAILLEUR] is Answer.WAITING


# Proposing


def test_proposing_gives_the_bailleur_the_turn_a_version_and_a_mail() -> None:
    split = a_split()
    agent = parties(split).agent
    proposed = propose_split(split.id)

    assert (proposed.state, proposed.turn, proposed.number) == (SplitState.PROPOSED, Side.BAILLEUR, 1)
    assert all(answers_of(line.id) == {Side.ALC: Answer.ACCEPTED} for line in lines_of(split.id))
    version = db.session.scalars(select(SplitVersion).where(SplitVersion.split_id == split.id)).one()
    assert len(version.lines) == 3
    mail = db.session.scalars(select(OutboxRow).where(OutboxRow.job == "mail.send")).one()
    assert mail.payload["to"] == agent.email
    assert ("works.split.proposed", " alc bailleur ") in events(split.id)


def test_what_alc_drafts_is_alcs_own_business() -> None:
    split = a_split()

    assert {audience for _kind, audience in events(split.id)} == {" alc "}


def test_an_empty_split_is_not_proposed() -> None:
    split = a_split(lines=0)
    with pytest.raises(Refused) as refused:
        propose_split(split.id)

    assert refused.value.rule == "split.empty"


def test_a_split_changed_by_a_colleague_is_not_proposed_unread() -> None:
    split = a_split()
    opened_at = split.version
    colleague = make_actor(make_user(Role.TECHNICAL, name="Camille Essai"))
    add_easy_line(colleague, split.id)
    with pytest.raises(Stale) as stale:
        service.propose(parties(split).coordinator, Propose(split.id, opened_at))

    assert any("Camille Essai" in change and "ajouté" in change for change in stale.value.changes)


def test_what_one_did_oneself_in_another_tab_is_no_surprise() -> None:
    split = a_split()
    actor = parties(split).coordinator
    opened_at = split.version
    add_easy_line(actor, split.id)

    assert service.propose(actor, Propose(split.id, opened_at)).state is SplitState.PROPOSED


def test_a_report_corrected_meanwhile_stops_the_proposal() -> None:
    split = a_split(lines=0, permit_year=2005)
    actor = parties(split).coordinator
    service.add_line(actor, AddLine(split.id, "Séjour", Need.WISHED, kind_id("E.6"), holder=Holder.TENANT))
    db.session.get_one(Dwelling, split.dwelling_id).permit_year = 1975
    db.session.commit()
    with pytest.raises(Refused) as refused:
        propose_split(split.id)

    assert refused.value.rule == "split.guardrails"
    assert "amiante" in str(refused.value.message)


def test_a_household_that_left_stops_the_negotiation() -> None:
    split = a_split(SplitState.PROPOSED)
    db.session.get_one(Dossier, split.dossier_id).state = DossierState.LEFT
    db.session.commit()
    with pytest.raises(Refused) as refused:
        answer_split_line(lines_of(split.id)[0])

    assert refused.value.rule == "split.not_allocated"


# Answering


def test_an_answer_is_to_the_wording_that_was_read() -> None:
    split = a_split(SplitState.PROPOSED)
    agent = parties(split).agent
    line = lines_of(split.id)[0]
    old = line.digest
    service.send_back(agent, SendBack(split.id, fresh(split.id).version, "À revoir"))
    service.change_line(parties(split).coordinator, reworded(lines_of(split.id)[0], minutes=600))
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
    actor = parties(split).coordinator
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
    agent = parties(split).agent
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

    assert service.accept_undisputed(parties(split).agent, split.id, fresh(split.id).version) == 2
    assert answers_of(first.id)[Side.BAILLEUR] is Answer.REFUSED


def test_the_bailleur_gives_its_written_consent_with_its_answer() -> None:
    split = a_split(lines=0)
    actor = parties(split).coordinator
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
        service.send_back(parties(split).agent, SendBack(split.id, split.version))

    assert refused.value.rule == "split.nothing_said"


def test_a_remark_alone_is_enough_to_send_back() -> None:
    split = a_split(SplitState.PROPOSED)
    service.comment(parties(split).agent, lines_of(split.id)[0].id, "Quelle couleur ?")

    sent = service.send_back(parties(split).agent, SendBack(split.id, fresh(split.id).version))
    assert (sent.state, sent.turn, sent.number) == (SplitState.COUNTERED, Side.ALC, 2)


# Deciding


def countered() -> tuple[Split, WorksLine]:
    split = a_split(SplitState.PROPOSED)
    line = lines_of(split.id)[0]
    answer_split_line(line, Answer.COUNTERED, counter_holder=Holder.BAILLEUR, counter_payer=Payer.BAILLEUR)
    send_split_back(split.id)
    return fresh(split.id), lines_of(split.id)[0]


def test_adopting_a_counter_makes_it_the_line_accepted_by_both() -> None:
    split, line = countered()
    service.adopt_counter(parties(split).coordinator, line.id, line.version)

    assert lines_of(split.id)[0].holder is Holder.BAILLEUR
    assert answers_of(line.id) == {Side.ALC: Answer.ACCEPTED, Side.BAILLEUR: Answer.ACCEPTED}


def test_keeping_ones_own_asks_the_bailleur_again() -> None:
    split, line = countered()
    service.keep_line(parties(split).coordinator, line.id, line.version)

    assert lines_of(split.id)[0].holder is Holder.TENANT
    assert answers_of(line.id)[Side.BAILLEUR] is Answer.WAITING


def test_a_change_of_the_wording_wipes_every_answer_even_when_the_wording_comes_back() -> None:
    split = a_split(SplitState.COUNTERED)
    actor = parties(split).coordinator
    line = lines_of(split.id)[0]
    service.change_line(actor, reworded(line, minutes=600))
    service.change_line(actor, reworded(lines_of(split.id)[0], minutes=240))

    assert set(answers_of(line.id).values()) == {Answer.WAITING}


def test_a_date_of_consent_alone_keeps_the_answers() -> None:
    split = a_split(SplitState.COUNTERED)
    line = lines_of(split.id)[0]
    service.change_line(parties(split).coordinator, reworded(line, consent_on=today()))

    assert answers_of(line.id)[Side.BAILLEUR] is Answer.ACCEPTED


def answer_for(split: Split, given: Answer, on: date | None = None) -> Split:
    answers = {line.id: given for line in lines_of(split.id)}
    return service.record_household(
        parties(split).coordinator,
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
        service.record_household(parties(split).coordinator, elsewhere)
    assert refused.value.rule == "household.answers"


def test_an_agreed_split_is_reopened_with_a_reason() -> None:
    split = a_split(SplitState.AGREED)
    reopened = service.reopen(parties(split).coordinator, split.id, split.version, "Une ligne oubliée")

    assert (reopened.state, reopened.agreed_at) == (SplitState.COUNTERED, None)


def test_comments_are_read_by_both_sides_and_checked(db_session: scoped_session[Session]) -> None:
    split = a_split(SplitState.PROPOSED)
    line = lines_of(split.id)[0]
    actors: list[Actor] = [parties(split).coordinator, parties(split).agent]
    for actor in actors:
        service.comment(actor, line.id, "Bonjour")
    with pytest.raises(Refused):
        service.comment(actors[0], line.id, "IBAN FR76 3000 6000 0112 3456 7890 189")
    db.session.rollback()

    assert db.session.scalars(select(LineComment.side).order_by(LineComment.id)).all() == [
        Side.ALC,
        Side.BAILLEUR,
    ]
