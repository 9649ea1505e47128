"""Guard-rails set aside by a coordinator; lines that stand in an amendment."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlalchemy import select, update

from intranet.access import Role
from intranet.clock import today
from intranet.dossiers.models import DossierState
from intranet.errors import NotAllowed, Refused, Stale
from intranet.extensions import db
from intranet.testing.dossiers import make_dossier, make_dwelling
from intranet.testing.factories import make_actor, make_user
from intranet.testing.works import (
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
from intranet.works.commands import AddLine, AnswerLine, ChangeLine, HouseholdAnswer, OverrideGuardrail
from intranet.works.models import GuardrailOverride, Split, WorksLine
from intranet.works.story import episodes
from intranet.works.terms import Answer, Holder, Need, Payer, SplitState
from tests.core.negotiating import a_split, acts, reworded, rules_of

pytestmark = pytest.mark.usefixtures("db_session")

WHY = "Un échafaudage roulant et le partenaire sont là toute la journée."


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
    split = a_split(SplitState.COUNTERED, 2)
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
