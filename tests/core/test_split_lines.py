"""Line by line, to the wording: its history, its thread, guard-rails set aside, lines that stand, bulk acceptance."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select, update

from intranet.access import Role
from intranet.clock import today
from intranet.dossiers.models import DossierState
from intranet.errors import NotAllowed, Refused, Stale
from intranet.extensions import db
from intranet.testing.dossiers import make_dossier, make_dwelling
from intranet.testing.factories import make_actor, make_user
from intranet.testing.plain import plain
from intranet.testing.works import (
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
from intranet.works import queries, service
from intranet.works.commands import (
    AddLine,
    AnswerLine,
    ChangeLine,
    HouseholdAnswer,
    OverrideGuardrail,
    SendBack,
)
from intranet.works.models import GuardrailOverride, LineAnswer, LineWording, Split, WorksLine
from intranet.works.story import episodes
from intranet.works.terms import Answer, Holder, Need, Payer, Side, SplitState

pytestmark = pytest.mark.usefixtures("db_session")

WHY = "Un échafaudage roulant et le partenaire sont là toute la journée."


def a_split(state: SplitState = SplitState.DRAFT, lines: int = 2) -> Split:
    return make_split(make_dossier(dwelling=make_dwelling(), state=DossierState.JOINED), lines, state)


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
        condition_met=line.condition_met,
        tenant_share_pct=line.tenant_share_pct,
        materials_cents=line.materials_cents,
        minutes=line.minutes,
        due_on=line.due_on,
    )
    return replace(command, **changes)  # type: ignore[arg-type]


def acts(line_id: int) -> list[tuple[int, str, str, Side]]:
    rows = db.session.execute(
        select(LineWording.number, LineWording.act, LineWording.by_name, LineWording.side)
        .where(LineWording.line_id == line_id)
        .order_by(LineWording.number)
    )
    return [tuple(row) for row in rows]  # type: ignore[misc]


def rules_of(refused: pytest.ExceptionInfo[Refused]) -> str:
    db.session.rollback()
    return refused.value.rule


# The history of a line


def test_every_wording_is_kept_with_who_wrote_it_and_by_what_act() -> None:
    split = a_split()
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
    split = a_split()
    line = lines_of(split.id)[0]
    service.change_line(make_parties(split).coordinator, reworded(line))

    assert len(acts(line.id)) == 1


def test_the_bailleur_reads_the_wordings_it_was_sent_and_no_draft() -> None:
    split = a_split()
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
    split = a_split(SplitState.PROPOSED)
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
    split = a_split(SplitState.PROPOSED)
    line = lines_of(split.id)[0]
    db.session.execute(LineWording.__table__.delete())  # type: ignore[attr-defined]

    assert [each.digest for each in queries.sent_past(split.id, line.id).wordings] == [line.digest]


def test_a_date_for_the_bailleurs_part_is_part_of_what_is_agreed() -> None:
    split = a_split(SplitState.COUNTERED)
    line = lines_of(split.id)[0]
    alc = make_parties(split).coordinator
    service.change_line(alc, reworded(line, holder=Holder.BAILLEUR, due_on=today() + timedelta(days=60)))
    answered = {
        each.side: each.answer
        for each in db.session.scalars(select(LineAnswer).where(LineAnswer.line_id == line.id))
    }

    assert lines_of(split.id)[0].due_on == today() + timedelta(days=60)
    assert answered[Side.BAILLEUR] is Answer.WAITING
    with pytest.raises(Refused) as refused:
        service.change_line(alc, reworded(lines_of(split.id)[0], due_on=today().replace(year=2119)))
    assert refused.value.field == "due_on"


# Threads


def test_a_thread_is_closed_by_either_side_and_a_later_remark_opens_it_again() -> None:
    split = a_split(SplitState.PROPOSED)
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
    split = a_split(SplitState.PROPOSED)
    agent = make_parties(split).agent
    first, second = lines_of(split.id)
    service.comment(agent, first.id, "Quelle couleur ?")
    closed = service.resolve(agent, first.id)

    assert service.resolve(agent, first.id).id == closed.id
    with pytest.raises(Refused) as refused:
        service.resolve(agent, second.id)
    assert rules_of(refused) == "comment.none"


def test_closing_a_thread_answers_no_line_and_is_no_word_to_send_back_with() -> None:
    split = a_split(SplitState.PROPOSED)
    parties = make_parties(split)
    line = lines_of(split.id)[0]
    service.comment(parties.coordinator, line.id, "À voir ensemble.")
    service.resolve(parties.agent, line.id)
    with pytest.raises(Refused) as refused:
        service.send_back(parties.agent, SendBack(split.id, fresh(split.id).version))

    assert rules_of(refused) == "split.nothing_said"


def test_others_than_the_two_sides_close_no_thread() -> None:
    split = a_split(SplitState.PROPOSED)
    line = lines_of(split.id)[0]
    service.comment(make_parties(split).agent, line.id, "Quelle couleur ?")
    for role in (Role.ANIMATOR, Role.DIRECTOR, Role.MEMBER):
        with pytest.raises(NotAllowed):
            service.resolve(make_actor(make_user(role)), line.id)
        db.session.rollback()


# Guard-rails set aside


def high_line(split: Split, **more: object) -> tuple[WorksLine, ChangeLine]:
    """A line at height, held by the bailleur, and the change that would give it to the family."""
    command = AddLine(split.id, "Balcon", Need.WISHED, kind_id("I.c.1"), condition_met=False)
    service.add_line(make_parties(split).coordinator, command)
    line = lines_of(split.id)[-1]
    assert line.holder is Holder.BAILLEUR
    return line, reworded(line, holder=Holder.TENANT, materials_payer=Payer.BAILLEUR, **more)


def lift(
    line: WorksLine, change: ChangeLine | None, rule: str = "condition_unmet", reason: str = WHY
) -> OverrideGuardrail:
    return OverrideGuardrail(line.id, line.version, rule, reason, change)


def test_a_coordinator_sets_an_unmet_condition_aside_for_that_wording_alone() -> None:
    split = a_split(lines=1)
    alc = make_parties(split).coordinator
    line, change = high_line(split)
    with pytest.raises(Refused) as refused:
        service.change_line(alc, change)
    assert rules_of(refused) == "condition_unmet"
    service.override(alc, lift(line, change))

    line = lines_of(split.id)[-1]
    assert (line.holder, line.lock) == (Holder.TENANT, "")
    assert [act for _number, act, _who, _side in acts(line.id)] == ["added", "changed"]
    with pytest.raises(Refused) as refused:  # another wording is looked at anew
        service.change_line(alc, reworded(line, minutes=600))
    assert rules_of(refused) == "condition_unmet"


def test_what_was_set_aside_is_proposed_accepted_and_agreed() -> None:
    split = a_split(lines=1)
    line, change = high_line(split)
    service.override(make_parties(split).coordinator, lift(line, change))
    propose_split(split.id)
    answer_split_line(lines_of(split.id)[-1])
    send_split_back(split.id)
    accepted = {each.id: Answer.ACCEPTED for each in lines_of(split.id)}
    service.record_household(
        make_parties(split).coordinator,
        HouseholdAnswer(split.id, fresh(split.id).version, today(), "Au logement", accepted),
    )

    assert fresh(split.id).state is SplitState.AGREED


def test_the_bailleur_offers_no_other_wording_past_a_guard_rail_set_aside() -> None:
    split = a_split(lines=1)
    line, change = high_line(split)
    service.override(make_parties(split).coordinator, lift(line, change))
    propose_split(split.id)
    with pytest.raises(Refused) as refused:
        answer_split_line(
            lines_of(split.id)[-1], Answer.COUNTERED, counter_holder=Holder.SHARED, counter_share_pct=50
        )

    assert rules_of(refused) == "condition_unmet"


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.COORDINATOR])
def test_nobody_but_a_coordinator_sets_a_guard_rail_aside(role: Role) -> None:
    split = a_split(lines=1)
    line, change = high_line(split)
    with pytest.raises(NotAllowed):
        service.override(make_actor(make_user(role)), lift(line, change))
    db.session.rollback()

    assert db.session.scalars(select(GuardrailOverride)).all() == []


@pytest.mark.parametrize("reason", ["", "   ", "ok", "12345678901234"])
def test_setting_aside_needs_a_reason_in_words(reason: str) -> None:
    split = a_split(lines=1)
    line, change = high_line(split)
    with pytest.raises(Refused) as refused:
        service.override(make_parties(split).coordinator, lift(line, change, reason=reason))

    assert refused.value.field == "reason"


@pytest.mark.parametrize(
    ("code", "rule"),
    [
        ("L.5", "locked_to_bailleur"),
        ("II.b.2", "professional_only"),
        ("VI.a.1", "condition_unmet"),  # circuits: gas, electricity
        ("E.4", "written_consent"),
    ],
)
def test_what_the_law_protects_is_never_set_aside(code: str, rule: str) -> None:
    split = a_split(lines=1)
    alc = make_parties(split).coordinator
    service.add_line(
        alc,
        AddLine(split.id, "Cuisine", Need.WISHED, kind_id(code), condition_met=False, holder=Holder.BAILLEUR),
    )
    line = lines_of(split.id)[-1]
    change = reworded(line, holder=Holder.TENANT, materials_payer=Payer.BAILLEUR)
    with pytest.raises(Refused) as refused:
        service.override(alc, lift(line, change, rule))

    assert rules_of(refused) == rule
    assert lines_of(split.id)[-1].holder is Holder.BAILLEUR


def test_setting_one_rule_aside_leaves_the_others() -> None:
    home = make_dwelling(permit_year=1970)  # no asbestos survey: no drilling
    split = make_split(make_dossier(dwelling=home, state=DossierState.JOINED), 1)
    alc = make_parties(split).coordinator
    service.add_line(alc, AddLine(split.id, "Salle d’eau", Need.WISHED, kind_id("E.11"), condition_met=False))
    line = lines_of(split.id)[-1]
    with pytest.raises(Refused) as refused:
        service.override(alc, lift(line, reworded(line, holder=Holder.TENANT)))
    assert rules_of(refused) == "asbestos"


def test_a_guard_rail_that_does_not_stand_in_the_way_is_not_lifted() -> None:
    split = a_split(lines=1)
    line = lines_of(split.id)[0]
    with pytest.raises(Refused) as refused:
        service.override(make_parties(split).coordinator, lift(line, None))

    assert rules_of(refused) == "override.not_broken"


def test_setting_aside_from_an_old_page_is_stale() -> None:
    split = a_split(lines=1)
    alc = make_parties(split).coordinator
    line, change = high_line(split)
    with pytest.raises(Stale):
        service.override(alc, lift(line, replace(change, version=line.version - 1)))
    db.session.rollback()


def test_the_reason_stands_in_the_history_and_the_bailleur_reads_it_once_it_was_sent() -> None:
    split = a_split(lines=1)
    line, change = high_line(split)
    alc = make_parties(split).coordinator
    service.override(alc, lift(line, change))
    assert queries.sent_past(split.id, line.id).overrides == []
    propose_split(split.id)

    lifted = [each for each in episodes(queries.sent_past(split.id, line.id)) if each.kind == "override"]
    assert [(each.who, each.reason) for each in lifted] == [(alc.name, WHY)]
    entry = db.session.scalars(
        select(TimelineEntry).where(TimelineEntry.kind == "works.line.overridden")
    ).one()
    assert entry.reason == WHY


# Lines that stand, in an amendment


def stands(line: WorksLine) -> None:
    db.session.execute(update(WorksLine).where(WorksLine.id == line.id).values(fixed=True))
    db.session.commit()


def test_a_line_that_stands_is_neither_changed_removed_answered_nor_lifted() -> None:
    split = a_split(SplitState.COUNTERED)
    parties = make_parties(split)
    line = lines_of(split.id)[0]
    stands(line)
    line = lines_of(split.id)[0]
    for attempt in (
        lambda: service.change_line(parties.coordinator, reworded(line, minutes=600)),
        lambda: service.remove_line(parties.coordinator, line.id, line.version),
        lambda: service.adopt_counter(parties.coordinator, line.id, line.version),
        lambda: service.override(parties.coordinator, lift(line, None)),
    ):
        with pytest.raises(Refused) as refused:
            attempt()
        assert rules_of(refused) == "line.fixed"
    propose_split(split.id)
    with pytest.raises(Refused) as refused:
        service.answer_line(parties.agent, AnswerLine(line.id, line.digest, Answer.REFUSED, comment="Non"))
    assert rules_of(refused) == "line.fixed"


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
    split = a_split(SplitState.PROPOSED)
    agent = make_parties(split).agent
    service.accept_undisputed(agent, split.id, split.version)
    given = db.session.scalars(select(LineAnswer).where(LineAnswer.side == Side.BAILLEUR)).all()

    assert {(each.by_name, each.answer) for each in given} == {(agent.name, Answer.ACCEPTED)}


def test_a_line_added_later_has_a_history_of_its_own() -> None:
    split = a_split()
    line = add_easy_line(make_parties(split).coordinator, split.id, 5)

    assert [number for number, *_rest in acts(line.id)] == [1]
